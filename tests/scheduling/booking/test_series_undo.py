"""What was done to a whole series is taken back while every one of its mails waits."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django import Settings as SettingsWrapper

from core.errors import Clash, IllegalTransition
from scheduling.booking import series, series_undo, services
from scheduling.booking.answers import Reply
from scheduling.models import Allocation, Booking, FeedPlace, Message, Series
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, days, world
from tests.scheduling.booking.test_series import fortnightly
from tests.scheduling.views.conftest import clock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
__all__ = ["clock"]
YES = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)


@pytest.fixture
def w(settings: SettingsWrapper) -> World:
    settings.OUTBOX_HOLD_SECONDS = 10
    return world()


def booked(w: World, count: int = 3) -> Series:
    return series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w, count))


def sent(w: World, count: int = 3) -> Series:
    made = booked(w, count)
    assert deliver.deliver_due(clock=lambda: NOW + days(1)) == 1
    return made


def waiting() -> list[str]:
    return list(Message.objects.filter(state="waiting").values_list("kind", flat=True))


def test_a_series_just_booked_leaves_one_draft(w: World) -> None:
    made = booked(w)
    first = series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    row = Booking.objects.get()
    assert (row.pk, row.state, row.series, row.start) == (first.pk, "draft", None, at(1, 10))
    assert {one.booking_id for one in Allocation.objects.all()} == {row.pk}
    assert not Series.objects.exists()
    assert not FeedPlace.objects.exclude(booking=row).exists()
    assert waiting() == []
    # The draft is a visit of its own: sent, it is an ordinary invitation.
    services.send_draft(actor=w.socionom, now=NOW, booking=row)
    assert waiting() == ["request"]
    assert booked_again(w) == 2


def booked_again(w: World) -> int:
    plan = series.SeriesPlan(
        visit=w.plan(start=at(2, 10), end=at(2, 11)),
        weekly=series.weekly(first=date(2026, 12, 2), count=2),
    )
    return series.book_series(actor=w.socionom, now=NOW, plan=plan).bookings.count()


@pytest.mark.parametrize("whole", [True, False])
def test_a_cancellation_is_taken_back_with_its_answers(w: World, whole: bool) -> None:
    made = sent(w)
    row = made.invitations.get()
    series.answer_all(row=row, reply=YES, now=NOW)
    if not whole:
        services.cancel(actor=w.socionom, now=NOW, booking=made.bookings.all()[0])
        deliver.deliver_due(clock=lambda: NOW + days(1))
    numbers = [(one.sequence, one.significant_sequence) for one in series.invitations_of(row)]
    taken = Allocation.objects.count()
    left = series.cancel_remaining(actor=w.socionom, now=NOW, series=made)
    assert left == (3 if whole else 2)
    assert waiting() == (["ser_end"] if whole else ["cancel", "cancel"])
    series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    made.refresh_from_db()
    states = [row.state for row in made.bookings.all()]
    assert states == ["confirmed" if whole else "cancelled_by_us", "confirmed", "confirmed"]
    assert (made.cancelled_at, waiting(), Allocation.objects.count()) == (None, [], taken)
    # An answer to what was sent is not stale: no SEQUENCE went up for a mail that never left.
    row.refresh_from_db()
    assert (row.sequence, row.significant_sequence) == (0, 0)
    assert numbers == [(o.sequence, o.significant_sequence) for o in series.invitations_of(row)]
    assert series.cancel_remaining(actor=w.socionom, now=NOW, series=made) == left


def test_what_is_cancelled_again_counts_on_from_what_was_sent(w: World) -> None:
    made = sent(w)
    series.cancel_remaining(actor=w.socionom, now=NOW, series=made)
    series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    series.cancel_remaining(actor=w.socionom, now=NOW, series=made)
    message = Message.objects.get(state="waiting")
    event = Calendar.from_ical(bytes(message.calendar or b"")).walk("VEVENT")[0]
    assert event["SEQUENCE"] == 1


def test_too_late_is_refused(w: World) -> None:
    made = sent(w)
    with pytest.raises(IllegalTransition):
        series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    assert series_undo.undoable(made, NOW) is None


def test_a_date_changed_since_is_left_alone(w: World) -> None:
    made = booked(w)
    services.move(actor=w.socionom, now=NOW, booking=made.bookings.all()[1], start=at(17, 13))
    with pytest.raises(IllegalTransition, match="något datum ändrats"):
        series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    assert made.bookings.count() == 3


def test_a_time_taken_since_is_told_and_nothing_is_half(w: World) -> None:
    made = sent(w)
    series.cancel_remaining(actor=w.socionom, now=NOW, series=made)
    last = made.bookings.order_by("start").last()
    assert last is not None
    services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=last.start, end=last.end, groups=(w.group,))
    )
    with pytest.raises(Clash):
        series_undo.take_back(actor=w.socionom, now=NOW, series=made)
    assert {row.state for row in made.bookings.all()} == {"cancelled_by_us"}
    assert "ser_end" in waiting()


def test_undo_of_one_date_lets_an_answer_to_the_sent_mail_count(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW + days(1))
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    services.undo(actor=w.socionom, now=NOW, booking=booking)
    invitation = booking.invitations.get()
    assert (invitation.sequence, invitation.significant_sequence) == (0, 0)


@pytest.mark.usefixtures("clock")
def test_the_page_and_i_dag_offer_it(w: World, client: Client) -> None:
    made = booked(w)
    pk = made.bookings.all()[1].pk
    client.force_login(w.socionom)
    there = reverse("series_undo", args=[pk])
    assert there in client.get(reverse("visit", args=[pk])).content.decode()
    assert "serie/angra" in client.get("/").content.decode()
    answer = client.post(there, follow=True)
    assert "Första datumet ligger kvar som utkast." in answer.content.decode()
    assert client.post(there).status_code == 404
