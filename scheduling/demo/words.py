"""What was said afterwards: the ten notes, chips, interests, handovers. Pure data.

Nothing here is about a person: the group, the room and the hour only.
"""

from dataclasses import dataclass
from typing import Final

from scheduling.states import Judgement, Mission, ReceiverKind


@dataclass(frozen=True, slots=True)
class Note:
    """One of the ten; ``{next}`` in the text is the day of the next visit."""

    text: str
    attendance: int
    worked: tuple[str, ...] = ()
    did_not_work: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    next_step: str = ""
    days: int = 14
    handover: tuple[str, ReceiverKind, Mission] | None = None


#: By number as in the marks of the table; the third is about a visit to which nobody came.
NOTES: Final = {
    1: Note(
        "Första besöket, 6 personer. Fungerade: fika först gav lugn. Fungerade inte: rundan blev "
        "lång, två stolar för lite. Intressen: släktforskning, motorböcker. "
        "Nästa: Släktforskning {next}.",
        6,
        ("fika först", "lugn start"),
        ("för lång runda", "för få stolar"),
        ("släktforskning", "motorböcker"),
    ),
    2: Note(
        "Digital hjälp, 4 personer. Fungerade: en dator per person. Fungerade inte: frågor om "
        "bank-id, inte vårt uppdrag, lämnat till medborgarkontor (typ: kommun). "
        "Nästa: samma tid om två veckor.",
        4,
        ("en dator var",),
        ("frågor utanför uppdraget",),
        next_step="Boka samma tid om två veckor",
        handover=("Bank-id", ReceiverKind.MUNICIPALITY, Mission.HANDED_OVER),
    ),
    3: Note(
        "Ingen kom. Partnern ringde 9.40, personalbrist hos dem. Fika flyttat till "
        "personalrummet. Nytt förslag skickat. Lärdom: ring dagen före till den här gruppen.",
        0,
        next_step="Ring dagen före nästa gång",
    ),
    4: Note(
        "Lugn läsning, 5 personer. Före öppning, släckt taklampa vid läshörnan. Mycket "
        "uppskattat. En bokhylla med korta noveller efterfrågas.",
        5,
        ("före öppning", "dämpat ljus"),
        interests=("korta noveller",),
        next_step="Ställ fram en hylla med korta noveller",
    ),
    5: Note(
        "Låna utan adress, 8 personer. Fungerade: tydligt regelblad. Hinder: gamla skulder gör "
        "att flera tvekar. Ägare: chef tar frågan.",
        8,
        ("tydligt regelblad",),
        ("gamla skulder hindrar",),
        next_step="Chefen tar frågan om gamla skulder",
        days=42,
    ),
    6: Note(
        "Skrivarcirkel 3 av 8, 6 personer. Gruppen vill läsa högt för varandra nästa gång. "
        "Partnerns ledare höll halva passet.",
        6,
        ("partnern ledde en del", "lagom takt"),
        interests=("högläsning",),
    ),
    7: Note(
        "SFI Spår 1A, 21 personer. För många för Näcken, bytte till Studion. Tolk kom 15 min "
        "sent. Nästa: dela gruppen i två.",
        21,
        ("bytte rum i tid",),
        ("för trångt", "tolken kom sent"),
        next_step="Dela gruppen i två",
    ),
    8: Note(
        "Tidningar & kaffe, 3 personer. Kort och bra. Skolklass samtidigt gjorde det högljutt. "
        "Lärdom: undvik tis 10 under höstlovsveckan.",
        3,
        ("kort pass",),
        ("högljutt",),
    ),
    9: Note(
        "Första besöket, 9 personer. Frågor om boende kom upp, gränsen förklarad, överlämnat "
        "till uppsökarteam (typ: socialtjänst). Gruppen vill se filmer på eget språk.",
        9,
        ("öppna frågor", "lugn start"),
        interests=("film på eget språk",),
        next_step="Leta filmer på eget språk",
        handover=("Boende", ReceiverKind.SOCIAL_SERVICES, Mission.SHARED),
    ),
    10: Note(
        "Punktinsats utomhus, öppen, ca 12 samtal. Regn, svårt att stanna folk. Kontakt med två "
        "nya organisationer. Beslut: avsluta formen, behåll kontakterna.",
        12,
        ("två nya kontakter",),
        ("regn", "svårt att stanna folk"),
    ),
}

WORKED: Final = {
    Judgement.SUCCESS: (
        *("fika först", "lagom takt", "lugn plats"),
        *("samma värd som sist", "partnern ledde en del", "något att ta med hem"),
    ),
    Judgement.PARTIAL: ("lugn plats", "tydligt regelblad", "samma värd som sist"),
    Judgement.LESS_SUCCESSFUL: ("kort pass", "fika först"),
}
DID_NOT_WORK: Final = {
    Judgement.SUCCESS: (),
    Judgement.PARTIAL: ("för lång runda", "för få stolar", "svårt att höra"),
    Judgement.LESS_SUCCESSFUL: ("högljutt", "fel tid på dagen", "för lång runda", "oklart program"),
}
NEXT_STEPS: Final = (
    "Ring och fråga om en ny tid",
    "Skicka kartan och busstiderna",
    "Prova ett kortare pass",
    "Fråga vilken veckodag som passar bäst",
)

#: 40 signals; the notes carry the first of some, the rest follow at other visits and elsewhere.
INTERESTS: Final = {
    "släktforskning": 14,
    "film på eget språk": 6,
    "korta noveller": 5,
    "högläsning": 5,
    "motorböcker": 4,
    "matlagning": 3,
    "laga och sy": 3,
}
#: Caught elsewhere than at a visit: so many of the last ones.
ELSEWHERE: Final = ("meeting", "desk", "partner", "desk", "meeting", "desk", "partner", "meeting")

#: Beside the two of the notes: ten more, two of them without a visit.
HANDOVERS: Final = (
    ("Bank-id", ReceiverKind.MUNICIPALITY, Mission.HANDED_OVER),
    ("Skuldrådgivning", ReceiverKind.MUNICIPALITY, Mission.HANDED_OVER),
    ("Boende", ReceiverKind.SOCIAL_SERVICES, Mission.SHARED),
    ("Tandvård", ReceiverKind.HEALTH_CARE, Mission.HANDED_OVER),
    ("Söka arbete", ReceiverKind.EMPLOYMENT, Mission.SHARED),
    ("Kläder inför vintern", ReceiverKind.CIVIL_SOCIETY, Mission.HANDED_OVER),
    ("Stulen telefon", ReceiverKind.POLICE, Mission.HANDED_OVER),
    ("Försörjningsstöd", ReceiverKind.SOCIAL_SERVICES, Mission.HANDED_OVER),
    ("Läkartid", ReceiverKind.HEALTH_CARE, Mission.HANDED_OVER),
    ("Nattplats", ReceiverKind.CIVIL_SOCIETY, Mission.HANDED_OVER),
)
WITHOUT_A_VISIT: Final = 2
