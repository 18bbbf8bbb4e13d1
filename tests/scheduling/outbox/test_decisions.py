"""What did not arrive waits for a person, and so does what comes after it, until one press."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from core.errors import Conflict, IllegalTransition, Invalid
from core.models import AuditEvent
from partners.models import Contact
from scheduling.booking import services
from scheduling.models import Booking, Message
from scheduling.outbox import retry, waits
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, days
from tests.mailserver import Answer, MailServer
from tests.processes import free_port
from tests.scheduling.outbox.conftest import use
from tests.scheduling.outbox.test_deliver import send

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MENDED = "lo.berg@vagval.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def refused(w: World, server: MailServer) -> Booking:
    """A visit whose invitation was refused, and which was then moved."""
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    server.answer_next(Answer.NEVER)
    assert send() == 0
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    return booking


def rows(booking: Booking) -> list[tuple[str, int | None, str, str]]:
    found = booking.messages.order_by("pk")
    return [(row.kind, row.sequence, row.state, row.recipient.partition("@")[0]) for row in found]


def first(booking: Booking) -> Message:
    found = booking.messages.order_by("pk").first()
    assert found is not None
    return found


def test_successors_wait_for_the_decision(refused: Booking, server: MailServer) -> None:
    assert send(NOW + days(2)) == 0
    assert rows(refused) == [("request", 0, "failed", "lo"), ("request", 1, "waiting", "lo")]
    assert len(server.attempts) == 1


def test_a_cancellation_waits_too_and_is_in_words_where_no_calendar_knows(
    w: World, refused: Booking
) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=refused)
    assert send(LATER) == 0
    last = refused.messages.latest("pk")
    assert (last.kind, last.state, last.calendar) == ("cancel", "waiting", None)


def test_again_sends_what_stands_now(w: World, refused: Booking, server: MailServer) -> None:
    sent = retry.again(actor=w.socionom, now=LATER, message=first(refused))
    assert sent.sequence == 1
    assert send(LATER) == 1
    assert rows(refused) == [("request", 0, "failed", "lo"), ("request", 1, "sent", "lo")]
    assert len(server.mails) == 1
    with pytest.raises(IllegalTransition):
        retry.again(actor=w.socionom, now=LATER, message=first(refused))


def test_a_mended_address_gets_what_stands_now(
    w: World, refused: Booking, server: MailServer
) -> None:
    retry.correct(actor=w.socionom, now=LATER, message=first(refused), email=f" {MENDED} ")
    assert Contact.objects.get().email == MENDED
    assert send(LATER) == 1
    assert rows(refused)[-1] == ("request", 1, "sent", "lo.berg")
    assert [mail.recipients for mail in server.mails] == [(MENDED,)]
    assert not Message.objects.undecided().exists()


@pytest.mark.parametrize("email", ["LO@vagval.example", "ingen adress", ""])
def test_what_is_no_other_address_changes_nothing(w: World, refused: Booking, email: str) -> None:
    with pytest.raises(Invalid):
        retry.correct(actor=w.socionom, now=LATER, message=first(refused), email=email)
    assert Contact.objects.get().email == "lo@vagval.example"
    assert Message.objects.undecided().count() == 1


def test_said_by_phone_closes_it_and_what_waited(w: World, refused: Booking) -> None:
    retry.told(actor=w.socionom, now=LATER, message=first(refused))
    assert [state for _kind, _sequence, state, _to in rows(refused)] == ["told", "told"]
    assert send(LATER) == 0
    event = AuditEvent.objects.get(verb="message.told")
    assert (event.via, event.object_id) == ("phone", refused.pk)
    # The next change is sent again, and counts on.
    services.move(actor=w.socionom, now=LATER, booking=refused, start=at(4, 13))
    assert rows(refused)[-1] == ("request", 2, "waiting", "lo")
    assert send(LATER) == 1


def test_another_visit_s_mail_waits_for_the_same_address(
    w: World, refused: Booking, server: MailServer
) -> None:
    other = services.book(actor=w.socionom, now=LATER, plan=w.plan(start=at(8, 10), end=at(8, 11)))
    assert send(LATER) == 0
    assert len(server.attempts) == 1
    assert list(waits.behind(first(refused))) == [first(refused).invitation.messages.last(),
                                                  first(other)]  # fmt: skip
    retry.told(actor=w.socionom, now=LATER, message=first(refused))
    assert rows(other) == [("request", 0, "failed", "lo")]
    retry.correct(actor=w.socionom, now=LATER, message=first(other), email=MENDED)
    assert send(LATER) == 1


def test_one_mended_address_mends_every_visit(w: World, refused: Booking) -> None:
    other = services.book(actor=w.socionom, now=LATER, plan=w.plan(start=at(8, 10), end=at(8, 11)))
    retry.correct(actor=w.socionom, now=LATER, message=first(refused), email=MENDED)
    assert send(LATER) == 2
    assert rows(other) == [("request", 0, "superseded", "lo"), ("request", 0, "sent", "lo.berg")]


def test_mails_in_the_same_batch_do_not_go_to_a_refused_address(
    w: World, server: MailServer
) -> None:
    for number in (1, 2, 3):
        plan = w.plan(start=at(number, 13), end=at(number, 14))
        services.book(actor=w.socionom, now=NOW, plan=plan)
    server.answer_next(Answer.NEVER)
    assert send() == 0
    assert len(server.attempts) == 1
    assert sorted(Message.objects.values_list("state", "attempts")) == [
        ("failed", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]


def test_a_change_after_the_address_was_mended_needs_no_decision(
    w: World, refused: Booking
) -> None:
    Contact.objects.update(email=MENDED)
    services.move(actor=w.socionom, now=LATER, booking=refused, start=at(4, 13))
    assert not Message.objects.undecided().exists()
    assert send(LATER) == 1


def test_an_invitation_to_what_has_been_is_not_sent_again(w: World, refused: Booking) -> None:
    message = first(refused)
    refused.messages.exclude(pk=message.pk).delete()
    with pytest.raises(Conflict, match="gäller inte längre"):
        retry.again(actor=w.socionom, now=at(20, 9), message=message)


def test_a_line_that_broke_may_have_brought_it(w: World, server: MailServer) -> None:
    """Nothing is cancelled that was never sent; this one may have been."""
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    server.answer_next(Answer.CLOSE)
    assert send() == 0
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert send(LATER) == 1
    assert rows(booking) == [("request", 0, "superseded", "lo"), ("cancel", 1, "sent", "lo")]
    assert b"METHOD:CANCEL" in bytes(booking.messages.latest("pk").calendar or b"")


def test_a_broken_line_stops_nobody_else(w: World, server: MailServer) -> None:
    for number in (1, 2):
        plan = w.plan(start=at(number, 13), end=at(number, 14))
        services.book(actor=w.socionom, now=NOW, plan=plan)
    server.answer_next(Answer.CLOSE)
    assert send() == 1


def test_the_line_is_another_thing_than_the_mail(
    w: World, settings: Settings, smtp_server: MailServer
) -> None:
    for number in (1, 2, 3):
        plan = w.plan(start=at(number, 13), end=at(number, 14))
        services.book(actor=w.socionom, now=NOW, plan=plan)
    use(settings, "127.0.0.1", free_port())
    assert send() == 0
    assert sorted(Message.objects.values_list("fault", "attempts")) == [
        ("", 0), ("", 0), ("away", 1),
    ]  # fmt: skip
    use(settings, smtp_server.host, smtp_server.port)
    # The line rests for a minute; then all go at once, however long it was away.
    assert send(NOW + timedelta(seconds=59)) == 0
    assert waits.down_since() == NOW
    assert send(NOW + timedelta(seconds=60)) == 3
    assert waits.down_since() is None


def test_what_comes_too_late_is_not_sent(
    w: World, settings: Settings, smtp_server: MailServer
) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert waits.drop_too_late(booking.end - timedelta(seconds=1)) == 0
    assert waits.drop_too_late(booking.end) == 1
    use(settings, smtp_server.host, smtp_server.port)
    assert send(booking.end) == 0
    assert rows(booking) == [("request", 0, "superseded", "lo")]


def test_the_end_is_told_however_late(w: World, server: MailServer) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert send() == 1
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert waits.drop_too_late(booking.end + days(1)) == 0
    assert send(booking.end + days(1)) == 1


def test_an_answer_at_the_same_time_is_no_obstacle(w: World, refused: Booking) -> None:
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.PHONE)
    services.answer(invitation=refused.invitations.get(), reply=yes, now=LATER, actor=w.socionom)
    retry.again(actor=w.socionom, now=LATER, message=first(refused))
    assert send(LATER) == 1
