"""Find a time in this library: rows in, pure search, words out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import swedish
from core.errors import Invalid
from partners.models import Group, SizeBand
from scheduling.booking import board, fitting, hosting, rules
from scheduling.booking.availability import Candidate, Reason, RoomOption, Wish, propose
from scheduling.booking.board import STOCKHOLM
from scheduling.booking.starts import Board, Day
from scheduling.models import Booking, Host, Library, Programme, Room
from scheduling.states import CAME_STATES

HORIZON_DAYS = 56
LONGEST_HORIZON_DAYS = 370

_REASONS = {
    Reason.USUAL_DAY: gettext_lazy("gruppens vanliga dag"),
    Reason.USUAL_TIME: gettext_lazy("samma klockslag som de brukar"),
    Reason.USUAL_HOST: gettext_lazy("%(name)s tog emot sist"),
    Reason.CALM: gettext_lazy("lugn tid"),
    Reason.BEFORE_OPENING: gettext_lazy("före öppning"),
    Reason.GOOD_HOURS: gettext_lazy("bra tid på dagen"),
    Reason.MARGINS: gettext_lazy("gott om tid före och efter"),
    Reason.SOON: gettext_lazy("redan inom en vecka"),
    Reason.BRIDGE_DAY: gettext_lazy("klämdag"),
    Reason.AVOIDED: gettext_lazy("partnern undviker helst den tiden"),
    Reason.TIGHT_ROOM: gettext_lazy("%(room)s blir full"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time to offer, with its room, hosts and reasons in words."""

    start: datetime
    end: datetime
    room: Room
    host: Host
    co_host: Host | None
    reasons: tuple[str, ...]
    score: int


def hours(library: Library, first: date, last: date) -> list[Day]:
    """Each day's hours from ``first`` to ``last`` (inclusive), exceptions and red days counted."""
    usual: dict[int, tuple[time | None, time | None]] = {}
    seasonal: list[tuple[date, date, int, time | None, time | None]] = []
    for row in library.hours.all():
        if row.first_day and row.last_day:
            seasonal.append((row.first_day, row.last_day, row.weekday, row.opens, row.closes))
        else:
            usual[row.weekday] = (row.opens, row.closes)
    closures = {row.day: row for row in library.closures.filter(day__range=(first, last))}
    calm: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for quiet in library.calm_times.all():
        calm[quiet.weekday].append((quiet.start, quiet.end))
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        opens, closes = usual.get(day.weekday(), (None, None))
        for begin, until, weekday, season_opens, season_closes in seasonal:
            if weekday == day.weekday() and begin <= day <= until:
                opens, closes = season_opens, season_closes
        if swedish.red_day(day):
            opens = closes = None
        elif swedish.eve(day):
            opens, closes = _short(opens, library.eve_closes)
        if day in closures:
            opens, closes = closures[day].opens, closures[day].closes
        found.append(
            Day(
                date=day,
                opens=opens,
                closes=closes,
                calm=tuple(calm[day.weekday()]) if opens else (),
                bridge=swedish.bridge_day(day),
            )
        )
    return found


def _short(opens: time | None, closes: time | None) -> tuple[time | None, time | None]:
    """An eve's hours where the library keeps open until ``closes``; else closed."""
    return (opens, closes) if opens and closes and opens < closes else (None, None)


def find(
    *,
    groups: Sequence[Group],
    programme: Programme,
    now: datetime,
    first: date | None = None,
    last: date | None = None,
    size: SizeBand | None = None,
    host: Host | None = None,
    length: timedelta | None = None,
    without: int | None = None,
    limit: int = 50,
) -> list[Proposal]:
    """The best free times for the groups and the programme, each with its reasons in words.

    ``length`` where it is another than the programme's; ``without``: a booking (id) that is to move
    and is not in its own way.

    ``first`` and ``last`` are local dates (default: today and eight weeks on). Raises Invalid for a
    horizon that is turned round or longer than a year.
    """
    first, last = _horizon(first, last, now)
    if not groups:
        message = _("Välj en grupp.")
        raise Invalid(message, fields={"group": message})
    window = board.window(
        rooms=board.fitting_rooms(programme),
        hosts=board.qualified(programme) if host is None else [host],
        groups=groups,
        first=first,
        last=last,
        now=now,
        without=[without] if without else [],
    )
    wish = _wish(groups, programme, size, _last_visit(groups), window.groups)
    wish = replace(wish, length=length or wish.length)
    avoid = rules.avoided(hosting.avoid_rules(groups), first, last, STOCKHOLM)
    wish = replace(wish, avoid=tuple(interval for interval, _rule in avoid))
    found: list[Candidate] = []
    for library in {room.library_id: room.library for room in window.rooms.values()}.values():
        found += propose(
            wish=wish,
            rooms=[
                RoomOption(key, room.capacity, room.buffer_before, room.buffer_after)
                for key, room in window.rooms.items()
                if room.library_id == library.pk
            ],
            hosts=[row.resource_id for row in board.serving(window.hosts.values(), library)],
            busy=window.busy,
            days=hours(library, first, last),
            now=now,
            zone=STOCKHOLM,
            limit=limit,
        )
    found.sort(key=lambda item: item.rank)
    return [_in_words(item, window.rooms, window.hosts) for item in found[:limit]]


