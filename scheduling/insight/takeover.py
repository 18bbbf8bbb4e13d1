"""What a new colleague must know of a group: read in one go (F15)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils import timezone

from core import swedish
from partners.models import AgreedStep, Agreement, ContactLog, Group
from scheduling.insight import relations, rhythm
from scheduling.models import Booking, FollowUp
from scheduling.states import CAME_STATES, OPEN_STATES

T = TypeVar("T")

LESSONS = 3
RECENT = 12


@dataclass(frozen=True, slots=True)
class Usual:
    """What most of the latest visits had in common; empty where there were none."""

    weekday: int | None
    clock: str
    programme: str
    room: str
    host: str
    visits: int


@dataclass(frozen=True, slots=True)
class Takeover:
    """Everything on the page that is not the group's own row."""

    standing: rhythm.Standing
    usual: Usual
    plan: list[Booking]
    ahead: list[Booking]
    lessons: list[FollowUp]
    not_worked: list[tuple[str, int]]
    worked: list[tuple[str, int]]
    noted_steps: list[FollowUp]
    steps: list[AgreedStep]
    agreements: list[Agreement]
    last_log: list[ContactLog]


def of(group: Group, now: datetime, *, reads_notes: bool) -> Takeover:
    """All of it, in a fixed number of queries; without ``reads_notes`` nothing that was written."""
    visits = Booking.objects.visits().filter(visit__groups=group)
    came = [state.value for state in CAME_STATES]
    recent = list(visits.filter(state__in=came).with_visit().order_by("-start", "-pk")[:RECENT])
    still = [state.value for state in OPEN_STATES]
    ahead = visits.filter(start__gt=now, state__in=still).with_visit().order_by("start", "pk")
    notes = _notes(group) if reads_notes else []
    steps = AgreedStep.objects.open().filter(group=group)
    return Takeover(
        standing=relations.rhythm_of(group, now),
        usual=_usual(recent),
        plan=[booking for booking in recent if booking.visit.has_plan][:1],
        ahead=list(ahead[:5]),
        lessons=[note for note in notes if note.note or note.did_not_work][:LESSONS],
        not_worked=_most(notes, "did_not_work"),
        worked=_most(notes, "worked"),
        noted_steps=[note for note in notes if note.next_step and note.next_step_done_at is None],
        steps=list(steps) if reads_notes else [],
        agreements=list(Agreement.objects.standing().filter(organisation=group.organisation)),
        last_log=list(ContactLog.objects.filter(group=group).select_related("by")[:LESSONS]),
    )


def _notes(group: Group) -> list[FollowUp]:
    rows = FollowUp.objects.filter(current=True, booking__visit__groups=group)
    return list(rows.select_related("booking__visit__programme").order_by("-booking__start", "-pk"))


def _most(notes: list[FollowUp], field: str) -> list[tuple[str, int]]:
    """The chips most often pressed, with how often."""
    return Counter(str(word) for note in notes for word in getattr(note, field)).most_common(5)


def _usual(recent: list[Booking]) -> Usual:
    starts = [timezone.localtime(booking.start) for booking in recent]
    rooms = [booking.visit.room.name for booking in recent if booking.visit.room]
    weekday = _commonest([start.weekday() for start in starts])
    return Usual(
        weekday=weekday,
        clock=_commonest([swedish.clock(start) for start in starts]) or "",
        programme=_commonest([booking.visit.programme.name for booking in recent]) or "",
        room=_commonest(rooms) or "",
        host=_commonest([booking.visit.host.user.name for booking in recent]) or "",
        visits=len(recent),
    )


def _commonest(values: Sequence[T]) -> T | None:
    found = Counter(values).most_common(1)
    return found[0][0] if found else None
