"""The boundary of the mission: barriers with an owner, boundary cases, handovers (F10, F11).

All of it is about the house and the topic, never about a person; every text is screened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import refuse
from core.models import User
from scheduling.models import Barrier, BarrierKind, Booking, BoundaryCase, Handover
from scheduling.states import ReceiverKind

WHAT, SOLUTION, QUESTION, OUTCOME, TOPIC = 200, 300, 200, 300, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBarrier:
    """A barrier as it was typed; without ``on`` today."""

    kind: str
    what: str
    owner: User | None = None
    booking: Booking | None = None
    on: date | None = None


def from_follow_up(booking: Booking, kinds: Iterable[BarrierKind]) -> None:
    """An open barrier for each chip of a follow-up, in its transaction; each kind once a visit.

    A correction that leaves a chip out takes it back while nobody has seen to it.
    """
    wanted = {kind.value for kind in kinds}
    mine = Barrier.objects.filter(booking=booking, what="")
    mine.filter(solved_on=None, owner=None).exclude(kind__in=wanted).delete()
    there = set(Barrier.objects.filter(booking=booking).values_list("kind", flat=True))
    on = timezone.localdate(booking.start)
    Barrier.objects.bulk_create(
        Barrier(kind=kind, booking=booking, on=on) for kind in sorted(wanted - there)
    )


@transaction.atomic
def save_barrier(
    *, actor: User, now: datetime, given: GivenBarrier, barrier: Barrier | None = None
) -> Barrier:
    """Write one down, or change kind, words and owner. Raises Forbidden, Invalid, PersonalData.

    Those who meet groups write one; the manager hands it to an owner, so may change it.
    """
    access.require(access.may_log(actor) or (barrier is not None and may_see_to(actor, barrier)))
    what = texts.clean(given.what, field="what", limit=WHAT)
    from_chip = barrier is not None and barrier.booking_id is not None
    today = timezone.localdate(now)
    on = given.on or (barrier.on if barrier else today)
    faults: dict[str, str] = {}
    if given.kind not in set(BarrierKind):
        faults["kind"] = _("Välj ett av alternativen.")
    if not what and not from_chip:
        faults["what"] = _("Skriv kort vad som är i vägen.")
    if on > today:
        faults["on"] = _("Dagen har inte varit än.")
    refuse(faults)
    row = barrier or Barrier(booking=given.booking)
    row.kind, row.what, row.owner, row.on = given.kind, what, given.owner, on
    row.save()
    verb = "barrier.changed" if barrier else "barrier.noted"
    audit.record(now=now, actor=actor, verb=verb, target=row)
    return row


def may_see_to(user: User, barrier: Barrier) -> bool:
    """Planners, the manager, and whoever owns it."""
    return access.may_plan(user) or user.role == "manager" or barrier.owner_id == user.pk


@transaction.atomic
def solve(*, actor: User, now: datetime, barrier: Barrier, solution: str) -> Barrier:
    """It is out of the way, and how; an empty ``solution`` opens it again."""
    access.require(may_see_to(actor, barrier))
    barrier.solution = texts.clean(solution, field="solution", limit=SOLUTION)
    barrier.solved_on = timezone.localdate(now) if barrier.solution else None
    barrier.save(update_fields=["solution", "solved_on"])
    verb = "barrier.solved" if barrier.solution else "barrier.opened"
    audit.record(now=now, actor=actor, verb=verb, target=barrier)
    return barrier


@transaction.atomic
def save_case(
    *,
    actor: User,
    now: datetime,
    question: str,
    outcome: str = "",
    booking: Booking | None = None,
    case: BoundaryCase | None = None,
) -> BoundaryCase:
    """A question for the quarter's talk, or what the talk came to; only planners decide that."""
    access.require(access.may_log(actor) if case is None else access.may_plan(actor))
    access.require(not outcome or access.may_plan(actor))
    clean = texts.clean(question, field="question", limit=QUESTION)
    told = texts.clean(outcome, field="outcome", limit=OUTCOME)
    refuse({} if clean else {"question": _("Skriv frågan: var går gränsen?")})
    row = case or BoundaryCase(on=timezone.localdate(now), booking=booking)
    row.question, row.outcome = clean, told
    row.save()
    verb = "boundary_case.changed" if case else "boundary_case.noted"
    audit.record(now=now, actor=actor, verb=verb, target=row)
    return row


@transaction.atomic
def hand_over(
    *, actor: User, now: datetime, topic: str, receiver: str, on: date | None = None
) -> Handover:
    """Something handed over outside a visit: topic, kind of receiver and day, never who."""
    access.require(access.may_log(actor))
    clean = texts.clean(topic, field="topic", limit=TOPIC)
    today = timezone.localdate(now)
    faults: dict[str, str] = {}
    if not clean:
        faults["topic"] = _("Skriv kort vad frågan gällde, aldrig vem.")
    if receiver not in set(ReceiverKind):
        faults["receiver"] = _("Välj vart frågan lämnades.")
    if on is not None and on > today:
        faults["on"] = _("Dagen har inte varit än.")
    refuse(faults)
    row = Handover.objects.create(on=on or today, topic=clean, receiver=receiver)
    audit.record(now=now, actor=actor, verb="handover.noted", target=row)
    return row
