"""Days as the demo library has them: open hours, whole weeks from the day it was written for. Pure.

Also the occupancy by which the plan keeps what the database will guard: one place at a time.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Final

from core import swedish
from scheduling.demo.data import CLOSURES, HOURS, SUMMER_HOURS, SUMMER_WEEKS, WRITTEN_FOR

_DAY: Final = timedelta(days=1)
SUNDAY: Final = 6


def moved(day: date, today: date) -> date:
    """A day of the data, whole weeks later or earlier, as it lies to ``today``."""
    return day + (swedish.monday_of(today) - swedish.monday_of(WRITTEN_FOR))


def closures(today: date) -> dict[date, tuple[time | None, time | None, str]]:
    """The dated exceptions: opens, closes, reason."""
    return {moved(day, today): (opens, closes, reason) for day, opens, closes, reason in CLOSURES}


@cache
def works(day: date) -> bool:
    """A working day in the staff's sense."""
    return swedish.is_working_day(day)


@cache
def back(day: date, steps: int) -> date:
    """The ``steps``-th working day before."""
    return swedish.working_days_before(day, steps)


@cache
def ahead(day: date, steps: int) -> date:
    """The ``steps``-th working day after."""
    return swedish.add_working_days(day, steps)


@cache
def open_hours(day: date) -> tuple[time, time] | None:
    """The main library's hours, red days and eves counted, dated exceptions not."""
    if swedish.red_day(day) or swedish.eve(day):
        return None
    first, last = SUMMER_WEEKS
    summer = first <= day.isocalendar().week <= last
    return (SUMMER_HOURS if summer else HOURS).get(day.weekday())


def is_bridge(day: date) -> bool:
    """A klämdag."""
    return swedish.bridge_day(day)


def is_clock_change(day: date) -> bool:
    """The Sunday on which summer time begins or ends."""
    return day.weekday() == SUNDAY and day.month in {3, 10} and day.day > 24


def nearest(day: date) -> Iterator[date]:
    """``day``, then the days around it, the nearer first, for two years each way."""
    yield day
    for distance in count(1):
        if distance > 730:
            return
        yield day + distance * _DAY
        yield day - distance * _DAY


def at(day: date, clock: time) -> datetime:
    """The instant of a wall time in Stockholm."""
    return datetime.combine(day, clock, tzinfo=swedish.STOCKHOLM)


class Occupied:
    """What is taken when: rooms, hosts and groups by their names."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, date], list[tuple[datetime, datetime]]] = defaultdict(list)

    def free(self, names: Iterable[str], start: datetime, end: datetime) -> bool:
        """Whether none of ``names`` is taken within [start, end), on one day."""
        return all(
            self._is_free(self._taken.get((name, start.date())), start, end) for name in names
        )

    @staticmethod
    def _is_free(
        taken: list[tuple[datetime, datetime]] | None, start: datetime, end: datetime
    ) -> bool:
        if not taken:
            return True
        position = bisect_right(taken, (start, end))
        before_ok = position == 0 or taken[position - 1][1] <= start
        return before_ok and (position == len(taken) or end <= taken[position][0])

    def take(self, names: Iterable[str], start: datetime, end: datetime) -> None:
        """Note them as taken on each day that [start, end) touches."""
        for offset in range((end.date() - start.date()).days + 1):
            day = start.date() + offset * _DAY
            for name in names:
                insort(self._taken[name, day], (start, end))
