"""Mötesräknare and Tyck till: numbers without a row for anybody.

A talk is counted by theme and part of the day. What visitors thought is kept as totals of a visit
and is shown only when its collecting has closed and a statement has five answers or more, so that
no answer can be told from what was shown a moment before it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit
from core.errors import Conflict, Invalid, Missing
from core.models import User
from scheduling.followup import counted
from scheduling.models import (
    Booking,
    DayPart,
    EncounterTally,
    Instant,
    Opinion,
    Statement,
    Theme,
)
from scheduling.states import CALLED_OFF, VisitState

#: Fewer answers than this are never shown, to anybody.
FEWEST = 5
MOST_AT_ONCE = 500
FACES = (1, 2, 3, 4, 5)
#: A tablet collects from the visit's start until so long after its end.
COLLECTS = timedelta(hours=12)
_NOON, _FIVE = 12, 17
_SALT = "tyck-till"


def part_of(now: datetime) -> DayPart:
    """The part of the day in Stockholm."""
    hour = timezone.localtime(now).hour
    if hour < _NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < _FIVE else DayPart.EVENING


@transaction.atomic
def count_talk(*, actor: User, now: datetime, theme: str, undo: bool = False) -> int:
    """One talk more about ``theme``, or one less; returns how many it is in this part of today.

    No audit row: it would say who met somebody at what moment.
    """
    access.require(access.may_log(actor))
    if theme not in set(Theme):
        message = _("Välj ett av alternativen.")
        raise Invalid(message, fields={"theme": message})
    row, _made = EncounterTally.objects.get_or_create(
        on=timezone.localdate(now), part=part_of(now).value, theme=theme
    )
    rows = EncounterTally.objects.filter(pk=row.pk)
    if undo:
        rows.filter(count__gt=0).update(count=F("count") - 1)
    else:
        rows.update(count=F("count") + 1)
    row.refresh_from_db()
    return row.count


def talks(first: date, last: date) -> dict[tuple[Theme, DayPart], int]:
    """How many talks of each theme and part of the day, zeros among them. One query."""
    return talks_each([(first, last)])[last]


def talks_each(spans: Sequence[tuple[date, date]]) -> dict[date, dict[tuple[Theme, DayPart], int]]:
    """The same for each of ``spans``, which follow each other, by its last day. One query."""
    rows = (
        EncounterTally.objects.filter(on__range=(spans[0][0], spans[-1][1]))
        .annotate(until=counted.ending(spans))
        .values("until", "theme", "part")
        .annotate(times=Sum("count"))
    )
    found = {(row["until"], row["theme"], row["part"]): row["times"] for row in rows}
    return {
        last: {
            (theme, part): found.get((last, theme.value, part.value), 0)
            for theme in Theme
            for part in DayPart
        }
        for _first, last in spans
    }


def opinion_token(booking: Booking) -> str:
    """What the tablet's address carries: the visit, signed; it names no group."""
    return signing.Signer(salt=_SALT).sign(str(booking.pk))


def visit_of(token: str, now: datetime) -> Booking:
    """The visit whose opinions are collected now; wrong, early and late are the same Missing."""
    try:
        pk = int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        raise Missing from None
    booking = Booking.objects.visits().with_visit().filter(pk=pk).first()
    if booking is None or not collects(booking, now):
        raise Missing
    return booking


def collects(booking: Booking, now: datetime) -> bool:
    """Whether a tablet may collect: the visit has begun and is over since half a day at most."""
    gone = booking.status in CALLED_OFF or booking.status is VisitState.DRAFT
    return not gone and booking.start <= now <= booking.end + COLLECTS


@transaction.atomic
def give_opinion(*, booking: Booking, now: datetime, faces: Mapping[str, int]) -> None:
    """One visitor's faces, statement -> 1–5, from the tablet; any may be left out."""
    if not collects(booking, now):
        raise Missing
    if not faces:
        message = _("Välj ett ansikte.")
        raise Invalid(message, fields={"": message})
    _add(booking, dict.fromkeys(faces.items(), 1))


