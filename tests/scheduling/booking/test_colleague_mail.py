"""A colleague's own invitation follows the booking, and her answer decides nothing."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings as SettingsWrapper

from scheduling.booking import colleague_mail, services
from scheduling.feeds import manage
from scheduling.insight import today as insight
from scheduling.models import Booking, FeedLevel, FeedScope, Invitation, Message
from scheduling.states import (
    AnswerChannel,
    InvitationState,
    MessageKind,
    MessageState,
    VisitState,
)
from tests import factories
from tests.factories import NOW, World, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Both hosts have their bookings by mail."""
    made = factories.world()
    for host in (made.host, made.other_host):
        host.user.calendar_invitations = True
        host.user.save()
    return made


def _book(world: World, **changes: object) -> Booking:
    return services.book(actor=world.socionom, now=NOW, plan=world.plan(**changes))


def _own(booking: Booking, username: str) -> Invitation:
    return booking.invitations.get(host__user__username=username)


def _mails(booking: Booking, username: str) -> list[Message]:
    rows = booking.messages.filter(invitation__host__user__username=username)
    return list(rows.exclude(state=MessageState.SUPERSEDED.value))


def _sent(booking: Booking) -> None:
    Message.objects.filter(booking=booking, state=MessageState.WAITING.value).update(
        state=MessageState.SENT.value, sent_at=NOW
    )


def _event(message: Message) -> tuple[Calendar, Any]:
    assert message.calendar is not None
    calendar = Calendar.from_ical(bytes(message.calendar))
    return calendar, calendar.walk("VEVENT")[0]


def test_each_host_gets_a_request_of_her_own(world: World) -> None:
    booking = _book(world, co_host=world.other_host)
    (mail,) = _mails(booking, "robin")
    calendar, event = _event(mail)
    assert calendar["METHOD"] == "REQUEST"
    assert event["UID"] == _own(booking, "robin").ical_uid
    attendees = event["ATTENDEE"]
    assert attendees == "mailto:robin@svarta.example"
    assert event["ORGANIZER"] == f"mailto:{mail.sender}"
    assert world.other_host.mail_tag in mail.sender
    uids = set(booking.invitations.values_list("ical_uid", flat=True))
    assert len(uids) == 3


def test_a_hosts_mail_says_nothing_of_the_group(world: World) -> None:
    booking = _book(world, host=world.other_host)
    (mail,) = _mails(booking, "robin")
    assert mail.calendar is not None
    shown = f"{mail.subject} {mail.text} {bytes(mail.calendar).decode()}"
    for word in ("Tisdagsgruppen", "Vägval", "Lo Berg", "lo@", "070"):
        assert word not in shown
    assert f"/vard/{booking.pk}" in mail.text


def test_partners_are_told_before_colleagues(world: World) -> None:
    booking = _book(world)
    names = [row.invitation.name for row in booking.messages.order_by("pk")]
    assert names == ["Lo Berg", "Sam"]


def test_who_books_for_herself_is_not_asked(world: World) -> None:
    booking = _book(world)
    (mail,) = _mails(booking, "sam")
    _calendar, event = _event(mail)
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert _own(booking, "sam").status is InvitationState.ACCEPTED


def test_a_move_updates_and_asks_anew(world: World) -> None:
    booking = _book(world, host=world.other_host)
    _sent(booking)
    row = _own(booking, "robin")
    reply = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.MAIL)
    services.answer(invitation=row, reply=reply, now=NOW)
    services.move(actor=world.socionom, now=NOW, booking=booking, start=at(2, 10))
    mail = _mails(booking, "robin")[-1]
    _calendar, event = _event(mail)
    assert (mail.kind, event["SEQUENCE"]) == (MessageKind.UPDATE.value, 1)
    assert event["DTSTART"].dt == at(2, 10)
    assert _own(booking, "robin").status is InvitationState.PENDING


def test_another_room_updates_and_keeps_the_answer(world: World) -> None:
    booking = _book(world, host=world.other_host)
    _sent(booking)
    reply = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.MAIL)
    services.answer(invitation=_own(booking, "robin"), reply=reply, now=NOW)
    services.change_room(
        actor=world.socionom, now=NOW, booking=booking, room=world.other_room, room_reason="Kortare"
    )
    _calendar, event = _event(_mails(booking, "robin")[-1])
    assert event["LOCATION"] == "Skrivarrummet, Svartåbiblioteket"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_what_she_cannot_see_sends_nothing(world: World) -> None:
    booking = _book(world, host=world.other_host)
    _sent(booking)
    details = services.Details(greeting="Välkomna!")
    services.change_details(actor=world.socionom, now=NOW, booking=booking, details=details)
    assert len(_mails(booking, "robin")) == 1


def test_a_substitute_is_asked_and_the_other_let_go(world: World) -> None:
    booking = _book(world)
    _sent(booking)
    services.substitute(
        actor=world.socionom, now=NOW, booking=booking, away=world.host, by=world.other_host
    )
    gone = _mails(booking, "sam")[-1]
    calendar, event = _event(gone)
    assert calendar["METHOD"] == "CANCEL"
    assert "STATUS" not in event
    assert "blir av utan dig" in gone.text
    (asked,) = _mails(booking, "robin")
    assert _event(asked)[0]["METHOD"] == "REQUEST"


