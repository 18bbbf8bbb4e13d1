import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.calendars.itip import cancel, request
from scheduling.calendars.mime import invitation_message
from scheduling.calendars.snapshots import Mailbox
from scheduling.calendars.text import clean_text
from tests.scheduling.calendars.builders import ATTENDEE, ORGANIZER, make_invitation

CALENDAR = request(make_invitation())
ID = "<b41.1.x7@svarta.example>"


def make(**changes: Any) -> bytes:
    values: dict[str, Any] = {
        "sender": ORGANIZER,
        "to": ATTENDEE,
        "subject": "Inbjudan: Första besöket 1 december",
        "text": "Hej!\n\nVälkomna.\n",
        "html": "<p>Hej! Välkomna.</p>",
        "calendar": CALENDAR,
        "method": "REQUEST",
        "message_id": ID,
        "references": "<b41.0.x7@svarta.example>",
        "date": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "language": "sv",
    }
    return invitation_message(**(values | changes))


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert all(not part.defects for part in message.walk())
    return message


def test_mime_tree() -> None:
    message = parse(make())
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


def test_method_in_header_equals_method_inside_in_upper_case() -> None:
    (part,) = [p for p in parse(make()).walk() if p.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_charset() == "utf-8"
    gone = make(calendar=cancel(make_invitation()), method="CANCEL")
    (part,) = [p for p in parse(gone).walk() if p.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"


def test_calendar_part_is_base64_without_disposition_and_byte_exact() -> None:
    calendar, attachment = list(parse(make()).walk())[-2:]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert calendar["Content-ID"] is None
    assert calendar.get_payload(decode=True) == CALENDAR
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content_disposition() == "attachment"
    assert attachment.get_payload(decode=True) == CALENDAR


def test_sender_is_the_organizer_and_one_receiver_stands_in_to() -> None:
    message = parse(make())
    assert [a.addr_spec for a in message["From"].addresses] == [ORGANIZER.address]
    assert message["From"].addresses[0].display_name == ORGANIZER.name
    assert [a.addr_spec for a in message["To"].addresses] == [ATTENDEE.address]
    assert message["Cc"] is None
    assert message["Bcc"] is None


def test_automatic_headers_and_no_precedence() -> None:
    message = parse(make())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Message-ID"] == ID
    assert message["References"] == "<b41.0.x7@svarta.example>"
    assert message["Content-Language"] == "sv"
    assert message["Precedence"] is None
    assert message["List-Unsubscribe"] is None
    assert message["Content-Class"] is None
    assert message["Date"].datetime == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_texts_come_back() -> None:
    message = parse(make())
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == "Hej!\r\n\r\nVälkomna.\r\n"
    assert html.get_content() == "<p>Hej! Välkomna.</p>\r\n"


def test_without_a_calendar_it_is_a_plain_alternative() -> None:
    message = parse(make(calendar=None, method=None, references=None, language=None))
    types = [part.get_content_type() for part in message.walk()]
    assert types == ["multipart/alternative", "text/plain", "text/html"]
    assert message["References"] is None


def test_equal_input_gives_equal_bytes_and_boundaries_follow_the_message_id() -> None:
    assert make() == make()
    mine, other = parse(make()), parse(make(message_id="<b41.2.x7@svarta.example>"))
    assert mine.get_boundary() != other.get_boundary()
    assert mine.get_boundary() != list(mine.walk())[1].get_boundary()


def test_wire_form() -> None:
    data = make(subject="å" * 500, text="x" * 5000 + "\u2028å\ud800")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert data.isascii()
    assert all(len(line) <= 78 for line in data.split(b"\r\n"))


def test_long_identifiers_and_links_are_never_encoded() -> None:
    long = f"<{'a' * 120}@svarta.example>"
    link = "https://boka.example/av/" + "k" * 200
    data = make(message_id=long, references=f"{long} {long}", list_unsubscribe=link)
    assert f"Message-ID: {long}\r\n".encode() in data
    assert f"References: {long}\r\n {long}\r\n".encode() in data
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in data


def test_extra_headers() -> None:
    assert parse(make(extra={"X-Studiebesok": "41"}))["X-Studiebesok"] == "41"


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "<a@b>\r\nBcc: x@y.se"},
        {"message_id": "a@b"},
        {"message_id": ""},
        {"references": "<a@b>\nX: 1"},
        {"references": "junk"},
        {"language": "sv\r\nX: 1"},
        {"list_unsubscribe": "https://x.se/\r\nX: 1"},
        {"list_unsubscribe": "javascript:1"},
        {"list_unsubscribe": ""},
        {"extra": {"X-A": "b\r\nBcc: x@y.se"}},
        {"extra": {"X-A\r\nBcc": "x@y.se"}},
        {"extra": {"Bcc": "x@y.se"}},
        {"extra": {"Precedence": "bulk"}},
        {"extra": {"Content-Type": "text/plain"}},
        {"extra": {"X-A": "å"}},
        {"method": None},
        {"calendar": None},
        {"method": "request"},
        {"method": "CANCEL"},
        {"calendar": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
        {"date": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_what_could_break_a_header_or_differ_raises(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many messages
        make(**changes)


hostile = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="aå🎉 \r\n\t,;:<>@\"'()[]=?_.\\", max_size=150),
    st.sampled_from(
        ["a\r\nBcc: evil@x.se", "=?utf-8?q?=0ABcc:_x?=", "=??Q?=00", "a" * 999, "Å " * 99]
    ),
)


@pytest.mark.large
@settings(max_examples=300, deadline=None)
@given(subject=hostile, name=hostile)
def test_header_injection_is_impossible(subject: str, name: str) -> None:
    to = Mailbox("kim@x.example", name)
    data = make(subject=subject, to=to, sender=Mailbox("b@x.se", name))
    message = parse(data)
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    }
    assert [a.addr_spec for a in message["To"].addresses] == ["kim@x.example"]
    assert [a.addr_spec for a in message["From"].addresses] == ["b@x.se"]
    assert message["Subject"] == clean_text(subject, 200, one_line=True)
    encoded, _ = parseaddr(email.message_from_bytes(data)["To"].replace("\r\n", ""))
    assert str(make_header(decode_header(encoded))) == to.name
