"""Calendar programs of others: what each reads out of an object, or out of a feed it subscribes to.

What is not installed is skipped with its reason (``tests/services/provision.sh`` installs it).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest
import vobject

from tests.processes import BASE_DIR, free_port, process

HERE = Path(__file__).resolve().parent
#: Readers that come by pip and npm.
READERS = BASE_DIR / ".venv" / "readers"

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


def by_icaljs(data: bytes, folder: Path) -> Events:
    """What Thunderbird, Nextcloud and many web calendars read with."""
    node = shutil.which("node")
    if node is None or not (READERS / "node_modules" / "ical.js").is_dir():
        pytest.skip("NOT CHECKED WITH ICAL.JS: Node or ical.js is missing")
    path = folder / "object.ics"
    path.write_bytes(data)
    command = [node, str(HERE / "icaljs.mjs"), str(READERS), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
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


_PREFERENCES = """
user_pref("calendar.registry.visits.name", "Studiebesök");
user_pref("calendar.registry.visits.type", "ics");
user_pref("calendar.registry.visits.uri", "{url}");
user_pref("calendar.registry.visits.cache.enabled", true);
user_pref("calendar.registry.visits.readOnly", true);
user_pref("calendar.list.sortOrder", "visits");
user_pref("calendar.timezone.local", "Europe/Stockholm");
user_pref("calendar.timezone.useSystemTimezone", false);
user_pref("marionette.port", {port});
user_pref("mail.provider.enabled", false);
user_pref("mail.rights.version", 1);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("mail.spotlight.firstRunDone", true);
user_pref("mailnews.start_page.enabled", false);
user_pref("mailnews.start_page_override.mstone", "ignore");
user_pref("mail.inappnotifications.enabled", false);
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("app.update.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("datareporting.healthreport.uploadEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("extensions.blocklist.enabled", false);
user_pref("services.settings.server", "http://127.0.0.1:9/");
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.dns.disablePrefetch", true);
user_pref("network.proxy.type", 0);
"""


@contextmanager
def thunderbird(url: str, folder: Path) -> Iterator[Subscribed]:
    """Thunderbird itself, without a screen."""
    program, python = shutil.which("thunderbird"), READERS / "bin" / "python"
    asked = [str(python), "-c", "import marionette_driver"]
    if (
        program is None
        or not python.exists()
        or subprocess.run(asked, capture_output=True, check=False).returncode
    ):
        pytest.skip("NOT SUBSCRIBED WITH THUNDERBIRD: it or marionette-driver is missing")
    profile, port = folder / "profile", free_port()
    profile.mkdir()
    (profile / "user.js").write_text(_PREFERENCES.format(url=url, port=port))
    command = [program, "--headless", "--no-remote", "--marionette"]
    command += ["--remote-allow-system-access", "--profile", str(profile)]
    environment = _environment(folder)
    with ExitStack() as stack:
        shown = stack.enter_context(
            process(command, folder / "thunderbird.log", environment=environment)
        )
        shown.says("Listening on port")
        yield stack.enter_context(
            _subscribed([str(python), str(HERE / "thunderbird.py"), str(port)], environment, folder)
        )
