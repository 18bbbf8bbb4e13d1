"""Series: each date a booking of its own; what cannot be is told before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, swedish
from core.errors import Clash, IllegalTransition, Invalid
from core.models import AuditEvent, User
from scheduling import links
from scheduling.booking import alter, answers, book, change, ways_out
from scheduling.booking.plan import VisitPlan
from scheduling.booking.ways_out import Kind, Way
from scheduling.calendars.recurrence import TooManyDates, Weekly, at_wall, distinct
from scheduling.models import Booking, Host, Invitation, Message, Room, Series, SeriesInvitation
from scheduling.outbox import enqueue
from scheduling.states import (
    OPEN_STATES,
    InvitationState,
    MessageKind,
    MessageState,
    VisitState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """The way out for one date: another start, room or hosts. None leaves as it is."""

    start: datetime | None = None
    room: Room | None = None
    host: Host | None = None
    co_host: Host | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """``visit`` as it is on its first date, and how it comes again: a rule, or a list of days."""

    visit: VisitPlan
    weekly: Weekly | None = None
    days: tuple[date, ...] = ()
    skip: frozenset[date] = frozenset()
    instead: Mapping[date, Instead] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A date that falls away, and why."""

    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Clashing:
    """A date that is taken: by what, and what can be done instead, all on the same day."""

    day: date
    message: str
    ways: tuple[Way, ...]

    @property
    def room(self) -> Room | None:
        """Another room at the same time, with the same hosts or others."""
        return next((way.room for way in self.ways if way.kind is Kind.ROOM), None)

    @property
    def host(self) -> Host | None:
        """Another host at the same time, in the same room."""
        return next((way.host for way in self.ways if way.kind is Kind.HOST), None)

    @property
    def start(self) -> datetime | None:
        """Another time on the day."""
        return next((way.start for way in self.ways if way.kind is Kind.TIME), None)


@dataclass(frozen=True, slots=True)
class Outline:
    """What would be booked, what falls away, and what is in the way."""

    visits: list[VisitPlan]
    skipped: list[Skipped]
    clashes: list[Clashing]


def weekly(
    *, first: date, weeks: int = 1, count: int | None = None, until: date | None = None
) -> Weekly:
    """The rule, or Invalid in the user's words."""
    try:
        return Weekly(first=first, weeks=weeks, count=count, until=until)
    except TooManyDates as error:
        raise _too_many() from error
    except ValueError as error:
        message = _("Skriv hur många gånger, eller till vilken dag. Minst en gång.")
        raise Invalid(message, fields={"count": message}) from error


def _too_many() -> Invalid:
    message = _("En serie kan ha högst 200 datum inom två år. Välj färre gånger.")
    return Invalid(message, fields={"count": message})


@change.service
def outline(*, plan: SeriesPlan, now: datetime) -> Outline:
    """What saving would do; writes nothing that stays. Raises Invalid for an impossible plan."""
    visits, skipped = _visits(plan)
    clashes = []
    with transaction.atomic():
        for visit in visits:
            try:
                with transaction.atomic():
                    book.occupy(now=now, plan=visit)
            except Clash as error:
                clashes.append(_clashing(visit, error, now))
        transaction.set_rollback(True)
    return Outline(visits, skipped, clashes)


def _visits(plan: SeriesPlan) -> tuple[list[VisitPlan], list[Skipped]]:
    local = timezone.localtime(plan.visit.start)
    length = plan.visit.end - plan.visit.start
    closed = _closed(plan)
    visits, skipped = [], []
    for day in _days(plan):
        if day in plan.skip:
            skipped.append(Skipped(day, _("Valt bort")))
            continue
        if day in closed:
            skipped.append(Skipped(day, closed[day]))
            continue
        other = plan.instead.get(day, Instead())
        try:
            start = other.start or at_wall(day, local.time())
        except ValueError:
            skipped.append(Skipped(day, _("Klockan ställs om då")))
            continue
        visits.append(
            replace(
                plan.visit,
                start=start,
                end=start + length,
                room=other.room or plan.visit.room,
                host=other.host or plan.visit.host,
                co_host=other.co_host or plan.visit.co_host,
            )
        )
    if not visits:
        message = _("Inget datum blir kvar. Välj fler gånger eller andra dagar.")
        raise Invalid(message, fields={"count": message})
    return visits, skipped


def _days(plan: SeriesPlan) -> list[date]:
    if plan.weekly is not None:
        return plan.weekly.days()
    try:
        return distinct(plan.days)
    except TooManyDates as error:
        raise _too_many() from error


