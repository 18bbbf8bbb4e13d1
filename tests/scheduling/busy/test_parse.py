"""Foreign calendars as they really look, and as an enemy would write them."""

import time as clock
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil import rrule  # type: ignore[import-untyped] # has none of its own
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.busy import lines, recur
from scheduling.busy.faults import Fault, Unreadable
from scheduling.busy.lines import Value
from scheduling.busy.parse import busy_times

FIRST, LAST = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    parts = [f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in events]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR"]).encode()


def busy(*events: str, first: datetime = FIRST, last: datetime = LAST) -> list[str]:
    """ "12-01 10:00/11:00" in Stockholm."""
    found = busy_times(calendar(*events), first=first, last=last)
    spans = [(row.start.astimezone(lines.STOCKHOLM), row.end.astimezone(lines.STOCKHOLM))
             for row in found]  # fmt: skip
    return [
        f"{a:%m-%d %H:%M}/{b:%H:%M}" if a.date() == b.date() else f"{a:%m-%d %H:%M}/{b:%m-%d %H:%M}"
        for a, b in spans
    ]


MEETING = "UID:a\nSUMMARY:Lönesamtal med Kim\nDTSTART:20261201T090000Z\nDTEND:20261201T100000Z"


def test_a_meeting_is_a_time_and_nothing_else() -> None:
    (found,) = busy_times(calendar(MEETING), first=FIRST, last=LAST)
    assert found == (datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert found._fields == ("start", "end")


@pytest.mark.parametrize(
    "free",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "status:cancelled",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    ],
)
def test_free_and_cancelled_do_not_count(free: str) -> None:
    assert busy(f"{MEETING}\n{free}") == []


def test_tentative_does() -> None:
    assert busy(f"{MEETING}\nSTATUS:TENTATIVE") == ["12-01 10:00/11:00"]


@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Stockholm", "W. Europe Standard Time", "W. Europe Standard Time 1"),
        *("Customized Time Zone", "/freeassociation.sourceforge.net/Europe/Stockholm"),
        '"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"',
        "../../../etc/passwd",
    ],
)
def test_zones_as_they_are_named(zone: str) -> None:
    event = f"UID:a\nDTSTART;TZID={zone}:20261201T100000\nDURATION:PT1H"
    assert busy(event) == ["12-01 10:00/11:00"]


def test_another_zone_is_another_time() -> None:
    event = "UID:a\nDTSTART;TZID=GMT Standard Time:20261201T100000\nDURATION:PT1H"
    assert busy(event) == ["12-01 11:00/12:00"]


def test_whole_days_are_days_here() -> None:
    assert busy("UID:a\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227") == [
        "12-24 00:00/12-27 00:00"
    ]
    assert busy("UID:a\nDTSTART;VALUE=DATE:20261224") == ["12-24 00:00/12-25 00:00"]
    spring = busy(
        "UID:a\nDTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3",
        first=datetime(2026, 3, 1, tzinfo=UTC),
        last=datetime(2026, 5, 1, tzinfo=UTC),
    )
    assert spring == ["03-28 00:00/03-31 00:00"]


def test_a_series_keeps_its_wall_time_over_the_change_of_the_clock() -> None:
    event = (
        "UID:a\nDTSTART;TZID=Europe/Stockholm:20261020T100000\n"
        "DTEND;TZID=Europe/Stockholm:20261020T113000\nRRULE:FREQ=WEEKLY;COUNT=3"
    )
    first = datetime(2026, 10, 1, tzinfo=UTC)
    assert busy(event, first=first) == [
        "10-20 10:00/11:30",
        "10-27 10:00/11:30",
        "11-03 10:00/11:30",
    ]


WEEKLY = "UID:a\nDTSTART;TZID=Europe/Stockholm:20261201T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"


def test_exceptions_of_a_series() -> None:
    moved = (
        "UID:a\nRECURRENCE-ID:20261208T090000Z\nDTSTART:20261209T120000Z\nDTEND:20261209T130000Z"
    )
    called_off = "UID:a\nRECURRENCE-ID:20261215T090000Z\nDTSTART:20261215T090000Z\nSTATUS:CANCELLED"
    event = f"{WEEKLY};UNTIL=20261229T090000Z\nEXDATE;TZID=Europe/Stockholm:20261222T100000"
    assert busy(event, moved, called_off) == [
        "12-01 10:00/11:00",
        "12-09 13:00/14:00",
        "12-29 10:00/11:00",
    ]


def test_until_is_to_the_minute() -> None:
    assert len(busy(f"{WEEKLY};UNTIL=20261215T090000Z")) == 3
    assert len(busy(f"{WEEKLY};UNTIL=20261215T085959Z")) == 2
    assert len(busy(f"{WEEKLY};UNTIL=20261215")) == 3


