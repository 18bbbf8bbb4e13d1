"""Inställningar: who may change what, and what is told when it does not go."""

from datetime import date, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import tokens
from core.models import ApiToken, AuditEvent, Role
from scheduling.models import CalmTime, Closure, OpeningHours, Programme, Room
from tests.factories import NOW, World, room, user
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ROOM = {"name": "Stora salen", "capacity": 30, "buffer_before": 10, "buffer_after": 15}
PROGRAMME = {"name": "Fika", "minutes": 45, "hosts_required": 2, "text_sv": "Vi fikar."}


def test_an_empty_house(client: Client) -> None:
    text = page(client, user("sam", Role.ADMIN, "Sam"), reverse("settings"))
    assert "Inget bibliotek är inlagt än." in text
    assert "Inga rum än." in text


def test_everybody_reads_and_some_may_change(client: Client, w: World) -> None:
    text = page(client, w.socionom, reverse("settings"))
    for words in ("Svartåbiblioteket", "Studion", "Första besöket", "9–19", "Tisdag 9.00–11.00"):
        assert words in text
    assert reverse("room_edit", args=[w.room.pk]) in text
    text = page(client, w.other_host.user, reverse("settings"))
    assert "Studion" in text
    assert reverse("room_edit", args=[w.room.pk]) not in text
    assert reverse("closure_add", args=[w.library.pk]) not in text


def test_who_may_not_is_refused(client: Client, w: World) -> None:
    client.force_login(w.other_host.user)
    closure = Closure.objects.create(library=w.library, day=date(2026, 12, 7), reason="Möte")
    calm = CalmTime.objects.get()
    for name, pk, data in (
        ("room_edit", w.room.pk, ROOM),
        ("programme_edit", w.programme.pk, PROGRAMME),
        ("hours_edit", w.library.pk, {}),
        ("closure_add", w.library.pk, {}),
        ("calm_add", w.library.pk, {}),
        ("closure_remove", closure.pk, {}),
        ("calm_remove", calm.pk, {}),
    ):
        assert client.post(reverse(name, args=[pk]), data).status_code == 403, name
    assert client.get(reverse("room_new")).status_code == 403
    assert not AuditEvent.objects.exists()


def test_change_a_room(client: Client, w: World) -> None:
    there = reverse("room_edit", args=[w.room.pk])
    assert 'value="Studion"' in page(client, w.socionom, there)
    response = client.post(there, ROOM)
    assert response.status_code == 303
    w.room.refresh_from_db()
    assert (w.room.name, w.room.capacity, w.room.buffer_after) == ("Stora salen", 30, 15)
    assert w.room.active is False
    assert AuditEvent.objects.get().verb == "room.changed"


def test_a_new_room_and_a_new_programme(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    assert client.post(reverse("room_new"), {**ROOM, "active": "on"}).status_code == 303
    made = Room.objects.get(name="Stora salen")
    assert (made.library, made.resource.kind) == (w.library, "room")
    assert client.post(reverse("programme_new"), PROGRAMME).status_code == 303
    assert Programme.objects.get(name="Fika").hosts_required == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Skrivarrummet"}, "Det finns redan ett rum med det namnet."),
        ({"name": ""}, "Detta fält måste fyllas i"),
        ({"capacity": 0}, "1"),
        ({"buffer_before": -5}, "0"),
        ({"name": "850709-9805"}, "personnummer"),
    ],
)
def test_a_room_that_cannot_be(
    client: Client, w: World, changes: dict[str, object], words: str
) -> None:
    client.force_login(w.socionom)
    response = client.post(reverse("room_edit", args=[w.room.pk]), {**ROOM, **changes})
    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    assert 'aria-invalid="true"' in text
    assert 'value="15"' in text  # what was typed stays
    w.room.refresh_from_db()
    assert w.room.name == "Studion"


