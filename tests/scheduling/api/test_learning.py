"""Barriers, cases, handovers, talks and opinions over HTTP: same acts, same permissions."""

import pytest
import time_machine

from scheduling.models import Booking
from tests.factories import World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller

pytestmark = [pytest.mark.django_db]


def test_a_barrier(w: World, sam: Caller, robin: Caller, kim: Caller) -> None:
    body = {"kind": "travel", "what": "Bussen går inte dit", "owner": w.manager.pk}
    made = robin.post("/barriers", body, 201)
    kim.post("/barriers", body, 403)
    path = f"/barriers/{made['id']}"
    robin.post(f"{path}/solve", {"solution": "Ny tid"}, 403)
    assert kim.post(f"{path}/solve", {"solution": "Ny tid"})["solved_on"] == "2026-11-02"
    assert kim.get("/barriers?open=true")["count"] == 0
    assert kim.get("/barriers?open=false")["count"] == 1
    assert sam.post(f"{path}/solve", {})["solved_on"] is None
    assert sam("PUT", path, body | {"kind": "fear"}).json()["kind"] == "fear"
    assert sam("PUT", f"/barriers/{UNKNOWN}", body).status_code == 404
    sam.post("/barriers", {"kind": "fear"}, 422)


def test_cases_and_handovers(sam: Caller, robin: Caller, kim: Caller) -> None:
    made = robin.post("/boundary-cases", {"question": "Bank-id?"}, 201)
    path = f"/boundary-cases/{made['id']}"
    told = {"question": "Bank-id?", "outcome": "Nej. Vi visar vägen."}
    assert robin("PUT", path, told).status_code == 403
    assert sam("PUT", path, told).json()["outcome"] == "Nej. Vi visar vägen."
    assert kim.get("/boundary-cases")["count"] == 1
    robin.post("/handovers", {"topic": "Boende", "receiver": "municipality"}, 201)
    kim.post("/handovers", {"topic": "Boende", "receiver": "municipality"}, 403)
    assert kim.get("/handovers")["items"][0]["on"] == "2026-11-02"
    number = "8" + "11228-9874"
    refused = sam.post("/handovers", {"topic": number, "receiver": "police"}, 422)
    assert refused["code"] == "personal_data"


def test_talks_are_counted(robin: Caller, kim: Caller) -> None:
    made = robin.post("/talks", {"theme": "talk"}, 201)
    assert made == {"theme": "talk", "part": "morning", "count": 1}
    kim.post("/talks", {"theme": "talk"}, 403)
    robin.post("/talks", {"theme": "talk", "who": "Kim"}, 422)
    assert sum(row["count"] for row in kim.get("/talks")) == 1
    assert sum(row["count"] for row in kim.get("/talks?last=2026-11-01")) == 0
    kim.get("/talks?first=2026-11-02&last=2026-11-01", 422)


def test_opinions_are_hidden_below_five(sam: Caller, kim: Caller, visit: Booking) -> None:
    path = f"/visits/{visit.pk}/opinions"
    sam.post(path, {"counts": {"new": [0, 0, 0, 0, 5]}}, 409)
    with time_machine.travel(at(3, 9), tick=False):
        sam.post(path, {"counts": {"new": [1, 1, 1, 1]}}, 422)
        sam.post(path, {"counts": {"new": [0, 0, 0, 0, 4]}})
        kim.post(path, {"counts": {"new": [0, 0, 0, 0, 4]}}, 403)
        assert kim.get(path)["statements"][0]["faces"] is None
        assert kim.get("/opinions")[0]["faces"] is None
        sam.post(path, {"counts": {"new": [1, 0, 0, 0, 0]}})
        assert kim.get(path)["statements"][0]["faces"] == [1, 0, 0, 0, 4]
        assert kim.get("/opinions")[0]["faces"] == [1, 0, 0, 0, 4]
        assert kim.get("/opinions")[1]["faces"] is None
