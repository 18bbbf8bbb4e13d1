"""A room too small: it is asked why it will do; the reason is kept, shown, undone and erased."""

import pytest
from pytest_django import Settings as SettingsWrapper

from core.errors import Invalid, PersonalData
from core.models import AuditEvent
from partners.models import SizeBand
from scheduling.booking import offers, services
from scheduling.followup import retention
from scheduling.insight import timeline
from scheduling.models import Booking, Message
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
WHY = "Skrivarrummet har 8 platser. Gruppen kan bli 10. Skriv kort varför det går ändå"


@pytest.fixture
def w() -> World:
    return world()


def small(w: World, **changes: object) -> services.VisitPlan:
    return w.plan(room=w.other_room, **changes)


def book(w: World, plan: services.VisitPlan) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=plan)


def said(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).visit.room_reason


def test_without_a_reason_nothing_is_booked(w: World) -> None:
    with pytest.raises(Invalid, match=WHY) as caught:
        book(w, small(w, room_reason="  "))
    assert (caught.value.code, list(caught.value.fields)) == ("room_too_small", ["room_reason"])
    assert not Booking.objects.exists()


def test_the_reason_is_one_line_on_the_visit_and_in_the_audit_but_in_no_mail(w: World) -> None:
    booking = book(w, small(w, room_reason=" Vi delar\n på  oss "))
    assert said(booking) == "Vi delar på oss"
    event = AuditEvent.objects.get(verb="visit.booked")
    assert event.data["room_reason"] == "Vi delar på oss"
    assert "Rummet är litet, men: Vi delar på oss" in [row.text for row in timeline.of(booking)]
    message = Message.objects.get()
    assert "delar på oss" not in message.text + message.subject
    assert b"delar" not in bytes(message.raw) + bytes(message.calendar or b"")


def test_a_personal_number_is_no_reason(w: World) -> None:
    with pytest.raises(PersonalData):
        book(w, small(w, room_reason="19121212-1212 kommer inte"))
    with pytest.raises(Invalid, match="högst 120 tecken"):
        book(w, small(w, room_reason="a" * 121))
    assert not Booking.objects.exists()


def test_places_enough_need_and_keep_none(w: World) -> None:
    assert said(book(w, w.plan(room_reason="Delar på oss"))) == ""
    few = small(w, room_reason="", size_band=SizeBand.B1_3, start=at(2, 10), end=at(2, 11))
    assert said(book(w, few)) == ""


def test_a_preview_asks_nothing(w: World) -> None:
    (message,) = services.preview(actor=w.socionom, now=NOW, plan=small(w, room_reason=""))
    assert "Skrivarrummet" not in message.subject
    assert not Booking.objects.exists()


def test_the_same_room_at_another_time_is_not_asked_of_again(w: World) -> None:
    booking = book(w, small(w))
    moved = services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 10))
    assert said(moved) == "Kortare besök"
    assert "room_reason" not in AuditEvent.objects.get(verb="visit.moved").data


def test_another_room_forgets_it_and_undo_brings_it_back(
    w: World, settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    booking = book(w, small(w))
    acting = {"actor": w.socionom, "now": NOW}
    services.change_room(booking=booking, room=w.room, **acting)
    assert said(booking) == ""
    services.undo(booking=booking, **acting)
    assert said(booking) == "Kortare besök"
    services.move(booking=booking, start=at(3, 10), room=w.room, **acting)
    assert said(booking) == ""
    with pytest.raises(Invalid, match=WHY):
        services.move(booking=booking, start=at(4, 10), room=w.other_room, **acting)


def test_a_larger_group_is_asked_of_and_a_change_of_words_is_not(w: World) -> None:
    booking = book(w, small(w, size_band=SizeBand.B1_3, room_reason=""))
    acting = {"actor": w.socionom, "now": NOW, "booking": booking}
    larger = {"size_band": SizeBand.B7_10}
    with pytest.raises(Invalid, match=WHY):
        services.change_details(details=services.Details(**larger), **acting)
    said_so = services.Details(**larger, room_reason="Vi vet att färre kommer")
    services.change_details(details=said_so, **acting)
    assert said(booking) == "Vi vet att färre kommer"
    services.change_details(details=services.Details(greeting="Välkomna"), **acting)
    assert said(booking) == "Vi vet att färre kommer"


def test_a_swap_asks_for_the_one_who_comes_to_the_small_room(w: World) -> None:
    group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
    first = book(w, w.plan())
    second = book(w, small(w, groups=(group,), size_band=SizeBand.B1_3, start=at(3, 13),
                           end=at(3, 14), room_reason=""))  # fmt: skip
    acting = {"actor": w.socionom, "now": NOW, "booking": first, "other": second}
    with pytest.raises(Invalid, match=WHY):
        services.swap(**acting)
    services.swap(room_reason="Kortare besök", **acting)
    assert (said(first), said(second)) == ("Kortare besök", "")


def test_an_offer_with_a_small_room_among_others(w: World) -> None:
    choices = [
        offers.Choice(start=at(day, 10), end=at(day, 11), room=room, host=w.host)
        for day, room in ((1, w.room), (2, w.other_room))
    ]
    with pytest.raises(Invalid, match=WHY):
        offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=choices)
    plan = w.plan(room_reason="Delar på oss")
    booking = offers.offer(actor=w.socionom, now=NOW, plan=plan, choices=choices)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    second = booking.offered_times.get(room=w.other_room)
    offers.choose(offered=second, invitation=booking.invitations.get(), reply=yes, now=NOW)
    assert Booking.objects.get(pk=booking.pk).visit.why_room == "Delar på oss"


def test_it_is_erased_with_the_diets(w: World) -> None:
    booking = book(w, small(w))
    late = booking.end + days(7)
    assert retention.stands("care", late).due == 0
    later = booking.end + days(8)
    assert retention.run(actor=None, now=later, key="care").rows == 1
    assert said(booking) == ""
    assert retention.stands("care", later).due == 0
