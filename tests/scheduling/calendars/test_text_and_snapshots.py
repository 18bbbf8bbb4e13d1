import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendars.snapshots import BusyPeriod, EventStatus, FeedSnapshot, Mailbox
from scheduling.calendars.text import clean_name, clean_text
from tests.scheduling.calendars.builders import local, make_event, make_invitation, make_series


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\x00\x07\x0b\x1b\x7f\x85\x9fb", "ab"),
        ("a\u2028b\u2029c\ufeffd", "abcd"),
        ("a\tb", "a b"),
        ("  å \n", "å"),
        ("\ud800x", "x"),
    ],
)
def test_clean_text_strips_what_breaks_lines(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_clean_text_cuts_with_an_ellipsis() -> None:
    assert clean_text("x" * 10, 10) == "x" * 10
    assert clean_text("x" * 11, 10) == "x" * 9 + "…"


@given(st.text(), st.integers(min_value=1, max_value=50), st.booleans())
def test_clean_text_is_idempotent_and_within_its_limit(text: str, limit: int, line: bool) -> None:
    once = clean_text(text, limit, one_line=line)
    assert len(once) <= limit
    assert clean_text(once, limit, one_line=line) == once
    assert not (line and "\n" in once)


@given(st.text())
def test_clean_name_has_no_quote_caret_or_newline(name: str) -> None:
    once = clean_name(name)
    assert not set(once) & set('"^\\\r\n\x00')
    assert clean_name(once) == once


def test_limits_of_event_text() -> None:
    event = make_event(summary="s" * 999, location="l" * 999, description="d" * 9999)
    assert (len(event.summary), len(event.location), len(event.description)) == (200, 300, 4000)


def test_snapshots_are_frozen_and_slotted() -> None:
    event = make_event()
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.summary = "x"  # type: ignore[misc]
    assert not hasattr(event, "__dict__")


def test_stamps_become_utc_and_whole_seconds() -> None:
    event = make_event(stamp=local(2026, 7, 1, 12, 0).replace(microsecond=7))
    assert event.stamp == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert event.stamp.tzinfo is UTC


@pytest.mark.parametrize(
    "changes",
    [
        {"start": datetime(2026, 1, 1, 10), "end": local(2026, 1, 1, 11)},  # noqa: DTZ001
        {"stamp": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"end": local(2026, 12, 1, 10, 0)},
        {"end": local(2026, 12, 1, 9, 0)},
        {"sequence": -1},
        {"sequence": 2**31},
        {"uid": ""},
        {"uid": "a b"},
        {"uid": "a/b"},
        {"uid": "å"},
        {"uid": "a" * 255},
        {"status": "PERHAPS"},
    ],
)
def test_structural_faults_raise(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many messages
        make_event(**changes)


def test_end_must_be_later_as_an_instant_not_as_wall_time() -> None:
    with pytest.raises(ValueError, match="after start"):
        make_event(start=local(2026, 10, 25, 2, 30, fold=1), end=local(2026, 10, 25, 2, 45))
    make_event(start=local(2026, 10, 25, 2, 45), end=local(2026, 10, 25, 2, 30, fold=1))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/relative", "https://", "ftp://x/y", "mailto:a@b.se"]
)
def test_what_is_no_web_address_is_dropped(url: str) -> None:
    assert make_event(url=url).url == ""


def test_web_address_becomes_ascii_on_one_line() -> None:
    assert make_event(url="https://x.se/å b\r\nX:1").url == "https://x.se/%C3%A5%20b%20X:1"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kim",
        "@x.se",
        "kim@",
        "a b@x.se",
        "a@x.se\r\nBcc:b@x.se",
        "a,b@x.se",
        "å@x.se",
        "a..b@x.se",
        "<a@x.se>",
        "a@x.se?subject=1",
        "a" * 65 + "@x.se",
        "a@b@x.se",
    ],
)
def test_odd_mailboxes_raise(address: str) -> None:
    with pytest.raises(ValueError, match=r"mail address|label|codec"):
        Mailbox(address)


def test_mailbox_keeps_the_tag_and_makes_the_domain_ascii() -> None:
    assert Mailbox("boka+k7@härbärget.se").address == "boka+k7@xn--hrbrget-5wac.se"


def test_categories_are_cleaned_and_unique() -> None:
    assert make_event(categories=("a\nb", "", "a b", "c")).categories == ("a b", "c")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;COUNT=2",
        "FREQ=YEARLY;COUNT=2",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;COUNT=201",
        "FREQ=WEEKLY;COUNT=2;UNTIL=20270101T000000Z",
        "FREQ=WEEKLY;UNTIL=20270101T000000",
        "FREQ=WEEKLY;UNTIL=20270101",
        "FREQ=WEEKLY;UNTIL=20300101T000000Z",
        "FREQ=WEEKLY;UNTIL=20200101T000000Z",
        "FREQ=WEEKLY;COUNT=2;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=2;BYHOUR=1,2",
        "FREQ=WEEKLY;COUNT=2;COUNT=3",
        "FREQ=WEEKLY;COUNT=2;BYDAY=1TU",
        "FREQ=WEEKLY;COUNT=2;BYMONTHDAY=3",
        "FREQ=DAILY;COUNT=2;BYDAY=TU",
        "FREQ=MONTHLY;COUNT=2;BYDAY=1TU,2TU",
        "FREQ=MONTHLY;COUNT=2;BYDAY=1TU,TH",
        "FREQ=MONTHLY;COUNT=2;BYDAY=TU",
        "FREQ=MONTHLY;COUNT=2;BYDAY=1TU;BYMONTHDAY=3",
        "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=3,4",
        "COUNT=2",
        "FREQ=WEEKLY;COUNT=2\r\nX:1",
        "",
    ],
)
def test_recurrence_outlook_lacks_or_that_never_ends_raises(rule: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many messages
        make_series(rrule=rule, exdates=())


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=5",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8",
        "FREQ=WEEKLY;UNTIL=20270601T080000Z;WKST=MO",
        "FREQ=MONTHLY;BYDAY=-1TU;COUNT=12",
        "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=12",
    ],
)
def test_plain_recurrence_is_allowed(rule: str) -> None:
    assert make_series(rrule=rule).rrule == rule


def test_recurrence_parts_that_exclude_each_other_raise() -> None:
    with pytest.raises(ValueError, match="occurrence"):
        make_series(recurrence_id=local(2026, 12, 8, 10, 0))
    with pytest.raises(ValueError, match="exdates"):
        make_invitation(exdates=(local(2026, 12, 8, 10, 0),))
    with pytest.raises(ValueError, match="wall time"):
        make_series(start=local(2026, 10, 25, 2, 30, fold=1))
    with pytest.raises(ValueError, match="ROLE"):
        make_invitation(role="BOSS")


def test_feed_values_are_checked() -> None:
    with pytest.raises(ValueError, match="color_name"):
        FeedSnapshot("a", "b", "Red;", "#112233")
    with pytest.raises(ValueError, match="RRGGBB"):
        FeedSnapshot("a", "b", "red", "112233")
    with pytest.raises(ValueError, match="minutes"):
        FeedSnapshot("a", "b", "red", "#112233", timedelta(seconds=90))


def test_busy_period_must_last() -> None:
    with pytest.raises(ValueError, match="after start"):
        BusyPeriod(local(2026, 1, 1, 1), local(2026, 1, 1, 1))


def test_status_is_a_string() -> None:
    assert str(EventStatus.CANCELLED) == "CANCELLED"
