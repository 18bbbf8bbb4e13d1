"""What is busy in a window: allocations, hours off duty and own calendars, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from partners.models import Group
from scheduling.booking import hosting
from scheduling.booking.starts import Interval, Need
from scheduling.models import Allocation, Host, Library, Microseconds, Programme, Resource, Room

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def room_need(room: Room) -> Need:
    """The room with its time for laying out and clearing away."""
    return Need(room.resource_id, room.buffer_before, room.buffer_after)


def host_need(host: Host, travel_minutes: int = 0) -> Need:
    """The host, there and back where the group is met at theirs."""
    return Need(host.resource_id, travel_minutes, travel_minutes)


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of a search by their resources, and when each resource is busy.

    ``booked`` holds what the database guards; ``busy`` also the hours in which a host is not
    proposed: off duty, or blocked by the host's own calendar.
    """

    rooms: Mapping[int, Room]
    hosts: Mapping[int, Host]
    groups: tuple[int, ...]
    booked: Mapping[int, list[Interval]]
    busy: Mapping[int, list[Interval]]


def window(
    *,
    rooms: Iterable[Room],
    hosts: Iterable[Host],
    groups: Iterable[Group],
    first: date,
    last: date,
    now: datetime,
    without: Iterable[int] = (),
) -> Window:
    """From ``first`` to ``last`` (local, inclusive), in a fixed number of queries.

    Expired holds do not count, nor do the bookings ``without`` (ids): a visit is not in its own
    way. A group that was never booked has no resource yet, and is free.
    """
    by_room = {room.resource_id: room for room in rooms}
    by_host = {host.resource_id: host for host in hosts}
    groups_taken = tuple(
        Resource.objects.filter(group__in=list(groups)).order_by("pk").values_list("pk", flat=True)
    )
    start = datetime.combine(first, time.min, tzinfo=STOCKHOLM)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=STOCKHOLM)
    rows = (
        Allocation.objects.standing(now)
        .exclude(booking_id__in=list(without))
        .overlapping([*by_room, *by_host, *groups_taken], start, end)
    )
    booked: dict[int, list[Interval]] = defaultdict(list)
    spans = rows.values_list("resource_id", Microseconds("start"), Microseconds("end"))
    for resource, begin, until in spans:
        booked[resource].append(Interval(begin / 1_000_000, until / 1_000_000))
    busy = defaultdict(list, {resource: [*found] for resource, found in booked.items()})
    for resource, intervals in hosting.kept_free(by_host.values(), first, last).items():
        busy[resource] += intervals
    return Window(by_room, by_host, groups_taken, booked, busy)


def fitting_rooms(programme: Programme) -> list[Room]:
    """Active rooms with what the programme needs, the smallest first."""
    rows = Room.objects.filter(active=True).select_related("library").order_by("capacity", "pk")
    return [room for room in rows if set(programme.needs) <= set(room.features)]


def qualified(programme: Programme) -> list[Host]:
    """Those who can lead the programme; everybody where nobody is named for it."""
    rows = (
        Host.objects.filter(active=True, user__is_active=True)
        .select_related("user")
        .prefetch_related("also_at")
    )
    return list(rows.filter(programmes=programme)) or list(rows)


def serving(hosts: Iterable[Host], library: Library | None) -> list[Host]:
    """Those who receive groups at ``library``; all where it is no matter."""
    return [host for host in hosts if library is None or host.serves(library.pk)]
