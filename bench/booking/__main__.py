"""``python -m bench.booking [--past 100000] [--rounds 3] [--seconds 4]``.

One run on PostgreSQL: eight clients that insert a bare row, insert it under the constraint, look
first and then insert, call ``booking.services.book``, or call the API; and find-a-time with a short
history and with a long one. Prints the tables that stand in README.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.parse import urlsplit

import psycopg

from bench.booking.sizes import CLIENTS, FEW
from bench.load import BenchError, Ratio, markdown, ratios
from tests import servers
from tests.processes import BASE_DIR, folder

KINDS = {
    "guarded": "the constraint alone",
    "checked": "check, then insert",
    "book": "`booking.services.book`",
    "http": "`POST /api/v1/visits`",
}


@contextmanager
def house(url: str, past: int) -> Iterator[dict[str, str]]:
    """An installation with so many visits behind it; its environment."""
    with folder() as base:
        environment = servers.app_environment(base, DATABASE_URL=url)
        servers.manage(environment, "migrate", "--verbosity", "0")
        environment["BENCH_TOKEN"] = inside(environment, "fill", str(past)).strip()
        yield environment


def inside(environment: Mapping[str, str], *arguments: str) -> str:
    """What one act within the installation printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.booking.house", *arguments],
        env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(done.stderr)
    return done.stdout


def rate(environment: Mapping[str, str], kind: str, seconds: int) -> float:
    """Attempts a second of eight processes together; each tenth of them is a clash."""
    clients = [
        subprocess.Popen(
            [
                sys.executable, "-m", "bench.booking.house",
                "client", kind, str(number), str(seconds),
            ],
            env=environment, cwd=BASE_DIR, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(CLIENTS)
    ]  # fmt: skip
    total = 0
    for one in clients:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in clients:
        out, err = one.communicate()
        if one.returncode:
            raise BenchError(err)
        total += sum(json.loads(out).values())
    return total / seconds


def clear(environment: Mapping[str, str]) -> None:
    """Each round begins with the same rows."""
    inside(environment, "clear")


def other_database(url: str) -> str:
    """One more empty database in the same server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE little")
    return urlsplit(url)._replace(path="/little").geturl()


def booking(environment: dict[str, str], options: argparse.Namespace) -> list[Ratio]:
    """Each kind as a share of the bare insert."""

    def measured(kind: str) -> float:
        found = rate(environment, kind, options.seconds)
        clear(environment)
        return found

    others = [lambda kind=kind: measured(kind) for kind in KINDS]
    return ratios(lambda: measured("raw"), others, rounds=options.rounds)


def finding(
    little: Mapping[str, str], much: Mapping[str, str], rounds: int
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """In turns, so that what else the machine does meets both."""
    pairs = [
        [json.loads(inside(environment, "find", "15")) for environment in (little, much)]
        for _ in range(rounds)
    ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.booking")
    parser.add_argument("--past", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(servers.postgres())
        much = stack.enter_context(house(url, options.past))
        little = stack.enter_context(house(other_database(url), FEW))
        found = finding(little, much, options.rounds)
        web = stack.enter_context(servers.django_server(much))
        shares = booking({**much, "BENCH_URL": web.url}, options)
    head = ("8 clients, 10 % clashes", f"of a raw INSERT, {options.past:,} visits before")
    print(markdown(head, list(zip(KINDS.values(), shares, strict=True))))
    print()
    print(search(*found, past=options.past))


def search(little: list[dict[str, float]], much: list[dict[str, float]], *, past: int) -> str:
    """The table of find-a-time."""
    head = ("find a time, 12 weeks", f"{FEW:,} past visits", f"{past:,}", "ratio")
    rows = []
    kinds = {"own": "its own time on the processor, ms", "whole": "all in all, ms"}
    for name, words in kinds.items():
        few, many = [[row[name] for row in rows] for rows in (little, much)]
        ratio = Ratio(tuple(b / a for a, b in zip(few, many, strict=True)))
        rows.append((words, f"{median(few):.0f}", f"{median(many):.0f}", ratio))
    return markdown(head, rows)


if __name__ == "__main__":
    main()
