"""The days on which a foreign event comes back. Pure, and bounded by construction.

A foreign rule is never given to an expander: one line can keep it busy for ever (ICAL.md E1). Here
each day inside the window is asked once whether the rule means it, so that the cost is the number
of days and nothing in the rule can change that. Rules finer than a day are not read at all.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from scheduling.busy.faults import Fault, Unreadable
from scheduling.busy.lines import Moment, Value, moment

#: Days that may be asked in one calendar, about a second's work.
MOST_DAYS: Final = 600_000
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_PARTS: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
)


class Budget:
    """How many days may still be asked."""

    def __init__(self, days: int = MOST_DAYS) -> None:
        self._left = days

    def spend(self) -> None:
        """One day. Raises Unreadable (TOO_DENSE) when none is left."""
        self._left -= 1
        if self._left < 0:
            raise Unreadable(Fault.TOO_DENSE)


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE of whole days."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: Moment | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def read(value: Value) -> Rule | None:
    """The rule, or None where it is finer than a day, or not understood."""
    pairs = [part.partition("=") for part in value.text.upper().strip(";").split(";")]
    parts = {key.strip(): text.strip() for key, _, text in pairs}
    if not set(parts) <= _PARTS or parts.get("FREQ") not in {
        "DAILY",
        "WEEKLY",
        "MONTHLY",
        "YEARLY",
    }:
        return None
    try:
        rule = Rule(
            frequency=parts["FREQ"],
            interval=int(parts.get("INTERVAL", "1")),
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
            until=_until(parts.get("UNTIL", "")),
            weekdays=_weekdays(parts.get("BYDAY", "")),
            month_days=_numbers(parts.get("BYMONTHDAY", "")),
            months=_numbers(parts.get("BYMONTH", "")),
            positions=_numbers(parts.get("BYSETPOS", "")),
            week_start=_DAYS.index(parts.get("WKST", "MO")),
        )
    except ValueError:
        return None
    return rule if rule.interval >= 1 and _understood(rule) else None


def _understood(rule: Rule) -> bool:
    if rule.positions and rule.frequency != "MONTHLY":
        return False
    ordinals = any(ordinal for ordinal, _day in rule.weekdays)
    if rule.frequency in {"DAILY", "WEEKLY"}:
        return not ordinals
    return rule.frequency == "MONTHLY" or not rule.weekdays or bool(rule.months)


def _until(text: str) -> Moment | None:
    if not text:
        return None
    found = moment(Value(text, {}))
    if found is None:
        raise ValueError("UNTIL")
    return found


def _weekdays(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in filter(None, text.split(",")):
        match = _BYDAY.fullmatch(part.strip())
        if match is None:
            raise ValueError("BYDAY")
        found.append((int(match[1] or 0), _DAYS.index(match[2])))
    return tuple(found)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def days(rule: Rule, start: date, first: date, last: date, budget: Budget) -> list[date]:
    """The rule's days from ``first`` to ``last``; ``start`` is DTSTART's and always one of them.

    With a COUNT the days since ``start`` are asked too. Raises Unreadable when the budget is spent.
    """
    found = []
    day = start if rule.count is not None else max(start, first)
    # A day more: an UNTIL in UTC may be the evening before; ``ended`` knows the hour.
    end = min(last, rule.until.wall.date() + timedelta(days=1)) if rule.until else last
    seen = 0
    while day <= end and (rule.count is None or seen < rule.count):
        budget.spend()
        if day == start or _means(rule, start, day):
            seen += 1
            if day >= first:
                found.append(day)
        day += timedelta(days=1)
    return found


def ended(rule: Rule, begin: Moment, day: date) -> bool:
    """Whether the rule's UNTIL lies before the occurrence on ``day``."""
    if rule.until is None:
        return False
    if rule.until.whole_day or begin.whole_day:
        return day > rule.until.wall.date()
    return begin.on(day) > rule.until.instant


def _means(rule: Rule, start: date, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    weekdays = {weekday for _ordinal, weekday in rule.weekdays}
    match rule.frequency:
        case "DAILY":
            in_step = (day - start).days % rule.interval == 0
            return in_step and _in_month(rule, day) and (not weekdays or day.weekday() in weekdays)
        case "WEEKLY":
            weeks = (_week(day, rule) - _week(start, rule)).days // 7
            return weeks % rule.interval == 0 and day.weekday() in (weekdays or {start.weekday()})
        case "MONTHLY":
            months = (day.year - start.year) * 12 + day.month - start.month
            return months % rule.interval == 0 and _of_month(rule, start, day)
        case _:
            in_step = (day.year - start.year) % rule.interval == 0
            its_month = bool(rule.months or rule.month_days) or day.month == start.month
            return in_step and its_month and _of_month(rule, start, day)


def _week(day: date, rule: Rule) -> date:
    return day - timedelta(days=(day.weekday() - rule.week_start) % 7)


def _in_month(rule: Rule, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    return not rule.month_days or bool({day.day, day.day - length - 1} & set(rule.month_days))


def _of_month(rule: Rule, start: date, day: date) -> bool:
    """Whether ``day`` is one of its month's days; BYSETPOS picks among them."""
    if not rule.positions:
        return _chosen(rule, start, day)
    length = calendar.monthrange(day.year, day.month)[1]
    every = [
        number for number in range(1, length + 1) if _chosen(rule, start, day.replace(day=number))
    ]
    picked = {every[p - 1 if p > 0 else p] for p in rule.positions if 0 < abs(p) <= len(every)}
    return day.day in picked


def _chosen(rule: Rule, start: date, day: date) -> bool:
    if not rule.weekdays and not rule.month_days:
        return day.day == start.day
    return _in_month(rule, day) and (not rule.weekdays or _by_weekday(rule, day))


def _by_weekday(rule: Rule, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    nth, nth_last = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    return any(
        weekday == day.weekday() and ordinal in {0, nth, nth_last}
        for ordinal, weekday in rule.weekdays
    )
