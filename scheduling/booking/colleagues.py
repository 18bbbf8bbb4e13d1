"""Who could take over, and which rooms are free: what the pages of a change propose."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from scheduling.booking import board
from scheduling.booking.starts import Board
from scheduling.models import Booking, Host, Room

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room at the visit's time. ``fits``: it holds the group and has what the programme needs."""

    room: Room
    free: bool
    fits: bool


def substitutes(*, booking: Booking, away: Host, now: datetime) -> list[Host]:
    """Qualified colleagues who are free at the visit's time, travel included.

    Qualified: named for the programme (anybody where nobody is), serves the visit's library, and
    speaks what only ``away`` could speak with the group, unless an interpreter comes. Free: no
    booking or absence, on duty, not blocked by the own calendar. Those who met the group before
    come first; the co-host, who is coming anyway, before all.
    """
    possible = able(booking, away)
    look = _board(booking, [], [host for host in possible if host not in booking.visit.hosts], now)
    way = booking.visit.travel_minutes
    free = [
        host
        for host in possible
        if host in booking.visit.hosts
        or look.free(board.host_need(host, way), booking.start, booking.end)
    ]
    met = _has_met(booking, free)
    return sorted(
        free,
        key=lambda row: (
            row not in booking.visit.hosts,
            -met[row.pk],
            row.first_name,
            row.pk,
        ),
    )


def able(booking: Booking, away: Host) -> list[Host]:
    """Those who could do what ``away`` was to do, whether or not they are free."""
    visit = booking.visit
    hosts = board.serving(board.qualified(visit.programme), booking.library)
    wanted = _spoken_only_by(booking, away)
    alone = visit.two_hosts and visit.co_host_id is not None
    return [
        host
        for host in hosts
        if host != away
        and not (alone and host in visit.hosts)
        and (host in visit.hosts) <= (away == visit.host)
        and (not wanted or wanted & _folded(host.languages))
    ]


def _spoken_only_by(booking: Booking, away: Host) -> set[str]:
    """The group's languages that nobody else who meets it speaks."""
    visit = booking.visit
    if visit.interpreter:
        return set()
    spoken = {word for group in visit.groups.all() for word in _folded(group.languages)}
    others = [_folded(host.languages) for host in visit.hosts if host != away]
    return (spoken & _folded(away.languages)).difference(*others)


def _folded(words: Sequence[str]) -> set[str]:
    return {word.strip().casefold() for word in words}


def _has_met(booking: Booking, hosts: Sequence[Host]) -> Counter[int]:
    """Host id -> how many earlier visits of the groups she was the host of."""
    rows = Booking.objects.filter(
        visit__groups__in=booking.visit.groups.all(), visit__host__in=hosts, start__lt=booking.start
    ).values_list("visit__host_id", flat=True)
    return Counter(rows)


def rooms(*, booking: Booking, now: datetime) -> list[RoomChoice]:
    """Every other active room: free ones that fit first, the same library before others."""
    visit = booking.visit
    suited = board.fitting_rooms(visit.programme)
    others = [
        room
        for room in Room.objects.filter(active=True).select_related("library")
        if room != visit.room
    ]
    look = _board(booking, others, [], now)
    found = [
        RoomChoice(
            room,
            free=look.free(board.room_need(room), booking.start, booking.end),
            fits=room in suited and room.holds(visit.size),
        )
        for room in others
    ]
    return sorted(
        found,
        key=lambda row: (
            not row.free,
            not row.fits,
            row.room.library_id != booking.library_id,
            row.room.capacity,
            row.room.pk,
        ),
    )


def busy_row(booking: Booking, host: Host) -> dict[str, object]:
    """A clash as the API tells it, where it is about the host's hours and not a booking."""
    return {
        "kind": "host",
        "name": host.user.name,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
    }


def _board(booking: Booking, rooms: Sequence[Room], hosts: Sequence[Host], now: datetime) -> Board:
    """What is busy around the visit, apart from itself."""
    day = timezone.localdate(booking.start)
    window = board.window(
        rooms=rooms,
        hosts=hosts,
        groups=(),
        first=day - _DAY,
        last=timezone.localdate(booking.end) + _DAY,
        now=now,
        without=[booking.pk],
    )
    return Board(window.busy)
