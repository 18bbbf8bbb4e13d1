from datetime import UTC, datetime, timedelta

import pytest

from scheduling.calendars.replies import (
    Answer,
    AnswerItem,
    Doubt,
    Method,
)
from tests.scheduling.calendars.reply_builders import (
    KIM,
    RECEIVED,
    SENT,
    UID,
    event,
    one,
    read,
    reply,
)


def test_plain_reply() -> None:
    answer = read(reply(KIM, "COMMENT:Vi kommer\\, åtta stycken"))
    assert answer == Answer(
        Method.REPLY,
        UID,
        (
            AnswerItem(
                sequence=1,
                stamp=datetime(2026, 11, 23, 10, tzinfo=UTC),
                attendee="kim@vinterljus.example",
                partstat="ACCEPTED",
                comment="Vi kommer, åtta stycken",
            ),
        ),
    )


def test_google_shape() -> None:
    item = one(
        reply(
            "DTSTART:20261201T090000Z",
            "DTEND:20261201T101500Z",
            "ORGANIZER;CN=x:mailto:boka+k7@svarta.example",
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=kim@v.example"
            ';X-NUM-GUESTS=0;X-RESPONSE-COMMENT="Det g&#229\\;r inte":mailto:Kim@V.example',
            "BEGIN:VALARM",
            "ACTION:NONE",
            "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
            "END:VALARM",
        )
    )
    assert (item.attendee, item.partstat) == ("kim@v.example", "DECLINED")
    assert item.comment == "Det går inte"
    assert item.proposed_start is None


def test_exchange_shape_without_organizer_and_with_bare_newlines() -> None:
    zone = ["BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time", "BEGIN:STANDARD"]
    zone += ["DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"]
    zone += ["RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "END:VTIMEZONE"]
    body = event(
        "ATTENDEE;PARTSTAT=TENTATIVE;CN=Kim:mailto:kim@v.example",
        "COMMENT;LANGUAGE=sv-SE:Kanske\\n",
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20261208T100000",
        "SUMMARY;LANGUAGE=sv-SE:Preliminär: Besök",
        "SEQUENCE:0",
        "X-MICROSOFT-CDO-APPT-SEQUENCE:3",
    )
    item = one(reply(*zone, *body, end="\n"))
    assert item.sequence == 3
    assert item.comment == "Kanske"
    assert item.recurrence_id == datetime(2026, 12, 8, 9, tzinfo=UTC)
    assert item.doubts == ()


def test_comment_property_and_parameter_that_say_the_same_are_one() -> None:
    item = one(
        reply("ATTENDEE;PARTSTAT=ACCEPTED;X-RESPONSE-COMMENT=Ja:mailto:a@b.se", "COMMENT:Ja")
    )
    assert item.comment == "Ja"


def test_notes_shape_with_delegation() -> None:
    item = one(
        reply(
            'ATTENDEE;PARTSTAT=DELEGATED;CN="Kim/Org/C";DELEGATED-TO="mailto:alex@v.example"'
            ":mailto:kim@v.example",
            'ATTENDEE;RSVP=TRUE;DELEGATED-FROM="mailto:kim@v.example":mailto:alex@v.example',
        )
    )
    assert (item.attendee, item.partstat) == ("kim@v.example", "DELEGATED")
    assert item.delegated_to == "alex@v.example"
    delegate = one(
        reply(
            'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:kim@v.example":mailto:alex@v.example'
        )
    )
    assert delegate.delegated_from == "kim@v.example"


def test_outlook_counter() -> None:
    answer = read(
        reply(
            "DTSTART;TZID=Europe/Stockholm:20261202T130000",
            "DTEND;TZID=Europe/Stockholm:20261202T141500",
            "X-MS-OLK-ORIGINALSTART;TZID=Europe/Stockholm:20261201T100000",
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:kim@v.example",
            method="COUNTER",
        )
    )
    (item,) = answer.items
    assert answer.method is Method.COUNTER
    assert item.proposed_start == datetime(2026, 12, 2, 12, tzinfo=UTC)
    assert item.proposed_end == datetime(2026, 12, 2, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "clear"),
    [
        (("DTSTART:20261202T130000Z", "DURATION:PT1H"), True),
        (("DTSTART:20261202T130000Z",), False),
        (("DTSTART:20261202T130000", "DTEND:20261202T140000"), False),
        (("DTSTART:20261202T130000Z", "DTEND:20261202T120000Z"), False),
        (("DTSTART;VALUE=DATE:20261202", "DTEND;VALUE=DATE:20261203"), False),
        (("DTSTART:00010101T000000Z", "DTEND:99991231T000000Z"), False),
        (("DTSTART:junk", "DTEND:junk"), False),
        ((), False),
    ],
)
def test_a_proposal_is_clear_or_doubted(times: tuple[str, ...], *, clear: bool) -> None:
    item = one(reply(KIM, *times, method="COUNTER"))
    assert (item.doubts == ()) == clear
    assert (item.proposed_start is not None) == (item.proposed_end is not None) == clear