def _closed(plan: SeriesPlan) -> dict[date, str]:
    """Red days, eves and the library's own closures, in words."""
    days = _days(plan)
    if not days:
        return {}
    library = plan.visit.room.library if plan.visit.room else plan.visit.host.library
    rows = library.closures.filter(day__in=days)
    found = {row.day: row.reason for row in rows if row.opens is None}
    own_hours = {row.day for row in rows}
    for day in days:
        name = swedish.red_day(day) or swedish.eve(day)
        if name and day not in own_hours:
            found[day] = name
    return found


def _clashing(visit: VisitPlan, error: Clash, now: datetime) -> Clashing:
    wanted = ways_out.Wanted.of_plan(visit)
    found = ways_out.find(wanted, now=now, around=timedelta(0))
    return Clashing(timezone.localdate(visit.start), error.message, tuple(found))


@change.service
def book_series(
    *, actor: User, now: datetime, plan: SeriesPlan, idempotency_key: str | None = None
) -> Series:
    """Book every date, and invite each contact once to the whole.

    A regular series is one UID with RRULE and EXDATE; a list of dates is a mail with a link. The
    same key again returns the series that it made. Raises Forbidden, Invalid, PersonalData; Clash
    with ``extra["dates"]`` where any date is taken: nothing is booked then.
    """
    access.require(access.may_plan(actor))
    earlier = Series.objects.filter(idempotency_key=idempotency_key or "-").first()
    if earlier is not None:
        return earlier
    found = Outline(*_visits(plan), [])
    try:
        with transaction.atomic():
            series = _book_dates(actor, now, plan, found, idempotency_key)
    except Clash as error:
        told = outline(plan=plan, now=now)
        raise (_clash(told) if told.clashes else error) from error
    event = audit.record(
        now=now,
        actor=actor,
        verb="series.booked",
        target=series,
        data={"dates": len(found.visits), "skipped": len(found.skipped)},
    )
    _invite(series, event=event, now=now)
    return series


def _book_dates(
    actor: User, now: datetime, plan: SeriesPlan, found: Outline, key: str | None
) -> Series:
    first = found.visits[0]
    series = Series.objects.create(
        rule=_rule(plan, found),
        start=first.start,
        end=first.end,
        exdates=_exdates(plan, found),
        idempotency_key=key or None,
        created_by=actor,
        created_at=now,
    )
    for visit in found.visits:
        booking = book.book(actor=actor, now=now, plan=visit, tell=False)
        booking.series, booking.original_start = series, booking.start
        booking.save(update_fields=["series", "original_start"])
    return series


def _clash(found: Outline) -> Clash:
    days = ", ".join(swedish.short_date(row.day) for row in found.clashes)
    words = _(
        "%(clashes)d av %(all)d krockar: %(days)s. "
        "Välj annat rum, värd eller tid, eller hoppa över."
    )
    counts = {"clashes": len(found.clashes), "all": len(found.visits), "days": days}
    rows = [
        {
            "day": row.day.isoformat(),
            "message": row.message,
            "room": row.room.pk if row.room else None,
            "host": row.host.pk if row.host else None,
            "start": row.start.isoformat() if row.start else None,
            "ways_out": [way.data() for way in row.ways],
        }
        for row in found.clashes
    ]
    return Clash(words % counts, extra={"dates": rows})


def _on_rule(plan: SeriesPlan, visit: VisitPlan) -> bool:
    clock = timezone.localtime(plan.visit.start).time()
    return timezone.localtime(visit.start).time() == clock


def _rule(plan: SeriesPlan, found: Outline) -> str:
    """Regular only where every date keeps the rule's own time; else it is a list of dates."""
    if plan.weekly is None or not all(_on_rule(plan, visit) for visit in found.visits):
        return ""
    return plan.weekly.rule(timezone.localdate(found.visits[0].start))


def _exdates(plan: SeriesPlan, found: Outline) -> list[str]:
    first = timezone.localdate(found.visits[0].start)
    clock = timezone.localtime(plan.visit.start).time()
    found_days = []
    for row in found.skipped:
        if row.day > first:
            try:
                found_days.append(at_wall(row.day, clock).astimezone(UTC).isoformat())
            except ValueError:
                # A wall time that does not exist is no occurrence to take out.
                continue
    return found_days


def _invite(series: Series, *, event: AuditEvent, now: datetime) -> None:
    first = series.bookings.with_visit().order_by("start").first()
    assert first is not None
    for invitation in change.live_invitations(first):
        if invitation.contact is None:
            continue
        row = SeriesInvitation.objects.create(
            series=series, contact=invitation.contact, group=invitation.group, created_at=now
        )
        links.issue(row)
        enqueue.tell(invitation, change=MessageKind.SERIES, event=event, now=now)


