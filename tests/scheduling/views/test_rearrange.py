"""The pages of the acts: what is listed, one press does it, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import SizeBand
from scheduling.booking import services
from scheduling.models import Booking
from tests.factories import NOW, World, at
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def other(w: World, **changes: object) -> Booking:
    group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
    return booked(w, groups=(group,), **changes)


def test_from_the_visit_to_a_substitute_in_two_presses(client: Client, w: World) -> None:
    booking = booked(w)
    link = reverse("visit_host", args=[booking.pk])
    assert f'href="{link}"' in page(client, w.socionom, reverse("visit", args=[booking.pk]))
    text = page(client, w.socionom, link)
    assert "Om Sam inte kan" in text
    assert "Robin tar över" in text
    response = client.post(
        link, {"away": w.host.pk, "by": w.other_host.pk, "version": booking.version}
    )
    assert (response.status_code, response["Location"]) == (
        303,
        reverse("visit", args=[booking.pk]),
    )
    assert Booking.objects.get(pk=booking.pk).visit.host == w.other_host
    assert "Robin möter gruppen." in page(client, w.socionom, response["Location"])


def test_nobody_free_leads_to_another_time(client: Client, w: World) -> None:
    booking = booked(w)
    other(w, host=w.other_host, room=w.other_room)
    text = page(client, w.socionom, reverse("visit_host", args=[booking.pk]))
    assert "Ingen annan som kan programmet är ledig då." in text
    assert reverse("visit_move", args=[booking.pk]) in text


def test_a_colleague_who_was_taken_meanwhile_is_told_on_the_page(client: Client, w: World) -> None:
    booking = booked(w)
    other(w, host=w.other_host, room=w.other_room)
    client.force_login(w.socionom)
    response = client.post(
        reverse("visit_host", args=[booking.pk]),
        {"away": w.host.pk, "by": w.other_host.pk, "version": booking.version},
    )
    assert response.status_code == 409
    assert "Robin är inte ledig då." in response.content.decode()


def test_the_planner_chooses_hosts_and_keeps_the_choice_on_error(client: Client, w: World) -> None:
    booking = booked(w)
    client.force_login(w.socionom)
    link = reverse("visit_host", args=[booking.pk])
    given = {"host": w.other_host.pk, "co_host": w.other_host.pk, "version": booking.version}
    response = client.post(link, given)
    assert response.status_code == 422
    assert response.content.decode().count(f'value="{w.other_host.pk}" selected') == 2
    response = client.post(link, {**given, "co_host": w.host.pk})
    assert response.status_code == 303
    assert Booking.objects.get(pk=booking.pk).visit.hosts == [w.other_host, w.host]


def test_another_room_in_one_press(client: Client, w: World) -> None:
    booking = booked(w)
    link = reverse("visit_room", args=[booking.pk])
    text = page(client, w.socionom, link)
    assert "Byt till Skrivarrummet" in text
    given = {"room": w.other_room.pk, "version": booking.version}
    response = client.post(link, {**given, "room_reason_usual": "apart"})
    assert response.status_code == 303
    visit = Booking.objects.get(pk=booking.pk).visit
    assert (visit.room, visit.room_reason) == (w.other_room, "Delar på oss")
    stale = client.post(link, {"room": w.room.pk, "version": booking.version})
    assert stale.status_code == 409
    assert client.post(link, {"room": "x", "version": 1}).status_code == 422


def test_nothing_is_rearranged_once_the_visit_is_over(client: Client, w: World) -> None:
    booking = booked(w)
    links = [reverse(name, args=[booking.pk]) for name in ("visit_room", "visit_host")]
    text = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert all(f'href="{link}"' in text for link in links)
    start = NOW - timedelta(days=1)
    Booking.objects.filter(pk=booking.pk).update(start=start, end=start + timedelta(hours=1))
    text = page(client, w.socionom, reverse("visit", args=[booking.pk]))
    assert not any(f'href="{link}"' in text for link in links)


def test_two_visits_swap(client: Client, w: World) -> None:
    booking, second = booked(w), other(w, start=at(3, 13), end=at(3, 14))
    link = reverse("visit_swap", args=[booking.pk])
    assert "Skrivarna" in page(client, w.socionom, link)
    assert link in page(client, w.socionom, reverse("visit_move", args=[booking.pk]))
    nothing = client.post(link, {"what": "times", "version": booking.version})
    assert nothing.status_code == 422
    assert "Välj ett besök att byta med." in nothing.content.decode()
    given = {"other": second.pk, "what": "times", "version": booking.version}
    assert client.post(link, given).status_code == 303
    assert Booking.objects.get(pk=booking.pk).start == at(3, 13)
    assert Booking.objects.get(pk=second.pk).start == at(1, 10)


@pytest.mark.parametrize("name", ["visit_room", "visit_host", "visit_swap"])
def test_only_who_plans_and_only_what_is_open(client: Client, w: World, name: str) -> None:
    booking = booked(w)
    link = reverse(name, args=[booking.pk])
    client.force_login(w.other_host.user)
    assert client.get(link).status_code == 403
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert f'href="{link}"' not in page(client, w.socionom, reverse("visit", args=[booking.pk]))


@pytest.mark.parametrize("name", ["visit_move", "visit_room", "visit_change", "visit_swap"])
def test_a_room_too_small_asks_why_and_keeps_what_was_typed(
    client: Client, w: World, name: str
) -> None:
    booking = booked(w)
    second = other(w, start=at(3, 13), end=at(3, 14), room=w.other_room, size_band=SizeBand.B1_3)
    client.force_login(w.socionom)
    link = reverse(name, args=[booking.pk])
    assert 'name="room_reason"' not in client.get(link).content.decode()
    given = {
        "visit_move": {"day": "2026-12-08", "clock": "13:00", "room": w.other_room.pk},
        "visit_room": {"room": w.other_room.pk},
        "visit_swap": {"other": second.pk, "what": "rooms"},
        "visit_change": {
            "host": w.host.pk, "room": w.other_room.pk, "size_band": "7-10",
            "meeting_point": "vid disken", "interpreter_state": "none",
        },
    }[name] | {"version": booking.version}  # fmt: skip
    refused = client.post(link, given)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert 'href="#id_room_reason"' in text
    assert text.count('name="room_reason"') == 1
    kept = {"visit_move": 'value="2026-12-08"', "visit_change": 'value="vid disken"'}.get(name, "")
    assert kept in text
    assert Booking.objects.get(pk=booking.pk).visit.room == w.room
    personal = client.post(link, {**given, "room_reason": "19121212-1212"})
    assert personal.status_code == 422
    assert "personnummer" in personal.content.decode()
    assert client.post(link, {**given, "room_reason_usual": "fewer"}).status_code == 303
    visit = Booking.objects.get(pk=booking.pk).visit
    assert (visit.room, visit.room_reason) == (w.other_room, "Vi vet att färre kommer")
    here = page(client, w.host.user, reverse("visit", args=[booking.pk]))
    assert "Rummet är litet, men: Vi vet att färre kommer" in here
    phone = page(client, w.host.user, reverse("host_visit", args=[booking.pk]))
    assert "Rummet är litet, men: Vi vet att färre kommer" in phone


def test_a_way_out_into_a_small_room_asks_why_with_its_time_kept(client: Client, w: World) -> None:
    booking = booked(w)
    client.force_login(w.socionom)
    link = reverse("visit_take", args=[booking.pk])
    take = f"{at(8, 13).isoformat()}|{w.other_room.pk}|{w.host.pk}|"
    given = {"take": take, "version": booking.version}
    text = client.post(link, given).content.decode()
    assert "Skriv kort varför det går ändå" in text
    assert 'value="2026-12-08"' in text
    assert f'value="{w.other_room.pk}" selected' in text
    assert client.post(link, {**given, "room_reason": "Delar på oss"}).status_code == 303
    assert Booking.objects.get(pk=booking.pk).visit.room_reason == "Delar på oss"
