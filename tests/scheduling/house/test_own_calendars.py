"""A host's own calendar: read, kept, shown old, and what it does to a booking."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from core import sealing
from core.errors import Clash, Forbidden, Invalid, TooMany
from scheduling.booking import hosting, services, times
from scheduling.busy import calendars, read
from scheduling.insight import today
from scheduling.models import BusyInterval, Host, OwnCalendar, OwnCalendarMode, Proposal
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, world
from tests.scheduling.busy.servers import AT_HOME, Server, body, home, serving

pytestmark = pytest.mark.django_db
ADDRESS = "https://calendar.example/private-secret/basic.ics"


@pytest.fixture
def w() -> World:
    return world()


def ics(start: str = "20261201T090000Z", end: str = "20261201T100000Z") -> bytes:
    lines = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "SUMMARY:Hemligt möte",
             f"DTSTART:{start}", f"DTEND:{end}", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
    return "\r\n".join(lines).encode()


def given(host: Host, mode: OwnCalendarMode = OwnCalendarMode.BLOCKS) -> OwnCalendar:
    return calendars.add(actor=host.user, now=NOW, host=host, address=ADDRESS, mode=mode)


def pointing(row: OwnCalendar, server: Server, path: str = "/x") -> OwnCalendar:
    row.address = sealing.seal(server.url(path))
    row.save()
    return row


def run(now: datetime = NOW) -> int:
    return calendars.read_due(now=now, policy=AT_HOME, resolver=home)


def busy_host(w: World, mode: OwnCalendarMode = OwnCalendarMode.BLOCKS) -> OwnCalendar:
    """The host's own calendar is busy 10–11 on 1 December."""
    row = given(w.host, mode)
    BusyInterval.objects.create(source=row, host=w.host, start=at(1, 10), end=at(1, 11))
    return row


def test_only_times_are_kept_and_the_address_is_sealed(w: World) -> None:
    row = given(w.host)
    assert "secret" not in row.address
    assert sealing.unseal(row.address) == ADDRESS
    assert row.server == "calendar.example"
    with serving(x=body(ics())) as server:
        pointing(row, server)
        assert run() == 1
    (interval,) = BusyInterval.objects.all()
    assert (interval.host, interval.start) == (w.host, datetime(2026, 12, 1, 9, tzinfo=UTC))
    row.refresh_from_db()
    assert (row.problem, row.failures, row.last_read_at) == ("", 0, NOW)
    assert row.next_read_at == NOW + calendars.EVERY
    assert {field.name for field in BusyInterval._meta.get_fields()} == {
        *("id", "source", "host", "start", "end")
    }


def test_a_new_reading_replaces_the_old(w: World) -> None:
    row = given(w.host)
    with serving(x=body(ics()), y=body(ics("20261202T090000Z", "20261202T100000Z"))) as server:
        pointing(row, server)
        run()
        later = NOW + calendars.EVERY
        OwnCalendar.objects.update(address=sealing.seal(server.url("/y")))
        assert run(later - timedelta(seconds=1)) == 0
        assert run(later) == 1
    assert [one.start.day for one in BusyInterval.objects.all()] == [2]


def test_a_failed_reading_keeps_the_old_and_waits_longer_each_time(w: World) -> None:
    row = given(w.host)
    with serving(x=body(ics()), html=body(b"<html>Logga in</html>")) as server:
        pointing(row, server)
        run()
        OwnCalendar.objects.update(address=sealing.seal(server.url("/html")))
        now, waits = NOW + calendars.EVERY, []
        for _number in range(3):
            assert run(now) == 1
            row.refresh_from_db()
            waits.append(row.next_read_at - now)
            now = row.next_read_at
    assert BusyInterval.objects.count() == 1
    assert row.problem == "not_a_calendar"
    assert [wait.total_seconds() / 60 for wait in waits] == [40, 80, 160]
    assert calendars.is_stale(row, NOW + timedelta(hours=4))
    assert not calendars.is_stale(row, NOW + timedelta(hours=1))


def test_the_strict_reader_refuses_a_stored_private_address(w: World) -> None:
    row = given(w.host)
    calendars.read_one(row, now=NOW, resolver=lambda name, port: ["10.0.0.1"])
    row.refresh_from_db()
    assert row.problem == "not_public"


def test_a_lost_key_asks_for_the_address_anew(w: World) -> None:
    row = given(w.host)
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[]):
        run()
    row.refresh_from_db()
    assert row.problem == "seal"


def test_an_old_key_still_opens(w: World, settings: object) -> None:
    row = given(w.host)
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[old]):
        assert sealing.unseal(row.address) == ADDRESS


