"""One contact more, one less: who hears of it, and what it does to answers."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from core.errors import DomainError
from partners.models import Contact
from scheduling.booking import services
from scheduling.models import Booking, Invitation, Message
from scheduling.outbox import deliver
from tests.factories import NOW, World, world
from tests.scheduling.api.conftest import UNKNOWN, caller
from tests.scheduling.views.conftest import page

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.fixture
def mo(w: World) -> Contact:
    return Contact.objects.create(
        organisation=w.organisation, name="Mo Ek", email="mo@vagval.example", created_at=NOW
    )


@pytest.fixture
def booking(w: World) -> Booking:
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW)
    return made


def sent_after(count: int) -> list[tuple[str, str, int, str]]:
    """METHOD, addressee, SEQUENCE and STATUS of the mails since."""
    deliver.deliver_due(clock=lambda: NOW)
    found = []
    for row in Message.objects.order_by("pk")[count:]:
        calendar = Calendar.from_ical(bytes(row.calendar or b""))
        (event,) = calendar.walk("VEVENT")
        said = (str(calendar["METHOD"]), row.recipient, int(event["SEQUENCE"]))
        found.append((*said, str(event.get("STATUS", ""))))
    return found


def test_one_more_is_asked_and_nobody_else_hears_of_it(
    w: World, booking: Booking, mo: Contact
) -> None:
    services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=mo.pk)
    assert sent_after(1) == [("REQUEST", "mo@vagval.example", 0, "CONFIRMED")]
    first, second = booking.invitations.order_by("pk")
    assert (first.sequence, first.ical_uid != second.ical_uid) == (0, True)
    with pytest.raises(DomainError, match="redan inbjuden"):
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=mo.pk)


def test_one_less_is_told_alone_and_the_visit_stands(
    w: World, booking: Booking, mo: Contact
) -> None:
    """RFC 5546 section 3.2.5: without STATUS:CANCELLED, for the event goes on."""
    services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=mo.pk)
    gone = booking.invitations.get(contact=w.contact)
    deliver.deliver_due(clock=lambda: NOW)
    services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=gone)
    assert sent_after(2) == [("CANCEL", "lo@vagval.example", 1, "")]
    text = Message.objects.latest("pk").text
    assert "Du är inte längre inbjuden" in text
    assert "blir inte av" not in text
    booking.refresh_from_db()
    assert (booking.state, booking.allocations.count() > 0) == ("offered", True)
    with pytest.raises(DomainError, match="inte längre inbjuden"):
        services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=gone)


def test_the_last_one_is_told_too(w: World, booking: Booking) -> None:
    (only,) = booking.invitations.all()
    services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=only)
    assert sent_after(1) == [("CANCEL", "lo@vagval.example", 1, "")]


def test_who_was_never_told_is_not_untold(w: World, mo: Contact) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(), send=False)
    (only,) = booking.invitations.all()
    services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=only)
    assert not Message.objects.exists()


def test_asked_again_after_all(w: World, booking: Booking) -> None:
    """The same entry in the calendar comes back with a higher SEQUENCE."""
    (only,) = booking.invitations.all()
    services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=only)
    deliver.deliver_due(clock=lambda: NOW)
    services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=w.contact.pk)
    assert sent_after(2) == [("REQUEST", "lo@vagval.example", 2, "CONFIRMED")]
    assert Invitation.objects.get().state == "pending"


def test_only_planners_and_only_while_it_is_open(w: World, booking: Booking) -> None:
    (only,) = booking.invitations.all()
    for actor in (w.other_host.user, w.manager):
        with pytest.raises(DomainError):
            services.remove_contact(actor=actor, now=NOW, booking=booking, invitation=only)
        with pytest.raises(DomainError):
            services.add_contact(actor=actor, now=NOW, booking=booking, contact_pk=w.contact.pk)
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    with pytest.raises(DomainError):
        services.remove_contact(actor=w.socionom, now=NOW, booking=booking, invitation=only)


def test_the_api(w: World, booking: Booking, mo: Contact) -> None:
    sam: Any = caller(w.socionom)
    there = f"/visits/{booking.pk}/invitations"
    shown = sam.post(there, {"contact": mo.pk})
    assert [row["state"] for row in shown["invitations"]] == ["pending", "pending"]
    sam.post(there, {"contact": mo.pk}, 409)
    sam.post(there, {"contact": UNKNOWN}, 422)
    first = shown["invitations"][0]["id"]
    sam.post(f"{there}/{first}/withdraw", {"version": 1}, 409)
    shown = sam.post(f"{there}/{first}/withdraw")
    assert [row["state"] for row in shown["invitations"]] == ["withdrawn", "pending"]
    sam.post(f"{there}/{UNKNOWN}/withdraw", None, 404)
    caller(w.other_host.user).post(f"{there}/{first}/withdraw", None, 403)


def test_the_page(w: World, booking: Booking, mo: Contact, client: Client) -> None:
    there = reverse("visit", args=[booking.pk])
    text = page(client, w.socionom, there)
    assert "Bjud inte längre in Lo Berg" in text
    client.post(reverse("visit_invite", args=[booking.pk]), {"contact": mo.pk})
    assert "Bjud inte längre in Mo Ek" in page(client, w.socionom, there)
    (first, _second) = booking.invitations.order_by("pk")
    client.post(reverse("visit_withdraw", args=[booking.pk, first.pk]))
    text = page(client, w.socionom, there)
    assert "Lo Berg är inte längre inbjuden och får veta det. Besöket står kvar." in text
    assert "Lo Berg sa per telefon" not in text
    assert "En kontakt är inte längre inbjuden" in text
    wrong = client.post(reverse("visit_invite", args=[booking.pk]), {"contact": "x"})
    assert (wrong.status_code, "Välj vem som ska bjudas in." in wrong.content.decode()) == (
        422,
        True,
    )
