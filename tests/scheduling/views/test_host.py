"""Värd: all on one screen, and the plan only for those who need it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling.booking import services
from scheduling.models import Booking, FollowUp
from tests.factories import NOW, World, at, days
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def visit(w: World) -> Booking:
    w.contact.phone = "+46701740612"
    w.contact.save()
    return booked(
        w, host=w.other_host, plan_quiet_place="Skrivarrummet", diets="1 glutenfritt", followers=1
    )


def here(booking: Booking) -> str:
    return reverse("host_visit", args=[booking.pk])


def lesson(w: World, number: int) -> None:
    booking = booked(w, start=at(number + 10, 10), end=at(number + 10, 11))
    start = NOW - days(number)
    Booking.objects.filter(pk=booking.pk).update(state="held", start=start, end=start + days(1))
    FollowUp.objects.create(
        booking=booking,
        author=w.socionom,
        at=NOW,
        attendance=4,
        judgement="partial",
        did_not_work=["ljud"],
        note=f"Lärdom {number}",
    )


def test_all_that_the_host_needs(client: Client, w: World, visit: Booking) -> None:
    text = page(client, w.other_host.user, here(visit))
    for words in (
        "Tisdag 1 december kl. 10.00–11.15",
        "Studion",
        "Vi möts innanför huvudentrén",
        "Tisdagsgruppen",
        "7–10 personer och 1 ledare",
        "070-174 06 12",
        "1 glutenfritt",
        "Lugn plats: Skrivarrummet",
        "Vi fikar.",
    ):
        assert words in text
    assert 'href="tel:+46701740612"' in text
    assert "Följ upp besöket" not in text


def test_the_plan_is_for_hosts_and_planners(client: Client, w: World, visit: Booking) -> None:
    assert "Skrivarrummet" in page(client, w.socionom, here(visit))
    assert "Skrivarrummet" not in page(client, w.manager, here(visit))


def test_the_three_latest_lessons(client: Client, w: World, visit: Booking) -> None:
    for number in range(1, 5):
        lesson(w, number)
    text = page(client, w.other_host.user, here(visit))
    assert [f"Lärdom {number}" in text for number in range(1, 5)] == [True, True, True, False]
    assert "Fungerade mindre bra: ljud" in text
    assert "Lärdom" not in page(client, w.manager, here(visit))


def test_a_protected_number_stays_with_planners(client: Client, w: World, visit: Booking) -> None:
    w.contact.protected = True
    w.contact.save()
    text = page(client, w.other_host.user, here(visit))
    assert "070-174 06 12" not in text
    assert "Uppgifterna är skyddade." in text
    assert "070-174 06 12" in page(client, w.socionom, here(visit))


def test_a_visit_that_is_called_off_says_so(client: Client, w: World, visit: Booking) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=visit)
    assert "Besöket blir inte av." in page(client, w.other_host.user, here(visit))


def test_no_such_visit(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    assert client.get("/vard/99").status_code == 404


def test_the_number_of_queries_does_not_grow(client: Client, w: World, visit: Booking) -> None:
    def count() -> int:
        client.force_login(w.other_host.user)
        with CaptureQueriesContext(connection) as captured:
            client.get(here(visit))
        return len(captured)

    lesson(w, 1)
    one = count()
    lesson(w, 2)
    lesson(w, 3)
    assert count() == one <= 15
