"""The visits around a day: the table moved to it, kept off closed days and off each other. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from core import swedish
from scheduling.demo import days
from scheduling.demo.data import PLANNING_DAY, PLANNING_TO, PROGRAMMES, WRITTEN_FOR
from scheduling.demo.days import Occupied, at
from scheduling.demo.people import GROUPS
from scheduling.demo.table import Row, rows
from scheduling.states import CALLED_OFF, AnswerChannel, Judgement, VisitState

#: Edge cases that look for a day of their own kind, the rarest first.
BRIDGE, CLOCK_CHANGE, WEEK_53 = "bridge", "clock_change", "week53"
#: Two groups in one hour: the first to be placed, so that nothing parts them.
SAME_HOUR = "same_hour"
_REACH: Final = 548
#: To where we go, and back again.
TRAVEL: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """A visit by names: nothing here knows a row. ``start`` and ``end`` are Stockholm's."""

    start: datetime
    end: datetime
    programme: str
    groups: tuple[str, ...]
    hosts: tuple[str, ...]
    room: str | None
    state: VisitState
    countered: bool = False
    judgement: Judgement | None = None
    channel: AnswerChannel | None = None
    marks: frozenset[str] = frozenset()
    #: Of the table, not of those that only fill a large calendar.
    core: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """All that it takes."""
        room = () if self.room is None else (self.room,)
        return (*room, *self.hosts, *self.groups)

    @property
    def travel(self) -> timedelta:
        """The way there, and back."""
        return TRAVEL if self.room is None else timedelta()

    @property
    def holds(self) -> bool:
        """Whether its time is (or was) taken."""
        return self.state not in CALLED_OFF

    @property
    def most(self) -> int:
        """The largest group's upper end."""
        return max(GROUPS[alias].most for alias in self.groups)


def core(today: date, occupied: Occupied) -> list[PlannedVisit]:
    """The 120 visits around ``today``, in order of time; takes what they need in ``occupied``."""
    first = swedish.monday_of(today)
    closed = {day for day, (opens, _closes, _why) in days.closures(today).items() if opens is None}
    wanted = sorted(rows(), key=lambda row: (not _is_edge(row), row.day, row.clock))
    placed = [_place(row, today, first, closed, occupied) for row in wanted]
    return sorted(placed, key=lambda visit: (visit.start, visit.groups))


def _is_edge(row: Row) -> bool:
    return bool(row.marks & {BRIDGE, CLOCK_CHANGE, WEEK_53, SAME_HOUR})


def _place(
    row: Row, today: date, first: date, closed: set[date], occupied: Occupied
) -> PlannedVisit:
    for day in _candidates(row, today, first, closed):
        visit = _on(row, day)
        # What was called off took nothing; it still keeps off what stands, as it once did.
        start, end = visit.start - visit.travel, visit.end + visit.travel
        if occupied.free(visit.names, start, end):
            if visit.holds:
                occupied.take(visit.names, start, end)
            return visit
    raise ValueError(f"no free day for the visit of {row.day}")


def _on(row: Row, day: date) -> PlannedVisit:
    start = at(day, row.clock)
    return PlannedVisit(
        start=start,
        end=start + timedelta(minutes=PROGRAMMES[row.programme].minutes),
        programme=row.programme,
        groups=row.groups,
        hosts=row.hosts,
        room=row.room,
        state=row.state,
        countered=row.countered,
        judgement=row.judgement,
        channel=row.channel,
        marks=row.marks,
    )


def _candidates(row: Row, today: date, first: date, closed: set[date]) -> Iterator[date]:
    """Days in order of preference, all on the row's side of this week's Monday."""
    wish = days.moved(row.day, today)
    past = row.day < WRITTEN_FOR

    def open_days() -> Iterator[date]:
        around = (day for day in days.nearest(wish) if (day < first) is past)
        return (day for day in around if days.open_hours(day) and day not in closed)

    special = _special(row)
    if special is not None:
        yield from (day for day in open_days() if abs((day - wish).days) <= _REACH and special(day))
    # As wished, also on a Saturday; a visit outside the hours is one before opening.
    yield from (day for day in islice(open_days(), 1) if day == wish)
    yield from (
        day
        for day in open_days()
        if days.works(day) and not days.is_bridge(day) and _suits(row, day)
    )


def _special(row: Row) -> Callable[[date], bool] | None:
    if BRIDGE in row.marks:
        return days.is_bridge
    if CLOCK_CHANGE in row.marks:
        return days.is_clock_change
    if WEEK_53 in row.marks:
        return _in_week_53
    return None


def _in_week_53(day: date) -> bool:
    return swedish.iso_week(day)[1] == 53 and days.works(day) and not days.is_bridge(day)


def _suits(row: Row, day: date) -> bool:
    """Within the planning hour nobody receives; in summer the doors close early."""
    if day.weekday() == PLANNING_DAY and row.clock < PLANNING_TO:
        return False
    hours = days.open_hours(day)
    minutes = PROGRAMMES[row.programme].minutes
    return (
        hours is not None and (at(day, row.clock) + timedelta(minutes=minutes)).time() <= hours[1]
    )


def free_times(visit: PlannedVisit, occupied: Occupied, wanted: int) -> list[datetime]:
    """Other times on the visit's weekday, 13.00, free for all it needs; taken in ``occupied``."""
    found: list[datetime] = []
    for weeks in range(1, 12):
        start = at(visit.start.date() + timedelta(weeks=weeks), time(13))
        end = start + (visit.end - visit.start)
        if days.works(start.date()) and occupied.free(visit.names, start, end):
            occupied.take(visit.names, start, end)
            found.append(start)
        if len(found) == wanted:
            break
    return found
