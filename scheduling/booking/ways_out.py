"""A clash is no end: another room, another host, another time, each free at this moment."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash
from partners.models import Group, SizeBand
from scheduling.booking import board, hosting, times
from scheduling.booking.availability import nearest
from scheduling.booking.plan import VisitPlan
from scheduling.booking.starts import Board, Need
from scheduling.models import Booking, Host, Library, Programme, Room

#: How far from the wished day another time is looked for, and how many ways are told.
AROUND = timedelta(days=14)
MOST_WAYS = 3


class Kind(StrEnum):
    """What is another than wished; a room's way may also need another host."""

    ROOM = "room"
    HOST = "host"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The visit as it was wished. Without ``hosts`` anybody who can may meet the group."""

    groups: tuple[Group, ...]
    programme: Programme
    start: datetime
    end: datetime
    size: SizeBand
    room: Room | None = None
    hosts: tuple[Host, ...] = ()
    travel_minutes: int = 0
    #: The visit itself is not in its own way.
    booking: int | None = None

    @classmethod
    def of_plan(cls, plan: VisitPlan) -> "Wanted":
        """What was to be booked."""
        return cls(
            groups=plan.groups,
            programme=plan.programme,
            start=plan.start,
            end=plan.end,
            size=plan.size,
            room=plan.room,
            hosts=plan.hosts,
            travel_minutes=plan.travel_minutes,
        )

    @classmethod
    def of_booking(
        cls,
        booking: Booking,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        room: Room | None = None,
        hosts: Sequence[Host] = (),
    ) -> "Wanted":
        """The visit as it stands, changed by what is given."""
        visit, start = booking.visit, start or booking.start
        return cls(
            groups=tuple(visit.groups.all()),
            programme=visit.programme,
            start=start,
            end=end or start + (booking.end - booking.start),
            size=visit.size,
            room=room or visit.room,
            hosts=tuple(hosts or visit.hosts),
            travel_minutes=visit.travel_minutes,
            booking=booking.pk,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where the visit could be instead; bookable as it stands."""

    kind: Kind
    start: datetime
    end: datetime
    host: Host
    co_host: Host | None = None
    room: Room | None = None
    #: Short, for the button.
    words: str = ""

    def data(self) -> dict[str, object]:
        """For problem+json."""
        return {
            "kind": self.kind.value,
            "start": timezone.localtime(self.start).isoformat(),
            "end": timezone.localtime(self.end).isoformat(),
            "room": {"id": self.room.pk, "name": self.room.name} if self.room else None,
            "host": {"id": self.host.pk, "name": self.host.user.name},
            "co_host": {"id": self.co_host.pk, "name": self.co_host.user.name}
            if self.co_host
            else None,
            "words": self.words,
        }


@contextmanager
def told(wanted: Wanted, *, now: datetime) -> Iterator[None]:
    """A Clash from within gets ``extra["ways_out"]``, as the API tells them."""
    try:
        yield
    except Clash as error:
        error.extra.setdefault("ways_out", [way.data() for way in find(wanted, now=now)])
        raise


def find(wanted: Wanted, *, now: datetime, around: timedelta = AROUND) -> list[Way]:
    """At most three ways, the least change first; each is free when it is told.

    Other times are looked for ``around`` the wished day: none for that day alone.

    The same time in another room or with another host, the nearest time for the same room and
    hosts, and times near it in any room with any who can. Reads only.
    """
    day = timezone.localdate(wanted.start)
    first = max(day - around, timezone.localdate(now))
    last = max(day + around, first)
    found = _same_time(wanted, first, last, now) if wanted.hosts else []
    for way in _other_times(wanted, first, last, now):
        if len(found) < MOST_WAYS and way.start not in {row.start for row in found}:
            found.append(way)
    return found


def _same_time(wanted: Wanted, first: date, last: date, now: datetime) -> list[Way]:
    library = _library(wanted)
    window = board.window(
        rooms=_rooms(wanted, library),
        hosts={*_qualified(wanted, library), *wanted.hosts},
        groups=wanted.groups,
        first=first,
        last=last,
        now=now,
        without=[wanted.booking] if wanted.booking else [],
    )
    firm, full = Board(window.booked), Board(window.busy)
    found = []
    room, team = _free_room(wanted, library, firm), _team(wanted, library, firm, full)
    groups_free = all(firm.free(Need(row), wanted.start, wanted.end) for row in window.groups)
    if groups_free and team and wanted.start > now and (wanted.room is None or room is not None):
        if room != wanted.room:
            found.append(_way(wanted, Kind.ROOM, room, team))
        elif team != wanted.hosts:
            found.append(_way(wanted, Kind.HOST, room, team))
    free = nearest(
        wanted=wanted.start,
        length=wanted.end - wanted.start,
        needs=_needs(wanted, window.groups),
        busy=window.busy,
        days=times.hours(library, first, last),
        now=now,
        zone=board.STOCKHOLM,
    )
    if free is not None and free[0] != wanted.start:
        later = replace(wanted, start=free[0], end=free[1])
        found.append(_way(later, Kind.TIME, wanted.room, wanted.hosts))
    return found


