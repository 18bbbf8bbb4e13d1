"""What leaves the house means the same in icalendar, vobject, ical.js and libical."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject

from tests.processes import BASE_DIR
from tests.scheduling.calendars.builders import run_libical
from tests.scheduling.calendars.conftest import libical
from tests.scheduling.outbox.posted import Posted

__all__ = ["libical"]
pytestmark = pytest.mark.django_db
ICALJS = BASE_DIR / "tests" / "icaljs"
KINDS = [
    "request",
    "update",
    "again",
    "decline",
    "added",
    "uninvited",
    "cancel",
    "series",
    "date",
    "date_cancel",
]


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def by_icalendar(posted: Posted) -> dict[str, Any]:
    """The meaning as the library has it that wrote the object."""
    event = posted.event
    calendar = icalendar.Calendar.from_ical(posted.calendar)
    attendee = event["ATTENDEE"]

    def instant(name: str) -> str | None:
        return iso(event.decoded(name)) if name in event else None

    return {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "title": str(event["SUMMARY"]) if "SUMMARY" in event else None,
        "start": instant("DTSTART"),
        "end": instant("DTEND"),
        "recurrence": instant("RECURRENCE-ID"),
        "status": str(event["STATUS"]) if "STATUS" in event else None,
        "organizer": str(event["ORGANIZER"]),
        "attendees": [[str(attendee), attendee.params["PARTSTAT"]]],
    }


def by_vobject(posted: Posted) -> dict[str, Any]:
    """The meaning as vobject has it."""
    calendar = vobject.readOne(posted.calendar.decode())
    event = calendar.vevent

    def value(name: str) -> Any:
        found = event.contents.get(name)
        return found[0].value if found else None

    return {
        "method": calendar.method.value,
        "uid": value("uid"),
        "sequence": int(value("sequence")),
        "title": value("summary"),
        "start": iso(value("dtstart")),
        "end": iso(value("dtend")),
        "recurrence": iso(value("recurrence-id")),
        "status": value("status"),
        "organizer": value("organizer"),
        "attendees": [[a.value, a.params["PARTSTAT"][0]] for a in event.contents["attendee"]],
    }


@pytest.fixture(scope="module")
def by_icaljs(mails: dict[str, Posted]) -> dict[str, dict[str, Any]]:
    """The meaning of each as ical.js has it, in one go."""
    node = shutil.which("node")
    if node is None or not (ICALJS / "node_modules").is_dir():
        pytest.skip("NOT CHECKED WITH ICAL.JS: npm ci --prefix tests/icaljs")
    texts = json.dumps([mails[kind].calendar.decode() for kind in KINDS])
    done = subprocess.run(
        [node, str(ICALJS / "read.mjs")], input=texts, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(KINDS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_vobject_means_the_same(kind: str, mails: dict[str, Posted]) -> None:
    assert by_vobject(mails[kind]) == by_icalendar(mails[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_icaljs_means_the_same(
    kind: str, mails: dict[str, Posted], by_icaljs: dict[str, dict[str, Any]]
) -> None:
    found = {name: value for name, value in by_icaljs[kind].items() if name != "dates"}
    assert found == by_icalendar(mails[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_libical_means_the_same_and_finds_no_fault(
    kind: str, mails: dict[str, Posted], libical: Path, tmp_path: Path
) -> None:
    """With its own table of what each method may hold. For DECLINECOUNTER that is a narrow one:
    it knows neither SEQUENCE nor ATTENDEE, which RFC 5546 section 3.2.8 has.
    """
    done = run_libical(libical, tmp_path, mails[kind].calendar)
    complaints = set(re.findall(r"^ (\S+) property\.", done.stdout, re.MULTILINE))
    assert "broken=0" in done.stdout
    assert complaints == ({"ATTENDEE", "SEQUENCE"} if kind == "decline" else set())
    meant = by_icalendar(mails[kind])
    if meant["start"]:
        epoch = int(datetime.fromisoformat(meant["start"]).timestamp())
        assert f"event {meant['uid']} {epoch} {meant['title']}\n" in done.stdout


def test_all_list_the_dates_of_the_series_alike(
    mails: dict[str, Posted], by_icaljs: dict[str, dict[str, Any]]
) -> None:
    """Ten o'clock on both sides of the clock change, and not on Easter Monday."""
    dates = [
        "2027-03-15T09:00:00.000Z",
        "2027-03-22T09:00:00.000Z",
        "2027-04-05T08:00:00.000Z",
        "2027-04-12T08:00:00.000Z",
    ]
    event = vobject.readOne(mails["series"].calendar.decode()).vevent
    assert [iso(moment) for moment in event.getrruleset(addRDate=True)] == dates
    assert by_icaljs["series"]["dates"] == dates
