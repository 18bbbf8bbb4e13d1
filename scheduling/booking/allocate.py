"""Take and release resources. The database decides; Python explains."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash
from scheduling.booking import hosting
from scheduling.models import (
    Allocation,
    Booking,
    Host,
    OfferedTime,
    Resource,
    ResourceKind,
    Room,
)
from scheduling.models.allocation import AllocationQuerySet
from scheduling.states import OfferState


def take(booking: Booking, *, now: datetime, expires_at: datetime | None = None) -> None:
    """Replace the booking's allocations by those its present times and resources need.

    Releases first, then takes, so that a booking never stands in its own way. Expired holds on the
    same resources give way. Raises Clash, with what is in the way, where the database refuses.
    Needs an open transaction; the breach leaves it usable.
    """
    _write([booking], _wanted(booking, expires_at, now), now)


def take_together(bookings: Sequence[Booking], *, now: datetime) -> None:
    """The same for several that change places: all release first, then all take.

    Raises Clash, also where they would come to overlap each other.
    """
    wanted = [row for booking in bookings for row in _wanted(booking, None, now)]
    wanted.sort(key=lambda row: (row.resource_id, row.start))
    for one, following in pairwise(wanted):
        if one.resource_id == following.resource_id and following.start < one.end:
            name = resource_name(one.resource)
            raise Clash(_("%(name)s skulle behövas av båda besöken samtidigt.") % {"name": name})
    _write(bookings, wanted, now)


def _write(bookings: Sequence[Booking], wanted: list[Allocation], now: datetime) -> None:
    resources = [row.resource_id for row in wanted]
    _queue(bookings, resources)
    Allocation.objects.filter(booking__in=bookings).delete()
    Allocation.objects.filter(resource_id__in=resources, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            Allocation.objects.bulk_create(wanted)
    except IntegrityError as error:
        raise explain(wanted) from error


def _queue(bookings: Sequence[Booking], resources: Iterable[int] = ()) -> None:
    """Wait for one's turn at every resource given up or wanted, in the order of their ids.

    Without it two that insert the same slot at once each wait for the other: PostgreSQL checks an
    exclusion constraint after the row is written, and ends it as a deadlock a second later. Those
    who only refer to the resource are not held up.
    """
    held = Allocation.objects.filter(booking__in=bookings).values("resource_id")
    rows = Resource.objects.filter(Q(pk__in=held) | Q(pk__in=list(resources))).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def release(booking: Booking) -> None:
    """Give everything back."""
    _queue([booking])
    Allocation.objects.filter(booking=booking).delete()


def _wanted(booking: Booking, expires_at: datetime | None, now: datetime) -> list[Allocation]:
    """In the order of the resources' ids, so that two bookings never wait for each other.

    While times are offered each of them is held, until it is answered or expires; the booking's
    own time is then one of those. A slot shared by several groups is held by the slot itself.
    """
    if not hasattr(booking, "visit"):
        rows = _spans_of_gathering(booking, booking.start, booking.end)
        return sorted(rows, key=lambda row: (row.resource_id, row.start))
    offered = list(
        booking.offered_times.filter(state=OfferState.OPEN.value).select_related(
            "room", "host", "co_host"
        )
    )
    if not offered:
        visit = booking.visit
        rows = _spans(booking, booking.start, booking.end, visit.room, visit.hosts)
        for row in rows:
            row.expires_at = expires_at
    else:
        rows = []
        for time in offered:
            if time.slot_id is None and time.expires_at > now:
                held = _spans(booking, time.start, time.end, time.room, time.hosts)
                for row in held:
                    row.expires_at, row.offered = time.expires_at, time
                rows += held
    return sorted(rows, key=lambda row: (row.resource_id, row.start))


def _spans(
    booking: Booking, start: datetime, end: datetime, room: Room | None, hosts: list[Host]
) -> list[Allocation]:
    """What a time in a room with its hosts takes, buffers and travel included."""
    rows = []

    def add(resource_id: int, before: int = 0, after: int = 0) -> None:
        rows.append(
            Allocation(
                resource_id=resource_id,
                booking=booking,
                start=start - timedelta(minutes=before),
                end=end + timedelta(minutes=after),
            )
        )

    if room is not None:
        add(room.resource_id, room.buffer_before, room.buffer_after)
    travel = booking.visit.travel_minutes
    for host in hosts:
        add(host.resource_id, travel, travel)
    for group in booking.visit.groups.all():
        add(group_resource(group.pk).pk)
    return rows


def _spans_of_gathering(booking: Booking, start: datetime, end: datetime) -> list[Allocation]:
    """A meeting takes its room, without buffers, and its colleagues, there and back."""
    gathering = booking.gathering
    way = timedelta(minutes=gathering.travel_minutes)
    rows = [
        Allocation(resource_id=host.resource_id, booking=booking, start=start - way, end=end + way)
        for host in gathering.hosts.all()
    ]
    if gathering.room is not None:
        room = gathering.room.resource_id
        rows.append(Allocation(resource_id=room, booking=booking, start=start, end=end))
    return rows


def gathering_could_be(booking: Booking, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether the room and the colleagues of a meeting are free for it at another time."""
    spans = _spans_of_gathering(booking, start, end)
    return not _in_the_way(spans).standing(now).exclude(booking=booking).exists()