def test_a_cancelled_visit_leaves_every_calendar(world: World) -> None:
    booking = _book(world, co_host=world.other_host)
    _sent(booking)
    services.cancel(actor=world.socionom, now=NOW, booking=booking)
    for name in ("sam", "robin"):
        calendar, event = _event(_mails(booking, name)[-1])
        assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")


def test_a_partners_no_frees_the_host_and_a_new_yes_asks_her_again(world: World) -> None:
    booking = _book(world, host=world.other_host)
    _sent(booking)
    partner = booking.invitations.get(contact=world.contact)
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner, reply=no, now=NOW)
    assert _mails(booking, "robin")[-1].kind == MessageKind.CANCEL.value
    _sent(booking)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner, reply=yes, now=NOW + timedelta(minutes=5))
    last = _mails(booking, "robin")[-1]
    assert (last.kind, last.sequence) == (MessageKind.UPDATE.value, 2)


def test_undo_takes_the_colleagues_mails_back_and_restores_what_they_said(
    world: World, settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 60
    booking = _book(world, host=world.other_host)
    _sent(booking)
    reply = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.MAIL)
    services.answer(invitation=_own(booking, "robin"), reply=reply, now=NOW)
    for act in (
        lambda row: services.move(actor=world.socionom, now=NOW, booking=row, start=at(2, 10)),
        lambda row: services.cancel(actor=world.socionom, now=NOW, booking=row),
    ):
        act(booking)
        services.undo(actor=world.socionom, now=NOW, booking=booking)
        (mail,) = _mails(booking, "robin")
        assert mail.kind == MessageKind.REQUEST.value
        assert _own(booking, "robin").status is InvitationState.ACCEPTED


def test_a_hosts_no_changes_nothing_but_asks_for_a_substitute(world: World) -> None:
    booking = _book(world, host=world.other_host)
    partner = booking.invitations.get(contact=world.contact)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner, reply=yes, now=NOW)
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.MAIL)
    services.answer(invitation=_own(booking, "robin"), reply=no, now=NOW)
    booking.refresh_from_db()
    assert booking.status is VisitState.CONFIRMED
    assert booking.allocations.count() == 3
    (row,) = insight.needs_of(world.socionom, NOW).cannot
    assert row.host == world.other_host
    services.substitute(
        actor=world.socionom, now=NOW, booking=booking, away=world.other_host, by=world.host
    )
    assert insight.needs_of(world.socionom, NOW).cannot == []


@pytest.mark.parametrize("by_mail", [True, False])
def test_who_never_had_a_mail_says_no_on_the_page_until_the_time_is_another(
    world: World, by_mail: bool
) -> None:
    member = world.other_host.user
    colleague_mail.choose(actor=member, now=NOW, wanted=False)
    booking = _book(world, host=world.other_host)
    colleague_mail.choose(actor=member, now=NOW, wanted=by_mail)
    row = colleague_mail.own_invitation(booking, member, NOW)
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=row, reply=no, now=NOW)
    assert _own(booking, "robin").status is InvitationState.DECLINED
    assert _mails(booking, "robin") == []
    services.move(actor=world.socionom, now=NOW, booking=booking, start=at(2, 10))
    assert _own(booking, "robin").status is InvitationState.PENDING
    assert len(_mails(booking, "robin")) == by_mail


def test_a_hosts_yes_is_no_answer_of_the_partner(world: World) -> None:
    booking = _book(world, host=world.other_host)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.MAIL)
    services.answer(invitation=_own(booking, "robin"), reply=yes, now=NOW)
    booking.refresh_from_db()
    assert booking.status is VisitState.OFFERED


def test_a_host_whose_calendar_reads_her_feed_has_no_doubles(world: World) -> None:
    member = world.other_host.user
    member.calendar_invitations = None
    member.save()
    assert colleague_mail.wants(member, NOW)
    feed = manage.create(actor=member, now=NOW, scope=FeedScope.USER, level=FeedLevel.NEUTRAL)
    assert colleague_mail.wants(member, NOW)  # made, and nobody has fetched it
    feed.last_fetched_at = NOW
    feed.save()
    assert not colleague_mail.wants(member, NOW)
    assert colleague_mail.wants(member, NOW + timedelta(days=15))
    booking = _book(world, host=world.other_host)
    assert not booking.invitations.filter(host__isnull=False).exists()


def test_who_was_invited_is_kept_in_step_whatever_she_chooses_later(world: World) -> None:
    booking = _book(world, host=world.other_host)
    _sent(booking)
    colleague_mail.choose(actor=world.other_host.user, now=NOW, wanted=False)
    services.move(actor=world.socionom, now=NOW, booking=booking, start=at(2, 10))
    assert _mails(booking, "robin")[-1].kind == MessageKind.UPDATE.value
    other = _book(world, host=world.other_host, start=at(3, 10), end=at(3, 11))
    assert not other.invitations.filter(host__isnull=False).exists()


def test_a_draft_and_what_was_registered_afterwards_send_nothing(world: World) -> None:
    draft = services.book(actor=world.socionom, now=NOW, plan=world.plan(), send=False)
    assert not draft.messages.exists()
    past = world.plan(
        start=NOW - timedelta(days=3), end=NOW - timedelta(days=3, hours=-1), already_held=True
    )
    held = services.book(actor=world.socionom, now=NOW, plan=past)
    assert not held.messages.exists()
