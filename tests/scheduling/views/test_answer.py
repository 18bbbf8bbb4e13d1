"""The partner's page: GET changes nothing, POST acts, no cookie, nothing typed is lost."""

from collections.abc import Iterator
from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.test import Client

from partners.models import Contact
from scheduling import links
from scheduling.booking import services
from scheduling.models import Answer, Booking, Feed, Invitation
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
def invitation(w: World) -> Invitation:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    return booking.invitations.get()


def state_of(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return invitation.state


def test_the_page_says_when_where_who_and_what(client: Client, invitation: Invitation) -> None:
    page = client.get(links.answer_path(invitation)).content.decode()
    order = [
        page.index(word) for word in ("När", "Var", "Vem möter er", "Det här gör vi", "Ja, vi")
    ]
    assert order == sorted(order)
    assert "Tisdag 1 december\n" in page
    assert "kl.&nbsp;10.00–11.15" in page
    assert "2026, om 29 dagar" in page
    assert "Svartåbiblioteket, Exempelgatan 1" in page
    assert "070-174 06 05" in page
    assert "Tisdagsgruppen" not in page
    assert "Vägval" not in page


@pytest.mark.parametrize(("late", "asks"), [(0, True), (1, False)])
def test_a_day_to_answer_by_is_named_only_while_it_can_be_kept(
    client: Client, invitation: Invitation, late: int, asks: bool
) -> None:
    visit = invitation.booking.visit
    visit.respond_by = NOW.date() - timedelta(days=late)
    visit.save()
    page = client.get(links.answer_path(invitation)).content.decode()
    assert ("Svara gärna senast" in page) is asks
    assert "Kan ni komma?" in page


def test_looking_answers_nothing(client: Client, invitation: Invitation) -> None:
    for _ in range(3):
        response = client.get(links.answer_path(invitation))
        assert client.head(links.answer_path(invitation)).status_code == 200
    assert state_of(invitation) == "pending"
    assert not response.cookies
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_yes_then_no_and_both_are_kept(client: Client, invitation: Invitation) -> None:
    path = links.answer_path(invitation)
    response = client.post(path, {"svar": "ja", "antal": "4-6"})
    assert (response.status_code, response.headers["Location"]) == (303, path)
    assert state_of(invitation) == "accepted"
    assert Booking.objects.get().state == "confirmed"
    client.post(path, {"svar": "nej", "rad": "Vi är sjuka"})
    assert state_of(invitation) == "declined"
    assert Booking.objects.get().state == "cancelled_by_partner"
    assert list(Answer.objects.values_list("state", "comment")) == [
        ("accepted", ""),
        ("declined", "Vi är sjuka"),
    ]


def test_the_same_press_twice_is_one_answer(client: Client, invitation: Invitation) -> None:
    for _ in range(2):
        client.post(links.answer_path(invitation), {"svar": "ja", "antal": "4-6"})
    assert Answer.objects.count() == 1


def test_a_post_without_a_button_answers_nothing(client: Client, invitation: Invitation) -> None:
    response = client.post(links.answer_path(invitation), {"rad": "Hej"})
    assert response.status_code == 422
    assert "Hej" in response.content.decode()
    assert state_of(invitation) == "pending"


def test_a_personal_identity_number_is_refused_and_kept_in_the_form(
    client: Client, invitation: Invitation
) -> None:
    response = client.post(links.answer_path(invitation), {"svar": "ja", "rad": "8507099805 åker"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "personnummer" in page
    assert "8507099805 åker" in page
    assert not Answer.objects.exists()


@pytest.mark.parametrize("token", ["a" * 32, "kort", "å" * 32, "A" * 31, "x" * 200])
def test_wrong_and_cut_links_get_the_same_page(client: Client, token: str) -> None:
    response = client.get(f"/svar/{token}")
    assert response.status_code == 404
    assert "Länken fungerar inte" in response.content.decode()


def test_a_contact_who_left_has_no_link(client: Client, w: World, invitation: Invitation) -> None:
    Contact.objects.update(archived_at=NOW)
    assert client.get(links.answer_path(invitation)).status_code == 404


def test_after_the_start_nothing_can_be_answered(client: Client, invitation: Invitation) -> None:
    with time_machine.travel(at(1, 10, 1), tick=False):
        page = client.get(links.answer_path(invitation)).content.decode()
        response = client.post(links.answer_path(invitation), {"svar": "ja"})
    assert "Ja, vi kommer" not in page
    assert response.status_code == 409
    assert state_of(invitation) == "pending"


def test_a_called_off_visit_says_so(client: Client, w: World, invitation: Invitation) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=invitation.booking)
    page = client.get(links.answer_path(invitation)).content.decode()
    assert "Besöket blir inte av" in page
    assert "Ja, vi kommer" not in page
    assert client.post(links.answer_path(invitation), {"svar": "ja"}).status_code == 409


def test_the_calendar_file_has_the_invitations_own_identity(
    client: Client, invitation: Invitation
) -> None:
    response = client.get(f"{links.answer_path(invitation)}/besok.ics")
    calendar = icalendar.Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert str(event["UID"]) == invitation.ical_uid
    assert "ATTENDEE" not in event
    assert event.decoded("dtstart") == at(1, 10)


def test_the_feed_is_made_by_a_press_and_shown_again(
    client: Client, invitation: Invitation
) -> None:
    path = f"{links.answer_path(invitation)}/prenumerera"
    client.get(path)
    client.post(path)
    assert not Feed.objects.exists()
    for _ in range(2):
        client.post(path, {"gor": "kalender"})
    feed = Feed.objects.get()
    assert (feed.contact, feed.level) == (invitation.contact, "neutral")
    assert links.feed_url(feed) in client.get(path).content.decode()


def test_the_contacts_language_is_used(client: Client, w: World, invitation: Invitation) -> None:
    Contact.objects.update(language="en")
    page = client.get(links.answer_path(invitation), headers={"Accept-Language": "sv"})
    assert '<html lang="en">' in page.content.decode()
    assert "Tuesday 1 December" in page.content.decode()
    assert "at&nbsp;10.00–11.15" in page.content.decode()