def is_free(time: OfferedTime, now: datetime) -> bool:
    """Whether nothing but the offer itself stands in the way of an offered time."""
    own = [time.booking_id]
    if time.slot is not None:
        own.append(time.slot.source_id)
    spans = _spans(time.booking, time.start, time.end, time.room, time.hosts)
    return not _in_the_way(spans).standing(now).exclude(booking__in=own).exists()


def could_be_at(booking: Booking, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether the visit's room, hosts and groups are free for it at another time.

    A host's own calendar counts where the host chose that it forbids.
    """
    way = timedelta(minutes=booking.visit.travel_minutes)
    if hosting.blocked(booking.visit.hosts, start - way, end + way):
        return False
    spans = _spans(booking, start, end, booking.visit.room, booking.visit.hosts)
    return not _in_the_way(spans).standing(now).exclude(booking=booking).exists()


def _in_the_way(wanted: Iterable[Allocation]) -> AllocationQuerySet:
    overlap = Q(pk__in=[])
    for row in wanted:
        overlap |= Q(resource_id=row.resource_id, start__lt=row.end, end__gt=row.start)
    return Allocation.objects.filter(overlap)


def hold(booking: Booking, *, now: datetime, expires_at: datetime) -> None:
    """Hold a cancelled visit's room and hosts, but not its group, until ``expires_at``.

    Raises Clash. Needs an open transaction.
    """
    visit = booking.visit
    groups = set(Resource.objects.filter(group__isnull=False).values_list("pk", flat=True))
    rows = [
        row
        for row in _spans(booking, booking.start, booking.end, visit.room, visit.hosts)
        if row.resource_id not in groups
    ]
    for row in rows:
        row.expires_at = expires_at
    rows.sort(key=lambda row: row.resource_id)
    _write([booking], rows, now)


def group_resource(group_pk: int) -> Resource:
    """The resource of a group, made at its first booking."""
    resource, _made = Resource.objects.get_or_create(
        group_id=group_pk, defaults={"kind": ResourceKind.GROUP.value}
    )
    return resource


def explain(wanted: Iterable[Allocation]) -> Clash:
    """A Clash that says what is taken and until when."""
    wanted = list(wanted)
    taken = (
        _in_the_way(wanted)
        .exclude(booking__in={row.booking_id for row in wanted})
        .select_related("resource__room", "resource__host__user", "resource__group")
        .order_by("start", "resource_id")[:5]
    )
    clashes = [
        {
            "kind": row.resource.kind,
            "name": resource_name(row.resource),
            "start": row.start.isoformat(),
            "end": row.end.isoformat(),
        }
        for row in taken
    ]
    sentences = [
        _("%(name)s är upptagen %(when)s.")
        % {"name": resource_name(row.resource), "when": swedish.compact_when(row.start, row.end)}
        for row in taken
    ]
    words = " ".join(sentences) or _("Tiden togs just av någon annan.")
    return Clash(
        words + " " + _("Välj en annan tid, ett annat rum eller en annan värd."),
        extra={"clashes": clashes},
    )


def resource_name(resource: Resource) -> str:
    """The room's, host's or group's name."""
    match ResourceKind(resource.kind):
        case ResourceKind.ROOM:
            return resource.room.name
        case ResourceKind.HOST:
            return resource.host.user.name
        case ResourceKind.GROUP:
            return resource.group.alias if resource.group else ""
