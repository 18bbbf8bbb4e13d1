"""The processes that `config.run` keeps together, and what they tell it."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SECONDS = 20
READ_REST_SECONDS = 1

print_lock = threading.Lock()


def say(text: str) -> None:
    """One piece of output at a time, whichever thread it comes from."""
    with print_lock:
        print(text, flush=True)


@dataclass
class Child:
    """One of the processes, its output prefixed with its name."""

    name: str
    process: subprocess.Popen[str]
    events: "Events"
    threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        name: str,
        arguments: list[str],
        environment: Mapping[str, str],
        events: "Events",
    ) -> "Child":
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-m", *arguments],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        child = cls(name, process, events)
        for work in (child.read, child.watch):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            child.threads.append(thread)
        return child

    def read(self) -> None:
        """Hand the output on, line by line."""
        if self.process.stdout is None:
            return
        with self.process.stdout as output:
            for line in output:
                say(f"{self.name:<6} | {line.rstrip()}")

    def watch(self) -> None:
        """Tell the supervisor when the process has ended."""
        self.process.wait()
        self.events.put(self)

    def stop(self) -> None:
        """Ask it to end, wait, and end it by force where it does not."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            say(
                f"The {self.name} did not stop within {STOP_SECONDS} seconds and is ended by force."
            )
        finally:
            self.kill_group()
        for thread in self.threads:
            thread.join(READ_REST_SECONDS)

    def kill_group(self) -> None:
        """End what is left of its session, its own children too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


#: A child that ended, or None where Ctrl-C or SIGTERM asked for the stop.
Events = queue.SimpleQueue[Child | None]
