import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendars.feed import digest, etag, head, join, tail
from scheduling.calendars.freebusy import freebusy, merge
from scheduling.calendars.render import event_block
from scheduling.calendars.snapshots import BusyPeriod, EventStatus, FeedSnapshot
from tests.scheduling.calendars.builders import (
    FEED,
    ORGANIZER,
    STAMP,
    assert_wire_form,
    lines,
    local,
    make_event,
    read,
    read_event,
    vread,
)

GOLDEN_BLOCK = """\
BEGIN:VEVENT
UID:b-41@kalender.svarta.example
DTSTAMP:20261123T093000Z
DTSTART;TZID=Europe/Stockholm:20261201T100000
DTEND;TZID=Europe/Stockholm:20261201T111500
SEQUENCE:2
LAST-MODIFIED:20261123T093000Z
CREATED:20261120T093000Z
SUMMARY:Första besöket\\, Morgongruppen
LOCATION:Näcken\\; Svartåbiblioteket
DESCRIPTION:Fika finns.\\nVälkomna!\\n\\nhttps://boka.example/b/41
URL:https://boka.example/b/41
STATUS:CONFIRMED
TRANSP:OPAQUE
CATEGORIES:Studiebesök
END:VEVENT
""".replace("\n", "\r\n").encode()


def whole(*blocks: bytes) -> bytes:
    return b"".join(join(head(FEED), blocks))


def test_golden_block() -> None:
    assert event_block(make_event()) == GOLDEN_BLOCK


def test_equal_snapshots_give_equal_bytes() -> None:
    assert event_block(make_event()) == event_block(make_event())
    assert head(FEED) == head(FEED)


def test_head_names_interval_colour_and_zone_but_no_method() -> None:
    text = lines(head(FEED))
    assert text[:14] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Studiebesok//Studiebesok 1.0//SV",
        "CALSCALE:GREGORIAN",
        "NAME:Besök\\, Svartå\\; alla",
        "X-WR-CALNAME:Besök\\, Svartå\\; alla",
        "X-WR-TIMEZONE:Europe/Stockholm",
        "DESCRIPTION:Studiebesök",
        "X-WR-CALDESC:Studiebesök",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "COLOR:seagreen",
        "X-APPLE-CALENDAR-COLOR:#2E8B57",
        "BEGIN:VTIMEZONE",
    ]
    assert text[-1] == "END:VTIMEZONE"
    assert not any(line.startswith("METHOD") for line in text)


@pytest.mark.parametrize(("minutes", "text"), [(30, "PT30M"), (60, "PT1H"), (1500, "PT25H")])
def test_refresh_interval(minutes: int, text: str) -> None:
    data = lines(head(FeedSnapshot("a", "b", "red", "#112233", timedelta(minutes=minutes))))
    assert f"X-PUBLISHED-TTL:{text}" in data
    (interval,) = [line for line in data if line.startswith("REFRESH-INTERVAL")]
    assert interval.startswith("REFRESH-INTERVAL;VALUE=DURATION:P")


def test_a_feed_never_names_people() -> None:
    assert b"ATTENDEE" not in whole(GOLDEN_BLOCK)
    assert b"ORGANIZER" not in whole(GOLDEN_BLOCK)


def test_hostile_feed_name_stays_one_line() -> None:
    feed = FeedSnapshot("a\r\nBEGIN:VEVENT\n\x00\u2028", "x\ny", "red", "#112233")
    data = b"".join(join(head(feed), [GOLDEN_BLOCK]))
    assert len(read(data).walk("VEVENT")) == 1
    assert_wire_form(data)


def test_cancelled_says_so_and_takes_no_time() -> None:
    data = lines(event_block(make_event(status=EventStatus.CANCELLED)))
    assert "SUMMARY:INSTÄLLT: Första besöket\\, Morgongruppen" in data
    assert "STATUS:CANCELLED" in data
    assert "TRANSP:TRANSPARENT" in data
    again = make_event(status=EventStatus.CANCELLED, summary="INSTÄLLT: x")
    assert "SUMMARY:INSTÄLLT: x" in lines(event_block(again))


def test_transparent_and_empty_values() -> None:
    bare = make_event(
        transparent=True, location="", description="", url="", categories=(), created=None
    )
    names = {line.partition(":")[0] for line in lines(event_block(bare))}
    assert not names & {"LOCATION", "DESCRIPTION", "URL", "CATEGORIES", "CREATED"}
    assert "TRANSP:TRANSPARENT" in lines(event_block(bare))


def test_the_link_stays_whole_in_a_long_description() -> None:
    event = read_event(whole(event_block(make_event(description="d" * 9000))))
    text = str(event["DESCRIPTION"])
    assert len(text) <= 4000
    assert text.endswith("…\n\nhttps://boka.example/b/41")


