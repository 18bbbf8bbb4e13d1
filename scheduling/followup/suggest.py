"""What to do next about a visit that was: follow it up, and agree on the next time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from core import swedish
from scheduling.models import Allocation, Booking, Closure
from scheduling.models.booking import BookingQuerySet
from scheduling.states import VisitState

#: The same weekday and hour, two weeks on; searched for as long as a term.
FIRST_WEEK, LAST_WEEK = 2, 16
MOST = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A free time for the same group, host and room (aware, Europe/Stockholm)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Need:
    """A resource and its minutes before and after."""

    resource: int
    before: timedelta
    after: timedelta


def due(now: datetime) -> BookingQuerySet:
    """Visits that have ended and that nobody has followed up, the oldest first."""
    return (
        Booking.objects.visits()
        .filter(state__in=[VisitState.OFFERED.value, VisitState.CONFIRMED.value], end__lte=now)
        .exclude(follow_ups__current=True)
        .with_visit()
        .order_by("start", "pk")
    )


def suggest_next(booking: Booking, now: datetime) -> list[Suggestion]:
    """Up to two times, same weekday and clock, when group, host and room are free.

    From two weeks after the visit on, always ahead of ``now``; no red day, eve or closed day.
    A suggestion promises nothing: booking it decides. Three queries at most.
    """
    times = [time for time in _same_time(booking) if time.start > now]
    if not times:
        return []
    needs = _needs(booking)
    busy = _busy(needs, times[0].start, times[-1].end, now)
    closed = _closed(booking, times)
    found = (
        time
        for time in times
        if time.start.date() not in closed
        and not any(
            start < time.end + need.after and end > time.start - need.before
            for need in needs
            for start, end in busy.get(need.resource, ())
        )
    )
    return [time for time, _count in zip(found, range(MOST), strict=False)]


def _same_time(booking: Booking) -> Iterator[Suggestion]:
    begun = booking.start.astimezone(swedish.STOCKHOLM)
    length = booking.end - booking.start
    for weeks in range(FIRST_WEEK, LAST_WEEK + 1):
        # Wall time: the clock on the wall is the same in summer and winter.
        start = begun + timedelta(weeks=weeks)
        if swedish.red_day(start) is None and swedish.eve(start) is None:
            end = (start.astimezone(UTC) + length).astimezone(swedish.STOCKHOLM)
            yield Suggestion(start, end)


def _needs(booking: Booking) -> list[_Need]:
    visit = booking.visit
    travel = timedelta(minutes=visit.travel_minutes)
    needs = [_Need(host.resource_id, travel, travel) for host in visit.hosts]
    if visit.room is not None:
        before, after = visit.room.buffer_before, visit.room.buffer_after
        needs.append(
            _Need(visit.room.resource_id, timedelta(minutes=before), timedelta(minutes=after))
        )
    needs += [
        _Need(group.resource.pk, timedelta(), timedelta())
        for group in visit.groups.select_related("resource")
        if hasattr(group, "resource")
    ]
    return needs


def _busy(
    needs: list[_Need], first: datetime, last: datetime, now: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    widest = timedelta(hours=5)
    rows = Allocation.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        resource_id__in={need.resource for need in needs},
        start__lt=last + widest,
        end__gt=first - widest,
    )
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    for resource, start, end in rows.values_list("resource_id", "start", "end"):
        busy.setdefault(resource, []).append((start, end))
    return busy


def _closed(booking: Booking, times: list[Suggestion]) -> set[object]:
    days = [time.start.date() for time in times]
    rows = Closure.objects.filter(library=booking.library_id, day__in=days, opens=None)
    return set(rows.values_list("day", flat=True))
