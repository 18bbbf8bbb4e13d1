"""The one door: what each act writes, and what it refuses."""

from typing import Any

import icalendar
import pytest
from pytest_django import Settings as SettingsWrapper

from core.errors import Clash, IllegalTransition, Invalid, PersonalData, Stale
from core.models import AuditEvent
from scheduling.booking import services
from scheduling.models import Allocation, Booking, CallTask, FeedBlock, Message
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def w() -> World:
    return world()


def event_of(message: Message) -> Any:
    """The VEVENT of a message's calendar part."""
    assert message.calendar is not None
    calendar = icalendar.Calendar.from_ical(bytes(message.calendar))
    return calendar.walk("VEVENT")[0]


def send_all() -> int:
    return deliver.deliver_due(clock=lambda: NOW + days(1))


def test_book_writes_everything_in_one_act(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert booking.state == "offered"
    assert booking.version == 1
    assert sorted(a.resource.kind for a in booking.allocations.all()) == ["group", "host", "room"]
    assert {a.start for a in booking.allocations.all()} == {at(1, 10)}
    invitation = booking.invitations.get()
    assert (invitation.contact, invitation.state) == (w.contact, "pending")
    message = booking.messages.get()
    assert (message.kind, message.recipient, message.sequence) == (
        "request",
        "lo@vagval.example",
        0,
    )
    assert message.subject == "Välkomna till biblioteket tisdag 1 december kl. 10"
    assert message.sender == f"boka+{w.contact.mail_tag}@svarta.example"
    assert event_of(message).decoded("dtstart") == at(1, 10)
    assert FeedBlock.objects.filter(booking=booking).count() == 4
    assert AuditEvent.objects.get().verb == "visit.booked"


def test_a_taken_room_is_refused_kindly_and_nothing_is_stored(w: World) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    with pytest.raises(Clash) as caught:
        services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 11), end=at(1, 12)))
    assert "Studion är upptagen tis 1 dec kl. 10.00–11.15." in caught.value.message
    assert Booking.objects.count() == 1
    assert Message.objects.count() == 1


def test_the_next_visit_may_begin_in_the_minute_the_first_ends(w: World) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 11, 15), end=at(1, 12)))
    assert Booking.objects.count() == 2


def test_move_after_the_mail_left_is_an_update_with_sequence_1(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert send_all() == 1
    invitation = booking.invitations.get()
    services.answer(
        invitation=invitation,
        reply=services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK),
        now=NOW,
    )
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    booking = services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    assert booking.state == "offered"
    assert booking.end == at(3, 14, 15)
    update = booking.messages.latest("pk")
    assert (update.kind, update.sequence) == ("update", 1)
    assert int(event_of(update)["SEQUENCE"]) == 1
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_move_before_the_mail_left_replaces_it_and_stays_sequence_0(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    first, second = booking.messages.order_by("pk")
    assert (first.state, first.superseded_by) == ("superseded", second)
    assert (second.kind, second.sequence) == ("request", 0)


def test_cancel_after_the_mail_left_sends_cancel_and_frees_the_time(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    services.cancel(actor=w.socionom, now=NOW, booking=booking, reason="Värden är sjuk")
    message = booking.messages.latest("pk")
    assert (message.kind, message.sequence) == ("cancel", 1)
    assert str(event_of(message)["STATUS"]) == "CANCELLED"
    assert not Allocation.objects.exists()


def test_nothing_is_cancelled_that_was_never_sent(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert [m.state for m in booking.messages.all()] == ["superseded"]
    assert send_all() == 0


def test_a_contact_without_mail_is_rung(w: World) -> None:
    w.contact.email = ""
    w.contact.save()
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert not booking.messages.exists()
    assert CallTask.objects.get().kind == "request"


def test_two_hosts_required_blocks_one_host(w: World) -> None:
    w.group.two_hosts = True
    w.group.save()
    with pytest.raises(Invalid) as caught:
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert list(caught.value.fields) == ["co_host"]
    services.book(actor=w.socionom, now=NOW, plan=w.plan(co_host=w.other_host))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end": at(1, 9)}, "end"),
        ({"start": at(1, 10, month=10), "end": at(1, 11, month=10)}, "start"),
        ({"end": at(3, 9)}, "end"),
        ({"room": None}, "room"),
        ({"groups": ()}, "groups"),
    ],
)
def test_what_cannot_be_booked_names_its_field(
    w: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        services.book(actor=w.socionom, now=NOW, plan=w.plan(**changes))
    assert field in caught.value.fields
    assert not Booking.objects.exists()


def test_a_personal_identity_number_is_never_stored(w: World) -> None:
    with pytest.raises(PersonalData):
        services.book(actor=w.socionom, now=NOW, plan=w.plan(greeting="Fråga 850709-9805"))
    assert not Booking.objects.exists()


def test_the_same_form_twice_books_once(w: World) -> None:
    first = services.book(actor=w.socionom, now=NOW, plan=w.plan(), idempotency_key="k")
    second = services.book(actor=w.socionom, now=NOW, plan=w.plan(), idempotency_key="k")
    assert first == second
    assert Message.objects.count() == 1


def test_the_second_of_two_tabs_is_told(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13), version=1)
    with pytest.raises(Stale):
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(4, 13), version=1)


