"""Vem har vad: what each was sent, what their answer was to, and what they may still believe."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Contact
from scheduling.booking import rearrange, services
from scheduling.insight import holders
from scheduling.insight.holders import Belief
from scheduling.models import Booking, Feed, IncomingAnswer, IncomingMail, Message
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, world
from tests.scheduling.views.conftest import page

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def booking(w: World) -> Booking:
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW)
    return made


def holder(booking: Booking) -> holders.Holder:
    (found,) = holders.of(booking, LATER)
    return found


def moved(w: World, booking: Booking) -> Booking:
    return services.move(actor=w.socionom, now=LATER, booking=booking, start=at(3, 13))


def answered_by_mail(booking: Booking, sequence: int, *, action: str = "reply") -> None:
    """As the mailbox keeps it."""
    invitation = booking.invitations.get()
    mail = IncomingMail.objects.create(
        received_at=LATER, raw=b"", size=0, key=str(IncomingMail.objects.count()), action=action
    )
    IncomingAnswer.objects.create(
        mail=mail, invitation=invitation, method="REPLY", at=LATER, stamp=LATER,
        sequence=sequence, partstat="ACCEPTED", action=action,
    )  # fmt: skip
    if action == "reply":
        reply = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.MAIL)
        services.answer(invitation=invitation, reply=reply, now=LATER)


def test_sent_and_not_answered(booking: Booking) -> None:
    found = holder(booking)
    assert (found.sent_sequence, found.sent_at) == (0, NOW)
    assert (found.confirmed_sequence, found.bounced_at, found.belief) == (None, None, None)
    assert not found.subscribes


def test_news_that_has_not_left_means_the_old_time(w: World, booking: Booking) -> None:
    booking = moved(w, booking)
    found = holder(booking)
    assert found.news is not None
    assert (found.sent_sequence, found.news.sequence) == (0, 1)
    assert found.belief is Belief.OLD_TIME
    deliver.deliver_due(clock=lambda: LATER)
    assert holder(booking).belief is None


def test_another_room_is_another_version(w: World, booking: Booking) -> None:
    booking = rearrange.change_room(
        actor=w.socionom, now=LATER, booking=booking, room=w.other_room, room_reason="Kortare"
    )
    assert holder(booking).belief is Belief.OLD_VERSION


def test_a_cancellation_that_was_refused(w: World, booking: Booking) -> None:
    booking = services.cancel(actor=w.socionom, now=LATER, booking=booking)
    Message.objects.filter(kind="cancel").update(state="failed", fault="refused")
    assert holder(booking).belief is Belief.NOT_CANCELLED
    Message.objects.filter(kind="cancel").update(state="told")
    assert holder(booking).belief is None


def test_an_answer_to_the_old_version_shows_what_the_calendar_holds(
    w: World, booking: Booking
) -> None:
    booking = moved(w, booking)
    Message.objects.filter(sequence=1).update(state="kept", sent_at=LATER - timedelta(hours=1))
    answered_by_mail(booking, 0, action="ignored")
    assert holder(booking).belief is Belief.OLD_TIME
    answered_by_mail(booking, 1)
    found = holder(booking)
    assert (found.confirmed_sequence, found.belief) == (1, None)


def test_an_answer_by_phone_is_to_what_stands(w: World, booking: Booking) -> None:
    booking = moved(w, booking)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.PHONE)
    services.answer(invitation=booking.invitations.get(), reply=yes, now=LATER, actor=w.socionom)
    assert holder(booking).confirmed_sequence == 1


def test_when_their_calendar_was_fetched(w: World, booking: Booking) -> None:
    feed = Feed.objects.create(
        name="Besök", scope="partner", level="neutral", contact=w.contact,
        scope_key=f"contact:{w.contact.pk}", variant="neutral", changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    found = holder(booking)
    assert (found.subscribes, found.feed_fetched_at, found.feed_is_older) == (True, None, True)
    Feed.objects.update(last_fetched_at=LATER)
    assert not holder(booking).feed_is_older
    booking = services.move(
        actor=w.socionom, now=LATER + timedelta(hours=1), booking=booking, start=at(3, 13)
    )
    assert holder(booking).feed_is_older
    feed.revoked_at = LATER
    feed.save()
    assert not holder(booking).subscribes


def test_what_has_been_is_nobody_s_mistake(w: World, booking: Booking) -> None:
    booking = moved(w, booking)
    (found,) = holders.of(booking, booking.end)
    assert found.belief is None


def test_the_page_says_it(client: Client, w: World, booking: Booking) -> None:
    booking = moved(w, booking)
    text = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert "Vem har vad" in text
    assert "Lo Berg har fortfarande den gamla tiden." in text
    assert "Fick version 1" in text
    assert "gamla tiden" not in page(client, w.manager, reverse("visit", args=[booking.pk]))


def test_the_queries_do_not_grow(w: World, booking: Booking) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            holders.of(booking, LATER)
        return len(captured)

    one = count()
    for number in range(3):
        contact = Contact.objects.create(
            organisation=w.organisation, name=f"Kontakt {number}", created_at=NOW,
            email=f"k{number}@vagval.example",
        )  # fmt: skip
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=contact.pk)
    assert count() == one == 6
