"""The follow-up's page: six taps and a line, and nothing typed is lost."""

import re
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.models import User
from scheduling.booking import services as booking_services
from scheduling.models import Booking, FollowUp, FollowUpDraft
from scheduling.states import VisitState
from tests.factories import NOW, World, at, world

pytestmark = pytest.mark.django_db

AFTER = at(1, 11, 30)


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def booking(w: World) -> Booking:
    return booking_services.book(actor=w.socionom, now=NOW, plan=w.plan())


@pytest.fixture
def page(w: World, booking: Booking, client: Client) -> "Page":
    return Page(client, booking, w.socionom)


class Page:
    """The page as a browser without scripts has it: what it shows is what it sends."""

    def __init__(self, client: Client, booking: Booking, user: User) -> None:
        self.client, self.user = client, user
        self.url = reverse("follow_up", args=[booking.pk])

    def get(self, now: datetime = AFTER) -> str:
        with time_machine.travel(now, tick=False):
            self.client.force_login(self.user)
            response = self.client.get(self.url)
        assert response.status_code == 200
        return response.content.decode()

    def post(self, html: str, expect: int = 303, now: datetime = AFTER, **typed: object) -> str:
        data = {**self.filled(html), **typed}
        with time_machine.travel(now, tick=False):
            self.client.force_login(self.user)
            response = self.client.post(self.url, data)
        assert response.status_code == expect, response.content.decode()
        return response.content.decode()

    @staticmethod
    def filled(html: str) -> dict[str, object]:
        """Hidden, checked and typed values of the form."""
        found: dict[str, object] = {}
        for tag in re.findall(r"<input[^>]*>", html[html.index('class="follow"') :]):
            name, value = attribute(tag, "name"), attribute(tag, "value")
            if attribute(tag, "type") in {"radio", "checkbox"}:
                if " checked" in tag:
                    chosen = found.setdefault(name, [])
                    assert isinstance(chosen, list)
                    chosen.append(value or "on")
            elif name:
                found[name] = value
        return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def test_two_taps_and_a_line_are_enough(w: World, booking: Booking, page: Page) -> None:
    html = page.get()
    assert "Hur gick det?" in html
    assert "Samma tid tis 15 dec" in html
    page.post(html, judgement="success", count="8", note="Fika först gav lugn.")
    follow_up = FollowUp.objects.get()
    assert (follow_up.attendance, follow_up.judgement) == (8, "success")
    assert follow_up.note == "Fika först gav lugn."
    assert follow_up.next_booking is None
    booking.refresh_from_db()
    assert booking.status is VisitState.HELD


def test_six_taps_write_all_of_it(w: World, page: Page) -> None:
    html = page.get()
    page.post(
        html,
        judgement="partial",
        count="other",
        attendance="12",
        partly="on",
        worked=["Fika först"],
        worked_own="Två värdar, lugnt rum",
        did_not_work=["Högljutt"],
        interests_own="Släktforskning, Film",
        mission="handed_over",
        handover_topic="Bank-id",
        handover_receiver="municipality",
        next=at(15, 10).isoformat(),
        next_step="Fler stolar",
        next_step_due="2026-12-08",
    )
    follow_up = FollowUp.objects.get()
    assert follow_up.attendance == 12
    assert follow_up.worked == ["Fika först", "Två värdar", "lugnt rum"]
    assert {signal.interest.name for signal in follow_up.signals.all()} == {
        "Släktforskning",
        "Film",
    }
    assert follow_up.handovers.get().topic == "Bank-id"
    assert follow_up.next_booking is not None
    assert follow_up.next_booking.start == at(15, 10)
    assert follow_up.next_booking.state == "draft"
    assert follow_up.booking.state == "partly_held"


def test_nobody_came_needs_one_tap(booking: Booking, page: Page) -> None:
    page.post(page.get(), count="0")
    booking.refresh_from_db()
    assert booking.status is VisitState.NONE_CAME


def test_another_time_by_day_and_hour(page: Page) -> None:
    html = page.get()
    page.post(
        html,
        judgement="success",
        count="8",
        next="other",
        next_day="2026-12-17",
        next_time="13:30",
        next_send="on",
    )
    following = FollowUp.objects.get().next_booking
    assert following is not None
    assert (following.start, following.state) == (at(17, 13, 30), "offered")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"judgement": "success", "count": ""}, "Välj hur många som kom."),
        ({"judgement": "success", "count": "other"}, "Välj hur många som kom."),
        ({"judgement": "success", "count": "8", "attendance": "7"}, "inte båda"),
        ({"count": "8"}, "Välj hur det gick."),
        ({"count": ""}, "Välj hur det gick."),
        ({"judgement": "success", "count": "9" * 5000}, "Välj hur många som kom."),
        (
            {"judgement": "success", "count": "8", "next": "other"},
            "Skriv både dag och klockslag.",
        ),
        (
            {"judgement": "success", "count": "8", "next_day": "2026-12-17"},
            "ta bort dagen och klockslaget",
        ),
        ({"judgement": "success", "count": "8", "next": "x"}, "Välj en av tiderna."),
        (
            {"judgement": "success", "count": "8", "mission": "handed_over"},
            "Välj vart frågan lämnades.",
        ),
        (
            {"judgement": "success", "count": "8", "worked_own": "Ring 19811218-9876"},
            "personnummer",
        ),
    ],
)
def test_a_refusal_keeps_what_was_typed(page: Page, typed: dict[str, str], words: str) -> None:
    html = page.post(
        page.get(),
        expect=422,
        note="En rad & en till",
        interests=["Eget <val>"],
        **typed,
    )
    assert words in html
    assert "En rad &amp; en till" in html
    assert 'value="Eget &lt;val&gt;"' in html
    again = page.filled(html)
    assert again["interests"] == ["Eget &lt;val&gt;"]
    offered = typed["count"] in {"8", "other"}
    assert again["count"] == [typed["count"]] if offered else "count" not in again
    assert not FollowUp.objects.exists()