def test_rdate_and_free_busy() -> None:
    assert busy(f"{MEETING}\nRDATE:20261202T090000Z,20261203T090000Z") == [
        f"12-0{day} 10:00/11:00" for day in (1, 2, 3)
    ]
    data = (
        b"BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY:20261201T090000Z/20261201T100000Z,"
        b"20261202T090000Z/PT30M\nFREEBUSY;FBTYPE=FREE:20261203T090000Z/PT1H\n"
        b"END:VFREEBUSY\nEND:VCALENDAR"
    )
    found = busy_times(data, first=FIRST, last=LAST)
    assert [(row.end - row.start).seconds // 60 for row in found] == [60, 30]


def test_overlapping_times_are_one_and_the_window_cuts() -> None:
    other = MEETING.replace("UID:a", "UID:b").replace("T100000Z", "T113000Z")
    assert busy(MEETING, other) == ["12-01 10:00/12:30"]
    half = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert busy(MEETING, first=half) == ["12-01 10:30/11:00"]
    assert busy(MEETING, last=datetime(2026, 12, 1, 9, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><html><title>Logga in</title>",
        b"{}",
        b"\x00\xff",
        b"BEGIN:VCARD\nEND:VCARD",
    ],
)
def test_what_is_no_calendar_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        busy_times(data, first=FIRST, last=LAST)
    assert caught.value.fault is Fault.NOT_A_CALENDAR


def test_one_broken_event_costs_only_itself() -> None:
    broken = [
        "UID:b\nDTSTART:banana",
        "UID:c\nDTSTART:20261301T250000Z\nDTEND:20261301T260000Z",
        "UID:d\nSUMMARY:no start",
        "UID:e\nDTSTART:99991231T230000Z\nDURATION:P99999D\nRRULE:FREQ=YEARLY",
        "UID:f\nDTSTART:20261201T090000Z\nDTEND:20261101T090000Z",
        "UID:g\nDTSTART:20261203T090000Z\nDTEND:20261203T090000Z",
        'UID:h\nDTSTART;TZID="unclosed:20261201T090000Z',
    ]
    assert busy(*broken, MEETING) == ["12-01 10:00/11:00"]


def test_missing_ends_marks_and_alarms() -> None:
    data = (
        b"\xef\xbb\xbfBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261201T090000Z\r\n"
        b"DURATION:PT1H\r\nBEGIN:VALARM\r\nDURATION:PT9H\r\nDTSTART:20200101T000000Z\r\nEND:VALARM"
        b"\r\nBEGIN:VEVENT\r\nUID:b\r\nDTSTART:2026120\r\n 2T090000Z\r\nDURATION:PT30M"
    )
    found = busy_times(data, first=FIRST, last=LAST)
    assert [(row.end - row.start).seconds // 60 for row in found] == [60, 30]


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;INTERVAL=1",
    "FREQ=HOURLY",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,1,2;BYSECOND=0,1,2",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=MONTHLY;BYSETPOS=" + ",".join(map(str, range(1, 400))) + ";BYDAY=MO,TU,WE,TH,FR,SA,SU",
    "FREQ=YEARLY;BYYEARDAY=1,2,3;BYWEEKNO=1,2,3",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=DAILY;COUNT=x",
    "",
]


@pytest.mark.parametrize("rule", BOMBS)
def test_rules_that_kill_expanders_cost_next_to_nothing(rule: str) -> None:
    began = clock.process_time()
    found = busy(f"UID:a\nDTSTART:19700101T090000Z\nDURATION:PT1H\nRRULE:{rule}")
    assert clock.process_time() - began < 1
    assert len(found) <= 160


def test_many_long_series_are_refused_in_bounded_time() -> None:
    event = "DTSTART:19000101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=99999"
    began = clock.process_time()
    with pytest.raises(Unreadable) as caught:
        busy(*(f"UID:{number}\n{event}" for number in range(500)))
    assert caught.value.fault is Fault.TOO_DENSE
    assert clock.process_time() - began < 8


def test_too_many_events_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        busy_times(
            b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 20_001, first=FIRST, last=LAST
        )
    assert caught.value.fault is Fault.TOO_LARGE


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
some_days = st.lists(st.sampled_from(DAYS), max_size=3, unique=True)
ordinal = st.tuples(st.sampled_from(["1", "2", "-1", "5"]), st.sampled_from(DAYS)).map("".join)
#: All with an ordinal or none: dateutil takes a day only if it is both, where RFC 5545 adds them.
month_days = some_days | st.lists(ordinal, max_size=2, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """The rules that people make in Outlook and Google."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if frequency == "WEEKLY":
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    plain = frequency in {"DAILY", "WEEKLY"}
    if frequency != "YEARLY":
        by_day = draw(some_days if plain else month_days)
        parts += [f"BYDAY={','.join(by_day)}"] if by_day else []
        if frequency == "MONTHLY" and not by_day and draw(st.booleans()):
            parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '15', '31', '-1', '1,-2']))}")
        if frequency == "MONTHLY" and by_day and draw(st.booleans()):
            parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


@settings(max_examples=300, deadline=None)
@given(rules(), st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_the_days_are_those_of_the_expander_everybody_uses(text: str, start: date) -> None:
    begin = datetime(start.year, start.month, start.day, 10, tzinfo=None)  # noqa: DTZ001 - dateutil's
    limit = begin + timedelta(days=900)
    endless, _, count = text.partition(";COUNT=")
    # Ended by a day: one that never comes is looked for until year 9999 (ICAL.md E1).
    ended = rrule.rrulestr(f"{endless};UNTIL={limit:%Y%m%dT%H%M%S}", dtstart=begin)
    expected = [day.date() for day in ended][: int(count) if count else None]
    rule = recur.read(Value(text, {}))
    assert rule is not None
    if start not in expected:
        return  # DTSTART outside its own rule: RFC 5545 leaves it undefined.
    assert recur.days(rule, start, start, limit.date(), recur.Budget()) == expected


def test_every_monday_and_the_last_saturday_are_added_together() -> None:
    rule = recur.read(Value("FREQ=MONTHLY;BYDAY=-1SA,MO", {}))
    assert rule is not None
    found = recur.days(
        rule, date(2026, 8, 29), date(2026, 8, 29), date(2026, 9, 30), recur.Budget()
    )
    assert [day.day for day in found] == [29, 31, 7, 14, 21, 26, 28]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_octets_are_a_defect(data: bytes) -> None:
    found = busy_times(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n" + data, first=FIRST, last=LAST)
    assert all(FIRST <= row.start < row.end <= LAST for row in found)
