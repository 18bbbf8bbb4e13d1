"""A real Thunderbird for tests: headless, a profile of its own, told what to press.

It speaks Marionette: ``length:[0, number, command, values]`` over TCP, answered in kind.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.mailboxes import PASSWORD, USER, Mailbox
from tests.mailserver import MailServer
from tests.processes import BASE_DIR, folder, free_port, process, wait_until

_SCRIPTS = BASE_DIR / "tests" / "data" / "thunderbird"


class MarionetteError(Exception):
    """What the program answered instead of doing it."""


@dataclass
class Marionette:
    """A line to the program."""

    line: socket.socket

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._read()  # its greeting

    def ask(self, command: str, **values: object) -> Any:
        """Send one command and return its value."""
        text = json.dumps([0, next(self._numbers), command, values])
        self.line.sendall(f"{len(text.encode())}:{text}".encode())
        _kind, _number, error, value = self._read()
        if error:
            raise MarionetteError(error.get("message", error))
        return value

    def run(self, name: str, **values: object) -> Any:
        """Run the script ``name`` inside the program, with ``given``; returns what it returns."""
        script = (_SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        wrapped = (
            "const [given, done] = [arguments[0], arguments[arguments.length - 1]];"
            f"(async () => {{{script}}})().then(done, e => done({{fault: String(e)}}));"
        )
        found = self.ask("WebDriver:ExecuteAsyncScript", script=wrapped, args=[values])["value"]
        if isinstance(found, dict) and "fault" in found:
            raise MarionetteError(found["fault"])
        return found

    def _read(self) -> Any:
        length = b""
        while (octet := self.line.recv(1)) not in (b":", b""):
            length += octet
        left, pieces = int(length or 0), b""
        while len(pieces) < left:
            piece = self.line.recv(left - len(pieces))
            if not piece:
                raise MarionetteError("the line broke")
            pieces += piece
        return json.loads(pieces or b"[1, 0, null, null]")


def program() -> str | None:
    """Thunderbird; None where there is none."""
    return shutil.which("thunderbird")


@contextmanager
def thunderbird(mailbox: Mailbox, smtp: MailServer, address: str) -> Iterator[Marionette]:
    """It reads ``mailbox``, sends over ``smtp``, and is the calendar of ``address``."""
    ports = {"IMAP_PORT": str(mailbox.port), "SMTP_PORT": str(smtp.port)}
    with started("account", ADDRESS=address, USER=USER, **ports) as running:
        yield running


@contextmanager
def started(what: str, **values: str) -> Iterator[Marionette]:
    """One with the preferences of ``what``.js and nothing else; ``values`` stand in for @NAME@."""
    found = program()
    assert found is not None
    port = free_port()
    with folder() as home:
        profile = home / "profile"
        profile.mkdir()
        _write_preferences(profile, what, {"MARIONETTE_PORT": str(port), **values})
        command = [found, "--headless", "--no-remote", "--marionette"]
        command += ["--remote-allow-system-access", "--profile", str(profile)]
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "Europe/Stockholm"}
        with process(command, log=home / "log", environment=environment):
            wait_until(lambda: _listens(port), "Thunderbird listens", 60)
            with socket.create_connection(("127.0.0.1", port), timeout=90) as line:
                told = Marionette(line)
                told.ask("WebDriver:NewSession")
                told.ask("Marionette:SetContext", value="chrome")
                told.ask("WebDriver:SetTimeouts", script=80_000)
                yield told


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _write_preferences(profile: Path, what: str, values: dict[str, str]) -> None:
    text = "".join((_SCRIPTS / f"{name}.js").read_text(encoding="utf-8") for name in ("user", what))
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (profile / "user.js").write_text(text, encoding="utf-8")


def sign_in() -> dict[str, object]:
    """What ``open_invitation`` needs to read the mailbox."""
    return {"user": USER, "password": PASSWORD}
