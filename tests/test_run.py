"""`make run`, as a person starts and stops it."""

import os
import queue
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.children import Child
from config.run import CannotStartError, Plan, check_port, commands, mail_sentence, secret_key_file
from tests.processes import Server, free_port, process, wait_until
from tests.servers import app_environment

START_SECONDS = 60


def caller(data_dir: Path, port: int) -> dict[str, str]:
    values = app_environment(data_dir, PORT=str(port))
    del values["SECRET_KEY"]
    return values


@contextmanager
def house(data_dir: Path, port: int) -> Iterator[Server]:
    command = [sys.executable, "-m", "config.run"]
    environment = caller(data_dir, port)
    log = data_dir.parent / f"run-{data_dir.name}-{port}.log"
    with process(command, log, environment=environment, stop_seconds=90) as server:
        yield server


def started(server: Server) -> None:
    server.says("Ctrl-C stops everything", START_SECONDS)


def stopped_by(server: Server, number: signal.Signals) -> int:
    server.process.send_signal(number)
    return server.process.wait(60)


def processes_of(data_dir: Path) -> list[str]:
    """The living processes with this DATA_DIR, whoever started them."""
    needle = f"DATA_DIR={data_dir}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (path / "environ").read_bytes() + b"\0":
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [command for command in found if command]


@pytest.mark.process
class TestTheWholeHouse:
    def test_starts_tells_and_keeps_its_data(self, tmp_path: Path) -> None:
        data, port = tmp_path / "data", free_port()
        with house(data, port) as first:
            started(first)
            assert "First start" in first.output
            assert f"http://127.0.0.1:{port}/svar/" in first.output
            assert f"http://127.0.0.1:{port}/feeds/" in first.output
            assert re.search(r"\S+@\S+\s+\S+", first.output), "a demo account"
            assert "read it in the app" in first.output
            assert len(processes_of(data)) >= 4
            assert stopped_by(first, signal.SIGINT) == 0
            assert first.output.rstrip().endswith("Stopped.")
        assert processes_of(data) == []
        assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
        key = (data / "secret_key").read_text()
        with sqlite3.connect(data / "studiebesok.sqlite3") as database:
            count = "SELECT count(*) FROM partners_organisation"
            organisations = database.execute(count).fetchone()
        database.close()
        with house(data, port) as second:
            started(second)
            assert "First start" not in second.output
            assert stopped_by(second, signal.SIGTERM) == 0
        assert (data / "secret_key").read_text() == key
        with sqlite3.connect(data / "studiebesok.sqlite3") as database:
            assert database.execute(count).fetchone() == organisations
        database.close()

    def test_one_that_dies_stops_all(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with house(data, free_port()) as server:
            started(server)
            worker = subprocess.run(
                ["/usr/bin/env", "pgrep", "-P", str(server.process.pid), "-f", " worker "],
                capture_output=True,
                text=True,
                check=True,
            )
            os.kill(int(worker.stdout), signal.SIGKILL)
            assert server.process.wait(60) == 1
            assert "The worker ended by itself (exit code -9)" in server.output
        assert processes_of(data) == []

    def test_stops_while_it_prepares(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with house(data, free_port()) as server:
            server.says("setup  |", START_SECONDS)
            assert stopped_by(server, signal.SIGTERM) == 0
        assert processes_of(data) == []

    def test_refuses_a_second_house_on_the_same_data(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with house(data, free_port()) as first:
            server_lock = data / "run.lock"
            first.wait_until(server_lock.exists, "the lock", START_SECONDS)
            first.says("setup  |", START_SECONDS)
            with house(data, free_port()) as second:
                assert second.process.wait(30) == 1
                assert "Another `make run` is using" in second.output


class TestPlan:
    def test_a_taken_port_is_told_before_anything_starts(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(CannotStartError, match=f"make run PORT={port + 1}"):
                check_port(Plan("127.0.0.1", port, tmp_path))

    @pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "8000.5"])
    def test_a_wrong_port_is_told(self, port: str) -> None:
        with pytest.raises(CannotStartError, match="number between 1 and 65535"):
            Plan.from_environment({"PORT": port})

    def test_the_address_follows_host_and_port(self, tmp_path: Path) -> None:
        values = {"PORT": "8123", "HOST": "0.0.0.0", "DATA_DIR": str(tmp_path)}
        plan = Plan.from_environment(values)
        assert plan.environment(values)["BASE_URL"] == "http://127.0.0.1:8123"
        own = {**values, "BASE_URL": "https://bokning.example"}
        assert plan.environment(own)["BASE_URL"] == "https://bokning.example"

    def test_a_key_of_the_callers_is_kept(self, tmp_path: Path) -> None:
        values = {"SECRET_KEY": "k" * 40, "DATA_DIR": str(tmp_path)}
        plan = Plan.from_environment(values)
        assert "SECRET_KEY_FILE" not in plan.environment(values)
        assert list(tmp_path.iterdir()) == []

    def test_the_key_is_made_once(self, tmp_path: Path) -> None:
        first = secret_key_file(tmp_path).read_text()
        assert len(first.strip()) >= 50
        assert secret_key_file(tmp_path).read_text() == first

    def test_exactly_one_beat(self, tmp_path: Path) -> None:
        names = [" ".join(words) for words in commands(Plan("::1", 1, tmp_path)).values()]
        assert sum(" beat " in name for name in names) == 1

    def test_a_mail_password_is_not_printed(self) -> None:
        url = "smtp+tls://user:hemligt@mail.example:587"
        assert mail_sentence({"EMAIL_URL": url}) == "Mail is sent by mail.example."
        assert "hemligt" not in repr(mail_sentence({"EMAIL_URL": url}))


def test_a_child_takes_its_own_children_along(tmp_path: Path) -> None:
    events: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, pathlib, time, sys\n"
        f"child = subprocess.Popen(['/bin/sleep', '60'])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    (tmp_path / "parent_of_one.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    child = Child.start("parent", ["parent_of_one"], environment, events)
    wait_until(lambda: pid_file.exists() and bool(pid_file.read_text()), "the grandchild")
    child.stop()
    assert events.get(timeout=5) is child
    wait_until(lambda: not _lives(int(pid_file.read_text())), "the end of the grandchild")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False
