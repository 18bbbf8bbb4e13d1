"""The answer pages with several times and with a series, and the acts by API."""

import json
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core import swedish, tokens
from core.models import ApiToken
from scheduling import links
from scheduling.booking import offers, series, services
from scheduling.models import Booking, Invitation, OfferedTime, Series
from tests.factories import NOW, World, at, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def three(w: World) -> Booking:
    choices = [
        offers.Choice(start=at(day, 13), end=at(day, 14, 15), room=w.room, host=w.host)
        for day in (1, 2, 3)
    ]
    return offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=choices)


def test_the_partner_chooses_one_of_three(w: World) -> None:
    booking = three(w)
    path = links.answer_path(booking.invitations.get())
    page = Client().get(path)
    text = page.content.decode()
    assert text.count('name="tid"') == 3
    assert len(page.content) < 20_000
    assert not page.cookies
    second = booking.offered_times.all()[1]
    response = Client().post(path, {"svar": "ja", "tid": second.pk, "antal": "7-10"})
    assert response.status_code == 303
    booking.refresh_from_db()
    assert (booking.state, booking.start) == ("confirmed", at(2, 13))
    assert "Tack! Ni kommer." in Client().get(path).content.decode()


def test_a_yes_without_a_time_is_asked_which(w: World) -> None:
    booking = three(w)
    path = links.answer_path(booking.invitations.get())
    response = Client().post(path, {"svar": "ja", "rad": "Vi ses"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Välj vilken av tiderna som passar." in text
    assert "Vi ses" in text


def test_a_time_that_went_is_said_before_the_press(w: World) -> None:
    booking = three(w)
    OfferedTime.objects.filter(booking=booking).update(expires_at=NOW)
    booking.allocations.update(expires_at=NOW)
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), contacts=(w.contact,), start=at(1, 13), end=at(1, 14, 15)),
    )
    text = Client().get(links.answer_path(booking.invitations.get())).content.decode()
    assert text.count("gått till någon annan") == 1
    assert text.count("Ännu ledig") == 2


def regular(w: World) -> Series:
    weekly = series.weekly(first=at(1, 10).date(), weeks=2, count=3)
    plan = series.SeriesPlan(visit=w.plan(), weekly=weekly)
    return series.book_series(actor=w.socionom, now=NOW, plan=plan)


def test_the_series_page(w: World) -> None:
    made = regular(w)
    path = links.series_path(made.invitations.get())
    page = Client().get(path)
    assert len(re.findall(r'name="dag_\d+"', page.content.decode())) == 6
    assert not page.cookies
    assert Client().post(path, {"svar": "alla"}).status_code == 303
    assert {row.state for row in made.bookings.all()} == {"confirmed"}
    second = made.bookings.all()[1]
    Client().post(path, {"svar": "valda", f"dag_{second.pk}": "nej"})
    assert [row.state for row in made.bookings.all()] == [
        "confirmed",
        "cancelled_by_partner",
        "confirmed",
    ]
    # The no can be taken back, for the date or with all of them.
    assert len(re.findall(r'name="dag_\d+"', Client().get(path).content.decode())) == 6
    Client().post(path, {"svar": "valda", f"dag_{second.pk}": "ja"})
    assert {row.state for row in made.bookings.all()} == {"confirmed"}


def test_each_date_of_a_series_its_own_way(w: World) -> None:
    """Yes with one size for all, another time for one date, no to one, and changed later."""
    made = regular(w)
    path = links.series_path(made.invitations.get())
    first, _second, third = made.bookings.all()
    page = Client().get(path).content.decode()
    (wish,) = re.findall(r'href="(/svar/\w+/annan-tid)"', page)[1:2]
    Client().post(wish, {"svar": "annan", "ord": "Hellre på eftermiddagen"})
    Client().post(
        path, {"svar": "valda", f"dag_{first.pk}": "ja", f"dag_{third.pk}": "nej", "antal": "4-6"}
    )
    said = [(row.state, row.size_band) for row in Invitation.objects.order_by("booking__start")]
    assert said == [("accepted", "4-6"), ("countered", ""), ("declined", "")]
    page = Client().get(path).content.decode()
    assert "Ni har föreslagit en annan tid." in page
    # Later: the wish stands, the no becomes a yes, the size is another.
    Client().post(
        path, {"svar": "valda", f"dag_{first.pk}": "ja", f"dag_{third.pk}": "ja", "antal": "7-10"}
    )
    said = [(row.state, row.size_band) for row in Invitation.objects.order_by("booking__start")]
    assert said == [("accepted", "7-10"), ("countered", ""), ("accepted", "7-10")]
    assert f'href="{path}"' in Client().get(wish.removesuffix("/annan-tid")).content.decode()


def test_a_post_without_a_button_answers_nothing(w: World) -> None:
    made = regular(w)
    Client().post(links.series_path(made.invitations.get()), {})
    assert {row.state for row in made.bookings.all()} == {"offered"}
    assert Client().get("/serie/" + "a" * tokens.TOKEN_LENGTH).status_code == 404


