"""`make run`: the whole house on one machine, started by one command and stopped by Ctrl-C.

Prepares the database, then keeps the web server, the Celery worker and the one Celery beat
together: where one of them ends, all end.
"""

import contextlib
import fcntl
import http.client
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import urlsplit

from config.children import BASE_DIR, Child, Events, say

START_SECONDS = 60
POLL_SECONDS = 0.1


class CannotStartError(Exception):
    """A sentence for the person at the terminal."""


class StopRequestedError(Exception):
    """Ctrl-C or SIGTERM: the ordinary end."""


@dataclass(frozen=True)
class Plan:
    """Where the house is to stand."""

    host: str
    port: int
    data_dir: Path

    @classmethod
    def from_environment(cls, values: Mapping[str, str]) -> "Plan":
        """HOST, PORT and DATA_DIR, or what stands in for them."""
        port = values.get("PORT", "").strip() or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CannotStartError(f"PORT is «{port}». Write a number between 1 and 65535.")
        data_dir = values.get("DATA_DIR", "").strip() or str(BASE_DIR / "data")
        host = values.get("HOST", "").strip() or "127.0.0.1"
        return cls(host, int(port), Path(data_dir).resolve())

    @property
    def reachable_host(self) -> str:
        """The address to open on this machine."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared

    def environment(self, values: Mapping[str, str]) -> dict[str, str]:
        """What the children get: the caller's environment and the missing rest."""
        result = {**values, "DATA_DIR": str(self.data_dir), "PYTHONUNBUFFERED": "1"}
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        result["BASE_URL"] = values.get("BASE_URL") or f"http://{host}:{self.port}"
        if not (values.get("SMS_URL") or values.get("SMS_URL_FILE")):
            # Texts are written and kept, as mails are: they can be read in Utskick.
            result["SMS_URL"] = "file:"
        if not (values.get("SECRET_KEY") or values.get("SECRET_KEY_FILE")):
            result["SECRET_KEY_FILE"] = str(secret_key_file(self.data_dir))
        return result


def secret_key_file(data_dir: Path) -> Path:
    """The key of this machine, made once and readable by its owner alone."""
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return path


def hold_data_dir(data_dir: Path) -> IO[str]:
    """Two houses on one DATA_DIR would have two beats: refuse the second."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStartError(
            f"Another `make run` is using {data_dir}. Stop it first, or set DATA_DIR."
        ) from error
    return lock


def check_port(plan: Plan) -> None:
    """Refuse a port that is taken before anything is started."""
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError as error:
            raise CannotStartError(
                f"{plan.host}:{plan.port} cannot be used ({error.strerror}). "
                f"Stop what listens there, or take another port: make run PORT={plan.port + 1}"
            ) from error


def commands(plan: Plan) -> dict[str, list[str]]:
    """The three processes, in the order they start; they stop in the same order."""
    celery = ["celery", "--app", "config", "--quiet"]
    return {
        "web": [
            # Threads of one process wait for each other's turn: two processes of two answer a
            # calendar's poll twice as fast as one of four (bench/feeds).
            *("granian", "--interface", "wsgi", "--no-ws", "--workers", "2"),
            # A worker that is just starting misses the signal to stop, and is ended by force.
            *("--blocking-threads", "2", "--workers-kill-timeout", "5"),
            # A thread that ends takes its connection to the database along.
            *("--blocking-threads-idle-timeout", "600"),
            *("--host", plan.host, "--port", str(plan.port), "config.wsgi:application"),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
        "worker": [
            *(*celery, "worker", "--loglevel", "INFO", "--pool", "solo"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
    }


def answers(plan: Plan) -> bool:
    """Whether /healthz answers 200."""
    connection = http.client.HTTPConnection(plan.reachable_host, plan.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_ready(plan: Plan, events: Events) -> None:
    """Wait for the web server; what happens in the meantime ends the wait."""
    for _ in range(int(START_SECONDS / POLL_SECONDS)):
        with contextlib.suppress(queue.Empty):
            give_up(events.get(timeout=POLL_SECONDS))
        if answers(plan):
            return
    raise CannotStartError(f"The web server did not answer within {START_SECONDS} seconds.")


def give_up(event: Child | None) -> NoReturn:
    """Every event ends the run: say why."""
    if event is None:
        raise StopRequestedError
    raise CannotStartError(
        f"The {event.name} ended by itself (exit code {event.process.returncode}); "
        f"everything else was stopped."
    )


def mail_sentence(environment: Mapping[str, str]) -> str:
    """Where mails go, without the password that stands in the address."""
    url = environment.get("EMAIL_URL", "").strip()
    if url:
        return f"Mail is sent by {urlsplit(url).hostname}."
    if environment.get("EMAIL_URL_FILE", "").strip():
        return "Mail is sent by the server that EMAIL_URL_FILE names."
    return "Mail does not leave this machine: read it in the app under Utskick."


def welcome(environment: Mapping[str, str]) -> None:
    """Everything that a first look needs, a line each."""
    links = subprocess.run(
        [sys.executable, "manage.py", "demo_links"],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if links.returncode:
        raise CannotStartError("`manage.py demo_links` failed; see above.")
    say(
        f"\nStudiebesök is running: {environment['BASE_URL']}\n{links.stdout.rstrip()}\n"
        f"{mail_sentence(environment)}\n"
        f"Data: {environment['DATA_DIR']} (kept for the next start). Ctrl-C stops everything.\n"
    )


def supervise(plan: Plan, environment: Mapping[str, str], events: Events) -> None:
    """Prepare, start the three, wait for the first event, and stop what runs."""
    children: list[Child] = []
    try:
        setup = Child.start("setup", ["config.prepare"], environment, events)
        children.append(setup)
        event = events.get()
        if event is None:
            raise StopRequestedError
        children.pop().stop()
        if setup.process.returncode:
            raise CannotStartError("Preparing the database failed; see above.")
        for name, arguments in commands(plan).items():
            children.append(Child.start(name, arguments, environment, events))
        wait_until_ready(plan, events)
        welcome(environment)
        give_up(events.get())
    finally:
        for child in children:
            child.stop()


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 when something failed."""
    events: Events = queue.SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: events.put(None))
    try:
        plan = Plan.from_environment(os.environ)
        check_port(plan)
        with hold_data_dir(plan.data_dir):
            supervise(plan, plan.environment(os.environ), events)
    except StopRequestedError:
        say("Stopped.")
    except CannotStartError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
