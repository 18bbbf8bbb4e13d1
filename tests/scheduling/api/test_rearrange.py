"""The same acts by API."""

from typing import Any

import pytest

from scheduling.booking import services
from scheduling.models import Booking
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import UNKNOWN, Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(w: World) -> Booking:
    group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
    plan = w.plan(groups=(group,), room=w.other_room, start=at(3, 13), end=at(3, 14, 15))
    return services.book(actor=w.socionom, now=NOW, plan=plan)


def test_room_host_and_substitute(w: World, sam: Caller, visit: Booking) -> None:
    path = f"/visits/{visit.pk}"
    rooms = sam.get(f"{path}/rooms")["items"]
    assert [(row["id"], row["free"], row["fits"]) for row in rooms] == [
        (w.other_room.pk, True, False)
    ]
    body = sam.post(f"{path}/room", {"room": w.other_room.pk, "version": 1, "room_reason": "x"})
    assert (body["room"]["id"], body["version"]) == (w.other_room.pk, 2)
    assert sam.get(f"{path}/substitutes")["items"] == [{"id": w.other_host.pk, "name": "Robin"}]
    body = sam.post(f"{path}/substitute", {"away": w.host.pk, "by": w.other_host.pk})
    assert (body["host"]["id"], body["co_host"]) == (w.other_host.pk, None)
    body = sam.post(f"{path}/host", {"host": w.host.pk, "co_host": w.other_host.pk})
    assert (body["host"]["id"], body["co_host"]["id"]) == (w.host.pk, w.other_host.pk)
    verbs = [row["verb"] for row in sam.get(f"{path}/timeline")["items"] if row["kind"] == "event"]
    assert verbs == [
        "visit.booked",
        "visit.room_changed",
        "visit.substituted",
        "visit.host_changed",
    ]


def test_swap(w: World, sam: Caller, visit: Booking, second: Booking) -> None:
    body = sam.post(
        f"/visits/{visit.pk}/swap",
        {"other": second.pk, "what": "both", "version": 1, "room_reason": "Delar på oss"},
    )
    assert (body["start"], body["room"]["id"]) == ("2026-12-03T13:00:00+01:00", w.other_room.pk)
    body = sam.get(f"/visits/{second.pk}")
    assert (body["start"], body["room"]["id"]) == ("2026-12-01T10:00:00+01:00", w.room.pk)


@pytest.mark.parametrize(
    ("act", "given", "status", "field"),
    [
        ("room", {}, 422, "room"),
        ("room", {"room": UNKNOWN}, 422, "room"),
        ("room", {"room": "own"}, 422, "room"),
        ("room", {"room": "other", "version": 9}, 409, None),
        ("host", {"host": "own"}, 422, "host"),
        ("host", {"host": "other", "co_host": "other"}, 422, "co_host"),
        ("substitute", {"away": "other", "by": "own"}, 422, "away"),
        ("substitute", {"away": "own", "by": "own"}, 422, "by"),
        ("swap", {"other": UNKNOWN}, 422, "other"),
        ("swap", {"other": "itself"}, 422, "other"),
        ("swap", {"other": "itself", "what": "hosts"}, 422, "what"),
    ],
)
def test_what_cannot_be_done(
    w: World,
    sam: Caller,
    visit: Booking,
    act: str,
    given: dict[str, Any],
    status: int,
    field: str | None,
) -> None:
    rows = {"room": (w.room.pk, w.other_room.pk)}.get(act, (w.host.pk, w.other_host.pk))
    words = {"own": rows[0], "other": rows[1], "itself": visit.pk}
    body = sam.post(
        f"/visits/{visit.pk}/{act}",
        {name: words.get(value, value) for name, value in given.items()},
        status,
    )
    assert field is None or field in body["errors"]
    visit.refresh_from_db()
    assert visit.version == 1


def test_a_host_may_neither_look_nor_act(robin: Caller, w: World, visit: Booking) -> None:
    path = f"/visits/{visit.pk}"
    robin.get(f"{path}/substitutes?away={w.host.pk}", 403)
    robin.get(f"{path}/rooms", 403)
    robin.post(f"{path}/substitute", {"away": w.host.pk, "by": w.other_host.pk}, 403)
    robin.post(f"{path}/swap", {"other": visit.pk}, 403)


@pytest.mark.parametrize("act", ["room", "move", "take", "patch"])
def test_a_room_too_small_asks_why(w: World, sam: Caller, visit: Booking, act: str) -> None:
    path = f"/visits/{visit.pk}"
    start, end = "2026-12-03T13:00:00+01:00", "2026-12-03T14:15:00+01:00"
    more: dict[str, dict[str, Any]] = {
        "move": {"start": start},
        "take": {"start": start, "end": end, "host": w.host.pk},
    }
    given: dict[str, Any] = {"room": w.other_room.pk, **more.get(act, {})}

    def send(body: dict[str, Any], status: int) -> Any:
        return sam.patch(path, body, status) if act == "patch" else sam.post(
            f"{path}/{act}", body, status
        )  # fmt: skip

    problem = send(given, 422)
    assert (problem["code"], list(problem["errors"])) == ("room_too_small", ["room_reason"])
    assert Booking.objects.get(pk=visit.pk).visit.room == w.room
    body = send({**given, "room_reason": "Vi vet att färre kommer"}, 200)
    assert (body["room"]["id"], body["room_reason"]) == (
        w.other_room.pk,
        "Vi vet att färre kommer",
    )
