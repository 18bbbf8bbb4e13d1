"""A real SMTP server for tests, which records what it is given and answers as it is told."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.processes import free_port


class Answer(StrEnum):
    """What the server says when it has a whole mail."""

    ACCEPT = "250 OK"
    LATER = "451 4.3.0 Try again later"
    NEVER = "550 5.1.1 No such user"
    #: The mail is taken, but the line breaks before the client hears so.
    CLOSE = "close"
    #: The mail is taken, and the client is left waiting for the answer until ``let_go``.
    HANG = "250 OK, at last"


TAKEN = frozenset({Answer.ACCEPT, Answer.CLOSE, Answer.HANG})


@dataclass(frozen=True)
class Mail:
    """One mail as it came over the line."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    answer: Answer

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """The record, and the answers to come."""

    host: str
    port: int
    #: The next answers, in order; after them every mail is taken.
    answers: deque[Answer] = field(default_factory=deque)
    #: Every mail that came whole, whatever the answer was.
    attempts: list[Mail] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _gone: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The EMAIL_URL."""
        return f"smtp://{self.host}:{self.port}"

    @property
    def mails(self) -> list[Mail]:
        """The mails that were taken, also where the client never heard so."""
        with self._changed:
            return [mail for mail in self.attempts if mail.answer in TAKEN]

    def answer_next(self, *answers: Answer) -> None:
        """Tell it what to say to the next mails."""
        self.answers.extend(answers)

    def wait_for(self, number: int, seconds: float = 30, *, to: str = "") -> list[Mail]:
        """Wait until so many mails were taken, or so many to one address."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._to(to)) >= number, seconds):
                found = len(self._to(to))
                raise TimeoutError(f"{found} of {number} mails within {seconds} seconds")
            return self._to(to)

    def _to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if not address or mail.recipients == (address,)]

    def let_go(self) -> None:
        """Whoever hangs is answered."""
        self._gone.set()

    def record(self, mail: Mail) -> None:
        """Keep it and wake who waits."""
        with self._changed:
            self.attempts.append(mail)
            self._changed.notify_all()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd when a mail is whole."""
        answer = self.answers.popleft() if self.answers else Answer.ACCEPT
        raw = envelope.original_content or b""
        self.record(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, answer))
        if answer is Answer.HANG:
            await asyncio.to_thread(self._gone.wait, 60)
        if answer is Answer.CLOSE:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            raise asyncio.CancelledError
        return answer.value


@contextmanager
def smtp(port: int | None = None) -> Iterator[MailServer]:
    """A mail server on loopback."""
    server = MailServer("127.0.0.1", port or free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        server.let_go()
        controller.stop()
