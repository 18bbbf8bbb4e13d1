"""Answers over a real IMAP server: fetched once, nothing lost, the visit told again."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings

from core.errors import Missing
from scheduling.booking import services
from scheduling.mailbox import fetch as fetching
from scheduling.mailbox import intake
from scheduling.mailbox.fetch import Fetched, fetch
from scheduling.models import Booking, IncomingMail, Invitation, Proposal
from scheduling.outbox import deliver
from tests import eml
from tests.factories import NOW, World, at
from tests.mailboxes import Mailbox, cut_after, dovecot, dovecot_program
from tests.mailserver import MailServer
from tests.scheduling.mailbox.conftest import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.process]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    if dovecot_program() is None:
        pytest.skip("no Dovecot is installed")
    with dovecot() as server:
        yield server


def fetched(mailbox: Mailbox, url: str = "") -> Fetched:
    return fetch(url or mailbox.url, clock=lambda: LATER)


def written(name: str, invitation: Invitation, **changes: str) -> bytes:
    return eml.render(name, invitation, sent=LATER - timedelta(minutes=1), **changes)


def many(invitation: Invitation, number: int) -> list[bytes]:
    """As many answers, each a mail of its own, the last a no."""
    names = ["accept"] * (number - 1) + ["decline"]
    return [
        eml.render(name, invitation, sent=LATER - timedelta(seconds=number - n)).replace(
            b"Message-ID: <", b"Message-ID: <%d." % n
        )
        for n, name in enumerate(names)
    ]


@pytest.fixture
def smtp(settings: Settings, smtp_server: MailServer) -> MailServer:
    settings.EMAIL_URL = smtp_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    return smtp_server


def invited(smtp: MailServer, number: int) -> tuple[str, dict[str, str]]:
    """What a partner's program reads from the mail: nothing else is known to it."""
    mail = smtp.wait_for(number)[-1].message
    part = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    event = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
    seen = {
        "uid": str(event["UID"]),
        "sequence": str(event["SEQUENCE"]),
        "address": str(mail["From"]).rpartition("<")[2].rstrip(">"),
        "email": str(event["ATTENDEE"]).removeprefix("mailto:"),
    }
    return str(part.get_param("method")), seen


@pytest.mark.parametrize("client", ["outlook", "google", "thunderbird"])
def test_a_counterproposal_comes_round(
    client: str, w: World, smtp: MailServer, mailbox: Mailbox
) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW)
    method, seen = invited(smtp, 1)
    assert method == "REQUEST"
    invitation = booking.invitations.get()
    mailbox.deliver(written(f"{client}-counter", invitation, **seen))
    assert fetched(mailbox) == Fetched(1)
    wish = Proposal.objects.get()
    assert wish.start == at(3, 10)
    services.accept_proposal(actor=w.socionom, now=LATER, proposal=wish)
    deliver.deliver_due(clock=lambda: LATER)
    method, again = invited(smtp, 2)
    assert (method, again["uid"], again["sequence"]) == ("REQUEST", seen["uid"], "1")
    invitation.refresh_from_db()
    answer = "apple-reply" if client == "google" else f"{client}-reply"
    mailbox.deliver(written(answer, Invitation.objects.get(), **again))
    assert fetched(mailbox) == Fetched(1)
    booking.refresh_from_db()
    assert (booking.state, booking.start) == ("confirmed", at(3, 10))
    assert (mailbox.count(), mailbox.count("Processed")) == (0, 2)


def test_the_same_mail_twice(invitation: Invitation, mailbox: Mailbox) -> None:
    raw = written("outlook-counter", invitation)
    mailbox.deliver(raw, raw)
    assert fetched(mailbox) == Fetched(2)
    assert (Proposal.objects.count(), IncomingMail.objects.count()) == (1, 1)


def test_a_mail_that_somebody_opened_is_fetched_all_the_same(
    invitation: Invitation, mailbox: Mailbox
) -> None:
    mailbox.deliver(written("accept", invitation))
    with mailbox.open() as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Seen)")
    assert fetched(mailbox) == Fetched(1)
    invitation.refresh_from_db()
    assert invitation.state == "accepted"


def test_a_line_cut_at_any_place_loses_nothing(invitation: Invitation, mailbox: Mailbox) -> None:
    mailbox.deliver(*many(invitation, 12))
    for octets in (10, 400, 900, 1500, 3000, 6000):
        with cut_after(mailbox.port, octets) as port:
            assert fetched(mailbox, mailbox.url_at(port)).fault
    assert fetched(mailbox).fault == ""
    assert (mailbox.count(), mailbox.count("Processed")) == (0, 12)
    assert IncomingMail.objects.count() == 12
    invitation.refresh_from_db()
    assert invitation.state == "declined"


