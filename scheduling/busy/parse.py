"""A foreign calendar to busy times inside a window: no titles, no places, no people. Pure."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from scheduling.busy import recur
from scheduling.busy.faults import Fault, Unreadable
from scheduling.busy.lines import (
    Component,
    Moment,
    components,
    duration,
    looks_like_calendar,
    moment,
    moments,
)

MOST_EVENTS: Final = 20_000
MOST_INTERVALS: Final = 5_000
_LONGEST: Final = timedelta(days=366)


class Busy(NamedTuple):
    """Half-open [start, end) in UTC."""

    start: datetime
    end: datetime


def busy_times(data: bytes, *, first: datetime, last: datetime) -> list[Busy]:
    """The busy times that overlap [first, last), merged and in order.

    Cancelled and free ("TRANSPARENT") events do not count; tentative ones do. A whole day is
    Stockholm's. An occurrence that was changed replaces the one of its series. Raises Unreadable:
    NOT_A_CALENDAR, TOO_LARGE, TOO_DENSE.
    """
    if not looks_like_calendar(data):
        raise Unreadable(Fault.NOT_A_CALENDAR)
    found: list[Busy] = []
    series: dict[str, list[Component]] = defaultdict(list)
    for number, component in enumerate(components(data)):
        if number >= MOST_EVENTS:
            raise Unreadable(Fault.TOO_LARGE)
        if component.name == "VFREEBUSY":
            found += _periods(component)
        else:
            uid = component.first("UID")
            series[uid.text if uid else f"\0{number}"].append(component)
    budget = recur.Budget()
    for events in series.values():
        found += _of_series(events, first, last, budget)
    return _merged([Busy(max(b.start, first), min(b.end, last)) for b in found])


def _of_series(
    events: list[Component], first: datetime, last: datetime, budget: recur.Budget
) -> list[Busy]:
    changed = {
        found.instant
        for event in events
        for found in moments(event, "RECURRENCE-ID")
    }  # fmt: skip
    result = []
    for event in events:
        start = event.first("DTSTART")
        begin = moment(start) if start else None
        if begin is None or not _counts(event):
            continue
        try:
            length = _length(event, begin)
            own = event.first("RECURRENCE-ID") is not None
            gone = set() if own else changed | {m.instant for m in moments(event, "EXDATE")}
            starts = [begin.instant] if own else _starts(event, begin, first - length, last, budget)
            result += [Busy(s, _end(s, length, begin)) for s in starts if length and s not in gone]
        except OverflowError:
            continue  # Years that no calendar has.
    return [row for row in result if row.start < last and row.end > first]


def _counts(event: Component) -> bool:
    free = event.word("TRANSP") == "TRANSPARENT"
    free = free or event.word("X-MICROSOFT-CDO-BUSYSTATUS") in {"FREE", "WORKINGELSEWHERE"}
    return not free and event.word("STATUS") != "CANCELLED"


def _length(event: Component, begin: Moment) -> timedelta:
    """Real time from start to end; a day for a whole-day event without an end."""
    end = event.first("DTEND")
    until = moment(end) if end else None
    if until is not None:
        return max(timedelta(), min(until.instant - begin.instant, _LONGEST))
    given = event.first("DURATION")
    length = duration(given.text) if given else None
    if length is None:
        length = timedelta(days=1) if begin.whole_day else timedelta()
    return min(length, _LONGEST)


def _end(start: datetime, length: timedelta, begin: Moment) -> datetime:
    """Real time later; of whole days the wall's midnight, whatever the clock does meanwhile."""
    if not begin.whole_day:
        return start + length
    # An hour to spare: a span that holds a change of the clock is 23 or 25 hours long.
    days = (length + timedelta(hours=2)).days
    return begin.on(_day(start, begin) + timedelta(days=days))


def _starts(
    event: Component, begin: Moment, first: datetime, last: datetime, budget: recur.Budget
) -> list[datetime]:
    """The instants at which a series begins, RDATE counted; one where nothing recurs."""
    starts = {begin.instant}
    for value in event.values.get("RRULE", [])[:1]:
        rule = recur.read(value)
        if rule is not None:
            window = (_day(first, begin) - timedelta(days=1), _day(last, begin))
            found = recur.days(rule, begin.wall.date(), *window, budget)
            starts |= {begin.on(day) for day in found if not recur.ended(rule, begin, day)}
    starts |= {found.instant for found in moments(event, "RDATE")}
    return sorted(starts)


def _day(instant: datetime, begin: Moment) -> date:
    return instant.astimezone(begin.zone).date()


def _periods(component: Component) -> list[Busy]:
    found = []
    for value in component.values.get("FREEBUSY", []):
        if value.params.get("FBTYPE", "BUSY").upper() == "FREE":
            continue
        for text in value.text.split(","):
            start, _, end = text.partition("/")
            begin, until = moment(type(value)(start, {})), moment(type(value)(end, {}))
            length = duration(end) if until is None else None
            if begin is not None and (until is not None or length is not None):
                finish = until.instant if until else begin.instant + (length or timedelta())
                found.append(Busy(begin.instant, finish))
    return found


def _merged(found: list[Busy]) -> list[Busy]:
    merged: list[Busy] = []
    for row in sorted(found):
        if row.end <= row.start:
            continue
        if merged and row.start <= merged[-1].end:
            merged[-1] = Busy(merged[-1].start, max(merged[-1].end, row.end))
        else:
            merged.append(Busy(row.start.astimezone(UTC), row.end.astimezone(UTC)))
    if len(merged) > MOST_INTERVALS:
        raise Unreadable(Fault.TOO_DENSE)
    return merged
