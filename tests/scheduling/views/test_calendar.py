"""Kalender: weeks, hours, free times, filters and what is drawn where."""

from datetime import date, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Role
from core.templatetags.ui import ICONS
from partners.models import Group
from scheduling.booking import offers, services, staffing
from scheduling.models import Booking, Closure
from scheduling.states import BookingKind
from tests.factories import NOW, World, at, user
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_an_empty_house_shows_this_week(client: Client) -> None:
    text = page(client, user("sam", Role.SOCIONOM, "Sam"), "/kalender/")
    assert "Vecka 45" in text
    assert "0 bokningar." in text
    assert text.count('class="day') >= 7


@pytest.mark.parametrize(
    ("week", "title"),
    [("2026-W53", "Vecka 53"), ("2027-W01", "Vecka 1"), ("2026-W49", "Vecka 49")],
)
def test_iso_weeks(client: Client, w: World, week: str, title: str) -> None:
    text = page(client, w.socionom, "/kalender/", vecka=week)
    assert title in text
    assert "finns inte" not in text


def test_week_53_is_followed_by_week_1(client: Client, w: World) -> None:
    text = page(client, w.socionom, "/kalender/", vecka="2026-W53")
    assert "vecka=2027-W01" in text
    assert "vecka=2026-W52" in text


@pytest.mark.parametrize(
    "week", ["2025-W53", "2026-W00", "x", "9999-W01", "0001-W01", "2026-W", "٢٠٢٦-W٤٨", "-W48"]
)
def test_a_week_that_does_not_exist_is_told(client: Client, w: World, week: str) -> None:
    text = page(client, w.socionom, "/kalender/", vecka=week)
    assert "Veckan i adressen finns inte." in text
    assert "Vecka 45" in text


def test_proposed_and_promised_look_different(client: Client, w: World) -> None:
    booking = booked(w)
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert 'class="ev ev--off" data-h="10" data-m="0" data-len="75"' in text
    services.confirm(actor=w.socionom, now=NOW, booking=booking)
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert 'class="ev ev--yes"' in text
    assert reverse("visit", args=[booking.pk]) in text


def test_buffers_are_drawn(client: Client, w: World) -> None:
    w.room.buffer_before, w.room.buffer_after = 12, 15
    w.room.save()
    booked(w)
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert 'data-pre="15" data-post="15"' in text


def test_two_at_once_share_the_width(client: Client, w: World) -> None:
    booked(w)
    other = Group.objects.create(organisation=w.organisation, alias="Skrivarna", created_at=NOW)
    booked(w, groups=(other,), room=w.other_room, host=w.other_host)
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert 'data-lane="1" data-lanes="2"' in text
    assert 'data-lane="2" data-lanes="2"' in text


def test_what_lies_outside_seven_to_twenty_one_is_clamped(client: Client, w: World) -> None:
    booked(w, start=at(1, 5), end=at(1, 8))
    booked(w, start=at(2, 22), end=at(2, 23))
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert 'data-from="7" data-to="21"' in text
    assert 'data-h="7" data-m="0" data-len="60"' in text
    assert 'data-h="20" data-m="45" data-len="15"' in text
    assert "22.00–23.00" in text


def test_called_off_takes_no_place_but_stands_in_the_list(client: Client, w: World) -> None:
    booking = booked(w)
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    grid = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert reverse("visit", args=[booking.pk]) not in grid
    listed = page(client, w.socionom, "/kalender/", vecka="2026-W49", vy="lista")
    assert reverse("visit", args=[booking.pk]) in listed
    assert "Inställd" in listed


def test_a_free_hour_leads_to_the_booking_page(client: Client, w: World) -> None:
    booked(w)
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49", rum=str(w.room.pk))
    assert f"{reverse('book')}?datum=2026-12-01&amp;tid=09%3A00&amp;rum={w.room.pk}" in text
    assert "tid=10%3A00" not in text.partition("2026-12-01")[2].partition("2026-12-02")[0]
    assert "Ledigt" in text


def test_who_may_not_book_sees_free_times_without_links(client: Client, w: World) -> None:
    text = page(client, w.manager, "/kalender/", vecka="2026-W49")
    assert "Ledigt" in text
    assert "tid=" not in text


def test_the_past_is_not_offered(client: Client, w: World) -> None:
    assert "tid=" not in page(client, w.socionom, "/kalender/", vecka="2026-W40")


