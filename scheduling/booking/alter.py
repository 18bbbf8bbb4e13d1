"""Move, change people and place, cancel: each one act, one transaction, one audit row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from core import texts
from core.errors import Conflict, IllegalTransition, Invalid
from core.models import User
from partners.models import AccessNeed, Contact, SizeBand
from scheduling.booking import allocate, change, facts, fitting, hosting
from scheduling.booking.plan import TEXT_LIMITS, check_times
from scheduling.models import (
    Booking,
    Diet,
    Host,
    InterpreterState,
    Proposal,
    Room,
    Side,
    Travel,
    Visit,
)
from scheduling.states import (
    OPEN_STATES,
    MessageKind,
    OfferState,
    ProposalState,
    VisitEvent,
    VisitState,
)


@change.service
def send_draft(
    *, actor: User, now: datetime, booking: Booking, version: int | None = None
) -> Booking:
    """A draft becomes an offer: its contacts are invited."""
    booking = change.locked(booking, version)
    change.step(booking, VisitEvent.OFFER)
    check_times(booking.start, booking.end, now)
    event = change.finish(booking, actor=actor, now=now, verb="visit.offered")
    change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now)
    return booking


@change.service
def move(  # noqa: PLR0913 - what was said yes to is a word each, as in the API
    *,
    actor: User | None,
    now: datetime,
    booking: Booking,
    start: datetime,
    end: datetime | None = None,
    room: Room | None = None,
    host: Host | None = None,
    co_host: Host | None = None,
    version: int | None = None,
    via: str = "",
    busy_override: str = "",
    hours_confirmed: bool = False,
    room_reason: str | None = "",
) -> Booking:
    """Another time, and another room or host where one is given; the length stays without ``end``.

    With ``host`` the visit is met by her and ``co_host``, or by her alone.

    ``busy_override``: why it may be although a host's own calendar is busy then. ``room_reason``:
    why a room with too few places will do; None where there is nobody to ask.

    The booking keeps its identity: back to offered, SEQUENCE + 1, answers reset, all told.
    Raises Invalid, Clash, Stale, IllegalTransition.
    """
    booking = change.locked(booking, version)
    end = end or start + (booking.end - booking.start)
    check_times(start, end, now)
    before, answered = change.arrangement(booking), change.answered(booking)
    same_room = room is None or room == booking.visit.room
    change.step(booking, VisitEvent.MOVE)
    booking.start = start.replace(second=0, microsecond=0)
    booking.end = end.replace(second=0, microsecond=0)
    booking.cancelled_at, booking.cancel_reason = None, ""
    if room is not None:
        put_in(booking, room)
    if host is not None:
        meet(booking.visit, host, co_host)
    offered = close_offered(booking)
    _allow(booking.visit, busy_override, hours_confirmed=hours_confirmed)
    hosting.require_own_free(booking.visit, booking.start, booking.end)
    allocate.take(booking, now=now)
    why = fitting.settle(
        booking.visit, room_reason or "", stands=same_room, asks=room_reason is not None
    )
    data = {"before": before, "answered": answered, **change.times(booking), **why}
    closed = {"offered": offered, "proposals": close_proposals(booking)}
    event = change.finish(
        booking, actor=actor, now=now, verb="visit.moved", via=via, data={**data, **closed}
    )
    if booking.status is not VisitState.DRAFT:
        change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now)
    return booking


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What can be changed without moving; None leaves as it is."""

    host: Host | None = None
    co_host: Host | None = None
    without_co_host: bool = False
    room: Room | None = None
    meeting_point: str | None = None
    greeting: str | None = None
    diets: str | None = None
    interpreter: str | None = None
    plan_quiet_place: str | None = None
    plan_exit: str | None = None
    fika: bool | None = None
    calm: bool | None = None
    card_signup: bool | None = None
    two_hosts: bool | None = None
    plan_rules_explained: bool | None = None
    plan_guards_informed: bool | None = None
    followers: int | None = None
    #: The one to ring on the day; ``without_contact`` takes it away.
    contact: Contact | None = None
    without_contact: bool = False
    size_band: SizeBand | None = None
    access_needs: tuple[AccessNeed, ...] | None = None
    interpreter_by: Side | Literal[""] | None = None
    interpreter_state: InterpreterState | None = None
    diet_counts: dict[Diet, int] | None = None
    travel_by: Travel | Literal[""] | None = None
    tickets_by: Side | Literal[""] | None = None
    travel_minutes: int | None = None
    card_count: int | None = None
    without_card_count: bool = False
    photos_agreed: bool | None = None
    hours_confirmed: bool | None = None
    busy_override: str | None = None
    room_reason: str | None = None
    plan_routine_url: str | None = None


