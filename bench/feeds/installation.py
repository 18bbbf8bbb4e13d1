"""The product with so many events, up and warm, and a process beside it that changes one."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from threading import Thread
from urllib.parse import urlsplit

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


def seconds_of_a_get(url: str) -> float:
    """How long a GET takes a program that polls: connect, ask, read to the last byte."""
    parts = urlsplit(url)
    ask = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    buffer = bytearray(1 << 20)
    begin = time.perf_counter()
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
        connection.sendall(ask.encode())
        count = connection.recv_into(buffer)
        head, _blank, body = bytes(buffer[:count]).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise BenchError(f"{url}: {head[:100]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        left = length - len(body)
        while left:
            count = connection.recv_into(buffer)
            if not count:
                raise BenchError(f"{url}: {left} of {length} bytes lack")
            left -= count
    return time.perf_counter() - begin


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
        return self._act("")

    def change_apart(self) -> float:
        """One change by a process that does not join its month: the next GET does."""
        return self._act("apart")

    def take_back(self) -> float:
        """As much work, taken back: the next GET is a warm one, in the same circumstances."""
        return self._act("back")

    def _act(self, line: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        taken = self._process.stdout.readline()
        if not taken:
            raise BenchError("the process that changes events ended")
        return float(taken)


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
def houses(size: int, databases: Databases) -> Iterator[dict[str, House]]:
    """An installation of its own on each database, filled, served by granian as in production."""
    with ExitStack() as stack:
        filling = {
            name: Filling(size, databases.url(name, size), stack.enter_context(folder()))
            for name in DATABASES
        }
        for filled in filling.values():
            stack.callback(filled.stop)
        yield {name: stack.enter_context(_served(filled)) for name, filled in filling.items()}


class Filling:
    """An installation that is being filled, beside others."""

    def __init__(self, size: int, database_url: str, base: Path) -> None:
        self.environment = servers.app_environment(base, DATABASE_URL=database_url)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.feeds.house", "fill", str(size)],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def path(self) -> str:
        """Of its feed, once it is full."""
        out, faults = self._process.communicate()
        if self._process.returncode:
            raise BenchError(faults)
        return out.strip()

    def stop(self) -> None:
        """Whether it is full or not."""
        self._process.kill()
        self._process.wait()


@contextmanager
def _served(filling: Filling) -> Iterator[House]:
    with ExitStack() as stack:
        path = filling.path()
        changer = stack.enter_context(_changer(filling.environment))
        web = stack.enter_context(servers.django_server(filling.environment))
        made = House(web.url + path, web.process.pid, changer)
        for _ in range(8):
            get(made.url)
        yield made


@contextmanager
def only_changes(size: int, database_url: str) -> Iterator[Changer]:
    """The same without a server."""
    with folder() as base:
        filling = Filling(size, database_url, base)
        filling.path()
        with _changer(filling.environment) as changer:
            yield changer


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
