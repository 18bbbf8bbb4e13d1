"""Meetings and training sessions over HTTP."""

from typing import Any

import pytest

from scheduling.models import Booking, Message
from tests.factories import World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller, caller

pytestmark = pytest.mark.django_db
NUMBER = "8" + "11228-" + "9874"


def wanted(w: World, **changes: Any) -> dict[str, Any]:
    """Friday 4 December 14–15 in the room."""
    return {
        "title": "Samverkan", "start": at(4, 14).isoformat(), "end": at(4, 15).isoformat(),
        "hosts": [w.host.pk], "contacts": [w.contact.pk], "room": w.room.pk, **changes,
    }  # fmt: skip


def test_a_meeting_from_preview_to_the_line_afterwards(w: World, sam: Caller, clock: Any) -> None:
    preview = sam.post("/meetings/preview", wanted(w))
    assert [row["name"] for row in preview] == ["Lo Berg"]
    assert not Booking.objects.exists()
    made = sam.post("/meetings", wanted(w), 201)
    assert (made["kind"], made["state"], made["room"]["name"]) == (
        "meeting", "confirmed", "Studion",
    )  # fmt: skip
    path = f"/meetings/{made['id']}"
    moved = sam.patch(path, {"start": at(7, 14).isoformat(), "version": made["version"]})
    assert moved["end"] == at(7, 15).isoformat()
    sam.patch(path, {"title": "För sent", "version": made["version"]}, 409)
    away = sam.patch(path, {"place": "Medborgarhuset", "travel_minutes": 15})
    assert (away["room"], away["place"]) == (None, "Medborgarhuset")
    answered = sam.post(f"{path}/answer", {"answer": "declined", "contact": w.contact.pk})
    assert answered["state"] == "confirmed"
    assert answered["invitations"][0]["state"] == "declined"
    clock.move_to(at(7, 16))
    noted = sam.post(f"{path}/note", {"line": "Vi ses i mars."})
    assert (noted["noted"], noted["state"]) == (True, "held")
    assert sam.get("/meetings")["count"] == 1
    assert sam.get("/meetings?coming=true")["count"] == 0


def test_a_clash_says_what_can_be_had_instead(w: World, sam: Caller) -> None:
    sam.post("/meetings", wanted(w), 201)
    refused = sam.post("/meetings", wanted(w, hosts=[w.other_host.pk], contacts=[]), 409)
    assert refused["code"] == "clash"
    room, *times = refused["alternatives"]
    assert (room["kind"], room["room"]["name"]) == ("room", "Skrivarrummet")
    assert {way["kind"] for way in times} == {"time"}
    for way in (room, *times):
        body = wanted(w, hosts=[w.other_host.pk], contacts=[], room=way["room"]["id"],
                      start=way["start"], end=way["end"])  # fmt: skip
        made = sam.post("/meetings", body, 201)
        sam.post(f"/meetings/{made['id']}/cancel", {})


def test_a_quarterly_meeting_is_four_bookings_at_the_same_hour(w: World, sam: Caller) -> None:
    sam.post("/meetings", wanted(w, times=4), 201)
    starts = [row["start"] for row in sam.get("/meetings")["items"]]
    # 4 June and 3 September are summer time.
    assert starts == [
        "2026-12-04T14:00:00+01:00",
        "2027-03-05T14:00:00+01:00",
        "2027-06-04T14:00:00+02:00",
        "2027-09-03T14:00:00+02:00",
    ]
    # 26 March and 25 June 2027 are Good Friday and Midsummer's Eve: a week later.
    sam.post("/meetings", wanted(w, start=at(25, 9, year=2026, month=12).isoformat(),
             end=at(25, 10, year=2026, month=12).isoformat(), times=3), 201)  # fmt: skip
    later = [row["start"][:10] for row in sam.get("/meetings")["items"]]
    assert {"2027-04-02", "2027-07-02"} <= set(later)
    sam.post("/meetings", wanted(w, times=9), 422)


def test_one_taken_date_books_none_and_is_named(w: World, sam: Caller) -> None:
    taken = {"start": at(5, 14, month=3, year=2027).isoformat(),
             "end": at(5, 15, month=3, year=2027).isoformat()}  # fmt: skip
    sam.post("/meetings", wanted(w, contacts=[], **taken), 201)
    refused = sam.post("/meetings", wanted(w, times=3), 409)
    assert "5 mar" in refused["detail"]
    assert Booking.objects.count() == 1