@transaction.atomic
def add_papers(
    *, actor: User, now: datetime, booking: Booking, counts: Mapping[tuple[str, int], int]
) -> None:
    """Totals of paper slips, added to what is there; ``booking`` is one the actor may follow up."""
    if booking.start > now:
        raise Conflict(_("Besöket har inte börjat."))
    _add(booking, counts)
    audit.record(now=now, actor=actor, verb="opinions.added", target=booking)


@transaction.atomic
def start_over(*, actor: User, now: datetime, booking: Booking) -> None:
    """Take all opinions of a visit away, after a slip. Planners only."""
    access.require(access.may_plan(actor))
    booking.opinions.all().delete()
    audit.record(now=now, actor=actor, verb="opinions.removed", target=booking)


def _add(booking: Booking, counts: Mapping[tuple[str, int], int]) -> None:
    for (statement, face), number in counts.items():
        if statement not in set(Statement) or face not in FACES:
            message = _("Välj ett ansikte.")
            raise Invalid(message, fields={statement: message})
        if not 0 <= number <= MOST_AT_ONCE:
            message = _("Skriv ett tal från 0 till %(most)d.") % {"most": MOST_AT_ONCE}
            raise Invalid(message, fields={f"{statement}_{face}": message})
    for (statement, face), number in counts.items():
        if not number:
            continue
        row, _made = Opinion.objects.get_or_create(booking=booking, statement=statement, face=face)
        Opinion.objects.filter(pk=row.pk).update(count=F("count") + number)


@dataclass(frozen=True, slots=True)
class Totals:
    """One statement's faces, from 1 to 5; None where fewer than five answered."""

    statement: Statement
    faces: tuple[int, ...] | None


def opinions_of(booking: Booking, now: datetime) -> list[Totals] | None:
    """A visit's totals; None while they are collected."""
    if collects(booking, now) or booking.start > now:
        return None
    return _totals(_counts(booking.opinions.values_list("statement", "face", "count")))


def opinions_between(start: datetime, end: datetime, now: datetime) -> list[Totals]:
    """Totals of the visits that began in [start, end): only of what each visit itself shows.

    A visit with too few answers is left out whole, so that no difference between two periods
    tells of it.
    """
    return opinions_each([(start, end)], now)[0]


def opinions_each(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> list[list[Totals]]:
    """The same for each of ``spans``, which follow each other. One query, a row a shown line."""
    rows = (
        Opinion.objects.filter(
            booking__start__gte=spans[0][0],
            booking__start__lt=spans[-1][1],
            booking__end__lt=now - COLLECTS,
        )
        .values("booking", "statement")
        .annotate(told=Sum("count"))
        .filter(told__gte=FEWEST)
        .values_list(
            Instant("booking__start"),
            "statement",
            *(Coalesce(Sum("count", filter=Q(face=face)), 0) for face in FACES),
        )
    )
    ends = [end for _start, end in spans]
    lines: dict[tuple[int, str], list[tuple[int, ...]]] = {}
    for start, statement, *faces in rows:
        place = bisect_right(ends, datetime.fromisoformat(start))
        lines.setdefault((place, statement), []).append(tuple(faces))
    summed = {key: [sum(face) for face in zip(*told, strict=True)] for key, told in lines.items()}
    return [
        _totals({code.value: summed.get((place, code.value), []) for code in Statement})
        for place in range(len(spans))
    ]


def _counts(rows: Iterable[tuple[str, int, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for statement, face, count in rows:
        found.setdefault(statement, [0] * len(FACES))[face - 1] += count
    return found


def _totals(counts: Mapping[str, list[int]]) -> list[Totals]:
    lines = []
    for statement in Statement:
        faces = counts.get(statement.value, [])
        shown = tuple(faces) if sum(faces) >= FEWEST else None
        lines.append(Totals(statement, shown))
    return lines