def test_red_days_eves_bridge_days_and_closures_are_named(client: Client, w: World) -> None:
    Closure.objects.create(library=w.library, day=date(2026, 12, 22), reason="Inventering")
    Closure.objects.create(
        library=w.library, day=date(2026, 12, 23), reason="Kortdag", opens=time(9), closes=time(13)
    )
    text = page(client, w.socionom, "/kalender/", vecka="2026-W52")
    assert "Röd dag: juldagen" in text
    assert "Stängt: julafton" in text
    assert "Stängt: inventering" in text
    assert "Öppet 9–13, kortdag" in text
    assert "datum=2026-12-24" not in text
    text = page(client, w.socionom, "/kalender/", vecka="2027-W01")
    assert "Klämdag" in text
    assert "Längre fram: v. 52" in page(client, w.socionom, "/kalender/", vecka="2026-W51")


def test_filters_narrow_and_stay_in_the_links(client: Client, w: World) -> None:
    booking = booked(w)
    there = reverse("visit", args=[booking.pk])
    key = {"vecka": "2026-W49"}
    assert there in page(client, w.socionom, "/kalender/", **key, vard=str(w.host.pk))
    text = page(client, w.socionom, "/kalender/", **key, vard=str(w.other_host.pk))
    assert there not in text
    assert f"vecka=2026-W50&amp;vard={w.other_host.pk}" in text
    assert there not in page(client, w.socionom, "/kalender/", **key, rum=str(w.other_room.pk))
    assert there in page(client, w.socionom, "/kalender/", **key, rum="nonsense")


def test_drafts_are_for_planners(client: Client, w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(), send=False)
    there = reverse("visit", args=[booking.pk])
    assert there in page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert there not in page(client, w.manager, "/kalender/", vecka="2026-W49")


def test_a_meeting_without_a_visit_is_shown_as_our_own(client: Client, w: World) -> None:
    Booking.objects.create(
        kind="meeting",
        state="confirmed",
        title="Samverkan",
        start=at(1, 9),
        end=at(3, 12),
        feed_changed_at=NOW,
        created_at=NOW,
    )
    text = page(client, w.socionom, "/kalender/", vecka="2026-W49")
    assert text.count('class="ev ev--own') == 3
    assert "Samverkan" in page(client, w.socionom, "/kalender/", vecka="2026-W49", vy="lista")


@pytest.mark.parametrize("view", ["vecka", "lista", "dag", "manad"])
def test_the_number_of_queries_does_not_grow(client: Client, w: World, view: str) -> None:
    there = {"vecka": "2026-W49", "dag": "2026-12-01", "manad": "2026-12"}

    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get("/kalender/", {**there, "vy": view})
        return len(captured)

    booked(w)
    one = count()
    booked(w, start=at(2, 10), end=at(2, 11))
    booked(w, start=at(3, 10), end=at(3, 11))
    assert count() == one <= 20


# --- A day per room and host -------------------------------------------------------------------


def column(text: str, name: str) -> str:
    """What stands under one room or host."""
    return text.partition(f"<b>{name}</b>")[2].partition("</section>")[0]


def test_a_day_has_a_column_for_each_room_with_its_free_times(client: Client, w: World) -> None:
    booking = booked(w)
    text = page(client, w.socionom, "/kalender/", vy="dag", dag="2026-12-01")
    assert "Tisdag 1 december" in text
    there = reverse("visit", args=[booking.pk])
    own, other = column(text, w.room.name), column(text, w.other_room.name)
    assert there in own
    assert there not in other
    free = f"datum=2026-12-01&amp;tid=10%3A00&amp;rum={w.other_room.pk}"
    assert free in other
    assert "tid=10%3A00" not in own
    assert "dag=2026-11-30" in text
    assert "dag=2026-12-02" in text


def test_a_day_has_a_column_for_each_host_with_absences(client: Client, w: World) -> None:
    booked(w)
    staffing.add_absence(
        actor=w.socionom, now=NOW, host=w.other_host, start=at(1, 12), end=at(1, 14)
    )
    staffing.set_working_hours(
        actor=w.socionom, now=NOW, host=w.host, week={1: (time(9), time(15))}
    )
    text = page(client, w.socionom, "/kalender/", vy="dag", dag="2026-12-01", per="vard")
    own, other = column(text, w.host.user.name), column(text, w.other_host.user.name)
    assert "tid=14%3A00" in own
    assert "tid=15%3A00" not in own
    assert 'data-h="10" data-m="0" data-len="75"' in own
    assert 'data-h="12" data-m="0" data-len="120"' in other
    assert f"tid=10%3A00&amp;vard={w.other_host.pk}" in other
    assert "tid=13%3A00" not in other


