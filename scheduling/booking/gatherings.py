"""Meetings and training sessions: book, change, cancel, undo; the one door, as for visits.

They have no offer and no yes that decides: the time stands as soon as it is booked, and everybody
is invited by iCalendar, partners and network contacts with a link, colleagues as for visits.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from core import access, texts
from core.errors import IllegalTransition
from core.models import AuditEvent, User
from partners.models import Contact
from scheduling.booking import allocate, alter, book, change
from scheduling.booking.gathering_plan import (
    GatheringPlan,
    Words,
    check,
    check_bookable,
    check_coming,
    require_own_free,
)
from scheduling.booking.gathering_undo import arrangement
from scheduling.models import Booking, Gathering, Invitation, Library
from scheduling.states import (
    OPEN_STATES,
    BookingKind,
    InvitationState,
    MessageKind,
    VisitEvent,
    VisitState,
)


@change.service
def book_gathering(
    *,
    actor: User,
    now: datetime,
    plan: GatheringPlan,
    idempotency_key: str | None = None,
) -> Booking:
    """Book it and invite everybody; what has already been is only written down.

    The same key again returns what it booked.

    Raises Forbidden, Invalid, PersonalData, Clash.
    """
    access.require(access.may_plan(actor))
    words = check(plan)
    check_bookable(plan.start, now)
    if idempotency_key:
        earlier = Booking.objects.gatherings().filter(idempotency_key=idempotency_key).first()
        if earlier is not None:
            return earlier
    booking = _create(actor, now, plan, words, key=idempotency_key)
    _require_free(booking, plan, now)
    made = _invite(booking, plan.contacts, now)
    event = _finish(booking, "booked", actor=actor, now=now, data=change.times(booking))
    for invitation in made if booking.start > now else []:
        change.tell_one(invitation, booking, event=event, now=now)
    return booking


@change.service
def change_gathering(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    plan: GatheringPlan,
    version: int | None = None,
) -> Booking:
    """Make it as ``plan`` says: another time asks all anew, another place tells them.

    Who is new is invited, who is gone is told so. Raises Forbidden, Invalid, PersonalData, Clash,
    Stale, IllegalTransition.
    """
    booking = _open(actor, booking, version)
    words = check(plan)
    before, seen, place = arrangement(booking), _seen(booking), booking.gathering.place
    answered = change.answered(booking)
    moved = (plan.start, plan.end) != (booking.start, booking.end)
    if moved:
        check_coming(plan.start, now)
    _put(booking, plan, words)
    _require_free(booking, plan, now)
    added, removed = _invite(booking, plan.contacts, now), _uninvite(booking, plan.contacts)
    data: dict[str, object] = {"before": before, "added": [row.pk for row in added]}
    data["removed"] = {str(row.pk): state for row, state in removed}
    # An address is never kept in the audit: this cannot be taken back.
    data["other_place"] = place != words.place
    if moved:
        closed = alter.close_proposals(booking)
        data |= {"answered": answered, "proposals": closed, **change.times(booking)}
    verb = "moved" if moved else "changed"
    event = _finish(booking, verb, actor=actor, now=now, data=data)
    if booking.status is not VisitState.DRAFT:
        for row, _state in removed:
            change.tell_end(row, booking, event=event, now=now)
        told = change.live_invitations(booking) if moved or seen != _seen(booking) else added
        for row in told:
            if moved:
                change.ask_again(row)
            change.tell_one(row, booking, event=event, now=now)
    return booking


@change.service
def cancel_gathering(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    reason: str = "",
    version: int | None = None,
) -> Booking:
    """It does not take place: everything is free again, and all are told."""
    booking = _open(actor, booking, version)
    before = arrangement(booking)
    booking.cancel_reason = texts.clean(reason, field="reason", limit=300)
    change.step(booking, VisitEvent.CANCEL_BY_US)
    booking.cancelled_at = now
    allocate.release(booking)
    data: dict[str, object] = {"before": before, "proposals": alter.close_proposals(booking)}
    event = _finish(booking, "cancelled", actor=actor, now=now, data=data)
    change.tell_all(booking, change=MessageKind.CANCEL, event=event, now=now)
    return booking


@change.service
def send_gathering(*, actor: User, now: datetime, booking: Booking) -> Booking:
    """A booking that was taken back stands again, and all are invited."""
    booking = _open(actor, booking, None)
    if booking.status is not VisitState.DRAFT:
        raise IllegalTransition(_("Inbjudan är redan skickad."))
    check_coming(booking.start, now)
    booking.state = VisitState.CONFIRMED.value
    event = _finish(booking, "booked", actor=actor, now=now, data=change.times(booking))
    change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now)
    return booking


def plan_of(booking: Booking, **changes: object) -> GatheringPlan:
    """The booking as a plan, changed by what is given: for a move, a form, the next meeting."""
    gathering = booking.gathering
    contacts = [row.contact for row in change.live_invitations(booking) if row.contact is not None]
    values: dict[str, object] = {
        "kind": BookingKind(booking.kind),
        "title": booking.title,
        "start": booking.start,
        "end": booking.end,
        "hosts": tuple(gathering.hosts.all()),
        "contacts": tuple(contacts),
        "channel": gathering.channel,
        "room": gathering.room,
        "place": gathering.place,
        "travel_minutes": gathering.travel_minutes,
        "greeting": gathering.greeting,
    }
    return GatheringPlan(**{**values, **changes})  # type: ignore[arg-type] # by name, from above


# --- Parts ---------------------------------------------------------------------------------------
def _create(
    actor: User, now: datetime, plan: GatheringPlan, words: Words, *, key: str | None
) -> Booking:
    booking = Booking(
        kind=plan.kind.value,
        state=VisitState.CONFIRMED.value,
        version=0,
        idempotency_key=key or None,
        feed_changed_at=now,
        created_by=actor,
        created_at=now,
    )
    _set(booking, plan, words)
    booking.save(force_insert=True)
    gathering = Gathering.objects.create(
        booking=booking,
        channel=plan.channel,
        room=plan.room,
        place=words.place,
        travel_minutes=plan.travel_minutes,
        greeting=words.greeting,
    )
    gathering.hosts.set(plan.hosts)
    return booking


def _set(booking: Booking, plan: GatheringPlan, words: Words) -> None:
    booking.title = words.title
    booking.start = plan.start.replace(second=0, microsecond=0)
    booking.end = plan.end.replace(second=0, microsecond=0)
    homes = [row.library for row in (plan.room, *plan.hosts) if row is not None]
    booking.library = homes[0] if homes else Library.objects.order_by("pk").first()


def _put(booking: Booking, plan: GatheringPlan, words: Words) -> None:
    _set(booking, plan, words)
    gathering = booking.gathering
    gathering.room, gathering.place = plan.room, words.place
    gathering.travel_minutes, gathering.greeting = plan.travel_minutes, words.greeting
    gathering.channel = plan.channel
    gathering.save()
    gathering.hosts.set(plan.hosts)


def _require_free(booking: Booking, plan: GatheringPlan, now: datetime) -> None:
    require_own_free(plan)
    allocate.take(booking, now=now)


def _seen(booking: Booking) -> tuple[object, ...]:
    """What a partner sees beside the time."""
    gathering = booking.gathering
    return gathering.room_id, gathering.place, gathering.greeting, booking.library_id


def _invite(booking: Booking, contacts: Sequence[Contact], now: datetime) -> list[Invitation]:
    """Invitations for those who have none, or whose was taken back."""
    made = book.invite(booking, [(contact, None) for contact in contacts], now=now)
    back = booking.invitations.filter(
        contact__in=list(contacts), state=InvitationState.WITHDRAWN.value
    )
    for row in back.select_related("contact"):
        row.booking = booking
        change.ask_again(row)
        made.append(row)
    return made


def _uninvite(booking: Booking, contacts: Sequence[Contact]) -> list[tuple[Invitation, str]]:
    """Those no longer among ``contacts``, each with what she had said."""
    stay = {contact.pk for contact in contacts}
    gone = [row for row in change.live_invitations(booking) if row.contact_id not in stay]
    found = [(row, row.state) for row in gone]
    for row in gone:
        row.state = InvitationState.WITHDRAWN.value
        row.save(update_fields=["state"])
    return found


def _open(actor: User, booking: Booking, version: int | None) -> Booking:
    access.require(access.may_plan(actor))
    booking = change.locked(booking, version)
    if booking.status not in OPEN_STATES:
        raise IllegalTransition(
            _("Det går inte: det är redan inställt eller genomfört."),
            extra={"state": booking.state},
        )
    return booking


def _finish(
    booking: Booking, act: str, *, actor: User, now: datetime, data: dict[str, object]
) -> AuditEvent:
    verb = f"{booking.kind}.{act}"
    return change.finish(booking, actor=actor, now=now, verb=verb, data=data)