#: A partner must hear of these; the rest is between us.
_TOLD = ("host", "co_host", "room", "meeting_point")


@change.service
def change_details(
    *, actor: User, now: datetime, booking: Booking, details: Details, version: int | None = None
) -> Booking:
    """Change host, room, meeting point or inner facts of an open visit.

    What the partner reads (who meets, where) is told with a new mail; answers stand, since the
    time is the same. Raises Clash, Stale, Invalid, PersonalData, IllegalTransition.
    """
    booking = change.locked(booking, version)
    require_open(booking)
    if _is_elsewhere(booking.visit, details):
        require_one_time(booking)
    visit = booking.visit
    before, arrangement = _facts(visit), change.arrangement(booking)
    team, room = set(visit.hosts), visit.room
    _apply(booking, details)
    facts.apply(visit, details)
    check_hosts(visit)
    if set(visit.hosts) - team or visit.travel_minutes != before["travel_minutes"]:
        hosting.require_own_free(visit, booking.start, booking.end)
    visit.save()
    # Of a visit that stands as it did in room and size nothing new is asked.
    asks = room != visit.room or before["size_band"] != visit.size_band
    why = fitting.settle(visit, details.room_reason or "", stands=room == visit.room, asks=asks)
    changed = sorted(name for name, value in _facts(visit).items() if value != before[name])
    allocate.take(booking, now=now)
    facts.confirm_when_whole(booking)
    data: dict[str, object] = {"fields": changed, "before": arrangement, **why}
    event = change.finish(booking, actor=actor, now=now, verb="visit.changed", data=data)
    if booking.status is not VisitState.DRAFT and any(name in changed for name in _TOLD):
        change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now, reset=False)
    return booking


def require_open(booking: Booking) -> None:
    """Raise IllegalTransition unless it still can be changed."""
    if booking.status not in OPEN_STATES:
        raise IllegalTransition(
            _("Det går inte: besöket är redan %(state)s.")
            % {"state": _(change.STATE_WORDS[booking.status])},
            extra={"state": booking.state},
        )


def require_one_time(booking: Booking) -> None:
    """Raise IllegalTransition unless it is open and stands at one time.

    While several times are offered each has a room and hosts of its own.
    """
    require_open(booking)
    if booking.offered_times.filter(state=OfferState.OPEN.value).exists():
        raise IllegalTransition(
            _("Flera tider är erbjudna. Vänta på svaret, eller flytta till en av dem.")
        )


def _is_elsewhere(visit: Visit, details: Details) -> bool:
    """Whether the change is about who meets and where."""
    wanted = (details.room, details.host, details.co_host)
    stands = (visit.room, visit.host, visit.co_host)
    changed = any(new not in (None, old) for new, old in zip(wanted, stands, strict=True))
    return changed or (details.without_co_host and visit.co_host is not None)


def _allow(visit: Visit, override: str, *, hours_confirmed: bool) -> None:
    """A yes to one time is no yes to another: both are asked anew when the time moves."""
    limit = TEXT_LIMITS["busy_override"]
    visit.busy_override = texts.clean(override, field="busy_override", limit=limit)
    visit.hours_confirmed = hours_confirmed
    visit.save(update_fields=["busy_override", "hours_confirmed"])


def forget_yes(visit: Visit) -> None:
    """The time is another: what was said yes to is asked anew."""
    _allow(visit, "", hours_confirmed=False)


def _facts(visit: Visit) -> dict[str, object]:
    return {
        field.name: getattr(visit, field.attname)
        for field in visit._meta.concrete_fields
        if field.name != "booking"
    }


