"""Small worlds for tests: one library, its people and one partner."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from core.models import Role, User
from partners.models import Contact, Group, Organisation, SizeBand
from scheduling.booking import services
from scheduling.booking.services import VisitPlan
from scheduling.demo import seed
from scheduling.models import (
    Booking,
    CalmTime,
    Host,
    Library,
    OpeningHours,
    Programme,
    Resource,
    ResourceKind,
    Room,
)
from scheduling.outbox import deliver
from tests.kept import kept, kept_upon

STOCKHOLM = ZoneInfo("Europe/Stockholm")
#: Monday 2 November 2026, 9.00 in Stockholm: "now" in most tests.
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0, month: int = 12, year: int = 2026) -> datetime:
    """An instant by its wall time in Stockholm; December 2026 unless told otherwise."""
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


#: Why the other room will do for a group that is larger.
WHY_SMALL = "Kortare besök"


@dataclass
class World:
    """What most tests need."""

    library: Library
    room: Room
    other_room: Room
    programme: Programme
    socionom: User
    manager: User
    host: Host
    other_host: Host
    organisation: Organisation
    group: Group
    contact: Contact

    def plan(self, **changes: object) -> VisitPlan:
        """Tuesday 1 December 2026 10.00–11.15 in the room, with the host.

        The other room is too small for the group, so that it comes with a reason.
        """
        small = changes.get("room") == self.other_room
        values: dict[str, object] = {
            "groups": (self.group,),
            "programme": self.programme,
            "start": at(1, 10),
            "end": at(1, 11, 15),
            "host": self.host,
            "room": self.room,
            "room_reason": WHY_SMALL if small else "",
            **changes,
        }
        return VisitPlan(**values)


def user(username: str, role: Role, first_name: str, **extra: object) -> User:
    """A member of the staff, password "x", whose calendar reads a feed: no invitations by mail."""
    extra.setdefault("calendar_invitations", False)
    return User.objects.create_user(
        username=username,
        email=f"{username}@svarta.example",
        password="x",
        role=role.value,
        first_name=first_name,
        **extra,
    )


def host(member: User, library: Library) -> Host:
    """The member as a host with a resource of its own."""
    return Host.objects.create(
        resource=Resource.objects.create(kind=ResourceKind.HOST.value), user=member, library=library
    )


def room(library: Library, name: str, capacity: int, **extra: object) -> Room:
    """A room with a resource of its own."""
    resource = Resource.objects.create(kind=ResourceKind.ROOM.value)
    return Room.objects.create(
        resource=resource, library=library, name=name, capacity=capacity, **extra
    )


@kept
@time_machine.travel(NOW, tick=False)
def world() -> World:
    """Make it in the test's database."""
    library = Library.objects.create(name="Svartåbiblioteket", address="Exempelgatan 1")
    for weekday in range(5):
        OpeningHours.objects.create(
            library=library, weekday=weekday, opens=time(9), closes=time(19)
        )
    CalmTime.objects.create(library=library, weekday=1, start=time(9), end=time(11))
    programme = Programme.objects.create(name="Första besöket", minutes=75, text_sv="Vi fikar.")
    sam = user("sam", Role.SOCIONOM, "Sam", title="socionom", phone="+46701740605")
    robin = user("robin", Role.HOST, "Robin", title="bibliotekarie")
    kim = user("kim", Role.MANAGER, "Kim")
    organisation = Organisation.objects.create(name="Föreningen Vägval Fri", created_at=NOW)
    group = Group.objects.create(
        organisation=organisation,
        alias="Tisdagsgruppen",
        size_band=SizeBand.B7_10.value,
        created_at=NOW,
    )
    contact = Contact.objects.create(
        organisation=organisation, name="Lo Berg", email="lo@vagval.example", created_at=NOW
    )
    contact.groups.add(group)
    return World(
        library=library,
        room=room(library, "Studion", 20),
        other_room=room(library, "Skrivarrummet", 8),
        programme=programme,
        socionom=sam,
        manager=kim,
        host=host(sam, library),
        other_host=host(robin, library),
        organisation=organisation,
        group=group,
        contact=contact,
    )


@kept_upon
@time_machine.travel(NOW, tick=False)
def told(delivered: datetime) -> Booking:
    """What the world plans, booked at NOW, its invitation sent at ``delivered``."""
    sam = User.objects.get(username="sam")
    plan = VisitPlan(
        groups=(Group.objects.get(alias="Tisdagsgruppen"),),
        programme=Programme.objects.get(name="Första besöket"),
        start=at(1, 10),
        end=at(1, 11, 15),
        host=Host.objects.get(user=sam),
        room=Room.objects.get(name="Studion"),
    )
    booking = services.book(actor=sam, now=NOW, plan=plan)
    deliver.deliver_due(clock=lambda: delivered)
    return booking


@kept
def demo_library(today: date) -> date:
    """The demo library around the day."""
    seed.seed(today=today)
    return today


def days(count: int) -> timedelta:
    """A span of days."""
    return timedelta(days=count)


def day(number: int, month: int = 12, year: int = 2026) -> date:
    """A date."""
    return date(year, month, number)
