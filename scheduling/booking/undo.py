"""Undo for as long as the mail waits: nothing left the house, so nothing need be explained."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import IllegalTransition
from core.models import AuditEvent, User
from scheduling.booking import allocate, change
from scheduling.models import Booking, CallTask, Message, Room
from scheduling.states import OCCUPYING, MessageState, VisitState

UNDOABLE = frozenset(
    {
        "visit.booked",
        "visit.offered",
        "visit.moved",
        "visit.cancelled_by_us",
        "visit.cancelled_by_partner",
    }
)


def undoable(booking: Booking, now: datetime) -> AuditEvent | None:
    """The booking's last act, if it can still be taken back; None otherwise."""
    event = (
        AuditEvent.objects.filter(object_type="booking", object_id=booking.pk)
        .order_by("-pk")
        .first()
    )
    if event is None or event.verb not in UNDOABLE:
        return None
    messages = Message.objects.filter(event=event)
    waiting = messages.filter(state=MessageState.WAITING.value, due_at__gt=now)
    if not messages.exists() or messages.count() != waiting.count():
        return None
    return event


def seconds_left(event: AuditEvent, now: datetime) -> int:
    """Whole seconds until the first of the event's mails is due."""
    due = Message.objects.filter(event=event).order_by("due_at").values_list("due_at", flat=True)
    first = due.first()
    return max(0, int((first - now).total_seconds())) if first else 0


@change.service
def undo(*, actor: User, now: datetime, booking: Booking) -> Booking:
    """Take back the last act of a booking whose mails all still wait.

    Raises IllegalTransition where a mail has left, or something newer happened; Clash where the
    old time went to somebody else meanwhile.
    """
    booking = change.locked(booking)
    event = undoable(booking, now)
    if event is None:
        raise IllegalTransition(_("Mejlet har redan gått. Flytta eller avboka i stället."))
    _take_back_messages(event)
    if event.verb in {"visit.booked", "visit.offered"}:
        booking.state = VisitState.DRAFT.value
    elif event.verb == "visit.moved":
        _move_back(booking, event)
    else:
        booking.state = event.data["state"]
        booking.cancelled_at, booking.cancel_reason = None, ""
    if booking.status in OCCUPYING:
        allocate.take(booking, now=now)
    else:
        allocate.release(booking)
    _restore_answers(booking, event)
    change.finish(booking, actor=actor, now=now, verb="visit.undone", data={"undone": event.verb})
    return booking


def _take_back_messages(event: AuditEvent) -> None:
    messages = Message.objects.filter(event=event, state=MessageState.WAITING.value)
    pks = list(messages.values_list("pk", flat=True))
    messages.update(state=MessageState.SUPERSEDED.value)
    # What they had replaced waits again, with its own SEQUENCE.
    Message.objects.filter(superseded_by__in=pks, state=MessageState.SUPERSEDED.value).update(
        state=MessageState.WAITING.value, superseded_by=None
    )
    CallTask.objects.filter(event=event, done_at=None).delete()


def _move_back(booking: Booking, event: AuditEvent) -> None:
    before = event.data["before"]
    booking.start = datetime.fromisoformat(before["start"])
    booking.end = datetime.fromisoformat(before["end"])
    booking.state = before["state"]
    booking.visit.room = Room.objects.filter(pk=before["room"]).first()
    booking.visit.save(update_fields=["room"])


def _restore_answers(booking: Booking, event: AuditEvent) -> None:
    """The answers that a move had reset stand again, from their history."""
    for invitation in change.live_invitations(booking):
        if invitation.pk not in event.data.get("answered", []):
            continue
        last = invitation.answers.filter(at__lte=event.at).order_by("-at", "-pk").first()
        if last is None:
            continue
        invitation.state = last.state
        invitation.answered_at = last.at
        invitation.channel = last.channel
        invitation.comment = last.comment
        invitation.save()
