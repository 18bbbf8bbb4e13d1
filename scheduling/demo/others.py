"""What else takes people and rooms: the planning hour, meetings, training, an absence. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from core import swedish
from scheduling.demo import days
from scheduling.demo.data import (
    HOSTS,
    PLANNING_DAY,
    PLANNING_FROM,
    PLANNING_TO,
)
from scheduling.demo.days import Occupied, at
from scheduling.states import BookingKind

_PLANNING_WEEKS: Final = range(-4, 13)
#: With the police, once a quarter: (day as of ``WRITTEN_FOR``).
_MEETINGS: Final = (
    date(2026, 2, 20),
    date(2026, 5, 29),
    date(2026, 8, 21),
    date(2026, 11, 13),
    date(2027, 2, 12),
)
#: (day as of ``WRITTEN_FOR``, topic, number of the analysis it answers, how many came)
TRAINING: Final = (
    (date(2026, 2, 24), "Bemötande: att ta emot en grupp", 0, 14),
    (date(2026, 3, 10), "Våra regler i vänliga ord", 1, 11),
    (date(2026, 4, 14), "Lugn miljö: ljud, ljus och skyltar", 2, 12),
    (date(2026, 5, 5), "Vem ringer jag? Våra kanaler", 3, 16),
    (date(2026, 6, 16), "Gränsen för vårt uppdrag", 3, 15),
    (date(2026, 8, 18), "Digital hjälp utan att ta över", 4, 9),
    (date(2026, 9, 29), "Bemötande, del två", 0, 13),
    (date(2026, 10, 20), "Lånekort och gamla skulder", 1, 10),
    (date(2026, 12, 8), "Fika & frågor: öppet pass för alla på Svartå ☕", 2, None),
)
_ABSENCE: Final = (date(2026, 12, 17), date(2026, 12, 18))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOther:
    """A booking without a visit's details; ``training`` is its number in ``TRAINING``."""

    kind: BookingKind
    title: str
    start: datetime
    end: datetime
    names: tuple[str, ...]
    training: int | None = None


def others(today: date, occupied: Occupied) -> list[PlannedOther]:
    """All of them around ``today``, in order of time; taken in ``occupied``."""
    found = [*_planning(today, occupied)]
    found += [_put(other, today, occupied) for other in (*_meetings(today), *_training(today))]
    found.append(_absence(today, occupied))
    return sorted(found, key=lambda other: (other.start, other.title))


def _meetings(today: date) -> Iterator[PlannedOther]:
    for day in _MEETINGS:
        yield PlannedOther(
            kind=BookingKind.MEETING,
            title="Samverkansmöte",
            start=at(days.moved(day, today), time(14)),
            end=at(days.moved(day, today), time(15)),
            names=("sam",),
        )


def _training(today: date) -> Iterator[PlannedOther]:
    for number, (day, topic, _analysis, _came) in enumerate(TRAINING):
        yield PlannedOther(
            kind=BookingKind.TRAINING,
            title=topic,
            start=at(days.moved(day, today), time(15)),
            end=at(days.moved(day, today), time(16, 30)),
            names=("Hörsalen", "sam"),
            training=number,
        )


def _planning(today: date, occupied: Occupied) -> Iterator[PlannedOther]:
    """Every working Wednesday before opening, for all who receive groups."""
    for week in _PLANNING_WEEKS:
        day = swedish.monday_of(today) + timedelta(weeks=week, days=PLANNING_DAY)
        start, end = at(day, PLANNING_FROM), at(day, PLANNING_TO)
        if days.works(day) and occupied.free(HOSTS, start, end):
            occupied.take(HOSTS, start, end)
            yield PlannedOther(
                kind=BookingKind.MEETING, title="Planering", start=start, end=end, names=HOSTS
            )


def _put(other: PlannedOther, today: date, occupied: Occupied) -> PlannedOther:
    """On its day, or on the nearest working one where its people are free."""
    first = swedish.monday_of(today)
    past = other.start.date() < first
    closed = days.closures(today)
    for day in days.nearest(other.start.date()):
        start = at(day, other.start.time())
        end = start + (other.end - other.start)
        fits = days.works(day) and day not in closed and (day < first) == past
        if fits and occupied.free(other.names, start, end):
            occupied.take(other.names, start, end)
            return replace(other, start=start, end=end)
    raise ValueError(f"no free day for {other.title}")


def _absence(today: date, occupied: Occupied) -> PlannedOther:
    """Two days away, or the first two in a row from then on where nobody counts on her."""
    for week in range(60):
        first, last = (days.moved(day, today) + timedelta(weeks=week) for day in _ABSENCE)
        start, end = at(first, time(8)), at(last, time(17))
        if occupied.free(("mika",), start, at(first, time(23))) and occupied.free(
            ("mika",), at(last, time(0)), end
        ):
            break
    occupied.take(("mika",), start, end)
    return PlannedOther(
        kind=BookingKind.ABSENCE, title="Ledig", start=start, end=end, names=("mika",)
    )
