"""Snapshots with sensible values, and the three readers that judge what becomes of them."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import vobject

from scheduling.calendars.snapshots import EventSnapshot, FeedSnapshot, InvitationSnapshot, Mailbox
from scheduling.calendars.timezone import STOCKHOLM

STAMP = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ORGANIZER = Mailbox("boka+k7f3@svarta.example", "Svartåbiblioteket")
ATTENDEE = Mailbox("kim@vinterljus.example", "Kim Åström")
FEED = FeedSnapshot("Besök, Svartå; alla", "Studiebesök", "seagreen", "#2E8B57")


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM, fold=fold)  # type: ignore[arg-type, misc]


def make_event(**changes: Any) -> EventSnapshot:
    start = changes.get("start", local(2026, 12, 1, 10, 0))
    values: dict[str, Any] = {
        "uid": "b-41@kalender.svarta.example",
        "sequence": 2,
        "stamp": STAMP,
        "last_modified": STAMP,
        "created": STAMP - timedelta(days=3),
        "start": start,
        "end": start.astimezone(UTC) + timedelta(minutes=75),
        "summary": "Första besöket, Morgongruppen",
        "location": "Näcken; Svartåbiblioteket",
        "description": "Fika finns.\nVälkomna!",
        "categories": ("Studiebesök",),
        "url": "https://boka.example/b/41",
    }
    return EventSnapshot(**(values | changes))


def make_invitation(**changes: Any) -> InvitationSnapshot:
    start = changes.get("start", local(2026, 12, 1, 10, 0))
    values: dict[str, Any] = {
        "uid": "0f6c1d4e-8f0b-4c55-9d55-2f1f7a1f9a10@svarta.example",
        "sequence": 1,
        "stamp": STAMP,
        "start": start,
        "end": start.astimezone(UTC) + timedelta(minutes=75),
        "summary": "Första besöket",
        "location": "Näcken, Svartåbiblioteket, Ågatan 1",
        "description": "Välkomna till biblioteket!",
        "url": "https://boka.example/s/abc",
        "organizer": ORGANIZER,
        "attendee": ATTENDEE,
    }
    return InvitationSnapshot(**(values | changes))


def make_series(**changes: Any) -> InvitationSnapshot:
    values: dict[str, Any] = {
        "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=8",
        "exdates": (local(2026, 12, 22, 10, 0),),
    }
    return make_invitation(**(values | changes))


def read(data: bytes) -> Any:
    calendar = icalendar.Calendar.from_ical(data)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def read_event(data: bytes) -> Any:
    (event,) = read(data).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


def vread(data: bytes) -> Any:
    return vobject.readOne(data.decode("utf-8"))


def lines(data: bytes) -> list[str]:
    """Return the unfolded content lines."""
    return data.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]


def assert_wire_form(data: bytes) -> None:
    """CRLF only, no control characters, at most 75 octets a line, each line whole UTF-8."""
    assert data.endswith(b"\r\n")
    for line in data.split(b"\r\n")[:-1]:
        assert 0 < len(line) <= 75
        text = line.decode("utf-8")
        assert all(c >= " " and c != "\x7f" and not "\x80" <= c <= "\x9f" for c in text)
        assert "\u2028" not in text
        assert "\u2029" not in text


def run_libical(checker: Path, tmp_path: Path, data: bytes) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "object.ics"
    path.write_bytes(data)
    return subprocess.run(
        [str(checker), str(path)], capture_output=True, text=True, timeout=20, check=False
    )
