"""The same visit seen by a real subscriber: vdirsyncer fetches, khal shows."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.journeys.client import Client
from tests.journeys.test_whole import booked, free_time

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

VDIRSYNCER = """
[general]
status_path = "{base}/status/"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage remote]
type = "http"
url = "{url}"
[storage local]
type = "filesystem"
path = "{base}/calendar"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[visits]]
path = {base}/calendar
readonly = True
[sqlite]
path = {base}/khal.db
[locale]
local_timezone = Europe/Stockholm
default_timezone = Europe/Stockholm
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


class Subscriber:
    """vdirsyncer and khal with folders of their own."""

    def __init__(self, base: Path, url: str) -> None:
        for program in ("vdirsyncer", "khal"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed")
        (base / "calendar").mkdir(parents=True)
        (base / "vdirsyncer.conf").write_text(VDIRSYNCER.format(base=base, url=url))
        (base / "khal.conf").write_text(KHAL.format(base=base))
        self.base = base
        self.run("vdirsyncer", "-c", str(base / "vdirsyncer.conf"), "discover")

    def run(self, *command: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.base), "LANG": "C.UTF-8"}
        done = subprocess.run(
            command, env=environment, input="y\n", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def sync(self) -> str:
        return self.run("vdirsyncer", "-c", str(self.base / "vdirsyncer.conf"), "sync")

    def shown(self, day: str) -> list[str]:
        listed = self.run(
            "khal", "-c", str(self.base / "khal.conf"), "list", "--format",
            "{start-time}-{end-time} {title}", "--day-format", "", day, "1d",
        )  # fmt: skip
        return [line.strip() for line in listed.splitlines() if line.strip()]


def test_a_visit_arrives_moves_and_is_called_off(tmp_path: Path) -> None:
    environment = servers.app_environment(tmp_path / "data")
    (tmp_path / "data").mkdir()
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "seed_demo")
    token = servers.manage(environment, "create_token", "sam").strip()
    with servers.django_server(environment) as web:
        api = Client(web.url, token)
        house = type("House", (), {"api": api})()
        group = api.api("GET", "/groups")["items"][0]["id"]
        programme = api.api("GET", "/programmes")["items"][0]["id"]
        slot = free_time(house, group, programme)
        feed = api.api("POST", "/feeds", {"scope": "room", "room": slot["room"]})
        subscriber = Subscriber(tmp_path / "subscriber", feed["url"])
        visit = booked(house, group, programme, slot)
        line = f"{slot['start'][11:16]}-{slot['end'][11:16]} Studiebesök"
        subscriber.sync()
        assert subscriber.shown(slot["start"][:10]).count(line) == 1
        quiet = subscriber.sync()
        assert "Copying" not in quiet
        assert "Deleting" not in quiet

        later = free_time(house, group, programme, like=slot)
        api.api("POST", f"/visits/{visit['id']}/move", {"start": later["start"]})
        subscriber.sync()
        moved = f"{later['start'][11:16]}-{later['end'][11:16]} Studiebesök"
        assert subscriber.shown(later["start"][:10]).count(moved) == 1

        api.api("POST", f"/visits/{visit['id']}/cancel", {"by": "us"})
        subscriber.sync()
        gone = f"{later['start'][11:16]}-{later['end'][11:16]} INSTÄLLT: Studiebesök"
        assert subscriber.shown(later["start"][:10]).count(gone) == 1
