"""The whole shared version attacked: all its tables at once, and two periods that overlap.

The attacker knows the rules, sees everything told of both periods, adds and subtracts, and even
assumes that a visit has one group. For every true count of one to four there must be another one
that fits all of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.insight.as_json import shared_json
from scheduling.insight.beside import BarrierCount, Beside, Faces
from scheduling.insight.report import build, held_by_group
from scheduling.insight.rows import Data, FollowUpRow, GroupRow, InvitationRow, Period, VisitRow
from scheduling.insight.shared import CAME, LEAST, Shared, Table, half_years, share, table
from scheduling.states import AnswerChannel, Judgement, Mission, VisitState

FIRST = date(2026, 1, 1)
TODAY = date(2028, 1, 1)
Counts = Mapping[str, int]


@st.composite
def visits(draw: st.DrawFn) -> list[VisitRow]:
    """Up to forty visits of two years; few kinds of each thing, so that counts are small."""
    kinds = st.tuples(
        st.integers(0, 729),
        st.sampled_from([state for state in VisitState if state is not VisitState.DRAFT]),
        st.integers(1, 3),
        st.integers(1, 6),
        st.sampled_from([None, *Judgement]),
        st.sampled_from([None, *AnswerChannel]),
    )
    return [
        _visit(pk, *values) for pk, values in enumerate(draw(st.lists(kinds, max_size=40)), start=1)
    ]


def _visit(
    pk: int,
    day: int,
    state: VisitState,
    programme: int,
    group: int,
    judgement: Judgement | None,
    channel: AnswerChannel | None,
) -> VisitRow:
    start = datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(days=day)
    came = state in {VisitState.HELD, VisitState.PARTLY_HELD}
    said = FollowUpRow(3, judgement, (), (), Mission.OURS, next_booked=False) if came else None
    return VisitRow(
        pk=pk,
        start=start,
        end=start + timedelta(hours=1),
        created_at=start - timedelta(days=9),
        state=state,
        programme=programme,
        programme_name=f"Program {programme}",
        groups=(GroupRow(group, f"Grupp {group}", 1 + group // 2),),
        invitations=(InvitationRow(start, None, channel, ever_accepted=False),),
        follow_up=said,
    )


small = st.integers(0, 12)
besides = st.builds(
    lambda barriers, talks, faces: Beside(
        tuple(BarrierCount(f"kind{n}", count, 0) for n, count in enumerate(barriers)),
        tuple((f"theme{n}", count) for n, count in enumerate(talks)),
        (Faces("new", tuple(faces)),) if sum(faces) >= LEAST else (),
    ),
    st.lists(small, max_size=4),
    st.lists(small, min_size=4, max_size=4),
    st.lists(small, min_size=5, max_size=5),
)


@dataclass(frozen=True)
class Half:
    """What is true of a half-year, and what is told of it."""

    true: Mapping[str, Counts]
    told: Shared
    held: int


def half(rows: list[VisitRow], beside: Beside, period: Period) -> Half:
    inside = tuple(row for row in rows if period.first <= row.day <= period.last)
    report = build(Data(period, visits=inside))
    came = list(held_by_group(inside).values())
    held = report.held
    missed = {str(state): n for state, n in report.by_state.items() if "held" not in state}
    true: dict[str, Counts] = {
        "outcomes": {CAME: held, **missed},
        "months": {month.key: month.planned for month in report.months},
        "programmes": {line.name: line.held for line in report.programmes},
        "judgements": {
            **{str(code): n for code, n in report.judgement.items()},
            "not_judged": held - report.judged,
        },
        "groups": {
            "once": came.count(1), "twice": came.count(2), "three": sum(n > 2 for n in came)
        },
        "answers": {
            **{str(code): n for code, n in report.answers.items()},
            "unanswered": report.unanswered,
        },
        "barriers": {row.kind: row.noted for row in beside.barriers},
        "talks": dict(beside.talks),
        **{
            f"faces {row.statement}": {str(n): c for n, c in enumerate(row.counts, start=1)}
            for row in beside.opinions
        },
    }  # fmt: skip
    return Half(true, share(report, beside), held)


def tables(told: Shared) -> dict[str, Table | None]:
    named = (
        *("outcomes", "months", "programmes", "judgements", "groups", "answers"),
        *("barriers", "talks"),
    )
    return {
        **{name: getattr(told, name) for name in named},
        **{f"faces {statement}": faces for statement, faces in told.opinions},
    }


def others(true: Counts, order: list[str], told: Table) -> Iterator[Counts]:
    """Other counts of the same table that would be told in the same words, near the true ones."""
    for one, other, third in product(order, repeat=3):
        # What ``one`` gets is taken of one or two others.
        for step, more in product(range(-LEAST, LEAST), range(LEAST)):
            moved = {**true, one: true[one] + step + more}
            moved[other] -= step
            moved[third] -= more
            fits = one not in {other, third} and min(moved.values()) >= 0
            if fits and table([(label, moved[label]) for label in order]) == told:
                yield moved
    if told.total is None:
        for label in order:
            for count in range(LEAST):
                changed = {**true, label: count}
                if table([(name, changed[name]) for name in order]) == told:
                    yield changed


@pytest.mark.large
@settings(max_examples=40, deadline=None)
@given(visits(), besides)
def test_no_count_under_five_is_told_by_all_tables_together(
    rows: list[VisitRow], beside: Beside
) -> None:
    for period in half_years(Period(FIRST, date(2027, 12, 31)), TODAY):
        found = half(rows, beside, period)
        held_told = next(
            (line.count for line in found.told.outcomes.lines if line.labels == (CAME,)), None
        )
        for name, told in tables(found.told).items():
            true = found.true[name]
            if told is None:
                continue
            for label, count in true.items():
                if not 0 < count < LEAST:
                    continue
                values = {
                    changed[label]
                    for changed in others(true, _order(name, true), told)
                    if name != "outcomes" or agrees(changed[CAME], found.told)
                }
                assert values - {count}, (name, label, told)
                if name == "outcomes" and label == CAME:
                    assert held_told is None
                    assert (found.told.programmes, found.told.judgements) == (None, None)
        if found.told.groups is not None:
            # One group a visit: held visits less groups is how many times a group came again.
            assert all(count == 0 or count >= LEAST for count in found.true["groups"].values())


def agrees(held: int, told: Shared) -> bool:
    """Whether so many held visits agree with what else is told of those who came."""
    numbers = [told.organisations, told.groups.total if told.groups else None]
    return all(number is None or (number > 0) == (held > 0) for number in numbers)


def _order(name: str, true: Counts) -> list[str]:
    """The order in which the version lays its rows."""
    if name == "outcomes":
        missed = ("none_came", "cancelled_by_partner", "declined", "cancelled_by_us")
        return [CAME, *missed, "confirmed", "offered"]
    return sorted(true) if name in {"programmes", "barriers"} else list(true)


@settings(max_examples=60, deadline=None)
@given(
    visits(),
    st.tuples(st.integers(0, 729), st.integers(0, 729)),
    st.tuples(st.integers(0, 729), st.integers(0, 729)),
)
def test_two_periods_tell_no_more_than_their_half_years(
    rows: list[VisitRow], one: tuple[int, int], other: tuple[int, int]
) -> None:
    """Whatever the two periods are, a half-year is told alike in both, and no other span is."""
    told: dict[date, object] = {}
    for days in (one, other):
        first, last = (FIRST + timedelta(days=day) for day in sorted(days))
        for period in half_years(Period(first, last), TODAY):
            assert (period.first.month, period.last.month) in {(1, 6), (7, 12)}
            part = shared_json(half(rows, Beside(), period).told)
            assert told.setdefault(period.first, part) == part


def test_what_the_number_of_groups_would_tell_is_withheld() -> None:
    """Seven visits to six groups: one group came twice. The table of groups says nothing then."""
    rows = [
        _visit(n, 10 + n, VisitState.HELD, 1, group, Judgement.SUCCESS, None)
        for n, group in enumerate([1, 2, 3, 4, 5, 6, 6], start=1)
    ]
    spring = Period(FIRST, date(2026, 6, 30))
    found = half(rows, Beside(), spring)
    assert found.true["groups"] == {"once": 5, "twice": 1, "three": 0}
    assert found.told.outcomes.lines[0].count == 7
    assert found.told.groups is None
    calm = half(rows[:6], Beside(), spring)
    assert calm.told.groups == table([("once", 6), ("twice", 0), ("three", 0)])


def test_a_nought_that_would_open_a_joined_row_is_withheld() -> None:
    """Nobody came at all: four and four are joined to eight with the nought, which is not told."""
    rows = [
        _visit(n, n, VisitState.NONE_CAME if n % 2 else VisitState.DECLINED, 1, 1, None, None)
        for n in range(1, 9)
    ]
    told = half(rows, Beside(), Period(FIRST, date(2026, 6, 30))).told
    assert told.outcomes.lines[-1].count == 8
    assert CAME in told.outcomes.lines[-1].labels
    assert (told.organisations, told.participants, told.groups) == (None, None, None)


def test_a_larger_row_joined_for_safety_leaves_the_small_one_open() -> None:
    """One, five and five tell eleven, as three, four and four do."""
    told = [
        table(list(zip("abcd", counts, strict=True))) for counts in ((1, 5, 5, 5), (3, 5, 4, 4))
    ]
    assert told[0] == told[1]
