"""Many more visits, spread over years around the table's: for trying a large library. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, islice
from random import Random
from typing import Final, TypeVar

from core import swedish
from scheduling.demo import days
from scheduling.demo.data import HOSTS, PLANNING_DAY, PROGRAMMES, ROOMS, STAFF
from scheduling.demo.days import Occupied, at
from scheduling.demo.people import GROUPS
from scheduling.demo.plan import PlannedVisit
from scheduling.demo.table import rows
from scheduling.states import CALLED_OFF, CAME_STATES, AnswerChannel, Judgement, VisitState

T = TypeVar("T")

_YEAR: Final = 365
#: At about seven visits a working day the calendar is well filled, so more visits need more years.
_A_YEAR: Final = 1700
_MOST_YEARS: Final = 10
#: A year and a half forward for ten years back, and never more: feeds reach no further.
_FURTHEST: Final = 548
_CLOCKS: Final = (time(11), time(13), time(9, 15), time(14, 45), time(16, 15))
_WEDNESDAY: Final = (time(13), time(10, 15), time(14, 45), time(16, 15))
_FUTURE: Final = {
    VisitState.CONFIRMED: 18,
    VisitState.OFFERED: 3,
    VisitState.DRAFT: 1,
    VisitState.DECLINED: 2,
}
_LEADERS: Final = {
    key: tuple(person.username for person in STAFF if key in person.programmes)
    for key in PROGRAMMES
}
#: More groups write than the circle alone.
_ALSO: Final = {"skriv": ("Läsgruppen", "Förmiddagsgruppen", "Onsdagsgruppen")}


def evenly(weights: Mapping[T, int]) -> Iterator[T]:
    """Keys for ever, each as often as its weight says and as evenly as can be."""
    total = sum(weights.values())
    current = dict.fromkeys(weights, 0)
    while True:
        for key, weight in weights.items():
            current[key] += weight
        chosen = max(current, key=lambda key: current[key])
        current[chosen] -= total
        yield chosen


@dataclass(frozen=True, slots=True)
class _What:
    """What a visit is, before it has a time."""

    programme: str
    state: VisitState
    judgement: Judgement | None
    channel: AnswerChannel | None


def fill(today: date, wanted: int, occupied: Occupied, random: Random) -> list[PlannedVisit]:
    """``wanted`` visits more, in order of time; takes what they need in ``occupied``."""
    if wanted <= 0:
        return []
    monday = swedish.monday_of(today)
    years = min(_MOST_YEARS, max(1, -(-wanted // _A_YEAR)))
    past = _working(monday - timedelta(days=years * _YEAR), monday)
    future = _working(
        monday + timedelta(days=7), monday + timedelta(days=min(_FURTHEST, 90 + years * 50))
    )
    count = round(wanted * len(past) / (len(past) + len(future)))
    placed = [
        *_spread(past, _whats(count, _past_states(), random), occupied, random),
        *_spread(future, _whats(wanted - count, _FUTURE, random), occupied, random),
    ]
    return sorted(placed, key=lambda visit: (visit.start, visit.groups))


def _working(first: date, end: date) -> list[date]:
    found = (first + timedelta(days=offset) for offset in range((end - first).days))
    return [day for day in found if days.works(day)]


def _past_states() -> Counter[VisitState]:
    return Counter(row.state for row in rows() if row.state in _OVER)


_OVER: Final = (
    *CAME_STATES,
    VisitState.NONE_CAME,
    VisitState.CANCELLED_BY_PARTNER,
    VisitState.CANCELLED_BY_US,
)


def _whats(count: int, states: Mapping[VisitState, int], random: Random) -> list[_What]:
    programmes = evenly(Counter(row.programme for row in rows()))
    judgements = evenly(Counter(row.judgement for row in rows() if row.judgement))
    channels = evenly(Counter(row.channel for row in rows() if row.channel))
    waiting = {VisitState.OFFERED, VisitState.DRAFT}
    found = [
        _What(
            next(programmes),
            state,
            next(judgements) if state in CAME_STATES else None,
            None if state in waiting else next(channels),
        )
        for state in islice(evenly(dict(states)), count)
    ]
    random.shuffle(found)
    return found


def _spread(
    pool: Sequence[date], whats: Sequence[_What], occupied: Occupied, random: Random
) -> Iterator[PlannedVisit]:
    """Each on the day that its share of all weights points to, or the nearest with a free place."""
    months = Counter(row.day.month for row in rows())
    weekdays = Counter(row.day.weekday() for row in rows())
    weights = accumulate(months[day.month] * (10 + weekdays[day.weekday()]) for day in pool)
    heights = list(weights)
    for number, what in enumerate(whats):
        wish = bisect_left(heights, (number + 0.5) / len(whats) * heights[-1])
        for index in _around(wish, len(pool)):
            visit = _try(what, pool[index], occupied, random)
            if visit is not None:
                yield visit
                break
        else:
            raise ValueError("The calendar is full: ask for fewer visits.")


def _around(wish: int, length: int) -> Iterator[int]:
    yield wish
    for distance in range(1, length):
        if wish + distance < length:
            yield wish + distance
        if wish - distance >= 0:
            yield wish - distance


def _try(what: _What, day: date, occupied: Occupied, random: Random) -> PlannedVisit | None:
    """The visit on ``day``, where group, hosts and room are free at one of the usual hours."""
    hours = days.open_hours(day)
    if hours is None:
        return None
    groups = random.sample(_fitting(what.programme), k=3)
    length = timedelta(minutes=PROGRAMMES[what.programme].minutes)
    for clock in _clocks(day, random):
        start = at(day, clock)
        end = start + length
        if clock < hours[0] or end.time() > hours[1]:
            continue
        for alias in groups:
            found = _staffed(what, alias, start, end, occupied)
            if found is not None:
                return found
    return None


@cache
def _fitting(programme: str) -> list[str]:
    """The groups that come to the programme; at least three."""
    usual = {row.groups[0] for row in rows() if row.programme == programme}
    return sorted(usual.union(_ALSO.get(programme, ())))


def _clocks(day: date, random: Random) -> tuple[time, ...]:
    clocks = _WEDNESDAY if day.weekday() == PLANNING_DAY else _CLOCKS
    turn = random.randrange(3)
    return clocks[turn:] + clocks[:turn]


def _staffed(
    what: _What, alias: str, start: datetime, end: datetime, occupied: Occupied
) -> PlannedVisit | None:
    group = GROUPS[alias]
    if not occupied.free((alias,), start, end):
        return None
    room = next(
        (
            name
            for name in PROGRAMMES[what.programme].rooms
            if ROOMS[name][0] >= group.most and occupied.free((name,), start, end)
        ),
        None,
    )
    leaders = _LEADERS[what.programme]
    turn = start.toordinal() % len(leaders)
    able = leaders[turn:] + leaders[:turn]
    hosts = [name for name in able if occupied.free((name,), start, end)][:1]
    if group.two_hosts and hosts:
        free = (name for name in HOSTS if name not in hosts)
        hosts += [name for name in free if occupied.free((name,), start, end)][:1]
    if room is None or len(hosts) < 1 + group.two_hosts:
        return None
    visit = PlannedVisit(
        start=start,
        end=end,
        programme=what.programme,
        groups=(alias,),
        hosts=tuple(hosts),
        room=room,
        state=what.state,
        judgement=what.judgement,
        channel=what.channel,
        core=False,
    )
    if what.state not in CALLED_OFF:
        occupied.take(visit.names, start, end)
    return visit
