"""The report's words, its shared version, its PDF; notes and drafts, each to whom it belongs."""

from datetime import timedelta

import pytest
import time_machine

from scheduling.insight import files
from scheduling.models import Booking, FollowUpDraft, ReportFile
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller

HALF = "from=2026-07-01&to=2026-12-31"
NOTE = {"attendance": 6, "judgement": "success", "note": "Fikat gav lugn.", "next_step": "Ring"}


def test_the_summary_is_written_once_by_each_version(w: World, sam: Caller, kim: Caller) -> None:
    path = f"/report/summary?{HALF}"
    assert kim.get(path) == {"text": "", "version": 0, "author": None, "at": None}
    made = sam("PUT", path, {"text": "Ett bra halvår.", "version": 0}).json()
    assert (made["text"], made["version"], made["author"]) == ("Ett bra halvår.", 1, "Sam")
    assert kim.get(path) == made
    assert sam("PUT", path, {"text": "Annat.", "version": 0}).status_code == 409
    assert kim("PUT", path, {"text": "Mitt.", "version": 1}).status_code == 403
    refused = sam("PUT", path, {"text": "850709-9805", "version": 1})
    assert (refused.status_code, "text" in refused.json()["errors"]) == (422, True)
    assert kim.get(path) == made


def test_the_report_tells_barriers_talks_and_opinions(w: World, sam: Caller, kim: Caller) -> None:
    sam.post("/barriers", {"kind": "debt", "what": "Gamla skulder"}, 201)
    body = kim.get("/report?from=2026-11-01&to=2026-11-30")
    assert body["barriers"] == [{"kind": "debt", "noted": 1, "solved": 0}]
    assert body["talks"] == {"digital": 0, "reading": 0, "society": 0, "talk": 0}
    assert body["opinions"] == []
    assert "Gamla skulder" not in str(body)


def test_the_shared_version_is_of_whole_halves_that_are_over(
    w: World, kim: Caller, visit: Booking, clock: time_machine.Traveller
) -> None:
    assert kim.get(f"/report/shared?{HALF}") == []
    clock.move_to(at(1, 8, month=1, year=2027))
    (part,) = kim.get(f"/report/shared?{HALF}")
    assert (part["from"], part["to"]) == ("2026-07-01", "2026-12-31")
    assert part["planned"] is None
    assert [line["count"] for line in part["outcomes"]["lines"]] == [None]
    assert (part["programmes"], part["judgements"], part["groups"]) == (None, None, None)
    kim.get("/report/shared?from=2026-12-31&to=2026-01-01", 422)


def test_a_pdf_is_asked_for_made_and_fetched_by_its_owner(
    w: World, sam: Caller, kim: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[list[int]] = []
    monkeypatch.setattr(
        files.current_app, "send_task", lambda _name, args, **_more: sent.append(args)
    )
    body = {"from": "2026-01-01", "to": "2026-12-31", "shared": True}
    made = kim.post("/report/files", body, 201)
    assert (made["state"], made["step"], made["steps"]) == ("waiting", 0, files.STEPS)
    assert sent == [[made["id"]]]
    path = f"/report/files/{made['id']}"
    assert kim.get(path) == made
    kim.get(f"{path}/content", 404)
    ReportFile.objects.update(state="done", step=3, content=b"%PDF-1.7 x")
    got = kim("GET", f"{path}/content")
    assert (got.status_code, got["Content-Type"], got.content) == (
        200, "application/pdf", b"%PDF-1.7 x",
    )  # fmt: skip
    for of_another in (path, f"{path}/content", f"/report/files/{UNKNOWN}"):
        sam.get(of_another, 404)
    kim.post("/report/files", {**body, "to": "2025-12-31"}, 422)
    assert ReportFile.objects.count() == 1


def test_without_a_broker_the_file_says_so(
    w: World, kim: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(files.current_app, "send_task", broken)
    made = kim.post("/report/files", {"from": "2026-01-01", "to": "2026-12-31"}, 201)
    assert made["state"] == kim.get(f"/report/files/{made['id']}")["state"] == "failed"


def test_finished_notes_are_for_staff_who_may_read_them(
    w: World, sam: Caller, robin: Caller, kim: Caller, visit: Booking,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    clock.move_to(visit.end)
    path = f"/visits/{visit.pk}/follow-up"
    notes = f"{path}/notes"
    assert sam.get(notes) == []
    sam.post(path, NOTE, 201)
    clock.move_to(visit.end + timedelta(hours=1))
    sam.post(path, {**NOTE, "note": "Fikat gav lugn, stolarna räckte."}, 201)
    told = robin.get(notes)
    assert [(row["version"], row["current"], row["note"]) for row in told] == [
        (2, True, "Fikat gav lugn, stolarna räckte."), (1, False, "Fikat gav lugn."),
    ]  # fmt: skip
    kim.get(notes, 403)
    assert "Fikat" not in str(kim.get(f"/visits/{visit.pk}"))
    robin.get(f"/visits/{UNKNOWN}/follow-up/notes", 404)


def test_a_draft_is_its_authors_alone(
    w: World, sam: Caller, robin: Caller, kim: Caller, visit: Booking
) -> None:
    path = f"/visits/{visit.pk}/follow-up/draft"
    sam.get(path, 404)
    kept = sam("PUT", path, {"fields": {"note": ["Halv tanke"], "worked": ["Fika först"]}})
    assert (kept.status_code, kept.json()["fields"]["note"]) == (200, ["Halv tanke"])
    assert sam.get(path) == kept.json()
    robin.get(path, 403)
    kim.get(path, 403)
    visit.visit.co_host = w.other_host
    visit.visit.save()
    robin.get(path, 404)
    assert robin("PUT", path, {"fields": {"note": ["Min"]}}).status_code == 200
    assert sam.get(path)["fields"]["note"] == ["Halv tanke"]
    refused = sam("PUT", path, {"fields": {"note": ["850709-9805"]}})
    assert (refused.status_code, "note" in refused.json()["errors"]) == (422, True)
    assert sam("DELETE", path).status_code == 200
    sam.get(path, 404)
    assert FollowUpDraft.objects.count() == 1
    assert FollowUpDraft.objects.get().at >= NOW
