"""A day on paper: minutes of the wall clock in, positions and gaps out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

EARLIEST, LATEST = 7, 21
STEP, COARSE, FINE_TO = 5, 15, 180
SHORTEST = 15
MOST_LANES, LONGEST_BUFFER = 5, 60

#: Minutes since midnight, half-open.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: hour, minute, length, on the steps that the style sheet knows."""

    h: int
    m: int
    length: int

    @property
    def clock(self) -> str:
        """ "09:30", as a time field takes it."""
        return f"{self.h:02d}:{self.m:02d}"


def place(span: Span, first: int, last: int) -> Place:
    """``span`` clamped to the hours ``first``–``last``; never shorter than can be read."""
    top, bottom = first * 60, last * 60
    start = min(max(span[0], top), bottom - SHORTEST) // STEP * STEP
    end = min(max(span[1], start + SHORTEST), bottom)
    return Place(start // 60, start % 60, _length(end - start))


def _length(minutes: int) -> int:
    step = STEP if minutes <= FINE_TO else COARSE
    return max(STEP, round(minutes / step) * step)


def buffer(minutes: int) -> int:
    """Time before or after, on the steps of the style sheet; 0 for none."""
    return min(-(-minutes // STEP) * STEP, LONGEST_BUFFER)


def hours(spans: Iterable[Span], first: int = 9, last: int = 17) -> tuple[int, int]:
    """The whole hours to draw so that all of ``spans`` are seen, within 7–21."""
    for start, end in spans:
        first = min(first, start // 60)
        last = max(last, -(-end // 60))
    return max(min(first, 12), EARLIEST), min(max(last, 12), LATEST)


def lanes(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """(lane, lanes) for each span: those that overlap share the width, from 1; (1, 1) is alone."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][1]))
    found = [(1, 1)] * len(spans)
    cluster: list[int] = []
    ends: list[int] = []
    until = 0
    for i in order:
        start, end = spans[i]
        if cluster and start >= until:
            _share(cluster, len(ends), found)
            cluster, ends = [], []
        lane = next((n for n, busy in enumerate(ends) if busy <= start), len(ends))
        ends[lane : lane + 1] = [end]
        found[i] = (lane + 1, 1)
        cluster.append(i)
        until = max(until, end) if len(cluster) > 1 else end
    _share(cluster, len(ends), found)
    return found


def _share(cluster: list[int], count: int, found: list[tuple[int, int]]) -> None:
    count = min(count, MOST_LANES)
    for i in cluster:
        found[i] = ((found[i][0] - 1) % max(count, 1) + 1, count)


def gaps(within: Span, busy: Iterable[Span], shortest: int = 30) -> list[Span]:
    """What is left of ``within``, of at least ``shortest`` minutes."""
    found, at = [], within[0]
    for start, end in sorted(busy):
        if start - at >= shortest:
            found.append((at, min(start, within[1])))
        at = max(at, end)
    if within[1] - at >= shortest:
        found.append((at, within[1]))
    return [(start, end) for start, end in found if end - start >= shortest]


def by_the_hour(gap: Span) -> list[Span]:
    """The gap cut at whole hours; a last or first rest under half an hour joins its neighbour."""
    cuts = [gap[0], *range(gap[0] // 60 * 60 + 60, gap[1], 60), gap[1]]
    pieces = list(pairwise(cuts))
    if len(pieces) > 1 and pieces[0][1] - pieces[0][0] < 30:
        pieces[:2] = [(pieces[0][0], pieces[1][1])]
    if len(pieces) > 1 and pieces[-1][1] - pieces[-1][0] < 30:
        pieces[-2:] = [(pieces[-2][0], pieces[-1][1])]
    return pieces
