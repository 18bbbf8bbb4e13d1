"""Another time: picked from days, revalidated when sent, and one click for staff to take."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from scheduling import links
from scheduling.booking import other_times, services
from scheduling.booking.plan import VisitPlan
from scheduling.models import AvoidTime, Booking, Closure, Invitation, Message
from tests.factories import NOW, World, at, day, world

pytestmark = pytest.mark.django_db
PICK = re.compile(r'name="tid"\s+value="([^"]+)"\s*(checked)?')


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def invitation(w: World) -> Invitation:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    return booking.invitations.get()


@pytest.fixture
def path(invitation: Invitation) -> str:
    return f"{links.answer_path(invitation)}/annan-tid"


def fresh(invitation: Invitation) -> Booking:
    return Booking.objects.with_visit().get(pk=invitation.booking_id)


def elsewhere(w: World, plan: VisitPlan) -> Booking:
    """Somebody else's visit with the same host, in another room, of another group."""
    group = w.organisation.groups.create(alias="En annan", created_at=NOW)
    return services.book(
        actor=w.socionom, now=NOW, plan=VisitPlan(**{**_values(plan), "groups": (group,)})
    )


def _values(plan: VisitPlan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in ("programme", "start", "end", "host", "room")}


def test_the_same_weekday_comes_first_and_nothing_else_is_told(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    elsewhere(w, w.plan(start=at(10, 13, month=11), end=at(10, 14, month=11), room=w.other_room))
    page = client.get(path).content.decode()
    days = re.findall(r"<summary>([^<]+)</summary>", page)
    assert days[:4] == [
        "Tisdag 10 november",
        "Tisdag 17 november",
        "Tisdag 24 november",
        "Tisdag 1 december",
    ]
    assert len(days) == 12
    assert not any("Lördag" in name or "Söndag" in name for name in days)
    picks = [value for value, _checked in PICK.findall(page)]
    # The host is taken 13–14 that Tuesday: those times are not there, and nobody says why.
    assert "2026-11-10T12:00Z" not in picks
    assert "2026-11-17T12:00Z" in picks
    assert "En annan" not in page
    assert "upptag" not in page
    assert len(page.encode()) < 25_000


def test_closed_red_and_avoided_days_are_left_out(w: World, invitation: Invitation) -> None:
    Closure.objects.create(library=w.library, day=day(8), reason="Planeringsdag")
    AvoidTime.objects.create(group=w.group, weekday=2)
    found = other_times.days(fresh(invitation), now=NOW, first=day(7))
    shown = [row.day for row in (*found.same, *found.other)]
    assert day(8) not in shown
    assert not any(found.weekday() == 2 for found in shown)
    # Christmas week: the 24th is an eve, the 25th red, the weekend closed.
    late = other_times.days(fresh(invitation), now=NOW, first=day(21))
    assert [row.day.day for row in (*late.same, *late.other) if row.day.month == 12] == [
        22, 29, 21, 28,
    ]  # fmt: skip


def test_every_time_shown_can_be_taken(w: World, invitation: Invitation) -> None:
    elsewhere(w, w.plan(start=at(8, 13), end=at(8, 14), room=w.other_room))
    booking = fresh(invitation)
    found = other_times.days(booking, now=NOW, first=day(7))
    times = [time for row in (*found.same, *found.other) for time in row.times]
    assert len(times) > 40
    for start, end in times[:12]:
        assert end - start == booking.end - booking.start
        assert end <= at(8, 13) or start >= at(8, 14)
    with time_machine.travel(NOW, tick=False):
        services.move(actor=w.socionom, now=NOW, booking=booking, start=times[0][0])


def test_picked_times_are_sent_and_taken_with_one_click(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    response = client.post(
        path, {"svar": "annan", "tid": ["2026-12-08T12:00Z", "2026-12-09T09:00Z"]}
    )
    assert (response.status_code, response.headers["Location"]) == (
        303,
        links.answer_path(invitation),
    )
    invitation.refresh_from_db()
    assert invitation.state == "countered"
    wish, other = invitation.proposals.all()
    assert (wish.start, other.start) == (at(8, 13), at(9, 10))
    client.force_login(w.socionom)
    client.post(f"/motforslag/{wish.pk}/ta", {"next": "/"})
    booking = fresh(invitation)
    assert (booking.start, booking.state) == (at(8, 13), "offered")
    mail = Message.objects.filter(invitation=invitation, state="waiting").get()
    assert "tisdag 8 december 2026 kl. 13.00–14.15" in mail.text


def test_a_time_that_went_meanwhile_is_told_and_the_others_are_kept(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    elsewhere(w, w.plan(start=at(8, 13), end=at(8, 14), room=w.other_room))
    response = client.post(
        path,
        {"svar": "annan", "tid": ["2026-12-08T12:00Z", "2026-12-09T09:00Z"], "ord": "Gärna snart"},
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "hann tyvärr bli upptagen: tisdag 8 december kl. 13." in page
    assert ("2026-12-09T09:00Z", "checked") in PICK.findall(page)
    assert ("2026-12-08T12:00Z", "checked") not in PICK.findall(page)
    assert "Gärna snart" in page
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_later_days_keep_what_was_picked_and_send_nothing(
    client: Client, invitation: Invitation, path: str
) -> None:
    page = client.post(
        path, {"fran": "2027-01-11", "tid": ["2026-11-10T12:00Z"], "ord": "Helst tidigt"}
    ).content.decode()
    assert "Det du har valt" in page
    assert ("2026-11-10T12:00Z", "checked") in PICK.findall(page)
    assert "Tisdag 12 januari" in page
    assert "Helst tidigt" in page
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_words_are_enough(client: Client, invitation: Invitation, path: str) -> None:
    assert client.post(path, {"svar": "annan", "ord": "Hellre på våren"}).status_code == 303
    invitation.refresh_from_db()
    assert invitation.state == "countered"
    assert invitation.proposals.get().text == "Hellre på våren"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 422, "Välj en tid, eller skriv när det passar bättre."),
        ({"tid": [f"2026-12-08T{hour:02}:00Z" for hour in (8, 9, 10, 11)]}, 422, "högst tre tider"),
        ({"tid": ["snart"]}, 422, "Tiden gick inte att läsa."),
        ({"tid": ["2026-12-08T12:00"]}, 422, "Tiden gick inte att läsa."),
        ({"tid": ["9999-12-08T12:00Z"]}, 422, "Tiden gick inte att läsa."),
        # Outside the hours, on a Saturday, long ago: nobody else's day is shown.
        ({"tid": ["2026-12-08T03:00Z"]}, 409, "hann tyvärr bli upptagen"),
        ({"tid": ["2026-12-12T12:00Z"]}, 409, "hann tyvärr bli upptagen"),
        ({"tid": ["2020-12-08T12:00Z"]}, 409, "hann tyvärr bli upptagen"),
        ({"ord": "850709-9805 kan inte"}, 422, "personnummer"),
    ],
)
def test_what_is_no_wish(
    client: Client,
    invitation: Invitation,
    path: str,
    fields: dict[str, object],
    status: int,
    words: str,
) -> None:
    response = client.post(path, {"svar": "annan", **fields})
    assert response.status_code == status
    assert words in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_a_scanner_that_posts_the_form_sends_nothing(
    client: Client, invitation: Invitation, path: str
) -> None:
    assert client.post(path, {"tid": ["2026-12-08T12:00Z"]}).status_code == 200
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_so_many_wishes_an_hour(client: Client, invitation: Invitation, path: str) -> None:
    answers = [
        client.post(path, {"svar": "annan", "ord": f"Förslag {number}"}).status_code
        for number in range(21)
    ]
    assert answers == [303] * 20 + [429]