#: A partner's own no can become a yes again, as long as the time is free.
_ANSWERABLE = OPEN_STATES | {VisitState.DECLINED, VisitState.CANCELLED_BY_PARTNER}


def may_answer(invitation: Invitation, now: datetime) -> bool:
    """Whether the date can still be answered, or answered anew."""
    booking = invitation.booking
    return (
        booking.status in _ANSWERABLE
        and booking.start > now
        and invitation.status is not InvitationState.WITHDRAWN
    )


def find_instance(row: SeriesInvitation, recurrence_id: datetime) -> Booking | None:
    """The date that a RECURRENCE-ID (aware, any zone) names, wherever it was moved to."""
    return row.series.bookings.filter(original_start=recurrence_id).first()


def invitations_of(row: SeriesInvitation) -> list[Invitation]:
    """The contact's invitation to each date, in order."""
    rows = Invitation.objects.filter(booking__series=row.series, contact=row.contact)
    return list(rows.select_related("booking", "contact").order_by("booking__start", "pk"))


@change.service
def answer(
    *,
    row: SeriesInvitation,
    replies: Mapping[int, answers.Reply],
    now: datetime,
    actor: User | None = None,
) -> list[Invitation]:
    """Answers to dates by the booking's id; a date that is over or called off is left alone.

    In a list of dates each yes is followed by its REQUEST. Returns those that were answered.
    """
    done = []
    for invitation in invitations_of(row):
        reply = replies.get(invitation.booking_id)
        booking = invitation.booking
        if reply is None or not may_answer(invitation, now):
            continue
        before = invitation.status
        done.append(answers.answer(invitation=invitation, reply=reply, now=now, actor=actor))
        fresh = reply.state is InvitationState.ACCEPTED and before is not reply.state
        if fresh and not row.series.regular:
            event = audit.record(now=now, actor=actor, verb="series.accepted", target=row.series)
            done[-1].booking = change.locked(booking)
            enqueue.tell(done[-1], change=MessageKind.CHOSEN, event=event, now=now)
    if not done:
        raise IllegalTransition(_("Inget av datumen går att svara på längre. Ring oss gärna."))
    return done


def answer_all(
    *,
    row: SeriesInvitation,
    reply: answers.Reply,
    now: datetime,
    actor: User | None = None,
) -> list[Invitation]:
    """A REPLY to the whole series: the same answer to every date that the partner has not called
    off. That is brought back only by an answer to the date itself.
    """
    replies = {
        invitation.booking_id: reply
        for invitation in invitations_of(row)
        if invitation.booking.status is not VisitState.CANCELLED_BY_PARTNER
    }
    return answer(row=row, replies=replies, now=now, actor=actor)


def remaining(series: Series, now: datetime) -> list[Booking]:
    """Its dates that are open and still to come, in order."""
    rows = series.bookings.filter(start__gt=now).order_by("start")
    return [row for row in rows if row.status in OPEN_STATES]


def _in_calendars(bookings: list[Booking]) -> bool:
    """Whether any of these dates has been told of with a calendar part of its own."""
    rows = Message.objects.filter(booking__in=bookings, calendar__isnull=False)
    return rows.exclude(state=MessageState.SUPERSEDED.value, unsure=False).exists()


@change.service
def cancel_remaining(*, actor: User, now: datetime, series: Series, reason: str = "") -> int:
    """Call off every date that is still to come; returns how many.

    Nothing held yet, and one entry in the partners' calendars or none at all: one mail for the
    whole. Otherwise each date's own CANCEL, since each has a UID of its own.
    """
    access.require(access.may_plan(actor))
    series = Series.objects.select_for_update().get(pk=series.pk)
    rows = list(series.bookings.order_by("start"))
    left = remaining(series, now)
    if not left:
        raise IllegalTransition(_("Inget datum i serien är kvar att avboka."))
    whole = len(left) == len(rows) and (series.regular or not _in_calendars(left))
    for row in left:
        alter.cancel(actor=actor, now=now, booking=row, reason=reason, tell=not whole)
    if whole:
        series.cancelled_at = now
        series.save(update_fields=["cancelled_at"])
    data: dict[str, object] = {"dates": [row.pk for row in left], "whole": whole}
    event = audit.record(now=now, actor=actor, verb="series.cancelled", target=series, data=data)
    if whole:
        first = change.locked(rows[0])
        for invitation in change.live_invitations(first):
            enqueue.tell(invitation, change=MessageKind.SERIES_END, event=event, now=now)
    return len(left)
