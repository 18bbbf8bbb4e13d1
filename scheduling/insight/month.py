"""A month of the calendar: whole weeks, each day with its name, hours and bookings."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from core import swedish
from core.models import User
from scheduling.insight import week as weeks
from scheduling.models import Booking, Library
from scheduling.states import CALLED_OFF


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day, its bookings in order of time, and whether it belongs to the month."""

    day: weeks.Day
    bookings: list[Booking]
    outside: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks from the one that holds the first to the one that holds the last."""

    first: date
    weeks: list[list[MonthDay]]
    #: Those that stand within the month itself.
    bookings: list[Booking]


def month(
    user: User, library: Library | None, chosen: weeks.Filter, first: date, *, lang: str
) -> Month:
    """The month that begins on ``first``; what was called off takes no place in it."""
    end = following(first) - timedelta(days=1)
    begin = swedish.monday_of(first)
    until = swedish.monday_of(end) + timedelta(days=6)
    count = (until - begin).days + 1
    rows = weeks.bookings(user, chosen, begin, count)
    standing = [row for row in rows if row.status not in CALLED_OFF]
    on: dict[date, list[Booking]] = defaultdict(list)
    for row in standing:
        day, last = timezone.localdate(row.start), timezone.localdate(row.end)
        while day <= last:
            if weeks.span_on(day, row.start, row.end):
                on[day].append(row)
            day += timedelta(days=1)
    days = [
        MonthDay(day, on[day.date], outside=not first <= day.date <= end)
        for day in weeks.hours_of(library, begin, until, lang=lang)
    ]
    within = [row for row in standing if _within(row, first, end)]
    return Month(first, [days[at : at + 7] for at in range(0, len(days), 7)], within)


def _within(row: Booking, first: date, end: date) -> bool:
    return timezone.localdate(row.start) <= end and timezone.localdate(row.end) >= first


def following(first: date) -> date:
    """The first day of the next month."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
