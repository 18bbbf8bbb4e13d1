"""What the demo house learnt beside its visits: barriers, talks, opinions, cards."""

from datetime import timedelta
from random import Random
from typing import Final

from scheduling.demo.visits import Written
from scheduling.demo.world import World
from scheduling.models import (
    Barrier,
    BarrierKind,
    CardKind,
    DayPart,
    EncounterTally,
    Opinion,
    Statement,
    Theme,
    ToolCard,
)
from scheduling.states import CAME_STATES, VisitState

#: (kind, what, days ago, owner's user name or none, how it was solved or "")
BARRIERS: Final = (
    (BarrierKind.DEBT, "Gamla skulder stoppar nya lånekort", 70, "sam", ""),
    (BarrierKind.IDENTITY, "Bladet om lånekort nämner bara folkbokföring", 41, None, ""),
    (BarrierKind.SENSES, "Taklampan i Studion går inte att dämpa", 20, None, ""),
    (BarrierKind.LANGUAGE, "Skylten vid entrén är bara på svenska", 90, "sam", "Ny skylt i bild"),
    (BarrierKind.TRAVEL, "Bussen går en gång i timmen", 120, "sam", "Vi börjar kvart över"),
)
CARDS: Final = (
    (CardKind.MEETING, "När någon vill gå", "Säg att det går bra. Visa utgången. Följ inte efter."),
    (
        CardKind.MEETING,
        "Ljud och ljus",
        "Fråga gruppen. Dämpa det som går. Erbjud lugn plats.",
    ),
    (CardKind.CALL, "Vem ringer jag?", "Först socionomen, sedan chefen. Vid fara: 112."),
    (
        CardKind.RULES,
        "Gamla skulder",
        "Alla får vara här. Skulden talar vi om i lugn och ro.",
    ),
)
_WEEKS, _ASKED, _LATEST = 12, 6, 14


def write(world: World, visits: list[Written], random: Random) -> None:
    """All of it, as of the demo's day."""
    today = world.today
    Barrier.objects.bulk_create(
        Barrier(
            kind=kind.value,
            what=what,
            on=today - timedelta(days=ago),
            owner=world.users[owner] if owner else None,
            solved_on=today - timedelta(days=ago // 3) if solution else None,
            solution=solution,
            is_demo=True,
        )
        for kind, what, ago, owner, solution in BARRIERS
    )
    ToolCard.objects.bulk_create(
        ToolCard(kind=kind.value, title=title, text=text, is_demo=True)
        for kind, title, text in CARDS
    )
    _talks(world, random)
    _opinions(visits, random)


def _talks(world: World, random: Random) -> None:
    """Each theme and part of each weekday of twelve weeks."""
    days = [world.today - timedelta(days=back) for back in range(1, 7 * _WEEKS)]
    EncounterTally.objects.bulk_create(
        EncounterTally(
            on=day, part=part.value, theme=theme.value, count=random.randint(1, 6), is_demo=True
        )
        for day in days
        if day.weekday() < 5
        for part in (DayPart.MORNING, DayPart.AFTERNOON)
        for theme in Theme
    )


def _opinions(visits: list[Written], random: Random) -> None:
    """The newest visits that were held and that many came to."""
    held = [one.booking for one in visits if VisitState(one.booking.state) in CAME_STATES]
    rows = []
    for booking in held[-_LATEST:]:
        answers = random.randint(3, _ASKED + 3)
        for statement in Statement:
            faces = [random.choice((2, 3, 4, 4, 5, 5)) for _one in range(answers)]
            rows += [
                Opinion(
                    booking=booking, statement=statement.value, face=face,
                    count=faces.count(face), is_demo=True,
                )
                for face in sorted(set(faces))
            ]  # fmt: skip
    Opinion.objects.bulk_create(rows)
