"""A bounce belongs to its mail, however late it comes and wherever mail goes by now."""

from datetime import timedelta

import pytest

from scheduling.booking import services
from scheduling.models import Booking, Bounce, Message
from scheduling.outbox import deliver, retry
from tests.factories import World, at
from tests.scheduling.mailbox.conftest import LATER, Post

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LATEST = LATER + timedelta(hours=1)


def first(booking: Booking) -> Message:
    found = booking.messages.order_by("pk").first()
    assert found is not None
    return found


def moved(w: World, booking: Booking) -> None:
    services.move(actor=w.socionom, now=LATER, booking=booking, start=at(3, 13))


def test_news_that_waits_for_the_same_address_waits_for_a_person(
    w: World, booking: Booking, post: Post
) -> None:
    moved(w, booking)
    post("bounce", now=LATEST, message_id=first(booking).message_id)
    assert Message.objects.undecided().get() == first(booking)
    assert deliver.deliver_due(clock=lambda: LATEST) == 0


def test_a_bounce_after_newer_news_has_left_is_history(
    w: World, booking: Booking, post: Post
) -> None:
    moved(w, booking)
    deliver.deliver_due(clock=lambda: LATER)
    post("bounce", now=LATEST, message_id=first(booking).message_id)
    assert Bounce.objects.get().message == first(booking)
    assert (first(booking).state, first(booking).fault) == ("failed", "bounced")
    assert not Message.objects.undecided().exists()


def test_a_second_report_about_the_old_address_holds_nothing_up(
    w: World, booking: Booking, post: Post
) -> None:
    old = first(booking)
    post("bounce", message_id=old.message_id, email="lo@vagval.example")
    retry.correct(actor=w.socionom, now=LATER, message=old, email="lo.berg@vagval.example")
    assert deliver.deliver_due(clock=lambda: LATER) == 1
    later = post("bounce", now=LATEST, message_id=old.message_id, email="lo@vagval.example",
                 uid="another")  # fmt: skip
    assert later["action"] == "bounce"
    assert [row.message for row in Bounce.objects.order_by("pk")] == [old, old]
    assert not Message.objects.undecided().exists()
    moved(w, booking)
    assert deliver.deliver_due(clock=lambda: LATEST) == 1
    assert booking.messages.latest("pk").recipient == "lo.berg@vagval.example"


def test_an_address_that_was_mended_before_the_bounce_came(
    w: World, booking: Booking, post: Post
) -> None:
    """Nobody has told the new address yet: a person decides, in one press."""
    w.contact.email = "lo.berg@vagval.example"
    w.contact.save()
    post("bounce", message_id=first(booking).message_id, email="lo@vagval.example")
    assert Message.objects.undecided().count() == 1
    retry.again(actor=w.socionom, now=LATER, message=first(booking))
    assert deliver.deliver_due(clock=lambda: LATER) == 1
    assert first(booking).decided_at == LATER
