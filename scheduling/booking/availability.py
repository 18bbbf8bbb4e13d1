"""Find a time: pure intervals in, proposals with reasons out.

No database, no clock: busy intervals, days and ``now`` are arguments. The cost grows with the busy
intervals inside the window, never with history. What makes visits last decides the order: the same
host, the same weekday, a calm time, margins (DOMAIN.md §2).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=30)
#: Nobody is asked to come tomorrow morning: a partner needs time to answer.
KIND_NOTICE = timedelta(days=7)


class Reason(StrEnum):
    """Why a time is good or less good; words are made at the edge."""

    USUAL_DAY = "usual_day"
    USUAL_TIME = "usual_time"
    USUAL_HOST = "usual_host"
    CALM = "calm"
    BEFORE_OPENING = "before_opening"
    GOOD_HOURS = "good_hours"
    SOON = "soon"
    BRIDGE_DAY = "bridge_day"
    AVOIDED = "avoided"
    TIGHT_ROOM = "tight_room"


_POINTS = {
    Reason.USUAL_HOST: 40,
    Reason.USUAL_DAY: 30,
    Reason.USUAL_TIME: 15,
    Reason.CALM: 20,
    Reason.GOOD_HOURS: 10,
    Reason.BEFORE_OPENING: -5,
    Reason.SOON: -15,
    Reason.BRIDGE_DAY: -25,
    Reason.AVOIDED: -60,
    Reason.TIGHT_ROOM: -8,
}
#: 10.00–11.30 and 13.00–14.30 Tuesday to Thursday work best (DOMAIN.md, "Times that work").
_GOOD = ((time(10), time(11, 30)), (time(13), time(14, 30)))
_GOOD_WEEKDAYS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open [start, end), aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RoomOption:
    """A room by its resource; buffers in minutes."""

    resource: int
    capacity: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day's local hours; ``opens`` None where the library is closed."""

    date: date
    opens: time | None
    closes: time | None
    calm: tuple[tuple[time, time], ...] = ()
    bridge: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What the visit needs and what the group is used to."""

    length: timedelta
    people: int
    groups: tuple[int, ...]
    hosts_required: int = 1
    usual_host: int | None = None
    weekday: int | None = None
    clock: time | None = None
    #: Times that the partner would rather avoid: still possible, but last.
    avoid: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A free time with the best room and hosts for it (resource ids)."""

    start: datetime
    end: datetime
    room: int
    hosts: tuple[int, ...]
    score: int
    reasons: tuple[Reason, ...]


class _Busy:
    """Sorted, merged busy intervals of one resource; a look-up costs a bisection."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for interval in sorted(intervals, key=lambda item: item.start):
            if self._ends and interval.start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], interval.end)
            else:
                self._starts.append(interval.start)
                self._ends.append(interval.end)

    def free(self, start: datetime, end: datetime) -> bool:
        """Whether nothing overlaps [start, end)."""
        position = bisect_left(self._starts, end)
        return position == 0 or self._ends[position - 1] <= start


def propose(
    *,
    wish: Wish,
    rooms: Sequence[RoomOption],
    hosts: Sequence[int],
    busy: Mapping[int, Sequence[Interval]],
    days: Sequence[Day],
    now: datetime,
    zone: ZoneInfo,
    limit: int = 50,
) -> list[Candidate]:
    """The free times within the days' hours, best first, at most ``limit``.

    ``hosts`` are resource ids in order of preference among equals. Times begin at whole and half
    hours of the wall clock in ``zone``, after ``now``. Room buffers count; an unfit room (too few
    places) is never proposed.
    """
    calendars = {resource: _Busy(intervals) for resource, intervals in busy.items()}
    free = _Busy(())
    fitting = sorted(
        (room for room in rooms if room.capacity >= wish.people),
        key=lambda room: (room.capacity, room.resource),
    )
    ordered = sorted(hosts, key=lambda resource: resource != wish.usual_host)
    found = []
    for day in days:
        for start, end in _starts(day, wish.length, zone):
            if start <= now or not all(
                calendars.get(group, free).free(start, end) for group in wish.groups
            ):
                continue
            room = _first_room(fitting, calendars, start, end)
            team = [host for host in ordered if calendars.get(host, free).free(start, end)]
            if room is None or len(team) < wish.hosts_required:
                continue
            chosen = tuple(team[: wish.hosts_required])
            found.append(_candidate(wish, day, start, end, room, chosen, now, zone))
    found.sort(key=lambda item: (-item.score, item.start))
    return found[:limit]


def _starts(day: Day, length: timedelta, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Every start of the day at which the visit ends before closing, as aware instants."""
    if day.opens is None or day.closes is None:
        return
    earliest = min([day.opens, *(calm[0] for calm in day.calm)])
    naive = datetime.combine(day.date, earliest)
    last = datetime.combine(day.date, day.closes) - length
    while naive <= last:
        start = naive.replace(tzinfo=zone)
        yield start, (start.astimezone(ZoneInfo("UTC")) + length).astimezone(zone)
        naive += STEP


def _first_room(
    rooms: Sequence[RoomOption], calendars: Mapping[int, _Busy], start: datetime, end: datetime
) -> RoomOption | None:
    """The smallest free room that holds the group."""
    for room in rooms:
        calendar = calendars.get(room.resource)
        before, after = timedelta(minutes=room.before), timedelta(minutes=room.after)
        if calendar is None or calendar.free(start - before, end + after):
            return room
    return None


def _candidate(
    wish: Wish,
    day: Day,
    start: datetime,
    end: datetime,
    room: RoomOption,
    hosts: tuple[int, ...],
    now: datetime,
    zone: ZoneInfo,
) -> Candidate:
    local = start.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    finish = end.astimezone(zone).time().replace(tzinfo=None)
    checks = {
        Reason.USUAL_HOST: wish.usual_host in hosts,
        Reason.USUAL_DAY: wish.weekday == local.weekday(),
        Reason.USUAL_TIME: wish.clock == clock,
        Reason.CALM: any(calm[0] <= clock < calm[1] for calm in day.calm),
        Reason.BEFORE_OPENING: day.opens is not None and clock < day.opens,
        Reason.GOOD_HOURS: local.weekday() in _GOOD_WEEKDAYS
        and any(first <= clock and finish <= last for first, last in _GOOD),
        Reason.SOON: start - now < KIND_NOTICE,
        Reason.BRIDGE_DAY: day.bridge,
        Reason.AVOIDED: any(
            interval.start < end and start < interval.end for interval in wish.avoid
        ),
        Reason.TIGHT_ROOM: room.capacity == wish.people,
    }
    reasons = tuple(reason for reason, holds in checks.items() if holds)
    weeks_away = (start - now).days // 7
    score = sum(_POINTS[reason] for reason in reasons) - weeks_away
    return Candidate(start, end, room.resource, hosts, score, reasons)
