"""Try a refused mail once more."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition
from core.models import AuditEvent, User
from scheduling.models import Invitation, Message
from scheduling.outbox import enqueue
from scheduling.states import MessageKind, MessageState


@transaction.atomic
def again(*, actor: User, now: datetime, message: Message) -> Message:
    """Send a failed mail again: the same bytes, or a new mail where the address was mended.

    Raises IllegalTransition where it has not failed, Conflict where a newer mail took its place or
    the contact no longer has an address.
    """
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.status is not MessageState.FAILED:
        raise IllegalTransition(_("Mejlet har redan skickats eller väntar på att skickas."))
    if _newer(locked):
        raise Conflict(_("Ett nyare mejl har tagit över. Titta på det i stället."))
    invitation = Invitation.objects.select_related("contact", "host__user").get(
        pk=locked.invitation_id
    )
    event = audit.record(now=now, actor=actor, verb="message.retried", target=locked)
    if invitation.email == locked.recipient:
        return _same_bytes(locked, now)
    return _to_new_address(locked, invitation, event, now)


def _newer(message: Message) -> bool:
    later = Message.objects.filter(invitation=message.invitation_id, pk__gt=message.pk)
    return later.exclude(state=MessageState.SUPERSEDED.value).exists()


def _same_bytes(message: Message, now: datetime) -> Message:
    message.state = MessageState.WAITING.value
    message.due_at, message.attempts, message.error = now, 0, ""
    message.save(update_fields=["state", "due_at", "attempts", "error"])
    transaction.on_commit(enqueue.nudge)
    return message


def _to_new_address(
    message: Message, invitation: Invitation, event: AuditEvent, now: datetime
) -> Message:
    if message.kind == MessageKind.REMINDER.value:
        fresh = enqueue.remind(invitation, event=event, now=now)
    else:
        kind = (
            MessageKind.CANCEL if message.kind == MessageKind.CANCEL.value else MessageKind.UPDATE
        )
        fresh = enqueue.tell(invitation, change=kind, event=event, now=now)
    if fresh is None:
        raise Conflict(_("Kontakten har ingen e-postadress. Ring i stället."))
    message.state, message.superseded_by = MessageState.SUPERSEDED.value, fresh
    message.save(update_fields=["state", "superseded_by"])
    return fresh
