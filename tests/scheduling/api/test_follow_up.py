"""Following up by the API: what is written, what is refused."""

from typing import Any

import pytest
import time_machine

from scheduling.booking import services
from scheduling.models import Booking, FollowUp, Handover
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller


@pytest.fixture
def ended(w: World, visit: Booking, clock: time_machine.Traveller) -> Booking:
    clock.move_to(at(1, 11, 30))
    return visit


FULL: dict[str, Any] = {
    "attendance": 6,
    "judgement": "success",
    "worked": ["Lugnt tempo"],
    "did_not_work": ["Ljudet"],
    "note": "Gruppen ville stanna längre.",
    "interests": ["Släktforskning"],
    "mission": "shared",
    "handover_topic": "Samhällsinformation",
    "handover_receiver": "municipality",
    "next_step": "Skicka program",
    "next_step_due": "2026-12-10",
    "next_start": "2026-12-15T10:00:00+01:00",
    "next_send": True,
}


def test_follow_up_with_all_there_is(w: World, sam: Caller, ended: Booking) -> None:
    body = sam.post(f"/visits/{ended.pk}/follow-up", FULL, 201)
    following = Booking.objects.exclude(pk=ended.pk).get()
    assert body["state"] == "held"
    assert body["follow_up"] == {
        "attendance": 6,
        "judgement": "success",
        "next_booking": following.pk,
    }
    assert (following.start, following.state) == (at(15, 10), "offered")
    assert Handover.objects.get().topic == "Samhällsinformation"
    timeline = sam.get(f"/visits/{ended.pk}/timeline")["items"]
    assert "stanna" not in str(timeline)
    assert timeline[-1]["verb"] == "visit.followed_up"


def test_the_same_key_again_is_the_same_follow_up(
    w: World, sam: Caller, ended: Booking, clock: time_machine.Traveller
) -> None:
    plain = {"attendance": 0, "outcome": "none_came", "idempotency_key": "f1"}
    assert sam.post(f"/visits/{ended.pk}/follow-up", plain, 201)["state"] == "none_came"
    clock.move_to(at(1, 11, 31))
    sam.post(f"/visits/{ended.pk}/follow-up", plain, 200)
    assert FollowUp.objects.count() == 1


def test_a_correction_counts_instead(w: World, sam: Caller, ended: Booking) -> None:
    sam.post(f"/visits/{ended.pk}/follow-up", {"attendance": 6, "judgement": "success"}, 201)
    given = {"attendance": 4, "judgement": "partial", "outcome": "partly_held"}
    body = sam.post(f"/visits/{ended.pk}/follow-up", given, 201)
    assert (body["state"], body["follow_up"]["attendance"]) == ("partly_held", 4)


def test_the_host_of_the_visit_may_follow_up(w: World, robin: Caller, clock: Any) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(host=w.other_host))
    clock.move_to(at(1, 11, 30))
    given = {"attendance": 6, "judgement": "success"}
    assert robin.post(f"/visits/{booking.pk}/follow-up", given, 201)["state"] == "held"
    sent = {**given, "next_start": "2026-12-15T10:00", "next_send": True}
    robin.post(f"/visits/{booking.pk}/follow-up", sent, 403)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attendance": None}, "attendance"),
        ({"attendance": -1}, "attendance"),
        ({"attendance": 501}, "attendance"),
        ({"attendance": 6.5}, "attendance"),
        ({"judgement": None}, "judgement"),
        ({"judgement": "great"}, "judgement"),
        ({"outcome": "cancelled"}, "outcome"),
        ({"outcome": "none_came"}, "attendance"),
        ({"worked": "Lugnt"}, "worked"),
        ({"worked": ["850709-9805"]}, "worked"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "850709-9805"}, "note"),
        ({"interests": ["x" * 61]}, "interests"),
        ({"mission": "theirs"}, "mission"),
        ({"handover_topic": ""}, "handover_topic"),
        ({"handover_receiver": None}, "handover_receiver"),
        ({"next_step": ""}, "next_step"),
        ({"next_step_due": "2026-13-01"}, "next_step_due"),
        ({"next_start": "2027-03-28T02:30"}, "next_start"),
        ({"next_start": "2026-11-01T10:00"}, "next_start"),
        ({"next_programme": UNKNOWN}, "next_programme"),
        ({"participants": ["Kim"]}, "participants"),
    ],
)
def test_a_follow_up_that_cannot_be_written(
    w: World, sam: Caller, ended: Booking, changes: dict[str, Any], field: str
) -> None:
    body = sam.post(f"/visits/{ended.pk}/follow-up", {**FULL, **changes}, 422)
    assert field in body["errors"]
    assert not FollowUp.objects.exists()


def test_before_its_start_a_visit_cannot_be_followed_up(
    w: World, sam: Caller, visit: Booking
) -> None:
    body = sam.post(f"/visits/{visit.pk}/follow-up", FULL, 409)
    assert body["code"] == "illegal_transition"
