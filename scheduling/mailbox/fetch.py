"""Fetch from the mailbox (IMAP): each mail once, committed before it is moved.

A mail is known by mailbox, UIDVALIDITY and UID, never by its flags: a person may have opened it.
A line that is cut loses nothing: what was not committed is still in the mailbox, and what was
committed but not moved is recognised the next time (ICAL.md B16).
"""

import imaplib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted

from scheduling.mailbox.intake import TryAgain, take

logger = logging.getLogger(__name__)

TIMEOUT = 30
BATCH = 5000
PROCESSED, UNREADABLE = "Processed", "Unreadable"
_UNREADABLE_REASONS = frozenset({"unreadable", "too_large", "too_many_parts", "too_deep"})
_LINE_FAULTS = (imaplib.IMAP4.error, ImapToolsError, OSError)


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many mails were dealt with, and why it ended early ("" where it did not)."""

    count: int
    fault: str = ""


def fetch(url: str, *, clock: Callable[[], datetime], limit: int = BATCH) -> Fetched:
    """Deal with what waits in the mailbox at ``url`` (imaps://user:password@host:993/INBOX).

    Never raises for what a server or a line does: that is logged, and told in ``fault``.
    """
    count = 0
    try:
        with _opened(url) as (mailbox, place):
            for uid in _waiting(mailbox)[:limit]:
                if _deal_with(mailbox, uid, f"{place};{uid}", clock):
                    count += 1
    except TryAgain as error:
        return _ended(count, f"the database is away: {error}")
    except _LINE_FAULTS as error:
        return _ended(count, f"{type(error).__name__}: {error}")
    return Fetched(count)


def _ended(count: int, fault: str) -> Fetched:
    logger.warning("the mailbox was read until %d mails: %s", count, fault)
    return Fetched(count, fault)


@contextmanager
def _opened(url: str) -> Iterator[tuple[BaseMailBox, str]]:
    """The mailbox, logged in, and the name of its folder's present numbering."""
    parts = urlsplit(url)
    host, folder = parts.hostname or "localhost", unquote(parts.path.strip("/")) or "INBOX"
    mailbox: BaseMailBox
    if parts.scheme == "imaps":
        mailbox = MailBox(host, parts.port or 993, timeout=TIMEOUT)
    else:
        mailbox = MailBoxUnencrypted(host, parts.port or 143, timeout=TIMEOUT)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    try:
        mailbox.login(user, password, initial_folder=None)
        for name in (PROCESSED, UNREADABLE):
            if not mailbox.folder.exists(name):
                mailbox.folder.create(name)
        validity = mailbox.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        mailbox.folder.set(folder)
        yield mailbox, f"{host}/{user}/{folder};{validity}"
        mailbox.logout()
    except BaseException:
        # A goodbye on a broken line would hide why it broke.
        with suppress(OSError):
            mailbox.client.shutdown()
        raise


def _waiting(mailbox: BaseMailBox) -> list[str]:
    return sorted(mailbox.uids("UNDELETED"), key=int)


def _deal_with(mailbox: BaseMailBox, uid: str, source: str, clock: Callable[[], datetime]) -> bool:
    """One mail: read, commit, and only then move. False where it has gone meanwhile."""
    raw = _bytes_of(mailbox, uid)
    if raw is None:
        return False
    found = take(raw=raw, now=clock(), source=source)
    _move(mailbox, uid, UNREADABLE if found.reason in _UNREADABLE_REASONS else PROCESSED)
    return True


def _bytes_of(mailbox: BaseMailBox, uid: str) -> bytes | None:
    """The mail's bytes, its flags left as they are."""
    _status, data = mailbox.client.uid("FETCH", uid, "(BODY.PEEK[])")
    for part in data:
        if isinstance(part, tuple) and isinstance(part[1], bytes):
            return part[1]
    return None


def _move(mailbox: BaseMailBox, uid: str, folder: str) -> None:
    if "MOVE" in mailbox.client.capabilities:
        status, _data = mailbox.client.uid("MOVE", uid, folder)
        if status == "OK":
            return
    mailbox.move([uid], folder)
