"""Invitations both ways, over real servers: what a partner's program says is what the API shows.

Booked over HTTP, sent by a Celery worker over SMTP. Whatever the answer needs is read from the mail
that arrived, as the partner's program would; the answer goes in by ``receive_mail`` or over IMAP.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests import eml, servers
from tests.journeys.client import Client
from tests.mailboxes import Mailbox, dovecot, dovecot_program
from tests.mailserver import Mail, MailServer
from tests.processes import BASE_DIR

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ADDRESS = "kim@nyavagar.example"


@dataclass
class House:
    """A running installation with one partner; ``visits`` counts, so that each has its own day."""

    api: Client
    mail: MailServer
    mailbox: Mailbox
    environment: dict[str, str]
    group: int
    visits: int = 0

    def book(self, **more: object) -> dict[str, Any]:
        """A visit at a time of its own."""
        self.visits += 1
        start = datetime.now(STOCKHOLM).replace(hour=3, minute=0, second=0, microsecond=0)
        body = {
            "group": self.group,
            "programme": self.api.api("GET", "/programmes")["items"][0]["id"],
            "start": (start + timedelta(days=20 + 3 * self.visits)).isoformat(),
            **more,
        }
        visit: dict[str, Any] = self.api.api("POST", "/visits", body)
        return visit

    def next_mail(self) -> Mail:
        """The one that comes after those that have come."""
        return self.mail.wait_for(len(self.seen) + 1, to=ADDRESS)[len(self.seen)]

    def __post_init__(self) -> None:
        self.seen: list[Mail] = []

    def told(self) -> Mail:
        """The next mail to the partner, read once."""
        mail = self.next_mail()
        self.seen.append(mail)
        return mail

    def state(self, visit: dict[str, Any]) -> tuple[str, str, str]:
        """Of the visit and its invitation, and how the answer came."""
        shown = self.api.api("GET", f"/visits/{visit['id']}")
        (invitation,) = shown["invitations"]
        return shown["state"], invitation["state"], invitation["channel"]


@pytest.fixture
def house(tmp_path: Path, smtp_server: MailServer) -> Iterator[House]:
    if dovecot_program() is None:
        pytest.skip("no Dovecot is installed")
    with ExitStack() as stack:
        mailbox = stack.enter_context(dovecot())
        environment = servers.app_environment(
            tmp_path, EMAIL_URL=smtp_server.url, MAILBOX_URL=mailbox.url
        )
        servers.manage(environment, "migrate", "--verbosity", "0")
        servers.manage(environment, "seed_demo")
        token = servers.manage(environment, "create_token", "sam").strip()
        web = stack.enter_context(servers.django_server(environment))
        stack.enter_context(servers.celery_worker(environment))
        api = Client(web.url, token)
        organisation = api.api("POST", "/organisations", {"name": "Föreningen Nya Vägar"})["id"]
        group = api.api(
            "POST",
            "/groups",
            {"organisation": organisation, "alias": "Onsdagsgänget", "size_band": "7-10"},
        )["id"]
        contact = {
            "organisation": organisation,
            "name": "Kim Åkesson",
            "email": ADDRESS,
            "groups": [group],
        }
        api.api("POST", "/contacts", contact)
        yield House(api, smtp_server, mailbox, environment, group)


def event(mail: Mail) -> Any:
    """The mail's one VEVENT."""
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (found,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return found


def answer(name: str, invited: Any, *, minutes: int = 0, **changes: str) -> bytes:
    """The template as the partner's program fills it in, from the invitation alone."""
    start, end = invited.decoded("dtstart"), invited.decoded("dtend")
    later, sent = timedelta(days=1), datetime.now(UTC) + timedelta(minutes=minutes)

    def utc(moment: datetime) -> str:
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def local(moment: datetime) -> str:
        return f"{moment.astimezone(STOCKHOLM):%Y%m%dT%H%M%S}"

    values = {
        "uid": str(invited["UID"]),
        "sequence": str(int(invited["SEQUENCE"])),
        "address": str(invited["ORGANIZER"]).lower().removeprefix("mailto:"),
        "email": ADDRESS,
        "date": format_datetime(sent),
        "stamp": utc(sent),
        "start": utc(start),
        "end": utc(end),
        "start_local": local(start),
        "end_local": local(end),
        "later": utc(start + later),
        "later_end": utc(end + later),
        "later_local": local(start + later),
        "later_end_local": local(end + later),
        **changes,
    }
    raw = eml.fill((eml.FOLDER / f"{name}.eml").read_text(encoding="utf-8"), values)
    return raw.replace(b"Message-ID: <", b"Message-ID: <%d." % minutes)


def receive(house: House, raw: bytes) -> dict[str, Any]:
    """As a mail server's pipe transport runs it."""
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_mail"],
        input=raw, env=house.environment, cwd=BASE_DIR, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    (line,) = done.stdout.decode().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_every_program_s_answer_is_seen(house: House) -> None:
    expected = {
        "outlook-reply": ("confirmed", "accepted", "mail"),
        "google-reply": ("confirmed", "accepted", "mail"),
        "apple-reply": ("confirmed", "accepted", "mail"),
        "thunderbird-reply": ("confirmed", "accepted", "mail"),
        "outlook-tentative": ("offered", "tentative", "mail"),
        "outlook-decline": ("declined", "declined", "mail"),
    }
    for name, state in expected.items():
        visit = house.book()
        invited = event(house.told())
        assert house.state(visit)[:2] == ("offered", "pending")
        found = receive(house, answer(name, invited))
        assert (found["action"], found["attendee"], found["scope"]) == ("reply", ADDRESS, "series")
        assert (name, house.state(visit)) == (name, state)


@pytest.mark.parametrize("name", ["outlook-counter", "google-counter", "thunderbird-counter"])
def test_a_counterproposal_is_taken_and_answered_again(house: House, name: str) -> None:
    visit = house.book()
    first = event(house.told())
    found = receive(house, answer(name, first))
    proposed = first.decoded("dtstart") + timedelta(days=1)
    assert found["action"] == "counter"
    assert datetime.fromisoformat(found["proposed_start"]) == proposed
    assert house.state(visit)[:2] == ("offered", "countered")
    (invitation,) = house.api.api("GET", f"/visits/{visit['id']}")["invitations"]
    (wish,) = invitation["proposals"]
    house.api.api("POST", f"/visits/{visit['id']}/proposals/{wish['id']}/accept")

    again = event(house.told())
    assert (str(again["UID"]), int(again["SEQUENCE"])) == (str(first["UID"]), 1)
    assert again.decoded("dtstart") == proposed
    before = house.state(visit)
    # A late answer to the old time says nothing of the new one.
    stale = receive(house, answer("accept", first, minutes=1))
    assert (stale["action"], stale["reason"]) == ("ignored", "stale")
    assert house.state(visit) == before
    assert receive(house, answer("accept", again, minutes=2))["action"] == "reply"
    assert house.state(visit) == ("confirmed", "accepted", "mail")


def test_over_imap_and_called_off(house: House) -> None:
    visit = house.book()
    invited = event(house.told())
    house.mailbox.deliver(answer("accept", invited))
    servers.manage(house.environment, "fetch_mail")
    assert house.state(visit) == ("confirmed", "accepted", "mail")
    assert (house.mailbox.count(), house.mailbox.count("Processed")) == (0, 1)
    servers.manage(house.environment, "fetch_mail")
    assert house.mailbox.count("Processed") == 1

    house.api.api("POST", f"/visits/{visit['id']}/cancel", {"by": "us", "reason": "Sjukdom"})
    cancelled = event(house.told())
    assert (str(cancelled["UID"]), int(cancelled["SEQUENCE"])) == (str(invited["UID"]), 1)
    assert str(cancelled["STATUS"]) == "CANCELLED"
    late = receive(house, answer("decline", invited, minutes=1))
    assert (late["action"], late["reason"]) == ("ignored", "cancelled")
    assert house.state(visit)[0] == "cancelled_by_us"


def test_a_stranger_with_the_uid_changes_nothing(house: House) -> None:
    visit = house.book()
    invited = event(house.told())
    forged = answer("accept", invited, address="boka@svarta.example", email="x@else.example")
    found = receive(house, forged)
    assert found["action"] == "review"
    assert house.state(visit)[:2] == ("offered", "pending")
