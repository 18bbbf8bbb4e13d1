"""The possible starts of a horizon, and when rooms, hosts and groups are busy. Pure.

The starts stand in order of time and each is a bit of one integer, by its number: a busy interval
sets the bits of the starts that it rules out. Days with the same hours share what their clock says;
a start becomes a datetime only where it is told.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=30)
_MINUTE = 60


class Interval(NamedTuple):
    """Half-open [start, end), in seconds (POSIX): thousands are compared for one answer."""

    start: float
    end: float

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Interval":
        """Of aware datetimes."""
        return cls(start.timestamp(), end.timestamp())


@dataclass(frozen=True, slots=True)
class Day:
    """A day's local hours; ``opens`` None where the library is closed."""

    date: date
    opens: time | None
    closes: time | None
    calm: tuple[tuple[time, time], ...] = ()
    bridge: bool = False


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
        self._busy = busy

    def taken(self, need: Need, starts: Sequence[float], length: float, margin: int = 0) -> int:
        """The bits of those ``starts`` (ascending) at which the resource is busy.

        ``length`` in seconds; ``margin`` is asked for before and after, in minutes, on top of the
        need's own.
        """
        before = (need.before + margin) * _MINUTE
        after = (need.after + margin) * _MINUTE + length
        bits = 0
        for begin, end in self._busy.get(need.resource, ()):
            first = bisect_right(starts, begin - after)
            last = bisect_left(starts, end + before, first)
            if last > first:
                bits |= ((1 << (last - first)) - 1) << first
        return bits

    def free(self, need: Need, start: datetime, end: datetime) -> bool:
        """Whether nothing overlaps [start, end) and the need's minutes around it."""
        begin = start.timestamp()
        return not self.taken(need, [begin], end.timestamp() - begin)


class Hour(NamedTuple):
    """A start on the wall and the clock at its end, alike on all days with the same hours."""

    after_midnight: float
    clock: time
    finish: time


class Moment(NamedTuple):
    """A possible start, at the instant ``at`` (seconds, POSIX)."""

    at: float
    day: Day
    hour: Hour

    def span(self, length: timedelta, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Start and end, aware in ``zone``."""
        start = datetime.combine(self.day.date, self.hour.clock, tzinfo=zone)
        return start, (start.astimezone(UTC) + length).astimezone(zone)


def moments(days: Sequence[Day], length: timedelta, now: datetime, zone: ZoneInfo) -> list[Moment]:
    """Every start after ``now`` at which the visit ends before closing, in order of time."""
    after = now.timestamp()
    alike: dict[object, list[Hour]] = {}
    found: list[Moment] = []
    for day in days:
        key = (day.opens, day.closes, day.calm)
        if key not in alike:
            alike[key] = list(_hours(day, length))
        found += [row for row in _of_day(day, alike[key], length, zone) if row.at > after]
    return sorted(found, key=lambda row: row.at)


def _hours(day: Day, length: timedelta) -> Iterator[Hour]:
    if day.opens is None or day.closes is None:
        return
    midnight = datetime.combine(day.date, time.min)
    wall = datetime.combine(day.date, min([day.opens, *(calm[0] for calm in day.calm)]))
    last = datetime.combine(day.date, day.closes) - length
    while wall <= last:
        yield Hour((wall - midnight).total_seconds(), wall.time(), (wall + length).time())
        wall += STEP


def _of_day(day: Day, hours: Sequence[Hour], length: timedelta, zone: ZoneInfo) -> Iterator[Moment]:
    midnight = datetime.combine(day.date, time.min, tzinfo=zone)
    if midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset():
        begin = midnight.timestamp()
        for hour in hours:
            yield Moment(begin + hour.after_midnight, day, hour)
        return
    for hour in hours:
        instant = datetime.combine(day.date, hour.clock, tzinfo=zone).astimezone(UTC)
        # The hour that the clocks skip in spring is no time at all.
        if instant.astimezone(zone).time() == hour.clock:
            finish = (instant + length).astimezone(zone).time()
            yield Moment(instant.timestamp(), day, hour._replace(finish=finish))


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    return (number for number, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")
