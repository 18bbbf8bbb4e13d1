"""Ask once more those who have not answered: by hand whenever, by itself once.

By itself when NUDGE_WORKING_DAYS working days have passed since they last heard of the visit, or
the working day before an answer was asked for; in working hours only, and not where the reminder of
the visit itself is near.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, swedish
from core.errors import Conflict, IllegalTransition
from core.models import User
from scheduling.booking import change, reminders
from scheduling.models import Booking, CallTask, Invitation, Message
from scheduling.outbox import enqueue
from scheduling.states import InvitationState, MessageKind, MessageState, VisitState

#: Nobody is asked twice within this time.
AGAIN_AFTER = timedelta(hours=20)
_STANDS = frozenset({VisitState.OFFERED, VisitState.CONFIRMED})
_ASKED = [MessageKind.NUDGE.value, MessageKind.REMINDER.value]
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
    """Invitations by mail to nudge at ``now``: silent for long enough, and not asked again yet."""
    today = timezone.localdate(now)
    if not settings.NUDGE_WORKING_DAYS or not reminders.in_working_hours(now):
        return []
    # A move gives a new SEQUENCE, and with it a nudge of its own.
    asked = Message.objects.filter(
        invitation=OuterRef("pk"), kind__in=_ASKED, sequence=OuterRef("sequence")
    )
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
        .exclude(contact__email="")
        .exclude(Exists(asked) | Exists(stuck))
        .annotate(told=Max("messages__sent_at", filter=left))
        .filter(told__isnull=False)
        .values_list("pk", "told", "booking__visit__respond_by")
        .order_by("booking__start", "pk")
    )
    return [pk for pk, told, by in rows if _is_time(today, timezone.localdate(told), by)]


def _is_time(today: date, told: date, respond_by: date | None) -> bool:
    """``told`` is the day they last heard of it; nobody is pressed the day after."""
    if swedish.add_working_days(told, 1) >= today:
        return False
    asked_for = respond_by is not None and respond_by >= today
    if asked_for and swedish.working_days_before(respond_by, 1) <= today:
        return True
    return swedish.add_working_days(told, settings.NUDGE_WORKING_DAYS) <= today


@change.service
def nudge_one(*, invitation_pk: int, now: datetime) -> bool:
    """Ask one addressee again; False where it is no longer so."""
    invitation = Invitation.objects.select_related("booking").get(pk=invitation_pk)
    booking = change.locked(invitation.booking)
    if invitation_pk not in due(now):
        return False
    invitation = Invitation.objects.select_related("contact").get(pk=invitation_pk)
    invitation.booking = booking
    event = audit.record(
        now=now,
        actor=None,
        via="system",
        verb="visit.nudged",
        target=booking,
        data={"invitations": [invitation_pk]},
    )
    enqueue.remind(invitation, event=event, now=now, kind=MessageKind.NUDGE)
    return True


def nudge_due(*, now: datetime) -> int:
    """Ask all whose time it is; returns how many."""
    return sum(nudge_one(invitation_pk=pk, now=now) for pk in due(now))
