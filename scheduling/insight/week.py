"""A week of the calendar: its bookings, hours and free times, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core import access, swedish
from core.models import User
from scheduling.booking import times
from scheduling.booking.availability import Day as Hours
from scheduling.insight import lanes
from scheduling.insight.lanes import Place, Span
from scheduling.models import Booking, Host, Library, Proposal, Room
from scheduling.states import CALLED_OFF, ProposalState, VisitState

#: How far "Längre fram" looks for a week that is not like others.
LOOK_AHEAD = 6
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the calendar is narrowed to."""

    room: Room | None = None
    host: Host | None = None


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
    start, end = _midnight(first), _midnight(first + timedelta(days=days))
    open_wish = Proposal.objects.filter(
        invitation__booking=OuterRef("pk"),
        invitation__contact__isnull=False,
        state=ProposalState.OPEN.value,
    )
    rows = (
        Booking.objects.with_visit()
        .filter(start__lt=end, end__gt=start)
        .annotate(countered=Exists(open_wish))
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
    spans = {day.date: [(row, _span(row, day.date)) for row in standing] for day in days}
    seen = [span for found in spans.values() for _row, span in found if span is not None]
    opened = [_open_span(day) for day in days]
    first, last = lanes.hours([*seen, *(span for span in opened if span is not None)])
    for day in days:
        _fill(day, [(row, span) for row, span in spans[day.date] if span], first, last, now)
    return Week(monday, first, last, days)


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


def _fill(
    day: Day, found: list[tuple[Booking, Span]], first: int, last: int, now: datetime
) -> None:
    shared = lanes.lanes([span for _row, span in found])
    busy: list[Span] = []
    for (row, span), (lane, count) in zip(found, shared, strict=True):
        before, after = _buffers(row)
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
    day.shut = [lanes.place(span, first, last) for span in _shut(opened, first, last)]
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


def _open_span(day: Day) -> Span | None:
    if day.opens is None or day.closes is None:
        return None
    return _minutes(day.opens), _minutes(day.closes)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _span(row: Booking, day: date) -> Span | None:
    """The booking's part of ``day`` by the wall clock; None where it is on other days."""
    start, end = timezone.localtime(row.start), timezone.localtime(row.end)
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


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
