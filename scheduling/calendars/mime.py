"""Invitation mails as finished bytes; equal input gives equal bytes.

The header block is written here, not by the standard library: that one reads an encoded word
inside a title as if it were the sender's own and can be led to break lines with it.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from email.message import Message, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from types import MappingProxyType
from typing import Final

from scheduling.calendars.snapshots import Mailbox, clean_url
from scheduling.calendars.text import clean_text

SUBJECT_LIMIT: Final = 200
ATTACHMENT_NAME: Final = "invite.ics"

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_OURS: Final = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "sender",
        "subject",
        "date",
        "message-id",
        "references",
        "in-reply-to",
        "list-unsubscribe",
        "mime-version",
        "auto-submitted",
        "x-auto-response-suppress",
        "precedence",
    }
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,250}@[A-Za-z0-9.-]{1,250}>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_PRINTABLE = re.compile(r"[\x20-\x7e]{0,900}")
_PHRASE = re.compile(r"[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_METHODS: Final = frozenset({"REQUEST", "CANCEL", "DECLINECOUNTER", "PUBLISH"})
_PLAIN_LIMIT: Final = 60
_WORD_OCTETS: Final = 39  # an encoded word of 64 characters: fits behind each header's name


def _line(name: str, words: Iterable[str]) -> bytes:
    """Return one header, folded between `words`; the last guard against injection."""
    words = tuple(words)
    if not _HEADER_NAME.fullmatch(name) or not all(_PRINTABLE.fullmatch(word) for word in words):
        raise ValueError(f"header {name!r} must be printable ASCII on one line")
    return "".join((name, ": ", "\r\n ".join(words), "\r\n")).encode("ascii")


def _encoded_words(text: str) -> Iterator[str]:
    """Yield `text` as RFC 2047 words that never split a character."""
    chunk = b""
    for character in text:
        octets = character.encode("utf-8")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="
            chunk = b""
        chunk += octets
    yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="


def _subject(text: str) -> Iterable[str]:
    text = clean_text(text, SUBJECT_LIMIT, one_line=True)
    plain = text.isascii() and len(text) <= _PLAIN_LIMIT and "=?" not in text
    return (text,) if plain else _encoded_words(text)


def _mailbox(mailbox: Mailbox) -> Iterable[str]:
    if not mailbox.name:
        return (mailbox.address,)
    plain = len(mailbox.name) <= _PLAIN_LIMIT and _PHRASE.fullmatch(mailbox.name)
    name = (mailbox.name,) if plain else _encoded_words(mailbox.name)
    return (*name, f"<{mailbox.address}>")


def _references(value: str) -> list[str]:
    words = value.split(" ")
    if not all(_MESSAGE_ID.fullmatch(word) for word in words):
        raise ValueError("references must be <local@domain>, several parted by one space")
    return words


def _extra(name: str) -> str:
    if name.lower() in _OURS or name.lower().startswith("content-"):
        raise ValueError(f"extra header not allowed: {name!r}")
    return name


def _link(url: str) -> Iterable[str]:
    if not url or clean_url(url) != url:
        raise ValueError("list_unsubscribe is no http(s) address")
    return (f"<{url}>",)


def _check_calendar(calendar: bytes | None, method: str | None) -> None:
    if (calendar is None) != (method is None):
        raise ValueError("calendar and method come together")
    if calendar is not None and method is not None:
        if method not in _METHODS:
            raise ValueError("unknown METHOD")
        inside = re.findall(rb"^METHOD:(\w+)\r\n", calendar, re.MULTILINE)
        if inside != [method.encode("ascii")]:
            raise ValueError("METHOD in the calendar differs from the one in Content-Type")


def _text(content: str, subtype: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    content = content.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    part.set_content(content, subtype=subtype, charset="utf-8", cte="quoted-printable")
    return part


def _calendar_part(calendar: bytes, method: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    params = {"method": method, "charset": "UTF-8"}
    part.set_content(calendar, maintype="text", subtype="calendar", cte="base64", params=params)
    return part


def _attachment(calendar: bytes) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part.set_content(
        calendar,
        maintype="application",
        subtype="ics",
        cte="base64",
        disposition="attachment",
        filename=ATTACHMENT_NAME,
        params={"name": ATTACHMENT_NAME},
    )
    return part


def _multipart(subtype: str, message_id: str, children: list[Message | str]) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    seed = hashlib.sha256(f"{subtype} {message_id}".encode()).hexdigest()[:32]
    part["Content-Type"] = f"multipart/{subtype}"
    part.set_boundary(f"=_{seed}")
    part.set_payload(children)
    return part


def _body(
    texts: tuple[str, str], message_id: str, calendar: bytes | None, method: str | None
) -> bytes:
    children: list[Message | str] = [_text(texts[0], "plain"), _text(texts[1], "html")]
    if calendar is None or method is None:
        return _multipart("alternative", message_id, children).as_bytes(policy=SMTP)
    children.append(_calendar_part(calendar, method))
    alternative = _multipart("alternative", message_id, children)
    mixed = _multipart("mixed", message_id, [alternative, _attachment(calendar)])
    return mixed.as_bytes(policy=SMTP)


def invitation_message(  # noqa: PLR0913 - each is one header or body, all by keyword
    *,
    sender: Mailbox,
    to: Mailbox,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    calendar: bytes | None = None,
    method: str | None = None,
    references: str | None = None,
    language: str | None = None,
    list_unsubscribe: str | None = None,
    extra: Mapping[str, str] = _NO_HEADERS,
) -> bytes:
    """Return a whole mail for one addressee, with CRLF and boundaries made from `message_id`.

    With a calendar: mixed(alternative(plain, html, text/calendar; method), application/ics
    ``invite.ics``). Without one: alternative(plain, html). `sender` must be the ORGANIZER of the
    calendar. `message_id` and each of `references` (parted by one space) keep their angle
    brackets; `date` is aware; `language` is a BCP 47 tag; `list_unsubscribe` an http(s) address;
    `extra` is printable ASCII and may not repeat a header set here.

    Subject and names are cleaned; ValueError for anything else that could break a header, for a
    METHOD that differs from the one inside `calendar`, and for one without the other.

    Source: RFC 6047 section 2; RFC 3834 section 5; ICAL.md A1 "MIME tree", "disposition",
    "transfer encoding", "METHOD value case", "Auto headers on our mails", section 0 row 2, E4.
    """
    _check_calendar(calendar, method)
    if date.tzinfo is None:
        raise ValueError("date must be aware")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise ValueError("language is no BCP 47 tag")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("message_id must be <local@domain>")
    headers: list[tuple[str, Iterable[str]]] = [
        ("From", _mailbox(sender)),
        ("To", _mailbox(to)),
        ("Subject", _subject(subject)),
        ("Date", (format_datetime(date.replace(microsecond=0)),)),
        ("Message-ID", (message_id,)),
        ("Auto-Submitted", ("auto-generated",)),
        ("X-Auto-Response-Suppress", ("All",)),
    ]
    if references:
        headers.append(("References", _references(references)))
    if language is not None:
        headers.append(("Content-Language", (language,)))
    if list_unsubscribe is not None:
        headers.append(("List-Unsubscribe", _link(list_unsubscribe)))
    headers += [(_extra(name), (value,)) for name, value in extra.items()]
    headers.append(("MIME-Version", ("1.0",)))
    block = b"".join(_line(name, words) for name, words in headers)
    return block + _body((text, html), message_id, calendar, method)
