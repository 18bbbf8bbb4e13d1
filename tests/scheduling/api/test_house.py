"""Libraries, hosts' days, times to avoid, own calendars and facts over HTTP."""

from typing import Any

import pytest

from scheduling.models import AvoidTime, Booking, OwnCalendar
from tests.factories import World
from tests.scheduling.api.conftest import UNKNOWN, Caller

LIBRARY = {"name": "Tallkotten", "address": "Tallgatan 2"}
SECRET = "https://calendar.example/private-abc/basic.ics"


def test_libraries_are_made_and_changed(w: World, sam: Caller, robin: Caller) -> None:
    body = sam.post(
        "/libraries", {**LIBRARY, "branch_of": w.library.pk, "eve_closes": "13:00"}, 201
    )
    assert (body["branch_of"], body["eve_closes"]) == (w.library.pk, "13:00")
    body = sam.patch(f"/libraries/{body['id']}", {"eve_closes": None})
    assert (body["eve_closes"], body["branch_of"]) == (None, w.library.pk)
    sam.patch(f"/libraries/{UNKNOWN}", {"name": "X"}, 404)
    robin.post("/libraries", LIBRARY, 403)
    assert sam.post("/libraries", LIBRARY, 409)["errors"].keys() == {"name"}


def test_rooms_programmes_and_hosts_are_changed_in_part(w: World, sam: Caller) -> None:
    body = sam.patch(f"/rooms/{w.room.pk}", {"features": ["quiet", "computers"]})
    assert (body["features"], body["capacity"]) == (["computers", "quiet"], 20)
    body = sam.patch(f"/programmes/{w.programme.pk}", {"needs": ["computers"], "minutes": 60})
    assert (body["needs"], body["text_sv"]) == (["computers"], "Vi fikar.")
    body = sam.patch(f"/hosts/{w.host.pk}", {"languages": ["arabiska"], "active": False})
    assert (body["languages"], body["active"], body["programmes"]) == (["arabiska"], False, [])
    sam.patch(f"/rooms/{w.room.pk}", {"features": ["pool"]}, 422)
    sam.patch(f"/rooms/{w.room.pk}", {"capacity": None}, 422)


def test_a_hosts_days(w: World, sam: Caller, robin: Caller) -> None:
    here = f"/hosts/{w.other_host.pk}"
    span = {"weekday": 1, "start": "08:00", "end": "12:00"}
    assert robin("PUT", f"{here}/weekdays", {"weekdays": [span]}).json()["weekdays"] == [span]
    assert robin("PUT", f"{here}/weekdays", {"weekdays": [span, span]}).status_code == 422
    days = robin.post(f"{here}/working-days", {"day": "2026-12-08"}, 201)["days"]
    assert robin("DELETE", f"{here}/working-days/{days[0]['id']}").status_code == 204
    given = {"start": "2026-12-01T08:00:00", "end": "2026-12-01T17:00:00"}
    absence = robin.post(f"{here}/absences", given, 201)
    assert absence["start"] == "2026-12-01T08:00:00+01:00"
    assert robin.post(f"{here}/absences", given, 409)["code"] == "clash"
    assert robin("DELETE", f"{here}/absences/{absence['id']}").status_code == 204
    assert robin.get(f"{here}/days")["absences"] == []
    robin.get(f"/hosts/{w.host.pk}/days", 403)
    gap = {"start": "2027-03-28T02:30:00", "end": "2027-03-28T08:00:00"}
    assert robin.post(f"{here}/absences", gap, 422)["errors"].keys() == {"start"}


def test_times_to_avoid(w: World, sam: Caller, robin: Caller) -> None:
    given = {"group": w.group.pk, "weekday": 1, "start": "11:30", "end": "13:00", "reason": "lunch"}
    made = sam.post("/avoid-times", given, 201)
    assert sam.get(f"/avoid-times?group={w.group.pk}")["items"] == [made]
    sam.post("/avoid-times", {"weekday": 1}, 422)
    sam.post("/avoid-times", {**given, "organisation": w.organisation.pk}, 422)
    robin.post("/avoid-times", given, 403)
    assert sam("DELETE", f"/avoid-times/{made['id']}").status_code == 204
    assert not AvoidTime.objects.exists()


def test_own_calendars_never_tell_their_address(w: World, sam: Caller, kim: Caller) -> None:
    made = sam.post("/own-calendars", {"address": SECRET, "mode": "blocks"}, 201)
    assert (made["server"], made["busy"], made["stale"]) == ("calendar.example", 0, False)
    assert "private" not in str(sam.get("/own-calendars"))
    assert sam.patch(f"/own-calendars/{made['id']}", {"mode": "warns"})["mode"] == "warns"
    refused = sam.post("/own-calendars", {"address": "https://127.0.0.1/x"}, 422)
    assert refused["errors"].keys() == {"address"}
    kim.post("/own-calendars", {"address": SECRET}, 422)
    assert sam("DELETE", f"/own-calendars/{made['id']}").status_code == 204
    assert not OwnCalendar.objects.exists()


def test_facts_of_a_visit(w: World, sam: Caller, visit: Booking) -> None:
    given: dict[str, Any] = {
        "diet_counts": {"vegan": 2},
        "access_needs": ["quiet"],
        "size_band": "4-6",
        "interpreter_by": "us",
        "card_count": 3,
        "contact": None,
    }
    body = sam.patch(f"/visits/{visit.pk}", given)
    assert {name: body[name] for name in given} == given
    body = sam.patch(f"/visits/{visit.pk}", {"interpreter_by": None, "card_count": None})
    assert (body["interpreter_by"], body["card_count"], body["size_band"]) == (None, None, "4-6")
    for wrong in (
        {"diet_counts": {"nötkött": 1}},
        {"diet_counts": {"vegan": 31}},
        {"size_band": None},
    ):
        sam.patch(f"/visits/{visit.pk}", wrong, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2025-10-01", "2031-12-31"])
def test_a_day_that_nobody_means(w: World, sam: Caller, day: str) -> None:
    here = f"/hosts/{w.host.pk}"
    wrong = sam.post(f"{here}/working-days", {"day": day}, 422)
    assert "årtalet" in wrong["errors"]["day"].casefold()
    wrong = sam.post("/avoid-times", {"group": w.group.pk, "first_day": day}, 422)
    assert "årtalet" in wrong["errors"]["first_day"].casefold()
    away = {"start": f"{day}T08:00:00+01:00", "end": f"{day}T17:00:00+01:00"}
    assert "start" in sam.post(f"{here}/absences", away, 422)["errors"]
    assert not AvoidTime.objects.exists()
    assert sam.get(f"{here}/days") == {"weekdays": [], "days": [], "absences": []}


@pytest.mark.parametrize("path", ["/hosts/1/days", "/avoid-times?group=1", "/own-calendars"])
def test_nobody_reads_without_a_token(db: None, path: str) -> None:
    assert Caller("wrong")("GET", path).status_code == 401
