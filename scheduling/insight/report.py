"""One period's report from plain rows. Pure: no database, no words, no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TypeVar

from scheduling.insight.rows import (
    BoundaryRow,
    Data,
    EffortRow,
    HandoverRow,
    InterestRow,
    InvitationRow,
    Period,
    TrainingRow,
    VisitRow,
)
from scheduling.insight.visits import AHEAD_STATES, held_by_group
from scheduling.states import (
    AnswerChannel,
    Judgement,
    Mission,
    ReceiverKind,
    VisitState,
)

#: How many of the most frequent chips a judgement shows.
MOST_LESSONS = 5
_HOUR, _DAY = 3600, 86400

Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Month:
    """One month, "2026-11": visits planned, and those that were held."""

    key: str
    planned: int
    held: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """``total`` participations in ``visits`` counted visits; ``average`` is None of no visit."""

    total: int
    visits: int
    average: float | None


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """What became of a programme: offered, said yes to, held."""

    pk: int
    name: str
    offered: int
    accepted: int
    held: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group and its held visits in the period."""

    pk: int
    alias: str
    held: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A chip and how many visits it was chosen for."""

    text: str
    times: int


@dataclass(frozen=True, slots=True)
class Report:
    """All numbers of a period. Only what is not a draft counts as planned."""

    period: Period
    planned: int
    held: int
    ahead: int
    by_state: Mapping[VisitState, int]
    months: tuple[Month, ...]
    attendance: Attendance
    judgement: Mapping[Judgement, int]
    worked: Mapping[Judgement, tuple[Lesson, ...]]
    did_not_work: Mapping[Judgement, tuple[Lesson, ...]]
    groups: tuple[GroupLine, ...]
    organisations: int
    returning_2: int
    returning_3: int
    next_booked: int
    programmes: tuple[ProgrammeLine, ...]
    answers: Mapping[AnswerChannel, int]
    unanswered: int
    #: Medians: days from booking to visit, hours from invitation to the first answer.
    lead_days: float | None
    answer_hours: float | None
    interests: tuple[InterestRow, ...]
    signals: int
    handed_over: Mapping[ReceiverKind, int]
    handovers: tuple[HandoverRow, ...]
    missions: Mapping[Mission, int]
    boundary_cases: tuple[BoundaryRow, ...]
    efforts: tuple[EffortRow, ...]
    efforts_by_judgement: Mapping[Judgement, int]
    #: By decision: "continue", "change", "end", or "" where none is made.
    efforts_by_decision: Mapping[str, int]
    trainings: tuple[TrainingRow, ...]
    trained: int
    analyses: int
    meetings: int

    @property
    def judged(self) -> int:
        """How many held visits were judged."""
        return sum(self.judgement.values())

    @property
    def not_held(self) -> int:
        """Planned visits that are over and that did not take place."""
        return self.planned - self.held - self.ahead


def build(data: Data) -> Report:
    """The report of ``data``."""
    visits = [visit for visit in data.visits if visit.planned]
    held = held_by_group(visits)
    states = Counter(visit.state for visit in data.visits)
    judged = [visit for visit in visits if visit.judgement is not None]
    invitations = [row for visit in visits for row in visit.invitations]
    return Report(
        period=data.period,
        planned=len(visits),
        held=sum(visit.came for visit in visits),
        ahead=sum(states[state] for state in AHEAD_STATES),
        by_state={state: states[state] for state in VisitState},
        months=_months(data.period, visits),
        attendance=_attendance(visits),
        judgement={j: sum(visit.judgement is j for visit in judged) for j in Judgement},
        worked={j: _lessons(judged, j, worked=True) for j in Judgement},
        did_not_work={j: _lessons(judged, j, worked=False) for j in Judgement},
        groups=_groups(visits, held),
        organisations=len({g.organisation for v in visits if v.came for g in v.groups}),
        returning_2=sum(count >= 2 for count in held.values()),
        returning_3=sum(count >= 3 for count in held.values()),
        next_booked=sum(bool(v.came and v.follow_up and v.follow_up.next_booked) for v in visits),
        programmes=_programmes(visits),
        answers=_count((row.channel for row in invitations if row.channel), AnswerChannel),
        unanswered=sum(row.channel is None for row in invitations),
        lead_days=_median(((v.start - v.created_at).total_seconds() for v in visits), _DAY),
        answer_hours=_median(_answer_times(invitations), _HOUR),
        interests=tuple(sorted(data.interests, key=lambda row: (-row.signals, row.name))),
        signals=sum(row.signals for row in data.interests),
        handed_over=_count((row.receiver for row in data.handovers), ReceiverKind),
        handovers=data.handovers,
        missions=_count((v.follow_up.mission for v in visits if v.follow_up), Mission),
        boundary_cases=data.boundary_cases,
        efforts=data.efforts,
        efforts_by_judgement=_count((row.judgement for row in data.efforts), Judgement),
        efforts_by_decision={
            decision: sum(row.decision == decision for row in data.efforts)
            for decision in ("continue", "change", "end", "")
        },
        trainings=data.trainings,
        trained=sum(row.attendance or 0 for row in data.trainings),
        analyses=data.analyses,
        meetings=data.meetings,
    )


def _count(values: Iterable[Code], codes: Iterable[Code]) -> dict[Code, int]:
    """How many of each code, zeros among them."""
    counted = Counter(values)
    return {code: counted[code] for code in codes}


def _months(period: Period, visits: Iterable[VisitRow]) -> tuple[Month, ...]:
    planned: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for visit in visits:
        planned[visit.month] += 1
        held[visit.month] += visit.came
    return tuple(Month(key, planned[key], held[key]) for key in period.months)


def _attendance(visits: Iterable[VisitRow]) -> Attendance:
    """Of held visits that are followed up; who did not come is counted by the state."""
    numbers = [v.follow_up.attendance for v in visits if v.came and v.follow_up]
    total = sum(numbers)
    return Attendance(total, len(numbers), total / len(numbers) if numbers else None)


def _lessons(
    judged: Iterable[VisitRow], judgement: Judgement, *, worked: bool
) -> tuple[Lesson, ...]:
    """The chips chosen most often at visits judged so; each once whatever its case."""
    times: Counter[str] = Counter()
    words: dict[str, str] = {}
    for visit in judged:
        if visit.judgement is not judgement or visit.follow_up is None:
            continue
        chips = visit.follow_up.worked if worked else visit.follow_up.did_not_work
        for chip in chips:
            words.setdefault(chip.casefold(), chip)
        times.update({chip.casefold() for chip in chips})
    order = sorted(times, key=lambda folded: (-times[folded], folded))
    return tuple(Lesson(words[folded], times[folded]) for folded in order[:MOST_LESSONS])


def _groups(visits: Iterable[VisitRow], held: Mapping[int, int]) -> tuple[GroupLine, ...]:
    aliases = {group.pk: group.alias for visit in visits for group in visit.groups}
    lines = [GroupLine(pk, aliases[pk], count) for pk, count in held.items()]
    return tuple(sorted(lines, key=lambda line: (-line.held, line.alias, line.pk)))


def _programmes(visits: Iterable[VisitRow]) -> tuple[ProgrammeLine, ...]:
    rows: dict[int, list[VisitRow]] = {}
    for visit in visits:
        rows.setdefault(visit.programme, []).append(visit)
    lines = [
        ProgrammeLine(
            pk=pk,
            name=found[0].programme_name,
            offered=len(found),
            accepted=sum(row.accepted for row in found),
            held=sum(row.came for row in found),
        )
        for pk, found in rows.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.offered, line.name)))


def _answer_times(invitations: Iterable[InvitationRow]) -> Iterable[float]:
    """Seconds from the invitation to its first answer."""
    for row in invitations:
        if row.first_answer is not None and row.first_answer >= row.created_at:
            yield (row.first_answer - row.created_at).total_seconds()


def _median(seconds: Iterable[float], unit: int) -> float | None:
    """The median in units of ``unit`` seconds, to one decimal; None of nothing."""
    numbers = list(seconds)
    return round(median(numbers) / unit, 1) if numbers else None
