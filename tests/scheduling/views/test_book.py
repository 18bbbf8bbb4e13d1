"""Boka and Besök: what is shown is what is sent, and nothing typed is lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from partners.models import Contact, Group, Organisation
from scheduling.booking import services
from scheduling.models import Booking, Message
from tests.factories import NOW, World, at, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def sam(client: Client, w: World) -> Client:
    client.force_login(w.socionom)
    return client


def fields(w: World, **changes: object) -> dict[str, object]:
    values = {
        "group": w.group.pk,
        "programme": w.programme.pk,
        "slot": "own",
        "own_date": "2026-12-08",
        "own_time": "13:00",
        "key": "k1",
    }
    return {**values, **changes}


def test_known_group_gets_times_with_reasons(sam: Client, w: World) -> None:
    page = sam.get(f"/boka/?group={w.group.pk}&programme={w.programme.pk}").content.decode()
    assert page.count('name="slot"') == 5
    assert "lugn tid" in page
    assert "Studion rymmer 20" in page


def test_the_best_time_is_chosen_and_every_field_has_its_own_name(sam: Client, w: World) -> None:
    query = {"group": w.group.pk, "programme": w.programme.pk}
    page = sam.get("/boka/", query)
    (first, _best), *_others = page.context["page"].found
    assert page.context["form"]["slot"].value() == first
    assert page.content.decode().count("En egen tid") == 1


def test_the_mail_is_shown_before_anything_is_stored(sam: Client, w: World) -> None:
    response = sam.post("/boka/", {**fields(w), "act": "show"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Välkomna till biblioteket tisdag 8 december kl. 13" in page
    assert "lo@vagval.example" in page
    assert not Booking.objects.exists()


def test_send_books_and_leads_to_the_visit(sam: Client, w: World) -> None:
    response = sam.post("/boka/", {**fields(w), "act": "send"})
    booking = Booking.objects.get()
    assert (response.status_code, response.headers["Location"]) == (303, f"/besok/{booking.pk}")
    assert (booking.start, booking.state) == (at(8, 13), "offered")
    assert Message.objects.get().recipient == "lo@vagval.example"


def test_back_button_and_double_press_book_once(sam: Client, w: World) -> None:
    for _ in range(2):
        assert sam.post("/boka/", {**fields(w), "act": "send"}).status_code == 303
    assert Booking.objects.count() == 1


def test_a_draft_writes_to_nobody(sam: Client, w: World) -> None:
    sam.post("/boka/", {**fields(w), "act": "draft"})
    assert Booking.objects.get().state == "draft"
    assert not Message.objects.exists()


def test_a_proposed_slot_is_taken_as_it_is(sam: Client, w: World) -> None:
    slot = f"{at(8, 10).isoformat()}|{w.room.pk}|{w.host.pk}|"
    sam.post("/boka/", {**fields(w, slot=slot), "act": "send"})
    booking = Booking.objects.get()
    assert (booking.start, booking.visit.room, booking.visit.host) == (at(8, 10), w.room, w.host)


@pytest.mark.parametrize("slot", ["skräp", "2026-12-08T10:00|1|1|", "|||", "x|y|z|å"])
def test_a_broken_slot_is_told(sam: Client, w: World, slot: str) -> None:
    response = sam.post("/boka/", {**fields(w, slot=slot), "act": "send"})
    assert response.status_code == 422
    assert "Välj en tid på nytt." in response.content.decode()
    assert not Booking.objects.exists()


def test_a_red_day_warns_first_and_is_booked_when_meant(sam: Client, w: World) -> None:
    values = fields(w, own_date="2026-12-25", own_time="10:00")
    response = sam.post("/boka/", {**values, "act": "send"})
    assert response.status_code == 422
    assert "är Juldagen" in response.content.decode()
    assert "Boka ändå" in response.content.decode()
    sam.post("/boka/", {**values, "act": "send", "accept_warnings": "on"})
    assert Booking.objects.count() == 1


def test_a_clash_is_explained_and_the_form_keeps_its_text(sam: Client, w: World) -> None:
    plan = w.plan(start=at(8, 13), end=at(8, 14, 15), host=w.other_host)
    services.book(actor=w.socionom, now=NOW, plan=plan)
    other = Group.objects.create(organisation=w.organisation, alias="Nya vänner", created_at=NOW)
    values = fields(w, group=other.pk, room=w.room.pk, greeting="Välkomna åter")
    response = sam.post("/boka/", {**values, "act": "send"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Studion är upptagen tis 8 dec kl. 13.00–14.15." in page
    assert "Välkomna åter" in page
    assert Booking.objects.count() == 1


def test_a_new_partner_group_and_visit_on_one_page(sam: Client, w: World) -> None:
    new = {
        "new_organisation": "Föreningen Gryning",
        "new_alias": "Gryningsgruppen",
        "new_contact": "Lo Åström",
        "new_email": "lo@gryning.example",
    }
    sam.post("/boka/", {**fields(w, group=""), **new, "act": "send"})
    booking = Booking.objects.get()
    assert [group.alias for group in booking.visit.groups.all()] == ["Gryningsgruppen"]
    assert Message.objects.get().recipient == "lo@gryning.example"


def test_a_new_partner_is_not_half_stored(sam: Client, w: World) -> None:
    new = {"new_organisation": "Föreningen Gryning", "new_alias": "Gryningsgruppen"}
    values = fields(w, group="", own_date="2025-01-01")
    response = sam.post("/boka/", {**values, **new, "new_contact": "Lo", "act": "send"})
    assert response.status_code == 422
    assert not Organisation.objects.filter(name="Föreningen Gryning").exists()
    assert Contact.objects.count() == 1


def test_hosts_and_managers_do_not_book(client: Client, w: World) -> None:
    for user in (w.manager, w.other_host.user):
        client.force_login(user)
        assert client.get("/boka/").status_code == 403
        assert client.post("/boka/", {**fields(w), "act": "send"}).status_code == 403
    assert not Booking.objects.exists()


def test_visitors_are_sent_to_the_login(client: Client) -> None:
    response = client.get("/boka/")
    assert response.headers["Location"] == "/konto/login/?next=/boka/"


@pytest.fixture
def booking(w: World) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=w.plan())


def test_move_by_form_and_the_second_tab(sam: Client, booking: Booking) -> None:
    path = f"/besok/{booking.pk}/flytta"
    values = {"day": "2026-12-03", "clock": "10:00", "version": "1"}
    assert sam.post(path, values).status_code == 303
    response = sam.post(path, {**values, "day": "2026-12-04"})
    assert response.status_code == 409
    assert "ändrats av någon annan" in response.content.decode()
    assert Booking.objects.get().start == at(3, 10)


def test_cancel_by_partner(sam: Client, booking: Booking) -> None:
    values = {"by": "partner", "reason": "De är sjuka", "version": "1"}
    assert sam.post(f"/besok/{booking.pk}/avboka", values).status_code == 303
    assert Booking.objects.get().state == "cancelled_by_partner"


def test_an_answer_by_phone_is_one_press(sam: Client, booking: Booking) -> None:
    invitation = booking.invitations.get()
    values = {"invitation": invitation.pk, "answer": "accepted"}
    assert sam.post(f"/besok/{booking.pk}/svar", values).status_code == 303
    invitation.refresh_from_db()
    assert (invitation.state, invitation.channel) == ("accepted", "phone")
    assert "per telefon, Sam" in sam.get(f"/besok/{booking.pk}").content.decode()


def test_a_host_sees_the_visit_but_no_addresses_and_no_acts(
    client: Client, w: World, booking: Booking
) -> None:
    client.force_login(w.other_host.user)
    page = client.get(f"/besok/{booking.pk}").content.decode()
    assert "Tisdagsgruppen" in page
    assert "lo@vagval.example" not in page
    assert "Avboka" not in page
    assert client.post(f"/besok/{booking.pk}/avboka", {"by": "us", "version": 1}).status_code == 403