def test_the_same_key_answers_the_same_meeting(w: World, sam: Caller) -> None:
    first = sam.post("/meetings", wanted(w, times=2, idempotency_key="k1"), 201)
    again = sam.post("/meetings", wanted(w, times=2, idempotency_key="k1"), 201)
    assert first["id"] == again["id"]
    assert Booking.objects.count() == 2


def test_only_planners_book_and_nothing_personal_is_kept(w: World, sam: Caller) -> None:
    robin = caller(w.other_host.user)
    robin.post("/meetings", wanted(w), 403)
    sam.post("/meetings", wanted(w, title=f"Om {NUMBER}"), 422)
    sam.post("/meetings", wanted(w, contacts=[UNKNOWN]), 422)
    sam.post("/meetings", wanted(w, place="Torget"), 422)
    sam.get(f"/meetings/{UNKNOWN}", 404)
    assert not Booking.objects.exists()
    made = sam.post("/meetings", wanted(w, room=None, place="Storgatan 1"), 201)
    seen = robin.get(f"/meetings/{made['id']}")
    assert (seen["place"], seen["invitations"][0]["email"]) == ("", None)
    robin.post(f"/meetings/{made['id']}/cancel", {}, 403)


def test_undo_and_send_again(w: World, sam: Caller, settings: Any) -> None:
    settings.OUTBOX_HOLD_SECONDS = 60
    made = sam.post("/meetings", wanted(w), 201)
    assert made["undo_seconds"] == 60
    path = f"/meetings/{made['id']}"
    assert sam.post(f"{path}/undo")["state"] == "draft"
    caller(w.other_host.user).get(path, 404)
    assert sam.post(f"{path}/send")["state"] == "confirmed"
    sam.post(f"{path}/send", status=409)


def test_a_session_moves_and_its_staff_are_told(w: World, sam: Caller) -> None:
    w.other_host.user.calendar_invitations = True
    w.other_host.user.save()
    body = {"topic": "Bemötande", "start": at(4, 9).isoformat(), "end": at(4, 10).isoformat(),
            "room": w.room.pk, "hosts": [w.host.pk, w.other_host.pk]}  # fmt: skip
    made = sam.post("/trainings", body, 201)
    moved = sam.patch(f"/trainings/{made['id']}", {"start": at(7, 9).isoformat()})
    assert (moved["topic"], moved["end"]) == ("Bemötande", at(7, 10).isoformat())
    sam.patch(f"/trainings/{made['id']}", {"topic": " "}, 422)
    assert [row["name"] for row in sam.get(f"/meetings/{made['id']}")["invitations"]] == ["Robin"]
    sam.post(f"/meetings/{made['id']}/cancel", {"reason": "Få anmälda"})
    # Nothing had left: moved and called off before the first mail went, so nobody hears of it.
    assert not Message.objects.exclude(state="superseded").exists()


def test_how_bookings_come_to_ones_own_calendar(w: World, sam: Caller) -> None:
    assert sam.get("/own-calendar") == {"wanted": False, "sends": False}
    chosen = sam("PUT", "/own-calendar", {"wanted": None})
    assert (chosen.status_code, chosen.json()) == (200, {"wanted": None, "sends": True})
    assert sam("PUT", "/own-calendar", {"wanted": "ja"}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"end": at(4, 14).isoformat()}, "end", "Sluttiden måste vara efter starttiden."),
        ({"end": at(4, 13).isoformat()}, "end", "Sluttiden måste vara efter starttiden."),
        ({"end": "2029-12-04T14:00"}, "end", "Det kan vara högst 12 timmar."),
        ({"start": "2027-03-28T02:30"}, "start", "Klockslaget finns inte"),
        ({"start": "2027-10-31T02:30"}, "start", "Klockslaget kommer två gånger"),
        ({"start": "2199-12-31T23:00", "end": "2199-12-31T23:30"}, "start", "mer än tre år bort"),
        ({"times": 10_000}, "times", "Det kan vara högst 8."),
        ({"times": 0}, "times", "Det måste vara minst 1."),
        ({"travel_minutes": "tio"}, "travel_minutes", "Skriv ett heltal."),
        ({"hosts": 1}, "hosts", "Skriv en lista."),
        ({"title": 1}, "title", "Skriv en text."),
        ({"contacts": [1] * 21}, "contacts", "Listan kan vara högst 20 lång."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    w: World, sam: Caller, changes: dict[str, Any], field: str, words: str
) -> None:
    for path in ("/meetings", "/meetings/preview"):
        assert words in sam.post(path, wanted(w, **changes), 422)["errors"][field]
    assert not Booking.objects.exists()
