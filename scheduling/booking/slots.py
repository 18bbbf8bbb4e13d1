"""A late cancellation offered on to other groups: one hold, first yes wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access
from core.errors import Conflict, IllegalTransition, Invalid
from core.models import User
from partners.models import Group
from scheduling.booking import allocate, book, change
from scheduling.booking.plan import VisitPlan
from scheduling.models import Allocation, Booking, OfferedTime, SlotOffer
from scheduling.states import (
    CALLED_OFF,
    CAME_STATES,
    MessageKind,
    OfferState,
)

MOST_GROUPS = 10
_TERM_TURNS = 7  # July


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A group that may want the slot; ``offered`` is when it was last asked this term."""

    group: Group
    fits: bool
    has_come: bool
    offered: datetime | None
    #: The time that it was asked about then.
    offered_start: datetime | None


def term_start(day: date) -> date:
    """The first day of the term: 1 January or 1 July."""
    return date(day.year, 1 if day.month < _TERM_TURNS else _TERM_TURNS, 1)


def suggestions(booking: Booking, now: datetime, limit: int = 20) -> list[Suggestion]:
    """Groups to ask, best first: who fits the room, was not asked this term, has come before."""
    since = datetime.combine(
        term_start(timezone.localdate(now)), datetime.min.time(), timezone.get_current_timezone()
    )
    rows = OfferedTime.objects.filter(slot__created_at__gte=since).order_by("slot__created_at")
    found_rows = rows.values_list("booking__visit__groups", "slot__created_at", "start")
    asked = {group: (on, start) for group, on, start in found_rows}
    never: tuple[datetime | None, datetime | None] = (None, None)
    own = {group.pk for group in booking.visit.groups.all()}
    came = set(
        Group.objects.filter(
            visits__booking__state__in=[state.value for state in CAME_STATES]
        ).values_list("pk", flat=True)
    )
    room = booking.visit.room
    living = Group.objects.filter(
        archived_at=None, organisation__archived_at=None, contacts__archived_at=None
    ).exclude(contacts=None)
    found = [
        Suggestion(
            group,
            fits=room is None or room.holds(group.size),
            has_come=group.pk in came,
            offered=asked.get(group.pk, never)[0],
            offered_start=asked.get(group.pk, never)[1],
        )
        for group in living.select_related("organisation").distinct()
        if group.pk not in own
    ]
    found.sort(
        key=lambda row: (not row.fits, row.offered is not None, not row.has_come, row.group.alias)
    )
    return found[:limit]


@change.service
def offer_on(
    *,
    actor: User,
    now: datetime,
    source: Booking,
    groups: Sequence[Group],
    expires_at: datetime | None = None,
) -> SlotOffer:
    """Offer a cancelled visit's time to ``groups``; its room and hosts are held meanwhile.

    Each group gets a booking of its own without allocations, and a mail with the link; the first
    yes takes the slot. Raises Forbidden, Invalid, Clash where the slot is taken by now, Conflict
    where it is offered already.
    """
    access.require(access.may_plan(actor))
    source = change.locked(source)
    if source.status not in CALLED_OFF or source.start <= now:
        raise IllegalTransition(_("Bara tiden för ett avbokat besök som inte varit kan erbjudas."))
    if not 1 <= len(groups) <= MOST_GROUPS:
        message = _("Välj en till tio grupper.")
        raise Invalid(message, fields={"groups": message})
    if source.slot_offers.filter(state=OfferState.OPEN.value).exists():
        raise Conflict(_("Tiden är redan erbjuden. Dra tillbaka erbjudandet först."))
    until = min(expires_at or now + timedelta(days=settings.OFFER_DAYS), source.start)
    slot = SlotOffer.objects.create(
        source=source,
        state=OfferState.OPEN.value,
        expires_at=until,
        created_by=actor,
        created_at=now,
    )
    allocate.hold(source, now=now, expires_at=until)
    for group in groups:
        _ask(actor, now, slot, group)
    change.finish(
        source, actor=actor, now=now, verb="slot.offered", data={"groups": [g.pk for g in groups]}
    )
    return slot


def _ask(actor: User, now: datetime, slot: SlotOffer, group: Group) -> None:
    source, visit = slot.source, slot.source.visit
    plan = VisitPlan(
        groups=(group,),
        programme=visit.programme,
        start=source.start,
        end=source.end,
        host=visit.host,
        co_host=visit.co_host,
        room=visit.room,
        place=visit.place,
        travel_minutes=visit.travel_minutes,
        meeting_point=visit.meeting_point,
        # The hosts stand where they stood: whoever needs two is offered two or nothing.
        two_hosts=group.two_hosts,
    )
    booking = book.book(actor=actor, now=now, plan=plan, tell=False, takes=False)
    if not booking.invitations.exists():
        message = _("%(group)s har ingen kontakt att fråga.") % {"group": group.alias}
        raise Invalid(message, fields={"groups": message})
    OfferedTime.objects.create(
        booking=booking,
        slot=slot,
        start=booking.start,
        end=booking.end,
        room=visit.room,
        host=visit.host,
        co_host=visit.co_host,
        expires_at=slot.expires_at,
    )
    event = change.finish(booking, actor=actor, now=now, verb="visit.offered", data={"times": 1})
    change.tell_all(booking, change=MessageKind.OFFER, event=event, now=now, reset=False)


def won(time: OfferedTime, *, now: datetime) -> None:
    """The slot went to ``time``'s booking: its hold is free for it, the others are told kindly.

    Called inside the transaction of the yes; the slot's row is locked first, so that of two at
    once the second sees that it is gone.
    """
    assert time.slot_id is not None
    slot = SlotOffer.objects.select_for_update().get(pk=time.slot_id)
    if slot.state == OfferState.CHOSEN.value:
        raise Conflict(_("Den tiden hann tyvärr gå till någon annan. Ring oss gärna."))
    slot.state = OfferState.CHOSEN.value
    slot.save(update_fields=["state"])
    Allocation.objects.filter(booking_id=slot.source_id).delete()
    change.end_offers(slot, now=now, winner=time)


@change.service
def withdraw(*, actor: User, now: datetime, slot: SlotOffer) -> SlotOffer:
    """Nobody gets the slot after all; those who were asked are told."""
    access.require(access.may_plan(actor))
    slot = SlotOffer.objects.select_for_update().select_related("source").get(pk=slot.pk)
    if slot.state != OfferState.OPEN.value:
        raise IllegalTransition(_("Tiden är inte erbjuden längre."))
    slot.state = OfferState.WITHDRAWN.value
    slot.save(update_fields=["state"])
    Allocation.objects.filter(booking=slot.source).delete()
    change.end_offers(slot, now=now, actor=actor)
    change.finish(change.locked(slot.source), actor=actor, now=now, verb="slot.withdrawn")
    return slot


@change.service
def expire_due(*, now: datetime) -> int:
    """Slots that nobody wanted in time: the hold is given back; returns how many."""
    rows = SlotOffer.objects.filter(state=OfferState.OPEN.value, expires_at__lte=now)
    found = list(rows)
    for slot in found:
        Allocation.objects.filter(booking_id=slot.source_id, expires_at__lte=now).delete()
        slot.state = OfferState.EXPIRED.value
        slot.save(update_fields=["state"])
    return len(found)