@pytest.mark.parametrize(
    "address",
    ["http://calendar.example/x", "https://10.0.0.1/x", "https://127.0.0.1/x", "nonsense"],
)
def test_bad_addresses_are_refused_and_nothing_is_stored(w: World, address: str) -> None:
    with pytest.raises(Invalid) as caught:
        calendars.add(
            actor=w.host.user, now=NOW, host=w.host, address=address, mode=OwnCalendarMode.WARNS
        )
    assert caught.value.fields.keys() == {"address"}
    assert address not in caught.value.message
    assert not OwnCalendar.objects.exists()


def test_only_ones_own_and_no_more_than_three(w: World) -> None:
    with pytest.raises(Forbidden):
        calendars.add(
            actor=w.socionom,
            now=NOW,
            host=w.other_host,
            address=ADDRESS,
            mode=OwnCalendarMode.WARNS,
        )
    for _number in range(3):
        given(w.other_host)
    with pytest.raises(TooMany):
        given(w.other_host)


def test_a_calendar_that_blocks_refuses_the_booking_until_somebody_says_why(w: World) -> None:
    busy_host(w)
    with pytest.raises(Clash) as caught:
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert caught.value.code == "own_calendar"
    assert "10.00–11.00" in caught.value.message
    plan = w.plan(busy_override="Robin byter bort sitt möte")
    assert services.book(actor=w.socionom, now=NOW, plan=plan).visit.busy_override


def test_travel_counts_and_another_host_does_not(w: World) -> None:
    busy_host(w)
    after = w.plan(start=at(1, 11), end=at(1, 12))
    services.book(actor=w.socionom, now=NOW, plan=w.plan(host=w.other_host))
    with pytest.raises(Clash):
        hosting.require_own_free(
            services.book(actor=w.socionom, now=NOW, plan=after).visit, at(1, 10, 30), at(1, 12)
        )


def test_moving_and_changing_host_ask_too(w: World) -> None:
    busy_host(w)
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(2, 10), end=at(2, 11)))
    with pytest.raises(Clash):
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(1, 10))
    moved = services.move(
        actor=w.socionom, now=NOW, booking=booking, start=at(1, 10), busy_override="Avtalat"
    )
    assert moved.start == at(1, 10)
    other = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(host=w.other_host, room=w.other_room, start=at(1, 10, 30), end=at(1, 10, 45),
                    groups=(another_group(w),)),
    )  # fmt: skip
    with pytest.raises(Clash):
        services.change_details(
            actor=w.socionom, now=NOW, booking=other, details=services.Details(host=w.host)
        )


def another_group(w: World):
    group = type(w.group).objects.create(
        organisation=w.organisation, alias="Onsdag", created_at=NOW, size_band="4-6"
    )
    w.contact.groups.add(group)
    return group


def test_blocking_times_are_not_proposed_and_warning_ones_are_said(w: World) -> None:
    row = busy_host(w)
    day = at(1, 0).date()

    def hosts_at_ten() -> set[str]:
        found = times.find(
            groups=[w.group], programme=w.programme, now=NOW, first=day, last=day, limit=50
        )
        return {item.host.first_name for item in found if item.start == at(1, 10)}

    assert hosts_at_ten() == {"Robin"}
    calendars.set_mode(
        actor=w.socionom, now=NOW, host=w.host, pk=row.pk, mode=OwnCalendarMode.WARNS
    )
    w.other_host.active = False
    w.other_host.save()
    assert hosts_at_ten() == {"Sam"}
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    found = dict(
        times.warnings(
            start=at(1, 10), end=at(1, 11), room=w.room, size=w.group.size, library=w.library,
            hosts=[w.host],
        )
    )  # fmt: skip
    assert found["own_calendar"].startswith("Sam har upptaget i sin egen kalender")


def test_taking_it_away_takes_all(w: World) -> None:
    row = busy_host(w)
    calendars.remove(actor=w.host.user, now=NOW, host=w.host, pk=row.pk)
    assert not BusyInterval.objects.exists()
    assert read.STRICT.permitted is read.is_public


@pytest.mark.parametrize(("mode", "free"), [("blocks", False), ("warns", True)])
def test_a_wished_time_is_free_only_where_the_own_calendar_lets_it(
    w: World, mode: str, free: bool
) -> None:
    busy_host(w, OwnCalendarMode(mode))
    start, end = at(1, 13), at(1, 14, 15)
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=start, end=end))
    wish = services.Reply(
        state=InvitationState.COUNTERED,
        channel=AnswerChannel.LINK,
        wishes=(services.Wish(start=at(1, 9, 30)),),
    )
    services.answer(invitation=booking.invitations.get(), reply=wish, now=NOW)
    proposal = Proposal.objects.get()
    assert services.is_free(booking, proposal, NOW) is free
    (row,) = today.needs_of(w.socionom, NOW).wishes
    assert row.timed == [(proposal, [] if free else ["Sam"])]
