"""Boka and Besök: what is shown is what is sent, and nothing typed is lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from core.models import Role
from partners.models import Contact, Group, Organisation
from scheduling.booking import services
from scheduling.models import Booking, Message
from tests.factories import NOW, World, at, host, user, world

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
    for one in (w.manager, w.other_host.user):
        client.force_login(one)
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


def repeated(w: World, **changes: object) -> dict[str, object]:
    """Tuesdays 8, 15 and 22 December at 13 in Studion with Sam."""
    values = {"repeat": "1", "times": "3", "room": w.room.pk, "host": w.host.pk, "act": "send"}
    return {**fields(w), **values, **changes}


@pytest.fixture
def two_clashes(w: World) -> World:
    """Studion is taken on the 15th, and Sam on the 22nd; Skrivarrummet holds the group."""
    w.other_room.capacity = 12
    w.other_room.save()
    for day, room, busy in ((15, w.room, w.other_host), (22, w.other_room, w.host)):
        group = w.organisation.groups.create(alias=f"Grupp {day}", created_at=NOW)
        plan = w.plan(groups=(group,), contacts=(w.contact,), start=at(day, 13),
                      end=at(day, 14, 15), room=room, host=busy)  # fmt: skip
        services.book(actor=w.socionom, now=NOW, plan=plan)
    return w


def ways(page: object, day: str) -> dict[str, str]:
    """Words and value of each way out that the page tells for a date."""
    found = page.context["page"].repeated.dates  # type: ignore[attr-defined]
    (row,) = [choice for choice in found if choice.clash.day.isoformat() == day]
    return {way.words: value for value, way in row.ways}


def test_each_clashing_date_is_told_with_its_ways_out(sam: Client, two_clashes: World) -> None:
    before = Booking.objects.count()
    shown = sam.post("/boka/", repeated(two_clashes, act="show"))
    text = shown.content.decode()
    assert "2 av 3 datum krockar" in text
    assert "Skrivarrummet i stället" in ways(shown, "2026-12-15")
    assert "Robin i stället" in ways(shown, "2026-12-22")
    assert text.count('value="hoppa"') == 2
    assert 'name="datum_2026-12-08"' not in text
    assert Booking.objects.count() == before


def test_the_ways_that_were_chosen_are_booked(sam: Client, two_clashes: World) -> None:
    w = two_clashes
    shown = sam.post("/boka/", repeated(w, act="show"))
    chosen = {
        "datum_2026-12-15": ways(shown, "2026-12-15")["Skrivarrummet i stället"],
        "datum_2026-12-22": ways(shown, "2026-12-22")["Robin i stället"],
    }
    preview = sam.post("/boka/", repeated(w, act="show", **chosen))
    text = preview.content.decode()
    assert preview.context["page"].preview is not None
    for value in chosen.values():
        start = text.index(f'value="{value}"')
        assert "checked" in text[start : start + 200]
    assert sam.post("/boka/", repeated(w, **chosen)).status_code == 303
    rows = Booking.objects.filter(series__isnull=False).order_by("start")
    assert [(row.start, row.visit.room, row.visit.host) for row in rows] == [
        (at(8, 13), w.room, w.host),
        (at(15, 13), w.other_room, w.host),
        (at(22, 13), w.room, w.other_host),
    ]


def test_another_time_or_no_time_at_all(sam: Client, two_clashes: World) -> None:
    w = two_clashes
    shown = sam.post("/boka/", repeated(w, act="show"))
    words = next(one for one in ways(shown, "2026-12-15") if one.startswith("tis 15 dec"))
    chosen = {
        "datum_2026-12-15": ways(shown, "2026-12-15")[words],
        "datum_2026-12-22": "hoppa",
    }
    assert sam.post("/boka/", repeated(w, **chosen)).status_code == 303
    rows = list(Booking.objects.filter(series__isnull=False).order_by("start"))
    assert len(rows) == 2
    assert rows[1].start != at(15, 13)
    assert rows[1].start.date() == at(15, 13).date()


def test_a_date_without_a_choice_stops_it_and_keeps_the_others(
    sam: Client, two_clashes: World
) -> None:
    w = two_clashes
    before = Booking.objects.count()
    given = repeated(w, greeting="Vi ses i foajén", **{"datum_2026-12-22": "hoppa"})
    refused = sam.post("/boka/", given)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "1 av 2 krockar: tis 15 dec." in text
    assert "Vi ses i foajén" in text
    start = text.index('id="datum_2026-12-22_0"')
    assert "checked" in text[start : start + 60]
    assert Booking.objects.count() == before
    assert sam.post("/boka/", {**given, "skip_clashes": "on"}).status_code == 303


def test_a_way_that_was_taken_meanwhile_is_asked_of_again(sam: Client, two_clashes: World) -> None:
    w = two_clashes
    shown = sam.post("/boka/", repeated(w, act="show"))
    value = ways(shown, "2026-12-15")["Skrivarrummet i stället"]
    group = w.organisation.groups.create(alias="Sena gruppen", created_at=NOW)
    third = host(user("charlie", Role.HOST, "Charlie"), w.library)
    plan = w.plan(groups=(group,), contacts=(w.contact,), start=at(15, 13), end=at(15, 14, 15),
                  room=w.other_room, host=third)  # fmt: skip
    services.book(actor=w.socionom, now=NOW, plan=plan)
    before = Booking.objects.count()
    given = repeated(w, **{"datum_2026-12-15": value, "datum_2026-12-22": "hoppa"})
    refused = sam.post("/boka/", given)
    assert refused.status_code == 409
    assert "Skrivarrummet i stället" not in ways(refused, "2026-12-15")
    assert refused.content.decode().count("Det du valde är inte ledigt längre.") == 1
    assert Booking.objects.count() == before
    nonsense = sam.post("/boka/", {**given, "datum_2026-12-15": "x|y"})
    assert nonsense.status_code == 409
