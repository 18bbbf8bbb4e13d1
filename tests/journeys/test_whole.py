"""The main job from end to end over HTTP, with a real SMTP server and a real Celery worker.

Import → book → the mail → the answer link read ten times and then answered → the feed → move →
cancel → another visit held → follow-up → the report. Once over Redis, once over the folder broker.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from tests import servers
from tests.journeys.client import Client
from tests.mailserver import Mail, MailServer

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

STOCKHOLM = ZoneInfo("Europe/Stockholm")
#: Colleagues are written to as well.
PARTNER = "kim@nyavagar.example"
CSV = (
    "Organisation;Grupp;Kontakt;E-post;Telefon;Storlek\r\n"
    "Föreningen Nya Vägar;Onsdagsgänget;Kim Åkesson;kim@nyavagar.example;070-174 06 18;7-10\r\n"
)
#: What a look at a link must never change.
DOMAIN_TABLES = ("partners_", "scheduling_", "core_")


@dataclass
class House:
    """A running installation."""

    site: Client
    api: Client
    mail: MailServer
    data: Path


@pytest.fixture(params=["folder", "redis"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, smtp_server: MailServer
) -> Iterator[House]:
    values = {"EMAIL_URL": smtp_server.url}
    if request.param == "redis":
        values["REDIS_URL"] = request.getfixturevalue("redis_url")
    environment = servers.app_environment(tmp_path, **values)
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    servers.manage(environment, "seed_demo")
    token = servers.manage(environment, "create_token", "sam").strip()
    with ExitStack() as stack:
        web = stack.enter_context(servers.django_server(environment))
        stack.enter_context(servers.celery_worker(environment))
        yield House(Client(web.url), Client(web.url, token), smtp_server, tmp_path)


def dump(data: Path) -> list[str]:
    """Every row of the domain's tables."""
    with sqlite3.connect(data / "studiebesok.sqlite3") as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = sorted(name for (name,) in names if name.startswith(DOMAIN_TABLES))
        rows = []
        for table in tables:
            # The API token notes its own use; nothing of the domain.
            if table != "core_apitoken":
                found = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                rows += [f"{table}{row}" for row in found]
        return rows


