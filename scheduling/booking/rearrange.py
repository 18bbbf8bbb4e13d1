"""Another room, another host, a substitute: each one act, one transaction, one audit row.

The time is the same, so that answers stand; the partner reads who meets and where in a new mail.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from core import access
from core.errors import Clash, Invalid
from core.models import AuditEvent, User
from scheduling.booking import allocate, alter, change, colleagues, facts, fitting, hosting
from scheduling.models import Booking, Host, Room
from scheduling.states import MessageKind, VisitState


@change.service
def change_room(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    room: Room,
    version: int | None = None,
    room_reason: str = "",
) -> Booking:
    """The same time in ``room``; ``room_reason``: why it will do with too few places.

    Raises Clash, Stale, Invalid, PersonalData, IllegalTransition, Forbidden.
    """
    booking = open_at_one_time(actor, booking, version)
    if booking.visit.room is None:
        message = _("Besöket är hos partnern och har inget rum hos oss.")
        raise Invalid(message, fields={"room": message})
    if booking.visit.room == room:
        message = _("Besöket är redan i det rummet.")
        raise Invalid(message, fields={"room": message})
    before = change.arrangement(booking)
    alter.put_in(booking, room)
    why = fitting.settle(booking.visit, room_reason)
    return _settle(booking, actor=actor, now=now, verb="visit.room_changed", before=before, **why)


@change.service
def change_host(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    host: Host,
    co_host: Host | None = None,
    version: int | None = None,
) -> Booking:
    """``host`` meets the group, with ``co_host`` or alone: whoever the planner says.

    Raises Clash, Stale, Invalid, IllegalTransition, Forbidden.
    """
    booking = open_at_one_time(actor, booking, version)
    visit, before = booking.visit, change.arrangement(booking)
    if (visit.host, visit.co_host) == (host, co_host):
        message = _("De möter redan gruppen.")
        raise Invalid(message, fields={"host": message})
    alter.meet(visit, host, co_host)
    return _settle(booking, actor=actor, now=now, verb="visit.host_changed", before=before)


@change.service
def substitute(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    away: Host,
    by: Host,
    version: int | None = None,
) -> Booking:
    """ "Värden är sjuk": ``by`` takes the place of ``away``, who is host or co-host.

    Only a qualified colleague who is free then may: those that ``colleagues.substitutes`` lists. A
    co-host may take over from the host, and meets the group alone, where the plan allows it.
    Raises Clash, Stale, Invalid, IllegalTransition, Forbidden.
    """
    booking = open_at_one_time(actor, booking, version)
    visit, before = booking.visit, change.arrangement(booking)
    if away not in visit.hosts:
        message = _("%(name)s möter inte den gruppen.") % {"name": away.first_name}
        raise Invalid(message, fields={"away": message})
    if by == away or by not in colleagues.able(booking, away):
        message = _("%(name)s kan inte ta över: fel program, språk eller bibliotek.") % {
            "name": by.first_name
        }
        raise Invalid(message, fields={"by": message})
    if by not in colleagues.substitutes(booking=booking, away=away, now=now):
        raise Clash(
            _("%(name)s är inte ledig då. Välj en annan kollega.") % {"name": by.first_name},
            extra={"clashes": [colleagues.busy_row(booking, by)]},
        )
    host = by if away == visit.host else visit.host
    others = [row for row in visit.hosts if row not in (away, by)]
    co_host = by if away == visit.co_host else next(iter(others), None)
    alter.meet(visit, host, co_host)
    data: dict[str, object] = {"away": away.pk, "by": by.pk}
    return _settle(booking, actor=actor, now=now, verb="visit.substituted", before=before, **data)


@change.service
def take_way(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    start: datetime,
    end: datetime,
    room: Room | None,
    host: Host,
    co_host: Host | None = None,
    version: int | None = None,
    room_reason: str = "",
) -> Booking:
    """One act puts the visit where a way out said: a move, or the same time with others.

    ``room_reason``: why a room with too few places will do. Raises Clash, Stale, Invalid,
    IllegalTransition, Forbidden.
    """
    access.require(access.may_plan(actor))
    booking = change.locked(booking, version)
    visit = booking.visit
    if (start, end) != (booking.start, booking.end):
        return alter.move(
            actor=actor,
            now=now,
            booking=booking,
            start=start,
            end=end,
            room=room if room != visit.room else None,
            host=host,
            co_host=co_host,
            room_reason=room_reason,
        )
    alter.require_one_time(booking)
    before, same_room = change.arrangement(booking), room is None or room == visit.room
    same_team = (visit.host, visit.co_host) == (host, co_host)
    if room is not None:
        alter.put_in(booking, room)
    why = fitting.settle(visit, room_reason, stands=same_room, asks=not same_room)
    alter.meet(visit, host, co_host)
    verb = "visit.room_changed" if same_team else "visit.host_changed"
    return _settle(booking, actor=actor, now=now, verb=verb, before=before, **why)


def open_at_one_time(actor: User, booking: Booking, version: int | None) -> Booking:
    """The booking, locked, where it is open and stands at one time; who and where can change.

    While several times are offered each has a room and a host of its own.
    """
    access.require(access.may_plan(actor))
    booking = change.locked(booking, version)
    alter.require_one_time(booking)
    return booking


def _settle(
    booking: Booking,
    *,
    actor: User,
    now: datetime,
    verb: str,
    before: dict[str, object],
    **data: object,
) -> Booking:
    visit = booking.visit
    if [host.pk for host in visit.hosts] != [before["host"], before["co_host"]][: len(visit.hosts)]:
        # A yes to a host's busy calendar was about the one who was to come.
        visit.busy_override = ""
        visit.save(update_fields=["busy_override"])
        hosting.require_own_free(visit, booking.start, booking.end)
    allocate.take(booking, now=now)
    facts.confirm_when_whole(booking)
    event: AuditEvent = change.finish(
        booking, actor=actor, now=now, verb=verb, data={"before": before, **data}
    )
    if booking.status is not VisitState.DRAFT:
        change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now, reset=False)
    return booking
