"""Foreign mail bytes to a frozen letter: capped, never raising for what stands in them.

Pure: nothing here knows a row. What is inside an attached message is not the sender's own word and
is never taken for an answer (ICAL.md E10).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from scheduling.calendars.text import clean_text
from scheduling.mailbox import headers, loops, parts
from scheduling.mailbox.parts import CalendarPart

MAX_OCTETS: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 10
MAX_PARTS: Final = 50
_MULTIPARTS = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
#: Where a mail server writes whom the mail is for; the tag may stand in any of them.
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
#: Reports about mails that arrived: what somebody did with one is no bounce.
_ARRIVED: Final = ("message/disposition-notification", "message/feedback-report")


class TooMuch(Exception):
    """The mail is larger or deeper than any answer; a person may look at its bytes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says of itself. All text is foreign: cleaned and cut, but to be escaped."""

    message_id: str = ""
    sent_at: datetime | None = None
    #: The one address of From; "" where there is none or several.
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    recipients: tuple[str, ...] = ()
    calendars: tuple[CalendarPart, ...] = ()
    #: Authentication-Results, topmost first.
    verdicts: tuple[str, ...] = ()
    automatic: bool = False
    bulk: bool = False
    null_sender: bool = False
    is_report: bool = False
    #: A read receipt or a complaint: the mail that it is about arrived.
    arrived: bool = False
    has_tnef: bool = False
    has_attached_message: bool = False
    #: message/delivery-status as text, and the headers of the mail it is about.
    delivery_status: str = ""
    returned_headers: str = ""
    loops: tuple[str, ...] = field(default=())


def read_mail(raw: bytes) -> Letter:
    """Return what ``raw`` says, or raise TooMuch beyond 5 MB, 50 parts or a depth of 10."""
    if len(raw) > MAX_OCTETS:
        raise TooMuch("too_large")
    if len(_MULTIPARTS.findall(raw)) > MAX_PARTS:
        raise TooMuch("too_many_parts")
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw)
        leaves = list(_leaves(mail))
    except RecursionError as error:
        raise TooMuch("too_deep") from error
    if len(leaves) > MAX_PARTS:
        raise TooMuch("too_many_parts")
    sender, name = headers.sender(mail)
    kinds = [part.get_content_type() for part in leaves]
    return Letter(
        message_id=clean_text(headers.text(mail, "Message-ID"), 250, one_line=True),
        sent_at=headers.date(mail),
        sender=sender,
        sender_name=name,
        subject=clean_text(headers.text(mail, "Subject"), 200, one_line=True),
        text=parts.words(leaves),
        recipients=headers.addresses(mail, _RECIPIENTS),
        calendars=parts.calendars(leaves),
        verdicts=tuple(str(value) for value in mail.get_all("Authentication-Results", [])),
        automatic=loops.is_automatic(mail),
        bulk=loops.is_bulk(mail),
        null_sender=loops.is_from_nobody(mail),
        is_report=mail.get_content_type() == "multipart/report",
        arrived=any(kind in _ARRIVED for kind in kinds),
        has_tnef=any(parts.is_tnef(part) for part in leaves),
        has_attached_message="message/rfc822" in kinds,
        delivery_status=_status(leaves),
        returned_headers=_returned(leaves),
        loops=headers.addresses(mail, ("X-Loop",)),
    )


def _leaves(mail: Message, depth: int = 1) -> Iterator[Message]:
    """The parts that hold something; an attached message is one part and is not entered."""
    if depth > MAX_DEPTH:
        raise TooMuch("too_deep")
    # A part that is no multipart is not asked for its payload yet: a strange charset would raise.
    if mail.get_content_maintype() == "message" or not mail.is_multipart():
        yield mail
        return
    for child in mail.get_payload():
        if isinstance(child, Message):
            yield from _leaves(child, depth + 1)


def _blocks(part: Message) -> str:
    if not part.is_multipart():
        return parts.decoded(parts.payload(part), parts.charset(part))
    children = (child for child in part.get_payload() if isinstance(child, Message))
    return "\n".join(_as_text(child) for child in children)


def _as_text(part: Message) -> str:
    """The headers of a part, and its text where it has one."""
    lines = "\n".join(f"{name}: {value}" for name, value in part.items())
    return f"{lines}\n\n{'' if part.is_multipart() else parts.decoded(parts.payload(part), None)}"


def _status(leaves: list[Message]) -> str:
    kinds = ("message/delivery-status", "message/global-delivery-status")
    return "\n".join(_blocks(part) for part in leaves if part.get_content_type() in kinds)[:20_000]


def _returned(leaves: list[Message]) -> str:
    kinds = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
    for part in leaves:
        if part.get_content_type() in kinds:
            return _blocks(part)[:20_000]
    return ""
