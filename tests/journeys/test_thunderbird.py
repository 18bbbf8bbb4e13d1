"""A partner's real Thunderbird: it offers the buttons, and what they send is understood."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from scheduling.booking import services
from scheduling.mailbox.intake import take
from scheduling.models import Booking
from scheduling.outbox import deliver
from tests import thunderbird
from tests.factories import STOCKHOLM, World, world
from tests.mailboxes import Mailbox, dovecot, dovecot_program
from tests.mailserver import MailServer
from tests.thunderbird import Marionette

pytestmark = [pytest.mark.django_db, pytest.mark.process, pytest.mark.timeout(240)]
ADDRESS = "lo@vagval.example"
#: The program's own clock is the real one: the first Tuesday of next year's March at ten.
_MARCH = datetime(datetime.now(UTC).year + 1, 3, 1, 10, tzinfo=STOCKHOLM)
TUESDAY = _MARCH + timedelta(days=(1 - _MARCH.weekday()) % 7)


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.fixture
def theirs() -> Iterator[Mailbox]:
    """The partner's own mailbox."""
    if dovecot_program() is None:
        pytest.skip("no Dovecot is installed")
    if thunderbird.program() is None:
        pytest.skip("NOT CHECKED WITH THUNDERBIRD: it is not installed")
    with dovecot() as mailbox:
        yield mailbox


@pytest.fixture
def program(theirs: Mailbox, smtp_server: MailServer, settings: Settings) -> Iterator[Marionette]:
    settings.EMAIL_URL = smtp_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    with thunderbird.thunderbird(theirs, smtp_server, ADDRESS) as told:
        yield told


def test_accept_and_decline_are_pressed_and_understood(
    w: World, program: Marionette, theirs: Mailbox, smtp_server: MailServer
) -> None:
    """The invitation as SMTP received it; a yes; the moved visit; a no."""
    first, second = TUESDAY, TUESDAY + timedelta(days=2, hours=3)
    plan = w.plan(start=first, end=first + timedelta(minutes=75))
    booking = services.book(actor=w.socionom, now=datetime.now(UTC), plan=plan)
    pressed = [
        ("imipAcceptButton", "ACCEPTED", "confirmed", first),
        ("imipDeclineButton", "DECLINED", "declined", second),
    ]
    for number, (button, partstat, state, start) in enumerate(pressed, start=1):
        deliver.deliver_due(clock=lambda: datetime.now(UTC))
        invited = smtp_server.wait_for(2 * number - 1)[-1]
        theirs.deliver(invited.raw.replace(b"\r\n", b"\n"))
        program.run("open_invitation", number=number, button=button, **thunderbird.sign_in())
        (entry,) = program.run("press", button=button, partstat=partstat)
        assert entry["start"] == f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        assert entry["title"] == "Besök på biblioteket"
        answer = smtp_server.wait_for(2 * number)[-1]
        found = take(raw=answer.raw, now=datetime.now(UTC)).as_json()
        assert (found["action"], found["partstat"], found["scope"]) == ("reply", partstat, "series")
        assert "answers" not in found
        assert Booking.objects.get().state == state
        if number == 1:
            services.move(actor=w.socionom, now=datetime.now(UTC), booking=booking, start=second)
