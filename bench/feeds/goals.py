"""What feeds are measured against; the middle of a figure's rounds counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Of nginx's GETs a second, from so many events on.
_WARM = {1_000: 0.35, 5_000: 0.60, 20_000: 0.85}
_LOWEST = 0.10
_FIRST = 3.0
_RADICALE = 100.0
#: Radicale is compared at this size.
_COMPARED = 5_000
_CHANGE = 1.5
#: MiB.
_PEAK = 10.0

Floor = Callable[[int], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure: its head in the table, its goal in words, and what it must be at each size."""

    name: str
    title: str
    goal: str
    at_least: Floor = lambda _size: None
    at_most: float | None = None


def warm(size: int) -> float | None:
    """The share of nginx that a warm GET must reach at ``size``; None below the smallest."""
    known = [share for events, share in sorted(_WARM.items()) if events <= size]
    return known[-1] if known else None


COLUMNS = (
    Column(
        "warm",
        "warm GET / nginx",
        "≥ " + ", ".join(f"{share:.2f}" for share in _WARM.values()),
        at_least=warm,
    ),
    Column("same", "304 / nginx", f"≥ {_LOWEST:.2f}", at_least=lambda _size: _LOWEST),
    Column("after", "first GET after a change / warm GET", f"≤ {_FIRST:.0f}", at_most=_FIRST),
    Column("apart", "the same, if its month was not joined", ""),
    Column(
        "radicale",
        "Radicale's GET after a change / ours",
        f"≥ {_RADICALE:.0f} at {_COMPARED:,}",
        at_least=lambda size: _RADICALE if size == _COMPARED else None,
    ),
    Column("xandikos", "Xandikos's / ours", ""),
    Column("change", "one change / one among 200", f"≤ {_CHANGE}", at_most=_CHANGE),
    Column("memory", "peak above idle, MiB", f"≤ {_PEAK:.0f}", at_most=_PEAK),
)


def missed(size: int, figures: Mapping[str, float | None]) -> list[str]:
    """Which goals ``figures`` (by column; None was not measured) fall short of, a sentence each."""
    found = []
    for column in COLUMNS:
        figure = figures[column.name]
        if figure is None:
            continue
        least = column.at_least(size)
        if least is not None and figure < least:
            found.append(f"{column.title} is {figure:.3g}, not at least {least:g}")
        if column.at_most is not None and figure > column.at_most:
            found.append(f"{column.title} is {figure:.3g}, not at most {column.at_most:g}")
    return found
