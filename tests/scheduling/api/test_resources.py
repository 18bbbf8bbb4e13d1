"""Places, programmes, hosts and free times."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent, Role
from scheduling.models import Host, Programme, Room
from tests.factories import World, room, user
from tests.scheduling.api.conftest import UNKNOWN, Caller

PROGRAMME = {"name": "Släktforskning", "minutes": 60, "text_sv": "Vi letar i arkiv."}


def test_lists_show_what_there_is_to_everybody(w: World, robin: Caller) -> None:
    assert robin.get("/libraries")["items"][0]["meeting_point"] == "innanför huvudentrén"
    assert robin.get("/programmes")["items"][0]["name"] == "Första besöket"
    assert [row["name"] for row in robin.get("/rooms")["items"]] == ["Skrivarrummet", "Studion"]
    body = robin.get("/hosts?limit=1&offset=1")
    assert (body["count"], body["items"][0]["name"]) == (2, "Sam")


@pytest.mark.parametrize("path", ["/libraries", "/programmes", "/rooms", "/hosts", "/feeds"])
@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "q=x"])
def test_a_window_of_no_sense_is_refused(w: World, sam: Caller, path: str, query: str) -> None:
    sam.get(f"{path}?{query}", 422)


def test_long_lists_cost_no_more_queries(w: World, sam: Caller) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            sam.get("/rooms")
            sam.get("/hosts")
        return len(captured)

    sam.get("/rooms")
    few = cost()
    for number in range(3):
        room(w.library, f"Rum {number}", 10)
        member = user(f"u{number}", Role.HOST, "U")
        sam.post("/hosts", {"user": member.pk, "library": w.library.pk}, 201)
    assert cost() == few


def test_make_a_programme(w: World, sam: Caller) -> None:
    body = sam.post("/programmes", PROGRAMME, 201)
    assert (body["minutes"], body["hosts_required"], body["active"]) == (60, 1, True)
    assert sam.post("/programmes", PROGRAMME, 409)["errors"].keys() == {"name"}


def test_make_a_room(w: World, sam: Caller) -> None:
    given = {"library": w.library.pk, "name": "Vinden", "capacity": 6, "buffer_after": 15}
    body = sam.post("/rooms", given, 201)
    assert (body["library"]["id"], body["buffer_after"]) == (w.library.pk, 15)
    assert sam.post("/rooms", given, 409)["code"] == "conflict"


def test_make_a_host_by_user_name(w: World, sam: Caller) -> None:
    user("alex", Role.HOST, "Alex")
    given = {"user": "alex", "library": w.library.pk, "programmes": [w.programme.pk]}
    body = sam.post("/hosts", given, 201)
    assert (body["name"], body["programmes"]) == ("Alex", [w.programme.pk])
    assert AuditEvent.objects.latest("pk").verb == "host.made"
    assert sam.post("/hosts", given, 409)["errors"].keys() == {"user"}
    assert Host.objects.count() == 3


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [
        ("/programmes", {**PROGRAMME, "minutes": 4}, "minutes"),
        ("/programmes", {**PROGRAMME, "minutes": 2**70}, "minutes"),
        ("/programmes", {**PROGRAMME, "hosts_required": 3}, "hosts_required"),
        ("/programmes", {**PROGRAMME, "name": " \x00"}, "name"),
        ("/programmes", {**PROGRAMME, "name": "x" * 81}, "name"),
        ("/programmes", {**PROGRAMME, "text_sv": "850709-9805"}, "text_sv"),
        ("/programmes", {**PROGRAMME, "text_sv": ""}, "text_sv"),
        ("/programmes", {**PROGRAMME, "colour": "red"}, "colour"),
        ("/programmes", {}, "name"),
        ("/rooms", {"library": UNKNOWN, "name": "Vinden", "capacity": 6}, "library"),
        ("/rooms", {"library": 1, "name": "Vinden", "capacity": 0}, "capacity"),
        (
            "/rooms",
            {"library": 1, "name": "V", "capacity": 1, "buffer_before": -1},
            "buffer_before",
        ),
        ("/hosts", {"user": "nobody", "library": None}, "library"),
    ],
)
def test_what_cannot_be_made_names_its_field(
    w: World, sam: Caller, path: str, given: dict[str, Any], field: str
) -> None:
    assert field in sam.post(path, given, 422)["errors"]
    assert (Programme.objects.count(), Room.objects.count()) == (1, 2)


@pytest.mark.parametrize("who", ["nobody", "no\x00body", UNKNOWN, "850709-9805"])
def test_a_host_must_be_a_colleague(w: World, sam: Caller, who: object) -> None:
    body = sam.post("/hosts", {"user": who, "library": w.library.pk}, 422)
    assert "user" in body["errors"]


def test_only_administrators_make_things(w: World, robin: Caller, kim: Caller) -> None:
    library = w.library.pk
    for caller in (robin, kim):
        caller.post("/programmes", PROGRAMME, 403)
        caller.post("/rooms", {"library": library, "name": "Vinden", "capacity": 6}, 403)
        caller.post("/hosts", {"user": "kim", "library": library}, 403)


def test_free_times_come_with_reasons(w: World, sam: Caller) -> None:
    path = f"/availability?group={w.group.pk}&programme={w.programme.pk}"
    body = sam.get(f"{path}&from=2026-12-01&to=2026-12-01&limit=3")
    assert body["count"] == 3
    best = body["items"][0]
    assert best["start"].endswith("+01:00")
    assert (best["room_name"], best["co_host"]) == ("Studion", None)
    assert "lugn tid" in best["reasons"]
    assert sam.get(f"{path}&from=2026-12-01&to=2026-12-01&limit=1&size_band=1-3")["items"][0][
        "room_name"
    ] == ("Skrivarrummet")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("programme=1", "group"),
        ("group={unknown}&programme={programme}", "group"),
        ("group={group}&programme={unknown}", "programme"),
        ("group={group}", "programme"),
        ("group={group}&group=x&programme={programme}", "group.1"),
        ("group={group}&programme={programme}&from=2026-12-02&to=2026-12-01", "to"),
        ("group={group}&programme={programme}&to=2199-12-01", "to"),
        ("group={group}&programme={programme}&from=9999-12-31", "from"),
        ("group={group}&programme={programme}&from=igår", "from"),
        ("group={group}&programme={programme}&size_band=many", "size_band"),
        ("group={group}&programme={programme}&limit=0", "limit"),
        ("group={group}&programme={programme}&grop=1", "grop"),
    ],
)
def test_a_search_of_no_sense_names_its_field(
    w: World, sam: Caller, query: str, field: str
) -> None:
    filled = query.format(group=w.group.pk, programme=w.programme.pk, unknown=UNKNOWN)
    assert field in sam.get(f"/availability?{filled}", 422)["errors"]


def test_a_search_in_a_far_year_finds_or_not_but_does_not_break(w: World, sam: Caller) -> None:
    path = f"/availability?group={w.group.pk}&programme={w.programme.pk}"
    sam.get(f"{path}&from=2200-12-30&to=2200-12-31")
