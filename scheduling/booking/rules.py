"""Time rules as data: when hosts work, what partners avoid, what own calendars say. Pure.

Wall times are ``zone``'s; intervals are half-open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.booking.starts import Interval

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Avoid:
    """A time to avoid: a weekday, a range of dates, or both; whole days without hours."""

    weekday: int | None = None
    first: date | None = None
    last: date | None = None
    start: time | None = None
    end: time | None = None
    reason: str = ""

    def on(self, day: date) -> bool:
        """Whether it concerns ``day``."""
        if self.weekday is not None and self.weekday != day.weekday():
            return False
        return self.first is None or self.last is None or self.first <= day <= self.last


def avoided(
    rules: Sequence[Avoid], first: date, last: date, zone: ZoneInfo
) -> Iterator[tuple[Interval, Avoid]]:
    """Each rule's times from ``first`` to ``last`` (inclusive)."""
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        for rule in rules:
            if rule.on(day):
                yield _span(day, rule.start, rule.end, zone), rule


@dataclass(frozen=True, slots=True)
class Shift:
    """A host's hours: per weekday, and dated exceptions (None: off). No weekdays: any time."""

    weekdays: dict[int, tuple[time, time]]
    days: dict[date, tuple[time, time] | None]

    def of(self, day: date) -> tuple[time, time] | None:
        """The hours of ``day``; None where the host is off."""
        if day in self.days:
            return self.days[day]
        if not self.weekdays:
            return time.min, time.max
        return self.weekdays.get(day.weekday())


def off_duty(shift: Shift, first: date, last: date, zone: ZoneInfo) -> Iterator[Interval]:
    """The times from ``first`` to ``last`` (inclusive) in which the host does not work."""
    if not shift.weekdays and not shift.days:
        return
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        whole, hours = _span(day, None, None, zone), shift.of(day)
        if hours is None:
            yield whole
            continue
        begin, until = hours
        if begin > time.min:
            yield Interval(whole.start, datetime.combine(day, begin, tzinfo=zone).timestamp())
        if until < time(23, 59):
            yield Interval(datetime.combine(day, until, tzinfo=zone).timestamp(), whole.end)


def overlaps(interval: Interval, start: datetime, end: datetime) -> bool:
    """Whether they have an instant in common."""
    return interval.start < end.timestamp() and start.timestamp() < interval.end


def _span(day: date, start: time | None, end: time | None, zone: ZoneInfo) -> Interval:
    begin = datetime.combine(day, start or time.min, tzinfo=zone)
    until = (
        datetime.combine(day, end, tzinfo=zone)
        if end is not None
        else datetime.combine(day + _DAY, time.min, tzinfo=zone)
    )
    return Interval.of(begin, until)
