"""Answers as mail clients write them, and short ways to read them."""

from datetime import UTC, datetime

import pytest

from scheduling.calendars.replies import (
    Answer,
    AnswerItem,
    Reason,
    Unreadable,
    read_answer,
)

RECEIVED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 24, 7, 59, tzinfo=UTC)
UID = "0f6c1d4e@svarta.example"
KIM = "ATTENDEE;CN=Kim;PARTSTAT=ACCEPTED:mailto:kim@vinterljus.example"


def event(*lines: str, stamp: str = "DTSTAMP:20261123T100000Z") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{UID}", stamp, *lines, "END:VEVENT"]


def reply(*lines: str, method: str = "REPLY", end: str = "\r\n") -> bytes:
    body = list(lines) if "BEGIN:VEVENT" in lines else event("SEQUENCE:1", *lines)
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"] + ([f"METHOD:{method}"] if method else [])
    return end.join([*head, *body, "END:VCALENDAR", ""]).encode()


def read(data: bytes, charset: str | None = "utf-8") -> Answer:
    return read_answer(data, charset=charset, received_at=RECEIVED, sent_at=SENT)


def one(data: bytes, charset: str | None = "utf-8") -> AnswerItem:
    (item,) = read(data, charset).items
    return item


def reason(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as caught:
        read(data)
    return caught.value.reason
