"""Sms on the pages: what waits for a person, the link sent by hand, STOPP on the contact."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from core.models import AuditEvent
from partners.models import Contact, StoppedNumber
from partners.services.texting import stop_texts
from scheduling.booking import services
from scheduling.mailbox import texts
from scheduling.models import Booking, CallTask, IncomingText
from scheduling.outbox import deliver
from tests.factories import NOW, World, at
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MOBILE = "+46701740620"


@pytest.fixture(autouse=True)
def _service(settings: Settings, w: World, tmp_path: object) -> None:
    settings.SMS_URL = f"file:{tmp_path}/sms.jsonl"
    settings.SMS_FROM, settings.SMS_SECRET = "+46766861000", "a-secret-of-24-letters-00"
    Contact.objects.filter(pk=w.contact.pk).update(email="", phone=MOBILE, channel="sms")
    w.contact.refresh_from_db()


@pytest.fixture
def booking(w: World) -> Booking:
    return booked(w)


def come(words: str, sender: str = MOBILE) -> IncomingText:
    texts.receive(texts.TextIn(sender, words), now=NOW)
    return IncomingText.objects.get()


def test_the_text_stands_in_the_outbox_as_it_was(
    client: Client, w: World, booking: Booking
) -> None:
    message = booking.messages.get()
    shown = page(client, w.socionom, reverse("outbox"))
    assert "070-174 06 20" in shown
    assert "Sms: tis 1 dec kl. 10" in shown
    shown = page(client, w.socionom, reverse("message", args=[message.pk]))
    assert "Hej! Välkomna till biblioteket" in shown
    assert "tecken av 160, 1 del" in shown
    assert message.text.split("/s/")[1].split()[0] not in shown
    assert "/s/…" in shown


def test_a_word_that_no_machine_takes_is_decided_in_one_click(
    client: Client, w: World, booking: Booking
) -> None:
    text = come("ja men inte på tisdag")
    shown = page(client, w.socionom, reverse("mailbox"))
    assert "ja men inte på tisdag" in shown
    assert "Svar i ord" in shown
    pk = booking.invitations.get().pk
    assert f'value="declined:{pk}"' in shown
    there = reverse("text_decide", args=[text.pk])
    response = client.post(there, {"decision": f"declined:{pk}"})
    assert response.status_code == 303
    assert booking.invitations.get().state == "declined"
    assert booking.invitations.get().answers.get().by == w.socionom
    assert "Inget att titta på" in page(client, w.socionom, reverse("mailbox"))
    assert client.post(there, {"decision": "seen"}).status_code == 409
    assert client.post(there, {"decision": "maybe"}).status_code == 422


def test_the_queue_is_for_planners(client: Client, w: World, booking: Booking) -> None:
    del booking
    text = come("hallå", sender="+46701740699")
    client.force_login(w.manager)
    assert client.post(
        reverse("text_decide", args=[text.pk]), {"decision": "seen"}
    ).status_code in {
        403,
        404,
    }
    text.refresh_from_db()
    assert text.waits


def test_the_link_goes_in_one_click_and_only_once(
    client: Client, w: World, booking: Booking
) -> None:
    pk = booking.invitations.get().pk
    there = reverse("visit_link_text", args=[booking.pk, pk])
    shown = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert there in shown
    assert client.post(there).status_code == 303
    message = booking.messages.get(kind="link")
    assert message.text.startswith(
        "Hej! Här är länken om att vi ses på biblioteket tis 1 dec kl. 10"
    )
    again = client.post(there, follow=True).content.decode()
    assert "Länken gick alldeles nyss" in again
    assert booking.messages.filter(kind="link").count() == 1
    shown = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert "Länken igen, väntar på att skickas" in shown


@pytest.mark.parametrize("change", [{"protected": True}, {"phone": ""}])
def test_no_button_where_no_text_can_go(
    client: Client, w: World, booking: Booking, change: dict[str, object]
) -> None:
    Contact.objects.filter(pk=w.contact.pk).update(**change)
    pk = booking.invitations.get().pk
    there = reverse("visit_link_text", args=[booking.pk, pk])
    assert there not in page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert "Det går inte att skicka sms" in client.post(there, follow=True).content.decode()
    assert not booking.messages.filter(kind="link").exists()


def test_all_on_one_timeline(client: Client, w: World, booking: Booking) -> None:
    come("ja men inte på tisdag")
    shown = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert "Sms från Lo Berg som en människa läser" in shown
    assert "Inbjudan, sparad i Utskick" in shown
    assert "per sms" in shown


def test_stop_stands_on_the_contact_and_is_taken_back(client: Client, w: World) -> None:
    stop_texts(number=MOBILE, now=NOW)
    home = reverse("partners:organisation_detail", args=[w.organisation.pk])
    assert "Har sagt stopp för sms" in page(client, w.socionom, home)
    client.post(reverse("partners:contact_texts", args=[w.contact.pk]))
    assert not StoppedNumber.objects.exists()
    assert AuditEvent.objects.filter(verb="texts.started", actor=w.socionom).exists()
    assert "Har sagt stopp för sms" not in page(client, w.socionom, home)


def test_today_says_why_somebody_is_rung_who_got_a_text(
    client: Client, w: World, booking: Booking
) -> None:

    near = at(30, 14, month=11)
    services.move(actor=w.socionom, now=near, booking=booking, start=at(8, 10))
    deliver.deliver_due(clock=lambda: near)
    assert CallTask.objects.get().kind == "update"
    assert "har fått sms, men det är nära" in page(client, w.socionom, reverse("today"))
