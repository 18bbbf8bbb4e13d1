"""A clash is told with what is in the way and with what can be had instead, free as told."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.errors import Clash
from core.models import Role
from partners.models import SizeBand
from scheduling.booking import services, ways_out
from scheduling.booking.ways_out import Kind, Wanted
from scheduling.models import Booking, Message
from tests.factories import NOW, World, at, host, room, user, world
from tests.scheduling.api.conftest import caller

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def w() -> World:
    made = world()
    made.other_room.capacity = 12
    made.other_room.save()
    return made


def other(w: World, **changes: object) -> Booking:
    """Another group's visit in the same room at the same time, with the other host."""
    group = w.organisation.groups.create(
        alias=f"Grupp {w.organisation.groups.count()}",
        size_band=SizeBand.B4_6.value,
        created_at=NOW,
    )
    plan = w.plan(**{"groups": (group,), "host": w.other_host, **changes})
    return services.book(actor=w.socionom, now=NOW, plan=plan)


def ways(w: World, **changes: object) -> list[tuple[Kind, str]]:
    found = ways_out.find(Wanted.of_plan(w.plan(**changes)), now=NOW)
    return [(way.kind, way.words) for way in found]


def test_another_room_then_another_time(w: World) -> None:
    other(w)
    assert ways(w) == [
        (Kind.ROOM, "Skrivarrummet i stället"),
        (Kind.TIME, "tis 1 dec kl. 11.30–12.45"),
        (Kind.TIME, "tis 1 dec kl. 9.30–10.45, Skrivarrummet"),
    ]


def test_another_host_then_another_time(w: World) -> None:
    other(w, room=w.other_room, host=w.host)
    kinds = ways(w)
    assert kinds[0] == (Kind.HOST, "Robin i stället")
    assert kinds[1] == (Kind.TIME, "tis 1 dec kl. 11.30–12.45")


def test_room_and_host_are_taken_by_one_visit(w: World) -> None:
    other(w, host=w.host)
    assert ways(w)[0] == (Kind.ROOM, "Skrivarrummet med Robin")


def test_a_group_at_another_visit_leaves_only_other_times(w: World) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan(room=w.other_room, host=w.other_host))
    assert {kind for kind, _words in ways(w)} == {Kind.TIME}


def test_a_visit_at_theirs_needs_no_room(w: World) -> None:
    other(w, host=w.host)
    wanted = Wanted.of_plan(w.plan(room=None, place="Torget 1", travel_minutes=30))
    found = ways_out.find(wanted, now=NOW)
    assert [(way.kind, way.room, way.host) for way in found] == [
        (Kind.HOST, None, w.other_host),
        (Kind.TIME, None, w.host),
    ]
    # Half an hour on the way: not before 11.45.
    assert found[1].start == at(1, 12)


