"""Charts stay inside their frame; a spreadsheet computes nothing of ours."""

import csv
import io
from datetime import date

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from scheduling.insight import charts, export, periods

COUNTS = st.integers(min_value=0, max_value=100_000)


@given(st.lists(st.tuples(st.text(max_size=80), COUNTS, st.integers(1, 4)), max_size=12))
def test_bars_are_in_proportion_and_inside(items: list[tuple[str, int, int]]) -> None:
    chart = charts.bar_chart(items)
    assert [bar.value for bar in chart.bars] == [number for _label, number, _tone in items]
    most = max((number for _label, number, _tone in items), default=0)
    for bar in chart.bars:
        assert 0 <= bar.width <= charts.BAR_ROOM
        assert (bar.width > 0) == (bar.value > 0)
        if bar.value:
            assert abs(bar.width - max(2, charts.BAR_ROOM * bar.value / most)) <= 1
        assert bar.y + chart.bar_height <= chart.height
        assert len(bar.label) <= charts.LONGEST_LABEL


@given(st.lists(st.tuples(st.text(max_size=8), COUNTS), min_size=1, max_size=40))
def test_the_line_is_inside_its_grid(points: list[tuple[str, int]]) -> None:
    chart = charts.line_chart(points)
    assert [dot.x for dot in chart.dots] == sorted(dot.x for dot in chart.dots)
    most = max(number for _label, number in points)
    assert chart.grid[0].value == 0
    assert chart.grid[-1].value >= most
    assert 2 <= len(chart.grid) <= 6
    for dot in chart.dots:
        assert chart.left <= dot.x <= chart.width
        assert charts.TOP <= dot.y <= charts.BOTTOM
    assert sum(bool(dot.label) for dot in chart.dots) <= charts.MOST_WORDS


def test_the_words_of_a_chart_are_escaped() -> None:
    chart = charts.bar_chart([("<script>&", 3, 1)])
    svg = render_to_string(
        "scheduling/report_chart_bars.html", {"chart": chart, "key": "x", "title": "<b>"}
    )
    assert "&lt;script&gt;&amp;" in svg
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u00a0=1",
        "＝1+1",
        "|calc",
        '=HYPERLINK("http://evil.example")',
    ],
)
def test_no_cell_becomes_a_formula(cell: str) -> None:
    assert export.safe(cell).startswith("'")


@pytest.mark.parametrize("cell", ["Tisdagsgruppen", "a=b", "Spår 1A", "1-3", 6, -1, None, ""])
def test_plain_cells_stay_as_they_are(cell: object) -> None:
    assert export.safe(cell) == ("" if cell is None else str(cell))


@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5)
)
def test_a_row_is_read_back_as_it_was_written(cells: list[str]) -> None:
    body = export.to_csv(["x"] * len(cells), [cells]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=";"))
    assert rows[1] == [export.safe(cell) for cell in cells]


def test_a_spreadsheet_knows_the_encoding() -> None:
    assert export.to_csv(["Åtgärd"], []).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [
        ("2026-01-01", "2026-06-30", {}),
        ("", "", {}),
        ("igår", "2026-06-30", {"from": "date"}),
        ("2026-02-30", "", {"from": "date", "to": "date"}),
        ("2026-06-30", "2026-06-29", {"to": "order"}),
        ("2015-01-01", "2026-01-01", {"to": "long"}),
        ("0001-01-01", "9999-12-31", {"from": "year", "to": "year"}),
    ],
)
def test_a_period_of_no_sense_says_why(first: str, last: str, faults: dict[str, str]) -> None:
    asked = periods.parse(first, last, date(2026, 11, 23))
    assert asked.faults == faults
    if faults or not first:
        assert asked.period == periods.this_year(date(2026, 11, 23))
    if faults:
        assert (asked.first, asked.last) == (first, last)


def test_a_leap_day_is_a_day() -> None:
    assert periods.parse("2028-02-29", "2028-02-29", date(2026, 1, 1)).faults == {}


@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2099, 12, 31)))
def test_quick_choices_have_begun_or_are_this_years(today: date) -> None:
    for key, period in periods.choices(today):
        assert period.first <= period.last
        if key != "year":
            assert period.first <= today
        assert periods.parse(period.first.isoformat(), period.last.isoformat(), today).faults == {}
