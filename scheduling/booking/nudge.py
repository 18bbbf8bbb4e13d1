"""Ask once more those who have not answered: by hand whenever, by itself once.

By itself when NUDGE_WORKING_DAYS working days have passed since they last heard of the visit, or
the working day before an answer was asked for, or before offered times run out; in working hours
only, and not where the reminder of the visit itself is near.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, swedish
from core.errors import Conflict, IllegalTransition
from core.models import User
from partners.models import ContactChannel
from scheduling.booking import asking, change, reminders
from scheduling.models import Booking, CallTask, Invitation, Message
from scheduling.outbox import enqueue, sms
from scheduling.states import InvitationState, MessageKind, MessageState, OfferState, VisitState

#: Nobody is asked twice within this time.
AGAIN_AFTER = timedelta(hours=20)
_STANDS = frozenset({VisitState.OFFERED, VisitState.CONFIRMED})
_ASKED = [MessageKind.NUDGE.value, MessageKind.REMINDER.value]
_OFFERED = Q(booking__offered_times__state=OfferState.OPEN.value)
_SILENT = frozenset({InvitationState.PENDING, InvitationState.TENTATIVE})


@change.service
def nudge(*, actor: User, now: datetime, booking: Booking) -> list[Invitation]:
    """Remind each partner of the visit who has not said yes or no; returns those it reached.

    Who has no e-mail becomes a call to make. Raises IllegalTransition where the visit does not
    stand or has begun, Conflict where all have answered or were reminded a moment ago.
    """
    booking = change.locked(booking)
    if booking.status not in _STANDS or booking.start <= now:
        raise IllegalTransition(_("Det finns inget att påminna om: besöket är inte längre öppet."))
    silent = [row for row in change.live_invitations(booking) if row.status in _SILENT]
    if not silent:
        raise Conflict(_("Alla har redan svarat."))
    waiting = [row for row in silent if not _told_lately(row, now)]
    if not waiting:
        raise Conflict(_("Det gick ett mejl alldeles nyss. Vänta till i morgon."))
    event = audit.record(
        now=now,
        actor=actor,
        verb="visit.nudged",
        target=booking,
        data={"invitations": [row.pk for row in waiting]},
    )
    for row in waiting:
        enqueue.remind(row, event=event, now=now, kind=MessageKind.NUDGE)
    return waiting


def _told_lately(invitation: Invitation, now: datetime) -> bool:
    since = now - AGAIN_AFTER
    mails = Message.objects.filter(invitation=invitation, created_at__gt=since)
    calls = CallTask.objects.filter(invitation=invitation, kind__in=_ASKED, created_at__gt=since)
    return mails.exists() or calls.exists()


# --- By itself -----------------------------------------------------------------------------------
def due(now: datetime) -> list[int]:
    """Invitations to nudge at ``now``, by mail or text: silent for long, not asked again yet."""
    today = timezone.localdate(now)
    if not settings.NUDGE_WORKING_DAYS or not reminders.in_working_hours(now):
        return []
    # A move gives a new SEQUENCE, and with it a nudge of its own.
    asked = Message.objects.filter(
        invitation=OuterRef("pk"), kind__in=_ASKED, sequence=OuterRef("sequence")
    ).exclude(state=MessageState.SUPERSEDED.value)
    stuck = Message.objects.filter(
        Q(state=MessageState.WAITING.value) | Q(state=MessageState.FAILED.value, decided_at=None),
        invitation=OuterRef("pk"),
    )
    left = Q(messages__state__in=[MessageState.SENT.value, MessageState.KEPT.value])
    rows = (
        Invitation.objects.filter(
            state=InvitationState.PENDING.value,
            contact__isnull=False,
            booking__state=VisitState.OFFERED.value,
            booking__start__gt=reminders.horizon(now),
        )
        .exclude(Q(contact__email="") & ~Q(contact__channel=ContactChannel.SMS.value))
        .exclude(Exists(asked) | Exists(stuck))
        .annotate(
            told=Max("messages__sent_at", filter=left),
            held=Min("booking__offered_times__expires_at", filter=_OFFERED),
        )
        .filter(told__isnull=False)
        .filter(Q(held=None) | Q(held__gt=now))
        .select_related("contact", "booking__visit")
        .order_by("booking__start", "pk")
    )
    return [row.pk for row in rows if _is_due(row, today) and _can_be_asked(row)]


def _is_due(row: Invitation, today: date) -> bool:
    """An answer is wanted by the day that was named, or while offered times are still held."""
    told: datetime = row.told  # type: ignore[attr-defined] # annotated
    held: datetime | None = row.held  # type: ignore[attr-defined] # annotated
    visit = getattr(row.booking, "visit", None)
    by = visit.respond_by if visit else None
    return _is_time(today, timezone.localdate(told), timezone.localdate(held) if held else by)


def _can_be_asked(row: Invitation) -> bool:
    """By mail or text; nobody is rung by the clock."""
    return bool(row.email) or sms.wants_texts(row.contact)


def _is_time(today: date, told: date, respond_by: date | None) -> bool:
    """``told`` is the day they last heard of it; nobody is pressed the day after."""
    if swedish.add_working_days(told, 1) >= today:
        return False
    if _patience_ends(told) <= today:
        return True
    if respond_by is None or respond_by < today:
        return False
    return swedish.working_days_before(respond_by, 1) <= today


def _patience_ends(told: date) -> date:
    return swedish.add_working_days(told, settings.NUDGE_WORKING_DAYS)


def nudge_due(*, now: datetime) -> int:
    """Ask all whose time it is; returns how many. Several of one contact are one mail."""
    return asking.ask_all(due=due, kind=MessageKind.NUDGE, verb="visit.nudged", now=now)
