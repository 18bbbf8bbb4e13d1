"""What stands in the way of wished times, for many wishes in two queries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from scheduling.models import (
    Allocation,
    BusyInterval,
    Host,
    OwnCalendarMode,
    Proposal,
    ResourceKind,
    Visit,
)


def of(proposals: Sequence[Proposal]) -> dict[int, list[str]]:
    """Proposal id -> names of rooms, hosts and groups that are taken; an empty list is free.

    Each proposal has its visit with room, hosts and groups (and their resources) loaded.
    """
    spans = {row.pk: _spans(row) for row in proposals}
    wanted = Q(pk__in=[])
    for row in proposals:
        for resource, start, end in spans[row.pk]:
            wanted |= Q(resource_id=resource, start__lt=end, end__gt=start)
    taken = list(
        Allocation.objects.filter(wanted)
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .select_related("resource__room", "resource__host__user", "resource__group")
    )
    own = _own_calendars(proposals)
    return {
        row.pk: list(
            dict.fromkeys(
                [*_in_the_way(taken, spans[row.pk], row.invitation.booking_id), *own[row.pk]]
            )
        )
        for row in proposals
    }


def _own_calendars(proposals: Sequence[Proposal]) -> dict[int, list[str]]:
    """Proposal id -> the hosts whose own calendar forbids the time."""
    windows = {row.pk: _host_windows(row) for row in proposals}
    wanted = Q(pk__in=[])
    for found in windows.values():
        for host, start, end in found:
            wanted |= Q(host=host, start__lt=end, end__gt=start)
    rows = list(
        BusyInterval.objects.filter(wanted, source__mode=OwnCalendarMode.BLOCKS.value)
        if any(windows.values())
        else ()
    )
    return {
        pk: [
            host.first_name
            for host, start, end in found
            if any(row.host_id == host.pk and row.start < end and row.end > start for row in rows)
        ]
        for pk, found in windows.items()
    }


def _host_windows(row: Proposal) -> list[tuple[Host, datetime, datetime]]:
    if row.start is None or row.end is None:
        return []
    visit: Visit = row.invitation.booking.visit
    travel = timedelta(minutes=visit.travel_minutes)
    return [(host, row.start - travel, row.end + travel) for host in visit.hosts]


def _in_the_way(
    taken: list[Allocation], spans: list[tuple[int, datetime, datetime]], booking: int
) -> list[str]:
    names: dict[str, None] = {}
    for row in taken:
        if row.booking_id == booking:
            continue
        for resource, start, end in spans:
            if row.resource_id == resource and row.start < end and row.end > start:
                names[_name(row)] = None
    return list(names)


def _name(row: Allocation) -> str:
    match ResourceKind(row.resource.kind):
        case ResourceKind.ROOM:
            return row.resource.room.name
        case ResourceKind.HOST:
            return row.resource.host.first_name
        case ResourceKind.GROUP:
            return row.resource.group.alias if row.resource.group else ""


def _spans(row: Proposal) -> list[tuple[int, datetime, datetime]]:
    """The resources that the visit would take at the wished time, with buffers and travel."""
    if row.start is None or row.end is None:
        return []
    visit: Visit = row.invitation.booking.visit
    spans = [(host.resource_id, start, end) for host, start, end in _host_windows(row)]
    if visit.room is not None:
        before = timedelta(minutes=visit.room.buffer_before)
        after = timedelta(minutes=visit.room.buffer_after)
        spans.append((visit.room.resource_id, row.start - before, row.end + after))
    for group in visit.groups.all():
        resource = getattr(group, "resource", None)
        if resource is not None:
            spans.append((resource.pk, row.start, row.end))
    return spans
