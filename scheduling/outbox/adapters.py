"""How mail leaves: by SMTP where EMAIL_URL is set, otherwise it stays readable in Utskick."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

#: RFC 5321 section 4.2.3: "Requested mail action aborted: exceeded storage allocation".
_TOO_LARGE = 552


class Outcome(StrEnum):
    """What became of one try."""

    SENT = "sent"
    KEPT = "kept"
    #: 4xx for this mail: again later.
    LATER = "later"
    #: 5xx for this mail: a person must look.
    REFUSED = "refused"
    #: The line broke while it was sent: it may have arrived; again later.
    UNSURE = "unsure"
    #: Nobody answered: stop and try all again later.
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, the server's own words, and the number by which it will report."""

    outcome: Outcome
    detail: str = ""
    reference: str = ""


class Transport(Protocol):
    """Takes finished bytes."""

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """Try once; never raises for what a server does."""


class Keep:
    """Nothing leaves the house: the mail is read in Utskick."""

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """Keep it."""
        return Result(Outcome.KEPT)


class Smtp:
    """Django's SMTP connection, used with our own finished bytes."""

    def __init__(self, backend: EmailBackend) -> None:
        self._backend = backend

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """One mail over the open connection; opened again where the server closed it."""
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError) as error:
            # Also a refused login: it says nothing about this mail.
            return Result(Outcome.AWAY, f"{type(error).__name__}: {error}")
        smtp = self._backend.connection
        assert smtp is not None
        try:
            smtp.sendmail(sender, [recipient], raw)
        except smtplib.SMTPRecipientsRefused as error:
            return _by_code(*next(iter(error.recipients.values())))
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return self._drop(smtp, _of(error))
        return Result(Outcome.SENT)

    def _drop(self, smtp: smtplib.SMTP, result: Result) -> Result:
        """A connection whose state is unknown is closed; the next mail opens its own."""
        smtp.close()
        self._backend.connection = None
        return result


def _of(error: Exception) -> Result:
    """What a fault in the middle of a mail means for it."""
    words = f"{type(error).__name__}: {error}"
    match error:
        case smtplib.SMTPSenderRefused():
            result = _by_code(error.smtp_code, error.smtp_error)
            # MAIL FROM refused for good is between the server and us, but for the mail's size.
            ours = result.outcome is Outcome.REFUSED and error.smtp_code != _TOO_LARGE
            return Result(Outcome.AWAY, result.detail) if ours else result
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError() | UnicodeError():
            # An address that no server on the way could be told: trying again mends nothing.
            return Result(Outcome.REFUSED, words)
        case _:
            return Result(Outcome.UNSURE, words)


def _by_code(code: int, words: bytes | str) -> Result:
    detail = f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
    if code in {421, 454}:
        return Result(Outcome.AWAY, detail)
    return Result(Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED, detail)


@contextmanager
def transport() -> Iterator[Transport]:
    """The configured way out, closed afterwards."""
    if not settings.EMAIL_URL:
        yield Keep()
        return
    backend = get_connection()
    assert isinstance(backend, EmailBackend)
    try:
        yield Smtp(backend)
    finally:
        backend.fail_silently = True
        backend.close()
