"""The demo library's whole calendar, as other programs and libraries read it."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
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
    database: Path

    def events(self) -> Events:
        """What the feed says now."""
        return readers.by_icalendar(self.api.get(self.feed).body)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house")
    environment = servers.app_environment(data)
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "seed_demo")
    token = servers.manage(environment, "create_token", "sam").strip()
    with servers.django_server(environment) as web:
        api = Client(web.url, token)
        feed = api.api("POST", "/feeds", {"scope": "all", "level": "full"})
        yield House(api, feed["url"], data / "studiebesok.sqlite3")


def test_libraries_agree_on_every_instant_and_title(house: House) -> None:
    data = house.api.get(house.feed).body
    expected = readers.by_icalendar(data)
    assert len(expected) == data.count(b"\r\nBEGIN:VEVENT\r\n") > 100
    assert readers.by_vobject(data) == expected
    assert readers.by_icaljs(data) == expected


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


def words(house: House, question: str) -> set[str]:
    """Everything written in one column of the demo library."""
    with closing(sqlite3.connect(house.database)) as database:
        return {str(value) for (value,) in database.execute(question) if value}


#: What no feed may ever tell, whatever its scope and level.
NEVER = {
    "contacts": "SELECT name FROM partners_contact",
    "organisations": "SELECT name FROM partners_organisation",
    "categories": "SELECT category FROM partners_group",
    "phones": "SELECT phone FROM partners_contact",
    "addresses": "SELECT email FROM partners_contact",
    "tags": "SELECT mail_tag FROM partners_contact",
    "iTIP UIDs": "SELECT ical_uid FROM scheduling_invitation",
    "fingerprints": "SELECT token_fingerprint FROM scheduling_invitation",
    "what was written": "SELECT diets || greeting FROM scheduling_visit",
}
#: What only the full level may.
FULL_ONLY = {
    "aliases": "SELECT alias FROM partners_group",
    "staff": "SELECT first_name || ' ' || last_name FROM core_user",
}


def test_no_feed_tells_more_than_its_level(house: House) -> None:
    def first(path: str) -> int:
        return house.api.api("GET", path)["items"][0]["id"]

    targets = {
        "user": {}, "all": {}, "public": {}, "room": {"room": first("/rooms")},
        "library": {"library": first("/libraries")}, "host": {"host": first("/hosts")},
        "programme": {"programme": first("/programmes")},
        "partner": {"contact": first("/contacts")},
    }  # fmt: skip
    never = set().union(*(words(house, question) for question in NEVER.values()))
    full_only = set().union(*(words(house, question) for question in FULL_ONLY.values())) - never
    shown = 0
    for scope, target in targets.items():
        for level in ("full", "neutral", "busy"):
            asked = {"scope": scope, "level": level, "name": "Kalender", **target}
            made = house.api.api("POST", "/feeds", asked)
            text = house.api.get(made["url"]).body.decode().replace("\r\n ", "")
            shown += text.count("BEGIN:VEVENT")
            hidden = never if made["level"] == "full" else never | full_only
            assert [word for word in hidden if word in text] == [], (scope, level)
            for name in ("ATTENDEE", "ORGANIZER", "METHOD"):
                assert f"\n{name}" not in text
    assert shown > 100


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

        later = free_time(house, group, programme, like=slot)
        house.api.api("POST", f"/visits/{visit['id']}/move", {"start": later["start"]})
        assert (uid, title, datetime.fromisoformat(later["start"])) in arrives()

        house.api.api("POST", f"/visits/{visit['id']}/cancel", {"by": "us"})
        assert any(one[0] == uid and one[1].startswith("INSTÄLLT: ") for one in arrives())