@pytest.mark.timeout(300)
def test_a_thousand_mails_wait(invitation: Invitation, mailbox: Mailbox) -> None:
    mailbox.deliver(*many(invitation, 1000))
    assert fetched(mailbox) == Fetched(1000)
    assert IncomingMail.objects.count() == 1000
    assert fetched(mailbox) == Fetched(0)
    invitation.refresh_from_db()
    assert invitation.state == "declined"


def test_a_poisonous_mail_is_tried_once(
    invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> None:
        raise Missing

    monkeypatch.setattr(intake, "receive", broken)
    mailbox.deliver(written("accept", invitation))
    assert fetched(mailbox) == Fetched(1)
    assert (mailbox.count(), mailbox.count("Unreadable")) == (0, 1)
    mail = IncomingMail.objects.get()
    assert (mail.action, mail.reason, mail.waits) == ("review", "unreadable", True)
    parsed = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert parsed["Subject"] == "Svar: Besök på biblioteket"


def test_poison_amid_good_mails(
    invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, poison = intake.receive, many(invitation, 5)[2]

    def receive(*, raw: bytes, **given: Any) -> Any:
        if b"<2." in raw:
            raise KeyError("x")
        return real(raw=raw, **given)

    monkeypatch.setattr(intake, "receive", receive)
    assert b"<2." in poison
    mailbox.deliver(*many(invitation, 5))
    assert fetched(mailbox) == Fetched(5)
    assert (mailbox.count("Processed"), mailbox.count("Unreadable")) == (4, 1)
    invitation.refresh_from_db()
    assert invitation.state == "declined"


def test_a_database_that_is_away_amid_them_loses_nothing(
    invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = intake.receive

    def receive(*, raw: bytes, **given: Any) -> Any:
        if b"<2." in raw:
            raise intake.OperationalError("database is locked")
        return real(raw=raw, **given)

    mailbox.deliver(*many(invitation, 5))
    with monkeypatch.context() as patched:
        patched.setattr(intake, "receive", receive)
        told = fetched(mailbox)
    assert (told.count, told.fault.startswith("the database is away")) == (2, True)
    assert (mailbox.count(), mailbox.count("Processed")) == (3, 2)
    assert fetched(mailbox) == Fetched(3)
    assert IncomingMail.objects.count() == 5


def test_a_line_that_breaks_after_the_commit_doubles_nothing(
    invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> None:
        raise OSError("the line is cut")

    mailbox.deliver(written("outlook-counter", invitation))
    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_move", broken)
        assert fetched(mailbox).fault == "OSError: the line is cut"
    assert (mailbox.count(), Proposal.objects.count()) == (1, 1)
    assert fetched(mailbox) == Fetched(1)
    assert (mailbox.count(), Proposal.objects.count(), IncomingMail.objects.count()) == (0, 1, 1)


def test_a_folder_that_counts_anew(
    invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its UIDVALIDITY is another: number 1 is another mail, and the old one may come back."""
    url = mailbox.url.replace("/INBOX", "/Svar")
    old, new = many(invitation, 2)
    mailbox.deliver(old, into="Svar")
    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_move", lambda *_given: None)
        assert fetched(mailbox, url) == Fetched(1)
    with mailbox.open() as client:
        assert client.delete("Svar")[0] == "OK"
    mailbox.deliver(new, old, into="Svar")
    assert fetched(mailbox, url) == Fetched(2)
    sources = IncomingMail.objects.order_by("pk").values_list("source", flat=True)
    first, second = (str(source).rpartition("/Svar;")[2].split(";") for source in sources)
    assert (first[0] != second[0], first[1], second[1]) == (True, "1", "1")
    invitation.refresh_from_db()
    assert invitation.state == "declined"


def test_a_database_that_is_away_leaves_the_mail(
    booking: Booking, invitation: Invitation, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_given: Any) -> None:
        raise intake.OperationalError("database is locked")

    mailbox.deliver(written("accept", invitation))
    with monkeypatch.context() as patched:
        patched.setattr(intake, "receive", away)
        assert fetched(mailbox).fault.startswith("the database is away")
    assert mailbox.count() == 1
    assert fetched(mailbox) == Fetched(1)
    booking.refresh_from_db()
    assert booking.state == "confirmed"


def test_a_wrong_password_is_told(mailbox: Mailbox) -> None:
    wrong = mailbox.url.replace("hemligt", "fel")
    assert fetched(mailbox, wrong).fault