def calendar_part(mail: Mail) -> bytes:
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def event(raw: bytes) -> Any:
    """The one VEVENT; two libraries must say the same of it."""
    (first,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    second = vobject.readOne(raw.decode()).vevent
    assert second.uid.value == str(first["UID"])
    assert second.summary.value == str(first["SUMMARY"])
    assert second.dtstart.value.astimezone(UTC) == first.decoded("dtstart").astimezone(UTC)
    assert int(second.sequence.value) == first.decoded("sequence")
    return first


def log_in(site: Client) -> None:
    reply = site.form("/konto/login/", {"login": "sam@svarta.example", "password": "lugn-tid-48"})
    assert reply.status == 200, reply.text
    assert "Sam" in site.get("/").text


def import_partner(house: House) -> tuple[int, int]:
    """The file through the page; the group and the contact it made."""
    preview = house.site.upload("/organisationer/import/", "file", "partner.csv", CSV.encode())
    assert preview.status == 200, preview.text
    assert "Onsdagsgänget" in preview.text
    (path,) = set(re.findall(r'action="(/organisationer/import/\d+/importera/)"', preview.text))
    (plan,) = set(re.findall(r'name="plan" value="([^"]+)"', preview.text))
    shown = preview.url.removeprefix(house.site.base)
    assert house.site.form(path, {"plan": plan}, page=shown).status == 200
    groups = house.api.api("GET", "/groups?q=Onsdagsg%C3%A4nget")["items"]
    contacts = house.api.api("GET", "/contacts?q=kim%40nyavagar.example")["items"]
    assert contacts[0]["phone"] == "+46701740618"
    return groups[0]["id"], contacts[0]["id"]


def free_time(
    house: House, group: int, programme: int, like: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The best proposal, or the best with the same room and host as ``like``."""
    days = datetime.now(STOCKHOLM).date() + timedelta(days=12)
    query = (
        f"?group={group}&programme={programme}&from={days}&to={days + timedelta(days=40)}&limit=50"
    )
    items: list[dict[str, Any]] = house.api.api("GET", f"/availability{query}")["items"]
    same = like or items[0]
    return next(
        item for item in items if (item["room"], item["host"]) == (same["room"], same["host"])
    )


def booked(house: House, group: int, programme: int, slot: dict[str, Any]) -> dict[str, Any]:
    body = {
        "group": group,
        "programme": programme,
        "start": slot["start"],
        "room": slot["room"],
        "host": slot["host"],
    }
    visit: dict[str, Any] = house.api.api("POST", "/visits", body)
    return visit


def test_the_main_job(house: House) -> None:
    log_in(house.site)
    group, _contact = import_partner(house)
    programme = house.api.api("GET", "/programmes")["items"][0]["id"]
    slot = free_time(house, group, programme)
    feed = house.api.api("POST", "/feeds", {"scope": "room", "room": slot["room"]})

    visit = booked(house, group, programme, slot)
    assert visit["state"] == "offered"
    (mail,) = house.mail.wait_for(1, to=PARTNER)
    request = event(calendar_part(mail))
    assert request.decoded("dtstart") == datetime.fromisoformat(slot["start"])
    assert (int(request["SEQUENCE"]), str(request["SUMMARY"])) == (0, "Besök på biblioteket")
    assert f"mailto:{mail.sender}" == str(request["ORGANIZER"])
    assert "Onsdagsgänget" not in mail.raw.decode(errors="replace")

    answer_by_link(house, mail, visit)
    first = read_feed(house, feed["url"])
    assert [e.decoded("dtstart") for e in first.events] == [request.decoded("dtstart")]
    again = Client(house.site.base).get(feed["url"], If_None_Match=first.etag)
    assert (again.status, again.body) == (304, b"")

    later = free_time(house, group, programme, like=slot)
    house.api.api("POST", f"/visits/{visit['id']}/move", {"start": later["start"]})
    update = event(calendar_part(house.mail.wait_for(2, to=PARTNER)[1]))
    assert (str(update["UID"]), int(update["SEQUENCE"])) == (str(request["UID"]), 1)
    assert update.decoded("dtstart") == datetime.fromisoformat(later["start"])
    moved = read_feed(house, feed["url"])
    assert moved.etag != first.etag
    assert [e.decoded("dtstart") for e in moved.events] == [update.decoded("dtstart")]

    house.api.api("POST", f"/visits/{visit['id']}/cancel", {"by": "us", "reason": "Sjukdom"})
    last = house.mail.wait_for(3, to=PARTNER)[2]
    cancel = event(calendar_part(last))
    assert (str(cancel["STATUS"]), int(cancel["SEQUENCE"])) == ("CANCELLED", 2)
    assert "METHOD:CANCEL" in calendar_part(last).decode()
    follow_up_another(house, group, programme)


@dataclass
class FeedNow:
    """What a feed said."""

    etag: str
    events: list[Any]


def read_feed(house: House, url: str) -> FeedNow:
    """The feed as an anonymous client reads it; only the visits of this journey."""
    reply = Client(house.site.base).get(url)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "set-cookie" not in reply.headers
    everything = icalendar.Calendar.from_ical(reply.body).walk("VEVENT")
    fresh = datetime.now(UTC) - timedelta(minutes=10)
    return FeedNow(reply.headers["etag"], [e for e in everything if e.decoded("created") > fresh])


def answer_by_link(house: House, mail: Mail, visit: dict[str, Any]) -> None:
    """Ten looks change nothing; one press does."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    (path,) = set(re.findall(r"/svar/[a-z2-7]{32}", body.get_content()))
    partner = Client(house.site.base)
    before = dump(house.data)
    for _ in range(10):
        page = partner.get(path)
        assert page.status == 200
        assert partner.send("HEAD", path).status == 200
    assert dump(house.data) == before
    assert "set-cookie" not in page.headers
    assert len(partner.jar) == 0
    done = partner.form(path, {"svar": "ja", "antal": "7-10", "rad": "Vi ses"})
    assert done.status == 200
    assert "Tack! Ni kommer." in done.text
    (invitation,) = house.api.api("GET", f"/visits/{visit['id']}")["invitations"]
    assert {name: invitation[name] for name in ("state", "channel", "size_band", "comment")} == {
        "state": "accepted",
        "channel": "link",
        "size_band": "7-10",
        "comment": "Vi ses",
    }
    assert house.api.api("GET", f"/visits/{visit['id']}")["state"] == "confirmed"
    assert partner.get(path[:-3]).status == 404


def follow_up_another(house: House, group: int, programme: int) -> None:
    """A visit that was registered afterwards is followed up and counted."""
    today = datetime.now(STOCKHOLM).date()
    start = datetime.combine(today - timedelta(days=1), datetime.min.time(), tzinfo=STOCKHOLM)
    period = f"/report?from={start.date()}&to={start.date()}"
    before = house.api.api("GET", period)
    body = {
        "group": group,
        "programme": programme,
        "start": (start + timedelta(hours=7)).isoformat(),
        "end": (start + timedelta(hours=7, minutes=30)).isoformat(),
        "already_held": True,
    }
    held = house.api.api("POST", "/visits", body)
    note = {
        "attendance": 8,
        "judgement": "success",
        "worked": ["Fika först"],
        "interests": ["Film"],
    }
    house.api.api("POST", f"/visits/{held['id']}/follow-up", note)
    after = house.api.api("GET", period)
    assert after["visits"]["by_state"]["held"] == before["visits"]["by_state"]["held"] + 1
    assert after["attendance"]["total"] == before["attendance"]["total"] + 8
    assert after["judgement"]["success"] == before["judgement"]["success"] + 1
