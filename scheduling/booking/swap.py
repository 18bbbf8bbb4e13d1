"""Two visits exchange times, rooms or both: released first, then taken, in one transaction."""

from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.models import User
from scheduling.booking import allocate, alter, change, fitting, hosting, rearrange
from scheduling.booking.plan import check_times
from scheduling.models import Booking
from scheduling.states import MessageKind, VisitEvent, VisitState


class Exchange(StrEnum):
    """What two visits exchange. Each keeps its length, its hosts and its group."""

    TIMES = "times"
    ROOMS = "rooms"
    BOTH = "both"


@change.service
def swap(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    other: Booking,
    what: Exchange = Exchange.BOTH,
    version: int | None = None,
    other_version: int | None = None,
    room_reason: str = "",
) -> tuple[Booking, Booking]:
    """``booking`` and ``other`` change places; each has one audit row that names the other.

    ``room_reason``: why a room that is too small for the one who comes there will do.

    New times are offered again and answers reset, as in a move; where only rooms change, answers
    stand. Raises Clash, Stale, Invalid, IllegalTransition, Forbidden; then nothing has changed.
    """
    if booking.pk == other.pk:
        message = _("Välj ett annat besök att byta med.")
        raise Invalid(message, fields={"other": message})
    # Always in the same order, so that two swaps of the same pair never wait for each other.
    versions = {booking.pk: version, other.pk: other_version}
    pair = [
        rearrange.open_at_one_time(actor, row, versions[row.pk])
        for row in sorted((booking, other), key=lambda row: row.pk)
    ]
    before = [change.arrangement(row) for row in pair]
    answered = [change.answered(row) for row in pair]
    if what is not Exchange.TIMES:
        _exchange_rooms(*pair)
    whys = [
        fitting.settle(row.visit, room_reason, stands=same, asks=not same)
        for row, was in zip(pair, before, strict=True)
        for same in (row.visit.room_id == was["room"],)
    ]
    if what is not Exchange.ROOMS:
        _exchange_times(*pair, now=now)
    allocate.take_together(pair, now=now)
    twins = reversed(pair)
    for row, was, reset, twin, why in zip(pair, before, answered, twins, whys, strict=True):
        _finish(row, actor=actor, now=now, what=what, data={
            "before": was, "answered": reset, "with": twin.pk, **change.times(row), **why
        })  # fmt: skip
    first, second = pair
    return (first, second) if first.pk == booking.pk else (second, first)


def _exchange_rooms(first: Booking, second: Booking) -> None:
    if first.visit.room is None or second.visit.room is None:
        message = _("Ett av besöken är hos partnern och har inget rum hos oss.")
        raise Invalid(message, fields={"other": message})
    one, two = first.visit.room, second.visit.room
    alter.put_in(first, two)
    alter.put_in(second, one)


def _exchange_times(first: Booking, second: Booking, *, now: datetime) -> None:
    starts = second.start, first.start
    for row, start in zip((first, second), starts, strict=True):
        end = start + (row.end - row.start)
        check_times(start, end, now)
        change.step(row, VisitEvent.MOVE)
        row.start, row.end = start, end
        alter.forget_yes(row.visit)
        hosting.require_own_free(row.visit, start, end)


def _finish(
    row: Booking, *, actor: User, now: datetime, what: Exchange, data: dict[str, object]
) -> None:
    moved = what is not Exchange.ROOMS
    if moved:
        data["proposals"] = alter.close_proposals(row)
    event = change.finish(row, actor=actor, now=now, verb="visit.swapped", data=data)
    if row.status is not VisitState.DRAFT:
        change.tell_all(row, change=MessageKind.UPDATE, event=event, now=now, reset=moved)
