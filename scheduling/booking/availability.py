"""Find a time: pure intervals in, proposals with reasons out.

No database, no clock: busy intervals, days and ``now`` are arguments. The cost grows with the busy
intervals inside the window, never with history. What makes visits last decides the order: the same
host, the same weekday, a calm time, margins (DOMAIN.md §2).

Every start of the horizon is a bit of one integer; a busy interval sets the bits of the starts that
it rules out, so that a room or a host is tried at all of them at once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=30)
#: Nobody is asked to come tomorrow morning: a partner needs time to answer.
KIND_NOTICE = timedelta(days=7)
#: Room and host are in no hurry where nothing else is so near, in minutes before and after.
MARGIN = 30
_MINUTE, _WEEK = 60, 7 * 24 * 3600


class Reason(StrEnum):
    """Why a time is good or less good; words are made at the edge."""

    USUAL_DAY = "usual_day"
    USUAL_TIME = "usual_time"
    USUAL_HOST = "usual_host"
    CALM = "calm"
    BEFORE_OPENING = "before_opening"
    GOOD_HOURS = "good_hours"
    MARGINS = "margins"
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
    Reason.MARGINS: 6,
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

    @property
    def rank(self) -> tuple[int, float, int, tuple[int, ...]]:
        """Best first; total, so that the same question always has the same answer."""
        return -self.score, self.start.timestamp(), self.room, self.hosts


@dataclass(frozen=True, slots=True)
class Need:
    """A resource that the visit takes, with minutes before and after."""

    resource: int
    before: int = 0
    after: int = 0


class Board:
    """Who and what is busy when. Look-ups take instants as seconds (POSIX)."""

    def __init__(self, busy: Mapping[int, Sequence[Interval]]) -> None:
        """Resource -> its busy intervals, in any order; they may overlap."""
        self._spans = {
            resource: [(row.start.timestamp(), row.end.timestamp()) for row in intervals]
            for resource, intervals in busy.items()
        }

    def taken(self, need: Need, starts: Sequence[float], length: float, margin: int = 0) -> int:
        """The bits of those ``starts`` (ascending) at which the resource is busy.

        ``length`` in seconds; ``margin`` is asked for before and after, in minutes, on top of the
        need's own.
        """
        before = (need.before + margin) * _MINUTE
        after = (need.after + margin) * _MINUTE + length
        bits = 0
        for begin, end in self._spans.get(need.resource, ()):
            first = bisect_right(starts, begin - after)
            last = bisect_left(starts, end + before)
            if last > first:
                bits |= ((1 << (last - first)) - 1) << first
        return bits

    def free(self, need: Need, start: datetime, end: datetime) -> bool:
        """Whether nothing overlaps [start, end) and the need's minutes around it."""
        begin = start.timestamp()
        return not self.taken(need, [begin], end.timestamp() - begin)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A possible start; ``clock`` and ``finish`` are on the wall."""

    day: Day
    start: datetime
    end: datetime
    at: float
    clock: time
    finish: time


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
    moments = _moments(days, wish.length, now, zone)
    starts, length = [moment.at for moment in moments], wish.length.total_seconds()
    board = Board(busy)
    open_ = (1 << len(starts)) - 1
    for group in wish.groups:
        open_ &= ~board.taken(Need(group), starts, length)
    fitting = sorted(
        (room for room in rooms if room.capacity >= wish.people),
        key=lambda room: (room.capacity, room.resource),
    )
    needs = [Need(room.resource, room.before, room.after) for room in fitting]
    places = _first(board, needs, 1, open_, starts, length)
    usual_first = sorted(hosts, key=lambda resource: resource != wish.usual_host)
    team = [Need(host) for host in usual_first]
    with_room = sum(1 << number for number in places)
    teams = _first(board, team, wish.hosts_required, with_room, starts, length)
    roomy = {
        need.resource: ~board.taken(need, starts, length, MARGIN)
        for need in {*chain(*places.values()), *chain(*teams.values())}
    }
    avoided = Board({0: wish.avoid}).taken(Need(0), starts, length)
    tight = {room.resource for room in fitting if room.capacity == wish.people}
    found = []
    for number, chosen in teams.items():
        room, people = places[number][0].resource, tuple(need.resource for need in chosen)
        bit = 1 << number
        checks = {
            **_hours(wish, moments[number], now),
            Reason.USUAL_HOST: wish.usual_host in people,
            Reason.MARGINS: all(roomy[resource] & bit for resource in (room, *people)),
            Reason.AVOIDED: bool(avoided & bit),
            Reason.TIGHT_ROOM: room in tight,
        }
        found.append(_candidate(moments[number], room, people, checks, now))
    found.sort(key=lambda item: item.rank)
    return found[:limit]


def nearest(
    *,
    wanted: datetime,
    length: timedelta,
    needs: Sequence[Need],
    busy: Mapping[int, Sequence[Interval]],
    days: Sequence[Day],
    now: datetime,
    zone: ZoneInfo,
) -> tuple[datetime, datetime] | None:
    """The free time nearest to ``wanted`` for exactly these resources; the earlier of two."""
    free = free_times(length=length, needs=needs, busy=busy, days=days, now=now, zone=zone)
    return min(free, key=lambda time: abs(time[0].timestamp() - wanted.timestamp()), default=None)


def free_times(
    *,
    length: timedelta,
    needs: Sequence[Need],
    busy: Mapping[int, Sequence[Interval]],
    days: Sequence[Day],
    now: datetime,
    zone: ZoneInfo,
) -> list[tuple[datetime, datetime]]:
    """Every time, (start, end) in order, at which exactly these resources are free."""
    moments = _moments(days, length, now, zone)
    starts, board = [moment.at for moment in moments], Board(busy)
    taken = 0
    for need in needs:
        taken |= board.taken(need, starts, length.total_seconds())
    free = _bits(~taken & ((1 << len(starts)) - 1))
    return [(moments[number].start, moments[number].end) for number in free]


def _moments(
    days: Sequence[Day], length: timedelta, now: datetime, zone: ZoneInfo
) -> list[_Moment]:
    """Every start after ``now`` at which the visit ends before closing, in order of time."""
    after = now.timestamp()
    found = [row for day in days for row in _of_day(day, length, zone) if row.at > after]
    return sorted(found, key=lambda row: row.at)


def _of_day(day: Day, length: timedelta, zone: ZoneInfo) -> Iterator[_Moment]:
    if day.opens is None or day.closes is None:
        return
    midnight = datetime.combine(day.date, time.min, tzinfo=zone)
    even = midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset()
    wall = datetime.combine(day.date, min([day.opens, *(calm[0] for calm in day.calm)]))
    last = datetime.combine(day.date, day.closes) - length
    while wall <= last:
        start = wall.replace(tzinfo=zone)
        if even:
            yield _Moment(
                day, start, start + length, start.timestamp(), wall.time(), (wall + length).time()
            )
        elif (instant := start.astimezone(UTC)).astimezone(zone).replace(tzinfo=None) == wall:
            # The hour that the clocks skip in spring is no time at all.
            end = (instant + length).astimezone(zone)
            yield _Moment(day, start, end, instant.timestamp(), wall.time(), end.time())
        wall += STEP


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _first(
    board: Board,
    needs: Sequence[Need],
    count: int,
    open_: int,
    starts: Sequence[float],
    length: float,
) -> dict[int, list[Need]]:
    """For each of the ``open_`` starts the first ``count`` of ``needs`` that are free then.

    Starts with fewer are left out.
    """
    found: dict[int, list[Need]] = {}
    lacking = open_
    for need in needs:
        if not lacking:
            break
        for number in _bits(lacking & ~board.taken(need, starts, length)):
            chosen = found.setdefault(number, [])
            chosen.append(need)
            if len(chosen) == count:
                lacking ^= 1 << number
    return {number: chosen for number, chosen in found.items() if len(chosen) == count}


def _hours(wish: Wish, moment: _Moment, now: datetime) -> dict[Reason, bool]:
    """What the hour itself has to say."""
    day, clock, weekday = moment.day, moment.clock, moment.day.date.weekday()
    return {
        Reason.USUAL_DAY: wish.weekday == weekday,
        Reason.USUAL_TIME: wish.clock == clock,
        Reason.CALM: any(calm[0] <= clock < calm[1] for calm in day.calm),
        Reason.BEFORE_OPENING: day.opens is not None and clock < day.opens,
        Reason.GOOD_HOURS: weekday in _GOOD_WEEKDAYS
        and any(first <= clock and moment.finish <= last for first, last in _GOOD),
        Reason.SOON: moment.at - now.timestamp() < KIND_NOTICE.total_seconds(),
        Reason.BRIDGE_DAY: day.bridge,
    }


def _candidate(
    moment: _Moment,
    room: int,
    hosts: tuple[int, ...],
    checks: Mapping[Reason, bool],
    now: datetime,
) -> Candidate:
    reasons = tuple(reason for reason in _POINTS if checks[reason])
    weeks_away = int(moment.at - now.timestamp()) // _WEEK
    score = sum(_POINTS[reason] for reason in reasons) - weeks_away
    return Candidate(moment.start, moment.end, room, hosts, score, reasons)
