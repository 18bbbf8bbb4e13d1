"""Run inside an installation: fill it, book in it as one of several clients, or find times.

``python -m bench.booking.house fill PAST`` prints an API token; ``client KIND NUMBER SECONDS``
waits for a line and prints what came of its attempts; ``find`` prints what one search costs.
"""

import http.client
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import IntegrityError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.booking.sizes import COMING, GROUPS, HOSTS, ROOMS, WEEKS  # noqa: E402
from core.errors import Clash  # noqa: E402
from core.models import Role, User  # noqa: E402
from partners.models import Contact, Group, Organisation, SizeBand  # noqa: E402
from scheduling.booking import api_tokens, times  # noqa: E402
from scheduling.booking.services import VisitPlan, book  # noqa: E402
from scheduling.models import (  # noqa: E402
    Allocation,
    Booking,
    Host,
    Library,
    Message,
    OpeningHours,
    Programme,
    Resource,
    ResourceKind,
    Room,
    Visit,
)
from scheduling.states import BookingKind, VisitState  # noqa: E402

HOUR = timedelta(hours=1)
#: Tables beside the product's own, with the same rows: the limit, the guarded, the usual mistake.
TABLES = ("raw", "guarded", "checked")
_INSERT = 'INSERT INTO bench_{} (resource_id, booking_id, start, "end") VALUES (%s, %s, %s, %s)'
_CHECK = 'SELECT 1 FROM bench_checked WHERE resource_id = %s AND start < %s AND "end" > %s LIMIT 1'


def this_hour() -> datetime:
    """Now, on the hour (UTC)."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


# --- Filling -------------------------------------------------------------------------------------
def fill(past: int) -> str:
    """A house with so many visits behind it; an API token of its socionom."""
    now = this_hour()
    sam = User.objects.create_user(
        "bench", "bench@bench.example", first_name="Bench", role=Role.SOCIONOM.value
    )
    people(now)
    behind = [now - (slot + 2) * HOUR * 1.5 for slot in range(past // ROOMS)]
    morning = now.replace(hour=8) + timedelta(days=1)
    ahead = [
        morning + timedelta(days=slot % (WEEKS * 7), hours=2 * (slot // (WEEKS * 7)))
        for slot in range(COMING // ROOMS)
    ]
    visits(behind, VisitState.HELD, now)
    visits(ahead, VisitState.CONFIRMED, now)
    beside()
    return api_tokens.create(actor=sam, now=now, name="bench")[1]


def people(now: datetime) -> None:
    """Rooms, hosts, groups and whom to write to."""
    library = Library.objects.create(name="Bench", address="Exempelgatan 1")
    for weekday in range(7):
        OpeningHours.objects.create(library=library, weekday=weekday, opens="08:00", closes="20:00")
    Programme.objects.create(name="Första besöket", minutes=60, text_sv="Vi fikar.")
    for number in range(ROOMS):
        Room.objects.create(
            resource=Resource.objects.create(kind=ResourceKind.ROOM.value),
            library=library,
            name=f"Rum {number}",
            capacity=20,
        )
    for number in range(HOSTS):
        name = f"host{number}"
        user = User.objects.create_user(
            name, f"{name}@bench.example", first_name=name, role=Role.HOST.value
        )
        resource = Resource.objects.create(kind=ResourceKind.HOST.value)
        Host.objects.create(resource=resource, user=user, library=library)
    for number in range(GROUPS):
        organisation = Organisation.objects.create(name=f"Förening {number}", created_at=now)
        group = Group.objects.create(
            organisation=organisation,
            alias=f"Grupp {number}",
            size_band=SizeBand.B7_10.value,
            created_at=now,
        )
        contact = Contact.objects.create(
            organisation=organisation,
            name="Lo Berg",
            email=f"lo{number}@bench.example",
            created_at=now,
        )
        contact.groups.add(group)
        Resource.objects.create(kind=ResourceKind.GROUP.value, group=group)


def visits(starts: list[datetime], state: VisitState, now: datetime) -> None:
    """One in each room at each of ``starts``, an hour long."""
    rooms, hosts, groups = _rows()
    programme = Programme.objects.get()
    for first in range(0, len(starts), 250):
        bookings, rows, taken, through = [], [], [], []
        for slot, start in enumerate(starts[first : first + 250], first):
            for number in range(ROOMS):
                host, group = hosts[(slot + number) % HOSTS], groups[(slot + number) % GROUPS]
                booking = Booking(
                    kind=BookingKind.STUDY_VISIT.value,
                    state=state.value,
                    start=start,
                    end=start + HOUR,
                    feed_changed_at=now,
                    created_at=now,
                )
                bookings.append(booking)
                rows.append((booking, rooms[number], host, group))
        Booking.objects.bulk_create(bookings, batch_size=1000)
        made = [
            Visit(booking=booking, programme=programme, host=host, room=room, size_band="7-10")
            for booking, room, host, _group in rows
        ]
        Visit.objects.bulk_create(made, batch_size=1000)
        for booking, room, host, group in rows:
            through.append(Visit.groups.through(visit_id=booking.pk, group_id=group.pk))
            taken += [
                Allocation(
                    resource_id=resource, booking=booking, start=booking.start, end=booking.end
                )
                for resource in (room.resource_id, host.resource_id, group.resource.pk)
            ]
        Visit.groups.through.objects.bulk_create(through, batch_size=1000)
        Allocation.objects.bulk_create(taken, batch_size=1000)


def _rows() -> tuple[list[Room], list[Host], list[Group]]:
    return (
        list(Room.objects.order_by("pk")),
        list(Host.objects.order_by("pk")),
        list(Group.objects.select_related("resource").order_by("pk")),
    )


def beside() -> None:
    """The same rows three times more: bare, with the constraint alone, and for those who check."""
    with connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(
                f"CREATE TABLE bench_{name} AS"
                ' SELECT id, resource_id, booking_id, start, "end" FROM scheduling_allocation'
            )
            cursor.execute(f'CREATE INDEX ON bench_{name} (resource_id, start, "end")')
        cursor.execute(
            "ALTER TABLE bench_guarded ADD EXCLUDE USING gist"
            ' (resource_id WITH =, tstzrange(start, "end") WITH &&)'
        )
        cursor.execute("ANALYZE")


def clear() -> None:
    """Take away what the clients booked: each measurement begins with the same rows."""
    after = this_hour() + timedelta(weeks=WEEKS + 1)
    Message.objects.all().delete()
    Booking.objects.filter(start__gt=after).delete()
    with connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"DELETE FROM bench_{name} WHERE start > %s", [after])


# --- Booking -------------------------------------------------------------------------------------
def wishes() -> Iterator[datetime]:
    """A client's hours, far ahead; each tenth is one that it has already."""
    start, count = this_hour() + timedelta(weeks=WEEKS + 2), 0
    while True:
        count += 1
        if count % 10:
            start += HOUR
        yield start


