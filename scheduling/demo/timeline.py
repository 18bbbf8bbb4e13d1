"""When a visit was booked, answered, reminded, called off and followed up. Pure.

Every moment lies before "now" and in the order in which it must have been.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from scheduling.demo import days
from scheduling.demo.days import at
from scheduling.demo.people import REPLACED_ON
from scheduling.demo.plan import PlannedVisit
from scheduling.states import CAME_STATES, OPEN_STATES, VisitState

#: "Now" is early on the day itself: nothing that is seeded happens later.
MORNING: Final = time(7)
#: How many working days the offers of the near future have waited, in order of their dates;
#: more than three is "inget svar".
_WAITED: Final = (10, 8, 5, 2, 2, 1, 1)
#: An offer that waits, or a no, was not agreed on at the visit before.
_NOT_AGREED: Final = (OPEN_STATES | {VisitState.DECLINED}) - {VisitState.CONFIRMED}
_CIRCLE: Final = "skriv"
CIRCLE_GROUP: Final = "Skrivarna"
_CIRCLE_DATES: Final = 8
_REMINDED_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Timeline:
    """The moments of one visit; None where it did not happen (yet)."""

    booked: datetime
    answered: datetime | None = None
    reminded: datetime | None = None
    called_off: datetime | None = None
    followed_up: datetime | None = None
    #: A new contact took over on this day, after the booking.
    replaced: datetime | None = None
    #: The visit (its place in the list) that was agreed on at the follow-up.
    following: int | None = None


def timelines(visits: Sequence[PlannedVisit], today: date, random: Random) -> list[Timeline]:
    """One for each visit, in their order."""
    now = at(today, MORNING)
    waited = iter(_WAITED)
    circles = _circles(visits)
    found = []
    for index, visit in enumerate(visits):
        steps = None
        if visit.core and visit.state is VisitState.OFFERED and not visit.countered:
            steps = next(waited, None)
        booked = _booked(visit, circles.get(index, visit.start.date()), steps, now, random)
        found.append(_after(visit, booked, now, random))
    _agree_on_the_spot(visits, found, now)
    took_over = at(days.moved(REPLACED_ON, today), time(10, 15))
    return [
        _replaced(visit, timeline, took_over) for visit, timeline in zip(visits, found, strict=True)
    ]


def _circles(visits: Sequence[PlannedVisit]) -> dict[int, date]:
    """The circle's dates of the table: place in the list to the first date of its eight."""
    own = [i for i, visit in enumerate(visits) if visit.core and visit.programme == _CIRCLE]
    return {
        index: visits[own[number // _CIRCLE_DATES * _CIRCLE_DATES]].start.date()
        for number, index in enumerate(own)
    }


def _booked(
    visit: PlannedVisit, first: date, steps: int | None, now: datetime, random: Random
) -> datetime:
    minute = 5 * random.randrange(12)
    lead, hour = random.randint(12, 18), random.randint(9, 15)
    if steps is not None:
        return at(days.back(now.date(), steps), time(hour, minute))
    if visit.state is VisitState.DRAFT or (visit.state is VisitState.OFFERED and not visit.core):
        return at(days.back(now.date(), random.randint(1, 3)), time(hour, minute))
    day = min(days.back(first, lead), days.back(now.date(), 6 + lead % 5))
    return at(day, time(hour, minute))


def _after(visit: PlannedVisit, booked: datetime, now: datetime, random: Random) -> Timeline:
    wait, minutes = random.randint(1, 4), random.randint(10, 400)
    off, over = random.randint(0, 2), 5 * random.randint(2, 14)
    if visit.channel is None:
        return Timeline(booked)
    answered = at(days.ahead(booked.date(), wait), time(8)) + timedelta(minutes=minutes)
    if visit.state is VisitState.DECLINED:
        return Timeline(booked, answered=answered, called_off=answered)
    morning = at(days.back(visit.start.date(), _REMINDED_DAYS), time(8, minutes % 9))
    called_off = _called_off(visit, off, minutes)
    due = answered < morning < now and not visit.countered
    reminded = morning if due and (called_off is None or morning < called_off) else None
    came = visit.state in CAME_STATES or visit.state is VisitState.NONE_CAME
    return Timeline(
        booked,
        answered=answered,
        reminded=reminded,
        called_off=called_off,
        followed_up=visit.end + timedelta(minutes=over) if came else None,
    )


def _called_off(visit: PlannedVisit, off: int, minutes: int) -> datetime | None:
    if visit.state is VisitState.CANCELLED_BY_PARTNER:
        return at(days.back(visit.start.date(), 1 + off), time(9)) + timedelta(minutes=minutes)
    if visit.state is VisitState.CANCELLED_BY_US:
        return at(days.back(visit.start.date(), 1), time(15)) + timedelta(minutes=minutes // 8)
    return None


def _agree_on_the_spot(
    visits: Sequence[PlannedVisit], found: list[Timeline], now: datetime
) -> None:
    """Two of three times the next visit of a group is booked in the follow-up of the last."""
    latest: dict[str, int] = {}
    agreed: set[int] = set()
    marked = {mark: i for i, visit in enumerate(visits) for mark in visit.marks}
    if {"n1", "after_n1"} <= marked.keys():
        agreed.add(_agree(found, marked["n1"], marked["after_n1"], now))
    for index, visit in enumerate(visits):
        alias = visit.groups[0]
        earlier = latest.get(alias)
        if visit.state in CAME_STATES:
            latest[alias] = index
        if earlier is None or index in agreed or visit.programme == _CIRCLE or index % 3 == 0:
            continue
        gap = (visit.start - visits[earlier].end).days
        if found[earlier].following is None and 14 <= gap <= 70 and visit.state not in _NOT_AGREED:
            agreed.add(_agree(found, earlier, index, now))


def _agree(found: list[Timeline], earlier: int, later: int, now: datetime) -> int:
    moment = found[earlier].followed_up
    assert moment is not None
    found[earlier] = replace(found[earlier], following=later)
    morning_after = at(moment.date() + timedelta(days=1), time(9, 30))
    answered = min(morning_after, now - timedelta(hours=1))
    found[later] = replace(found[later], booked=moment, answered=answered)
    return later


def _replaced(visit: PlannedVisit, timeline: Timeline, moment: datetime) -> Timeline:
    """The circle's later dates went over to the new contact, who answered for them next day."""
    if CIRCLE_GROUP not in visit.groups or not timeline.booked < moment < visit.start:
        return timeline
    answer = moment + timedelta(hours=23)
    open_until = timeline.called_off or visit.start
    if timeline.answered is None or answer > open_until:
        return timeline
    return replace(timeline, replaced=moment, answered=answer)