def test_change_a_programme(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    there = reverse("programme_edit", args=[w.programme.pk])
    assert client.post(there, PROGRAMME).status_code == 303
    w.programme.refresh_from_db()
    assert (w.programme.name, w.programme.minutes) == ("Fika", 45)
    assert client.post(there, {**PROGRAMME, "minutes": 4}).status_code == 422
    assert client.get(reverse("programme_edit", args=[999])).status_code == 404


def test_opening_hours(client: Client, w: World) -> None:
    summer = OpeningHours.objects.create(
        library=w.library,
        weekday=0,
        opens=time(10),
        closes=time(17),
        first_day=date(2027, 6, 15),
        last_day=date(2027, 8, 15),
    )
    client.force_login(w.socionom)
    there = reverse("hours_edit", args=[w.library.pk])
    assert 'value="09:00"' in page(client, w.socionom, there)
    response = client.post(there, {"opens_0": "08:30", "closes_0": "20:00", "opens_5": ""})
    assert response.status_code == 303
    usual = {row.weekday: row for row in w.library.hours.filter(first_day=None)}
    assert (usual[0].opens, usual[0].closes) == (time(8, 30), time(20))
    assert usual[1].opens is None
    assert OpeningHours.objects.filter(pk=summer.pk).exists()


@pytest.mark.parametrize(
    "hours", [{"opens_0": "10:00"}, {"opens_0": "10:00", "closes_0": "09:00"}, {"opens_0": "x"}]
)
def test_hours_that_cannot_be(client: Client, w: World, hours: dict[str, str]) -> None:
    client.force_login(w.socionom)
    there = reverse("hours_edit", args=[w.library.pk])
    assert client.post(there, hours).status_code == 422
    assert w.library.hours.count() == 5


def test_a_closed_day_warns_of_the_visits_on_it(client: Client, w: World) -> None:
    booked(w)
    client.force_login(w.socionom)
    there = reverse("closure_add", args=[w.library.pk])
    form = {"closure-day": "2026-12-01", "closure-reason": "Inventering"}
    response = client.post(there, form, follow=True)
    text = response.content.decode()
    assert "1 besök är redan bokat den dagen och ligger kvar." in text
    assert "Inventering" in text
    response = client.post(there, form)
    assert response.status_code == 422
    assert "Dagen har redan en avvikelse." in response.content.decode()
    closure = Closure.objects.get()
    assert client.post(reverse("closure_remove", args=[closure.pk])).status_code == 303
    assert not Closure.objects.exists()
    assert client.post(reverse("closure_remove", args=[closure.pk])).status_code == 404


def test_half_an_exception_is_told_at_its_field(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    form = {"closure-day": "2026-12-01", "closure-reason": "Kort", "closure-opens": "10:00"}
    response = client.post(reverse("closure_add", args=[w.library.pk]), form)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Skriv båda tiderna, eller ingen om det är stängt." in text
    assert "<details open>" in " ".join(text.split()).replace("<details open >", "<details open>")


def test_calm_times(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    there = reverse("calm_add", args=[w.library.pk])
    form = {"calm-weekday": "3", "calm-start": "09:00", "calm-end": "11:00"}
    assert client.post(there, form).status_code == 303
    assert client.post(there, {**form, "calm-end": "08:00"}).status_code == 422
    made = CalmTime.objects.get(weekday=3)
    assert client.post(reverse("calm_remove", args=[made.pk])).status_code == 303
    assert not CalmTime.objects.filter(weekday=3).exists()


def test_a_token_is_shown_once_and_revoked(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    response = client.post(reverse("token_create"), {"token-name": "Intranätet"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    text = response.content.decode()
    secret = text.partition('id="hemlig" value="')[2].partition('"')[0]
    row = ApiToken.objects.get()
    assert row.fingerprint == tokens.fingerprint(secret)
    assert secret not in page(client, w.socionom, reverse("settings"))
    client.force_login(w.manager)
    assert client.post(reverse("token_revoke", args=[row.pk])).status_code == 404
    client.force_login(w.socionom)
    assert client.post(reverse("token_revoke", args=[row.pk])).status_code == 303
    row.refresh_from_db()
    assert row.revoked_at == NOW


def test_a_token_needs_a_purpose_and_there_are_ten(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    assert client.post(reverse("token_create"), {"token-name": " "}).status_code == 422
    for number in range(10):
        client.post(reverse("token_create"), {"token-name": f"n{number}"})
    response = client.post(reverse("token_create"), {"token-name": "elfte"})
    assert response.status_code == 422
    assert "Du har redan tio nycklar." in response.content.decode()


def test_the_number_of_queries_does_not_grow(client: Client, w: World) -> None:
    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("settings"))
        return len(captured)

    one = count()
    for number in range(3):
        room(w.library, f"Rum {number}", 5)
        Programme.objects.create(name=f"P{number}", minutes=30, text_sv="x")
        Closure.objects.create(library=w.library, day=date(2026, 12, number + 1), reason="x")
    assert count() == one <= 14
