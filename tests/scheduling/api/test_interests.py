"""Interests and efforts over HTTP: same acts, same permissions."""

import pytest

from tests.factories import World
from tests.scheduling.api.conftest import UNKNOWN, Caller

pytestmark = [pytest.mark.django_db]


def test_from_caught_to_programme(w: World, sam: Caller, kim: Caller) -> None:
    body = {"name": "Film", "source": "meeting", "line": "Gärna korta", "group": w.group.pk}
    made = sam.post("/interests/signals", body, 201)
    assert (made["line"], made["group"], made["on"]) == ("Gärna korta", w.group.pk, "2026-11-02")
    pk = made["interest"]
    assert kim.get("/interests")["items"] == [
        {"id": pk, "name": "Film", "stage": "caught", "programme": None, "signals": 1,
         "latest": "2026-11-02"}
    ]  # fmt: skip
    effort = {"what": "Filmkväll", "starts_on": "2026-11-02", "interests": [pk], "cost": 300}
    assert sam.post("/efforts", effort, 201)["interests"] == [pk]
    assert sam.get("/interests")["items"][0]["stage"] == "tried"
    path = f"/interests/{pk}/stage"
    told = sam("PUT", path, {"programme": w.programme.pk}).json()
    assert (told["stage"], told["signals"]) == ("programme", 1)
    assert sam("PUT", path, {"stage": "caught"}).json()["stage"] == "caught"
    assert kim("PUT", path, {"stage": "tried"}).status_code == 403
    assert sam("PUT", f"/interests/{UNKNOWN}/stage", {}).status_code == 404


def test_who_may_catch_and_what_is_refused(
    w: World, sam: Caller, robin: Caller, kim: Caller
) -> None:
    robin.post("/interests/signals", {"name": "Film"}, 201)
    robin.post("/interests/signals", {"name": "Film", "category": "probation"}, 403)
    kim.post("/interests/signals", {"name": "Film"}, 403)
    sam.post("/interests/signals", {"name": "Film", "category": "probation"}, 201)
    number = "8" + "11228-9874"
    refused = sam.post("/interests/signals", {"name": "Film", "line": number}, 422)
    assert (refused["code"], list(refused["errors"])) == ("personal_data", ["line"])
    sam.post("/interests/signals", {"name": "Film", "source": "visit"}, 422)
    sam.post("/efforts", {"what": "X", "starts_on": "2026-11-01", "interests": [UNKNOWN]}, 422)
    sam.post("/efforts", {"what": "X", "starts_on": "2026-11-01", "decision": "end"}, 422)


def test_what_worked(kim: Caller) -> None:
    found = kim.get("/interests/what-worked")
    assert (found["first"], found["last"], found["programmes"]) == ("2026-01-01", "2026-11-02", [])
    assert [row["kind"] for row in found["kinds"]] == ["trial", "one_off"]
    kim.get("/interests/what-worked?first=2026-02-01&last=2026-01-01", 422)
