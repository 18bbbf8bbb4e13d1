"""Dates that come again, counted on the wall: ten o'clock stays ten o'clock. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import WEEKLY, rrule  # type: ignore[import-untyped]

from scheduling.calendars.rules import MAX_COUNT, MAX_SPAN
from scheduling.calendars.timezone import STOCKHOLM

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class TooManyDates(ValueError):
    """More dates than a series may have, or further away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Every ``weeks`` weeks on the weekday of ``first``, ``count`` times or through ``until``.

    Exactly one of ``count`` and ``until`` is given. The days are local ones (Europe/Stockholm), so
    neither clock change nor week 53 moves anything. ValueError for a rule that is none;
    TooManyDates above 200 dates or two years.
    """

    first: date
    weeks: int = 1
    count: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.weeks <= 8:
            raise ValueError("a series comes again after one to eight weeks")
        if (self.count is None) == (self.until is None):
            raise ValueError("a series needs either a count or a last day")
        if self.until is not None and self.until < self.first:
            raise ValueError("the last day is before the first")
        if self.count is not None and self.count < 1:
            raise ValueError("a series has at least one date")
        if (self.count or 0) > MAX_COUNT or self._last() > self.first + MAX_SPAN:
            raise TooManyDates(f"at most {MAX_COUNT} dates within two years")

    def _last(self) -> date:
        """The last day, by arithmetic: nothing is listed before it is known to be bounded."""
        if self.until is not None:
            return self.until
        days = 7 * self.weeks * ((self.count or 1) - 1)
        if days > 2 * MAX_SPAN.days:
            raise TooManyDates(f"at most {MAX_COUNT} dates within two years")
        return self.first + timedelta(days=days)

    def days(self) -> list[date]:
        """Every date of the rule, in order."""
        begin = datetime.combine(self.first, time())
        end = datetime.combine(self._last(), time())
        return [day.date() for day in rrule(WEEKLY, begin, interval=self.weeks, until=end)]

    def rule(self, kept_from: date) -> str:
        """The RRULE (upper case) when the first kept date is ``kept_from``, one of the rule's."""
        count = sum(1 for day in self.days() if day >= kept_from)
        return (
            f"FREQ=WEEKLY;INTERVAL={self.weeks};COUNT={count};BYDAY={_DAYS[self.first.weekday()]}"
        )


def at_wall(day: date, clock: time) -> datetime:
    """The instant of a wall time; ValueError where the clock skips it or shows it twice."""
    first = datetime.combine(day, clock, tzinfo=STOCKHOLM)
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        raise ValueError(f"{day} {clock} is skipped or shown twice by the clock change")
    return first


def distinct(days: Iterable[date]) -> list[date]:
    """The days in order, each once; TooManyDates above 200 or further apart than two years."""
    found = sorted(set(days))
    if len(found) > MAX_COUNT or (found and found[-1] - found[0] > MAX_SPAN):
        raise TooManyDates(f"at most {MAX_COUNT} dates within two years")
    return found
