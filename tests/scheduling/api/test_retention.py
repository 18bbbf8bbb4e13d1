"""Gallring over HTTP."""

from scheduling.models import Booking
from tests.factories import NOW, World, days
from tests.scheduling.api.conftest import Caller


def test_rules_change_run_and_log(w: World, sam: Caller, visit: Booking) -> None:
    Booking.objects.update(start=NOW - days(41), end=NOW - days(40))
    rules = {row["key"]: row for row in sam.get("/retention/rules")}
    assert (rules["links"]["due"], rules["links"]["runs"]) == (1, True)
    assert (rules["letters"]["due"], rules["letters"]["runs"]) == (0, False)
    changed = sam._checked(
        "PUT", "/retention/rules/letters", {"days": 30, "decision": "KUN 2026-0147"}, 200
    )
    assert (changed["days"], changed["runs"]) == (30, True)
    assert sam.post("/retention/rules/links/run")["rows"] == 1
    assert sam.post("/retention/rules/links/run")["rows"] == 0
    log = sam.get("/retention/runs")
    assert (log["count"], [row["key"] for row in log["items"]]) == (2, ["links", "links"])


def test_refusals(w: World, sam: Caller, robin: Caller, kim: Caller) -> None:
    for caller in (robin, kim):
        caller.get("/retention/rules", 403)
        caller.get("/retention/runs", 403)
        caller.post("/retention/rules/links/run", status=403)
    assert sam.post("/retention/rules/notes/run", status=409)["status"] == 409
    sam.post("/retention/rules/unknown/run", status=404)
    refused = sam._checked("PUT", "/retention/rules/care", {"days": 0}, 422)
    assert set(refused["errors"]) == {"days"}
