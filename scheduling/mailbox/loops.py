"""What a robot or a list wrote, by its headers (ICAL.md E8). Pure."""

from email.message import Message
from typing import Final

from scheduling.mailbox.headers import text

#: How programs that set no header begin the subject of an absence, in the languages met here.
_AWAY: Final = (
    "automatiskt svar",
    "automatisk svar",
    "autosvar",
    "frånvaromeddelande",
    "frånvarosvar",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out of the office",
    "automatische antwort",
    "abwesenheitsnotiz",
    "réponse automatique",
    "automaattinen vastaus",
)


def is_automatic(mail: Message) -> bool:
    """Whether a machine wrote it: RFC 3834, and what older robots write."""
    submitted = text(mail, "Auto-Submitted").partition(";")[0].partition("(")[0].strip().lower()
    subject = text(mail, "Subject").strip().lower()
    return (
        submitted not in ("", "no")
        or mail.get("X-Autoreply") is not None
        or mail.get("X-Autorespond") is not None
        or text(mail, "Precedence").strip().lower() == "auto_reply"
        or subject.startswith(_AWAY)
    )


def is_bulk(mail: Message) -> bool:
    """Whether it came by a list, or to many."""
    precedence = text(mail, "Precedence").strip().lower()
    return precedence in ("bulk", "list", "junk") or mail.get("List-Id") is not None


def is_from_nobody(mail: Message) -> bool:
    """Whether the envelope's sender was empty, as that of reports and robots is."""
    return text(mail, "Return-Path").replace(" ", "") == "<>"
