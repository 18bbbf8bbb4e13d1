"""``python -m bench.feeds [--sizes 1000,5000,20000] [--rounds 3] [--seconds 3] [--no-peers]``.

One run: nginx with the same bytes as a static file, this product on SQLite and on PostgreSQL with
its production server, Radicale. Prints the table that stands in README.
"""

import argparse
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from threading import Thread

from bench.feeds import peers
from bench.load import BenchError, Ratio, markdown, per_second, ratios, seconds
from tests import servers
from tests.processes import folder

HEAD = (
    "events",
    "database",
    "warm GET / nginx",
    "304 / nginx",
    "first GET after a change / warm GET",
    "Radicale's GET after a change / ours",
    "one change / one among 200",
    "peak above idle, MiB",
)
DATABASES = ("SQLite", "PostgreSQL")
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class House:
    """The product with so many events, up and warm."""

    url: str
    environment: dict[str, str]
    pid: int
    etag: str = ""
    content: bytes = b""


@dataclass
class Found:
    """What one size and one database gave."""

    size: int
    database: str
    warm: Ratio | None = None
    same: Ratio | None = None
    first_after_change: float = 0.0
    warm_seconds: float = 0.0
    change: float = 0.0
    memory: int = 0
    radicale: float = 0.0
    notes: list[str] = field(default_factory=list)


@contextmanager
def house(size: int, database_url: str) -> Iterator[House]:
    """An installation of its own, filled, served by granian as in production."""
    with folder() as base:
        environment = servers.app_environment(base, DATABASE_URL=database_url)
        servers.manage(environment, "migrate", "--verbosity", "0")
        servers.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        path = _inside(environment, "fill", str(size)).strip()
        with servers.django_server(environment) as web:
            made = House(web.url + path, environment, web.process.pid)
            with _NO_PROXY.open(made.url) as response:
                made.content, made.etag = response.read(), response.headers["ETag"]
            yield made


def _inside(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.feeds.house", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(done.stderr)
    return done.stdout


def get(url: str) -> bytes:
    """One GET."""
    with _NO_PROXY.open(url) as response:
        content: bytes = response.read()
        return content


def measure(size: int, base: Path, options: argparse.Namespace, stack: ExitStack) -> list[Found]:
    """Everything of one size: both databases against one nginx."""
    urls = {"SQLite": "", "PostgreSQL": stack.enter_context(servers.postgres())}
    houses = {}
    for name in DATABASES:
        url = urls[name] or f"sqlite:///{base}/{size}.sqlite3"
        houses[name] = stack.enter_context(house(size, url))
    content = houses["SQLite"].content
    static = stack.enter_context(peers.nginx(base / f"nginx{size}", content))
    with _NO_PROXY.open(static) as response:
        static_etag = response.headers["ETag"]

    def load(url: str, etag: str = "") -> Callable[[], float]:
        return lambda: per_second(url, seconds=options.seconds, etag=etag)

    warm = ratios(load(static), [load(houses[n].url) for n in DATABASES], rounds=options.rounds)
    same = ratios(
        load(static, static_etag),
        [load(houses[n].url, houses[n].etag) for n in DATABASES],
        rounds=options.rounds,
    )
    rows = []
    for index, name in enumerate(DATABASES):
        row = Found(size, name, warm=warm[index], same=same[index])
        read = partial(get, houses[name].url)
        row.warm_seconds = median(seconds(read) for _ in range(9))
        row.change = float(_inside(houses[name].environment, "change", "20"))
        after = []
        for _ in range(5):
            _inside(houses[name].environment, "change", "1")
            after.append(seconds(read))
        row.first_after_change = median(after)
        row.memory = peak(houses[name])
        rows.append(row)
    if not options.no_peers and size <= options.peers_up_to:
        rows[0].radicale = _radicale(base / f"radicale{size}", content, rows[0])
    return rows


def _radicale(base: Path, content: bytes, row: Found) -> float:
    """Radicale's GET after one event changed; it joins its files anew."""
    lacking = peers.install()
    if lacking:
        row.notes.append(f"SKIPPED: Radicale ({lacking})")
        return 0.0
    with peers.radicale(base, content) as url:
        peers.request("GET", url, user=True)
        taken = []
        for number in range(3):
            one = content.replace(b"\r\n ", b"")
            begin = one.index(b"BEGIN:VEVENT")
            end = one.index(b"END:VEVENT", begin) + len(b"END:VEVENT\r\n")
            event = one[begin:end].replace(b"SUMMARY:", f"SUMMARY:{number} ".encode())
            uid = event.partition(b"UID:")[2].partition(b"\r\n")[0].decode()
            whole = content[: content.index(b"BEGIN:VEVENT")] + event + b"END:VCALENDAR\r\n"
            peers.request("PUT", f"{url}{uid}.ics", whole, user=True)
            taken.append(seconds(lambda: peers.request("GET", url, user=True)))
        return median(taken)


def peak(made: House) -> int:
    """KiB above idle while eight readers fetch at once, over all processes of the server."""
    pids = _family(made.pid)
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    idle = sum(_status(pid, "VmRSS") for pid in pids)
    readers = [Thread(target=lambda: [get(made.url) for _ in range(3)]) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sum(_status(pid, "VmHWM") for pid in pids) - idle


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(child for one in children for child in _family(int(one)))]


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise BenchError(f"no {name} of {pid}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.feeds")
    parser.add_argument("--sizes", default="1000,5000,20000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers-up-to", type=int, default=5000)
    options = parser.parse_args()
    rows: list[Found] = []
    for size in (200, *map(int, options.sizes.split(","))):
        with folder() as base, ExitStack() as stack:
            if size == 200:
                # Only for the cost of one change, which must not follow the number of events.
                quick = argparse.Namespace(**{**vars(options), "rounds": 1, "seconds": 1})
                rows += measure(size, base, quick, stack)
            else:
                rows += measure(size, base, options, stack)
    print(report(rows))


def report(rows: list[Found]) -> str:
    """The table, and what was left out."""
    few = {row.database: row.change for row in rows if row.size == 200}
    shown = [row for row in rows if row.size != 200]
    table = markdown(
        HEAD,
        [
            (
                row.size, row.database, row.warm, row.same,
                f"{row.first_after_change / row.warm_seconds:.1f}",
                f"{row.radicale / row.first_after_change:.0f}" if row.radicale else "–",
                f"{row.change / few[row.database]:.2f}",
                f"{row.memory / 1024:.1f}",
            )
            for row in shown
        ],
    )  # fmt: skip
    notes = [note for row in rows for note in row.notes]
    return "\n".join([table, "", *notes]).strip()


if __name__ == "__main__":
    main()
