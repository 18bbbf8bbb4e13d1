"""Two visits exchange times, rooms or both, in one transaction."""

from datetime import datetime

import pytest
from pytest_django import Settings as SettingsWrapper

from core.errors import Clash, IllegalTransition, Invalid
from core.models import AuditEvent
from scheduling.booking import services
from scheduling.models import Booking, Room
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, BookingKind, InvitationState
from tests.factories import NOW, WHY_SMALL, World, at, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BOTH, TIMES, ROOMS = services.Exchange.BOTH, services.Exchange.TIMES, services.Exchange.ROOMS


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def pair(w: World) -> tuple[Booking, Booking]:
    """Tuesday 10.00–11.15 in Studion, and Thursday 13.00–14.00 in Skrivarrummet, same host."""
    group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
    w.contact.groups.add(group)
    first = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    second = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), room=w.other_room, start=at(3, 13), end=at(3, 14)),
    )
    deliver.deliver_due(clock=lambda: NOW + days(1))
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    for row in (first, second):
        services.answer(invitation=row.invitations.get(), reply=yes, now=NOW)
        row.refresh_from_db()
    return first, second


def place(booking: Booking) -> tuple[datetime, datetime, Room | None]:
    fresh = Booking.objects.with_visit().get(pk=booking.pk)
    return fresh.start, fresh.end, fresh.visit.room


def spans(booking: Booking) -> set[tuple[int, datetime, datetime]]:
    return set(booking.allocations.values_list("resource_id", "start", "end"))


@pytest.mark.parametrize(
    ("what", "rooms", "times", "state"),
    [
        (BOTH, True, True, "offered"),
        (TIMES, False, True, "offered"),
        (ROOMS, True, False, "confirmed"),
    ],
)
def test_what_is_exchanged(
    w: World,
    pair: tuple[Booking, Booking],
    what: services.Exchange,
    rooms: bool,
    times: bool,
    state: str,
) -> None:
    first, second = services.swap(
        actor=w.socionom,
        now=NOW,
        booking=pair[0],
        other=pair[1],
        what=what,
        room_reason=WHY_SMALL,
    )
    assert first.pk == pair[0].pk
    room_of_first = w.other_room if rooms else w.room
    room_of_second = w.room if rooms else w.other_room
    # Each keeps its own length: 75 and 60 minutes.
    tuesday, thursday = (at(1, 10), at(1, 11)), (at(3, 13), at(3, 14, 15))
    stay = (at(1, 10), at(1, 11, 15)), (at(3, 13), at(3, 14))
    assert place(first) == ((*thursday,) if times else stay[0]) + (room_of_first,)
    assert place(second) == ((*tuesday,) if times else stay[1]) + (room_of_second,)
    assert (first.state, second.state) == (state, state)
    for row, room in ((first, room_of_first), (second, room_of_second)):
        assert (room.resource_id, row.start, row.end) in spans(row)
        assert len(spans(row)) == 3
        assert row.messages.latest("pk").kind == "update"
    events = AuditEvent.objects.filter(verb="visit.swapped").order_by("object_id")
    assert [(e.object_id, e.data["with"]) for e in events] == [
        (first.pk, second.pk),
        (second.pk, first.pk),
    ]


def test_a_swap_that_would_overlap_another_visit_changes_nothing(
    w: World, pair: tuple[Booking, Booking]
) -> None:
    group = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), host=w.other_host, start=at(3, 13), end=at(3, 14)),
    )
    before = [(place(row), spans(row)) for row in pair]
    with pytest.raises(Clash, match="Studion är upptagen"):
        services.swap(actor=w.socionom, now=NOW, booking=pair[0], other=pair[1], what=TIMES)
    assert [(place(row), spans(row)) for row in pair] == before


def test_neighbours_that_would_come_to_overlap_each_other(w: World) -> None:
    group = w.organisation.groups.create(alias="Skrivarna", created_at=NOW)
    first = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    second = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), start=at(1, 11, 15), end=at(1, 12)),
    )
    services.swap(actor=w.socionom, now=NOW, booking=first, other=second)
    assert place(first)[0] == at(1, 11, 15)
    third = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(groups=(group,), start=at(1, 12, 30), end=at(1, 14, 30)),
    )
    # Two hours from 11.15 would reach into 12.30–13.45.
    with pytest.raises(Clash, match="skulle behövas av båda"):
        services.swap(actor=w.socionom, now=NOW, booking=first, other=third)


def test_a_swap_is_undone_from_either_side(
    w: World, pair: tuple[Booking, Booking], settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    before = [(place(row), spans(row), row.state) for row in pair]
    for side in pair:
        services.swap(
            actor=w.socionom, now=NOW, booking=pair[0], other=pair[1], room_reason=WHY_SMALL
        )
        services.undo(actor=w.socionom, now=NOW, booking=side)
        rows = [Booking.objects.get(pk=row.pk) for row in pair]
        assert [(place(row), spans(row), row.state) for row in rows] == before
        assert [row.invitations.get().state for row in rows] == ["accepted", "accepted"]


def test_a_swap_is_not_undone_after_one_of_them_went_on(
    w: World, pair: tuple[Booking, Booking], settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    services.swap(actor=w.socionom, now=NOW, booking=pair[0], other=pair[1], room_reason=WHY_SMALL)
    services.cancel(actor=w.socionom, now=NOW, booking=pair[1])
    with pytest.raises(IllegalTransition):
        services.undo(actor=w.socionom, now=NOW, booking=pair[0])


def test_a_visit_has_no_room_to_swap_when_it_is_at_theirs(w: World) -> None:
    first = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    away = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(
            kind=BookingKind.OUTREACH_VISIT,
            room=None,
            place="Torget 1",
            start=at(3, 13),
            end=at(3, 14),
        ),
    )
    with pytest.raises(Invalid) as caught:
        services.swap(actor=w.socionom, now=NOW, booking=first, other=away)
    assert list(caught.value.fields) == ["other"]
    with pytest.raises(Invalid):
        services.swap(actor=w.socionom, now=NOW, booking=first, other=first)
    services.swap(actor=w.socionom, now=NOW, booking=first, other=away, what=TIMES)
    assert place(first)[0] == at(3, 13)