@pytest.mark.large
class EveryWay(TestCase):
    """Whatever is taken, each way out can be booked at once, and the visit is not in its own."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        taken=st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 18)), max_size=8
        ),
        move=st.booleans(),
    )
    def test_can_be_booked(self, taken: list[tuple[int, int, int]], move: bool) -> None:
        w = world()
        rooms = [w.room, w.other_room, room(w.library, "Näcken", 12)]
        hosts = [w.host, w.other_host, host(user("charlie", Role.HOST, "Charlie"), w.library)]
        for which_room, which_host, half_hour in taken:
            start = at(1, 9 + half_hour // 2, 30 * (half_hour % 2))
            try:
                other(
                    w,
                    room=rooms[which_room],
                    host=hosts[which_host],
                    start=start,
                    end=start.replace(hour=start.hour + 1),
                )
            except Clash:
                continue
        if move:
            booking = services.book(
                actor=w.socionom, now=NOW, plan=w.plan(start=at(2, 9), end=at(2, 10, 15))
            )
            wanted = Wanted.of_booking(booking, start=at(1, 10))
        else:
            booking, wanted = None, Wanted.of_plan(w.plan())
        for way in ways_out.find(wanted, now=NOW):
            place = {"start": way.start, "end": way.end, "room": way.room, "host": way.host}
            if booking is None:
                made = services.book(actor=w.socionom, now=NOW, plan=w.plan(**place))
                services.cancel(actor=w.socionom, now=NOW, booking=made)
            else:
                services.take_way(actor=w.socionom, now=NOW, booking=booking, **place)


# --- the pages -----------------------------------------------------------------------------------
@pytest.mark.usefixtures("clock")
def test_who_loses_the_race_keeps_what_was_typed_and_takes_a_way_out(
    client: Client, w: World
) -> None:
    other(w)
    client.force_login(w.socionom)
    typed = {
        "group": w.group.pk,
        "programme": w.programme.pk,
        "kind": "study_visit",
        "slot": f"{at(1, 10).isoformat()}|{w.room.pk}|{w.host.pk}|",
        "greeting": "Vi ses i foajén",
        "key": "k" * 32,
        "accept_warnings": "on",
        "act": "send",
    }
    lost = client.post(reverse("book"), typed)
    text = " ".join(lost.content.decode().split())
    assert lost.status_code == 409
    assert "Studion är upptagen tis 1 dec kl. 10.00–11.15." in text
    assert "Vi ses i foajén" in text
    assert f'value="{typed["slot"]}" id="slot_5" checked' in text
    assert "Skrivarrummet i stället" in text
    value = f"{at(1, 10).isoformat()}|{w.other_room.pk}|{w.host.pk}|"
    assert f'name="take" value="{value}"' in text
    won = client.post(reverse("book"), {**typed, "take": value, "took": "send"})
    assert won.status_code == 303
    booking = Booking.objects.latest("pk")
    assert (booking.visit.room, booking.visit.greeting) == (w.other_room, "Vi ses i foajén")


@pytest.mark.usefixtures("clock")
def test_a_way_out_of_a_preview_is_previewed(client: Client, w: World) -> None:
    other(w)
    client.force_login(w.socionom)
    value = f"{at(1, 10).isoformat()}|{w.other_room.pk}|{w.host.pk}|"
    typed = {"group": w.group.pk, "programme": w.programme.pk, "take": value, "took": "show"}
    shown = client.post(reverse("book"), typed)
    assert shown.status_code == 200
    assert "Välkomna till biblioteket tisdag 1 december kl. 10" in shown.content.decode()
    assert Booking.objects.count() == 1


@pytest.mark.usefixtures("clock")
def test_a_move_that_clashes_is_one_press_from_another_place(client: Client, w: World) -> None:
    booking = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(3, 13), end=at(3, 14, 15))
    )
    other(w)
    client.force_login(w.socionom)
    link = reverse("visit_move", args=[booking.pk])
    given_ = {"day": "2026-12-01", "clock": "10:00", "version": booking.version}
    lost = client.post(link, given_)
    text = " ".join(lost.content.decode().split())
    assert lost.status_code == 409
    assert 'value="10:00"' in text
    value = f"{at(1, 10).isoformat()}|{w.other_room.pk}|{w.host.pk}|"
    assert f'name="take" value="{value}"' in text
    take = reverse("visit_take", args=[booking.pk])
    assert client.post(take, {"take": value, "version": booking.version}).status_code == 303
    booking.refresh_from_db()
    assert (booking.start, booking.visit.room) == (at(1, 10), w.other_room)
    assert client.post(take, {"take": value, "version": 1}).status_code == 409
    assert client.post(take, {"take": "x|y", "version": booking.version}).status_code == 422
    assert client.post(take, {"version": booking.version}).status_code == 422


@pytest.fixture
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


# --- the API -------------------------------------------------------------------------------------
@pytest.mark.usefixtures("clock")
def test_the_problem_tells_the_ways_as_data(w: World) -> None:
    other(w)
    sam = caller(w.socionom)
    wanted = {
        "group": w.group.pk,
        "programme": w.programme.pk,
        "start": at(1, 10).isoformat(),
        "room": w.room.pk,
        "host": w.host.pk,
    }
    body = sam.post("/visits", wanted, 409)
    assert body["code"] == "clash"
    assert [row["name"] for row in body["clashes"]] == ["Studion"]
    assert body["ways_out"][0] == {
        "kind": "room",
        "start": "2026-12-01T10:00:00+01:00",
        "end": "2026-12-01T11:15:00+01:00",
        "room": {"id": w.other_room.pk, "name": "Skrivarrummet"},
        "host": {"id": w.host.pk, "name": "Sam"},
        "co_host": None,
        "words": "Skrivarrummet i stället",
    }
    assert [way["kind"] for way in body["ways_out"]] == ["room", "time", "time"]
    assert Message.objects.count() == 0
    made = sam.post("/visits", {**wanted, "room": body["ways_out"][0]["room"]["id"]}, 201)
    moved = sam.post(
        f"/visits/{made['id']}/take",
        {
            "start": body["ways_out"][1]["start"],
            "end": body["ways_out"][1]["end"],
            "room": w.room.pk,
            "host": w.host.pk,
            "version": made["version"],
        },
    )
    assert (moved["start"], moved["room"]["id"]) == ("2026-12-01T11:30:00+01:00", w.room.pk)


@pytest.mark.usefixtures("clock")
def test_where_nobody_was_free_near_times_are_told(w: World) -> None:
    other(w, host=w.host, room=w.room)
    other(w, host=w.other_host, room=w.other_room)
    wanted = {"group": w.group.pk, "programme": w.programme.pk, "start": at(1, 10).isoformat()}
    body = caller(w.socionom).post("/visits", wanted, 409)
    assert [way["kind"] for way in body["ways_out"]] == ["time"] * 3
    assert body["ways_out"][0]["start"] == "2026-12-01T11:30:00+01:00"
