"""One period's report from plain rows. Pure: no database, no words, no clock."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from scheduling.insight.rows import (
    BoundaryRow,
    Data,
    EffortRow,
    FollowUpRow,
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
    came = [visit for visit in visits if visit.came]
    told = [visit.follow_up for visit in came if visit.follow_up]
    judged = _by_judgement(told)
    held = held_by_group(came)
    states = Counter(visit.state for visit in data.visits)
    invitations = [row for visit in visits for row in visit.invitations]
    answers = Counter(row.channel for row in invitations)
    return Report(
        period=data.period,
        planned=len(visits),
        held=len(came),
        ahead=sum(states[state] for state in AHEAD_STATES),
        by_state={state: states[state] for state in VisitState},
        months=_months(data.period, visits, came),
        attendance=_attendance(told),
        judgement={j: len(rows) for j, rows in judged.items()},
        worked={j: _lessons(row.worked for row in rows) for j, rows in judged.items()},
        did_not_work={j: _lessons(row.did_not_work for row in rows) for j, rows in judged.items()},
        groups=_groups(came, held),
        organisations=len({group.organisation for visit in came for group in visit.groups}),
        returning_2=sum(count >= 2 for count in held.values()),
        returning_3=sum(count >= 3 for count in held.values()),
        next_booked=sum(row.next_booked for row in told),
        programmes=_programmes(visits),
        answers={channel: answers[channel] for channel in AnswerChannel},
        unanswered=answers[None],
        lead_days=_median((v.start - v.created_at for v in visits), _DAY),
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


def _months(
    period: Period, visits: Iterable[VisitRow], came: Iterable[VisitRow]
) -> tuple[Month, ...]:
    """The clock is asked once a month, where it turns, instead of once a visit."""
    keys = period.months
    begins = [Period(day := date.fromisoformat(f"{key}-01"), day).start for key in keys]
    planned = Counter(bisect_right(begins, visit.start) - 1 for visit in visits)
    held = Counter(bisect_right(begins, visit.start) - 1 for visit in came)
    return tuple(Month(key, planned[place], held[place]) for place, key in enumerate(keys))


def _attendance(told: Iterable[FollowUpRow]) -> Attendance:
    """Of held visits that are followed up; who did not come is counted by the state."""
    numbers = [row.attendance for row in told]
    total = sum(numbers)
    return Attendance(total, len(numbers), total / len(numbers) if numbers else None)


def _by_judgement(told: Iterable[FollowUpRow]) -> dict[Judgement, list[FollowUpRow]]:
    """The judged among the follow-ups of held visits, in their order; none are an empty list."""
    found: dict[Judgement, list[FollowUpRow]] = {judgement: [] for judgement in Judgement}
    for row in told:
        if row.judgement is not None:
            found[row.judgement].append(row)
    return found


def _lessons(chosen: Iterable[tuple[str, ...]]) -> tuple[Lesson, ...]:
    """The chips chosen most often; each once a visit whatever its case, as first written."""
    times: Counter[str] = Counter()
    words: dict[str, str] = {}
    for chips, visits in Counter(chosen).items():
        for chip in chips:
            words.setdefault(chip.casefold(), chip)
        for folded in {chip.casefold() for chip in chips}:
            times[folded] += visits
    order = sorted(times, key=lambda folded: (-times[folded], folded))
    return tuple(Lesson(words[folded], times[folded]) for folded in order[:MOST_LESSONS])


def _groups(came: Iterable[VisitRow], held: Mapping[int, int]) -> tuple[GroupLine, ...]:
    aliases = {group.pk: group.alias for visit in came for group in visit.groups}
    lines = [GroupLine(pk, aliases[pk], count) for pk, count in held.items()]
    return tuple(sorted(lines, key=lambda line: (-line.held, line.alias, line.pk)))


def _programmes(visits: Iterable[VisitRow]) -> tuple[ProgrammeLine, ...]:
    names: dict[int, str] = {}
    offered, accepted, held = Counter[int](), Counter[int](), Counter[int]()
    for visit in visits:
        names.setdefault(visit.programme, visit.programme_name)
        offered[visit.programme] += 1
        accepted[visit.programme] += visit.accepted
        held[visit.programme] += visit.came
    lines = [
        ProgrammeLine(pk, name, offered[pk], accepted[pk], held[pk]) for pk, name in names.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.offered, line.name)))


def _answer_times(invitations: Iterable[InvitationRow]) -> Iterable[timedelta]:
    """From the invitation to its first answer."""
    for row in invitations:
        if row.first_answer is not None and row.first_answer >= row.created_at:
            yield row.first_answer - row.created_at


def _median(spans: Iterable[timedelta], unit: int) -> float | None:
    """The median in units of ``unit`` seconds, to one decimal; None of nothing."""
    ordered = sorted(spans)
    if not ordered:
        return None
    middle = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return round(middle.total_seconds() / 2 / unit, 1)
