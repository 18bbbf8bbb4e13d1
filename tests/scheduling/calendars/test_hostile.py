"""Titles that attack the format: what is read back is the cleaned text and nothing more."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling.calendars.feed import head, join
from scheduling.calendars.itip import cancel, declinecounter, publish, request
from scheduling.calendars.render import event_block
from scheduling.calendars.snapshots import FeedSnapshot, Mailbox
from scheduling.calendars.text import clean_text
from tests.scheduling.calendars.builders import (
    FEED,
    ORGANIZER,
    assert_wire_form,
    make_event,
    make_invitation,
    read,
    read_event,
    vread,
)

NASTY = [
    "a\r\nBEGIN:VEVENT\r\nUID:evil\r\nEND:VEVENT",
    "END:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR",
    "nul \x00 vt \x0b nel \x85 ls \u2028 ps \u2029 end",
    "x" * 10_000,
    "åäö🎉" * 3_000,
    "🎉" * 40,
    "C:\\New\\note;a,b\\;\\,\\\\n \\N",
    '"quoted"; TZID=X:"',
    "%2C %3B ^n ^' ^^",
    " leading and trailing ",
    "\ufeffbom \ud83d alone",
    "👩\u200d👩\u200d👧 " * 30,
    "",
]
hostile = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=400),
    st.text(alphabet="\\nN;,:\"^%\r\n \t'=å🎉", max_size=200),
    st.builds("".join, st.lists(st.sampled_from([*NASTY[:3], "🎉", "\\", "\n"]), max_size=8)),
)


@pytest.mark.large
@settings(max_examples=200, deadline=None)
@given(title=hostile, place=hostile, words=hostile)
@example(title=NASTY[0], place=NASTY[2], words=NASTY[3])
def test_any_text_comes_back_cleaned_from_a_block(title: str, place: str, words: str) -> None:
    event = make_event(
        summary=title, location=place, description=words, url="", categories=(title,)
    )
    block = event_block(event)
    assert_wire_form(block)
    data = b"".join(join(head(FEED), [block, event_block(make_event(uid="next"))]))
    first, second = read(data).walk("VEVENT")
    assert str(first.get("SUMMARY", "")) == event.summary == clean_text(title, 200, one_line=True)
    assert str(first.get("LOCATION", "")) == event.location == clean_text(place, 300)
    assert str(first.get("DESCRIPTION", "")) == event.description == clean_text(words)
    assert str(second["UID"]) == "next"
    assert vread(data).vevent_list[0].uid.value == event.uid


@pytest.mark.large
@settings(max_examples=100, deadline=None)
@given(title=hostile, name=hostile)
def test_any_text_comes_back_cleaned_from_an_invitation(title: str, name: str) -> None:
    invitation = make_invitation(
        summary=title, attendee=Mailbox("kim@x.example", name), organizer=Mailbox("b@x.se", name)
    )
    for data in (request(invitation), cancel(invitation), publish(invitation)):
        assert_wire_form(data)
        event = read_event(data)
        assert str(event.get("SUMMARY", "")) == invitation.summary
        assert event["ORGANIZER"].params.get("CN", "") == invitation.attendee.name
        assert str(event["ORGANIZER"]) == "mailto:b@x.se"
    attendee = read_event(request(invitation))["ATTENDEE"]
    assert attendee.params.get("CN", "") == invitation.attendee.name


@pytest.mark.large
@settings(max_examples=100, deadline=None)
@given(text=hostile)
def test_any_text_in_feed_names_and_comments(text: str) -> None:
    feed = FeedSnapshot(text, text, "red", "#112233")
    data = b"".join(join(head(feed), [event_block(make_event())]))
    assert_wire_form(data)
    assert len(read(data).walk("VEVENT")) == 1
    comment = declinecounter(make_invitation(), comment=text)
    assert_wire_form(comment)
    assert str(read_event(comment).get("COMMENT", "")) == clean_text(text, 1000)


@pytest.mark.parametrize("title", NASTY)
def test_a_second_library_reads_the_same_title(title: str) -> None:
    invitation = make_invitation(summary=title)
    other = vread(request(invitation)).vevent
    summary = other.summary.value if hasattr(other, "summary") else ""
    assert summary == invitation.summary


@pytest.mark.parametrize("shift", range(8))
def test_an_emoji_on_the_fold_stays_whole(shift: int) -> None:
    block = event_block(make_event(summary="x" * (60 + shift) + "🎉å" * 20))
    assert_wire_form(block)
    assert read_event(b"".join(join(head(FEED), [block])))["SUMMARY"].endswith("🎉å")


def test_published_event_survives_as_well() -> None:
    data = publish(make_event(summary=NASTY[0]), organizer=ORGANIZER)
    assert len(read(data).walk("VEVENT")) == 1
