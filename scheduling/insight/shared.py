"""Small numbers out of tables that leave the house. Pure.

A count of one to four can point at somebody (DOMAIN.md F13). A nought says that there was nobody
and stands. What is hidden must not come back by arithmetic either:

- within a table, small rows are joined, with a larger one where they alone would give each other
  away, so that no row of one to four follows from the total and the rest;
- between tables of overlapping periods, nothing can be subtracted, because only whole half-years
  that are over are told, each by itself and never as a sum (see ``half_years``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduling.insight.beside import Beside
from scheduling.insight.report import Report
from scheduling.insight.rows import Period
from scheduling.states import VisitState

LEAST = 5
#: The most that a small row can be.
_MOST = LEAST - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row, or several joined. ``count`` is None where even their sum is too small to tell."""

    labels: tuple[str, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """What may be told of a table; ``total`` is None from one to four."""

    lines: tuple[Line, ...]
    total: int | None

    @property
    def hides(self) -> bool:
        """Whether something is joined or left out."""
        return self.total is None or any(len(line.labels) > 1 for line in self.lines)


def number(count: int) -> int | None:
    """A count that stands alone; None from one to four."""
    return None if 0 < count < LEAST else count


def table(rows: Sequence[tuple[str, int]]) -> Table:
    """The rows (label, count) with the small ones joined; their order stays, the joined come last.

    Where no joining is safe the whole table is one line: its total.
    """
    total = sum(count for _label, count in rows)
    if number(total) is None:
        return Table((Line(tuple(label for label, _count in rows), None),), None)
    if all(number(count) is not None for _label, count in rows):
        return Table(tuple(Line((label,), count) for label, count in rows), total)
    hidden = _grown(rows)
    shown = [Line((label,), n) for i, (label, n) in enumerate(rows) if i not in hidden]
    joined = Line(
        tuple(rows[index][0] for index in sorted(hidden)),
        sum(rows[index][1] for index in hidden),
    )
    return Table((*shown, joined), total)


def _grown(rows: Sequence[tuple[str, int]]) -> set[int]:
    """The rows to join: all under ``LEAST``, and larger ones from the end until it is safe.

    The order of a table must not follow its counts: the largest a joined row can be must stay open.
    Noughts are joined with the small ones: a nought beside them would say that each has somebody.
    """
    hidden = {index for index, (_label, count) in enumerate(rows) if count < LEAST}
    larger = [index for index in range(len(rows)) if index not in hidden]
    small = len(hidden)
    while not _safe(rows, hidden, small) and larger:
        hidden.add(larger.pop())
    return hidden


def _safe(rows: Sequence[tuple[str, int]], hidden: set[int], small: int) -> bool:
    """Whether the sum leaves every joined row open.

    Small rows alone must not be four each. With a larger row among them the sum must leave the
    small ones at least two values.
    """
    together = sum(rows[index][1] for index in hidden)
    if len(hidden) == small:
        return LEAST <= together < _MOST * small
    return together >= 2 * LEAST


def half_years(period: Period, today: date) -> tuple[Period, ...]:
    """The half-years that lie within ``period`` and are over on ``today``, the earliest first."""
    found = []
    for year in range(period.first.year, period.last.year + 1):
        for first, last in (
            (date(year, 1, 1), date(year, 6, 30)),
            (date(year, 7, 1), date(year, 12, 31)),
        ):
            if period.first <= first and last <= period.last and last < today:
                found.append(Period(first, last))
    return tuple(found)


#: How often groups came, as the codes of a table.
ONCE, TWICE, OFTEN = "once", "twice", "three"
CAME, NOT_JUDGED, UNANSWERED = "came", "not_judged", "unanswered"


@dataclass(frozen=True, slots=True)
class Shared:
    """One half-year as it may leave the house. Labels of fixed tables are codes."""

    period: Period
    #: Whether the number of held visits is told; else nothing that follows from it is.
    tells_held: bool
    outcomes: Table
    months: Table
    #: None where their total, the visits that were held, would give a hidden outcome away.
    programmes: Table | None
    judgements: Table | None
    #: None there too, and where a row of it is small.
    groups: Table | None
    answers: Table
    interests: Table
    handovers: Table
    efforts: Table
    barriers: Table
    talks: Table
    #: Statement -> its faces, "1" to "5".
    opinions: tuple[tuple[str, Table], ...]
    participants: int | None
    organisations: int | None
    meetings: int | None
    trained: int | None


def share(report: Report, beside: Beside) -> Shared:
    """The shared version of one half-year's report and of what is told beside it.

    Tables that are about the same visits have the same total, so that nothing follows from a
    difference: held wholly and partly are one row, and what is not judged yet is a row.
    """
    outcomes = table(_outcomes(report))
    tells_held = any(line.labels == (CAME,) for line in outcomes.lines)
    groups = table(_visits_a_group(report))
    judged = [(code.value, count) for code, count in report.judgement.items()]
    return Shared(
        period=report.period,
        tells_held=tells_held,
        outcomes=outcomes,
        months=table([(month.key, month.planned) for month in report.months]),
        programmes=table(sorted((line.name, line.held) for line in report.programmes))
        if tells_held
        else None,
        judgements=table([*judged, (NOT_JUDGED, report.held - report.judged)])
        if tells_held
        else None,
        groups=groups if tells_held and not groups.hides else None,
        answers=table(
            [
                *((code.value, count) for code, count in report.answers.items()),
                (UNANSWERED, report.unanswered),
            ]
        ),
        interests=table(sorted((row.name, row.signals) for row in report.interests)),
        handovers=table([(code.value, count) for code, count in report.handed_over.items()]),
        efforts=table([(code.value, n) for code, n in report.efforts_by_judgement.items()]),
        barriers=table(sorted((row.kind, row.noted) for row in beside.barriers)),
        talks=table(beside.talks),
        opinions=tuple((row.statement, _faces(row.counts)) for row in beside.opinions),
        participants=number(report.attendance.total) if tells_held else None,
        organisations=number(report.organisations) if tells_held else None,
        meetings=number(report.meetings),
        trained=number(report.trained),
    )


def _faces(counts: Sequence[int]) -> Table:
    return table([(str(face), count) for face, count in enumerate(counts, start=1)])


def _outcomes(report: Report) -> list[tuple[str, int]]:
    """What became of the planned; those that were held come first, so as to be joined last."""
    missed = (
        VisitState.NONE_CAME,
        VisitState.CANCELLED_BY_PARTNER,
        VisitState.DECLINED,
        VisitState.CANCELLED_BY_US,
        VisitState.CONFIRMED,
        VisitState.OFFERED,
    )
    return [(CAME, report.held), *((state.value, report.by_state[state]) for state in missed)]


def _visits_a_group(report: Report) -> list[tuple[str, int]]:
    often, twice = report.returning_3, report.returning_2 - report.returning_3
    return [(ONCE, len(report.groups) - often - twice), (TWICE, twice), (OFTEN, often)]
