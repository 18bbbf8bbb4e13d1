"""Processes and ports for tests: waiting without guessing, stopping without fail."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
PAUSE = 0.02
START_SECONDS = 30
STOP_SECONDS = 15


class ServerError(Exception):
    """A server did not start, or ended by itself; with what it said."""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Ask until it is true. Counts its own pauses: a test may have stopped the clock."""
    for _ in range(int(seconds / PAUSE)):
        if condition():
            return
        time.sleep(PAUSE)
    raise TimeoutError(f"{what}: not within {seconds} seconds")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that another user may enter, removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="studiebesok-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass
class Server:
    """A running process and the file with everything it said."""

    process: subprocess.Popen[bytes]
    log: Path
    stop_seconds: float = STOP_SECONDS

    @property
    def output(self) -> str:
        """What it said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def tail(self) -> str:
        """The end of it, as much as a failure should show."""
        return self.output[-4000:]

    def wait_until(
        self, condition: Callable[[], bool], what: str, seconds: float = START_SECONDS
    ) -> None:
        """Wait for a condition, but not for a server that has ended."""

        def holds() -> bool:
            if self.process.poll() is not None:
                raise ServerError(f"{what}: it ended ({self.process.returncode})\n{self.tail}")
            return condition()

        try:
            wait_until(holds, what, seconds)
        except TimeoutError as error:
            raise ServerError(f"{error}\n{self.tail}") from error

    def says(self, text: str, seconds: float = START_SECONDS) -> None:
        """Wait until it has said ``text``."""
        self.wait_until(lambda: text in self.output, f"waiting for «{text}»", seconds)

    def stop(self) -> None:
        """Ask, wait, insist."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def process(
    arguments: list[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path = BASE_DIR,
    user: str | None = None,
    stop_seconds: float = STOP_SECONDS,
) -> Iterator[Server]:
    """One process, its output in ``log``, stopped at the end whatever happens."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            arguments,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    server = Server(started, log, stop_seconds)
    try:
        yield server
    finally:
        server.stop()
