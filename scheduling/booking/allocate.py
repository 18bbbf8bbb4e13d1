"""Take and release resources. The database decides; Python explains."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash
from scheduling.models import Allocation, Booking, Resource, ResourceKind


def take(booking: Booking, *, now: datetime, expires_at: datetime | None = None) -> None:
    """Replace the booking's allocations by those its present times and resources need.

    Releases first, then takes, so that a booking never stands in its own way. Expired holds on the
    same resources give way. Raises Clash, with what is in the way, where the database refuses.
    Needs an open transaction; the breach leaves it usable.
    """
    wanted = _wanted(booking, expires_at)
    Allocation.objects.filter(booking=booking).delete()
    resources = [row.resource_id for row in wanted]
    Allocation.objects.filter(resource_id__in=resources, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            Allocation.objects.bulk_create(wanted)
    except IntegrityError as error:
        raise explain(wanted) from error


def release(booking: Booking) -> None:
    """Give everything back."""
    Allocation.objects.filter(booking=booking).delete()


def _wanted(booking: Booking, expires_at: datetime | None) -> list[Allocation]:
    """In the order of the resources' ids, so that two bookings never wait for each other."""
    visit = booking.visit
    rows = []

    def add(resource_id: int, before: int = 0, after: int = 0) -> None:
        rows.append(
            Allocation(
                resource_id=resource_id,
                booking=booking,
                start=booking.start - timedelta(minutes=before),
                end=booking.end + timedelta(minutes=after),
                expires_at=expires_at,
            )
        )

    if visit.room is not None:
        add(visit.room.resource_id, visit.room.buffer_before, visit.room.buffer_after)
    for host in visit.hosts:
        add(host.resource_id, visit.travel_minutes, visit.travel_minutes)
    for group in visit.groups.all():
        add(group_resource(group.pk).pk)
    return sorted(rows, key=lambda row: row.resource_id)


def group_resource(group_pk: int) -> Resource:
    """The resource of a group, made at its first booking."""
    resource, _made = Resource.objects.get_or_create(
        group_id=group_pk, defaults={"kind": ResourceKind.GROUP.value}
    )
    return resource


def explain(wanted: Iterable[Allocation]) -> Clash:
    """A Clash that says what is taken and until when."""
    overlap = Q(pk__in=[])
    for row in wanted:
        overlap |= Q(resource_id=row.resource_id, start__lt=row.end, end__gt=row.start)
    taken = (
        Allocation.objects.filter(overlap)
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
