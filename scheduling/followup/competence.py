"""Kompetens (F8): an analysis, the training that answers it, and the way of working it changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import access, audit, texts
from core.errors import Invalid, PersonalData
from core.models import User
from scheduling.booking import change, gatherings
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import (
    Analysis,
    CardKind,
    Host,
    Room,
    ToolCard,
    TrainingSession,
)
from scheduling.states import BookingKind, VisitEvent, VisitState

#: Whom a session reached, as counts.
STAFF_GROUPS: dict[str, Promise] = {
    "librarians": gettext_lazy("Bibliotekarier"),
    "assistants": gettext_lazy("Assistenter"),
    "hosts": gettext_lazy("Värdar"),
    "managers": gettext_lazy("Chefer"),
    "others": gettext_lazy("Andra"),
}
SCALE = ("1", "2", "3", "4", "5")
MOST_STAFF = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnalysis:
    """A question, what it rests on, and what was concluded.

    ``basis_query`` is the query of the list of visits (period and filter), as in its address.
    """

    question: str
    basis: str
    conclusion: str = ""
    basis_query: str = ""


@transaction.atomic
def save_analysis(
    *, actor: User, now: datetime, given: GivenAnalysis, analysis: Analysis | None = None
) -> Analysis:
    """Write an analysis. Planners. Raises Forbidden, Invalid per field and PersonalData."""
    access.require(access.may_plan(actor))
    row = analysis or Analysis(on=timezone.localdate(now))
    row.question = _needed(given.question, "question", 200, _("Skriv frågan."))
    row.basis = _needed(given.basis, "basis", 300, _("Skriv vad analysen bygger på."))
    row.conclusion = texts.clean(given.conclusion, field="conclusion", limit=500)
    row.basis_query = texts.clean(given.basis_query, field="basis_query", limit=300)
    row.save()
    verb = "analysis.changed" if analysis else "analysis.written"
    audit.record(now=now, actor=actor, verb=verb, target=row)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTraining:
    """A training session; aware ``start`` and ``end``."""

    topic: str
    start: datetime
    end: datetime
    analysis: Analysis | None = None
    room: Room | None = None
    hosts: tuple[Host, ...] = ()
    place: str = ""
    travel_minutes: int = 0
    idempotency_key: str | None = None


@change.service
def book_training(*, actor: User, now: datetime, given: GivenTraining) -> TrainingSession:
    """Book it: it takes the room and the colleagues, and stands in their calendars.

    Planners. Raises Forbidden, Invalid, PersonalData, and Clash where something is taken.
    """
    plan = GatheringPlan(
        kind=BookingKind.TRAINING,
        title=given.topic,
        start=given.start,
        end=given.end,
        hosts=given.hosts,
        room=given.room,
        place=given.place,
        travel_minutes=given.travel_minutes,
    )
    with _topic():
        booking = gatherings.book_gathering(
            actor=actor, now=now, plan=plan, idempotency_key=given.idempotency_key
        )
    session, _made = TrainingSession.objects.get_or_create(
        booking=booking, defaults={"analysis": given.analysis, "topic": booking.title}
    )
    return session


@change.service
def change_training(
    *,
    actor: User,
    now: datetime,
    session: TrainingSession,
    given: GivenTraining,
    version: int | None = None,
) -> TrainingSession:
    """Another time, place, topic or other colleagues; each is told in her own calendar."""
    plan = gatherings.plan_of(
        session.booking,
        title=given.topic,
        start=given.start,
        end=given.end,
        hosts=given.hosts,
        room=given.room,
        place=given.place,
        travel_minutes=given.travel_minutes,
    )
    with _topic():
        booking = gatherings.change_gathering(
            actor=actor, now=now, booking=session.booking, plan=plan, version=version
        )
    session.booking, session.topic, session.analysis = booking, booking.title, given.analysis
    session.save(update_fields=["topic", "analysis"])
    return session


def given_of(session: TrainingSession) -> GivenTraining:
    """The session as it stands."""
    plan = gatherings.plan_of(session.booking)
    return GivenTraining(
        topic=session.topic,
        start=plan.start,
        end=plan.end,
        analysis=session.analysis,
        room=plan.room,
        hosts=plan.hosts,
        place=plan.place,
        travel_minutes=plan.travel_minutes,
    )


@contextmanager
def _topic() -> Iterator[None]:
    """A session's title is its topic, and so is the field to mend."""
    try:
        yield
    except (Invalid, PersonalData) as error:
        if "title" in error.fields:
            error.fields["topic"] = error.fields.pop("title")
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a session: counts and the house's own words, nothing about a colleague."""

    by_staff_group: Mapping[str, int]
    check_question: str = ""
    check_totals: Mapping[str, int] | None = None
    changed_way: str = ""


@transaction.atomic
def tell_outcome(
    *, actor: User, now: datetime, session: TrainingSession, outcome: Outcome
) -> TrainingSession:
    """How many came of each staff group, the one question afterwards, and what changed."""
    access.require(access.may_plan(actor))
    session.by_staff_group = _counts(outcome.by_staff_group, set(STAFF_GROUPS))
    session.check_totals = _counts(outcome.check_totals or {}, set(SCALE))
    session.attendance = sum(session.by_staff_group.values())
    session.check_question = texts.clean(outcome.check_question, field="check_question", limit=200)
    session.changed_way = texts.clean(outcome.changed_way, field="changed_way", limit=500)
    session.save()
    booking = session.booking
    if booking.status is VisitState.CONFIRMED and booking.start <= now:
        change.step(booking, VisitEvent.HOLD)
        booking.save(update_fields=["state"])
    audit.record(now=now, actor=actor, verb="training.followed_up", target=booking)
    return session


@transaction.atomic
def save_card(
    *,
    actor: User,
    now: datetime,
    kind: str,
    title: str,
    text: str,
    card: ToolCard | None = None,
) -> ToolCard:
    """A short card of the toolbox. Planners."""
    access.require(access.may_plan(actor))
    if kind not in set(CardKind):
        message = _("Välj ett av alternativen.")
        raise Invalid(message, fields={"kind": message})
    row = card or ToolCard()
    row.kind = kind
    row.title = _needed(title, "title", 80, _("Skriv en rubrik."))
    row.text = _needed(text, "text", 1000, _("Skriv kortets text."))
    row.save()
    audit.record(now=now, actor=actor, verb="card.saved", target=row)
    return row


@transaction.atomic
def put_away(*, actor: User, now: datetime, card: ToolCard) -> None:
    """Take a card out of the toolbox. Planners."""
    access.require(access.may_plan(actor))
    card.archived_at = now
    card.save(update_fields=["archived_at"])
    audit.record(now=now, actor=actor, verb="card.put_away", target=card)


def _needed(text: str, field: str, limit: int, missing: str) -> str:
    clean = texts.clean(text, field=field, limit=limit)
    if not clean:
        raise Invalid(missing, fields={field: missing})
    return clean


def _counts(given: Mapping[str, int], known: set[str]) -> dict[str, int]:
    for code, number in given.items():
        if code not in known or not 0 <= number <= MOST_STAFF:
            message = _("Skriv ett tal från 0 till %(most)d.") % {"most": MOST_STAFF}
            raise Invalid(message, fields={code: message})
    return {code: number for code, number in given.items() if number}
