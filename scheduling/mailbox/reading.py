"""Foreign mail bytes to a frozen letter: capped, never raising for what stands in them.

Pure: nothing here knows a row. What is inside an attached message is not the sender's own word and
is never taken for an answer (ICAL.md E10).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from scheduling.calendars.text import clean_text

MAX_OCTETS: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 10
MAX_PARTS: Final = 50
MAX_CALENDARS: Final = 4
EXCERPT_LIMIT: Final = 1000
_MULTIPARTS = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_TAGS = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<[^>]{0,2000}>")
_ADDRESS = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
#: Where a mail server writes whom the mail is for; the tag may stand in any of them.
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")


class TooMuch(Exception):
    """The mail is larger or deeper than any answer; a person may look at its bytes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A calendar part with its transfer encoding undone."""

    data: bytes
    charset: str | None
    method: str | None


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
    sender, name = _sender(mail)
    return Letter(
        message_id=clean_text(_text(mail, "Message-ID"), 250, one_line=True),
        sent_at=_date(mail),
        sender=sender,
        sender_name=name,
        subject=clean_text(_text(mail, "Subject"), 200, one_line=True),
        text=_words(leaves),
        recipients=_recipients(mail),
        calendars=_calendars(leaves),
        verdicts=tuple(str(value) for value in mail.get_all("Authentication-Results", [])),
        automatic=_is_automatic(mail),
        bulk=_is_bulk(mail),
        null_sender=_text(mail, "Return-Path").replace(" ", "") == "<>",
        is_report=mail.get_content_type() == "multipart/report",
        has_tnef=any(_is_tnef(part) for part in leaves),
        has_attached_message=any(part.get_content_type() == "message/rfc822" for part in leaves),
        delivery_status=_status(leaves),
        returned_headers=_returned(leaves),
        loops=_addresses(mail, ("X-Loop",)),
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


def _text(mail: Message, name: str) -> str:
    """One header, decoded; what cannot be decoded is kept as it can be."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, AssertionError):
        return str(value)
    return "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces
    )


def _decoded(data: bytes, charset: str | None) -> str:
    for name in ("utf-8", charset):
        try:
            if name:
                return data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _pairs(mail: Message, names: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in names:
        values = [str(value).replace("\x00", "")[:10_000] for value in mail.get_all(name, [])]
        found += getaddresses(values)
    return found


def _addresses(mail: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    pairs = _pairs(mail, names)
    clean = (clean_text(address, 254, one_line=True).lower() for _name, address in pairs)
    return tuple(dict.fromkeys(address for address in clean if _ADDRESS.fullmatch(address)))


def _recipients(mail: Message) -> tuple[str, ...]:
    return _addresses(mail, _RECIPIENTS)


def _sender(mail: Message) -> tuple[str, str]:
    """The one author; two of them, or two From headers, are nobody's signature."""
    addresses = _addresses(mail, ("From",))
    if len(mail.get_all("From", [])) != 1 or len(addresses) != 1:
        return "", ""
    names = [name for name, _address in getaddresses([_text(mail, "From")]) if name]
    return addresses[0], clean_text(names[0] if names else "", 80, one_line=True)


def _date(mail: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(mail.get("Date", "")))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        moment = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if 2000 <= moment.year <= 2100 else None


def _payload(part: Message) -> bytes:
    try:
        # TypeError: the standard library takes a charset in several pieces for a text.
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        return b""
    return data if isinstance(data, bytes) else b""


def _charset(part: Message) -> str | None:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError):
        return None
    return charset


def _filename(part: Message) -> str:
    try:
        return (part.get_filename() or "").lower()
    except (ValueError, LookupError, TypeError):
        return ""


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError, TypeError):
        return None
    return value if isinstance(value, str) else None


def _calendars(leaves: list[Message]) -> tuple[CalendarPart, ...]:
    """Each calendar part, text/calendar before files, the same bytes once."""
    named = [part for part in leaves if part.get_content_type() == "text/calendar"]
    files = [
        part
        for part in leaves
        if part not in named
        and (
            part.get_content_type() in ("application/ics", "application/calendar")
            or _filename(part).endswith((".ics", ".ical", ".vcs"))
        )
    ]
    found: dict[bytes, CalendarPart] = {}
    for part in (*named, *files):
        data = _payload(part)
        method = _parameter(part, "method")
        found.setdefault(data.strip(), CalendarPart(data, _charset(part), method))
    return tuple(found.values())[:MAX_CALENDARS]


def _is_tnef(part: Message) -> bool:
    kind = part.get_content_type()
    return kind in ("application/ms-tnef", "application/vnd.ms-tnef") or (
        _filename(part) == "winmail.dat"
    )


def _words(leaves: list[Message]) -> str:
    """The first words a person wrote: plain before HTML, which is stripped and never shown."""
    for kind in ("text/plain", "text/html"):
        for part in leaves:
            if part.get_content_type() != kind or _filename(part):
                continue
            text = _decoded(_payload(part)[:100_000], _charset(part))
            if kind == "text/html":
                text = re.sub(r"[ \t]*\n\s*\n+", "\n", _TAGS.sub(" ", text))
            if text.strip():
                return clean_text(text, EXCERPT_LIMIT)
    return ""


def _is_automatic(mail: Message) -> bool:
    """RFC 3834, and what older robots write."""
    submitted = _text(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    subject = _text(mail, "Subject").strip().lower()
    return (
        submitted not in ("", "no")
        or mail.get("X-Autoreply") is not None
        or mail.get("X-Autorespond") is not None
        or _text(mail, "Precedence").strip().lower() == "auto_reply"
        or subject.startswith(("automatiskt svar", "autosvar", "automatic reply", "out of office"))
    )


def _is_bulk(mail: Message) -> bool:
    precedence = _text(mail, "Precedence").strip().lower()
    return precedence in ("bulk", "list", "junk") or mail.get("List-Id") is not None


def _blocks(part: Message) -> str:
    if not part.is_multipart():
        return _decoded(_payload(part), _charset(part))
    children = (child for child in part.get_payload() if isinstance(child, Message))
    return "\n".join(_as_text(child) for child in children)


def _as_text(part: Message) -> str:
    """The headers of a part, and its text where it has one."""
    headers = "\n".join(f"{name}: {value}" for name, value in part.items())
    return f"{headers}\n\n{'' if part.is_multipart() else _decoded(_payload(part), None)}"


def _status(leaves: list[Message]) -> str:
    kinds = ("message/delivery-status", "message/global-delivery-status")
    return "\n".join(_blocks(part) for part in leaves if part.get_content_type() in kinds)[:20_000]


def _returned(leaves: list[Message]) -> str:
    kinds = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
    for part in leaves:
        if part.get_content_type() in kinds:
            return _blocks(part)[:20_000]
    return ""
