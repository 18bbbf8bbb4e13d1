"""What was tried, asked and concluded: efforts, boundary cases, analyses. Pure data."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from scheduling.states import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """A trial or a single effort; days as of ``WRITTEN_FOR``. ``marks`` find its visits."""

    kind: str
    what: str
    why: str
    for_whom: str
    starts: date
    ends: date | None
    hours: int
    judgement: Judgement
    lesson: str
    decision: str
    interests: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


EFFORTS: Final = (
    Effort(
        kind="trial",
        what="Lugn läsning före öppning",
        why="Ljud och starkt ljus gör att flera avstår",
        for_whom="Grupper som vill ha det tyst",
        starts=date(2026, 4, 27),
        ends=date(2026, 10, 30),
        hours=18,
        judgement=Judgement.SUCCESS,
        lesson="En timme före öppning räcker. Släckt taklampa gör mer än ett eget rum.",
        decision="continue",
        interests=("korta noveller", "högläsning"),
        marks=("n4",),
    ),
    Effort(
        kind="trial",
        what="Partnerns ledare håller halva passet",
        why="Det ska hålla utan oss",
        for_whom="Skrivarcirkeln",
        starts=date(2026, 9, 2),
        ends=date(2026, 11, 11),
        hours=12,
        judgement=Judgement.SUCCESS,
        lesson="Gruppen frågar mer när någon de känner leder. Tio minuters förberedelse räcker.",
        decision="continue",
        marks=("n6",),
    ),
    Effort(
        kind="trial",
        what="Ring eller skicka sms dagen före",
        why="Många sena ändringar",
        for_whom="Alla grupper",
        starts=date(2026, 10, 1),
        ends=None,
        hours=6,
        judgement=Judgement.SUCCESS,
        lesson="Det blir lättare att säga till. Tiden kan gå till någon annan.",
        decision="continue",
        marks=("n3",),
    ),
    Effort(
        kind="one_off",
        what="Film på eget språk i Hörsalen",
        why="Önskemål från flera håll",
        for_whom="SFI och andra som vill",
        starts=date(2026, 10, 17),
        ends=date(2026, 10, 17),
        hours=7,
        judgement=Judgement.PARTIAL,
        lesson="Bra film, för stor sal. Prova Studion och färre stolar.",
        decision="change",
        interests=("film på eget språk",),
    ),
    Effort(
        kind="trial",
        what="Digital hjälp utan bokad tid",
        why="Någon vågar inte boka",
        for_whom="Den som kommer förbi",
        starts=date(2026, 3, 2),
        ends=date(2026, 5, 29),
        hours=30,
        judgement=Judgement.PARTIAL,
        lesson="Kön blev lång på tisdagar. Dela upp i korta tider och ha en tyst plats bredvid.",
        decision="change",
    ),
    Effort(
        kind="trial",
        what="Regelblad på lätt svenska",
        why="Reglerna om lånekort är svåra att förklara",
        for_whom="Alla grupper",
        starts=date(2026, 8, 31),
        ends=None,
        hours=9,
        judgement=Judgement.PARTIAL,
        lesson="Bladet hjälper, men frågan om gamla skulder kvarstår.",
        decision="change",
        marks=("n5",),
    ),
    Effort(
        kind="one_off",
        what="Punktinsats utomhus",
        why="Möta dem som inte kommer hit",
        for_whom="Den som går förbi",
        starts=date(2026, 8, 28),
        ends=date(2026, 8, 28),
        hours=8,
        judgement=Judgement.LESS_SUCCESSFUL,
        lesson="Regn, svårt att stanna folk. Formen avslutas, de två nya kontakterna behålls.",
        decision="end",
        marks=("n10",),
    ),
    Effort(
        kind="one_off",
        what="Kvällsöppet med matlagning",
        why="Flera frågade efter något på kvällen",
        for_whom="Grupper med fast boendestöd",
        starts=date(2026, 6, 11),
        ends=date(2026, 6, 11),
        hours=10,
        judgement=Judgement.LESS_SUCCESSFUL,
        lesson="Kvällen är fel tid. Ta upp det igen som lunch på en förening.",
        decision="end",
        interests=("matlagning",),
    ),
)

#: (day as of ``WRITTEN_FOR``, question, what was decided)
BOUNDARY_CASES: Final = (
    (date(2026, 3, 10), "Ska vi hjälpa till med bank-id?", "Nej. Vi visar vägen."),
    (date(2026, 4, 21), "Får en grupp sova en stund i läshörnan?", "Ja, när det är lugnt."),
    (date(2026, 6, 2), "Kan vi förvara väskor under besöket?", "Ja, i låst skåp en timme."),
    (date(2026, 9, 16), "Ska värden följa med till en myndighet?", "Nej. Partnern följer med."),
    (date(2026, 10, 13), "Hur länge är vi kvar om hämtningen dröjer?", "En halvtimme, två värdar."),
    (date(2026, 11, 10), "Ska vi ta emot utan bokning före öppning?", ""),
)

#: (day as of ``WRITTEN_FOR``, question, basis, conclusion)
ANALYSES: Final = (
    (
        *(date(2026, 2, 9), "Vad gör att ett första besök känns tryggt?"),
        "Uppföljningar från besök hösten före och samtal med fyra partner",
        "Samma värd, fika först och en tydlig slutpunkt.",
    ),
    (
        *(date(2026, 3, 2), "Vad hindrar grupper från att skaffa lånekort?"),
        "Frågor i disken under sex veckor",
        "Id, adress och rädsla för gamla skulder. Regelbladet behöver skrivas om.",
    ),
    (
        *(date(2026, 4, 7), "När är det för högljutt?"),
        "Besök med bedömningen delvis eller mindre lyckat",
        "Skolklasser på tisdagar och de sista timmarna på lov.",
    ),
    (
        *(date(2026, 4, 27), "Vilka frågor lämnar vi vidare, och till vem?"),
        "Överlämningar under våren",
        "Mest till kommunen. En kanallista vid disken sparar tid.",
    ),
    (
        *(date(2026, 8, 10), "Vad behöver den som möter digitala frågor?"),
        "Digital hjälp under våren",
        "Att visa, inte göra åt. En gräns för bank-id som alla känner till.",
    ),
)
