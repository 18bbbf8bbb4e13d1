"""The report's pages: links behind numbers, periods of no sense, and who sees what."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling.booking import services as booking_services
from scheduling.followup.services import FollowUpInput, record
from scheduling.models import Effort, Interest
from scheduling.states import Judgement, Mission, ReceiverKind
from tests.factories import NOW, World, at, day, world
from tests.scheduling.insight import random_world

pytestmark = pytest.mark.django_db

PERIOD = "from=2026-12-01&to=2027-01-31"


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def manager(w: World, client: Client) -> Client:
    client.force_login(w.manager)
    return client


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def follow_up(w: World, **more: object) -> None:
    booking = booking_services.book(actor=w.socionom, now=NOW, plan=w.plan())
    given = FollowUpInput(attendance=6, **more)  # type: ignore[arg-type]
    record(actor=w.socionom, now=at(1, 12), booking=booking, given=given)


def test_every_number_opens_a_list_as_long(w: World, manager: Client) -> None:
    random_world.make(w, 3, 60)
    html = html_of(manager, f"{reverse('report')}?{PERIOD}")
    links = re.findall(r'href="(/rapport/besok\?[^"]+)"[^>]*>\s*(\d+)[^<]*</a>', html)
    assert len(links) > 30
    for link, number in set(links):
        address = unescape(link)
        if "channel=" in address:
            found = re.search(r"rymmer (\d+) svar", html_of(manager, address))
        elif "returning=" in address:
            continue
        else:
            found = re.search(r'class="count">\s*(\d+) besök', html_of(manager, address))
        assert found is not None
        assert found.group(1) == number, address


def test_less_successful_stands_as_plain_as_success(w: World, manager: Client) -> None:
    follow_up(w, judgement=Judgement.LESS_SUCCESSFUL, did_not_work=("Högljutt",))
    html = html_of(manager, f"{reverse('report')}?{PERIOD}")
    assert html.count('class="pair__yes"') == html.count('class="pair__less"') == 2
    assert "gick mindre bra" in html
    assert "Högljutt" in html


def test_the_chapters_stand_in_their_order(manager: Client) -> None:
    html = html_of(manager, reverse("report"))
    order = ["gjort", "fungerat", "mindre", "intressen", "gransen", "natverk", "kompetens"]
    places = [html.index(f'id="{name}" aria-labelledby') for name in order]
    assert places == sorted(places)
    assert "Inga besök var planerade under perioden." in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=x&to=2026-12-31", "Skriv datumet som år-månad-dag"),
        ("from=2026-12-31&to=2026-12-01", "Slutdagen måste vara efter startdagen."),
        ("from=2001-01-01&to=2026-12-01", "Välj högst tio år åt gången."),
        ("from=0001-01-01&to=9999-12-31", "Välj ett år mellan 2000 och 2100."),
        ("from=2026-12-31", "Skriv datumet"),
        ("from=%22%3E%3Cscript%3E&to=%00", "Skriv datumet"),
    ],
)
@pytest.mark.parametrize("name", ["report", "report_visits"])
def test_a_period_of_no_sense_is_told_and_kept(
    manager: Client, name: str, query: str, words: str
) -> None:
    html = html_of(manager, f"{reverse(name)}?{query}", 422)
    assert words in html
    typed = re.search(r'name="from"\s+value="([^"]*)"', html)
    assert typed is not None
    assert query.startswith(f"from={typed.group(1)}") or "script" in typed.group(1)
    assert "<script>&" not in html


def test_a_csv_of_no_sense_is_refused(manager: Client) -> None:
    assert manager.get(f"{reverse('report_csv')}?from=x&to=y").status_code == 422
    assert manager.get(f"{reverse('report_csv')}?{PERIOD}&state=x").status_code == 422


def test_an_unknown_filter_shows_all_and_says_so(w: World, manager: Client) -> None:
    follow_up(w, judgement=Judgement.SUCCESS)
    html = html_of(manager, f"{reverse('report_visits')}?{PERIOD}&state=x", 422)
    assert "Urvalet i adressen går inte att förstå." in html
    assert "1 besök." in html


def test_the_csv_holds_the_list_and_no_formula(w: World, client: Client) -> None:
    w.group.alias = "=1+1"
    w.group.save()
    follow_up(w, judgement=Judgement.SUCCESS, worked=("@lugnt",), note="Hemlig rad")
    client.force_login(w.socionom)
    response = client.get(f"{reverse('report_csv')}?{PERIOD}&judgement=success")
    text = response.content.decode("utf-8-sig")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert ";'=1+1;" in text
    assert ";'@lugnt;" in text
    assert "Hemlig rad" not in text
    assert "2026-12-01;10.00–11.15;Första besöket;" in text
    assert len(text.splitlines()) == 2


def test_a_manager_reads_no_notes(w: World, manager: Client, client: Client) -> None:
    follow_up(
        w,
        judgement=Judgement.SUCCESS,
        note="Hemlig rad",
        worked=("Eget ord",),
        mission=Mission.HANDED_OVER,
        handover_topic="Bank-id",
        handover_receiver=ReceiverKind.MUNICIPALITY,
    )
    for name in ("report", "report_visits", "report_csv", "efforts"):
        text = manager.get(f"{reverse(name)}?{PERIOD}").content.decode()
        assert "Hemlig rad" not in text
        assert "Eget ord" not in text or name == "report"
    client.force_login(w.socionom)
    assert "Eget ord" in html_of(client, f"{reverse('report_visits')}?{PERIOD}")


def test_efforts_and_interests(w: World, client: Client) -> None:
    follow_up(w, judgement=Judgement.SUCCESS, interests=("Film",))
    effort = Effort.objects.create(
        kind="trial",
        what="Filmkväll",
        starts_on=day(1),
        judgement="less_successful",
        lesson="Boka större rum.",
        decision="end",
    )
    effort.interests.add(Interest.objects.get())
    client.force_login(w.socionom)
    html = html_of(client, reverse("efforts"))
    for words in ("Filmkväll", "Mindre lyckat", "Boka större rum.", "Avsluta", "1 signal", "Annat"):
        assert words in html
    client.force_login(w.manager)
    html = html_of(client, reverse("efforts"))
    assert "Film" in html
    assert "Annat" not in html
    url = reverse("interest", args=[Interest.objects.get().pk])
    assert "1 signal." in html_of(client, url)
    assert "0 signaler." in html_of(client, f"{url}?from=2027-01-01&to=2027-01-02")
    assert "1 signal." in html_of(client, f"{url}?from=x&to=y")
    assert client.get(reverse("interest", args=[999])).status_code == 404


@pytest.mark.parametrize("name", ["report", "report_visits", "report_csv", "efforts"])
def test_only_staff_enters(w: World, client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", ["report", "report_visits", "efforts"])
def test_a_page_costs_the_same_for_one_and_for_thirty(w: World, manager: Client, name: str) -> None:
    address = f"{reverse(name)}?{PERIOD}"
    random_world.make(w, 1, 4)
    html_of(manager, address)
    with CaptureQueriesContext(connection) as few:
        html_of(manager, address)
    for programme in w.programme.__class__.objects.exclude(pk=w.programme.pk):
        programme.name = "Annat namn"
        programme.save()
    w.organisation.groups.exclude(pk=w.group.pk).update(archived_at=NOW)
    w.organisation.contacts.exclude(pk=w.contact.pk).update(archived_at=NOW)
    random_world.make(w, 2, 30)
    with CaptureQueriesContext(connection) as many:
        html_of(manager, address)
    assert len(many) == len(few)
