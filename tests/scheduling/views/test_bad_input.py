"""What nobody means, typed into pages: told clearly, nothing stored, nothing typed lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from scheduling import links
from scheduling.booking import alter
from scheduling.models import Booking, Delegation, Proposal, SlotOffer
from tests.factories import World
from tests.scheduling.views.conftest import booked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.large]
HUGE = "9" * 25
YEAR, READ = "Årtalet är orimligt.", "Tiden gick inte att läsa."
FAR = "Tiden ligger mer än tre år bort."
GAP, OVERLAP = "Klockslaget finns inte", "Klockslaget kommer två gånger"
END = "Sluttiden måste vara efter starttiden."
CHOICE = "Välj ett giltigt alternativ."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"own_date": "2027-03-28", "own_time": "02:30"}, GAP),
        ({"own_date": "2027-10-31", "own_time": "02:30"}, OVERLAP),
        ({"own_date": "9999-12-31", "own_time": "23:30"}, YEAR),
        ({"own_date": "0001-01-01", "own_time": "00:10"}, YEAR),
        ({"own_date": "2035-01-03", "own_time": "10:00"}, FAR),
        ({"slot": "9999-12-31T23:30:00+00:00|1|1|"}, READ),
        ({"slot": "0001-01-01T00:00:00+12:00|1|1|"}, READ),
        ({"slot": f"2026-12-08T13:00:00+01:00|{HUGE}|1|"}, READ),
        ({"slot": f"2026-12-08T13:00:00+01:00|1|{HUGE}|"}, READ),
        ({"more": ["9999-12-31T23:30:00+00:00|1|1|"]}, READ),
        ({"repeat": "1", "times": "10000"}, "högst 200 datum inom två år"),
        ({"repeat": "1", "times": HUGE}, "högst 200 datum inom två år"),
        ({"group": HUGE}, CHOICE),
        ({"programme": HUGE}, CHOICE),
        (
            {"kind": "outreach_visit", "place": "Torget", "travel_minutes": HUGE},
            "eller lika med 240",
        ),
    ],
)
def test_a_visit(client: Client, w: World, changes: dict[str, Any], words: str) -> None:
    client.force_login(w.socionom)
    given = {
        "group": w.group.pk, "programme": w.programme.pk, "slot": "own", "key": "k1",
        "own_date": "2026-12-08", "own_time": "13:00", "greeting": "Välkomna åter",
    }  # fmt: skip
    response = client.post("/boka/", {**given, "act": "send", **changes})
    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert "Välkomna åter" in text
    assert not Booking.objects.exists()


@pytest.mark.parametrize("most", ["11-15", "16-25"])
def test_a_room_too_small_warns_and_is_taken_when_meant(
    client: Client, w: World, most: str
) -> None:
    client.force_login(w.socionom)
    given = {
        "group": w.group.pk, "programme": w.programme.pk, "slot": "own", "key": "k1", "act": "send",
        "own_date": "2026-12-08", "own_time": "13:00", "room": w.other_room.pk, "size_band": most,
    }  # fmt: skip
    refused = client.post("/boka/", given)
    assert refused.status_code == 422
    assert "Skrivarrummet har 8 platser. Gruppen kan bli" in refused.content.decode()
    assert not Booking.objects.exists()
    ticked = client.post("/boka/", {**given, "accept_warnings": "on"})
    assert ticked.status_code == 422
    text = ticked.content.decode()
    assert "Skriv kort varför det går ändå, eller välj ett annat rum." in text
    assert 'href="#id_room_reason"' in text
    assert 'value="2026-12-08"' in text
    assert client.post("/boka/", {**given, "room_reason": "Vi delar på oss"}).status_code == 303
    visit = Booking.objects.get().visit
    assert (visit.room, visit.room_reason) == (w.other_room, "Vi delar på oss")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2027-03-28", "starts": "02:30", "end": "04:00"}, GAP),
        ({"day": "2027-03-28", "starts": "01:30", "end": "02:30"}, GAP),
        ({"day": "2027-10-31", "starts": "02:30", "end": "04:00"}, OVERLAP),
        ({"day": "9999-12-31", "starts": "23:00", "end": "23:59"}, YEAR),
        ({"day": "0001-01-01", "starts": "00:00"}, YEAR),
        ({"day": "2035-01-03"}, FAR),
        ({"end": "14:00"}, END),
        ({"end": "13:00"}, END),
        ({"starts": "00:10", "end": "23:50"}, "högst 12 timmar"),
        ({"every": "13", "times": "10000"}, "mindre än eller lika med 8"),
        ({"hosts": [HUGE]}, CHOICE),
        ({"contacts": [HUGE]}, CHOICE),
        ({"room": HUGE}, CHOICE),
    ],
)
def test_a_meeting(client: Client, w: World, changes: dict[str, Any], words: str) -> None:
    client.force_login(w.socionom)
    new = f"{reverse('meeting_new')}?organisation={w.organisation.pk}"
    given = {
        "title": "Samverkansmöte", "day": "2026-12-04", "starts": "14:00", "end": "15:00",
        "room": w.room.pk, "hosts": [w.host.pk], "contacts": [w.contact.pk], "act": "send",
    }  # fmt: skip
    response = client.post(new, {**given, **changes})
    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert "Samverkansmöte" in text
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00:00+12:00|1|1", f"2026-12-04T14:00+00:00|{HUGE}|1"]
)
def test_a_way_out_that_no_page_made(client: Client, w: World, start: str) -> None:
    client.force_login(w.socionom)
    given = {"title": "Samverkan om läsning", "day": "2026-12-04", "starts": "14:00"}
    response = client.post(reverse("meeting_new"), {**given, "take": start, "act": "send"})
    text = response.content.decode()
    assert response.status_code == 422
    assert READ in text
    assert 'value="Samverkan om läsning"' in text
    assert 'value="2026-12-04"' in text
    assert not Booking.objects.exists()


def test_a_move_to_the_first_day_of_all(client: Client, w: World) -> None:
    booking = booked(w)
    client.force_login(w.socionom)
    given = {"day": "0001-01-01", "clock": "00:10", "version": booking.version}
    response = client.post(f"/besok/{booking.pk}/flytta", given)
    assert response.status_code == 422
    assert YEAR in response.content.decode()
    booking.refresh_from_db()
    assert booking.start == w.plan().start


def test_a_freed_slot_goes_to_no_group_that_is_none(client: Client, w: World) -> None:
    booking = booked(w)
    alter.cancel(actor=w.socionom, now=booking.created_at, booking=booking)
    client.force_login(w.socionom)
    response = client.post(reverse("slot_offer", args=[booking.pk]), {"groups": [HUGE]})
    assert response.status_code == 422
    assert "Välj en till tio grupper." in response.content.decode()
    assert not SlotOffer.objects.exists()


@pytest.mark.parametrize("start", ["0001-01-01T00:00+14:00", "9999-12-31T23:59Z", "skräp"])
def test_another_time_that_no_page_showed(client: Client, w: World, start: str) -> None:
    link = links.answer_path(booked(w).invitations.get())
    response = client.post(f"{link}/annan-tid", {"svar": "annan", "tid": [start]})
    assert response.status_code == 422
    assert READ in response.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nej"},
        {"email": "vi@b.example\r\nBcc: lo@c.example"},
        {"email": "", "phone": ""},
        {"phone": "99"},
        {"name": ""},
        {"name": "Vi \0"},
        {"name": "8" + "11228-" + "9874"},
        {"name": "x" * 900},
    ],
)
def test_a_colleague_who_cannot_be_reached(
    client: Client, w: World, changes: dict[str, str]
) -> None:
    link = links.answer_path(booked(w).invitations.get())
    given = {"svar": "kollega", "name": "Vi Ek", "email": "vi@b.example", **changes}
    response = client.post(f"{link}/kollega", given)
    assert response.status_code == 422
    assert "Det är något att rätta" in response.content.decode()
    assert not Delegation.objects.exists()
