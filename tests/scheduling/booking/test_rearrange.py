"""Another room, another host, a substitute: what each writes, what it refuses, how it is undone."""

from collections.abc import Callable
from datetime import time

import pytest
from pytest_django import Settings as SettingsWrapper

from core.errors import Clash, Forbidden, IllegalTransition, Invalid, Stale
from core.models import AuditEvent, Role
from scheduling.booking import colleagues, offers, services, staffing
from scheduling.models import Booking, Host, Library, WorkingHours
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, WHY_SMALL, World, at, days, host, user, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def agreed(w: World) -> Booking:
    """Confirmed by the partner; its mail has left."""
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW + days(1))
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=yes, now=NOW)
    booking.refresh_from_db()
    return booking


def taken(booking: Booking) -> list[int]:
    """The resources that the booking takes."""
    return sorted(booking.allocations.values_list("resource_id", flat=True))


def resources(*rows: object) -> list[int]:
    return sorted(row.resource_id for row in rows)  # type: ignore[attr-defined]


def third(w: World) -> Host:
    """One more colleague."""
    return host(user("charlie", Role.HOST, "Charlie"), w.library)


def test_another_room_is_one_act_and_the_answer_stands(w: World, agreed: Booking) -> None:
    before = AuditEvent.objects.count()
    booking = services.change_room(
        actor=w.socionom,
        now=NOW,
        booking=agreed,
        room=w.other_room,
        version=agreed.version,
        room_reason=WHY_SMALL,
    )
    assert (booking.state, booking.visit.room) == ("confirmed", w.other_room)
    assert booking.invitations.get().state == "accepted"
    assert set(resources(w.other_room, w.host)) < set(taken(booking))
    assert w.room.resource_id not in taken(booking)
    assert AuditEvent.objects.count() == before + 1
    assert AuditEvent.objects.latest("pk").verb == "visit.room_changed"
    update = booking.messages.latest("pk")
    assert (update.kind, update.sequence) == ("update", 1)


def test_a_room_of_another_library_moves_the_meeting_point(w: World, agreed: Booking) -> None:
    branch = Library.objects.create(name="Tallkotten", address="B 2", meeting_point="vid disken")
    w.other_room.library = branch
    w.other_room.save()
    booking = services.change_room(
        actor=w.socionom, now=NOW, booking=agreed, room=w.other_room, room_reason=WHY_SMALL
    )
    assert (booking.library, booking.visit.meeting_point) == (branch, "vid disken")


def test_a_taken_room_is_refused_and_nothing_changes(w: World, agreed: Booking) -> None:
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), room=w.other_room, host=w.other_host),
    )
    with pytest.raises(Clash, match="Skrivarrummet är upptagen tis 1 dec"):
        services.change_room(
            actor=w.socionom, now=NOW, booking=agreed, room=w.other_room, room_reason=WHY_SMALL
        )
    fresh = Booking.objects.get(pk=agreed.pk)
    assert (fresh.visit.room, fresh.version) == (w.room, agreed.version)
    assert w.room.resource_id in taken(fresh)


@pytest.mark.parametrize("act", ["room", "host", "substitute", "swap"])
def test_what_is_over_is_refused_with_the_reason(w: World, agreed: Booking, act: str) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=agreed)
    with pytest.raises(IllegalTransition, match="inställd av oss"):
        acts(w, agreed)[act]()
    assert not agreed.allocations.exists()


@pytest.mark.parametrize("act", ["room", "host", "substitute", "swap"])
def test_a_host_may_not(w: World, agreed: Booking, act: str) -> None:
    w.socionom = w.other_host.user
    with pytest.raises(Forbidden):
        acts(w, agreed)[act]()


@pytest.mark.parametrize("act", ["room", "host", "substitute", "swap"])
def test_while_several_times_are_offered_each_has_its_own(w: World, act: str) -> None:
    choices = [
        offers.Choice(start=at(day, 10), end=at(day, 11), room=w.room, host=w.host)
        for day in (1, 2)
    ]
    booking = offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=choices)
    with pytest.raises(IllegalTransition, match="Flera tider är erbjudna"):
        acts(w, booking)[act]()


