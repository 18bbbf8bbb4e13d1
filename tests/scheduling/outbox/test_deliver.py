"""The outbox against a real SMTP server: at least once, in order, nothing lost."""

from datetime import datetime, timedelta
from email import message_from_bytes

import pytest
from pytest_django import Settings

from core.models import AuditEvent
from scheduling.booking import reminders, services
from scheduling.models import Booking, CallTask, Message
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at
from tests.mailserver import Answer, MailServer
from tests.processes import free_port
from tests.scheduling.outbox.conftest import use

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def booking(w: World) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=w.plan())


def send(now: datetime = NOW) -> int:
    return deliver.deliver_due(clock=lambda: now)


def test_the_stored_bytes_are_what_is_sent(booking: Booking, server: MailServer) -> None:
    assert send() == 1
    message = booking.messages.get()
    (mail,) = server.wait_for(1)
    assert mail.raw == bytes(message.raw)
    assert (mail.sender, mail.recipients) == (message.sender, (message.recipient,))
    assert (message.state, message.sent_at) == ("sent", NOW)
    assert send() == 0
    assert len(server.mails) == 1


def test_a_temporary_no_is_tried_again_with_the_same_message_id(
    booking: Booking, server: MailServer
) -> None:
    server.answer_next(Answer.LATER)
    assert send() == 0
    message = booking.messages.get()
    assert (message.state, message.due_at) == ("waiting", NOW + timedelta(seconds=30))
    assert message.error.startswith("451")
    assert send() == 0
    assert send(NOW + timedelta(seconds=31)) == 1
    ids = {message_from_bytes(mail.raw)["Message-ID"] for mail in server.attempts}
    assert ids == {message.message_id}


def test_a_final_no_waits_for_a_person(booking: Booking, server: MailServer) -> None:
    server.answer_next(Answer.NEVER)
    assert send() == 0
    message = booking.messages.get()
    assert message.state == "failed"
    assert message.error.startswith("550")
    assert send(NOW + timedelta(days=1)) == 0


def test_a_line_cut_after_the_data_sends_the_same_mail_again(
    booking: Booking, server: MailServer
) -> None:
    server.answer_next(Answer.CLOSE)
    assert send() == 0
    assert send(NOW + timedelta(minutes=1)) == 1
    first, second = server.mails
    assert first.raw == second.raw


def test_a_server_that_is_away_loses_nothing(
    w: World, booking: Booking, settings: Settings, smtp_server: MailServer
) -> None:
    use(settings, "127.0.0.1", free_port())
    plan = w.plan(start=at(2, 10), end=at(2, 11))
    services.book(actor=w.socionom, now=NOW, plan=plan)
    now = NOW
    for _ in range(6):
        assert send(now) == 0
        now += timedelta(minutes=10)
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}
    use(settings, smtp_server.host, smtp_server.port)
    assert send(now + timedelta(hours=1)) == 2
    assert len(smtp_server.wait_for(2)) == 2


def test_a_worker_killed_between_send_and_mark(booking: Booking, server: MailServer) -> None:
    (message,) = deliver._claim(NOW, 5)
    assert message.state == "sending"
    assert send() == 0
    assert send(NOW + deliver.LEASE + timedelta(seconds=1)) == 1
    assert booking.messages.get().attempts == 2


def test_a_cancel_never_overtakes_its_request(
    w: World, booking: Booking, server: MailServer
) -> None:
    deliver._claim(NOW, 5)
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert send() == 0
    later = NOW + deliver.LEASE + timedelta(seconds=1)
    assert send(later) == 2
    kinds = [message_from_bytes(mail.raw)["Subject"] for mail in server.mails]
    assert len(kinds) == 2
    assert list(Message.objects.order_by("pk").values_list("kind", "sequence", "state")) == [
        ("request", 0, "sent"),
        ("cancel", 1, "sent"),
    ]


def test_without_a_mail_server_the_mail_is_kept_to_be_read(booking: Booking) -> None:
    assert send() == 1
    assert booking.messages.get().state == "kept"


def test_a_mail_waits_for_undo(w: World, settings: Settings) -> None:
    settings.OUTBOX_HOLD_SECONDS = 10
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert send(NOW + timedelta(seconds=9)) == 0
    assert send(NOW + timedelta(seconds=10)) == 1


#: Tuesday 1 December is two working days after Friday 27 November.
FRIDAY = at(27, 9, month=11)


def test_the_reminder_goes_two_working_days_before_and_once(booking: Booking) -> None:
    send()
    assert reminders.remind_due(now=FRIDAY - timedelta(days=1)) == 0
    assert reminders.remind_due(now=FRIDAY) == 1
    assert reminders.remind_due(now=FRIDAY + timedelta(hours=1)) == 0
    reminder = booking.messages.get(kind="reminder")
    assert reminder.subject == "Vi ses tisdag 1 december kl. 10"
    assert reminder.calendar is None
    assert AuditEvent.objects.filter(verb="visit.reminded").count() == 1


@pytest.mark.parametrize("hour", [7, 17, 23])
def test_no_reminder_outside_working_hours(booking: Booking, hour: int) -> None:
    send()
    assert reminders.remind_due(now=at(27, hour, month=11)) == 0


def test_no_reminder_after_a_no_or_a_cancellation(w: World, booking: Booking) -> None:
    send()
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=no, now=NOW)
    other = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 13), end=at(1, 14)))
    send()
    services.cancel(actor=w.socionom, now=NOW, booking=other)
    assert reminders.remind_due(now=FRIDAY) == 0


def test_a_contact_without_mail_is_reminded_by_a_call(w: World) -> None:
    w.contact.email = ""
    w.contact.save()
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    CallTask.objects.update(done_at=NOW)
    assert reminders.remind_due(now=FRIDAY) == 1
    assert list(booking.invitations.get().calls.values_list("kind", flat=True)) == [
        "request",
        "reminder",
    ]


def test_a_slow_server_never_outlasts_the_claim(w: World, server: MailServer) -> None:
    """Each mail takes a minute: what was claimed but not tried is free for another worker."""
    for day in (1, 2, 3):
        services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(day, 10), end=at(day, 11)))
    moments = iter(NOW + timedelta(seconds=20 * number) for number in range(100))
    sent = deliver.deliver_due(clock=lambda: next(moments))
    assert sent == 3
    assert sorted(Message.objects.values_list("state", "attempts")) == [("sent", 1)] * 3
    assert len(server.mails) == 3