def test_the_visit_pages_show_offers_series_and_who_to_ask(w: World) -> None:
    client = Client()
    client.force_login(w.socionom)
    offered, made = three(w), regular(w)
    assert "Erbjudna tider" in client.get(f"/besok/{offered.pk}").content.decode()
    first = made.bookings.all()[0]
    assert "Avboka alla som är kvar" in client.get(f"/besok/{first.pk}").content.decode()
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    w.contact.groups.add(group)
    services.cancel(actor=w.socionom, now=NOW, booking=first)
    assert "Erbjud tiden till andra" in client.get(f"/besok/{first.pk}").content.decode()
    response = client.post(f"/besok/{first.pk}/erbjud-andra", {"groups": [group.pk]})
    assert response.status_code == 303
    assert first.slot_offers.count() == 1
    assert "erbjuden till andra" in client.get(f"/besok/{first.pk}").content.decode()
    # Of another freed time one sees what the group was asked about.
    second = made.bookings.all()[1]
    services.cancel(actor=w.socionom, now=NOW, booking=second)
    shown = " ".join(client.get(f"/besok/{second.pk}").content.decode().split())
    asked, about = (swedish.short_date(day) for day in (timezone.localdate(), first.start))
    assert f"Tillfrågad {asked} om {about}." in shown
    told = client.get(f"/api/v1/visits/{second.pk}/offer-on").json()
    assert told == [
        {
            "group": {"id": group.pk, "alias": "Läsgruppen"},
            "organisation": w.organisation.name,
            "fits": True,
            "has_come": False,
            "asked_at": timezone.localtime(NOW).isoformat(),
            "asked_for": timezone.localtime(first.start).isoformat(),
        }
    ]


def test_all_of_it_by_api(w: World) -> None:
    ApiToken.objects.create(
        user=w.socionom, name="t", fingerprint=tokens.fingerprint("s"), created_at=NOW
    )

    def call(path: str, body: object) -> tuple[int, dict[str, object]]:
        response = Client().post(
            f"/api/v1{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": "Bearer s"},
        )
        return response.status_code, response.json()

    visit = {
        "group": w.group.pk,
        "programme": w.programme.pk,
        "start": "2026-12-01T13:00:00",
        "room": w.room.pk,
        "host": w.host.pk,
    }
    times = [{"start": f"2026-12-0{day}T13:00:00"} for day in (1, 2)]
    status, made = call("/visits/offer", {"visit": visit, "times": times})
    assert (status, made["state"]) == (201, "offered")
    second = OfferedTime.objects.order_by("start")[1]
    status, made = call(f"/visits/{made['id']}/choose", {"time": second.pk})
    assert (status, made["state"], made["start"]) == (200, "confirmed", "2026-12-02T13:00:00+01:00")
    weekly = {"visit": {**visit, "start": "2026-12-08T10:00:00"}, "weeks": 2, "count": 4}
    status, found = call("/series/outline", weekly)
    assert (status, len(found["dates"]), found["clashes"]) == (200, 4, [])  # type: ignore[arg-type]
    status, made = call("/series", weekly)
    assert (status, len(made["visits"])) == (201, 4)  # type: ignore[arg-type]
    status, refused = call("/series", {**weekly, "count": 10_000})
    assert (status, refused["code"]) == (422, "invalid")
    status, made = call(f"/series/{made['id']}/cancel", {})
    assert {row["state"] for row in made["visits"]} == {"cancelled_by_us"}  # type: ignore[index, attr-defined]


def form(w: World, **extra: object) -> dict[str, object]:
    return {
        "group": w.group.pk,
        "programme": w.programme.pk,
        "slot": f"{at(17, 10).isoformat()}|{w.room.pk}|{w.host.pk}|",
        **extra,
    }


def test_the_book_page_offers_several_times(w: World) -> None:
    client = Client()
    client.force_login(w.socionom)
    more = [f"{at(day, 10).isoformat()}|{w.room.pk}|{w.host.pk}|" for day in (17, 18)]
    shown = client.post("/boka/", form(w, more=more, act="show")).content.decode()
    assert "Välj en tid för ert besök" in shown
    assert not Booking.objects.exists()
    assert client.post("/boka/", form(w, more=more, act="send", key="k")).status_code == 303
    assert [row.start for row in OfferedTime.objects.all()] == [at(17, 10), at(18, 10)]


def test_the_book_page_repeats_and_lists_what_is_skipped(w: World) -> None:
    client = Client()
    client.force_login(w.socionom)
    shown = client.post("/boka/", form(w, repeat="1", times=4, act="show")).content.decode()
    assert "De här dagarna hoppas över" in shown
    assert "julafton" in shown.lower()
    assert not Booking.objects.exists()
    assert (
        client.post("/boka/", form(w, repeat="1", times=4, act="send", key="k")).status_code == 303
    )
    made = Series.objects.get()
    assert [row.start.day for row in made.bookings.all()] == [17, 7]