def _apply(booking: Booking, details: Details) -> None:
    visit = booking.visit
    for name, limit in TEXT_LIMITS.items():
        value = getattr(details, name, None)
        if value is not None:
            setattr(visit, name, texts.clean(value, field=name, limit=limit))
    for name in (
        "host",
        "co_host",
        "fika",
        "calm",
        "card_signup",
        "two_hosts",
        "plan_rules_explained",
        "plan_guards_informed",
        "followers",
    ):
        value = getattr(details, name)
        if value is not None:
            setattr(visit, name, value)
    if details.without_co_host:
        visit.co_host = None
    if details.room is not None:
        put_in(booking, details.room)


def put_in(booking: Booking, room: Room) -> None:
    """The visit is in ``room``; at another library it meets where that one's guests do."""
    visit, old = booking.visit, booking.library
    if old is not None and old != room.library and visit.meeting_point == old.meeting_point:
        visit.meeting_point = room.library.meeting_point
    visit.room, booking.library = room, room.library
    visit.save(update_fields=["room", "meeting_point"])


def meet(visit: Visit, host: Host, co_host: Host | None) -> None:
    """These meet the group. Raises Invalid where they are one, or the plan wants two."""
    visit.host, visit.co_host = host, co_host
    check_hosts(visit)
    visit.save(update_fields=["host", "co_host"])


def check_hosts(visit: Visit) -> None:
    """Raise Invalid for one person twice, and for one host where the plan wants two (F14)."""
    if visit.co_host is not None and visit.co_host == visit.host:
        message = _("Medvärden måste vara någon annan än värden.")
        raise Invalid(message, fields={"co_host": message})
    if visit.two_hosts and visit.co_host is None:
        message = _("Bemötandeplanen kräver två värdar. Välj också en medvärd.")
        raise Invalid(message, fields={"co_host": message})


@change.service
def cancel(
    *,
    actor: User | None,
    now: datetime,
    booking: Booking,
    by_partner: bool = False,
    reason: str = "",
    version: int | None = None,
    via: str = "",
    tell: bool = True,
) -> Booking:
    """Call the visit off, by us or by the partner. Frees its resources and tells who was told.

    ``tell`` False where the whole series ends with one mail.
    """
    booking = change.locked(booking, version)
    reason = texts.clean(reason, field="reason", limit=300)
    before = change.arrangement(booking)
    change.step(booking, VisitEvent.CANCEL_BY_PARTNER if by_partner else VisitEvent.CANCEL_BY_US)
    booking.cancelled_at, booking.cancel_reason = now, reason
    allocate.release(booking)
    closed = {"offered": close_offered(booking), "proposals": close_proposals(booking)}
    event = change.finish(
        booking,
        actor=actor,
        now=now,
        verb="visit.cancelled_by_partner" if by_partner else "visit.cancelled_by_us",
        via=via,
        data={"before": before, **closed},
    )
    if tell:
        change.tell_all(booking, change=MessageKind.CANCEL, event=event, now=now)
    return booking


def close_offered(booking: Booking) -> list[int]:
    """Offered times that the change has made pointless; their holds go with the allocations.

    Returns their ids, for undo.
    """
    rows = booking.offered_times.filter(state=OfferState.OPEN.value)
    closed = list(rows.values_list("pk", flat=True))
    rows.update(state=OfferState.WITHDRAWN.value)
    return closed


def close_proposals(booking: Booking) -> list[int]:
    """Wishes for another time that the change has answered. Returns their ids, for undo."""
    rows = Proposal.objects.filter(invitation__booking=booking, state=ProposalState.OPEN.value)
    closed = list(rows.values_list("pk", flat=True))
    Proposal.objects.filter(pk__in=closed).update(state=ProposalState.CLOSED.value)
    return closed


@change.service
def mark_public(*, actor: User, now: datetime, booking: Booking, public: bool) -> Booking:
    """Let the public calendar show the visit, neutrally, or take it out again.

    Nobody is told. Raises Conflict where a group is protected: that is never public.
    """
    booking = change.locked(booking)
    if public and any(group.organisation.protected for group in booking.visit.groups.all()):
        raise Conflict(_("Organisationen har skyddad adress. Besöket kan inte visas offentligt."))
    booking.public = public
    verb = "visit.made_public" if public else "visit.made_private"
    change.finish(booking, actor=actor, now=now, verb=verb)
    return booking
