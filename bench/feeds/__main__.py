"""``python -m bench.feeds [--sizes 1000,5000,20000] [--rounds 3] [--seconds 3] [--no-peers]``.

One run: nginx with the same bytes as a static file, this product on SQLite and on PostgreSQL with
its production server, Radicale and Xandikos. Prints the table that stands in README.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from bench.feeds import peers
from bench.feeds.installation import (
    DATABASES,
    Changer,
    Databases,
    House,
    etag_of,
    get,
    house,
    only_changes,
    peak,
)
from bench.load import Ratio, markdown, per_second, ratios, seconds, until_idle
from tests import servers
from tests.processes import folder

HEAD = (
    "events",
    "database",
    "warm GET / nginx",
    "304 / nginx",
    "first GET after a change / warm GET",
    "Radicale's GET after a change / ours",
    "Xandikos's / ours",
    "one change / one among 200",
    "peak above idle, MiB",
)
#: The cost of one change is told beside that in so small a house.
FEW = 200
CHANGES = 30


@dataclass
class Found:
    """What one size and one database gave."""

    size: int
    database: str
    warm: Ratio
    same: Ratio
    after: Ratio
    first: float
    change: float
    memory: int
    others: dict[str, float] = field(default_factory=dict)


def measure(
    size: int, base: Path, databases: Databases, options: argparse.Namespace
) -> list[Found]:
    """Everything of one size: both databases against one nginx, then the other servers."""
    with ExitStack() as stack:
        houses = {n: stack.enter_context(house(size, databases.url(n, size))) for n in DATABASES}
        content = get(houses["SQLite"].url)
        static = stack.enter_context(peers.nginx(base / f"nginx{size}", content))
        warm, same = (_loads(houses, static, options, held=held) for held in (False, True))
        rows = [
            _one(size, name, houses[name], warm[index], same[index])
            for index, name in enumerate(DATABASES)
        ]
    others = {} if options.no_peers else _others(size, base, content, options)
    for row in rows:
        row.others = others
    return rows


def _loads(
    houses: dict[str, House], static: tuple[str, int], options: argparse.Namespace, *, held: bool
) -> list[Ratio]:
    """GETs a second as shares of nginx's; ``held``: by readers who hold the present bytes."""

    def load(url: str, pid: int) -> Callable[[], float]:
        etag = etag_of(url) if held else ""
        return lambda: per_second(url, seconds=options.seconds, etag=etag, pid=pid)

    ours = [load(houses[name].url, houses[name].pid) for name in DATABASES]
    return ratios(load(*static), ours, rounds=options.rounds)


def _one(size: int, name: str, made: House, warm: Ratio, same: Ratio) -> Found:
    read = partial(get, made.url)
    firsts, shares = [], []
    for _ in range(9):
        usual = median(seconds(read) for _ in range(3))
        made.changer.change()
        first = seconds(read)
        firsts.append(first)
        shares.append(first / usual)
        # Its files are known to both of the server's processes before the next round.
        for _ in range(4):
            read()
    until_idle(made.pid)
    change = _usual(made.changer)
    read()
    return Found(size, name, warm, same, Ratio(tuple(shares)), median(firsts), change, peak(made))


def _others(size: int, base: Path, content: bytes, options: argparse.Namespace) -> dict[str, float]:
    """Seconds of a GET after one change of the other servers, as far as they are waited for."""
    if size > options.peers_up_to or peers.lacking():
        return {}
    found = {}
    for name, server in (("Radicale", peers.radicale), ("Xandikos", peers.xandikos)):
        with server(base / f"{name}{size}", content) as url:
            found[name] = peers.after_a_change(url, content)
    return found


def _few(databases: Databases) -> dict[str, float]:
    """What one change costs in a small house."""
    found = {}
    for name in DATABASES:
        with only_changes(FEW, databases.url(name, FEW)) as changer:
            found[name] = _usual(changer)
    return found


def _usual(changer: Changer) -> float:
    return median(changer.change() for _ in range(CHANGES))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.feeds")
    parser.add_argument("--sizes", default="1000,5000,20000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers-up-to", type=int, default=5000)
    options = parser.parse_args()
    begin = time.monotonic()
    rows: list[Found] = []
    with folder() as base, servers.postgres() as postgres:
        databases = Databases(base, postgres)
        few = _few(databases)
        for size in map(int, options.sizes.split(",")):
            rows += measure(size, base, databases, options)
    print(report(rows, few))
    if not options.no_peers and peers.lacking():
        print(f"SKIPPED, since not installed: {peers.lacking()}")
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")


def report(rows: list[Found], few: dict[str, float]) -> str:
    """The table that stands in README."""
    return markdown(
        HEAD,
        [
            (
                row.size, row.database, row.warm, row.same, row.after,
                *(
                    f"{row.others[name] / row.first:.0f}" if name in row.others else "–"
                    for name in ("Radicale", "Xandikos")
                ),
                f"{row.change / few[row.database]:.2f}",
                f"{row.memory / 1024:.1f}",
            )
            for row in rows
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
