"""Delivery reports (RFC 3464) and older bounces: which mail of ours did not arrive."""

import re
from dataclasses import dataclass

from core import screening
from scheduling.calendars.text import clean_text
from scheduling.mailbox.reading import Letter

_FIELD = re.compile(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,200}@[^\s<>@]{1,200}>")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says. ``action`` is RFC 3464's, or "failed" for an older bounce."""

    action: str
    status: str
    diagnostic: str
    recipient: str
    #: Message-IDs that stand in the returned headers, else anywhere in its text.
    about: tuple[str, ...]


def read_report(letter: Letter) -> Report | None:
    """The report, or None where the mail is none."""
    if letter.delivery_status:
        fields = {
            name.lower(): clean_text(value, 300, one_line=True)
            for name, value in _FIELD.findall(letter.delivery_status.replace("\r\n", "\n"))
        }
        status = _STATUS.search(fields.get("status", ""))
        return Report(
            action=fields.get("action", "").strip().lower(),
            status=status[1] if status else "",
            diagnostic=screening.mask(fields.get("diagnostic-code", "")),
            recipient=fields.get("final-recipient", "").rpartition(";")[2].strip().lower(),
            about=_ids(letter.returned_headers) or _ids(letter.text),
        )
    if (letter.null_sender or letter.is_report) and not letter.arrived:
        about = _ids(letter.returned_headers) or _ids(letter.text)
        if not about or letter.calendars:
            return None
        status = _STATUS.search(letter.text)
        words = clean_text(screening.mask(letter.text), 300, one_line=True)
        return Report("failed", status[1] if status else "", words, "", about)
    return None


def _ids(text: str) -> tuple[str, ...]:
    named = [
        value
        for name, value in _FIELD.findall(text.replace("\r\n", "\n"))
        if name.lower() in ("message-id", "original-message-id")
    ]
    return tuple(dict.fromkeys(_MESSAGE_ID.findall("\n".join(named) if named else text)))[:20]
