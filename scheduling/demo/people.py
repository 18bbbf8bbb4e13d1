"""Whom we meet: twelve partners with groups and contacts. Pure data, every name invented."""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Group:
    """A group under its neutral alias; ``weekday`` and ``hour`` are when it likes to come."""

    alias: str
    category: str
    band: str
    weekday: int
    hour: int = 10
    languages: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    two_hosts: bool = False

    @property
    def most(self) -> int:
        """The band's upper end."""
        return int(self.band.split("-")[1])

    @property
    def least(self) -> int:
        """The band's lower end."""
        return int(self.band.split("-")[0])


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact; ``phone`` is the last four digits of 070-174 XX XX, ``mail`` the local part."""

    name: str
    role: str
    phone: str
    mail: str
    groups: tuple[str, ...] = ()
    channel: str = "email"
    language: str = "sv"
    #: Gone from this day on, as of ``WRITTEN_FOR``.
    left: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation."""

    name: str
    kind: str
    domain: str
    groups: tuple[Group, ...]
    contacts: tuple[Contact, ...]
    protected: bool = False
    notes: str = ""


#: The day on which one contact of the writers' circle gave way to another.
REPLACED_ON: Final = date(2026, 10, 2)

PARTNERS: Final = (
    Partner(
        *("Föreningen Vägval Fri", "civil_society", "vagval"),
        (
            Group("Tisdagsgruppen", "own_experience", "7-10", 1),
            Group("Nya vänner", "own_experience", "4-6", 1),
        ),
        (
            Contact("Lo Berg", "samordnare", "0620", "lo", ("Tisdagsgruppen",)),
            Contact("Nour Haddad", "samordnare", "0621", "nour", ("Nya vänner",), channel="sms"),
        ),
        notes="Vi visar lokalen i förväg. De håller gärna en del av passet själva.",
    ),
    Partner(
        *("Solrosgårdens sociala förening", "civil_society", "solrosgarden"),
        (
            Group("Fikagruppen", "community", "11-15", 4, needs=("near_door",)),
            Group("Torsdagsresan", "community", "7-10", 3, needs=("breaks",)),
        ),
        (
            Contact("Elif Demir", "husvärd", "0622", "elif", ("Fikagruppen",), channel="sms"),
            Contact("Stig Åkerlund", "reseledare", "0623", "resor", ("Torsdagsresan",)),
        ),
    ),
    Partner(
        *("Härbärget Vinterljus", "civil_society", "vinterljus"),
        (Group("Morgongruppen", "homelessness", "4-6", 1, needs=("quiet",), two_hosts=True),),
        (Contact("Majken Strand", "dagpersonal", "0624", "", ("Morgongruppen",), channel="phone"),),
        notes="Har ingen egen e-post. Ring helst mellan 13 och 15.",
    ),
    Partner(
        *("Dagcentret Hörnstenen", "civil_society", "hornstenen"),
        (
            Group("Onsdagsgruppen", "own_experience", "7-10", 2),
            Group("Skrivarna", "own_experience", "4-6", 2, 13),
        ),
        (
            Contact("Rut Hedman", "föreståndare", "0625", "rut", ("Onsdagsgruppen",)),
            Contact(
                *("Ivar Lund", "cirkelledare", "0626", "ivar", ("Skrivarna",)), left=REPLACED_ON
            ),
            Contact(
                *("Selma Wik", "cirkelledare", "0627", "selma", ("Skrivarna",)), since=REPLACED_ON
            ),
        ),
    ),
    Partner(
        *("Kvinnojouren Blåklint", "civil_society", "blaklint"),
        (Group("Grupp B", "protected_housing", "1-3", 3, needs=("quiet", "near_door")),),
        (Contact("Vera Sund", "kontaktperson", "0628", "kontakt", ("Grupp B",)),),
        protected=True,
    ),
    Partner(
        *("Bostad först-teamet Nyckelknippan", "municipality", "nyckelknippan"),
        (Group("Nya hem", "homelessness", "1-3", 4),),
        (Contact("Jonna Frisk", "boendestöd", "0629", "jonna", ("Nya hem",), channel="sms"),),
    ),
    Partner(
        *("Lärcentrum Eken", "education", "eken"),
        (
            Group("Spår 1A", "language_learning", "16-25", 0, languages=("ar", "so")),
            Group("Spår 2C", "language_learning", "11-15", 3, languages=("en", "ti")),
        ),
        (
            Contact("Amina Warsame", "lärare", "0630", "amina", ("Spår 1A",)),
            Contact("Daniel Okoye", "lärare", "0631", "daniel", ("Spår 2C",), language="en"),
            Contact("Wilma Falk", "rektor", "0632", "expedition"),
        ),
    ),
    Partner(
        *("Vuxenenheten Bron", "municipality", "bron"),
        (Group("Förmiddagsgruppen", "social_care", "4-6", 3),),
        (Contact("Petra Sandell", "gruppledare", "0633", "petra", ("Förmiddagsgruppen",)),),
    ),
    Partner(
        *("Kommunpolisen Centrum", "state", "kommunpolisen"),
        (),
        (Contact("Mikael Rönn", "kommunpolis", "0634", "kontakt"),),
        notes="Kanal utan grupp. Samverkansmöte en gång i kvartalet.",
    ),
    Partner(
        *("Stödboendet Tallbacken", "municipality", "tallbacken"),
        (Group("Tallarna", "social_care", "4-6", 2, needs=("wheelchair",)),),
        (Contact("Göran Moberg", "boendestöd", "0635", "", ("Tallarna",), channel="phone"),),
    ),
    Partner(
        *("Klubbhuset Strimman", "civil_society", "strimman"),
        (
            Group("Läsgruppen", "mental_health", "7-10", 3, needs=("quiet", "breaks")),
            Group("Datagruppen", "mental_health", "4-6", 0),
        ),
        (
            Contact("Ylva Ström", "handledare", "0636", "ylva", ("Läsgruppen",)),
            Contact("Tuva Lind", "handledare", "0637", "tuva", ("Datagruppen",)),
        ),
    ),
    Partner(
        *("Utslussteamet Porten", "state", "porten"),
        (Group("Portgruppen", "probation", "1-3", 1, two_hosts=True),),
        (Contact("Håkan Brandt", "handläggare", "0638", "", ("Portgruppen",), channel="phone"),),
    ),
)
GROUPS: Final = {group.alias: group for partner in PARTNERS for group in partner.groups}
