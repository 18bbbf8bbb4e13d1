"""What a person decides about a message that did not arrive; each is one press.

Until then its successors wait behind it. *Again* is for an address that works after all, or was
mended: then what stands now goes there, for every visit that waited. *Told* is for a call: the
addressee knows what stands now, and nothing of it is sent.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition, Invalid
from core.models import AuditEvent, User
from partners.services.contacts import save_contact
from partners.services.details import ContactDetails
from scheduling.models import Booking, Invitation, Message
from scheduling.models.message import Messages
from scheduling.outbox import enqueue, store, waits
from scheduling.states import CALLED_OFF, LEFT_THE_HOUSE, Fault, MessageKind, MessageState

_ENDS = frozenset({MessageKind.CANCEL, MessageKind.TAKEN, MessageKind.SERIES_END})
_ASKING = frozenset({MessageKind.REMINDER, MessageKind.NUDGE})
_LEFT = [state.value for state in LEFT_THE_HOUSE]
_ONE_OF_ITS_KIND = _ENDS | {MessageKind.SERIES, MessageKind.OFFER}


@transaction.atomic
def again(*, actor: User, now: datetime, message: Message) -> Message:
    """Send it again: the same bytes, what waits behind it instead, or anew to a mended address.

    Returns what is sent. Raises IllegalTransition where it waits for no decision, Conflict where
    the visit is no longer so, or the contact no longer has an address.
    """
    locked = _undecided(message)
    invitation = _invitation(locked)
    event = audit.record(now=now, actor=actor, verb="message.retried", target=locked)
    locked.invitation = invitation
    if locked.address_now != locked.recipient:
        return _to_new_address(locked, invitation, event, now)
    later = Message.objects.filter(invitation=locked.invitation_id, pk__gt=locked.pk)
    if later.filter(state__in=_LEFT).exists():
        raise Conflict(_("Ett nyare mejl har tagit över. Titta på det i stället."))
    newest = _waiting(locked).order_by("pk").last()
    if newest is not None:
        # It says all that this one said, and more.
        _decide(locked, now, superseded_by=newest)
        transaction.on_commit(store.nudge)
        return newest
    _refuse_stale(locked, invitation.booking, now)
    locked.state, locked.fault, locked.error = MessageState.WAITING.value, "", ""
    locked.due_at, locked.attempts, locked.sent_at = now, 0, None
    # The server may have taken it before it was sent back: it is not unheard of.
    locked.unsure = locked.unsure or message.fault == Fault.BOUNCED.value
    locked.save()
    transaction.on_commit(store.nudge)
    return locked


@transaction.atomic
def correct(*, actor: User, now: datetime, message: Message, email: str) -> Message:
    """Mend the contact's address and send what stands now there.

    Raises Invalid for what is no address, or for the one that was refused; else as ``again``.
    """
    contact = message.invitation.contact
    wanted = email.strip()
    if contact is None or wanted.lower() == message.recipient.lower():
        words = _("Det är samma adress som inte fungerade. Rätta den, eller ring.")
        raise Invalid(words, fields={"email": words})
    details = replace(ContactDetails.of(contact), email=wanted)
    save_contact(actor=actor, now=now, contact=contact, details=details)
    return again(actor=actor, now=now, message=message)


@transaction.atomic
def told(*, actor: User, now: datetime, message: Message) -> Message:
    """The addressee has heard by phone what stands now: it, and what waits behind it, are done.

    Mails about other visits that waited for the same address become decisions of their own.
    Raises IllegalTransition where it waits for no decision.
    """
    locked = _undecided(message)
    audit.record(
        now=now,
        actor=actor,
        via="phone",
        verb="message.told",
        target=_invitation(locked).booking,
        data={"invitation": locked.invitation_id, "message": locked.pk},
    )
    others = list(waits.behind(locked).exclude(invitation=locked.invitation_id))
    _waiting(locked).update(state=MessageState.TOLD.value)
    _decide(locked, now, state=MessageState.TOLD)
    first: dict[int, Message] = {}
    for row in others:
        first.setdefault(row.invitation_id, row)
    pks = [row.pk for row in first.values()]
    Message.objects.filter(pk__in=pks, state=MessageState.WAITING.value).update(
        state=MessageState.FAILED.value, fault=Fault.REFUSED.value, error=locked.error
    )
    return locked


@transaction.atomic
def let_go(*, actor: User, now: datetime, message: Message) -> Message:
    """Send now what the day's cap holds back. Raises IllegalTransition where it does not."""
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.status is not MessageState.WAITING or locked.fault != Fault.CAPPED.value:
        raise IllegalTransition(_("Mejlet har redan skickats, ersatts eller väntar på att gå."))
    audit.record(now=now, actor=actor, verb="message.let_go", target=locked)
    locked.due_at, locked.past_cap, locked.fault = now, True, ""
    locked.save(update_fields=["due_at", "past_cap", "fault"])
    transaction.on_commit(store.nudge)
    return locked


def _undecided(message: Message) -> Message:
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.status is not MessageState.FAILED or locked.decided_at is not None:
        raise IllegalTransition(_("Mejlet har redan skickats, ersatts eller väntar på att gå."))
    return locked


def _invitation(message: Message) -> Invitation:
    rows = Invitation.objects.select_related("contact", "host__user", "booking")
    return rows.get(pk=message.invitation_id)


def _waiting(message: Message) -> Messages:
    """Its own successors."""
    return Message.objects.filter(
        invitation=message.invitation_id, pk__gt=message.pk, state=MessageState.WAITING.value
    )


def _decide(
    message: Message,
    now: datetime,
    *,
    state: MessageState = MessageState.FAILED,
    superseded_by: Message | None = None,
) -> None:
    message.state, message.decided_at, message.superseded_by = state.value, now, superseded_by
    message.save(update_fields=["state", "decided_at", "superseded_by"])


def _refuse_stale(message: Message, booking: Booking, now: datetime) -> None:
    """An end can be told however late; what has been, or is called off, is not invited to."""
    kind = MessageKind(message.kind)
    begun = booking.start <= now if kind in _ASKING else booking.end <= now
    if kind not in _ENDS and (begun or booking.status in CALLED_OFF):
        raise Conflict(_("Besöket gäller inte längre. Ring i stället, om det behövs."))


def _to_new_address(
    message: Message, invitation: Invitation, event: AuditEvent, now: datetime
) -> Message:
    """What stands now, of this visit and of every other that waited for the old address."""
    others = list(waits.behind(message).exclude(invitation=message.invitation_id))
    newest_own = _waiting(message).order_by("pk").last() or message
    _decide(message, now)
    fresh = _anew(newest_own, invitation, event, now)
    if fresh is None:
        raise Conflict(_("Kontakten har ingen adress att skicka till. Ring i stället."))
    _decide(message, now, superseded_by=fresh)
    newest = {row.invitation_id: row for row in others}
    for row in newest.values():
        other = row.invitation = _invitation(row)
        if row.address_now != row.recipient and row.booking.end > now:
            _anew(row, other, event, now)
    return fresh


def _anew(
    message: Message, invitation: Invitation, event: AuditEvent, now: datetime
) -> Message | None:
    _refuse_stale(message, invitation.booking, now)
    kind = MessageKind(message.kind)
    if kind in _ASKING:
        # What it carried is written anew when it is due.
        message.carried.update(state=MessageState.SUPERSEDED.value)
        return enqueue.remind(invitation, event=event, now=now, kind=kind)
    change = kind if kind in _ONE_OF_ITS_KIND else MessageKind.UPDATE
    return enqueue.tell(invitation, change=change, event=event, now=now)