def test_a_clash_is_told_and_another_time_saves(w: World, page: Page) -> None:
    html = page.get()
    booking_services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(15, 9), end=at(15, 10, 30))
    )
    typed = {"judgement": "success", "count": "8", "note": "Bra", "next": at(15, 10).isoformat()}
    html = page.post(html, expect=409, **typed)
    assert "Studion är upptagen tis 15 dec kl. 9.00–10.30." in html
    assert not FollowUp.objects.exists()
    assert "Samma tid tis 22 dec" in html
    page.post(html, note="Bra", next=at(22, 10).isoformat())
    assert FollowUp.objects.get().next_booking is not None


def test_what_looks_like_a_person_is_asked_about_once(page: Page) -> None:
    typed = {"judgement": "success", "count": "8", "note": "Mejla lo@vagval.example"}
    html = page.post(page.get(), expect=422, **typed)
    assert "Vi tror att det står en e-postadress" in html
    assert not FollowUp.objects.exists()
    page.post(html, **typed, read_through="on")
    assert FollowUp.objects.exists()


def test_the_same_form_sent_twice_writes_once(page: Page) -> None:
    html = page.get()
    for _turn in range(2):
        page.post(html, judgement="success", count="8")
    assert FollowUp.objects.count() == 1


def test_a_correction_begins_with_what_stands(w: World, booking: Booking, page: Page) -> None:
    page.post(
        page.get(), judgement="success", count="other", attendance="12", note="Först",
        worked_own="Egen chip", next=at(15, 10).isoformat(),
    )  # fmt: skip
    html = page.get()
    assert "Rätta uppföljningen" in html
    assert "Nästa besök är redan bokat:" in html
    assert "Först" in html
    filled = page.filled(html)
    assert (filled["count"], filled["attendance"]) == (["other"], "12")
    assert filled["worked"] == ["Egen chip"]
    page.post(html, judgement="less_successful", count="8", note="Sedan")
    assert [
        (f.version, f.attendance, f.judgement) for f in FollowUp.objects.order_by("version")
    ] == [
        (1, 12, "success"),
        (2, 8, "less_successful"),
    ]
    assert FollowUp.objects.get(current=True).next_booking is not None


def test_a_newer_state_is_shown_and_the_text_stays(w: World, booking: Booking, page: Page) -> None:
    html = page.get()
    page.post(page.get(), judgement="success", count="8")
    html = page.post(html, expect=409, judgement="partial", count="7", note="Min rad")
    assert "ändrats av någon annan" in html
    assert "Min rad" in html
    page.post(html, note="Min rad")
    assert FollowUp.objects.get(current=True).judgement == "partial"


def test_too_early_the_page_says_when(page: Page) -> None:
    html = page.get(now=NOW)
    assert "Du kan följa upp det från tis 1 dec kl. 10.00." in html
    assert 'class="follow"' not in html


def test_who_may_write(w: World, booking: Booking, client: Client) -> None:
    url = reverse("follow_up", args=[booking.pk])
    assert client.get(url).status_code == 302
    client.force_login(w.manager)
    assert client.get(url).status_code == 403
    assert client.post(url, {}).status_code == 403
    client.force_login(w.other_host.user)
    assert client.get(url).status_code == 403
    booking.visit.co_host = w.other_host
    booking.visit.save()
    html = Page(client, booking, w.other_host.user).get()
    assert "Hur gick det?" in html
    assert "Skicka inbjudan direkt" not in html
    assert client.get(reverse("follow_up", args=[999])).status_code == 404


def test_a_draft_is_its_writers_alone_and_goes_with_the_note(w: World, client: Client) -> None:
    booking = booking_services.book(actor=w.socionom, now=NOW, plan=w.plan(co_host=w.other_host))
    url = f"/besok/{booking.pk}/uppfoljning"
    with time_machine.travel(at(1, 12), tick=False):
        client.force_login(w.socionom)
        kept = client.post(f"{url}/utkast", {"note": "Halvvägs.", "worked": ["Fika först"]})
        assert (kept.status_code, FollowUpDraft.objects.get().author) == (204, w.socionom)
        assert "Halvvägs." in client.get(url).content.decode()
        refused = client.post(f"{url}/utkast", {"note": "811228-9874"})
        assert refused.status_code == 422
        assert "811228" not in refused.content.decode()
        assert FollowUpDraft.objects.get().fields["note"] == ["Halvvägs."]
        client.force_login(w.other_host.user)
        assert "Halvvägs." not in client.get(url).content.decode()
        client.force_login(w.manager)
        assert client.post(f"{url}/utkast", {"note": "x"}).status_code == 403
        client.force_login(w.socionom)
        saved = client.post(
            url,
            {
                "judgement": "success", "count": "6", "mission": "ours", "next": "none",
                "version": booking.version, "key": "k1",
            },
            headers={"X-Later": "1"},
        )  # fmt: skip
        assert saved.status_code == 204
    assert not FollowUpDraft.objects.exists()
