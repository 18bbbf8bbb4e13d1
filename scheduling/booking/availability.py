"""Find a time: pure intervals in, proposals with reasons out.

No database, no clock: busy intervals, days and ``now`` are arguments. The cost grows with the busy
intervals inside the window, never with history. What makes visits last decides the order: the same
host, the same weekday, a calm time, margins (DOMAIN.md §2).

A room or a host is tried at all starts of the horizon at once (``starts``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.booking.starts import Board, Day, Interval, Moment, Need, bits, moments

#: Nobody is asked to come tomorrow morning: a partner needs time to answer.
KIND_NOTICE = timedelta(days=7)
#: Room and host are in no hurry where nothing else is so near, in minutes before and after.
MARGIN = 30
_WEEK = 7 * 24 * 3600


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
class RoomOption:
    """A room by its resource; buffers in minutes."""

    resource: int
    capacity: int
    before: int = 0
    after: int = 0


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


class _Choice(NamedTuple):
    """A room with a team, and the bits of the starts at which they are the first in turn."""

    room: int
    hosts: tuple[int, ...]
    starts: int
    #: Those of the starts with nothing else near.
    roomy: int


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
    possible = moments(days, wish.length, now, zone)
    starts, length = [moment.at for moment in possible], wish.length.total_seconds()
    board = Board(busy)
    open_ = (1 << len(starts)) - 1
    for group in wish.groups:
        open_ &= ~board.taken(Need(group), starts, length)
    fitting = sorted(
        (room for room in rooms if room.capacity >= wish.people),
        key=lambda room: (room.capacity, room.resource),
    )
    usual_first = sorted(hosts, key=lambda resource: resource != wish.usual_host)
    choices = _choices(board, wish, fitting, usual_first, open_, starts)
    avoided = set(bits(Board({0: wish.avoid}).taken(Need(0), starts, length)))
    tight = {room.resource for room in fitting if room.capacity == wish.people}
    said = _said(possible, wish, now)
    score = [points for _reasons, points in said]
    for number in avoided:
        score[number] += _POINTS[Reason.AVOIDED]
    chosen: dict[int, _Choice] = {}
    for choice in choices:
        always = wish.usual_host in choice.hosts and _POINTS[Reason.USUAL_HOST]
        always += choice.room in tight and _POINTS[Reason.TIGHT_ROOM]
        for number in bits(choice.starts):
            chosen[number] = choice
            score[number] += always
        for number in bits(choice.roomy):
            score[number] += _POINTS[Reason.MARGINS]
    found = []
    for number in nsmallest(limit, chosen, key=lambda number: (-score[number], number)):
        choice = chosen[number]
        also = {
            Reason.USUAL_HOST: wish.usual_host in choice.hosts,
            Reason.MARGINS: bool(choice.roomy >> number & 1),
            Reason.AVOIDED: number in avoided,
            Reason.TIGHT_ROOM: choice.room in tight,
        }
        reasons = tuple(row for row in _POINTS if row in said[number][0] or also.get(row))
        start, end = possible[number].span(wish.length, zone)
        found.append(Candidate(start, end, choice.room, choice.hosts, score[number], reasons))
    return found


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
    possible, free = _free(length, needs, busy, days, now, zone)
    best = min(free, key=lambda row: abs(possible[row].at - wanted.timestamp()), default=None)
    return None if best is None else possible[best].span(length, zone)


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
    possible, free = _free(length, needs, busy, days, now, zone)
    return [possible[row].span(length, zone) for row in free]


def _free(
    length: timedelta,
    needs: Sequence[Need],
    busy: Mapping[int, Sequence[Interval]],
    days: Sequence[Day],
    now: datetime,
    zone: ZoneInfo,
) -> tuple[list[Moment], Iterator[int]]:
    """Every possible start, and which of them are free for all ``needs``."""
    possible = moments(days, length, now, zone)
    starts, board = [moment.at for moment in possible], Board(busy)
    taken = 0
    for need in needs:
        taken |= board.taken(need, starts, length.total_seconds())
    return possible, bits(~taken & ((1 << len(starts)) - 1))


def _choices(
    board: Board,
    wish: Wish,
    rooms: Sequence[RoomOption],
    hosts: Sequence[int],
    open_: int,
    starts: Sequence[float],
) -> Iterator[_Choice]:
    """Each room and team that come first, in the orders given, at some of the ``open_`` starts."""
    length = wish.length.total_seconds()
    needs = [Need(room.resource, room.before, room.after) for room in rooms]
    places = _first(board, needs, 1, open_, starts, length)
    with_room = 0
    for mask in places.values():
        with_room |= mask
    teams = _first(
        board, [Need(host) for host in hosts], wish.hosts_required, with_room, starts, length
    )
    near: dict[Need, int] = {}
    for (room,), at_room in places.items():
        for team, at_team in teams.items():
            both = roomy = at_room & at_team
            if not both:
                continue
            for need in (room, *team):
                if need not in near:
                    near[need] = board.taken(need, starts, length, MARGIN)
                roomy &= ~near[need]
            yield _Choice(room.resource, tuple(need.resource for need in team), both, roomy)


def _first(
    board: Board,
    needs: Sequence[Need],
    count: int,
    open_: int,
    starts: Sequence[float],
    length: float,
) -> dict[tuple[Need, ...], int]:
    """The first ``count`` of ``needs`` that are free, and the ``open_`` starts at which they are.

    Starts with fewer are in none of them.
    """
    found: dict[tuple[Need, ...], int] = {}
    lacking: dict[tuple[Need, ...], int] = {(): open_} if open_ else {}
    for need in needs:
        if not lacking:
            break
        free = ~board.taken(need, starts, length)
        for earlier, mask in list(lacking.items()):
            if not (now := mask & free):
                continue
            more = (*earlier, need)
            (found if len(more) == count else lacking)[more] = now
            if now == mask:
                del lacking[earlier]
            else:
                lacking[earlier] = mask & ~now
    return found


def _said(
    moments: Sequence[Moment], wish: Wish, now: datetime
) -> list[tuple[frozenset[Reason], int]]:
    """What the hour itself has to say of each start, and its points, less one a week ahead."""
    alike: dict[object, tuple[frozenset[Reason], int]] = {}
    found, begin, kind = [], now.timestamp(), KIND_NOTICE.total_seconds()
    day, weekday = None, 0
    for moment in moments:
        if moment.day is not day:
            day, weekday = moment.day, moment.day.date.weekday()
        ahead = moment.at - begin
        key = (id(moment.hour), weekday, moment.day.bridge, ahead < kind)
        if key not in alike:
            checks = {**_of_hour(wish, moment, weekday), Reason.SOON: ahead < kind}
            reasons = frozenset(reason for reason, holds in checks.items() if holds)
            alike[key] = reasons, sum(_POINTS[reason] for reason in reasons)
        reasons, points = alike[key]
        found.append((reasons, points - int(ahead) // _WEEK))
    return found


def _of_hour(wish: Wish, moment: Moment, weekday: int) -> dict[Reason, bool]:
    day, clock, finish = moment.day, moment.hour.clock, moment.hour.finish
    return {
        Reason.USUAL_DAY: wish.weekday == weekday,
        Reason.USUAL_TIME: wish.clock == clock,
        Reason.CALM: any(calm[0] <= clock < calm[1] for calm in day.calm),
        Reason.BEFORE_OPENING: day.opens is not None and clock < day.opens,
        Reason.GOOD_HOURS: weekday in _GOOD_WEEKDAYS
        and any(first <= clock and finish <= last for first, last in _GOOD),
        Reason.BRIDGE_DAY: day.bridge,
    }