@pytest.mark.parametrize(
    ("start", "minutes"),
    [
        (local(2026, 3, 29, 1, 30), 60),  # over the spring gap
        (local(2026, 3, 29, 3, 0), 60),
        (local(2026, 10, 25, 1, 30), 60),
        (local(2026, 10, 25, 1, 45), 90),  # ends in the second pass
        (local(2026, 10, 25, 2, 30), 30),  # first pass
        (local(2026, 10, 25, 2, 30), 60),  # first pass to second pass
        (local(2026, 10, 25, 2, 30, fold=1), 30),  # second pass
        (local(2026, 10, 25, 3, 0), 60),
    ],
)
def test_instants_survive_the_clock_changes(start, minutes) -> None:  # type: ignore[no-untyped-def]
    start_utc = start.astimezone(STAMP.tzinfo)
    end_utc = start_utc + timedelta(minutes=minutes)
    data = whole(event_block(make_event(start=start, end=end_utc)))
    event = read_event(data)
    assert (event.start.astimezone(STAMP.tzinfo), event.end.astimezone(STAMP.tzinfo)) == (
        start_utc,
        end_utc,
    )
    other = vread(data).vevent
    assert other.dtstart.value.astimezone(STAMP.tzinfo) == start_utc
    assert other.dtend.value.astimezone(STAMP.tzinfo) == end_utc


def test_only_the_second_pass_is_written_in_utc() -> None:
    first = event_block(make_event(start=local(2026, 10, 25, 2, 0), end=local(2026, 10, 25, 2, 59)))
    assert b"DTSTART;TZID=Europe/Stockholm:20261025T020000\r\n" in first
    second = make_event(start=local(2026, 10, 25, 2, 0), end=local(2026, 10, 25, 2, 0, fold=1))
    assert b"DTSTART:20261025T000000Z\r\nDTEND:20261025T010000Z\r\n" in event_block(second)


def test_join_yields_the_pieces_as_they_are() -> None:
    pieces = iter([b"one\r\n", b"two\r\n"])
    assert list(join(b"head\r\n", pieces)) == [b"head\r\n", b"one\r\n", b"two\r\n", tail()]


def test_etag_is_strong_quoted_and_depends_on_each_digest_and_their_order() -> None:
    one, two = digest(b"1"), digest(b"2")
    tag = etag([one, two])
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert len({tag, etag([two, one]), etag([one]), etag([]), etag([one + two])}) == 5
    assert etag([one.encode(), two]) == tag


@given(st.lists(st.binary()), st.lists(st.binary()))
def test_etags_are_equal_only_for_equal_digests(left: list[bytes], right: list[bytes]) -> None:
    assert (etag(left) == etag(right)) == (left == right)


def busy(start: int, end: int) -> BusyPeriod:
    return BusyPeriod(STAMP + timedelta(minutes=start), STAMP + timedelta(minutes=end))


def test_merge_sorts_and_joins_overlapping_and_touching_periods() -> None:
    given_periods = [busy(100, 120), busy(0, 30), busy(30, 40), busy(10, 20), busy(110, 130)]
    assert merge(given_periods) == (busy(0, 40), busy(100, 130))


minutes = st.integers(min_value=0, max_value=200)


@given(st.lists(st.tuples(minutes, st.integers(min_value=1, max_value=50))))
def test_merge_keeps_exactly_the_busy_minutes(spans: list[tuple[int, int]]) -> None:
    merged = merge(busy(start, start + length) for start, length in spans)
    wanted = {m for start, length in spans for m in range(start, start + length)}
    got = [(p.start - STAMP, p.end - STAMP) for p in merged]
    pairs = [(a // timedelta(minutes=1), b // timedelta(minutes=1)) for a, b in got]
    assert {m for a, b in pairs for m in range(a, b)} == wanted
    assert all(left[1] < right[0] for left, right in itertools.pairwise(pairs))


def test_freebusy_golden() -> None:
    data = freebusy(
        [busy(60, 120), busy(110, 150), busy(-90, -30), busy(-10, 5), busy(400, 500)],
        window=busy(0, 300),
        uid="fb-1@svarta.example",
        stamp=STAMP,
        organizer=ORGANIZER,
    )
    assert lines(data) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Studiebesok//Studiebesok 1.0//SV",
        "METHOD:PUBLISH",
        "BEGIN:VFREEBUSY",
        "UID:fb-1@svarta.example",
        "DTSTAMP:20261123T093000Z",
        "ORGANIZER;CN=Svartåbiblioteket:mailto:boka+k7f3@svarta.example",
        "DTSTART:20261123T093000Z",
        "DTEND:20261123T143000Z",
        "FREEBUSY;FBTYPE=BUSY:20261123T093000Z/20261123T093500Z",
        "FREEBUSY;FBTYPE=BUSY:20261123T103000Z/20261123T120000Z",
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    assert_wire_form(data)
