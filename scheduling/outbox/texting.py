"""What is done with texts apart from a change: the link, what is too late, reports, STOPP."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition
from core.models import User
from partners.services.texting import stop_texts
from scheduling.models import Invitation, Message
from scheduling.models.message import Messages
from scheduling.outbox import enqueue, quiet, sms, store
from scheduling.states import (
    OPEN_STATES,
    Fault,
    InvitationState,
    MessageChannel,
    MessageKind,
    MessageState,
    VisitState,
)

#: A second press within this time is the same press.
AGAIN_AFTER = timedelta(minutes=10)
#: Pointless once it is too late; everything else is somebody's to say.
_PASSING = frozenset({MessageKind.RECEIPT, MessageKind.LINK})
_ASKING = frozenset({MessageKind.REMINDER, MessageKind.NUDGE})


@transaction.atomic
def send_link(*, actor: User, now: datetime, invitation: Invitation) -> Message:
    """Text the link to the answer page, because somebody asked for it; any contact with a mobile.

    Raises IllegalTransition where there is nothing to answer, Conflict where no text can go there
    in time or one just went.
    """
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    booking = row.booking
    open_visit = booking.status in OPEN_STATES and booking.status is not VisitState.DRAFT
    if not open_visit or booking.start <= now or row.status is InvitationState.WITHDRAWN:
        raise IllegalTransition(_("Det finns inget att svara på: besöket är inte längre öppet."))
    if not sms.may_be_texted(row.contact):
        raise Conflict(_("Det går inte att skicka sms till kontakten. Ring i stället."))
    if sms.leaves_at(MessageKind.LINK, now) > booking.start - sms.LATEST:
        raise Conflict(_("Sms skickas vardagar 8–19, och då är det för sent. Ring i stället."))
    lately = row.messages.filter(kind=MessageKind.LINK.value, created_at__gt=now - AGAIN_AFTER)
    if lately.exclude(state=MessageState.SUPERSEDED.value).exists():
        raise Conflict(_("Länken gick alldeles nyss. Vänta en stund."))
    event = audit.record(
        now=now,
        actor=actor,
        verb="visit.link_texted",
        target=booking,
        data={"invitation": row.pk},
    )
    return store.text(row, kind=MessageKind.LINK, event=event, now=now)


@transaction.atomic
def stop(*, number: str, now: datetime) -> None:
    """STOPP: no more texts to ``number``; what waited to go there becomes a call."""
    stop_texts(number=number, now=now)
    for message in _waiting().filter(recipient=number).exclude(kind=MessageKind.RECEIPT.value):
        _instead(message, now)


def ring_instead(*, now: datetime) -> int:
    """Make calls of the texts that cannot be there in time any more; returns how many gave way.

    A service that is away, or a quiet that lasts over the visit. None is lost without a word.
    """
    late = [row.pk for row in _waiting().filter(booking__isnull=False) if _is_late(row, now)]
    for pk in late:
        with transaction.atomic():
            message = _waiting().select_for_update(of=("self",)).filter(pk=pk).first()
            if message is not None:
                _instead(message, now)
    return len(late)


def _waiting() -> Messages:
    rows = Message.objects.filter(
        state=MessageState.WAITING.value, channel=MessageChannel.SMS.value
    )
    return rows.select_related("invitation__contact", "booking", "event")


def _is_late(message: Message, now: datetime) -> bool:
    leaves = quiet.next_open(max(now, message.due_at))
    event = message.event
    deadline = sms.deadline(message.invitation, event, message.created_at)
    return deadline is not None and leaves > deadline


def _instead(message: Message, now: datetime) -> None:
    """A call in its place, unless what it says is of no use any more."""
    kind = MessageKind(message.kind)
    changed = Message.objects.filter(pk=message.pk, state=MessageState.WAITING.value).update(
        state=MessageState.SUPERSEDED.value
    )
    over = message.booking.start <= now and kind in _ASKING
    if not changed or kind in _PASSING or over or message.event is None:
        return
    enqueue.call(message.invitation, change=kind, event=message.event, now=now)


@transaction.atomic
def report(*, number: str, delivered: bool, now: datetime) -> bool:
    """What the service says became of the text it numbered so; False where none is.

    One that did not arrive waits for a person, as a mail that came back. Twice is once.
    """
    rows = Message.objects.select_for_update(of=("self",)).filter(
        channel=MessageChannel.SMS.value, provider_id=number
    )
    message = rows.first() if number else None
    if message is None:
        return False
    if delivered:
        if message.delivered_at is None:
            message.delivered_at = now
            message.save(update_fields=["delivered_at"])
    elif message.status is MessageState.SENT and message.delivered_at is None:
        message.state, message.fault = MessageState.FAILED.value, Fault.BOUNCED.value
        message.error = _("Telefonen tog inte emot sms:et.")
        message.save(update_fields=["state", "fault", "error"])
    return True
