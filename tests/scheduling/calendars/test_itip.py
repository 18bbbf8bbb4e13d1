"""Each rule of the invitation table has a test of its own."""

import pytest

from scheduling.calendars.itip import address, cancel, declinecounter, publish, request
from scheduling.calendars.snapshots import EventStatus, InvitationSnapshot, Mailbox
from tests.scheduling.calendars.builders import (
    ORGANIZER,
    STAMP,
    assert_wire_form,
    lines,
    local,
    make_event,
    make_invitation,
    make_series,
    read,
    read_event,
    vread,
)

GOLDEN_REQUEST = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Studiebesok//Studiebesok 1.0//SV
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:0f6c1d4e-8f0b-4c55-9d55-2f1f7a1f9a10@svarta.example
DTSTAMP:20261123T093000Z
DTSTART;TZID=Europe/Stockholm:20261201T100000
DTEND;TZID=Europe/Stockholm:20261201T111500
SEQUENCE:1
SUMMARY:Första besöket
LOCATION:Näcken\\, Svartåbiblioteket\\, Ågatan 1
DESCRIPTION:Välkomna till biblioteket!\\n\\nhttps://boka.example/s/abc
URL:https://boka.example/s/abc
STATUS:CONFIRMED
TRANSP:OPAQUE
ORGANIZER;CN=Svartåbiblioteket:mailto:boka+k7f3@svarta.example
ATTENDEE;CN="Kim Åström";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT
 =NEEDS-ACTION;RSVP=TRUE:mailto:kim@vinterljus.example
X-MICROSOFT-DISALLOW-COUNTER:FALSE
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

OCCURRENCE = {"recurrence_id": local(2026, 12, 8, 10, 0), "start": local(2026, 12, 8, 13, 0)}
OBJECTS = {
    "request": request(make_invitation()),
    "series": request(make_series()),
    "occurrence": request(make_invitation(**OCCURRENCE)),
    "cancel": cancel(make_invitation()),
    "cancel series": cancel(make_series()),
    "cancel occurrence": cancel(make_invitation(**OCCURRENCE)),
    "uninvite": cancel(make_invitation(), whole=False),
    "declinecounter": declinecounter(make_invitation(), comment="Tyvärr, rummet är upptaget"),
    "publish": publish(make_invitation()),
    "publish event": publish(make_event(), organizer=ORGANIZER),
}
each_object = pytest.mark.parametrize("data", OBJECTS.values(), ids=OBJECTS.keys())


def test_golden_request() -> None:
    assert request(make_invitation()) == GOLDEN_REQUEST


@each_object
def test_folding_and_line_ends(data: bytes) -> None:
    assert_wire_form(data)


@each_object
def test_one_method_one_uid_one_event(data: bytes) -> None:
    calendar = read(data)
    assert str(calendar["METHOD"]) in {"REQUEST", "CANCEL", "DECLINECOUNTER", "PUBLISH"}
    assert len(calendar.walk("VEVENT")) == 1
    assert len([line for line in lines(data) if line.startswith("UID:")]) == 1


@each_object
def test_organizer_is_a_mailto_without_sent_by(data: bytes) -> None:
    organizer = read_event(data)["ORGANIZER"]
    assert str(organizer) == "mailto:boka+k7f3@svarta.example"
    assert list(organizer.params) == ["CN"]


@each_object
def test_no_alarm_no_html_no_attachment(data: bytes) -> None:
    for name in (b"VALARM", b"X-ALT-DESC", b"ATTACH", b"CONFERENCE", b"GEO"):
        assert name not in data


@each_object
def test_vtimezone_stands_before_the_event_that_names_it(data: bytes) -> None:
    if b";TZID=" in data:
        assert 0 < data.index(b"BEGIN:VTIMEZONE") < data.index(b"BEGIN:VEVENT")
    else:
        assert b"VTIMEZONE" not in data


@each_object
def test_stamps_are_utc(data: bytes) -> None:
    assert "DTSTAMP:20261123T093000Z" in lines(data)


def test_request_lists_the_receiver_alone_and_asks_for_an_answer() -> None:
    attendee = read_event(OBJECTS["request"])["ATTENDEE"]
    assert str(attendee) == "mailto:kim@vinterljus.example"
    assert dict(attendee.params) == {
        "CN": "Kim Åström",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }


def test_request_allows_a_counter_proposal() -> None:
    assert "X-MICROSOFT-DISALLOW-COUNTER:FALSE" in lines(OBJECTS["request"])


def test_request_puts_the_link_into_the_description() -> None:
    assert str(read_event(OBJECTS["request"])["DESCRIPTION"]).endswith("https://boka.example/s/abc")


def test_request_is_never_cancelled() -> None:
    with pytest.raises(ValueError, match=r"cancel\(\)"):
        request(make_invitation(status=EventStatus.CANCELLED))
    with pytest.raises(ValueError, match=r"cancel\(\)"):
        publish(make_invitation(status=EventStatus.CANCELLED))


def test_held_times_are_tentative() -> None:
    assert "STATUS:TENTATIVE" in lines(request(make_invitation(status=EventStatus.TENTATIVE)))


