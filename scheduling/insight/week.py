"""A week of the calendar: its bookings, hours and free times, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core import access, swedish
from core.models import User
from scheduling.booking import times
from scheduling.booking.starts import Day as Hours
from scheduling.insight import lanes
from scheduling.insight.lanes import Place, Span
from scheduling.models import Booking, Host, Library, Proposal, Room
from scheduling.states import CALLED_OFF, ProposalState, VisitState

#: How far "Längre fram" looks for a week that is not like others.
LOOK_AHEAD = 6
#: Whether a partner wishes for another time of the booking.
WISHED = Exists(
    Proposal.objects.filter(
        invitation__booking=OuterRef("pk"),
        invitation__contact__isnull=False,
        state=ProposalState.OPEN.value,
    )
)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the calendar is narrowed to."""

    room: Room | None = None
    host: Host | None = None


class Drawn(NamedTuple):
    """A booking's part of a day, with the minutes before and after that it takes too."""

    booking: Booking
    span: Span
    before: int
    after: int


@dataclass(slots=True)
class Event:
    """A booking on one day."""

    booking: Booking
    place: Place
    pre: int
    post: int
    lane: int = 1
    lanes: int = 1
    countered: bool = False


@dataclass(slots=True)
class Day:
    """One day as it is drawn."""

    date: date
    opens: time | None
    closes: time | None
    #: Why it is not like other days: a red day, an eve, a closure.
    name: str = ""
    red: bool = False
    closed: bool = False
    bridge: bool = False
    events: list[Event] = field(default_factory=list)
    shut: list[Place] = field(default_factory=list)
    calm_spans: list[Span] = field(default_factory=list)
    calm: list[Place] = field(default_factory=list)
    gaps: list[tuple[Place, Place]] = field(default_factory=list)
    free: list[Place] = field(default_factory=list)
    now: Place | None = None

    @property
    def end_of_week(self) -> bool:
        """Saturday and Sunday are drawn narrower."""
        return self.date.isoweekday() > 5


@dataclass(slots=True)
class Week:
    """Monday to Sunday with the hours that are drawn."""

    monday: date
    first: int
    last: int
    days: list[Day]


def bookings(user: User, chosen: Filter, first: date, days: int = 7) -> list[Booking]:
    """What lies on the days from ``first``; drafts are for planners."""
    start, end = midnight(first), midnight(first + timedelta(days=days))
    rows = (
        Booking.objects.with_visit().filter(start__lt=end, end__gt=start).annotate(countered=WISHED)
    )
    if not access.may_plan(user):
        rows = rows.exclude(state=VisitState.DRAFT.value)
    if chosen.room is not None:
        rows = rows.filter(Q(visit__room=chosen.room) | Q(gathering__room=chosen.room))
    if chosen.host is not None:
        with_her = Booking.objects.filter(gathering__hosts=chosen.host).values("pk")
        hers = Q(visit__host=chosen.host) | Q(visit__co_host=chosen.host)
        rows = rows.filter(hers | Q(pk__in=with_her))
    return list(rows)


def week(
    library: Library | None, rows: Sequence[Booking], monday: date, now: datetime, *, lang: str
) -> Week:
    """The week from ``monday``; what was called off takes no place in it."""
    days = hours_of(library, monday, monday + timedelta(days=6), lang=lang)
    standing = [row for row in rows if row.status not in CALLED_OFF]
    drawn = {day.date: [_drawn(row, day.date) for row in standing] for day in days}
    found = {date: [item for item in items if item] for date, items in drawn.items()}
    first, last = hours_drawn(days, chain.from_iterable(found.values()))
    for day in days:
        fill(day, found[day.date], first, last, now)
    return Week(monday, first, last, days)


def hours_drawn(days: Iterable[Day], found: Iterable[Drawn]) -> tuple[int, int]:
    """The first and the last hour that are drawn, so that all is seen."""
    opened = [_open_span(day) for day in days]
    return lanes.hours([*(item.span for item in found), *(span for span in opened if span)])


def hours_of(library: Library | None, first: date, last: date, *, lang: str) -> list[Day]:
    """Hours and names of the days, without bookings."""
    if library is None:
        count = (last - first).days + 1
        plain = [Hours(first + timedelta(days=n), None, None) for n in range(count)]
        reasons: dict[date, str] = {}
    else:
        plain = times.hours(library, first, last)
        rows = library.closures.filter(day__range=(first, last))
        reasons = {row.day: row.reason for row in rows}
    return [_day(hours, reasons.get(hours.date, ""), lang) for hours in plain]


