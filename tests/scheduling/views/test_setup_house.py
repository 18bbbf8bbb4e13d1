"""Libraries, hosts, their days, own calendars, times to avoid and facts, on their pages."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Role
from scheduling.booking import staffing
from scheduling.models import (
    AvoidTime,
    Host,
    Library,
    OpeningHours,
    OwnCalendar,
    Room,
    Visit,
    WorkingHours,
)
from tests.factories import World, at, user
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LIBRARY = {"name": "Tallkotten", "address": "Tallgatan 2", "meeting_point": "vid dörren"}
SECRET = "https://calendar.example/private-abc/basic.ics"


def post(client: Client, w: World, view: str, /, *args: object, **data: object) -> int:
    client.force_login(w.socionom)
    return client.post(reverse(view, args=args), data).status_code


def test_make_a_branch_and_set_when_it_closes_on_eves(client: Client, w: World) -> None:
    given = {**LIBRARY, "branch_of": w.library.pk, "phone": "019 211000", "eve_closes": "13:00"}
    assert post(client, w, "library_new", **given) == 303
    branch = Library.objects.get(name="Tallkotten")
    assert (branch.branch_of, branch.phone, branch.eve_closes) == (
        w.library,
        "+4619211000",
        time(13),
    )
    text = page(client, w.socionom, reverse("library_edit", args=[branch.pk]))
    assert 'value="13:00"' in text
    assert post(client, w, "library_new", **given) == 422
    wrong = {**LIBRARY, "name": "X", "phone": "hej", "branch_of": branch.pk}
    assert post(client, w, "library_new", **wrong) == 422
    assert Library.objects.count() == 2


def test_summer_hours_are_added_shown_and_taken_away(client: Client, w: World) -> None:
    week = {"opens_0": "10:00", "closes_0": "15:00"}
    days = {"first_day": "2027-06-14", "last_day": "2027-08-15"}
    assert post(client, w, "season_add", w.library.pk, **week, **days) == 303
    assert "2027-06-14 – 2027-08-15: 10–15" in page(client, w.socionom, reverse("settings"))
    turned = {"first_day": "2027-08-15", "last_day": "2027-06-14"}
    assert post(client, w, "season_add", w.library.pk, **turned) == 422
    row = OpeningHours.objects.filter(first_day=date(2027, 6, 14)).first()
    assert post(client, w, "season_remove", row.pk) == 303
    assert not OpeningHours.objects.exclude(first_day=None).exists()
    usual = OpeningHours.objects.first()
    assert post(client, w, "season_remove", usual.pk) == 404


def test_a_room_has_features_and_its_library(client: Client, w: World) -> None:
    other = Library.objects.create(name="Filialen", address="Gatan 2")
    given = {"name": "Vinden", "capacity": 6, "buffer_before": 0, "buffer_after": 0}
    chosen = {**given, "library": other.pk, "features": ["computers", "quiet"]}
    assert post(client, w, "room_new", **chosen) == 303
    made = Room.objects.get(name="Vinden")
    assert (made.library, made.features) == (other, ["computers", "quiet"])
    assert post(client, w, "room_new", **{**chosen, "name": "X", "features": ["pool"]}) == 422


def test_make_a_host_and_give_her_days(client: Client, w: World) -> None:
    alex = user("alex", Role.HOST, "Alex")
    given = {"user": alex.pk, "library": w.library.pk, "programmes": [w.programme.pk],
             "languages": "svenska, arabiska", "active": "on"}  # fmt: skip
    assert post(client, w, "host_new", **given) == 303
    host = Host.objects.get(user=alex)
    assert (host.languages, host.active) == (["svenska", "arabiska"], True)
    week = {"act": "week", "opens_1": "08:00", "closes_1": "12:00"}
    assert post(client, w, "host_days", host.pk, **week) == 303
    assert WorkingHours.objects.get(host=host).end == time(12)
    day = {"act": "day", "day-day": "2026-12-08"}
    assert post(client, w, "host_days", host.pk, **day) == 303
    away = {"act": "absence", "absence-first_day": "2026-12-01", "absence-last_day": "2026-12-02"}
    assert post(client, w, "host_days", host.pk, **away) == 303
    (absence,) = staffing.absences(host)
    assert (absence.start, absence.end) == (at(1, 0), at(3, 0))
    text = page(client, w.socionom, reverse("host_days", args=[host.pk]))
    assert "tis 8 dec: ledig" in text
    assert "Lägg till min kalender" not in text
    assert post(client, w, "host_days", host.pk, **{**away, "absence-last_day": "x"}) == 422
    assert post(client, w, "host_day_act", host.pk, absence.pk, "absence") == 303
    assert not staffing.absences(host).exists()
    assert post(client, w, "host_days", host.pk, act="nonsense") == 422


def test_an_absence_over_a_visit_says_what_is_in_the_way(client: Client, w: World) -> None:
    booked(w)
    client.force_login(w.socionom)
    away = {"act": "absence", "absence-first_day": "2026-12-01", "absence-last_day": "2026-12-01"}
    response = client.post(reverse("host_days", args=[w.host.pk]), away)
    assert response.status_code == 422
    assert "Sam är upptagen" in response.content.decode()
    assert 'value="2026-12-01"' in response.content.decode()


def test_an_own_calendar_is_given_and_its_address_never_shown(client: Client, w: World) -> None:
    there = reverse("host_days", args=[w.host.pk])
    given = {"act": "calendar", "calendar-address": SECRET, "calendar-mode": "blocks"}
    assert post(client, w, "host_days", w.host.pk, **given) == 303
    row = OwnCalendar.objects.get()
    text = page(client, w.socionom, there)
    assert "calendar.example" in text
    assert "private-abc" not in text
    assert "Inte läst än." in text
    assert post(client, w, "host_day_act", w.host.pk, row.pk, "warns") == 303
    row.refresh_from_db()
    assert row.mode == "warns"
    bad = {**given, "calendar-address": "http://10.0.0.1/x"}
    response = client.post(there, bad)
    assert response.status_code == 422
    assert "Adressen måste börja med https://." in response.content.decode()
    assert post(client, w, "host_day_act", w.host.pk, row.pk, "calendar") == 303
    assert not OwnCalendar.objects.exists()


def test_days_are_ones_own_or_the_administrators(client: Client, w: World) -> None:
    client.force_login(w.other_host.user)
    assert client.get(reverse("host_days", args=[w.other_host.pk])).status_code == 200
    assert client.get(reverse("host_days", args=[w.host.pk])).status_code == 403
    assert client.get(reverse("host_new")).status_code == 403
    assert client.get(reverse("library_new")).status_code == 403
    assert client.get(reverse("avoid_times", args=[w.group.pk])).status_code == 403


def test_times_to_avoid_are_kept_for_the_group_or_all(client: Client, w: World) -> None:
    given = {"weekday": "1", "start": "11:30", "end": "13:00", "reason": "lunch"}
    assert post(client, w, "avoid_times", w.group.pk, **given) == 303
    assert post(client, w, "avoid_times", w.group.pk, weekday="0", whole="on") == 303
    assert post(client, w, "avoid_times", w.group.pk, reason="hej") == 422
    text = page(client, w.socionom, reverse("avoid_times", args=[w.group.pk]))
    assert "Tisdag 11.30–13.00" in text
    assert w.organisation.name in text
    row = AvoidTime.objects.get(group=w.group)
    assert post(client, w, "avoid_remove", w.group.pk, row.pk) == 303
    assert AvoidTime.objects.get().organisation == w.organisation


def change_of(w: World, visit: Visit, **changes: object) -> dict[str, object]:
    return {
        "version": visit.booking.version,
        "host": visit.host_id,
        "room": visit.room_id,
        "size_band": visit.size_band,
        "interpreter_state": "none",
        **changes,
    }


def test_facts_are_changed_on_the_page_and_seen_by_the_host(client: Client, w: World) -> None:
    visit = booked(w).visit
    there = reverse("visit_change", args=[visit.pk])
    assert "Ändra uppgifter" in page(client, w.socionom, there)
    given = change_of(
        w, visit, access_needs=["quiet"], diet_gluten_free="2", fika="on", interpreter="arabiska",
        interpreter_state="booked", interpreter_by="partner", travel_by="bus", card_count="3",
        plan_routine_url="https://intranet.example/rutin", contact=w.contact.pk,
    )  # fmt: skip
    assert post(client, w, "visit_change", visit.pk, **given) == 303
    visit.refresh_from_db()
    assert (visit.diet_counts, visit.access_needs) == ({"gluten_free": 2}, ["quiet"])
    for name in ("visit", "host_visit"):
        text = page(client, w.socionom, reverse(name, args=[visit.pk]))
        for words in ("2 glutenfritt", "Tolk: arabiska (bokad, partnern)", "Buss", "Inga foton"):
            assert words in text, (name, words)
    assert 'value="2"' in page(client, w.socionom, there)
    wrong = {**given, "version": visit.booking.version, "diet_vegan": "99"}
    assert post(client, w, "visit_change", visit.pk, **wrong) == 422


def test_i_dag_asks_for_the_second_host(client: Client, w: World) -> None:
    visit = booked(w).visit
    assert "Medvärd saknas" not in page(client, w.socionom, reverse("today"))
    Visit.objects.update(two_hosts=True)
    text = page(client, w.socionom, reverse("today"))
    assert "Medvärd saknas" in text
    assert reverse("visit_change", args=[visit.pk]) in text


@pytest.mark.parametrize(("day", "words"), [("2027-03-28", "finns inte"), ("2027-10-31", "två")])
def test_moving_into_a_clock_night_is_explained(
    client: Client, w: World, day: str, words: str
) -> None:
    booking = booked(w)
    client.force_login(w.socionom)
    given = {"day": day, "clock": "02:30", "version": booking.version}
    response = client.post(reverse("visit_move", args=[booking.pk]), given)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert 'value="02:30"' in response.content.decode()


def test_the_groups_facts_come_to_the_booking_page_and_go_with_it(client: Client, w: World) -> None:
    w.group.access_needs = ["quiet"]
    w.group.save()
    there = reverse("book")
    text = page(client, w.socionom, there, group=w.group.pk)
    assert 'name="facts-access_needs"' in text
    given = {
        "group": w.group.pk, "programme": w.programme.pk, "slot": "own", "own_date": "2026-12-01",
        "own_time": "13:00", "act": "send", "facts-group": w.group.pk,
        "facts-access_needs": ["near_door"], "facts-diet_vegan": "2",
    }  # fmt: skip
    assert client.post(there, given).status_code in {302, 303}
    visit = Visit.objects.get()
    assert (visit.access_needs, visit.diet_counts) == (["near_door"], {"vegan": 2})
    later = {**given, "own_date": "2026-12-02", "facts-group": ""}
    assert client.post(there, later).status_code in {302, 303}
    assert Visit.objects.latest("pk").access_needs == ["quiet"]


def test_an_absence_is_at_home_among_the_other_pages(client: Client, w: World) -> None:
    booked(w, start=at(2, 10), end=at(2, 11))
    staffing.add_absence(
        actor=w.socionom,
        now=at(1, 8, month=11),
        host=w.host,
        start=at(3, 8, month=11),
        end=at(3, 17, month=11),
    )
    for name in ("today", "calendar", "report", "settings"):
        assert page(client, w.socionom, reverse(name)), name
    client.force_login(w.socionom)
    absence = staffing.absences(w.host).get()
    assert client.get(reverse("visit", args=[absence.pk])).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2025-10-01", "2031-12-31"])
def test_a_day_that_nobody_means_is_told_and_what_was_typed_stays(
    client: Client, w: World, day: str
) -> None:
    client.force_login(w.socionom)
    acts: list[tuple[str, int, dict[str, str]]] = [
        ("season_add", w.library.pk, {"first_day": day, "last_day": day, "opens_0": "10:00",
                                      "closes_0": "15:00"}),
        ("closure_add", w.library.pk, {"closure-day": day, "closure-reason": "Inventering"}),
        ("host_days", w.host.pk, {"act": "day", "day-day": day}),
        ("host_days", w.host.pk, {"act": "absence", "absence-first_day": day,
                                  "absence-last_day": day}),
        ("avoid_times", w.group.pk, {"first_day": day, "reason": "husmöte"}),
    ]  # fmt: skip
    for view, pk, given in acts:
        response = client.post(reverse(view, args=[pk]), given)
        text = response.content.decode()
        assert response.status_code == 422, (view, given)
        assert "Kontrollera årtalet." in text or "Årtalet är orimligt." in text, (view, given)
        assert f'value="{day}"' in text, (view, given)
    assert not OpeningHours.objects.exclude(first_day=None).exists()
    assert not AvoidTime.objects.exists()
    assert not w.host.working_days.exists()
    assert not w.library.closures.exists()
    assert not staffing.absences(w.host).exists()
