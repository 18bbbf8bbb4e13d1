"""Small numbers out of shared tables: attacked by working backwards from everything published."""

import itertools
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.insight.beside import Beside
from scheduling.insight.report import build
from scheduling.insight.rows import Data, Period
from scheduling.insight.shared import Line, Table, half_years, number, share, table


@pytest.mark.parametrize(("rows", "top"), [(1, 20), (2, 20), (3, 16), (4, 11), (5, 8)])
def test_no_row_of_one_to_four_follows_from_what_is_told(rows: int, top: int) -> None:
    """Every table with a total up to ``top``: what else could have given the same publication?"""
    names = "abcdef"[:rows]
    behind: dict[Table, list[tuple[int, ...]]] = defaultdict(list)
    for counts in itertools.product(range(top + 1), repeat=rows):
        if sum(counts) <= top:
            behind[table(list(zip(names, counts, strict=True)))].append(counts)
    for told, possible in behind.items():
        for index in range(rows):
            values = {counts[index] for counts in possible}
            assert len(values) > 1 or not 0 < next(iter(values)) < 5, (told, names[index])


@given(st.lists(st.integers(0, 30), max_size=9))
def test_nothing_is_lost_and_no_small_number_is_printed(counts: list[int]) -> None:
    rows = [(f"rad {index}", count) for index, count in enumerate(counts)]
    told = table(rows)
    assert sorted(label for line in told.lines for label in line.labels) == sorted(
        label for label, _count in rows
    )
    printed = [line.count for line in told.lines] + [told.total]
    assert all(count is None or number(count) is not None for count in printed)
    if told.total is not None:
        assert told.total == sum(counts) == sum(line.count or 0 for line in told.lines)
    assert told.hides == any(0 < count < 5 for count in counts)


def test_a_table_without_small_rows_is_told_as_it_is() -> None:
    assert table([("lyckat", 45), ("delvis", 20), ("inget", 0)]) == Table(
        (Line(("lyckat",), 45), Line(("delvis",), 20), Line(("inget",), 0)), 65
    )


def test_small_rows_are_joined_and_one_alone_takes_company() -> None:
    assert table([("a", 30), ("b", 3), ("c", 4)]) == Table(
        (Line(("a",), 30), Line(("b", "c"), 7)), 37
    )
    assert table([("a", 30), ("b", 9), ("c", 3)]) == Table(
        (Line(("a",), 30), Line(("b", "c"), 12)), 42
    )
    assert table([("a", 1), ("b", 2)]) == Table((Line(("a", "b"), None),), None)


def test_only_whole_half_years_that_are_over() -> None:
    spring = Period(date(2026, 1, 1), date(2026, 6, 30))
    autumn = Period(date(2026, 7, 1), date(2026, 12, 31))
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert half_years(year, date(2026, 11, 23)) == (spring,)
    assert half_years(year, date(2027, 1, 1)) == (spring, autumn)
    assert half_years(Period(date(2026, 1, 2), date(2026, 12, 30)), date(2027, 1, 1)) == ()


def test_a_period_tells_no_more_than_its_half_years() -> None:
    """Years, terms and odd days that overlap: each adds nothing to subtract with."""
    today = date(2028, 1, 1)
    asked = [
        Period(date(first, month, 1), date(last, 12, 31))
        for first in (2025, 2026)
        for month in (1, 3, 7)
        for last in (2026, 2027)
    ]
    told = {half for period in asked for half in half_years(period, today)}
    for one, other in itertools.combinations(sorted(told, key=lambda p: p.first), 2):
        assert one.last < other.first


def test_an_empty_half_year() -> None:
    shared = share(build(Data(Period(date(2026, 1, 1), date(2026, 6, 30)))), Beside())
    assert (shared.participants, shared.organisations, shared.outcomes.total) == (0, 0, 0)
    assert shared.programmes == Table((), 0)