@pytest.mark.parametrize("act", ["room", "host", "substitute", "swap"])
def test_the_second_of_two_tabs_is_told(w: World, agreed: Booking, act: str) -> None:
    with pytest.raises(Stale):
        acts(w, agreed, version=agreed.version - 1)[act]()


def acts(w: World, booking: Booking, version: int | None = None) -> dict[str, Callable[[], object]]:
    """The four acts on the booking, as the socionom would do them."""
    common = {"actor": w.socionom, "now": NOW, "booking": booking, "version": version}
    other = Booking(pk=booking.pk + 1_000_000)
    if version is not None or booking.state == "confirmed":
        group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
        other = services.book(
            actor=w.socionom, now=NOW, plan=w.plan(groups=(group,), start=at(4, 10), end=at(4, 11))
        )
    return {
        "room": lambda: services.change_room(room=w.other_room, room_reason=WHY_SMALL, **common),
        "host": lambda: services.change_host(host=w.other_host, **common),
        "substitute": lambda: services.substitute(away=w.host, by=w.other_host, **common),
        "swap": lambda: services.swap(other=other, **common),
    }


def test_the_planner_says_who_meets(w: World, agreed: Booking) -> None:
    booking = services.change_host(
        actor=w.socionom, now=NOW, booking=agreed, host=w.other_host, co_host=w.host
    )
    assert booking.visit.hosts == [w.other_host, w.host]
    assert AuditEvent.objects.latest("pk").verb == "visit.host_changed"
    assert "Robin, bibliotekarie" in booking.messages.latest("pk").text


def test_two_hosts_stay_two_where_the_plan_wants_it(w: World) -> None:
    w.group.two_hosts = True
    w.group.save()
    plan = w.plan(co_host=w.other_host)
    booking = services.book(actor=w.socionom, now=NOW, plan=plan)
    with pytest.raises(Invalid) as caught:
        services.change_host(actor=w.socionom, now=NOW, booking=booking, host=w.host)
    assert list(caught.value.fields) == ["co_host"]
    assert colleagues.substitutes(booking=booking, away=w.host, now=NOW) == []
    with pytest.raises(Invalid):
        services.substitute(
            actor=w.socionom, now=NOW, booking=booking, away=w.host, by=w.other_host
        )


def test_a_substitute_takes_over_and_the_partner_reads_the_name(w: World, agreed: Booking) -> None:
    booking = services.substitute(
        actor=w.socionom, now=NOW, booking=agreed, away=w.host, by=w.other_host
    )
    assert (booking.visit.host, booking.visit.co_host) == (w.other_host, None)
    assert booking.state == "confirmed"
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.data["away"], event.data["by"]) == (
        "visit.substituted",
        w.host.pk,
        w.other_host.pk,
    )
    assert "Robin, bibliotekarie" in booking.messages.latest("pk").text
    assert w.host.resource_id not in taken(booking)


def test_host_and_co_host_both_ways(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(co_host=w.other_host))
    charlie = third(w)
    same = {"actor": w.socionom, "now": NOW, "booking": booking}
    assert colleagues.substitutes(booking=booking, away=w.host, now=NOW) == [w.other_host, charlie]
    assert colleagues.substitutes(booking=booking, away=w.other_host, now=NOW) == [charlie]
    booking = services.substitute(away=w.other_host, by=charlie, **same)
    assert booking.visit.hosts == [w.host, charlie]
    booking = services.substitute(away=w.host, by=w.other_host, **same)
    assert booking.visit.hosts == [w.other_host, charlie]
    booking = services.substitute(away=w.other_host, by=charlie, **same)
    assert booking.visit.hosts == [charlie]


def not_for_the_programme(w: World, row: Host) -> None:
    w.host.programmes.add(w.programme)


def at_another_library(w: World, row: Host) -> None:
    row.library = Library.objects.create(name="Tallkotten", address="B 2")
    row.save()


def without_the_language(w: World, row: Host) -> None:
    w.group.languages, w.host.languages, row.languages = ["Somaliska"], ["somaliska"], ["arabiska"]
    for changed in (w.group, w.host, row):
        changed.save()


