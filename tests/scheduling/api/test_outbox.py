"""The outbox by API: what waits for a person, each decision, and who would get what."""

from datetime import timedelta

import pytest

from scheduling.booking import services
from scheduling.models import Booking, Message
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(w: World, visit: Booking) -> Message:
    """The invitation came back; then the visit was moved."""
    mail = visit.messages.get()
    services.move(actor=w.socionom, now=NOW, booking=visit, start=at(3, 13))
    Message.objects.filter(pk=mail.pk).update(state="failed", fault="bounced", error="5.1.1 Nej")
    return mail


def test_the_list_and_what_waits_for_a_person(sam: Caller, refused: Message) -> None:
    assert sam.get("/messages")["count"] == 2
    (row,) = sam.get("/messages?undecided=true")["items"]
    assert (row["id"], row["state"], row["fault"], row["error"]) == (
        refused.pk, "failed", "bounced", "5.1.1 Nej",
    )  # fmt: skip
    assert sam.get("/messages?state=waiting")["count"] == 1
    assert sam.get(f"/messages?visit={UNKNOWN}")["count"] == 0
    assert sam.get(f"/messages/{refused.pk}")["undecided"] is True
    sam.get(f"/messages/{UNKNOWN}", status=404)
    sam.get("/messages?colour=red", status=422)


def test_only_planners(robin: Caller, kim: Caller, refused: Message) -> None:
    for other in (robin, kim):
        other.get("/messages", status=403)
        other.post(f"/messages/{refused.pk}/told", status=403)


def test_again(sam: Caller, refused: Message) -> None:
    newer = refused.invitation.messages.latest("pk")
    assert sam.post(f"/messages/{refused.pk}/retry")["id"] == newer.pk
    assert sam.get(f"/messages/{refused.pk}")["superseded_by"] == newer.pk
    assert sam.post(f"/messages/{refused.pk}/retry", status=409)["code"] == "illegal_transition"


def test_a_mended_address(sam: Caller, w: World, refused: Message) -> None:
    there = f"/messages/{refused.pk}/correct"
    fault = sam.post(there, {"email": "lo@vagval.example"}, status=422)
    assert list(fault["errors"]) == ["email"]
    sent = sam.post(there, {"email": "lo.berg@vagval.example"})
    assert (sent["recipient"], sent["state"]) == ("lo.berg@vagval.example", "waiting")


def test_said_by_phone(sam: Caller, refused: Message) -> None:
    assert sam.post(f"/messages/{refused.pk}/told")["state"] == "told"
    assert sam.get("/messages?state=told")["count"] == 2
    assert sam.get("/messages?undecided=true")["count"] == 0


def test_what_the_cap_holds_back(sam: Caller, refused: Message) -> None:
    held = refused.invitation.messages.latest("pk")
    sam.post(f"/messages/{held.pk}/let-go", status=409)
    later = NOW + timedelta(days=1)
    Message.objects.filter(pk=held.pk).update(fault="capped", due_at=later)
    body = sam.post(f"/messages/{held.pk}/let-go")
    assert (body["fault"], body["due_at"]) == (None, "2026-11-02T09:00:00+01:00")


def test_what_each_addressee_holds(sam: Caller, kim: Caller, refused: Message) -> None:
    (invitation,) = sam.get(f"/visits/{refused.booking_id}")["invitations"]
    delivery = invitation["delivery"]
    assert (delivery["state"], delivery["sequence"]) == ("waiting", 1)
    # What came back has not arrived: nobody believes in an old time that they never heard of.
    assert (delivery["sent_sequence"], delivery["belief"]) == (None, None)
    assert delivery["undecided"] == refused.pk
    Message.objects.filter(pk=refused.pk).update(state="sent", sent_at=NOW)
    (invitation,) = sam.get(f"/visits/{refused.booking_id}")["invitations"]
    assert invitation["delivery"]["belief"] == "old_time"
    (invitation,) = kim.get(f"/visits/{refused.booking_id}")["invitations"]
    assert invitation["delivery"] is None


def test_who_would_get_what_of_a_swap(sam: Caller, w: World, visit: Booking) -> None:
    other = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(8, 10), end=at(8, 11)))
    before = Message.objects.count()
    rows = sam.post(f"/visits/{visit.pk}/swap/preview", {"other": other.pk})
    assert [(row["way"], row["to"], row["has_calendar"]) for row in rows] == [
        ("mail", "lo@vagval.example", True),
        ("mail", "lo@vagval.example", True),
    ]
    assert "/svar/…" in rows[0]["text"]
    assert Message.objects.count() == before
    sam.post(f"/visits/{visit.pk}/swap/preview", {"other": visit.pk}, status=422)


def test_who_would_get_what_of_a_series(sam: Caller, robin: Caller, w: World) -> None:
    body = {
        "visit": {
            "group": w.group.pk,
            "programme": w.programme.pk,
            "start": at(1, 10).isoformat(),
        },
        "days": ["2026-12-01", "2026-12-03"],
    }
    made = sam.post("/series", body, status=201)
    there = f"/series/{made['id']}/cancel/preview"
    # Its invitation has not left: then there is nothing to take back.
    assert sam.post(there) == []
    Message.objects.update(state="sent", sent_at=NOW)
    assert [row["kind"] for row in sam.post(there)] == ["ser_end"]
    robin.post(there, status=403)
    sam.post(f"/series/{UNKNOWN}/cancel/preview", status=404)
    assert sam.post(f"/series/{made['id']}/cancel")["visits"][0]["state"] == "cancelled_by_us"


def test_who_would_get_what_of_a_slot(sam: Caller, w: World, visit: Booking) -> None:
    sam.post(f"/visits/{visit.pk}/cancel", {"by": "partner"})
    (row,) = sam.post(f"/visits/{visit.pk}/offer-on/preview", {"groups": [w.group.pk]})
    assert (row["kind"], row["has_calendar"]) == ("offer", False)
    assert not visit.slot_offers.exists()
