"""What each mail program wants of an invitation (ICAL.md A1), row by row, on what SMTP received."""

import re
from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from tests.factories import NOW
from tests.scheduling.calendars.builders import assert_wire_form
from tests.scheduling.outbox.posted import Posted

pytestmark = pytest.mark.django_db
Mails = dict[str, Posted]


def leaves(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk() if not part.is_multipart()]


def calendar_part(posted: Posted) -> EmailMessage:
    (part,) = [p for p in posted.mail.message.walk() if p.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    return part


def test_mime_tree(mails: Mails) -> None:
    for posted in mails.values():
        message = posted.mail.message
        assert message.get_content_type() == "multipart/mixed"
        alternative, attachment = message.iter_parts()
        assert alternative.get_content_type() == "multipart/alternative"
        kinds = ["text/plain", "text/html", "text/calendar"]
        assert [part.get_content_type() for part in alternative.iter_parts()] == kinds
        assert attachment.get_content_type() == "application/ics"
        assert attachment.get_payload(decode=True) == posted.calendar


def test_where_outlook_looks(mails: Mails) -> None:
    """In the first child of multipart/mixed."""
    for posted in mails.values():
        first = next(iter(posted.mail.message.iter_parts()))
        assert "text/calendar" in leaves(first)


def test_method_mismatch(mails: Mails) -> None:
    for posted in mails.values():
        inside = re.findall(rb"^METHOD:(\w+)\r$", posted.calendar, re.MULTILINE)
        assert inside == [str(calendar_part(posted).get_param("method")).encode()]


def test_other_causes_of_not_supported_calendar_message(mails: Mails) -> None:
    """A plain rule, no TZID in a one-off's CANCEL, and lines that end once."""
    assert mails["series"].values("RRULE") == ["RRULE:FREQ=WEEKLY;COUNT=5;INTERVAL=1;BYDAY=MO"]
    for name in ("cancel", "uninvited"):
        assert b"TZID" not in mails[name].calendar
    for posted in mails.values():
        assert b"\r\r" not in posted.mail.raw
        assert not re.search(rb"[^\r]\n", posted.mail.raw)


def test_disposition(mails: Mails) -> None:
    for posted in mails.values():
        part = calendar_part(posted)
        assert (part["Content-Disposition"], part["Content-ID"]) == (None, None)
        attachment = list(posted.mail.message.iter_parts())[1]
        assert attachment.get_content_disposition() == "attachment"
        assert attachment.get_filename() == "invite.ics"


def test_transfer_encoding(mails: Mails) -> None:
    for posted in mails.values():
        part = calendar_part(posted)
        assert part["Content-Transfer-Encoding"] == "base64"
        assert str(part.get_content_charset()) == "utf-8"


def test_content_class(mails: Mails) -> None:
    assert all(posted.mail.message["Content-Class"] is None for posted in mails.values())


def test_method_value_case(mails: Mails) -> None:
    for posted in mails.values():
        method = str(calendar_part(posted).get_param("method"))
        assert method in {"REQUEST", "CANCEL", "DECLINECOUNTER"}


def test_one_recipient_per_mail(mails: Mails) -> None:
    for posted in mails.values():
        message = posted.mail.message
        (recipient,) = posted.mail.recipients
        assert parseaddr(str(message["To"]))[1] == recipient
        assert (message["Cc"], message["Bcc"]) == (None, None)


def test_organizer(mails: Mails) -> None:
    for posted in mails.values():
        (line,) = posted.values("ORGANIZER")
        assert re.fullmatch(
            r"ORGANIZER;CN=Svartåbiblioteket:mailto:boka\+\w+@svarta\.example", line
        )


def test_attendee(mails: Mails) -> None:
    """The receiver alone, by the address that the mail went to."""
    for posted in mails.values():
        (line,) = posted.values("ATTENDEE")
        assert line.endswith(f":mailto:{posted.mail.recipients[0]}")


def test_rsvp_partstat_role_cutype(mails: Mails) -> None:
    """Also after a change of time: the answer is asked for anew."""
    wanted = {"RSVP=TRUE", "PARTSTAT=NEEDS-ACTION", "ROLE=REQ-PARTICIPANT", "CUTYPE=INDIVIDUAL"}
    for name in ("request", "update", "again", "added", "series", "date"):
        (line,) = mails[name].values("ATTENDEE")
        assert wanted <= set(line.rpartition(":mailto:")[0].split(";"))


def test_from_vs_organizer(mails: Mails) -> None:
    for posted in mails.values():
        organizer = str(posted.event["ORGANIZER"]).removeprefix("mailto:")
        assert parseaddr(str(posted.mail.message["From"]))[1] == organizer


def test_sent_by(mails: Mails) -> None:
    assert all(b"SENT-BY" not in posted.calendar for posted in mails.values())


def test_sender_known(mails: Mails) -> None:
    """One address for all that one contact gets, so that it can be saved; the text stands alone."""
    for person in ("lo@vagval.example", "mo@vagval.example"):
        theirs = [posted.mail for posted in mails.values() if posted.mail.recipients == (person,)]
        assert len({mail.message["From"] for mail in theirs}) == 1
    for name in ("request", "update", "again", "added"):
        plain = mails[name].mail.message.get_body(("plain",))
        assert plain is not None
        text = plain.get_content()
        url = mails[name].values("URL")[0].removeprefix("URL:")
        assert all(word in text for word in ("Exempelgatan 1", "kl. 1", url))


def test_rsvp_not_sent(mails: Mails) -> None:
    """ORGANIZER, From and envelope sender are one address, so that an answer comes back."""
    for posted in mails.values():
        organizer = str(posted.event["ORGANIZER"]).removeprefix("mailto:")
        assert posted.mail.sender == organizer
        assert posted.mail.message["Reply-To"] is None


def test_own_mailbox_as_organizer(mails: Mails) -> None:
    """Never the partner's own provider: it would swallow the answer."""
    for posted in mails.values():
        assert posted.mail.sender.endswith("@svarta.example")


def test_uid(mails: Mails) -> None:
    for posted in mails.values():
        uid = str(posted.event["UID"])
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@[a-z.]+", uid)
    one = ("request", "update", "again", "decline", "cancel")
    assert len({str(mails[name].event["UID"]) for name in one}) == 1
    dates = ("series", "date", "date_cancel")
    assert len({str(mails[name].event["UID"]) for name in dates}) == 1
    assert len({str(posted.event["UID"]) for posted in mails.values()}) == 3


def test_sequence_dtstamp(mails: Mails) -> None:
    """A repeat has a newer stamp only; whatever changed has a higher SEQUENCE too."""
    order = ["request", "update", "again", "decline", "cancel"]
    assert [int(mails[name].event["SEQUENCE"]) for name in order] == [0, 1, 1, 1, 2]
    assert [int(mails[name].event["SEQUENCE"]) for name in ("added", "uninvited")] == [0, 1]
    dates = ["series", "date", "date_cancel"]
    assert [int(mails[name].event["SEQUENCE"]) for name in dates] == [0, 1, 1]
    for posted in mails.values():
        (line,) = posted.values("DTSTAMP")
        assert re.fullmatch(r"DTSTAMP:\d{8}T\d{6}Z", line)
    stamps = [mails[name].event.decoded("DTSTAMP") for name in order]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == NOW


def test_series_and_override_in_one_mail(mails: Mails) -> None:
    """A changed date goes alone, by the date of the rule, without the rule."""
    for posted in mails.values():
        assert posted.calendar.count(b"BEGIN:VEVENT") == 1
    moved, gone = mails["date"], mails["date_cancel"]
    line = "RECURRENCE-ID;TZID=Europe/Stockholm:2027"
    assert moved.values("RECURRENCE-ID") == [f"{line}0322T100000"]
    assert gone.values("RECURRENCE-ID") == [f"{line}0405T100000"]
    assert [*moved.values("RRULE"), *gone.values("RRULE")] == []


def test_zone_or_utc(mails: Mails) -> None:
    """A hand-written zone before the event wherever a TZID stands; RRULEs from 1970, no RDATE."""
    series = mails["series"]
    assert series.values("DTSTART") == ["DTSTART;TZID=Europe/Stockholm:20270315T100000"]
    assert re.findall(
        rb"^(?:DTSTART:|RRULE:FREQ=YEARLY;)(.*)\r$", series.calendar, re.MULTILINE
    ) == [
        b"19700329T020000",
        b"BYMONTH=3;BYDAY=-1SU",
        b"19701025T030000",
        b"BYMONTH=10;BYDAY=-1SU",
    ]
    assert series.values("EXDATE") == ["EXDATE;TZID=Europe/Stockholm:20270329T100000"]
    for posted in mails.values():
        text = posted.calendar
        if b";TZID=" in text:
            assert text.index(b"BEGIN:VTIMEZONE") < text.index(b"BEGIN:VEVENT")
        assert b"RDATE" not in text


def test_folding_escaping(mails: Mails) -> None:
    for posted in mails.values():
        assert_wire_form(posted.calendar)
    (line,) = mails["request"].values("LOCATION")
    assert line == "LOCATION:Svartåbiblioteket\\, Exempelgatan 1"


def test_html_text(mails: Mails) -> None:
    for posted in mails.values():
        assert b"X-ALT-DESC" not in posted.calendar
        for line in posted.values("DESCRIPTION"):
            assert "<" not in line
    assert mails["request"].values("DESCRIPTION")


def test_url_conference(mails: Mails) -> None:
    for name in ("request", "update", "series", "date"):
        (url,) = mails[name].values("URL")
        (description,) = mails[name].values("DESCRIPTION")
        assert url.removeprefix("URL:") in description
        assert mails[name].values("CONFERENCE") == []


def test_location_geo(mails: Mails) -> None:
    for name in ("request", "series"):
        (line,) = mails[name].values("LOCATION")
        assert "Exempelgatan 1" in line
        assert mails[name].values("STRUCTURED-LOCATION") == []


def test_valarm(mails: Mails) -> None:
    assert all(b"VALARM" not in posted.calendar for posted in mails.values())


def test_counter_allowed(mails: Mails) -> None:
    for name in ("request", "update", "again", "added", "series", "date"):
        assert mails[name].values("X-MICROSOFT-DISALLOW-COUNTER") == [
            "X-MICROSOFT-DISALLOW-COUNTER:FALSE"
        ]


def test_cancel_content(mails: Mails) -> None:
    for name in ("cancel", "date_cancel", "uninvited"):
        event = mails[name].event
        assert {"DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "UID"} <= set(event)
        assert "RRULE" not in event
        status = "" if name == "uninvited" else "CANCELLED"
        assert str(event.get("STATUS", "")) == status
    plain = mails["uninvited"].mail.message.get_body(("plain",))
    assert plain is not None
    assert "inte längre inbjuden" in plain.get_content()


def test_auto_headers_on_our_mails(mails: Mails) -> None:
    ids = [posted.mail.message["Message-ID"] for posted in mails.values()]
    assert len(set(ids)) == len(ids)
    for posted in mails.values():
        message = posted.mail.message
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["Precedence"] is None
    first = mails["request"].mail.message["Message-ID"]
    for name in ("update", "again", "decline", "cancel"):
        assert mails[name].mail.message["References"] == first
    assert mails["request"].mail.message["References"] is None


def test_cn_and_parameters(mails: Mails) -> None:
    """The name is 'Mo "Ek", chef': no quote and no RFC 6868 code is left of it."""
    (line,) = mails["added"].values("ATTENDEE")
    assert 'CN="Mo Ek, chef";' in line
    assert all(b"^'" not in p.calendar and b"^n" not in p.calendar for p in mails.values())
