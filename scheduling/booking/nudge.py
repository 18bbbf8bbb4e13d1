"""Ask once more those who have not answered."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition
from core.models import User
from scheduling.booking import change
from scheduling.models import Booking, CallTask, Invitation, Message
from scheduling.outbox import enqueue
from scheduling.states import InvitationState, MessageKind, VisitState

#: Nobody is asked twice within this time.
AGAIN_AFTER = timedelta(hours=20)
_STANDS = frozenset({VisitState.OFFERED, VisitState.CONFIRMED})
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
        enqueue.remind(row, event=event, now=now)
    return waiting


def _told_lately(invitation: Invitation, now: datetime) -> bool:
    since = now - AGAIN_AFTER
    mails = Message.objects.filter(invitation=invitation, created_at__gt=since)
    calls = CallTask.objects.filter(
        invitation=invitation, kind=MessageKind.REMINDER.value, created_at__gt=since
    )
    return mails.exists() or calls.exists()
