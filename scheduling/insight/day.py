"""A day of the calendar with a column for each room or host, in a fixed number of queries.

What a column shows is what the database guards: visits, meetings and absences, and every time that
is held while it is offered.
"""

from collections import defaultdict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core import access
from core.models import User
from scheduling.booking import hosting
from scheduling.insight import week as weeks
from scheduling.insight.lanes import Span
from scheduling.insight.week import Drawn
from scheduling.models import Allocation, Booking, Host, Room
from scheduling.states import CALLED_OFF, VisitState


@dataclass(frozen=True, slots=True)
class Column:
    """A room's day or a host's; without an owner what takes none of them."""

    owner: Room | Host | None
    day: weeks.Day


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The columns and the hours that are drawn; ``bookings`` are those that begin on the day."""

    first: int
    last: int
    columns: list[Column]
    bookings: list[Booking]


def plan(
    user: User, owners: Sequence[Room | Host], day: date, now: datetime, *, lang: str
) -> DayPlan:
    """``day`` as ``user`` may see it; each owner's hours are its library's."""
    rows = weeks.bookings(user, weeks.Filter(), day, 1)
    drawn = _held(user, [owner.resource_id for owner in owners], day, now)
    placed = {item.booking.pk for items in drawn.values() for item in items}
    elsewhere = [
        Drawn(row, span, 0, 0)
        for row in rows
        if row.pk not in placed
        and row.status not in CALLED_OFF
        and (span := weeks.span_on(day, row.start, row.end))
    ]
    libraries = {owner.library_id: owner.library for owner in owners}
    hours = {pk: weeks.hours_of(row, day, day, lang=lang)[0] for pk, row in libraries.items()}
    columns = [Column(owner, deepcopy(hours[owner.library_id])) for owner in owners]
    everything = [*elsewhere, *(item for items in drawn.values() for item in items)]
    away = _away([owner for owner in owners if isinstance(owner, Host)], day)
    first, last = weeks.hours_drawn([column.day for column in columns], everything)
    for column, owner in zip(columns, owners, strict=True):
        found, off = drawn[owner.resource_id], away.get(owner.resource_id, ())
        weeks.fill(column.day, found, first, last, now, away=off)
    if elsewhere:
        other = weeks.Day(day, None, None)
        weeks.fill(other, elsewhere, first, last, now)
        other.shut.clear()
        columns.append(Column(None, other))
    return DayPlan(first, last, columns, rows)


def _held(user: User, resources: list[int], day: date, now: datetime) -> dict[int, list[Drawn]]:
    """Resource -> what takes it on ``day``, with the minutes before and after."""
    start, end = weeks.midnight(day), weeks.midnight(day + timedelta(days=1))
    rows = Allocation.objects.standing(now).overlapping(resources, start, end)
    taken = list(rows.select_related("offered").order_by("start", "pk"))
    bookings = Booking.objects.with_visit().annotate(countered=weeks.WISHED)
    if not access.may_plan(user):
        bookings = bookings.exclude(state=VisitState.DRAFT.value)
    by_pk = bookings.in_bulk({row.booking_id for row in taken})
    found: dict[int, list[Drawn]] = defaultdict(list)
    for row in taken:
        booking = by_pk.get(row.booking_id)
        at = row.offered or booking
        if booking is None or at is None:
            continue
        span = weeks.span_on(day, at.start, at.end) or weeks.span_on(day, row.start, row.end)
        if span is not None:
            before, after = _minutes(at.start - row.start), _minutes(row.end - at.end)
            found[row.resource_id].append(Drawn(booking, span, before, after))
    return found


def _away(hosts: list[Host], day: date) -> dict[int, list[Span]]:
    """Resource -> when the host is not to be booked: off duty, or busy in her own calendar."""
    found: dict[int, list[Span]] = {}
    for resource, intervals in hosting.kept_free(hosts, day, day).items():
        spans = (
            weeks.span_on(day, *(datetime.fromtimestamp(at, UTC) for at in interval))
            for interval in intervals
        )
        found[resource] = [span for span in spans if span]
    return found


def _minutes(length: timedelta) -> int:
    return max(0, int(length.total_seconds()) // 60)
