"""``python -m bench.feeds [--sizes 1000,5000,20000] [--rounds 3] [--seconds 2] [--no-peers]``.

One run: nginx with the same bytes as a static file, this product on SQLite and on PostgreSQL with
its production server, Radicale and Xandikos. Prints the table that stands in README, with the
goals in its first row, and says which of them were missed.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.feeds import goals, peers
from bench.feeds.installation import (
    DATABASES,
    Changer,
    Databases,
    House,
    etag_of,
    get,
    houses,
    only_changes,
    peak,
    seconds_of_a_get,
)
from bench.load import Ratio, markdown, per_second, ratios, until_idle
from tests import servers
from tests.processes import folder

#: The cost of one change is told beside that in so small a house.
FEW = 200
CHANGES = 40
#: First GETs after a change, and as many warm ones in turns with them, in each round.
GETS = 7
ROUNDS = 5


@dataclass
class Found:
    """What one size and one database gave."""

    size: int
    database: str
    warm: Ratio
    same: Ratio
    after: Ratio
    #: The same where the change's own process joined nothing.
    apart: Ratio
    #: Of the first GET after a change (seconds).
    first: float
    change: Ratio
    #: KiB.
    memory: int
    others: Mapping[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, float | None]:
        """By the names of ``goals.COLUMNS``; None where it was not measured."""
        return {
            "warm": self.warm.middle,
            "same": self.same.middle,
            "after": self.after.middle,
            "apart": self.apart.middle,
            "radicale": self._times("Radicale"),
            "xandikos": self._times("Xandikos"),
            "change": self.change.middle,
            "memory": self.memory / 1024,
        }

    def _times(self, name: str) -> float | None:
        return self.others[name] / self.first if name in self.others else None


def measure(
    size: int,
    base: Path,
    databases: Databases,
    few: Mapping[str, Changer],
    options: argparse.Namespace,
) -> list[Found]:
    """Everything of one size: both databases against one nginx, then the other servers."""
    with ExitStack() as stack:
        made = stack.enter_context(houses(size, databases))
        content = get(made["SQLite"].url)
        static = stack.enter_context(peers.nginx(base / f"nginx{size}", content))
        warm, same = (_loads(made, static, options, held=held) for held in (False, True))
        rows = [
            Found(size, name, warm[index], same[index], *_one(made[name], few[name]))
            for index, name in enumerate(DATABASES)
        ]
    others = {} if options.no_peers else _others(size, base, content, options)
    for row in rows:
        row.others = others
    return rows


def _loads(
    made: Mapping[str, House], static: tuple[str, int], options: argparse.Namespace, *, held: bool
) -> list[Ratio]:
    """GETs a second as shares of nginx's; ``held``: by readers who hold the present bytes."""

    def load(url: str, pid: int) -> Callable[[], float]:
        etag = etag_of(url) if held else ""
        return lambda: per_second(url, seconds=options.seconds, etag=etag, pid=pid)

    ours = [load(made[name].url, made[name].pid) for name in DATABASES]
    return ratios(load(*static), ours, rounds=options.rounds)


def _one(made: House, few: Changer) -> tuple[Ratio, Ratio, float, Ratio, int]:
    """The first GET after a change beside warm ones, the change's own cost, and memory.

    A warm GET is one after a change that was taken back: as much has happened before it, in the
    other process and on the machine, and every byte is what it was.
    """
    firsts: list[float] = []
    after, apart = [], []
    for _ in range(ROUNDS):
        gets = [_three_gets(made) for _ in range(GETS)]
        first, alone, warm = (median(times) for times in zip(*gets, strict=True))
        after.append(first / warm)
        apart.append(alone / warm)
        firsts.append(first)
    until_idle(made.pid)
    costs = [(made.changer.change(), few.change()) for _ in range(CHANGES)]
    usual = median(cost for _cost, cost in costs)
    thirds = [[cost / usual for cost, _few in costs[part::3]] for part in range(3)]
    change = Ratio(tuple(median(third) for third in thirds))
    get(made.url)
    return Ratio(tuple(after)), Ratio(tuple(apart)), median(firsts), change, peak(made)


def _three_gets(made: House) -> tuple[float, float, float]:
    """After a change, after one whose month nobody has joined, and a warm one (seconds)."""
    times = []
    for act in (made.changer.change, made.changer.change_apart, made.changer.take_back):
        act()
        times.append(seconds_of_a_get(made.url))
        # The server's other process learns of it too, before the next.
        for _ in range(4):
            get(made.url)
    return times[0], times[1], times[2]


def _others(size: int, base: Path, content: bytes, options: argparse.Namespace) -> dict[str, float]:
    """Seconds of a GET after one change of the others, at the sizes that are asked for."""
    if str(size) not in options.peers_at.split(",") or peers.lacking():
        return {}
    found = {}
    for name, server in (("Radicale", peers.radicale), ("Xandikos", peers.xandikos)):
        with server(base / f"{name}{size}", content) as url:
            found[name] = peers.after_a_change(url, content)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.feeds")
    parser.add_argument("--sizes", default="1000,5000,20000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers-at", default="5000")
    options = parser.parse_args()
    begin = time.monotonic()
    rows: list[Found] = []
    with folder() as base, servers.postgres() as postgres:
        databases = Databases(base, postgres)
        with ExitStack() as stack:
            few = {
                name: stack.enter_context(only_changes(FEW, databases.url(name, FEW)))
                for name in DATABASES
            }
            for size in map(int, options.sizes.split(",")):
                rows += measure(size, base, databases, few, options)
    print(report(rows))
    print("\n".join(missed(rows)) or "Every goal was reached.")
    if not options.no_peers and peers.lacking():
        print(f"SKIPPED, since not installed: {peers.lacking()}")
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")


def report(rows: list[Found]) -> str:
    """The table that stands in README."""
    return markdown(
        ("events", "database", *(column.title for column in goals.COLUMNS)),
        [
            ("", "goal", *(column.goal for column in goals.COLUMNS)),
            *(
                (
                    f"{row.size:,}", row.database, row.warm, row.same, row.after,
                    row.apart,
                    *(_whole(row.figures()[name]) for name in ("radicale", "xandikos")),
                    row.change, f"{row.memory / 1024:.1f}",
                )
                for row in rows
            ),
        ],
    )  # fmt: skip


def _whole(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.0f}"


def missed(rows: list[Found]) -> list[str]:
    """What fell short, a line each."""
    return [
        f"MISSED: {row.size:,} events, {row.database}: {line}"
        for row in rows
        for line in goals.missed(row.size, row.figures())
    ]


if __name__ == "__main__":
    main()
