from datetime import UTC, datetime

import pytest

from scheduling.calendars.replies import (
    Doubt,
)
from tests.scheduling.calendars.reply_builders import (
    KIM,
    event,
    one,
    reply,
)


@pytest.mark.parametrize(
    "name",
    [
        "/freeassociation.sourceforge.net/Europe/Stockholm",
        "(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien",
        "W. Europe",
        "W. Europe Standard Time 1",
        "W. Europe Standard Time",
        "Europe/Stockholm",
    ],
)
def test_names_of_central_european_time(name: str) -> None:
    item = one(reply(KIM, f'RECURRENCE-ID;TZID="{name}":20260708T100000'))
    assert item.recurrence_id == datetime(2026, 7, 8, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Customized Time Zone", "../../etc/passwd", "X" * 999, "Nowhere"])
def test_an_unknown_zone_is_never_guessed(name: str) -> None:
    item = one(reply(KIM, f"RECURRENCE-ID;TZID={name}:20260708T100000"))
    assert item.recurrence_id is None
    assert item.doubts == (Doubt.OCCURRENCE_UNCLEAR,)


def custom_zone(rule: str, *, offsets: tuple[str, str] = ("+0200", "+0100")) -> list[str]:
    lines = ["BEGIN:VTIMEZONE", "TZID:Customized Time Zone"]
    for kind, month, offset in (("DAYLIGHT", 3, offsets[0]), ("STANDARD", 10, offsets[1])):
        lines += [f"BEGIN:{kind}", "DTSTART:16010101T020000", f"TZOFFSETTO:{offset}"]
        lines += [f"RRULE:{rule};BYMONTH={month}", f"END:{kind}"]
    return [*lines, "END:VTIMEZONE"]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        (custom_zone("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU"), 8),
        (custom_zone("FREQ=YEARLY;BYDAY=2SU"), None),
        (custom_zone("FREQ=YEARLY;BYDAY=-1SU", offsets=("+0300", "+0200")), None),
        (["BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "END:VTIMEZONE"], None),
        (
            [
                "BEGIN:VTIMEZONE",
                "TZID:Customized Time Zone",
                "BEGIN:STANDARD",
                "TZOFFSETTO:-0330",
                "DTSTART:19700101T000000",
                "END:STANDARD",
                "END:VTIMEZONE",
            ],
            13,
        ),
    ],
)
def test_a_foreign_zone_is_recognised_not_expanded(zone: list[str], hour: int | None) -> None:
    lines = event(KIM, "RECURRENCE-ID;TZID=Customized Time Zone:20260708T100000")
    moment = one(reply(*zone, *lines)).recurrence_id
    assert (moment.hour if moment else None) == hour


def test_zones_of_one_object_do_not_leak_into_the_next() -> None:
    lines = event(KIM, "RECURRENCE-ID;TZID=Customized Time Zone:20260708T100000")
    assert one(reply(*custom_zone("FREQ=YEARLY;BYDAY=-1SU"), *lines)).recurrence_id is not None
    assert one(reply(*lines)).recurrence_id is None


@pytest.mark.parametrize(
    "line",
    [
        "RECURRENCE-ID:junk",
        "RECURRENCE-ID",
        'RECURRENCE-ID;X="a:20261208T090000Z',
        "RECURRENCE-ID;VALUE=DATE:20261208",
        "RECURRENCE-ID:20261208T100000",
    ],
)
def test_a_broken_occurrence_never_becomes_the_whole_series(line: str) -> None:
    item = one(reply(KIM, line))
    assert item.recurrence_id is None
    assert item.doubts == (Doubt.OCCURRENCE_UNCLEAR,)


def test_a_false_vtimezone_under_a_known_name_is_ignored() -> None:
    zone = [
        line.replace("Customized Time Zone", "Europe/Stockholm")
        for line in custom_zone("FREQ=YEARLY;BYDAY=-1SU", offsets=("-0500", "-0600"))
    ]
    lines = event(KIM, "RECURRENCE-ID;TZID=Europe/Stockholm:20260708T100000")
    assert one(reply(*zone, *lines)).recurrence_id == datetime(2026, 7, 8, 8, tzinfo=UTC)


def test_range_of_occurrences_is_doubted() -> None:
    item = one(reply(KIM, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T090000Z"))
    assert item.doubts == (Doubt.OCCURRENCE_RANGE,)