def client(kind: str, number: int, seconds: float) -> dict[str, int]:
    """Attempts of one client for so long: done, clash."""
    attempt = KINDS[kind](number)
    outcomes: Counter[str] = Counter(done=0, clash=0)
    slots = wishes()
    sys.stdin.readline()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        outcomes[attempt(next(slots))] += 1
    return dict(outcomes)


Attempt = Callable[[datetime], str]


def _insert(table: str) -> Callable[[int], Attempt]:
    def make(number: int) -> Attempt:
        room = _rows()[0][number]
        booking = Booking.objects.order_by("pk").values_list("pk", flat=True)[0]
        statement = _INSERT.format(table)

        def attempt(start: datetime) -> str:
            row = (room.resource_id, booking, start, start + HOUR)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    if table == "checked":
                        cursor.execute(_CHECK, (room.resource_id, start + HOUR, start))
                        if cursor.fetchone():
                            return "clash"
                    cursor.execute(statement, row)
            except IntegrityError:
                return "clash"
            return "done"

        return attempt

    return make


def _by_service(number: int) -> Attempt:
    rooms, hosts, groups = _rows()
    sam, programme = User.objects.get(username="bench"), Programme.objects.get()

    def attempt(start: datetime) -> str:
        plan = VisitPlan(
            groups=(groups[number],),
            programme=programme,
            start=start,
            end=start + HOUR,
            host=hosts[number],
            room=rooms[number],
        )
        try:
            book(actor=sam, now=datetime.now(UTC), plan=plan)
        except Clash:
            return "clash"
        return "done"

    return attempt


def _by_http(number: int) -> Attempt:
    rooms, hosts, groups = _rows()
    programme = Programme.objects.get()
    address = urlsplit(os.environ["BENCH_URL"])
    assert address.hostname is not None
    line = http.client.HTTPConnection(address.hostname, address.port)
    headers = {
        "Authorization": f"Bearer {os.environ['BENCH_TOKEN']}",
        "Content-Type": "application/json",
    }

    def attempt(start: datetime) -> str:
        body: dict[str, Any] = {
            "groups": [groups[number].pk],
            "programme": programme.pk,
            "start": start.isoformat(),
            "end": (start + HOUR).isoformat(),
            "host": hosts[number].pk,
            "room": rooms[number].pk,
        }
        line.request("POST", "/api/v1/visits", json.dumps(body), headers)
        with line.getresponse() as response:
            text = response.read()
        if response.status not in {201, 409}:
            raise SystemExit(f"{response.status} {text.decode()}")
        return "done" if response.status == 201 else "clash"

    return attempt


KINDS: dict[str, Callable[[int], Attempt]] = {
    **{table: _insert(table) for table in TABLES},
    "book": _by_service,
    "http": _by_http,
}


# --- Finding -------------------------------------------------------------------------------------
def find(rounds: int) -> dict[str, float]:
    """Milliseconds of one search over twelve weeks: its own on the processor, and all in all."""
    groups, programme = _rows()[2][:1], Programme.objects.get()
    now = datetime.now(UTC)
    first = timezone.localdate(now)
    asked = 0.0

    def clock(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        begin = time.thread_time()
        try:
            return execute(*arguments)
        finally:
            asked += time.thread_time() - begin

    own, whole = [], []
    for _ in range(rounds):
        asked = 0.0
        begin, wall = time.thread_time(), time.perf_counter()
        with connection.execute_wrapper(clock):
            found = times.find(
                groups=groups,
                programme=programme,
                now=now,
                first=first,
                last=first + timedelta(weeks=WEEKS),
            )
        whole.append((time.perf_counter() - wall) * 1000)
        own.append((time.thread_time() - begin - asked) * 1000)
        if len(found) != 50:
            raise SystemExit(f"found {len(found)}")
    return {"own": median(own), "whole": median(whole)}


def main(arguments: list[str]) -> None:
    """One act."""
    match arguments:
        case ["fill", past]:
            print(fill(int(past)))
        case ["clear"]:
            clear()
        case ["client", kind, number, seconds]:
            print(json.dumps(client(kind, int(number), float(seconds))))
        case ["find", rounds]:
            print(json.dumps(find(int(rounds))))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
