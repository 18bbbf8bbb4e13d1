"""One to five times for one visit, each held by a real allocation until answered or expired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.utils.translation import gettext as _

from core import access
from core.errors import Clash, Conflict, IllegalTransition, Invalid
from core.models import AuditEvent, User
from scheduling.booking import allocate, answers, book, change, fitting, slots
from scheduling.booking.plan import VisitPlan, check
from scheduling.models import Allocation, Booking, Host, Invitation, OfferedTime, Room
from scheduling.states import (
    MessageKind,
    OfferState,
    VisitEvent,
    VisitState,
)

MOST_TIMES = 5
LONGEST_HOLD = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One time to offer; ``start`` and ``end`` are aware."""

    start: datetime
    end: datetime
    host: Host
    room: Room | None = None
    co_host: Host | None = None


@change.service
def offer(
    *,
    actor: User,
    now: datetime,
    plan: VisitPlan,
    choices: Sequence[Choice],
    expires_at: datetime | None = None,
    idempotency_key: str | None = None,
) -> Booking:
    """Offer the visit of ``plan`` at one of ``choices`` (one to five) and invite its contacts.

    Each time is held until ``expires_at`` (default: OFFER_DAYS from ``now``), or until it begins.
    The plan's own time is not used. The same key again returns the booking that it made. Raises
    Forbidden, Invalid, PersonalData, Clash where one of the times is taken.
    """
    access.require(access.may_plan(actor))
    times = _ordered(choices)
    until = _until(expires_at, now)
    for time in times:
        check(_at(plan, time), now)
    booking = book.book(
        actor=actor,
        now=now,
        plan=_at(plan, times[0]),
        tell=False,
        idempotency_key=idempotency_key,
    )
    if booking.offered_times.exists():
        return booking
    OfferedTime.objects.bulk_create(
        OfferedTime(
            booking=booking,
            start=time.start.replace(second=0, microsecond=0),
            end=time.end.replace(second=0, microsecond=0),
            room=time.room,
            host=time.host,
            co_host=time.co_host,
            expires_at=min(until, time.start),
        )
        for time in times
    )
    allocate.take(booking, now=now)
    why = fitting.settle(booking.visit, plan.room_reason, rooms=[time.room for time in times])
    event = change.finish(
        booking, actor=actor, now=now, verb="visit.offered", data={"times": len(times), **why}
    )
    tell(booking, MessageKind.OFFER, event=event, now=now)
    return booking


def _ordered(choices: Sequence[Choice]) -> list[Choice]:
    times = sorted(choices, key=lambda choice: choice.start)
    if not 1 <= len(times) <= MOST_TIMES:
        message = _("Välj en till fem tider.")
        raise Invalid(message, fields={"times": message})
    if any(one.end > two.start for one, two in pairwise(times)):
        message = _("Två av tiderna går in i varandra. Välj tider som inte krockar.")
        raise Invalid(message, fields={"times": message})
    return times


def _until(expires_at: datetime | None, now: datetime) -> datetime:
    until = expires_at or now + timedelta(days=settings.OFFER_DAYS)
    if not now < until <= now + LONGEST_HOLD:
        message = _("Tiderna kan hållas i högst 60 dagar.")
        raise Invalid(message, fields={"expires_at": message})
    return until


def _at(plan: VisitPlan, time: Choice) -> VisitPlan:
    return replace(
        plan,
        start=time.start,
        end=time.end,
        room=time.room,
        host=time.host,
        co_host=time.co_host,
    )


def tell(booking: Booking, kind: MessageKind, *, event: AuditEvent, now: datetime) -> None:
    """A mail of ``kind`` to every live invitation; answers stand."""
    change.tell_all(booking, change=kind, event=event, now=now, reset=False)


def open_times(booking: Booking) -> list[OfferedTime]:
    """The times that still wait for an answer, expired ones included, in their order."""
    rows = booking.offered_times.filter(state=OfferState.OPEN.value)
    return list(rows.select_related("room__library", "host__user", "co_host__user", "slot"))


