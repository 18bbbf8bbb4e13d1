"""The parts of a mail: their bytes, and which of them are calendars or words. Pure.

The standard library raises for some of what stands in foreign mail; nothing here does.
"""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Final

from scheduling.calendars.text import clean_text

EXCERPT_LIMIT: Final = 1000
_FAULTS: Final = (ValueError, LookupError, TypeError, AssertionError)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_CALENDAR_FILES: Final = (".ics", ".ical", ".ifb", ".vcs")
_CALENDAR_KINDS: Final = ("application/ics", "application/calendar", "text/x-vcalendar")
_BEGIN: Final = b"BEGIN:VCALENDAR"
_HIDDEN: Final = re.compile(r"<(script|style|head)\b", re.IGNORECASE)
_TAGS: Final = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A calendar part with its transfer encoding undone."""

    data: bytes
    charset: str | None
    method: str | None


def payload(part: Message) -> bytes:
    """The bytes of a part; its transfer encoding may be quoted or commented."""
    written = str(part.get("Content-Transfer-Encoding", ""))
    encoding = _COMMENT.sub("", written).strip(" \t\"'").lower()
    if encoding and encoding != written.strip().lower():
        part.replace_header("Content-Transfer-Encoding", encoding)
    try:
        # TypeError: the standard library takes a charset in several pieces for a text.
        data = part.get_payload(decode=True)
    except _FAULTS:
        return b""
    return data if isinstance(data, bytes) else b""


def charset(part: Message) -> str | None:
    """The declared character set, whatever it is."""
    try:
        return part.get_content_charset()
    except _FAULTS:
        return None


def filename(part: Message) -> str:
    """The file's name in lower case; "" where there is none."""
    try:
        return (part.get_filename() or "").lower()
    except _FAULTS:
        return ""


def parameter(part: Message, name: str) -> str | None:
    """A parameter of Content-Type, also in the pieces and encodings of RFC 2231."""
    try:
        value = part.get_param(name)
        return None if value is None else collapse_rfc2231_value(value)
    except _FAULTS:
        return None


def calendars(leaves: list[Message]) -> tuple[CalendarPart, ...]:
    """Each calendar part, text/calendar before files, the same bytes once (ICAL.md B6 b).

    Some gateways lose the type on the way: what begins as a calendar is one.
    """
    named = [part for part in leaves if part.get_content_type() == "text/calendar"]
    files = [part for part in leaves if part not in named and _is_calendar_file(part)]
    found: dict[bytes, CalendarPart] = {}
    for part in (*named, *files):
        data = payload(part)
        method = parameter(part, "method")
        found.setdefault(data.strip(), CalendarPart(data, charset(part), method))
    return tuple(found.values())


def _is_calendar_file(part: Message) -> bool:
    if part.get_content_maintype() == "message":
        return False
    if part.get_content_type() in _CALENDAR_KINDS or filename(part).endswith(_CALENDAR_FILES):
        return True
    return payload(part)[:200].lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(_BEGIN)


def is_tnef(part: Message) -> bool:
    """Outlook's own wrapping, which holds no text/calendar (ICAL.md C "Outlook with TNEF")."""
    kind = part.get_content_type()
    return kind in ("application/ms-tnef", "application/vnd.ms-tnef") or (
        filename(part) == "winmail.dat"
    )


def decoded(data: bytes, name: str | None) -> str:
    """Text of a part: UTF-8 if it is that, else as declared, else Windows-1252."""
    for tried in ("utf-8", name):
        try:
            if tried:
                return data.decode(tried)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def words(leaves: list[Message]) -> str:
    """The first words a person wrote: plain before HTML, which is stripped and never shown."""
    for kind in ("text/plain", "text/html"):
        for part in leaves:
            if part.get_content_type() != kind or filename(part):
                continue
            text = decoded(payload(part)[:100_000], charset(part))
            if kind == "text/html":
                text = _stripped(text)
            if text.strip():
                return clean_text(text, EXCERPT_LIMIT)
    return ""


def _stripped(markup: str) -> str:
    """The text of HTML in one pass: what is never shown goes whole, also where it never ends."""
    kept: list[str] = []
    place = 0
    while found := _HIDDEN.search(markup, place):
        kept.append(markup[place : found.start()])
        end = re.compile(f"</{found[1]}", re.IGNORECASE).search(markup, found.end())
        place = end.start() if end else len(markup)
    text = _TAGS.sub(" ", "".join((*kept, markup[place:])))
    return re.sub(r"[ \t]*\n\s*\n+", "\n", text)
