"""Write the library, its hours and rooms, its staff and its programmes."""

from datetime import date, time, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from core import swedish
from core.models import User
from scheduling.demo import data, days
from scheduling.demo.world import World, new_tag, number
from scheduling.models import (
    CalmTime,
    Closure,
    Host,
    Library,
    OpeningHours,
    Programme,
    Resource,
    ResourceKind,
    Room,
)


def write(today: date, first: date, last: date, random: Random) -> World:
    """All of it; summer hours for each year from ``first`` to ``last``."""
    began = days.at(swedish.monday_of(first) - timedelta(weeks=8), time(8))
    world = World(today=today, library=_libraries(first, last), began=began)
    _closures(world)
    _rooms(world)
    _programmes(world)
    _staff(world, random)
    return world


def _libraries(first: date, last: date) -> Library:
    main = Library.objects.create(
        name=data.MAIN,
        address="Exempelgatan 1",
        directions="Buss 1 och 4 stannar vid Exempelplatsen, två minuter bort. "
        "Entrén har ramp. Den tysta ingången ligger mot gården.",
        phone=number("0612"),
    )
    branch = Library.objects.create(
        name=data.BRANCH,
        address="Tallkottsvägen 7",
        directions="Buss 7 stannar utanför.",
        phone=number("0613"),
    )
    rows = [_hours(main, day, data.HOURS) for day in range(7)]
    rows += [_hours(branch, day, data.BRANCH_HOURS) for day in data.BRANCH_HOURS]
    first_week, last_week = data.SUMMER_WEEKS
    for year in range(first.year, last.year + 1):
        begin = date.fromisocalendar(year, first_week, 1)
        end = date.fromisocalendar(year, last_week, 7)
        rows += [_hours(main, day, data.SUMMER_HOURS, begin, end) for day in range(7)]
    OpeningHours.objects.bulk_create(rows)
    CalmTime.objects.bulk_create(
        CalmTime(library=main, weekday=day, start=data.CALM_FROM, end=data.CALM_TO)
        for day in data.CALM_DAYS
    )
    return main


def _hours(
    library: Library,
    weekday: int,
    hours: dict[int, tuple[time, time]],
    begin: date | None = None,
    end: date | None = None,
) -> OpeningHours:
    opens, closes = hours.get(weekday, (None, None))
    return OpeningHours(
        library=library,
        weekday=weekday,
        opens=opens,
        closes=closes,
        first_day=begin,
        last_day=end,
    )


def _closures(world: World) -> None:
    for day, (opens, closes, reason) in days.closures(world.today).items():
        Closure.objects.create(
            library=world.library, day=day, opens=opens, closes=closes, reason=reason
        )


def _rooms(world: World) -> None:
    for name, (capacity, features, open_area) in data.ROOMS.items():
        resource = Resource.objects.create(kind=ResourceKind.ROOM.value)
        world.resources[name] = resource.pk
        world.rooms[name] = Room.objects.create(
            resource=resource,
            library=world.library,
            name=name,
            capacity=capacity,
            features=list(features),
            open_area=open_area,
        )


def _programmes(world: World) -> None:
    for sort, (key, programme) in enumerate(data.PROGRAMMES.items(), start=1):
        world.programmes[key] = Programme.objects.create(
            name=programme.name,
            minutes=programme.minutes,
            needs=list(programme.needs),
            text_sv=programme.sv,
            text_en=programme.en,
            sort=sort,
        )


def _staff(world: World, random: Random) -> None:
    password = make_password(data.DEMO_PASSWORD)
    for person in data.STAFF:
        user = User.objects.create(
            username=person.username,
            email=person.email,
            password=password,
            first_name=person.first,
            last_name=person.last,
            role=person.role,
            title=person.title,
            phone=number(person.phone),
            date_joined=world.began,
        )
        EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
        world.users[person.username] = user
        if person.programmes:
            _host(world, user, person, random)


def _host(world: World, user: User, person: data.Person, random: Random) -> None:
    resource = Resource.objects.create(kind=ResourceKind.HOST.value)
    host = Host.objects.create(
        resource=resource,
        user=user,
        library=world.library,
        languages=list(person.languages),
        sign=person.sign,
        mail_tag=new_tag(random),
    )
    host.programmes.set(world.programmes[key] for key in person.programmes)
    world.resources[person.username] = resource.pk
    world.hosts[person.username] = host
