"""What the report is made of: plain rows. Pure. Instants are aware, days are Stockholm's.

The rows of which there are tens of thousands are named tuples: they are made in a fifth of the
time that a frozen dataclass takes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from core.swedish import STOCKHOLM
from scheduling.states import (
    CAME_STATES,
    AnswerChannel,
    Judgement,
    Mission,
    ReceiverKind,
    VisitState,
)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both days included, as days pass in Stockholm."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first instant of the period (UTC)."""
        return datetime.combine(self.first, time(), STOCKHOLM).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first instant after the period (UTC)."""
        return datetime.combine(self.last + timedelta(days=1), time(), STOCKHOLM).astimezone(UTC)

    def holds(self, day: date) -> bool:
        """Whether ``day`` is one of its days."""
        return self.first <= day <= self.last

    @property
    def months(self) -> tuple[str, ...]:
        """Each month that the period touches, as "2026-11"."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        first = self.first.year * 12 + self.first.month - 1
        return tuple(
            f"{(first + n) // 12:04d}-{(first + n) % 12 + 1:02d}" for n in range(count + 1)
        )


class GroupRow(NamedTuple):
    """A group under its neutral alias; never its category."""

    pk: int
    alias: str
    organisation: int


class FollowUpRow(NamedTuple):
    """What counts of the present version of a follow-up; no note."""

    attendance: int
    judgement: Judgement | None
    worked: tuple[str, ...]
    did_not_work: tuple[str, ...]
    mission: Mission
    next_booked: bool


class InvitationRow(NamedTuple):
    """One contact who was asked. ``first_answer`` is the first of all, ``channel`` the present."""

    created_at: datetime
    first_answer: datetime | None
    channel: AnswerChannel | None
    ever_accepted: bool


class VisitRow(NamedTuple):
    """A visit of the period; a draft is not planned yet."""

    pk: int
    start: datetime
    end: datetime
    created_at: datetime
    state: VisitState
    programme: int
    programme_name: str
    groups: tuple[GroupRow, ...]
    invitations: tuple[InvitationRow, ...]
    follow_up: FollowUpRow | None

    @property
    def planned(self) -> bool:
        """Whether it counts as planned: somebody was invited."""
        return self.state is not VisitState.DRAFT

    @property
    def came(self) -> bool:
        """Whether somebody came: held, wholly or partly."""
        return self.state in CAME_STATES

    @property
    def day(self) -> date:
        """The day in Stockholm."""
        return self.start.astimezone(STOCKHOLM).date()

    @property
    def month(self) -> str:
        """The month in Stockholm, "2026-11"."""
        return f"{self.day:%Y-%m}"

    @property
    def judgement(self) -> Judgement | None:
        """How it went, where somebody came; another question than the state."""
        return self.follow_up.judgement if self.came and self.follow_up else None

    @property
    def accepted(self) -> bool:
        """Whether somebody ever said yes, or the visit stands or was held."""
        stands = self.came or self.state is VisitState.CONFIRMED
        return stands or any(row.ever_accepted for row in self.invitations)


@dataclass(frozen=True, slots=True)
class InterestRow:
    """An interest caught in the period, and the efforts that answer it."""

    pk: int
    name: str
    signals: int
    latest: date
    planned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """What was handed over and to what kind of actor; never who it was about."""

    on: date
    topic: str
    receiver: ReceiverKind
    booking: int | None


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """A question about where the mission ends."""

    on: date
    question: str
    outcome: str


@dataclass(frozen=True, slots=True)
class EffortRow:
    """An effort under way in the period. ``decision`` is "", "continue", "change" or "end"."""

    pk: int
    what: str
    kind: str
    starts_on: date
    ends_on: date | None
    judgement: Judgement
    lesson: str
    decision: str


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A training session that was not called off. ``attendance`` is None until it is counted."""

    pk: int
    start: datetime
    topic: str
    attendance: int | None
    analysis: str


@dataclass(frozen=True, slots=True)
class Data:
    """All that a report of ``period`` is made of."""

    period: Period
    visits: tuple[VisitRow, ...] = ()
    interests: tuple[InterestRow, ...] = ()
    handovers: tuple[HandoverRow, ...] = ()
    boundary_cases: tuple[BoundaryRow, ...] = ()
    efforts: tuple[EffortRow, ...] = ()
    trainings: tuple[TrainingRow, ...] = ()
    analyses: int = 0
    meetings: int = 0
