"""Geometry of the report's charts: numbers in, places out. Pure; templates draw and escape.

Every length is a whole SVG user unit, so that no language writes it with a comma.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: Horizontal bars: a row is a label and, under it, the bar with its number behind.
BARS_WIDTH, BAR_ROOM, ROW, BAR = 480, 430, 52, 16
#: The line: room for the numbers of the axis at the left and the months below.
LINE_WIDTH, LINE_HEIGHT, LEFT, TOP, BOTTOM, MARGIN = 640, 240, 32, 31, 200, 20
#: More points than this and only some have their words, so that none lies over another.
MOST_WORDS = 13
LONGEST_LABEL = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label's and its number's base lines."""

    label: str
    label_y: int
    y: int
    width: int
    value: int
    value_x: int
    value_y: int
    tone: int


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from a common zero line; the longest fills the room."""

    width: int
    height: int
    bar_height: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A horizontal line and its number."""

    y: int
    text_y: int
    value: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A point; ``label`` and ``shown`` are empty where its words would crowd."""

    x: int
    y: int
    text_y: int
    shown: str
    label: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line over time from a zero at the bottom."""

    width: int
    height: int
    left: int
    label_y: int
    grid: tuple[Grid, ...]
    dots: tuple[Dot, ...]

    @property
    def points(self) -> str:
        """For a polyline: "x,y x,y"."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def bar_chart(items: Sequence[tuple[str, int, int]]) -> BarChart:
    """A bar for each (label, number ≥ 0, tone 1–4), in the order given."""
    most = max((number for _label, number, _tone in items), default=0)
    bars = []
    for row, (label, number, tone) in enumerate(items):
        top = row * ROW
        width = _part(number, most)
        bars.append(
            Bar(
                label=_short(label),
                label_y=top + 16,
                y=top + 24,
                width=width,
                value=number,
                value_x=width + 10,
                value_y=top + 38,
                tone=tone,
            )
        )
    return BarChart(BARS_WIDTH, max(len(items) * ROW - 8, BAR), BAR, tuple(bars))


def _part(number: int, most: int) -> int:
    """A number that is not nought is always seen."""
    if number <= 0:
        return 0
    return max(2, round(BAR_ROOM * number / most))


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def line_chart(points: Sequence[tuple[str, int]]) -> LineChart:
    """A line through (label, number ≥ 0), evenly spaced from left to right."""
    top = ceiling(max((number for _label, number in points), default=0))
    step = top // _intervals(top)
    grid = tuple(
        Grid(y=_height(value, top), text_y=_height(value, top) + 5, value=value)
        for value in range(0, top + 1, step)
    )
    every = -(-len(points) // MOST_WORDS) or 1
    dots = tuple(
        Dot(
            x=_across(index, len(points)),
            y=_height(number, top),
            text_y=_height(number, top) - 12,
            shown=str(number) if every == 1 else "",
            label=label if index % every == 0 else "",
        )
        for index, (label, number) in enumerate(points)
    )
    return LineChart(LINE_WIDTH, LINE_HEIGHT, LEFT, LINE_HEIGHT - 12, grid, dots)


def ceiling(most: int) -> int:
    """The top of the axis: a round number that is not below ``most``, and never nought."""
    unit = 1
    while True:
        for round_number in (2, 3, 4, 5, 6, 8, 10, 15):
            if round_number * unit >= most:
                return round_number * unit
        unit *= 10


def _intervals(top: int) -> int:
    """Three to five even steps where the top allows it, else one for each number."""
    for count in (4, 5, 3, 2):
        if top % count == 0:
            return count
    return 1


def _height(value: int, top: int) -> int:
    return BOTTOM - round((BOTTOM - TOP) * value / top)


def _across(index: int, count: int) -> int:
    first, last = LEFT + MARGIN, LINE_WIDTH - MARGIN
    if count == 1:
        return (first + last) // 2
    return first + round((last - first) * index / (count - 1))
