"""Bytes to text: UTF-8 and UTF-16 with or without BOM, Windows-1252. Pure."""

import codecs
import re

from partners.importing.problems import Code, unreadable

#: The largest file, in bytes, of any kind.
LARGEST = 10 * 1024 * 1024

# Too few bytes to tell UTF-16 from a stray NUL.
_TELLING = 16

# What a file of another kind begins with, whatever its name says.
_KINDS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "Excel/Word/zip",
    b"PK\x05\x06": "zip",
    b"\xd0\xcf\x11\xe0": "Excel/Word",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "SQLite",
    b"BEGIN:VCARD": "vCard",
    b"BEGIN:VCALENDAR": "iCalendar",
}
_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\[\s*[\[{"]|\{\s*")')
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# UTF-8 that was once read as Windows-1252 and saved again: "FÃ¶rening".
_GARBLED = re.compile("Ã[¥¤¶…„–©]|â€[“”™œ]")


def decode(content: bytes) -> str:
    """The text of ``content``. Raises UnreadableError; nothing is ever replaced or guessed away."""
    if not content.strip(b" \t\r\n\xef\xbb\xbf"):
        raise unreadable(Code.EMPTY)
    for start, kind in _KINDS.items():
        if content.removeprefix(codecs.BOM_UTF8).startswith(start):
            raise unreadable(Code.NOT_CSV, kind=kind)
    text = _text(content).removeprefix("\ufeff")
    if _CONTROL.search(text):
        raise unreadable(Code.BINARY)
    if not text.strip():
        raise unreadable(Code.EMPTY)
    for pattern, kind in ((_MARKUP, "HTML/XML"), (_JSON, "JSON")):
        if pattern.match(text):
            raise unreadable(Code.NOT_CSV, kind=kind)
    if _GARBLED.search(text):
        raise unreadable(Code.GARBLED_TEXT)
    return text


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise unreadable(Code.BROKEN_TEXT) from None
    if b"\x00" in content:
        return _unmarked(content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _windows_text(content)


def _unmarked(content: bytes) -> str:
    """UTF-16 that does not say so: then every other byte of most of the text is zero."""
    if len(content) < _TELLING:
        raise unreadable(Code.BINARY)
    even, odd = content[0:4096:2].count(0), content[1:4096:2].count(0)
    half = min(len(content), 4096) // 2
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > half * 0.7 and others == 0:
            try:
                return content.decode(name)
            except UnicodeDecodeError:
                raise unreadable(Code.BROKEN_TEXT) from None
    raise unreadable(Code.BINARY)


def _windows_text(content: bytes) -> str:
    loose = content.decode("utf-8", errors="replace")
    broken = loose.count("\ufffd")
    if sum(character > "\x7f" for character in loose) > 2 * broken:
        # Most of it is good UTF-8, so Windows-1252 would turn å into Ã¥.
        raise unreadable(Code.MIXED_TEXT)
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise unreadable(Code.BINARY) from None