def _horizon(first: date | None, last: date | None, now: datetime) -> tuple[date, date]:
    today = timezone.localdate(now)
    first = max(first or today, today)
    last = last or first + timedelta(days=HORIZON_DAYS)
    if last < first:
        message = _("Slutdagen är före startdagen, eller har redan varit.")
        raise Invalid(message, fields={"to": message})
    if (last - first).days > LONGEST_HORIZON_DAYS:
        message = _("Sök högst ett år i taget.")
        raise Invalid(message, fields={"to": message})
    return first, last


def _last_visit(groups: Sequence[Group]) -> Booking | None:
    return (
        Booking.objects.filter(
            visit__groups__in=groups, state__in=[state.value for state in CAME_STATES]
        )
        .select_related("visit__host")
        .order_by("-start")
        .first()
    )


def _wish(
    groups: Sequence[Group],
    programme: Programme,
    size: SizeBand | None,
    booking: Booking | None,
    resources: tuple[int, ...],
) -> Wish:
    group = groups[0]
    local = timezone.localtime(booking.start) if booking else None
    weekday, clock = group.preferred_weekday, group.preferred_time
    two = any(row.two_hosts for row in groups)
    return Wish(
        length=timedelta(minutes=programme.minutes),
        people=(size or max((row.size for row in groups), key=lambda band: band.most)).most,
        groups=resources,
        hosts_required=max(programme.hosts_required, 2 if two else 1),
        usual_host=booking.visit.host.resource_id if booking else None,
        weekday=weekday if weekday is not None else (local.weekday() if local else None),
        clock=clock or (local.time() if local else None),
    )


def _in_words(item: Candidate, rooms: Mapping[int, Room], hosts: Mapping[int, Host]) -> Proposal:
    room, team = rooms[item.room], [hosts[key] for key in item.hosts]
    names = {"room": room.name, "name": team[0].first_name}
    reasons = [_REASONS[reason] % names for reason in item.reasons]
    if Reason.TIGHT_ROOM not in item.reasons:
        reasons.append(
            _("%(room)s rymmer %(places)d") % {"room": room.name, "places": room.capacity}
        )
    return Proposal(
        start=item.start,
        end=item.end,
        room=room,
        host=team[0],
        co_host=team[1] if len(team) > 1 else None,
        reasons=tuple(reasons),
        score=item.score,
    )


def warnings(
    *,
    start: datetime,
    end: datetime,
    room: Room | None,
    size: SizeBand,
    library: Library,
    hosts: Sequence[Host] = (),
    groups: Sequence[Group] = (),
    hours_confirmed: bool = False,
) -> list[tuple[str, str]]:
    """What to think of before saving: (code, sentence). None of it forbids the booking.

    ``hours_confirmed``: a host has said yes to the hour, so that it is not said again.
    """
    day = timezone.localdate(start)
    (hour,) = hours(library, day, day)
    found = []
    name = swedish.red_day(day) or swedish.eve(day)
    if name and hour.opens is None:
        found.append(
            ("red_day", _("%(day)s är %(name)s.") % {"day": swedish.short_date(day), "name": name})
        )
    elif hour.opens is None or hour.closes is None:
        found.append(("closed", _("Biblioteket är stängt den dagen.")))
    elif not hours_confirmed and (
        timezone.localtime(start).time() < hour.opens
        or timezone.localtime(end).time() > hour.closes
        or timezone.localdate(end) > day
    ):
        found.append(
            (
                "outside_hours",
                _("Utanför öppettiderna, som är kl. %(hours)s.")
                % {"hours": swedish.time_range(hour.opens, hour.closes)},
            )
        )
    if swedish.bridge_day(day):
        found.append(("bridge_day", _("Det är klämdag. Många är lediga.")))
    found += hosting.warnings(start=start, end=end, hosts=hosts, groups=groups)
    if room is not None and not room.holds(size):
        found.append((fitting.CODE, fitting.words(room, size)))
    return found


def pick(
    *,
    groups: Sequence[Group],
    programme: Programme,
    start: datetime,
    end: datetime,
    now: datetime,
    size: SizeBand | None = None,
) -> tuple[Room | None, list[Host]]:
    """The smallest fitting free room and the free, qualified hosts, the usual one first.

    None and an empty list where nothing is free; the caller's booking then explains the clash.
    """
    day = timezone.localdate(start)
    window = board.window(
        rooms=board.fitting_rooms(programme),
        hosts=board.qualified(programme),
        groups=(),
        first=day - timedelta(days=1),
        last=day + timedelta(days=1),
        now=now,
    )
    look = Board(window.busy)
    most = (size or max((group.size for group in groups), key=lambda band: band.most)).most
    possible = [
        room for room in window.rooms.values() if look.free(board.room_need(room), start, end)
    ]
    fitting = [room for room in possible if room.capacity >= most] or possible[-1:]
    last = _last_visit(groups)
    usual = last.visit.host_id if last else None
    team = [host for host in window.hosts.values() if look.free(board.host_need(host), start, end)]
    return (fitting[0] if fitting else None), sorted(team, key=lambda host: host.pk != usual)