def special_ahead(library: Library | None, monday: date, *, lang: str) -> list[Day]:
    """The next week, after the shown one, with a red day, an eve, a bridge day or a closure."""
    begin = monday + WEEK
    days = hours_of(library, begin, begin + LOOK_AHEAD * WEEK - timedelta(days=1), lang=lang)
    for start in range(0, len(days), 7):
        found = days[start : start + 7]
        if any(day.name or day.bridge for day in found):
            return found
    return []


def _day(hours: Hours, reason: str, lang: str) -> Day:
    red = swedish.red_day(hours.date, lang=lang)
    return Day(
        date=hours.date,
        opens=hours.opens,
        closes=hours.closes,
        name=reason or red or swedish.eve(hours.date, lang=lang) or "",
        red=red is not None,
        closed=hours.opens is None,
        bridge=hours.bridge,
        calm_spans=[(_minutes(start), _minutes(end)) for start, end in hours.calm],
    )


def fill(
    day: Day,
    found: Sequence[Drawn],
    first: int,
    last: int,
    now: datetime,
    away: Sequence[Span] = (),
) -> None:
    """Place what is drawn on ``day``, and what is shut, calm and free between it.

    ``away``: when the host of a column is off duty, or busy in a calendar of her own.
    """
    shared = lanes.lanes([item.span for item in found])
    busy: list[Span] = list(away)
    for (row, span, before, after), (lane, count) in zip(found, shared, strict=True):
        busy.append((span[0] - before, span[1] + after))
        day.events.append(
            Event(
                booking=row,
                place=lanes.place(span, first, last),
                pre=lanes.buffer(max(0, min(before, span[0] - first * 60))),
                post=lanes.buffer(max(0, min(after, last * 60 - span[1]))),
                lane=lane,
                lanes=count,
                countered=bool(getattr(row, "countered", False)),
            )
        )
    opened = _open_span(day)
    day.calm = [lanes.place(span, first, last) for span in day.calm_spans if span[1] > first * 60]
    day.shut = [
        lanes.place(span, first, last)
        for span in [*_shut(opened, first, last), *_within(away, first, last)]
    ]
    if opened is not None:
        _free(day, opened, busy, first, last, now)
    local = timezone.localtime(now)
    minute = local.hour * 60 + local.minute
    if local.date() == day.date and first * 60 <= minute < last * 60:
        day.now = Place(local.hour, local.minute // 5 * 5, 5)


def _free(day: Day, opened: Span, busy: list[Span], first: int, last: int, now: datetime) -> None:
    local = timezone.localtime(now)
    if day.date < local.date():
        return
    within = (max(opened[0], first * 60), min(opened[1], last * 60))
    if day.date == local.date():
        next_quarter = -(-(local.hour * 60 + local.minute + 1) // 15) * 15
        within = (max(within[0], next_quarter), within[1])
    for gap in lanes.gaps(within, busy):
        day.gaps.append((_at(gap[0]), _at(gap[1])))
        day.free += [lanes.place(piece, first, last) for piece in lanes.by_the_hour(gap)]


def _at(minute: int) -> Place:
    return Place(minute // 60, minute % 60, 0)


def _shut(opened: Span | None, first: int, last: int) -> list[Span]:
    top, bottom = first * 60, last * 60
    if opened is None:
        return [(top, bottom)]
    spans = [(top, min(opened[0], bottom)), (max(opened[1], top), bottom)]
    return [(start, end) for start, end in spans if end - start >= lanes.STEP]


def _within(spans: Sequence[Span], first: int, last: int) -> list[Span]:
    return [span for span in spans if span[0] < last * 60 and span[1] > first * 60]


def _open_span(day: Day) -> Span | None:
    if day.opens is None or day.closes is None:
        return None
    return _minutes(day.opens), _minutes(day.closes)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _drawn(row: Booking, day: date) -> Drawn | None:
    span = span_on(day, row.start, row.end)
    return Drawn(row, span, *_buffers(row)) if span else None


def span_on(day: date, start: datetime, end: datetime) -> Span | None:
    """The part of ``day`` by the wall clock; None where it is on other days."""
    start, end = timezone.localtime(start), timezone.localtime(end)
    if start.date() > day or end.date() < day:
        return None
    first = 0 if start.date() < day else _minutes(start.time())
    last = 24 * 60 if end.date() > day else _minutes(end.time())
    return (first, last) if last > first else None


def _buffers(row: Booking) -> Span:
    if not hasattr(row, "visit"):
        return 0, 0
    travel, room = row.visit.travel_minutes, row.visit.room
    if room is None:
        return travel, travel
    return max(travel, room.buffer_before), max(travel, room.buffer_after)


def midnight(day: date) -> datetime:
    """The instant at which ``day`` begins."""
    return timezone.make_aware(datetime.combine(day, time.min))
