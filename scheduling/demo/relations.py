"""Write the relation: channels, agreements, what was said, what is agreed, and one absence."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from core.models import StandIn
from partners.models import (
    AgreedStep,
    Agreement,
    Channel,
    ContactLog,
    Organisation,
    Stage,
    StageOverride,
)
from partners.models.relation import day_after_a_year
from scheduling.demo import days
from scheduling.demo.world import World, number


@dataclass(frozen=True, slots=True)
class _Channel:
    """A role to call; ``phone`` is the last four digits, ``spoken`` days back, newest first."""

    organisation: str
    name: str
    kind: str
    helps_with: str
    reach: str
    phone: str
    spoken: tuple[tuple[int, str, str], ...]
    at_desk: bool = True


CHANNELS: Final = (
    _Channel(
        *("Kommunpolisen Centrum", "Områdespolis", "police"),
        "Trygghet runt huset, råd innan något blir stort",
        "Vardagar 8–16. Annars 114 14, vid fara 112",
        *("0640", ((10, "meeting", "Kvartalsmötet. De går gärna förbi på torsdagar."),)),
    ),
    _Channel(
        *("Vuxenenheten Bron", "Mottagningen", "social_services"),
        "Boende, ekonomi och stöd; de tar emot utan bokad tid",
        "Vardagar 9–12",
        *("0641", ((24, "call", "De skickar nya öppettider före jul."), (80, "mail", ""))),
    ),
    _Channel(
        *("Vuxenenheten Bron", "Uppsökarteamet", "social_services"),
        "Kommer till oss och pratar med den som vill",
        "Alla dagar 10–20",
        *("0642", ((131, "call", "Ny i teamet. Vill gärna komma på fika."),)),
    ),
    _Channel(
        *("Klubbhuset Strimman", "Dagverksamheten", "health_care"),
        "Sysselsättning för den som mår dåligt psykiskt",
        "Måndag till torsdag 9–15",
        *("0643", ((45, "corridor", "De delar vår affisch."),)),
    ),
    _Channel(
        *("Härbärget Vinterljus", "Nattvärden", "civil_society"),
        "Sovplats samma natt",
        "Ring efter klockan 16",
        *("0644", ((6, "call", "De har platser hela veckan."),)),
    ),
    _Channel(
        *("Kvinnojouren Blåklint", "Stödtelefonen", "civil_society"),
        "Råd och skyddat boende",
        "Dygnet runt",
        *("0645", ((118, "call", ""),)),
        at_desk=False,
    ),
)
#: (organisation, group or nothing, days back, way, line)
LOG: Final = (
    ("Föreningen Vägval Fri", "Tisdagsgruppen", 4, "call", "De tar gärna med egna böcker."),
    ("Föreningen Vägval Fri", "", 33, "meeting", "Vi var hos dem och visade bilder på huset."),
    ("Dagcentret Hörnstenen", "Skrivarna", 12, "mail", "Cirkeln fortsätter efter jul."),
    ("Lärcentrum Eken", "", 20, "meeting", "Nytt schema i januari."),
    ("Utslussteamet Porten", "", 96, "call", "De hör av sig när nästa omgång börjar."),
)
#: (organisation, we offer, they offer, days since it was looked over)
AGREEMENTS: Final = (
    (
        "Kommunpolisen Centrum",
        "Ett rum för kvartalsmötet och en kontakt i huset.",
        "De går förbi torsdagar och svarar samma dag på frågor.",
        395,
    ),
    (
        "Dagcentret Hörnstenen",
        "Skrivarcirkel åtta gånger per termin, med fika.",
        "En cirkelledare som håller halva passet.",
        140,
    ),
    (
        "Vuxenenheten Bron",
        "Ett lugnt rum torsdagar före öppning.",
        "De möter upp den som vill prata vidare.",
        60,
    ),
)
#: (organisation, group or nothing, text, days ahead)
STEPS: Final = (
    ("Lärcentrum Eken", "Spår 1A", "Skicka tre tider för gruppen delad i två", 0),
    ("Föreningen Vägval Fri", "Nya vänner", "Ring om vilka böcker de vill se", 5),
    ("Härbärget Vinterljus", "", "Fråga om vinterns öppettider", 9),
)


def write(world: World) -> None:
    """All of it, by Sam, whom Robin stands in for some days before Christmas."""
    homes = {row.name: row for row in Organisation.objects.filter(is_demo=True)}
    for channel in CHANNELS:
        _channel(world, homes[channel.organisation], channel)
    for name, alias, back, way, line in LOG:
        ContactLog.objects.create(
            organisation=homes[name],
            group=world.groups.get(alias),
            way=way,
            at=_back(world, back),
            line=line,
            by=world.planner,
            is_demo=True,
        )
    for name, ours, theirs, back in AGREEMENTS:
        _agreement(world, homes[name], ours, theirs, back)
    for name, alias, text, ahead in STEPS:
        AgreedStep.objects.create(
            organisation=homes[name],
            group=world.groups.get(alias),
            text=text,
            due=world.today + timedelta(days=ahead),
            owner=world.planner,
            created_by=world.planner,
            created_at=_back(world, 7),
            is_demo=True,
        )
    StageOverride.objects.create(
        organisation=homes["Utslussteamet Porten"],
        stage=Stage.RESTING.value,
        until=world.today + timedelta(days=60),
        set_by=world.planner,
        set_at=_back(world, 20),
    )
    StandIn.objects.create(
        person=world.planner,
        stand_in=world.users["robin"],
        first_day=world.today + timedelta(days=24),
        last_day=world.today + timedelta(days=25),
        created_by=world.planner,
        created_at=_back(world, 2),
    )


def _channel(world: World, home: Organisation, channel: _Channel) -> None:
    row = Channel.objects.create(
        organisation=home,
        contact=home.contacts.filter(archived_at=None).order_by("pk").first(),
        name=channel.name,
        kind=channel.kind,
        helps_with=channel.helps_with,
        reach=channel.reach,
        role_phone=number(channel.phone),
        at_desk=channel.at_desk,
        is_demo=True,
        created_at=world.began,
    )
    ContactLog.objects.bulk_create(
        ContactLog(
            organisation=home,
            channel=row,
            way=way,
            at=_back(world, back),
            line=line,
            by=world.planner,
            is_demo=True,
        )
        for back, way, line in channel.spoken
    )


def _agreement(world: World, home: Organisation, ours: str, theirs: str, back: int) -> None:
    reviewed = world.today - timedelta(days=back)
    Agreement.objects.create(
        organisation=home,
        we_offer=ours,
        they_offer=theirs,
        since=reviewed - timedelta(days=365),
        reviewed_on=reviewed,
        review_by=day_after_a_year(reviewed),
        is_demo=True,
        created_at=world.began,
    )


def _back(world: World, count: int) -> datetime:
    """Half past ten so many days ago."""
    moment = days.at(world.today - timedelta(days=count), time(10, 30))
    return moment.astimezone(UTC)
