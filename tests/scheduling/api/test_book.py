"""Book a visit: what is chosen, what is taken, what is refused."""

from typing import Any

import pytest

from partners.models import Contact, Group, Organisation
from scheduling.models import Booking, Message
from tests.factories import NOW, World
from tests.scheduling.api.conftest import UNKNOWN, Caller

START = "2026-12-01T10:00:00+01:00"


def wanted(w: World, **changes: Any) -> dict[str, Any]:
    return {"group": w.group.pk, "programme": w.programme.pk, "start": START, **changes}


def test_book_chooses_room_host_end_and_contact(w: World, sam: Caller) -> None:
    body = sam.post("/visits", wanted(w), 201)
    assert (body["state"], body["version"], body["kind"]) == ("offered", 1, "study_visit")
    assert (body["start"], body["end"]) == (START, "2026-12-01T11:15:00+01:00")
    assert body["room"] == {"id": w.room.pk, "name": "Studion"}
    assert body["groups"] == [{"id": w.group.pk, "alias": "Tisdagsgruppen"}]
    assert body["bookings"][0]["hosts"] == [body["host"]]
    (invitation,) = body["invitations"]
    assert (invitation["contact"], invitation["email"]) == (w.contact.pk, "lo@vagval.example")
    assert "/svar/" in invitation["answer_url"]
    assert body["warnings"] == []
    assert body["follow_up"] is None
    assert Message.objects.count() == 1


def test_a_smaller_band_takes_the_smaller_room(w: World, sam: Caller) -> None:
    body = sam.post("/visits", wanted(w, size_band="1-3"), 201)
    assert body["room"]["id"] == w.other_room.pk


def test_what_is_named_is_taken(w: World, sam: Caller) -> None:
    body = sam.post(
        "/visits",
        wanted(
            w,
            groups=[w.group.pk],
            group=None,
            end="2026-12-01T12:00:00+01:00",
            room=w.other_room.pk,
            room_reason="Delar på oss",
            host=w.other_host.pk,
            co_host=w.host.pk,
            contacts=[w.contact.pk],
            followers=2,
            access_needs=["quiet", "quiet"],
            fika=False,
            diets="2 glutenfritt",
            plan_exit="Nödutgången",
            respond_by="2026-11-20",
        ),
        201,
    )
    assert body["end"] == "2026-12-01T12:00:00+01:00"
    assert (body["host"]["id"], body["co_host"]["id"]) == (w.other_host.pk, w.host.pk)
    assert (body["access_needs"], body["fika"], body["diets"]) == (
        ["quiet"],
        False,
        "2 glutenfritt",
    )
    assert (body["plan_exit"], body["respond_by"]) == ("Nödutgången", "2026-11-20")
    assert [warning["code"] for warning in body["warnings"]] == ["room_too_small"]


def test_a_time_without_offset_is_stockholms(w: World, sam: Caller) -> None:
    assert sam.post("/visits", wanted(w, start="2026-12-01T10:00"), 201)["start"] == START


def test_utc_is_the_same_instant(w: World, sam: Caller) -> None:
    assert sam.post("/visits", wanted(w, start="2026-12-01T09:00:00Z"), 201)["start"] == START


def test_the_hour_that_the_spring_skips_is_refused(w: World, sam: Caller) -> None:
    body = sam.post("/visits", wanted(w, start="2027-03-28T02:30:00"), 422)
    assert "klockan" in body["errors"]["start"]


def test_of_the_hour_that_autumn_repeats_it_is_asked_which(w: World, sam: Caller) -> None:
    refused = sam.post("/visits", wanted(w, start="2027-10-31T02:30:00"), 422)
    assert "+02:00" in refused["errors"]["start"]
    body = sam.post("/visits", wanted(w, start="2027-10-31T02:30:00+01:00"), 201)
    assert body["start"] == "2027-10-31T02:30:00+01:00"


def test_the_end_counts_real_minutes_over_the_change_of_clocks(w: World, sam: Caller) -> None:
    body = sam.post("/visits", wanted(w, start="2027-03-28T01:30:00"), 201)
    assert body["end"] == "2027-03-28T03:45:00+02:00"


def test_a_draft_tells_nobody_until_it_is_sent(w: World, sam: Caller) -> None:
    body = sam.post("/visits", wanted(w, send=False), 201)
    assert body["state"] == "draft"
    assert not Message.objects.exists()
    assert sam.post(f"/visits/{body['id']}/send")["state"] == "offered"
    assert Message.objects.count() == 1