def test_a_cancelled_visit_cannot_be_moved(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    with pytest.raises(IllegalTransition):
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))


def test_preview_is_the_mail_and_stores_nothing(w: World) -> None:
    (message,) = services.preview(actor=w.socionom, now=NOW, plan=w.plan())
    assert message.subject == "Välkomna till biblioteket tisdag 1 december kl. 10"
    assert not Booking.objects.exists()
    assert not Message.objects.exists()


def test_a_visit_can_be_registered_afterwards_and_nobody_is_written_to(w: World) -> None:
    plan = w.plan(start=at(20, 10, month=10), end=at(20, 11, month=10), already_held=True)
    booking = services.book(actor=w.socionom, now=NOW, plan=plan)
    assert booking.state == "confirmed"
    assert not booking.invitations.exists()
    assert not Message.objects.exists()


def test_afterwards_is_not_the_future(w: World) -> None:
    with pytest.raises(Invalid) as caught:
        services.book(actor=w.socionom, now=NOW, plan=w.plan(already_held=True))
    assert list(caught.value.fields) == ["start"]


def test_undo_takes_the_invitation_back_before_it_is_sent(
    w: World, settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 10
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    booking = services.undo(actor=w.socionom, now=NOW, booking=booking)
    assert booking.state == "draft"
    assert send_all() == 0


def test_undo_of_a_move_brings_time_answer_and_mail_back(
    w: World, settings: SettingsWrapper
) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    services.answer(
        invitation=booking.invitations.get(),
        reply=services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.PHONE),
        now=NOW,
        actor=w.socionom,
    )
    settings.OUTBOX_HOLD_SECONDS = 10
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    booking = services.undo(actor=w.socionom, now=NOW, booking=booking)
    assert (booking.start, booking.state) == (at(1, 10), "confirmed")
    assert booking.invitations.get().state == "accepted"
    assert send_all() == 0


def test_undo_after_the_mail_left_is_refused(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    with pytest.raises(IllegalTransition):
        services.undo(actor=w.socionom, now=NOW, booking=booking)


def test_a_late_no_frees_the_time_and_a_late_yes_takes_it_again(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    invitation = booking.invitations.get()

    def say(state: InvitationState) -> Booking:
        reply = services.Reply(state=state, channel=AnswerChannel.LINK)
        services.answer(invitation=invitation, reply=reply, now=NOW)
        return Booking.objects.get(pk=booking.pk)

    assert say(InvitationState.ACCEPTED).state == "confirmed"
    assert say(InvitationState.DECLINED).state == "cancelled_by_partner"
    assert not Allocation.objects.exists()
    assert say(InvitationState.ACCEPTED).state == "confirmed"
    assert Allocation.objects.count() == 3
    assert invitation.answers.count() == 3


def test_a_late_yes_to_a_time_that_is_gone_is_a_clash_and_changes_nothing(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    invitation = booking.invitations.get()
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=invitation, reply=no, now=NOW)
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    with pytest.raises(Clash):
        services.answer(invitation=invitation, reply=yes, now=NOW)
    invitation.refresh_from_db()
    assert invitation.state == "declined"
    assert Booking.objects.get(pk=booking.pk).state == "declined"


def test_a_wished_time_is_taken_with_one_act(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    invitation = booking.invitations.get()
    wish = services.Wish(start=at(8, 13), end=at(8, 14, 15))
    reply = services.Reply(
        state=InvitationState.COUNTERED, channel=AnswerChannel.LINK, wishes=(wish,)
    )
    services.answer(invitation=invitation, reply=reply, now=NOW)
    proposal = invitation.proposals.get()
    assert services.is_free(booking, proposal)
    booking = services.accept_proposal(actor=w.socionom, now=NOW, proposal=proposal)
    assert booking.start == at(8, 13)
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert booking.messages.latest("pk").sequence == 1


def test_a_new_host_is_told_and_the_answer_stands(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    services.answer(
        invitation=booking.invitations.get(),
        reply=services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK),
        now=NOW,
    )
    booking = services.change_details(
        actor=w.socionom,
        now=NOW,
        booking=booking,
        details=services.Details(host=w.other_host),
    )
    assert booking.state == "confirmed"
    assert booking.invitations.get().state == "accepted"
    assert "Robin, bibliotekarie" in booking.messages.latest("pk").text


def test_inner_facts_are_not_mailed(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    send_all()
    services.change_details(
        actor=w.socionom, now=NOW, booking=booking, details=services.Details(diets="2 glutenfritt")
    )
    assert booking.messages.count() == 1
