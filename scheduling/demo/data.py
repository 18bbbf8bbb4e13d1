"""Who and where: places, people, partners and programmes of the demo library. Pure data."""

from dataclasses import dataclass
from datetime import date, time
from typing import Final

#: The day for which the table of visits was written; every other day is whole weeks from it.
WRITTEN_FOR: Final = date(2026, 11, 23)
DEMO_PASSWORD: Final = "lugn-tid-48"  # noqa: S105 - printed at every start, for fictional people
MAIN: Final = "Svartåbiblioteket"
BRANCH: Final = "Tallkottens filial"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the staff; ``phone`` is the last four digits of 070-174 XX XX."""

    first: str
    last: str
    role: str
    title: str
    phone: str
    sign: str = ""
    languages: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()

    @property
    def username(self) -> str:
        """As they log in."""
        return self.first.lower()

    @property
    def email(self) -> str:
        """As they log in, too."""
        return f"{self.username}@svarta.example"


STAFF: Final = (
    Person(
        *("Sam", "Lindqvist", "socionom", "socionom", "0605", "en blå tröja"),
        languages=("sv", "en"),
        programmes=("forsta", "lana", "lugn", "skriv", "tidning"),
    ),
    Person(
        *("Robin", "Ek", "host", "bibliotekarie", "0606", "gröna glasögon"),
        languages=("sv", "en", "fi"),
        programmes=("forsta", "digital", "lana", "slakt"),
    ),
    Person(
        *("Charlie", "Norberg", "host", "bibliotekarie", "0607", "en rutig väst"),
        languages=("sv",),
        programmes=("forsta", "slakt", "tidning"),
    ),
    Person(
        *("Alex", "Wiik", "host", "bibliotekarie", "0608", "en gul halsduk"),
        languages=("sv", "en"),
        programmes=("lugn", "skriv"),
    ),
    Person(
        *("Mika", "Forslund", "host", "biblioteksassistent", "0609", "en röd kofta"),
        languages=("sv", "ar"),
        programmes=("forsta", "digital", "lana", "lugn", "tidning"),
    ),
    Person("Kim", "Dahl", "manager", "enhetschef", "0610"),
    Person("Admin", "Svartå", "admin", "administratör", "0611"),
)
#: Only those who lead a programme receive groups.
HOSTS: Final = tuple(person.username for person in STAFF if person.programmes)

Hours = dict[int, tuple[time, time]]

HOURS: Final[Hours] = {
    **{weekday: (time(9), time(19)) for weekday in range(4)},
    4: (time(9), time(18)),
    5: (time(10), time(16)),
    6: (time(12), time(16)),
}
#: ISO weeks 25 to 32; a weekday that is not here is closed in summer.
SUMMER_WEEKS: Final = (25, 32)
SUMMER_HOURS: Final[Hours] = {
    **{weekday: (time(10), time(17)) for weekday in range(5)},
    5: (time(10), time(14)),
}
BRANCH_HOURS: Final[Hours] = {1: (time(13), time(18)), 3: (time(13), time(18))}
CALM_DAYS, CALM_FROM, CALM_TO = (1, 2, 3), time(9), time(11)
PLANNING_DAY, PLANNING_FROM, PLANNING_TO = 2, time(8, 30), time(10)
#: (day as of ``WRITTEN_FOR``, opens, closes, reason)
CLOSURES: Final = (
    (date(2026, 8, 24), None, None, "Planeringsdag för personalen"),
    (date(2026, 12, 23), time(10), time(15), "Kortare dag före jul"),
)

#: name: (places, features, open area)
ROOMS: Final[dict[str, tuple[int, tuple[str, ...], bool]]] = {
    "Näcken": (12, ("screen", "hearing_loop"), False),
    "Studion": (20, ("screen", "hearing_loop"), False),
    "Skrivarrummet": (8, ("quiet",), False),
    "Datasalen": (10, ("computers", "screen"), False),
    "Tidningshörnan": (15, (), True),
    "Hörsalen": (60, ("screen", "hearing_loop", "microphone"), False),
}


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme, the rooms that suit it (best first), and what a partner reads."""

    name: str
    minutes: int
    rooms: tuple[str, ...]
    sv: str
    en: str
    needs: tuple[str, ...] = ()


_READING_ROOMS = ("Skrivarrummet", "Näcken", "Studion")
_LARGER = ("Näcken", "Studion", "Hörsalen")

PROGRAMMES: Final = {
    "forsta": Programme(
        *("Första besöket", 75, _LARGER),
        "Vi fikar. Sedan går vi en lugn runda och tittar på det ni är nyfikna på. "
        "Den som vill får hjälp att skaffa lånekort.",
        "We have coffee. Then we take a calm walk around and look at what you are curious about. "
        "Whoever wants to gets help with a library card.",
    ),
    "digital": Programme(
        *("Digital hjälp", 90, ("Datasalen",)),
        "Ni får var sin dator eller tar med er egen telefon. Vi hjälper till i lugn takt. "
        "Ta gärna med en fråga.",
        "You each get a computer or bring your own phone. We help at a calm pace. "
        "Feel free to bring a question.",
        ("computers",),
    ),
    "lugn": Programme(
        *("Lugn läsning", 60, _READING_ROOMS),
        "Vi läser en kort text högt och pratar om den. Det går bra att bara lyssna. "
        "Rummet är tyst och ljuset dämpat.",
        "We read a short text aloud and talk about it. It is fine just to listen. "
        "The room is quiet and the light is low.",
    ),
    "skriv": Programme(
        *("Skrivarcirkel", 90, _READING_ROOMS),
        "Vi skriver korta texter tillsammans, åtta gånger. Ingen behöver läsa upp. "
        "Papper och penna finns.",
        "We write short texts together, eight times. Nobody has to read aloud. "
        "We have paper and pens.",
    ),
    "lana": Programme(
        *("Låna utan adress", 60, _LARGER),
        "Vi berättar vilka regler som gäller hos oss för lånekort, och vad som går att göra "
        "utan kort. Ta gärna med era frågor.",
        "We explain the rules we have for library cards, and what you can do without one. "
        "Feel free to bring your questions.",
    ),
    "slakt": Programme(
        *("Släktforskning", 90, ("Studion", "Näcken", "Hörsalen")),
        "Vi letar i gamla kartor och tidningar från trakten. Ni väljer själva en plats eller "
        "ett år att börja med.",
        "We look through old maps and newspapers from the area. You choose a place or a year "
        "to start with.",
    ),
    "tidning": Programme(
        *("Tidningar & kaffe", 45, ("Tidningshörnan", "Studion")),
        "Vi dricker kaffe och bläddrar i dagens tidningar. Kom och gå som ni vill.",
        "We drink coffee and leaf through today's newspapers. Come and go as you like.",
    ),
}
