"""Calendar addresses, and the report."""

from typing import Any

import pytest

from scheduling.models import Booking, Feed
from tests.factories import World
from tests.scheduling.api.conftest import UNKNOWN, Caller


def test_make_list_rotate_and_revoke(w: World, sam: Caller) -> None:
    made = sam.post("/feeds", {"scope": "user", "level": "full", "name": "Min"}, 201)
    assert made["url"].endswith(".ics")
    assert (made["name"], made["level"], made["revoked_at"]) == ("Min", "full", None)
    assert made["created_at"] == "2026-11-02T09:00:00+01:00"
    assert sam.get("/feeds") == {"items": [made], "count": 1}
    rotated = sam.post(f"/feeds/{made['id']}/rotate")
    assert rotated["url"] not in {"", made["url"]}
    revoked = sam.post(f"/feeds/{made['id']}/revoke")
    assert revoked["url"] == ""
    assert revoked["revoked_at"]
    assert sam.post(f"/feeds/{made['id']}/revoke") == revoked
    sam.post(f"/feeds/{made['id']}/rotate", None, 409)


def test_each_scope_has_its_object(w: World, sam: Caller) -> None:
    for scope, field, row in (
        ("room", "room", w.room),
        ("library", "library", w.library),
        ("partner", "contact", w.contact),
    ):
        assert sam.post("/feeds", {"scope": scope, field: row.pk}, 201)[field] == row.pk


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "scope"),
        ({"scope": "nobody"}, "scope"),
        ({"scope": "room"}, "room"),
        ({"scope": "room", "room": UNKNOWN}, "room"),
        ({"scope": "user", "room": 1}, "room"),
        ({"scope": "user", "level": "secret"}, "level"),
        ({"scope": "user", "name": "x" * 121}, "name"),
        ({"scope": "user", "name": "850709-9805"}, "name"),
        ({"scope": "user", "token": "x"}, "token"),
    ],
)
def test_a_feed_that_cannot_be_made_names_its_field(
    w: World, sam: Caller, given: dict[str, Any], field: str
) -> None:
    assert field in sam.post("/feeds", given, 422)["errors"]
    assert not Feed.objects.exists()


def test_a_host_makes_a_feed_of_her_own_but_not_of_partners(w: World, robin: Caller) -> None:
    assert robin.post("/feeds", {"scope": "user", "level": "full"}, 201)["scope"] == "user"
    robin.post("/feeds", {"scope": "partner", "contact": w.contact.pk}, 403)
    robin.post("/feeds", {"scope": "room", "room": w.room.pk, "level": "full"}, 403)


def test_a_feed_of_a_colleague_is_missing(w: World, sam: Caller, robin: Caller) -> None:
    made = sam.post("/feeds", {"scope": "user"}, 201)
    assert robin.get("/feeds")["count"] == 0
    for act in ("revoke", "rotate"):
        robin.post(f"/feeds/{made['id']}/{act}", None, 404)
        sam.post(f"/feeds/{2**70}/{act}", None, 404)


def test_the_report_counts_the_period(w: World, kim: Caller, visit: Booking) -> None:
    body = kim.get("/report?from=2026-12-01&to=2026-12-31")
    assert (body["from"], body["to"]) == ("2026-12-01", "2026-12-31")
    assert body["visits"]["planned"] == 1


def test_without_days_it_is_this_year_so_far(w: World, kim: Caller) -> None:
    body = kim.get("/report")
    assert (body["from"], body["to"]) == ("2026-01-01", "2026-11-02")


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-12-31&to=2026-12-01",
        "from=2000-01-01&to=2026-01-01",
        "from=2026-02-30",
        "from=x",
        "to=9999-12-31",
        "from=20261201",
        "form=2026-01-01",
    ],
)
def test_bad_days_are_refused_clearly(w: World, kim: Caller, query: str) -> None:
    assert kim.get(f"/report?{query}", 422)["errors"]


def test_a_stranger_reads_nothing(w: World) -> None:
    for path in ("/report", "/feeds", "/rooms", "/visits"):
        Caller("wrong").get(path, 401)
