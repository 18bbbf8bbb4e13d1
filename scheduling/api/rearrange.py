"""Another room, another host, a substitute, two visits that change places."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from scheduling import access
from scheduling.api.bodies import Listed, Named, VisitBody
from scheduling.api.common import answers, known, one, that, user_of
from scheduling.api.fields import Id, Moment, QueryId, Strict, Version
from scheduling.api.schemas import Reason, VersionIn
from scheduling.api.shown import host_named
from scheduling.api.visits import shown
from scheduling.api.wanted import active_hosts, active_rooms
from scheduling.booking import colleagues, services, ways_out
from scheduling.models import Booking, Host

router = Router(tags=["visits"])
VISIT = answers(VisitBody)


class RoomChange(VersionIn):
    """The same time in another room; ``room_reason``: why it will do with too few places."""

    room: Id
    room_reason: Reason = ""


class HostChange(VersionIn):
    """Who meets the group; without ``co_host`` the host does so alone."""

    host: Id
    co_host: Id | None = None


class SubstituteIn(VersionIn):
    """A colleague in the place of a host or co-host."""

    away: Id
    by: Id


class SwapIn(VersionIn):
    """The other visit, and what the two exchange; each keeps its length, hosts and groups."""

    other: Id
    what: services.Exchange = services.Exchange.BOTH
    other_version: Version | None = None
    room_reason: Reason = ""


class TakeIn(VersionIn):
    """A way out of a clash, as problem+json told it; without ``co_host`` the host is alone."""

    start: Moment
    end: Moment
    room: Id | None = None
    host: Id
    co_host: Id | None = None
    room_reason: Reason = ""


class Away(Strict):
    """Whose place is to be taken; the host's unless said otherwise."""

    away: QueryId | None = None


class RoomChoiceBody(Named):
    """A room at the visit's time; it fits if it holds the group and has what is needed."""

    capacity: int
    free: bool
    fits: bool


@router.get(
    "/{visit}/rooms", response=answers(Listed[RoomChoiceBody]), operation_id="list_visit_rooms"
)
def list_rooms(request: HttpRequest, visit: int) -> object:
    """The other rooms at the visit's time, free ones that fit first."""
    user = user_of(request)
    rows = colleagues.rooms(booking=access.visit_to_plan(user, visit), now=timezone.now())
    items = [
        RoomChoiceBody(
            id=row.room.pk,
            name=row.room.name,
            capacity=row.room.capacity,
            free=row.free,
            fits=row.fits,
        )
        for row in rows
    ]
    return {"items": items, "count": len(items)}


@router.post("/{visit}/room", response=VISIT, operation_id="change_visit_room")
def change_room(request: HttpRequest, visit: int, payload: RoomChange) -> object:
    """The same time in another room: answers stand, all are told."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    room = that(active_rooms(), payload.room, "room")
    with ways_out.told(ways_out.Wanted.of_booking(booking, room=room), now=now):
        services.change_room(
            actor=user,
            now=now,
            booking=booking,
            room=room,
            version=payload.version,
            room_reason=payload.room_reason,
        )
    return shown(user, visit)


@router.post("/{visit}/host", response=VISIT, operation_id="change_visit_host")
def change_host(request: HttpRequest, visit: int, payload: HostChange) -> object:
    """Other hosts at the same time: answers stand, all are told."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    host = that(active_hosts(), payload.host, "host")
    co_host = one(active_hosts(), payload.co_host, "co_host")
    team = [host] if co_host is None else [host, co_host]
    with ways_out.told(ways_out.Wanted.of_booking(booking, hosts=team), now=now):
        services.change_host(
            actor=user,
            now=now,
            booking=booking,
            host=host,
            co_host=co_host,
            version=payload.version,
        )
    return shown(user, visit)


@router.get(
    "/{visit}/substitutes", response=answers(Listed[Named]), operation_id="list_substitutes"
)
def list_substitutes(request: HttpRequest, visit: int, query: Query[Away]) -> object:
    """Qualified colleagues who are free then, those who know the group first."""
    user = user_of(request)
    known(request, Away)
    booking = access.visit_to_plan(user, visit)
    away = one(_hosts_of(booking), query.away, "away") or booking.visit.host
    rows = colleagues.substitutes(booking=booking, away=away, now=timezone.now())
    return {"items": [host_named(row) for row in rows], "count": len(rows)}


@router.post("/{visit}/substitute", response=VISIT, operation_id="substitute_host")
def substitute(request: HttpRequest, visit: int, payload: SubstituteIn) -> object:
    """A colleague takes over; the partner gets the new name."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    services.substitute(
        actor=user,
        now=timezone.now(),
        booking=booking,
        away=that(_hosts_of(booking), payload.away, "away"),
        by=that(active_hosts(), payload.by, "by"),
        version=payload.version,
    )
    return shown(user, visit)


@router.post("/{visit}/swap", response=VISIT, operation_id="swap_visits")
def swap(request: HttpRequest, visit: int, payload: SwapIn) -> object:
    """Two visits exchange times, rooms or both; the answer is the first of them."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    services.swap(
        actor=user,
        now=timezone.now(),
        booking=booking,
        other=that(access.visits_for(user), payload.other, "other"),
        what=payload.what,
        version=payload.version,
        other_version=payload.other_version,
        room_reason=payload.room_reason,
    )
    return shown(user, visit)


@router.post("/{visit}/take", response=VISIT, operation_id="take_way_out")
def take(request: HttpRequest, visit: int, payload: TakeIn) -> object:
    """Time, room and hosts in one act: a move, or the same time with others."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    room = one(active_rooms(), payload.room, "room")
    host = that(active_hosts(), payload.host, "host")
    co_host = one(active_hosts(), payload.co_host, "co_host")
    team = [host] if co_host is None else [host, co_host]
    wanted = ways_out.Wanted.of_booking(
        booking, start=payload.start, end=payload.end, room=room, hosts=team
    )
    with ways_out.told(wanted, now=now):
        services.take_way(
            actor=user,
            now=now,
            booking=booking,
            start=payload.start,
            end=payload.end,
            room=room,
            host=host,
            co_host=co_host,
            version=payload.version,
            room_reason=payload.room_reason,
        )
    return shown(user, visit)


def _hosts_of(booking: Booking) -> QuerySet[Host]:
    pks = [host.pk for host in booking.visit.hosts]
    return Host.objects.filter(pk__in=pks).select_related("user")
