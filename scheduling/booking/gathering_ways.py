"""A clash of a meeting is no end either: another room, without somebody, or another time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from core import swedish
from scheduling.booking import board, rules
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Host, Room

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MOST_WAYS = 3
#: How many days on either side another time is looked for, and between which hours.
AROUND = timedelta(days=7)
FIRST, LAST = time(8), time(17)
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What can be had instead, free at this moment. ``kind``: "room", "host" or "time"."""

    kind: str
    plan: GatheringPlan
    words: str

    def data(self) -> dict[str, object]:
        """For problem+json."""
        room = self.plan.room
        return {
            "kind": self.kind,
            "start": timezone.localtime(self.plan.start).isoformat(),
            "end": timezone.localtime(self.plan.end).isoformat(),
            "room": {"id": room.pk, "name": room.name} if room else None,
            "hosts": [{"id": host.pk, "name": host.user.name} for host in self.plan.hosts],
            "words": self.words,
        }


def find(plan: GatheringPlan, *, now: datetime, without: int | None = None) -> list[Way]:
    """At most three; ``without`` is the booking itself, which is not in its own way."""
    day = timezone.localtime(plan.start).date()
    rooms = [plan.room, *_others(plan.room)] if plan.room else []
    look = board.window(
        rooms=rooms, hosts=plan.hosts, groups=[],
        first=max(day - AROUND, timezone.localdate(now)), last=day + AROUND,
        now=now, without=[without] if without else [],
    )  # fmt: skip
    busy = _Busy(look)
    ways = [*_rooms(plan, rooms, busy), *_without_somebody(plan, busy)]
    return [*ways, *_times(plan, busy, day, now)][:MOST_WAYS]


@dataclass(frozen=True, slots=True)
class _Busy:
    look: board.Window

    def free(self, resources: Iterable[int], start: datetime, end: datetime) -> bool:
        return not any(
            rules.overlaps(interval, start, end)
            for resource in resources
            for interval in self.look.busy[resource]
        )

    def all_free(self, plan: GatheringPlan) -> bool:
        way = timedelta(minutes=plan.travel_minutes)
        room = [plan.room.resource_id] if plan.room else []
        return self.free(room, plan.start, plan.end) and self.free(
            [host.resource_id for host in plan.hosts], plan.start - way, plan.end + way
        )


def _others(room: Room) -> list[Room]:
    rows = Room.objects.filter(library=room.library_id, active=True).exclude(pk=room.pk)
    return list(rows.select_related("library").order_by("capacity", "pk"))


def _rooms(plan: GatheringPlan, rooms: list[Room], busy: _Busy) -> Iterator[Way]:
    found = 0
    for room in rooms[1:]:
        other = replace(plan, room=room)
        if found < 2 and busy.all_free(other):
            found += 1
            yield Way(kind="room", plan=other, words=_("%(room)s i stället") % {"room": room.name})


def _without_somebody(plan: GatheringPlan, busy: _Busy) -> Iterator[Way]:
    way = timedelta(minutes=plan.travel_minutes)
    stay: list[Host] = [
        host
        for host in plan.hosts
        if busy.free([host.resource_id], plan.start - way, plan.end + way)
    ]
    other = replace(plan, hosts=tuple(stay))
    if stay and len(stay) < len(plan.hosts) and busy.all_free(other):
        gone = [host.first_name for host in plan.hosts if host not in stay]
        names = _(" och ").join(gone)
        yield Way(kind="host", plan=other, words=_("Utan %(names)s") % {"names": names})


def _times(plan: GatheringPlan, busy: _Busy, day: date, now: datetime) -> Iterator[Way]:
    """The nearest first, at most one a day beside the wished day itself."""
    length = plan.end - plan.start
    starts = sorted(_candidates(day, length, now), key=lambda one: abs(one - plan.start))
    seen: set[date] = set()
    for start in starts:
        other = replace(plan, start=start, end=start + length)
        own_day = timezone.localtime(start).date()
        if start != plan.start and own_day not in seen and busy.all_free(other):
            seen.add(own_day)
            words = swedish.compact_when(other.start, other.end)
            yield Way(kind="time", plan=other, words=words)


def _candidates(day: date, length: timedelta, now: datetime) -> Iterator[datetime]:
    for offset in range(-AROUND.days, AROUND.days + 1):
        one = day + timedelta(days=offset)
        if not swedish.is_working_day(one):
            continue
        start = datetime.combine(one, FIRST, tzinfo=STOCKHOLM)
        last = datetime.combine(one, LAST, tzinfo=STOCKHOLM) - length
        while start <= last:
            if start > now:
                yield start
            start += STEP