@dataclass(frozen=True, slots=True)
class Standing:
    """An offered time as it is now: whether it can be taken, and whether it is still held."""

    time: OfferedTime
    free: bool
    held: bool


def standing(booking: Booking, now: datetime) -> list[Standing]:
    """Each offered time that is not withdrawn; one that went to somebody else is not free."""
    rows = booking.offered_times.exclude(state=OfferState.WITHDRAWN.value)
    found = []
    for time in rows.select_related("room__library", "host__user", "co_host__user", "slot"):
        time.booking = booking
        open_ = time.state in {OfferState.OPEN.value, OfferState.EXPIRED.value}
        found.append(
            Standing(
                time,
                free=open_ and time.start > now and allocate.is_free(time, now),
                held=booking.status is VisitState.OFFERED
                and time.state == OfferState.OPEN.value
                and time.expires_at > now,
            )
        )
    return found


@change.service
def choose(
    *,
    offered: OfferedTime,
    invitation: Invitation,
    reply: answers.Reply,
    now: datetime,
    actor: User | None = None,
) -> Booking:
    """Yes to one of the times: it becomes the visit's, and the others are freed with it.

    An expired time can still be had as long as it is free. The same choice again changes nothing.
    Raises Clash where the time went to somebody else (nothing is changed), IllegalTransition,
    Conflict where another time was chosen already.
    """
    booking = change.locked(invitation.booking)
    time = _fresh(booking, offered)
    if time.state == OfferState.CHOSEN.value:
        answers.answer(invitation=invitation, reply=reply, now=now, actor=actor)
        return change.locked(booking)
    if time.state == OfferState.WITHDRAWN.value:
        raise Conflict(_("Den tiden gäller inte längre. Se vilka tider som är kvar."))
    if booking.status not in {VisitState.OFFERED, VisitState.DECLINED}:
        raise IllegalTransition(
            _("Det går inte: besöket är redan %(state)s.")
            % {"state": _(change.STATE_WORDS[booking.status])}
        )
    if time.start <= now:
        raise IllegalTransition(_("Tiden har redan varit. Hör gärna av er om en ny tid."))
    _settle(booking, time, now)
    why = fitting.settle(booking.visit, "", stands=True, asks=False)
    event = change.finish(
        booking,
        actor=actor,
        now=now,
        verb="offer.chosen",
        via=reply.channel.value,
        data={"offered": time.pk, **change.times(booking), **why},
    )
    answers.answer(invitation=invitation, reply=reply, now=now, actor=actor)
    tell(booking, MessageKind.CHOSEN, event=event, now=now)
    return change.locked(booking)


def _fresh(booking: Booking, offered: OfferedTime) -> OfferedTime:
    rows = OfferedTime.objects.select_related("room__library", "host", "co_host", "slot__source")
    time = rows.filter(booking=booking, pk=offered.pk).first()
    if time is None:
        message = _("Tiden hör till ett annat besök. Välj en av tiderna.")
        raise Invalid(message, fields={"tid": message})
    return time


def _settle(booking: Booking, time: OfferedTime, now: datetime) -> None:
    """The time is the booking's own; everything else that was held for it is free again."""
    booking.offered_times.exclude(pk=time.pk).update(state=OfferState.WITHDRAWN.value)
    time.state = OfferState.CHOSEN.value
    time.save(update_fields=["state"])
    booking.start, booking.end = time.start, time.end
    visit = booking.visit
    visit.room, visit.host, visit.co_host = time.room, time.host, time.co_host
    if time.room is not None:
        booking.library = time.room.library
    visit.save(update_fields=["room", "host", "co_host"])
    if time.slot is not None:
        slots.won(time, now=now)
    try:
        allocate.take(booking, now=now)
    except Clash as error:
        raise Clash(
            _("Den tiden hann tyvärr gå till någon annan. Välj en av de andra, eller ring oss."),
            extra=error.extra,
        ) from error
    if booking.status is VisitState.DECLINED:
        # The offer had expired or been declined: it stands again from here.
        booking.state, booking.cancelled_at, booking.cancel_reason = "offered", None, ""


