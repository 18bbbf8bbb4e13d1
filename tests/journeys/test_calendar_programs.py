"""The demo library's whole calendar, as other programs and libraries read it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests import servers
from tests.journeys.client import Client
from tests.journeys.test_whole import booked, free_time
from tests.peers import readers
from tests.peers.readers import Events, Subscribed
from tests.processes import wait_until
from tests.scheduling.calendars.builders import run_libical

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


@dataclass
class House:
    """The demo library with its feed of everything."""

    api: Client
    feed: str

    def events(self) -> Events:
        """What the feed says now."""
        return readers.by_icalendar(self.api.get(self.feed).body)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    environment = servers.app_environment(tmp_path_factory.mktemp("house"))
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "seed_demo")
    token = servers.manage(environment, "create_token", "sam").strip()
    with servers.django_server(environment) as web:
        api = Client(web.url, token)
        feed = api.api("POST", "/feeds", {"scope": "all", "level": "full"})
        yield House(api, feed["url"])


def test_libraries_agree_on_every_instant_and_title(house: House, tmp_path: Path) -> None:
    data = house.api.get(house.feed).body
    expected = readers.by_icalendar(data)
    assert len(expected) == data.count(b"\r\nBEGIN:VEVENT\r\n") > 100
    assert readers.by_vobject(data) == expected
    assert readers.by_icaljs(data, tmp_path) == expected


def test_libical_agrees_too(house: House, libical: Path, tmp_path: Path) -> None:
    data = house.api.get(house.feed).body
    done = run_libical(libical, tmp_path, data)
    assert done.returncode == 0, done.stdout
    seen = re.findall(r"^event (\S+) (\d+) (.*)$", done.stdout, re.MULTILINE)
    expected = {
        (uid, str(int(start.timestamp())), title)
        for uid, title, start in readers.by_icalendar(data)
    }
    assert set(seen) == expected


Program = Callable[[str, Path], AbstractContextManager[Subscribed]]


@pytest.mark.parametrize("program", [readers.evolution, readers.thunderbird])
def test_a_subscriber_follows_a_visit(house: House, program: Program, tmp_path: Path) -> None:
    """All at first, then a booking, a move and a cancellation, each under its own UID."""
    group = house.api.api("GET", "/groups")["items"][0]["id"]
    programme = house.api.api("GET", "/programmes")["items"][0]["id"]
    with program(house.feed, tmp_path) as subscribed:

        def arrives() -> Events:
            wanted = house.events()
            wait_until(lambda: subscribed.events() == wanted, "what the feed says")
            return wanted

        before = arrives()
        slot = free_time(house, group, programme)
        visit = booked(house, group, programme, slot)
        ((uid, title, start),) = arrives() - before
        assert start == datetime.fromisoformat(slot["start"])

        later = free_time(house, group, programme, skip=5)
        house.api.api(
            "POST", f"/visits/{visit['id']}/move",
            {"start": later["start"], "room": later["room"]},
        )  # fmt: skip
        assert (uid, title, datetime.fromisoformat(later["start"])) in arrives()

        house.api.api("POST", f"/visits/{visit['id']}/cancel", {"by": "us"})
        assert any(one[0] == uid and one[1].startswith("INSTÄLLT: ") for one in arrives())
