"""Utskick: what left, what waits, and trying again."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from scheduling import links
from scheduling.booking import services
from scheduling.models import Message
from scheduling.outbox import deliver
from tests.factories import NOW, World, at, days
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def mail(w: World) -> Message:
    return booked(w).messages.get()


def fail(mail: Message) -> None:
    Message.objects.filter(pk=mail.pk).update(state="failed", sent_at=None, error="550 Nej")


def test_an_empty_outbox(client: Client, w: World) -> None:
    text = page(client, w.socionom, reverse("outbox"))
    assert "Inget mejl har gått än." in text
    assert "Ingen mejlserver är inställd." in text


def test_the_list_and_its_filter(client: Client, w: World, mail: Message) -> None:
    there = reverse("message", args=[mail.pk])
    text = page(client, w.socionom, reverse("outbox"))
    assert there in text
    assert "Kvar i huset" in text
    assert "1 utskick" in text
    assert there in page(client, w.socionom, reverse("outbox"), status="kept")
    text = page(client, w.socionom, reverse("outbox"), status="failed")
    assert there not in text
    assert "Inga mejl är i det läget." in text
    assert there in page(client, w.socionom, reverse("outbox"), status="nonsense")


def test_many_stand_on_pages_that_keep_the_filter(client: Client, w: World, mail: Message) -> None:
    for number in range(30):
        mail.pk, mail.message_id = None, f"<{number}@x.example>"
        mail.save(force_insert=True)
    text = page(client, w.socionom, reverse("outbox"), status="kept")
    assert "31 utskick" in text
    assert "?status=kept&amp;page=2" in text


def test_only_planners_read_mail(client: Client, w: World, mail: Message) -> None:
    for other in (w.manager, w.other_host.user):
        client.force_login(other)
        assert client.get(reverse("outbox")).status_code == 403
        assert client.get(reverse("message", args=[mail.pk])).status_code == 403
        assert client.post(reverse("message_retry", args=[mail.pk])).status_code == 403


def test_the_exact_mail_without_its_secret(client: Client, w: World, mail: Message) -> None:
    secret = links.answer_path(mail.invitation).removeprefix("/svar/")
    assert secret in mail.text
    text = page(client, w.socionom, reverse("message", args=[mail.pk]))
    assert mail.subject in text
    assert mail.message_id.strip("<>") in text
    assert "BEGIN:VEVENT" in text
    assert "/svar/…" in text
    # Not even a half: calendar lines are folded in the middle of a link.
    for start in range(0, len(secret) - 8, 4):
        assert secret[start : start + 8] not in text


def test_a_missing_mail(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    assert client.get(reverse("message", args=[1])).status_code == 404


def test_a_refused_mail_is_sent_again(client: Client, w: World, mail: Message) -> None:
    fail(mail)
    there = reverse("message", args=[mail.pk])
    text = page(client, w.socionom, there)
    assert "550 Nej" in text
    response = client.post(reverse("message_retry", args=[mail.pk]))
    assert (response.status_code, response["Location"]) == (303, there)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.error) == ("waiting", 0, "")
    assert AuditEvent.objects.filter(verb="message.retried").count() == 1
    assert deliver.deliver_due(clock=lambda: NOW) == 1
    assert client.post(reverse("message_retry", args=[mail.pk])).status_code == 409


def test_a_mended_address_gets_a_mail_of_its_own(client: Client, w: World, mail: Message) -> None:
    fail(mail)
    w.contact.email = "lo.berg@vagval.example"
    w.contact.save()
    client.force_login(w.socionom)
    client.post(reverse("message_retry", args=[mail.pk]))
    mail.refresh_from_db()
    fresh = Message.objects.latest("pk")
    assert (mail.state, mail.decided_at, mail.superseded_by) == ("failed", NOW, fresh)
    assert (fresh.kind, fresh.recipient) == ("request", "lo.berg@vagval.example")


def test_a_contact_without_address_is_to_be_rung(client: Client, w: World, mail: Message) -> None:
    fail(mail)
    w.contact.email = ""
    w.contact.save()
    client.force_login(w.socionom)
    assert client.post(reverse("message_retry", args=[mail.pk])).status_code == 409
    mail.refresh_from_db()
    assert mail.state == "failed"


def test_an_old_mail_is_not_sent_over_a_newer(client: Client, w: World, mail: Message) -> None:
    services.move(actor=w.socionom, now=NOW, booking=mail.booking, start=at(3, 13))
    deliver.deliver_due(clock=lambda: NOW + days(1))
    fail(mail)
    Message.objects.filter(pk=mail.pk).update(decided_at=NOW)
    text = page(client, w.socionom, reverse("message", args=[mail.pk]))
    assert "Försök igen" not in text
    assert "Ett nyare mejl har tagit över" in text
    assert client.post(reverse("message_retry", args=[mail.pk])).status_code == 409


def test_the_number_of_queries_does_not_grow(client: Client, w: World, mail: Message) -> None:
    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("outbox"))
        return len(captured)

    one = count()
    booked(w, start=at(2, 10), end=at(2, 11))
    booked(w, start=at(3, 10), end=at(3, 11))
    assert count() == one <= 10


def test_the_three_ways_out_of_a_refusal(client: Client, w: World, mail: Message) -> None:
    fail(mail)
    Message.objects.filter(pk=mail.pk).update(fault="refused")
    services.move(actor=w.socionom, now=NOW, booking=mail.booking, start=at(3, 13))
    text = page(client, w.socionom, reverse("message", args=[mail.pk]))
    assert "Nästa mejl dit väntar tills du har valt." in text
    for name in ("message_retry", "message_correct", "message_told"):
        assert reverse(name, args=[mail.pk]) in text
    assert "Väntar bakom det här mejlet" in text
    waiting = mail.invitation.messages.latest("pk")
    assert reverse("message", args=[waiting.pk]) in text
    today = page(client, w.socionom, reverse("today"))
    assert reverse("message_told", args=[mail.pk]) in today
    response = client.post(reverse("message_told", args=[mail.pk]), {"next": reverse("today")})
    assert (response.status_code, response["Location"]) == (303, reverse("today"))
    assert "har inte fått mejlet" not in page(client, w.socionom, reverse("today"))
    assert "Sagt per telefon" in page(client, w.socionom, reverse("message", args=[mail.pk]))


def test_the_address_is_mended_where_the_mail_is(client: Client, w: World, mail: Message) -> None:
    fail(mail)
    client.force_login(w.socionom)
    there = reverse("message_correct", args=[mail.pk])
    assert client.post(there, {"email": "lo@vagval.example"}).status_code == 422
    response = client.post(there, {"email": "lo.berg@vagval.example"})
    fresh = Message.objects.latest("pk")
    assert response["Location"] == reverse("message", args=[fresh.pk])
    assert fresh.recipient == "lo.berg@vagval.example"


def test_a_server_that_is_away_is_said_once(client: Client, w: World, mail: Message) -> None:
    mail.pk, mail.message_id = None, "<2@x.example>"
    mail.save(force_insert=True)
    Message.objects.update(state="waiting", fault="away", sent_at=None, due_at=NOW + days(1))
    # A moment's silence is nobody's business on I dag.
    Message.objects.update(created_at=NOW)
    assert "Mejlservern svarar inte" not in page(client, w.socionom, reverse("today"))
    Message.objects.update(created_at=NOW - days(1))
    for path in (reverse("today"), reverse("outbox")):
        assert page(client, w.socionom, path).count("Mejlservern svarar inte") == 1


def test_what_the_cap_holds_back_is_told_and_let_go(
    client: Client, w: World, mail: Message
) -> None:
    Message.objects.update(state="waiting", fault="capped", sent_at=None, due_at=NOW + days(1))
    text = page(client, w.socionom, reverse("today"))
    assert "Tisdagsgruppen har inte fått mejlet än" in text
    assert "Dagens antal automatiska mejl till mottagaren är fullt." in text
    assert "Skicka ändå" in page(client, w.socionom, reverse("message", args=[mail.pk]))
    assert client.post(reverse("message_now", args=[mail.pk])).status_code == 303
    assert deliver.deliver_due(clock=lambda: NOW) == 1


def test_a_message_that_went_along_points_at_its_carrier(
    client: Client, w: World, mail: Message
) -> None:
    other = booked(w, start=at(2, 10), end=at(2, 11)).messages.get()
    Message.objects.filter(pk=other.pk).update(state="bundled", carrier=mail, raw=b"", sent_at=None)
    text = page(client, w.socionom, reverse("message", args=[other.pk]))
    assert reverse("message", args=[mail.pk]) in text
    assert reverse("visit", args=[other.booking_id]) in page(
        client, w.socionom, reverse("message", args=[mail.pk])
    )