@change.service
def withdraw(
    *, actor: User, now: datetime, booking: Booking, offered: OfferedTime | None = None
) -> Booking:
    """Take back one offered time, or all of them where none is named.

    The partner is told what is left; with nothing left the visit is called off by us. Raises
    Forbidden, IllegalTransition where nothing is offered any more.
    """
    access.require(access.may_plan(actor))
    booking = change.locked(booking)
    times = open_times(booking)
    gone = [time for time in times if offered is None or time.pk == offered.pk]
    if not gone:
        raise IllegalTransition(_("Tiden är inte erbjuden längre."))
    OfferedTime.objects.filter(pk__in=[time.pk for time in gone]).update(
        state=OfferState.WITHDRAWN.value
    )
    left = [time for time in times if time not in gone]
    if not left:
        change.step(booking, VisitEvent.CANCEL_BY_US)
        booking.cancelled_at = now
        allocate.release(booking)
    else:
        _stand_at(booking, left[0])
        allocate.take(booking, now=now)
    event = change.finish(
        booking, actor=actor, now=now, verb="offer.withdrawn", data={"left": len(left)}
    )
    tell(booking, MessageKind.OFFER if left else MessageKind.CANCEL, event=event, now=now)
    return booking


@change.service
def extend(*, actor: User, now: datetime, booking: Booking, until: datetime) -> Booking:
    """Hold the offered times longer, or again; one that went to somebody else is a Clash."""
    access.require(access.may_plan(actor))
    booking = change.locked(booking)
    times = [time for time in open_times(booking) if time.start > now and time.slot is None]
    if not times or booking.status is not VisitState.OFFERED:
        raise IllegalTransition(_("Det finns inga erbjudna tider att hålla längre."))
    until = _until(until, now)
    for time in times:
        time.expires_at = min(until, time.start)
        time.save(update_fields=["expires_at"])
    allocate.take(booking, now=now)
    change.finish(
        booking, actor=actor, now=now, verb="offer.extended", data={"until": until.isoformat()}
    )
    return booking


def _stand_at(booking: Booking, time: OfferedTime) -> None:
    """While several are offered the booking stands at the first of them."""
    booking.start, booking.end = time.start, time.end
    visit = booking.visit
    visit.room, visit.host, visit.co_host = time.room, time.host, time.co_host
    visit.save(update_fields=["room", "host", "co_host"])


def expire_due(*, now: datetime) -> int:
    """Visits whose every offered time has expired fall to declined; returns how many.

    The partner may still say yes as long as a time is free; *I dag* asks for new times.
    """
    rows = OfferedTime.objects.filter(state=OfferState.OPEN.value, expires_at__lte=now)
    pks = sorted(set(rows.values_list("booking_id", flat=True)))
    return sum(_expire(booking_pk=pk, now=now) for pk in pks)


@change.service
def _expire(*, booking_pk: int, now: datetime) -> bool:
    booking = change.locked(Booking(pk=booking_pk))
    times = open_times(booking)
    over = [time.pk for time in times if time.expires_at <= now]
    if not over:
        return False
    OfferedTime.objects.filter(pk__in=over).update(state=OfferState.EXPIRED.value)
    Allocation.objects.filter(booking=booking, expires_at__lte=now).delete()
    left = [time for time in times if time.pk not in over]
    if booking.status is VisitState.OFFERED:
        if left:
            _stand_at(booking, left[0])
        else:
            change.step(booking, VisitEvent.DECLINE)
            booking.cancelled_at, booking.cancel_reason = now, _("Inget svar i tid.")
    change.finish(
        booking, actor=None, now=now, verb="offer.expired", via="system", data={"left": len(left)}
    )
    return not left