def test_refresh() -> None:
    answer = read(reply("ATTENDEE:mailto:kim@v.example", method="REFRESH"))
    assert answer.method is Method.REFRESH
    assert answer.items[0].attendee == "kim@v.example"
    assert answer.items[0].partstat == ""


def test_several_occurrences_in_one_object() -> None:
    lines = event(KIM, "RECURRENCE-ID:20261208T090000Z") + event(KIM.replace("ACC", "DECL"))
    first, second = read(reply(*lines)).items
    assert first.recurrence_id == datetime(2026, 12, 8, 9, tzinfo=UTC)
    assert second.recurrence_id is None


@pytest.mark.parametrize(
    ("line", "sequence"),
    [
        ("SEQUENCE:0", 0),
        ("SEQUENCE:2147483647", 2**31 - 1),
        ("SEQUENCE:99999999999999999999", None),
        ("SEQUENCE:x", None),
        ("SEQUENCE:-1", None),
        ("X-A:1", None),
        ("X-MICROSOFT-CDO-APPT-SEQUENCE:4", 4),
    ],
)
def test_sequence(line: str, sequence: int | None) -> None:
    assert one(reply(*event(KIM, line))).sequence == sequence


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("DTSTAMP:20261124T075900", datetime(2026, 11, 24, 7, 59, tzinfo=UTC)),
        ("X-A:1", SENT),
        ("DTSTAMP:junk", SENT),
        ("DTSTAMP:20261125T070000Z", RECEIVED + timedelta(hours=23)),
        ("DTSTAMP:20991231T235959Z", RECEIVED),
        ("DTSTAMP:99991231T235959Z", SENT),
    ],
)
def test_stamp_is_bounded_by_receipt(stamp: str, expected: datetime) -> None:
    assert one(reply(*event(KIM, stamp=stamp))).stamp == expected


@pytest.mark.parametrize(
    ("partstat", "read_as", "doubts"),
    [
        ("accepted", "ACCEPTED", ()),
        ("NEEDS-ACTION", "", ()),
        ("DELETED", "", (Doubt.UNKNOWN_PARTSTAT,)),
        ("X-MAYBE", "", (Doubt.UNKNOWN_PARTSTAT,)),
    ],
)
def test_partstat(partstat: str, read_as: str, doubts: tuple[Doubt, ...]) -> None:
    item = one(reply(f"ATTENDEE;PARTSTAT={partstat}:MAILTO:kim@v.example"))
    assert (item.partstat, item.doubts, item.attendee) == (read_as, doubts, "kim@v.example")


def test_two_lines_for_one_person_are_one_and_two_that_differ_are_doubted() -> None:
    assert one(reply(KIM, KIM.upper())).doubts == ()
    assert one(reply(KIM, KIM.replace("ACCEPTED", "DECLINED"))).doubts == (Doubt.CONTRADICTION,)
    assert one(reply("ATTENDEE:mailto:boss@v.example", KIM)).attendee == "kim@vinterljus.example"
    alex = KIM.replace("kim@", "alex@")
    assert [item.doubts for item in read(reply(KIM, alex)).items] == [()] * 2
    items = read(reply(KIM, alex.replace("ACCEPTED", "DECLINED"))).items
    assert [item.doubts for item in items] == [(Doubt.SEVERAL_ATTENDEES,)] * 2


@pytest.mark.parametrize(
    ("attendee", "address"),
    [
        ("ATTENDEE;PARTSTAT=ACCEPTED:kim@v.example", "kim@v.example"),
        ("ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=kim@v.example:/principals/1/", "kim@v.example"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:invalid:nomail", ""),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:kim%2Ba@v.example", "kim+a@v.example"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:<kim@v.example>", "kim@v.example"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@v.example?subject=Svar", "kim@v.example"),
        ("ATTENDEE;CN=Ek: Kim;PARTSTAT=ACCEPTED:mailto:kim@v.example", "kim@v.example"),
        ('ATTENDEE;CN="Ek;PARTSTAT=ACCEPTED:mailto:kim@v.example', "kim@v.example"),
    ],
)
def test_addresses(attendee: str, address: str) -> None:
    item = one(reply(attendee))
    assert (item.attendee, item.partstat) == (address, "ACCEPTED")


def test_no_attendee_at_all() -> None:
    item = one(reply("COMMENT:hej"))
    assert (item.attendee, item.partstat, item.comment) == ("", "", "hej")


def test_comment_is_cleaned_and_cut() -> None:
    item = one(reply(KIM, "COMMENT:" + "å\u2028" * 3000))
    assert len(item.comment) == 1000
    assert "\u2028" not in item.comment
