"""The headers of a mail, decoded; nothing that stands in them raises. Pure."""

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from scheduling.calendars.text import clean_text
from scheduling.mailbox.parts import decoded

_ADDRESS: Final = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
_LONGEST: Final = 10_000


def text(mail: Message, name: str) -> str:
    """One header, decoded; what cannot be decoded is kept as it can be."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, AssertionError):
        return str(value)
    return "".join(
        piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces
    )


def addresses(mail: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of the headers ``names``, lower case, each once."""
    found: list[str] = []
    for name in names:
        for value in mail.get_all(name, []):
            pairs = _pairs(str(value).replace("\x00", "")[:_LONGEST])
            found += (clean_text(address, 254, one_line=True).lower() for _name, address in pairs)
    return tuple(dict.fromkeys(address for address in found if _ADDRESS.fullmatch(address)))


def _pairs(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value])
    except RecursionError:  # comments within comments within comments
        return []


def sender(mail: Message) -> tuple[str, str]:
    """The one author's address and name; two of them, or two From headers, are nobody's."""
    found = addresses(mail, ("From",))
    if len(mail.get_all("From", [])) != 1 or len(found) != 1:
        return "", ""
    names = [name for name, _address in _pairs(text(mail, "From")) if name]
    return found[0], clean_text(names[0] if names else "", 80, one_line=True)


def date(mail: Message) -> datetime | None:
    """The Date header in UTC, if it is one that can be."""
    try:
        moment = parsedate_to_datetime(str(mail.get("Date", ""))[:_LONGEST])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        moment = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if 2000 <= moment.year <= 2100 else None
