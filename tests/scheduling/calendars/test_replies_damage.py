"""Damaged, oversized and hostile objects: an answer or Unreadable, never anything else."""

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.calendars.itip import request
from scheduling.calendars.replies import (
    Method,
    Reason,
    Unreadable,
    read_answer,
)
from tests.scheduling.calendars.builders import make_invitation
from tests.scheduling.calendars.reply_builders import (
    KIM,
    RECEIVED,
    UID,
    event,
    one,
    read,
    reason,
    reply,
)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_line_ends(end: str) -> None:
    assert one(reply(KIM, end=end)).partstat == "ACCEPTED"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\r\n\r\n" + data,
        lambda data: data.replace(b"END:VEVENT\r\nEND:VCALENDAR\r\n", b""),
        lambda data: data.replace(b"VERSION:2.0\r\n", b"junk line\r\n: x\r\n;;;\r\n"),
        lambda data: data.replace(b"SEQUENCE:1\r\n", b'SEQUENCE:1\r\nCOMMENT;X="a:b\r\n'),
        lambda data: data.replace(b"BEGIN:VEVENT", b"BEGIN:VTIMEZONE\r\nBEGIN:VEVENT"),
        lambda data: data.replace(b"kim@", b"k\r\n im@"),
        lambda data: data.decode().encode("utf-16"),
        lambda data: data.replace(b"METHOD:REPLY", b"method:reply"),
        lambda data: data + data,
    ],
)
def test_damage_that_costs_nothing(damage) -> None:  # type: ignore[no-untyped-def]
    item = read(damage(reply(KIM))).items[0]
    assert (item.partstat, item.attendee) == ("ACCEPTED", "kim@vinterljus.example")


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", None, "punycode", "no-such", ""])
def test_charset(charset: str | None) -> None:
    data = reply(KIM, "COMMENT:Hälsningar från Åsa").decode().encode("latin-1")
    assert one(data, charset).comment == "Hälsningar från Åsa"


def test_a_fold_inside_a_character() -> None:
    data = reply(KIM, "COMMENT:Hå").replace(b"H\xc3\xa5", b"H\xc3\r\n \xa5")
    assert one(data).comment == "Hå"


def test_method_from_the_content_type_only_if_the_object_has_none() -> None:
    bare = reply(KIM, method="")
    assert reason(bare) is Reason.NO_METHOD
    hinted = read_answer(bare, charset=None, received_at=RECEIVED, method_hint="reply")
    assert hinted.method is Method.REPLY
    both = read_answer(reply(KIM), charset=None, received_at=RECEIVED, method_hint="REQUEST")
    assert both.method is Method.REPLY


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER", "X"])
def test_organizers_methods_are_no_answers(method: str) -> None:
    assert reason(reply(KIM, method=method)) is Reason.NOT_AN_ANSWER


def test_our_own_invitation_coming_back_is_no_answer() -> None:
    assert reason(request(make_invitation())) is Reason.NOT_AN_ANSWER


def test_unusable_objects() -> None:
    assert reason(b"") is Reason.NOT_A_CALENDAR
    assert reason(b"<html>") is Reason.NOT_A_CALENDAR
    assert reason(reply(*event(KIM)).replace(b"VEVENT", b"VTODO")) is Reason.NO_EVENT
    assert reason(b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n") is Reason.NO_EVENT
    assert reason(reply(KIM).replace(b"UID:", b"X-UID:")) is Reason.NO_UID
    other = [line.replace(UID, "other") for line in event(KIM)]
    assert reason(reply(*event(KIM), *other)) is Reason.SEVERAL_UIDS
    assert reason(reply(KIM) + reply(KIM, method="COUNTER")) is Reason.NO_METHOD


def test_caps() -> None:
    assert reason(b"x" * (256 * 1024 + 1)) is Reason.TOO_LARGE
    assert reason(reply(KIM, *["X-A:1"] * 1001)) is Reason.TOO_MANY_LINES
    assert reason(reply(*[KIM] * 51)) is Reason.TOO_MANY_ATTENDEES
    assert reason(reply(*event("X-A:1") * 21)) is Reason.TOO_MANY_EVENTS
    assert reason(reply(*["BEGIN:X"] * 400)) is Reason.NOT_A_CALENDAR


@pytest.mark.timeout(10)
def test_foreign_rules_are_never_expanded() -> None:
    bomb = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31"
    zone = ["BEGIN:VTIMEZONE", "TZID:Bomb", "BEGIN:STANDARD", "DTSTART:16010101T000000"]
    zone += ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", bomb, "END:STANDARD", "END:VTIMEZONE"]
    lines = event(KIM, bomb, "DTSTART;TZID=Bomb:20200101T000000")
    assert one(reply(*zone, *lines)).partstat == "ACCEPTED"


pieces = st.sampled_from([*event(KIM), "BEGIN:VTIMEZONE", "BEGIN:VCALENDAR", "END:VCALENDAR"])
words = st.text(alphabet=':;="\\,^\x00\n\r\t åBEGINUIDTZ0129', max_size=40)
names = st.sampled_from(["UID", "ATTENDEE", "DTSTAMP", "SEQUENCE", "COMMENT", "RECURRENCE-ID"])
wild = st.builds(lambda name, sep, word: name + sep + word, names, st.sampled_from(":;"), words)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(pieces, wild, words), max_size=25), st.sampled_from(list(Method)))
def test_any_lines_give_an_answer_or_unreadable(lines: list[str], method: Method) -> None:
    data = "\r\n".join(["BEGIN:VCALENDAR", f"METHOD:{method}", *lines]).encode()
    try:
        answer = read(data)
    except Unreadable:
        return
    assert answer.uid
    for item in answer.items:
        assert item.partstat in {"", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"}
        assert item.stamp.tzinfo is UTC


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=300))
def test_any_bytes_give_an_answer_or_unreadable(junk: bytes, place: int) -> None:
    data = reply(KIM, "COMMENT:x")
    try:
        read(data[:place] + junk + data[place:])
    except Unreadable:
        return