def booked_elsewhere(w: World, row: Host) -> None:
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    plan = w.plan(groups=(group,), room=w.other_room, host=row, start=at(1, 11), end=at(1, 12))
    services.book(actor=w.socionom, now=NOW, plan=plan)


def absent(w: World, row: Host) -> None:
    staffing.add_absence(actor=row.user, now=NOW, host=row, start=at(1, 0), end=at(2, 0))


def off_duty(w: World, row: Host) -> None:
    WorkingHours.objects.create(host=row, weekday=1, start=time(12), end=time(19))


def inactive(w: World, row: Host) -> None:
    row.active = False
    row.save()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (not_for_the_programme, Invalid),
        (at_another_library, Invalid),
        (without_the_language, Invalid),
        (inactive, Invalid),
        (booked_elsewhere, Clash),
        (absent, Clash),
        (off_duty, Clash),
    ],
)
def test_only_qualified_and_free_colleagues(
    w: World, agreed: Booking, change: Callable[[World, Host], None], error: type[Exception]
) -> None:
    assert colleagues.substitutes(booking=agreed, away=w.host, now=NOW) == [w.other_host]
    change(w, w.other_host)
    agreed = Booking.objects.with_visit().get(pk=agreed.pk)
    assert colleagues.substitutes(booking=agreed, away=agreed.visit.host, now=NOW) == []
    with pytest.raises(error):
        services.substitute(actor=w.socionom, now=NOW, booking=agreed, away=w.host, by=w.other_host)
    assert Booking.objects.get(pk=agreed.pk).visit.host == w.host


def test_an_interpreter_speaks_for_anybody(w: World, agreed: Booking) -> None:
    without_the_language(w, w.other_host)
    agreed.visit.interpreter = "somaliska"
    agreed.visit.save()
    agreed = Booking.objects.with_visit().get(pk=agreed.pk)
    assert colleagues.substitutes(booking=agreed, away=agreed.visit.host, now=NOW) == [w.other_host]


def test_one_who_met_the_group_comes_first(w: World, agreed: Booking) -> None:
    charlie = third(w)
    services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(host=w.other_host, start=at(28, 10, month=11), end=at(28, 11, month=11)),
    )
    assert colleagues.substitutes(booking=agreed, away=w.host, now=NOW) == [w.other_host, charlie]


def test_rooms_say_what_is_free_and_what_fits(w: World, agreed: Booking) -> None:
    (only,) = colleagues.rooms(booking=agreed, now=NOW)
    assert (only.room, only.free, only.fits) == (w.other_room, True, False)
    w.other_room.capacity = 10
    w.other_room.save()
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), room=w.other_room, host=w.other_host),
    )
    (only,) = colleagues.rooms(booking=agreed, now=NOW)
    assert (only.free, only.fits) == (False, True)


@pytest.mark.parametrize("act", ["room", "host", "substitute"])
def test_each_is_undone_while_its_mail_waits(
    w: World, agreed: Booking, settings: SettingsWrapper, act: str
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    before = taken(agreed)
    acts(w, agreed)[act]()
    assert taken(agreed) != before
    booking = services.undo(actor=w.socionom, now=NOW, booking=agreed)
    assert (booking.visit.room, booking.visit.hosts) == (w.room, [w.host])
    assert (booking.state, taken(booking)) == ("confirmed", before)
    assert booking.invitations.get().state == "accepted"
    assert booking.messages.latest("pk").state == "superseded"


def test_details_with_texts_are_not_undone(
    w: World, agreed: Booking, settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    details = services.Details(host=w.other_host)
    services.change_details(actor=w.socionom, now=NOW, booking=agreed, details=details)
    services.undo(actor=w.socionom, now=NOW, booking=agreed)
    details = services.Details(host=w.other_host, meeting_point="vid trappan")
    services.change_details(actor=w.socionom, now=NOW, booking=agreed, details=details)
    with pytest.raises(IllegalTransition):
        services.undo(actor=w.socionom, now=NOW, booking=agreed)
    assert Booking.objects.get(pk=agreed.pk).visit.host == w.other_host