def _other_times(wanted: Wanted, first: date, last: date, now: datetime) -> Iterator[Way]:
    """Near times with any who can; a visit at theirs takes no room, so that none is looked for."""
    if wanted.travel_minutes or (wanted.room is None and wanted.hosts):
        return
    proposals = times.find(
        groups=wanted.groups,
        programme=wanted.programme,
        now=now,
        first=first,
        last=last,
        size=wanted.size,
        length=wanted.end - wanted.start,
        without=wanted.booking,
        limit=500,
    )
    two = len(wanted.hosts) > 1
    for item in sorted(proposals, key=lambda row: (abs(row.start - wanted.start), row.start)):
        if item.co_host is not None or not two:
            team = (item.host,) if item.co_host is None else (item.host, item.co_host)
            at = replace(wanted, start=item.start, end=item.end)
            yield _way(at, Kind.TIME, item.room, team)


def _way(at: Wanted, kind: Kind, room: Room | None, team: tuple[Host, ...]) -> Way:
    co_host = team[1] if len(team) > 1 else None
    match kind:
        case Kind.ROOM if team == at.hosts:
            words = _("%(room)s i stället") % {"room": room}
        case Kind.ROOM:
            words = _("%(room)s med %(host)s") % {"room": room, "host": first_names(team)}
        case Kind.HOST:
            words = _("%(host)s i stället") % {"host": first_names(team)}
        case Kind.TIME:
            words = ", ".join([swedish.compact_when(at.start, at.end), *_others(at, room, team)])
    return Way(
        kind=kind,
        start=at.start,
        end=at.end,
        host=team[0],
        co_host=co_host,
        room=room,
        words=words,
    )


def _others(at: Wanted, room: Room | None, team: tuple[Host, ...]) -> Iterator[str]:
    """What is another than wished beside the time, in words."""
    if room is not None and at.room is not None and room != at.room:
        yield room.name
    if at.hosts and team != at.hosts:
        yield _("%(host)s möter") % {"host": first_names(team)}


def first_names(team: Iterable[Host]) -> str:
    """Who meets the group, "Robin och Sam"."""
    return f" {_('och')} ".join(host.first_name for host in team)


def _library(wanted: Wanted) -> Library:
    return wanted.room.library if wanted.room is not None else wanted.hosts[0].library


def _rooms(wanted: Wanted, library: Library) -> list[Room]:
    if wanted.room is None:
        return []
    fitting = [
        room
        for room in board.fitting_rooms(wanted.programme)
        if room.library_id == library.pk and room.holds(wanted.size) and room != wanted.room
    ]
    return [wanted.room, *fitting]


def _qualified(wanted: Wanted, library: Library) -> list[Host]:
    return board.serving(board.qualified(wanted.programme), library)


def _needs(wanted: Wanted, groups: Sequence[int]) -> list[Need]:
    rooms = [board.room_need(wanted.room)] if wanted.room is not None else []
    return [
        *rooms,
        *(board.host_need(host, wanted.travel_minutes) for host in wanted.hosts),
        *map(Need, groups),
    ]


def _free_room(wanted: Wanted, library: Library, firm: Board) -> Room | None:
    """The wished room where it is free, or else the smallest free one that fits."""
    for room in _rooms(wanted, library):
        if firm.free(board.room_need(room), wanted.start, wanted.end):
            return room
    return None


def _team(wanted: Wanted, library: Library, firm: Board, full: Board) -> tuple[Host, ...]:
    """The wished hosts, each who is taken replaced by a colleague on duty; () where none can."""
    way = timedelta(minutes=wanted.travel_minutes)
    own = hosting.blocked(wanted.hosts, wanted.start - way, wanted.end + way)
    blocked = {row.host_id for row in own}
    spare = [
        host
        for host in _qualified(wanted, library)
        if host not in wanted.hosts
        and full.free(board.host_need(host, wanted.travel_minutes), wanted.start, wanted.end)
    ]
    team = []
    for host in wanted.hosts:
        need = board.host_need(host, wanted.travel_minutes)
        if host.pk not in blocked and firm.free(need, wanted.start, wanted.end):
            team.append(host)
        elif spare:
            team.append(spare.pop(0))
        else:
            return ()
    return tuple(team)
