"""The outer door: each mail is dealt with, kept for a person, or tried again."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError

from scheduling.mailbox.outcome import Outcome
from scheduling.mailbox.receive import poisoned, receive

logger = logging.getLogger(__name__)


class TryAgain(Exception):
    """The database is away or locked; nothing was done with the mail."""


def take(*, raw: bytes, now: datetime, source: str | None = None) -> Outcome:
    """Deal with one mail; one that fails is tried once and waits for a person.

    Raises TryAgain where the database is away: the caller keeps the mail.
    """
    try:
        return receive(raw=raw, now=now, source=source)
    except (OperationalError, InterfaceError) as error:
        raise TryAgain(type(error).__name__) from error
    except Exception as error:  # noqa: BLE001 - foreign bytes: a defect of ours must not lose a mail
        # The words of the error may hold words of the mail.
        logger.error("a mail could not be read and waits: %s", type(error).__name__)  # noqa: TRY400
    try:
        return poisoned(raw=raw, now=now, source=source)
    except (OperationalError, InterfaceError) as error:
        raise TryAgain(type(error).__name__) from error