def test_a_day_shows_what_is_held_while_it_is_offered(client: Client, w: World) -> None:
    offers.offer(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(),
        choices=[
            offers.Choice(start=at(1, hour), end=at(1, hour + 1), host=w.host, room=w.room)
            for hour in (10, 13)
        ],
    )
    own = column(page(client, w.socionom, "/kalender/", vy="dag", dag="2026-12-01"), w.room.name)
    assert own.count('class="ev ev--off"') == 2
    assert "tid=13%3A00" not in own


def test_what_takes_no_room_has_a_column_of_its_own(client: Client, w: World) -> None:
    booked(w, kind=BookingKind.OUTREACH_VISIT, room=None, place="Hos dem", travel_minutes=30)
    text = page(client, w.socionom, "/kalender/", vy="dag", dag="2026-12-01")
    assert w.group.alias in column(text, "Ingen av dem")
    assert "tid=" not in column(text, "Ingen av dem")


# --- A month -----------------------------------------------------------------------------------


def test_a_month_holds_whole_weeks_red_days_and_bookings(client: Client, w: World) -> None:
    booking = booked(w)
    text = page(client, w.socionom, "/kalender/", vy="manad", manad="2026-12")
    assert "December 2026" in text
    assert "v. 49–53" in text
    assert "1 bokning." in text
    assert text.count("month__week") == 5
    assert "Röd dag: juldagen" in text
    assert "Stängt: julafton" in text
    assert reverse("visit", args=[booking.pk]) in text
    assert "vy=dag&amp;dag=2026-12-15" in text
    assert "manad=2026-11" in text
    assert "manad=2027-01" in text
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    text = page(client, w.socionom, "/kalender/", vy="manad", manad="2026-12")
    assert reverse("visit", args=[booking.pk]) not in text


def test_a_month_tells_calm_times_and_states_without_colour(client: Client, w: World) -> None:
    w.library.calm_times.create(weekday=2, start=time(9), end=time(10, 30))
    booking = booked(w)
    key = {"vy": "manad", "manad": "2026-12"}
    text = page(client, w.socionom, "/kalender/", **key)
    # Wednesdays 2, 9, 16, 23 and 30; the house's own are on Tuesdays.
    assert text.count("Lugn tid 9–\u206010.30") == 5
    assert text.count("Lugn tid 9–\u206011") == 5
    assert text.count('class="month__calm"') == 10
    here = text[text.index(f'href="{reverse("visit", args=[booking.pk])}"') :].partition("</a>")[0]
    assert ICONS["clock"] in here
    assert "Inbjuden" in here
    services.confirm(actor=w.socionom, now=NOW, booking=booking)
    text = page(client, w.socionom, "/kalender/", **key)
    here = text[text.index(f'href="{reverse("visit", args=[booking.pk])}"') :].partition("</a>")[0]
    assert ICONS["check"] in here
    assert "Bekräftad" in here
    # The days around the month say which month they are of.
    assert "</span> 30 nov</a>" in text
    assert "</span> 1</a>" in text
    legend = text[text.index('id="tecken"') :]
    assert "Lugn tid" in legend
    assert all(
        ICONS[name] in legend for name in ("check", "clock", "swap", "pen", "people", "calm")
    )


def test_the_views_lead_to_the_same_days(client: Client, w: World) -> None:
    text = page(client, w.socionom, "/kalender/", vy="manad", manad="2027-03", rum=str(w.room.pk))
    assert f"vecka=2027-W09&amp;rum={w.room.pk}" in text
    assert f"vy=dag&amp;dag=2027-03-01&amp;rum={w.room.pk}" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"vy": "dag", "dag": "2026-02-29"}, "Dagen i adressen finns inte."),
        ({"vy": "dag", "dag": "9999-01-01"}, "Dagen i adressen finns inte."),
        ({"vy": "manad", "manad": "2026-13"}, "Månaden i adressen finns inte."),
        ({"vy": "manad", "manad": "٢٠٢٦-١٢"}, "Månaden i adressen finns inte."),
    ],
)
def test_a_day_or_a_month_that_does_not_exist_is_told(
    client: Client, w: World, query: dict[str, str], words: str
) -> None:
    assert words in page(client, w.socionom, "/kalender/", **query)