def test_an_outreach_visit_goes_somewhere_without_a_room(w: World, sam: Caller) -> None:
    away = wanted(w, kind="outreach_visit", place="Torget 2", travel_minutes=30)
    body = sam.post("/visits", away, 201)
    assert (body["kind"], body["room"], body["place"]) == ("outreach_visit", None, "Torget 2")
    assert body["travel_minutes"] == 30


def test_an_outreach_visit_needs_a_place(w: World, sam: Caller) -> None:
    assert "place" in sam.post("/visits", wanted(w, kind="outreach_visit"), 422)["errors"]


def test_two_hosts_are_found_where_two_are_needed(w: World, sam: Caller) -> None:
    w.programme.hosts_required = 2
    w.programme.save()
    body = sam.post("/visits", wanted(w), 201)
    assert {body["host"]["id"], body["co_host"]["id"]} == {w.host.pk, w.other_host.pk}


def test_one_free_host_is_not_two(w: World, sam: Caller) -> None:
    w.other_host.active = False
    w.other_host.save()
    body = sam.post("/visits", wanted(w, two_hosts=True), 409)
    assert (body["code"], list(body["errors"])) == ("clash", ["co_host"])
    assert not Booking.objects.exists()


@pytest.mark.parametrize(("field", "model"), [("room", "rooms"), ("host", "hosts")])
def test_nothing_free_is_a_clash_that_says_what(
    w: World, sam: Caller, field: str, model: str
) -> None:
    for row in (w.room, w.other_room) if model == "rooms" else (w.host, w.other_host):
        row.active = False
        row.save()
    body = sam.post("/visits", wanted(w), 409)
    assert (body["code"], list(body["errors"])) == ("clash", [field])


def test_a_taken_group_is_a_clash(w: World, sam: Caller, visit: Booking) -> None:
    body = sam.post("/visits", wanted(w), 409)
    assert body["clashes"][0]["name"] == "Tisdagsgruppen"


def test_the_same_key_again_is_the_same_visit(w: World, sam: Caller) -> None:
    first = sam.post("/visits", wanted(w, idempotency_key="k1"), 201)
    again = sam.post("/visits", wanted(w, idempotency_key="k1"), 200)
    assert first["id"] == again["id"]
    response = sam("POST", "/visits", wanted(w), **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["id"]) == (200, first["id"])
    assert Booking.objects.count() == 1


def test_a_key_of_another_booking_is_refused(w: World, sam: Caller) -> None:
    sam.post("/visits", wanted(w, idempotency_key="k1"), 201)
    other = Group.objects.create(organisation=w.organisation, alias="Andra", created_at=NOW)
    sam.post("/visits", wanted(w, group=other.pk, idempotency_key="k1"), 409)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"group": UNKNOWN}, "group"),
        ({"group": None}, "group"),
        ({"groups": [1]}, "groups"),
        ({"group": True}, "group"),
        ({"group": "1"}, "group"),
        ({"group": 2**70}, "group"),
        ({"programme": UNKNOWN}, "programme"),
        ({"programme": None}, "programme"),
        ({"room": UNKNOWN}, "room"),
        ({"host": UNKNOWN}, "host"),
        ({"co_host": UNKNOWN}, "co_host"),
        ({"contact": UNKNOWN}, "contact"),
        ({"contacts": [UNKNOWN]}, "contacts"),
        ({"start": 0}, "start"),
        ({"start": "1764580000"}, "start"),
        ({"start": "2026-12-01"}, "start"),
        ({"start": "2026-02-30T10:00"}, "start"),
        ({"start": "2026-11-01T10:00"}, "start"),
        ({"start": "9999-12-31T23:59:59-12:00"}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"start": "2100-01-01T10:00"}, "start"),
        ({"end": "2026-12-01T09:00:00+01:00"}, "end"),
        ({"size_band": "100"}, "size_band"),
        ({"kind": "absence"}, "kind"),
        ({"access_needs": ["wings"]}, "access_needs.0"),
        ({"followers": -1}, "followers"),
        ({"travel_minutes": 10**9}, "travel_minutes"),
        ({"fika": "yes"}, "fika"),
        ({"greeting": "Fråga 850709-9805"}, "greeting"),
        ({"greeting": "x" * 501}, "greeting"),
        ({"greeting": "\ud800"}, "greeting"),
        ({"respond_by": "9999-12-31"}, "respond_by"),
        ({"idempotency_key": "å" * 10}, "idempotency_key"),
        ({"idempotency_key": "a\x00b"}, "idempotency_key"),
        ({"member": "Kim"}, "member"),
    ],
)
def test_what_cannot_be_booked_names_its_field(
    w: World, sam: Caller, changes: dict[str, Any], field: str
) -> None:
    body = sam.post("/visits", wanted(w, **changes), 422)
    assert field in body["errors"]
    assert "850709" not in str(body)
    assert not Booking.objects.exists()


