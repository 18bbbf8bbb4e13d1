"""List, show and change visits, and what happened to them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduling.booking import services
from scheduling.models import Booking
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller


def test_a_host_sees_the_visit_but_no_address(w: World, robin: Caller, visit: Booking) -> None:
    services.change_details(
        actor=w.socionom,
        now=NOW,
        booking=visit,
        details=services.Details(plan_exit="Nödutgången", greeting="Välkomna"),
    )
    body = robin.get(f"/visits/{visit.pk}")
    (invitation,) = body["invitations"]
    assert (invitation["name"], invitation["email"]) == ("Lo Berg", None)
    assert (invitation["comment"], invitation["answer_url"]) == (None, None)
    assert (body["plan_exit"], body["greeting"]) == (None, None)


def test_the_host_of_the_visit_sees_its_plan(w: World, robin: Caller) -> None:
    plan = w.plan(host=w.other_host, plan_exit="Nödutgången")
    booking = services.book(actor=w.socionom, now=NOW, plan=plan)
    assert robin.get(f"/visits/{booking.pk}")["plan_exit"] == "Nödutgången"


@pytest.mark.parametrize("pk", ["0", "-1", str(UNKNOWN), str(2**63), "9" * 30])
def test_an_unknown_visit_is_missing(w: World, sam: Caller, pk: str) -> None:
    sam.get(f"/visits/{pk}", 404)
    sam.get(f"/visits/{pk}/timeline", 404)
    sam.patch(f"/visits/{pk}", {"fika": False}, 404)


def test_without_a_token_nothing_is_told(w: World, visit: Booking) -> None:
    Caller("wrong").get(f"/visits/{visit.pk}", 401)


def test_a_session_needs_its_csrf_token(w: World, visit: Booking) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(w.socionom)
    assert client.get("/api/v1/visits").status_code == 200
    assert client.post(f"/api/v1/visits/{visit.pk}/confirm").status_code in {401, 403}
    visit.refresh_from_db()
    assert visit.state == "offered"


def test_the_list_filters_and_pages(w: World, sam: Caller, visit: Booking) -> None:
    other = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(3, 10), end=at(3, 11)))
    assert [row["id"] for row in sam.get("/visits")["items"]] == [visit.pk, other.pk]
    assert sam.get("/visits?limit=1&offset=1")["items"][0]["id"] == other.pk
    assert sam.get("/visits?limit=1")["count"] == 2
    assert sam.get("/visits?from=2026-12-03")["count"] == 1
    assert sam.get("/visits?to=2026-12-01")["count"] == 1
    assert sam.get("/visits?from=2026-12-02&to=2026-12-02")["count"] == 0
    assert sam.get("/visits?state=offered&state=draft")["count"] == 2
    assert sam.get("/visits?state=held")["count"] == 0
    assert sam.get(f"/visits?group={w.group.pk}")["count"] == 2
    assert sam.get(f"/visits?group={UNKNOWN}")["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "state=gone",
        "group=x",
        "group=0",
        f"group={2**70}",
        "limit=0",
        "limit=201",
        "offset=-1",
        f"offset={2**70}",
        "from=9999-99-99",
        "from=9999-12-31",
        "from=2026-12-02&to=2026-12-01",
        "from=2026-12-01T10:00",
        "grupp=1",
    ],
)
def test_a_filter_of_no_sense_is_refused(w: World, sam: Caller, query: str) -> None:
    sam.get(f"/visits?{query}", 422)


def queries(sam: Caller, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        sam.get(path)
    return len(captured)


def test_a_long_list_costs_no_more_queries(w: World, sam: Caller, visit: Booking) -> None:
    sam.get("/visits")
    few = queries(sam, "/visits")
    for day in (2, 3, 4):
        services.book(
            actor=w.socionom,
            now=NOW,
            plan=w.plan(start=at(day, 10), end=at(day, 11), co_host=w.other_host),
        )
    assert queries(sam, "/visits") == few


def test_change_details(w: World, sam: Caller, visit: Booking) -> None:
    body = sam.patch(
        f"/visits/{visit.pk}",
        {
            "version": 1,
            "co_host": w.other_host.pk,
            "meeting_point": "vid fikat",
            "fika": False,
            "followers": 3,
        },
    )
    assert (body["version"], body["co_host"]["id"]) == (2, w.other_host.pk)
    assert (body["meeting_point"], body["fika"], body["followers"]) == ("vid fikat", False, 3)
    assert sam.patch(f"/visits/{visit.pk}", {"co_host": None})["co_host"] is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 422),
        ({"version": 1}, 422),
        ({"version": 7, "fika": False}, 409),
        ({"host": None}, 422),
        ({"fika": None}, 422),
        ({"host": UNKNOWN}, 422),
        ({"room": UNKNOWN}, 422),
        ({"state": "held"}, 422),
        ({"two_hosts": True}, 422),
        ({"diets": "850709-9805"}, 422),
        ({"followers": 2**40}, 422),
        ({"version": 2**80, "fika": True}, 422),
    ],
)
def test_a_change_that_cannot_be_made(
    w: World, sam: Caller, visit: Booking, changes: dict[str, Any], status: int
) -> None:
    sam.patch(f"/visits/{visit.pk}", changes, status)
    visit.refresh_from_db()
    assert visit.version == 1


def test_only_planners_change(w: World, robin: Caller, kim: Caller, visit: Booking) -> None:
    for caller in (robin, kim):
        caller.patch(f"/visits/{visit.pk}", {"fika": False}, 403)


def test_the_timeline_tells_acts_mails_and_answers(w: World, sam: Caller, visit: Booking) -> None:
    sam.post(f"/visits/{visit.pk}/answer", {"answer": "yes", "comment": "Vi kommer"})
    items = sam.get(f"/visits/{visit.pk}/timeline")["items"]
    told = [(row["kind"], row["verb"], row["via"]) for row in items]
    assert told == [
        ("event", "visit.booked", ""),
        ("answer", "accepted", "phone"),
        ("message", "request", "mail"),
    ]
    assert items[0]["by"] == "Sam"
    assert items[1]["text"] == "Vi kommer"
    assert (items[2]["sequence"], items[2]["state"]) == (0, "kept")
    assert items[2]["subject"].startswith("Välkomna")


def test_a_host_reads_the_timeline_without_comments(
    w: World, sam: Caller, robin: Caller, visit: Booking
) -> None:
    sam.post(f"/visits/{visit.pk}/answer", {"answer": "yes", "comment": "Vi kommer"})
    sam.post(f"/visits/{visit.pk}/move", {"start": "2026-12-03T10:00:00+01:00"})
    items = robin.get(f"/visits/{visit.pk}/timeline")["items"]
    assert "Vi kommer" not in str(items)
    moved = next(row for row in items if row["verb"] == "visit.moved")
    assert "→" in moved["text"]
