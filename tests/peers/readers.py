"""Calendar programs of others: what each reads out of an object, or out of a feed it subscribes to.

What is not installed is skipped with its reason (``tests/services/provision.sh`` installs it).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest
import vobject

from tests import thunderbird as programs
from tests.processes import BASE_DIR
from tests.thunderbird import Marionette

HERE = Path(__file__).resolve().parent
#: Where ``npm ci`` has put ical.js.
ICALJS = BASE_DIR / "tests" / "icaljs"

#: UID, title and start of each event.
Events = set[tuple[str, str, datetime]]


def events(rows: list[list[str]]) -> Events:
    """What a peer printed."""
    return {(uid, title, datetime.fromisoformat(start)) for uid, title, start in rows}


def by_icalendar(data: bytes) -> Events:
    """The library that also wrote it."""
    found = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return {(str(e["UID"]), str(e["SUMMARY"]), e["DTSTART"].dt.astimezone(UTC)) for e in found}


def by_vobject(data: bytes) -> Events:
    """What Radicale and khal read with."""
    found = vobject.readOne(data.decode()).contents["vevent"]
    return {(e.uid.value, e.summary.value, e.dtstart.value.astimezone(UTC)) for e in found}


def by_icaljs(data: bytes) -> Events:
    """What Thunderbird, Nextcloud and many web calendars read with."""
    node = shutil.which("node")
    if node is None or not (ICALJS / "node_modules").is_dir():
        pytest.skip("NOT CHECKED WITH ICAL.JS: npm ci --prefix tests/icaljs")
    done = subprocess.run(
        [node, str(ICALJS / "events.mjs")], input=data, capture_output=True, check=True, timeout=60
    )
    return events(json.loads(done.stdout))


class Subscribed:
    """A program that has subscribed to a feed and fetches when it is told to."""

    def __init__(self, running: "subprocess.Popen[str]", log: Path) -> None:
        self._running = running
        self._log = log

    def events(self) -> Events:
        """Fetch, and what it shows; it may take a moment until it shows what it fetched."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write("\n")
        self._running.stdin.flush()
        line = self._running.stdout.readline()
        assert line, self._log.read_text()
        return events(json.loads(line))


@contextmanager
def _subscribed(
    command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[Subscribed]:
    log = folder / "subscriber.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
            text=True,
        ) as running,
    ):  # fmt: skip
        try:
            yield Subscribed(running, log)
        finally:
            running.kill()


def _environment(folder: Path) -> dict[str, str]:
    """A person's home with nothing in it."""
    home = folder / "home"
    home.mkdir()
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    return {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "TZ": "Europe/Stockholm",
        "XDG_RUNTIME_DIR": str(runtime), "GIO_USE_VFS": "local", "GSETTINGS_BACKEND": "memory",
        "NO_AT_BRIDGE": "1",
    }  # fmt: skip


@contextmanager
def evolution(url: str, folder: Path) -> Iterator[Subscribed]:
    """GNOME's calendar engine, which stands behind Evolution and GNOME Calendar."""
    asked = "import gi; gi.require_version('ECal', '2.0'); gi.require_version('EDataServer', '1.2')"
    there = (
        shutil.which("dbus-run-session")
        and not subprocess.run(
            ["/usr/bin/python3", "-c", asked], capture_output=True, check=False
        ).returncode
    )
    if not there:
        pytest.skip("NOT SUBSCRIBED WITH EVOLUTION: evolution-data-server is missing")
    command = ["dbus-run-session", "--", "/usr/bin/python3", str(HERE / "evolution.py"), url]
    with _subscribed(command, _environment(folder), folder) as running:
        yield running


class Shown:
    """A Thunderbird that has subscribed."""

    def __init__(self, running: Marionette) -> None:
        self._running = running

    def events(self) -> Events:
        """Fetch, and what it shows."""
        return events(self._running.run("subscribed"))


@contextmanager
def thunderbird(url: str, folder: Path) -> Iterator[Shown]:
    """Thunderbird itself, without a screen."""
    if programs.program() is None:
        pytest.skip("NOT SUBSCRIBED WITH THUNDERBIRD: it is not installed")
    with programs.started("feed", URL=url) as running:
        yield Shown(running)