def test_nul_is_dropped_from_a_text(w: World, sam: Caller) -> None:
    assert sam.post("/visits", wanted(w, diets="2\x00 vego"), 201)["diets"] == "2 vego"


@pytest.mark.parametrize("raw", ["", "[", "[]", "null", '"x"', "{}", "\xff"])
def test_a_body_that_is_none_is_a_problem(w: World, sam: Caller, raw: str) -> None:
    response = sam("POST", "/visits", raw.encode("latin-1"))
    assert response.status_code in {400, 422}
    assert response["Content-Type"] == "application/problem+json"


def test_only_planners_book(w: World, robin: Caller, kim: Caller) -> None:
    for caller in (robin, kim):
        assert caller.post("/visits", wanted(w), 403)["code"] == "forbidden"


def test_a_contact_of_another_organisation_is_refused(w: World, sam: Caller) -> None:
    other = Organisation.objects.create(name="Annan", created_at=NOW)
    stranger = Contact.objects.create(organisation=other, name="Vi", created_at=NOW)
    assert "contacts" in sam.post("/visits", wanted(w, contact=stranger.pk), 422)["errors"]


def test_a_room_too_small_is_taken_with_a_reason(w: World, sam: Caller) -> None:
    body = wanted(w, room=w.other_room.pk)
    problem = sam.post("/visits", body, 422)
    assert problem["code"] == "room_too_small"
    assert problem["errors"]["room_reason"] == problem["detail"]
    assert "Skriv kort varför det går ändå, eller välj ett annat rum." in problem["detail"]
    assert not Booking.objects.exists()
    for wrong in ("a" * 121, "19121212-1212", 7):
        assert "room_reason" in sam.post("/visits", {**body, "room_reason": wrong}, 422)["errors"]
    made = sam.post("/visits", {**body, "room_reason": "Vi delar på oss"}, 201)
    assert made["room_reason"] == "Vi delar på oss"
    assert [row["code"] for row in made["warnings"]] == ["room_too_small"]
    (beat,) = [
        row
        for row in sam.get(f"/visits/{made['id']}/timeline")["items"]
        if row["verb"] == "visit.booked"
    ]
    assert beat["text"] == "Vi delar på oss"


def test_a_series_and_an_offer_ask_too(w: World, sam: Caller) -> None:
    visit = wanted(w, room=w.other_room.pk)
    series = {"visit": visit, "weeks": 2, "count": 2}
    offer = {"visit": visit, "times": [{"start": START}, {"start": "2026-12-02T10:00:00+01:00"}]}
    for path, body in (("/series", series), ("/visits/offer", offer)):
        assert sam.post(path, body, 422)["code"] == "room_too_small"
    assert not Booking.objects.exists()
    visit["room_reason"] = "Kortare besök"
    made = sam.post("/series", series, 201)
    assert {row["room_reason"] for row in made["visits"]} == {"Kortare besök"}


def test_a_clashing_date_of_a_series_tells_its_ways_out(w: World, sam: Caller) -> None:
    w.other_room.capacity = 12
    w.other_room.save()
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    taken = wanted(w, group=group.pk, contact=w.contact.pk, room=w.room.pk, host=w.other_host.pk,
                   start="2026-12-15T10:00:00+01:00")  # fmt: skip
    sam.post("/visits", taken, 201)
    visit = wanted(w, room=w.room.pk, host=w.host.pk)
    body: dict[str, Any] = {"visit": visit, "weeks": 2, "count": 2}
    (clash,) = sam.post("/series/outline", body)["clashes"]
    (told,) = sam.post("/series", body, 409)["dates"]
    way = next(row for row in clash["ways_out"] if row["kind"] == "room")
    assert told["ways_out"] == clash["ways_out"]
    assert (way["words"], way["room"]["id"]) == ("Skrivarrummet i stället", w.other_room.pk)
    body["instead"] = [
        {"day": "2026-12-15", "start": way["start"], "room": way["room"]["id"],
         "host": way["host"]["id"], "co_host": None}
    ]  # fmt: skip
    assert [row["room"]["id"] for row in sam.post("/series", body, 201)["visits"]] == [
        w.room.pk,
        w.other_room.pk,
    ]
