"""Other times that a partner may pick from: free for the visit as it is planned, so that one click
takes them. What is taken is not shown, nor why (DOMAIN.md J4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from core import swedish
from partners.models import Group
from scheduling.booking import board, hosting, rules
from scheduling.booking.availability import free_times
from scheduling.booking.board import STOCKHOLM
from scheduling.booking.starts import Need
from scheduling.booking.times import hours
from scheduling.models import Booking

#: We need a day or two to answer, and the group to hear of it.
NOTICE_DAYS = 2
WEEKS = 6
#: How far on a partner may leaf.
LONGEST_WEEKS = 26
MOST_SAME_WEEKDAY, MOST_OTHER_DAYS, MOST_TIMES_A_DAY = 4, 8, 6
#: Groups come best so (DOMAIN.md, "Times that work"): shown before other hours.
_BEST = (time(10), time(13), time(10, 30), time(13, 30))


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A day with its free times, (start, end) in order; ``same`` weekday as the visit now."""

    day: date
    times: tuple[tuple[datetime, datetime], ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Days:
    """What a partner sees: the usual weekday first, each part in order; where later days begin."""

    same: list[FreeDay]
    other: list[FreeDay]
    later: date | None


def days(booking: Booking, *, now: datetime, first: date | None = None) -> Days:
    """Free days of six weeks from ``first`` (local; at the earliest in two working days).

    Red days, closed days and what the group wishes to avoid are left out. The same question costs
    the same few queries, however much is booked.
    """
    today = timezone.localdate(now)
    earliest = swedish.add_working_days(today, NOTICE_DAYS)
    end_of_all = earliest + timedelta(weeks=LONGEST_WEEKS)
    begin = min(max(first or earliest, earliest), end_of_all)
    last = begin + timedelta(weeks=WEEKS) - timedelta(days=1)
    local = timezone.localtime(booking.start)
    found: dict[date, list[tuple[datetime, datetime]]] = {}
    for start, end in free(booking, first=begin, last=last, now=now):
        found.setdefault(timezone.localdate(start), []).append((start, end))
    rows = [
        FreeDay(day, _few(times, local.time()), day.weekday() == local.weekday())
        for day, times in found.items()
    ]
    same = [row for row in rows if row.same][:MOST_SAME_WEEKDAY]
    other = [row for row in rows if not row.same]
    # The next page begins after the last day shown, or where this one's weeks end.
    ends = other[MOST_OTHER_DAYS - 1].day if len(other) > MOST_OTHER_DAYS else last
    later = ends + timedelta(days=1)
    return Days(same, other[:MOST_OTHER_DAYS], later if later < end_of_all else None)


def free(
    booking: Booking, *, first: date, last: date, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The free times (start, end) from ``first`` to ``last`` for the visit's own room and hosts."""
    visit, groups = booking.visit, list(booking.visit.groups.all())
    library = booking.library
    if library is None:
        return []
    window = board.window(
        rooms=[visit.room] if visit.room else [],
        hosts=visit.hosts,
        groups=groups,
        first=first,
        last=last,
        now=now,
        without=[booking.pk],
    )
    needs = [
        *(board.room_need(room) for room in window.rooms.values()),
        *(board.host_need(host, visit.travel_minutes) for host in window.hosts.values()),
        *(Need(group) for group in window.groups),
    ]
    found = free_times(
        length=booking.end - booking.start,
        needs=needs,
        busy=window.busy,
        days=hours(library, first, last),
        now=now,
        zone=STOCKHOLM,
    )
    return [row for row in _welcome(found, groups, first, last) if row[0] != booking.start]


def _welcome(
    found: Sequence[tuple[datetime, datetime]], groups: Sequence[Group], first: date, last: date
) -> list[tuple[datetime, datetime]]:
    """Without the times that the partner wishes to avoid."""
    avoid = [
        span for span, _rule in rules.avoided(hosting.avoid_rules(groups), first, last, STOCKHOLM)
    ]
    return [
        (start, end)
        for start, end in found
        if not any(rules.overlaps(span, start, end) for span in avoid)
    ]


def _few(
    times: Sequence[tuple[datetime, datetime]], usual: time
) -> tuple[tuple[datetime, datetime], ...]:
    """At most six of a day: the usual hour, good hours, whole hours; shown in order."""
    best = (usual.replace(second=0, microsecond=0), *_BEST)

    def rank(row: tuple[datetime, datetime]) -> tuple[int, bool, datetime]:
        clock = timezone.localtime(row[0]).time()
        place = best.index(clock) if clock in best else len(best)
        return place, clock.minute != 0, row[0]

    return tuple(sorted(sorted(times, key=rank)[:MOST_TIMES_A_DAY]))


def still_free(
    booking: Booking, starts: Sequence[datetime], *, now: datetime
) -> tuple[list[datetime], list[datetime]]:
    """``starts`` parted into those that can still be had, and those that went meanwhile.

    A start outside what ``days`` could show counts as gone: nobody else's hours can be asked for.
    """
    if not starts:
        return [], []
    wall = sorted(timezone.localdate(start) for start in starts)
    earliest = swedish.add_working_days(timezone.localdate(now), 1)
    latest = earliest + timedelta(weeks=LONGEST_WEEKS + WEEKS)
    first, last = max(wall[0], earliest), min(wall[-1], latest)
    had: set[datetime] = set()
    if first <= last:
        had = {start for start, _end in free(booking, first=first, last=last, now=now)}
    return [row for row in starts if row in had], [row for row in starts if row not in had]