def test_update_carries_the_callers_sequence_and_stamp() -> None:
    later = STAMP.replace(hour=11)
    data = lines(request(make_invitation(sequence=7, stamp=later)))
    assert {"SEQUENCE:7", "DTSTAMP:20261123T113000Z"} <= set(data)


def test_series_has_rule_and_skips_in_the_zone_of_dtstart() -> None:
    data = lines(OBJECTS["series"])
    assert "DTSTART;TZID=Europe/Stockholm:20261201T100000" in data
    (rule,) = [line for line in data if line.startswith("RRULE") and "WEEKLY" in line]
    assert set(rule.removeprefix("RRULE:").split(";")) == {"FREQ=WEEKLY", "BYDAY=TU", "COUNT=8"}
    assert "EXDATE;TZID=Europe/Stockholm:20261222T100000" in data


def test_changed_occurrence_goes_alone_with_its_original_start() -> None:
    data = lines(OBJECTS["occurrence"])
    assert "RECURRENCE-ID;TZID=Europe/Stockholm:20261208T100000" in data
    assert "DTSTART;TZID=Europe/Stockholm:20261208T130000" in data
    assert not any(line.startswith("RRULE") and "WEEKLY" in line for line in data)


def test_cancel_of_all_says_cancelled_and_keeps_times_and_title() -> None:
    data = set(lines(OBJECTS["cancel"]))
    assert {
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "SEQUENCE:1",
        "DTSTART:20261201T090000Z",
        "DTEND:20261201T101500Z",
        "SUMMARY:Första besöket",
    } <= data
    assert b"RSVP" not in OBJECTS["cancel"]
    assert b"kim@vinterljus.example" in OBJECTS["cancel"]


def test_cancel_of_one_off_has_no_tzid_for_old_outlooks() -> None:
    assert b"TZID" not in OBJECTS["cancel"]


def test_cancel_of_one_occurrence_names_it_and_has_no_rule() -> None:
    event = read_event(OBJECTS["cancel occurrence"])
    assert "RRULE" not in event
    assert event["RECURRENCE-ID"].dt == local(2026, 12, 8, 10, 0)
    assert event["RECURRENCE-ID"].params["TZID"] == "Europe/Stockholm"
    assert str(event["STATUS"]) == "CANCELLED"


def test_uninvited_gets_a_cancel_without_status() -> None:
    event = read_event(OBJECTS["uninvite"])
    assert "STATUS" not in event
    assert str(read(OBJECTS["uninvite"])["METHOD"]) == "CANCEL"


def test_declinecounter_is_identity_comment_and_people() -> None:
    event = read_event(OBJECTS["declinecounter"])
    assert list(event) == ["UID", "DTSTAMP", "SEQUENCE", "COMMENT", "ORGANIZER", "ATTENDEE"]
    assert str(event["COMMENT"]) == "Tyvärr, rummet är upptaget"
    named = declinecounter(make_invitation(**OCCURRENCE))
    assert read_event(named)["RECURRENCE-ID"].dt == local(2026, 12, 8, 10, 0)


@pytest.mark.parametrize("name", ["publish", "publish event"])
def test_publish_has_nothing_to_answer(name: str) -> None:
    data = OBJECTS[name]
    assert "METHOD:PUBLISH" in lines(data)
    assert b"ATTENDEE" not in data
    assert b"RSVP" not in data


def test_published_event_needs_an_organizer() -> None:
    with pytest.raises(ValueError, match="organizer"):
        publish(make_event())


def test_names_have_no_quotes_or_rfc_6868_encoding() -> None:
    value = address(Mailbox("a@x.se", 'Kim "K"\n^ Å, B'))
    assert value.params["CN"] == "Kim K Å, B"
    data = request(make_invitation(attendee=Mailbox("a@x.se", 'Kim "K"\n^ Å, B')))
    assert b"^" not in data
    assert read_event(data)["ATTENDEE"].params["CN"] == "Kim K Å, B"


def test_mailto_encodes_what_an_address_may_hold_but_a_uri_may_not() -> None:
    assert str(address(Mailbox("a#b@x.se"))) == "mailto:a%23b@x.se"


@pytest.mark.parametrize("day", [(2026, 3, 28), (2026, 3, 29), (2026, 10, 25), (2026, 7, 1)])
def test_two_libraries_read_the_same_instants_and_title(day: tuple[int, int, int]) -> None:
    invitation: InvitationSnapshot = make_invitation(start=local(*day, 10, 0))
    for data in (request(invitation), cancel(invitation), publish(invitation)):
        event, other = read_event(data), vread(data).vevent
        assert event.start == other.dtstart.value == invitation.start
        assert event.end == other.dtend.value == invitation.end
        assert str(event["SUMMARY"]) == other.summary.value == invitation.summary


def test_an_invitation_in_the_second_pass_of_the_autumn_hour_is_utc() -> None:
    data = request(make_invitation(start=local(2026, 10, 25, 2, 30, fold=1)))
    assert "DTSTART:20261025T013000Z" in lines(data)
    assert b"VTIMEZONE" not in data
