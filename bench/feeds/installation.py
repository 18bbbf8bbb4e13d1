"""The product with so many events, up and warm, and a process beside it that changes one."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from threading import Thread

import psycopg

from bench.load import BenchError, family
from tests import servers
from tests.processes import folder

DATABASES = ("SQLite", "PostgreSQL")
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str) -> bytes:
    """One GET on a connection of its own, as calendar programs poll."""
    with _NO_PROXY.open(url) as response:
        content: bytes = response.read()
        return content


def etag_of(url: str) -> str:
    """The ETag of what is there now."""
    with _NO_PROXY.open(url) as response:
        response.read()
        etag: str = response.headers["ETag"]
        return etag


class Changer:
    """An event is changed in another process than the one that serves, as a planner would."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def change(self) -> float:
        """One change, committed; how long it took by itself (seconds)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the process that changes events ended")
        return float(line)


@dataclass
class House:
    """A running installation."""

    url: str
    pid: int
    changer: Changer


class Databases:
    """An empty, migrated database of each kind, copied for each size."""

    def __init__(self, base: Path, postgres: str) -> None:
        self._base = base
        self._postgres = postgres
        self._empty = base / "empty.sqlite3"
        for url in (f"sqlite:///{self._empty}", postgres):
            environment = servers.app_environment(base, DATABASE_URL=url)
            servers.manage(environment, "migrate", "--verbosity", "0")
        # A file copied without its log would lack what is still in it.
        subprocess.run(
            [sys.executable, "-c", _FOLD, str(self._empty)], check=True, capture_output=True
        )

    def url(self, name: str, size: int) -> str:
        """A database of its own for so many events."""
        if name == "SQLite":
            path = self._base / f"{size}.sqlite3"
            copyfile(self._empty, path)
            return f"sqlite:///{path}"
        with psycopg.connect(self._postgres.rpartition("/")[0] + "/template1") as server:
            server.autocommit = True
            server.execute(f"CREATE DATABASE visits_{size:d} TEMPLATE visits")
        return self._postgres.rpartition("/")[0] + f"/visits_{size}"


_FOLD = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA journal_mode=DELETE')"


@contextmanager
def house(size: int, database_url: str) -> Iterator[House]:
    """An installation of its own, filled, served by granian as in production."""
    with ExitStack() as stack:
        base = stack.enter_context(folder())
        environment = servers.app_environment(base, DATABASE_URL=database_url)
        path = _filled(environment, size)
        changer = stack.enter_context(_changer(environment))
        web = stack.enter_context(servers.django_server(environment))
        made = House(web.url + path, web.process.pid, changer)
        for _ in range(8):
            get(made.url)
        yield made


@contextmanager
def only_changes(size: int, database_url: str) -> Iterator[Changer]:
    """The same without a server."""
    with folder() as base:
        environment = servers.app_environment(base, DATABASE_URL=database_url)
        _filled(environment, size)
        with _changer(environment) as changer:
            yield changer


def _filled(environment: dict[str, str], size: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.feeds.house", "fill", str(size)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(done.stderr)
    return done.stdout.strip()


@contextmanager
def _changer(environment: dict[str, str]) -> Iterator[Changer]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.feeds.house", "changes"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Changer(process)
        assert process.stdin is not None
        process.stdin.close()


def peak(made: House) -> int:
    """KiB above idle while eight readers fetch at once, over all processes of the server."""
    pids = family(made.pid)
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    idle = sum(_status(pid, "VmRSS") for pid in pids)
    readers = [Thread(target=lambda: [get(made.url) for _ in range(3)]) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sum(_status(pid, "VmHWM") for pid in pids) - idle


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise BenchError(f"no {name} of {pid}")
