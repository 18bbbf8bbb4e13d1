"""Undo for as long as the mail waits: nothing left the house, so nothing need be explained."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from core.errors import IllegalTransition
from core.models import AuditEvent, User
from scheduling.booking import allocate, alter, change, fitting, gathering_undo
from scheduling.models import (
    Booking,
    CallTask,
    Host,
    Invitation,
    Message,
    OfferedTime,
    Proposal,
    Room,
)
from scheduling.states import (
    OCCUPYING,
    BookingKind,
    MessageState,
    OfferState,
    ProposalState,
    VisitState,
)

UNDOABLE = frozenset(
    {
        "visit.booked",
        "visit.offered",
        "visit.moved",
        "visit.swapped",
        "visit.changed",
        "visit.room_changed",
        "visit.host_changed",
        "visit.substituted",
        "visit.cancelled_by_us",
        "visit.cancelled_by_partner",
        *(
            f"{kind}.{act}"
            for kind in (BookingKind.MEETING.value, BookingKind.TRAINING.value)
            for act in ("booked", "moved", "changed", "cancelled")
        ),
    }
)
#: What an audit row remembers of a change of details: of texts the room's reason alone, so that the
#: others stay changed.
_REMEMBERED = frozenset({"host", "co_host", "room", fitting.FIELD})


def undoable(booking: Booking, now: datetime) -> AuditEvent | None:
    """The booking's last act, if it can still be taken back; None otherwise."""
    event = _last(booking.pk)
    if event is None or not _waits(event, now):
        return None
    if event.verb == "visit.changed" and not set(event.data["fields"]) <= _REMEMBERED:
        return None
    if event.verb == "visit.swapped" and _twin(event, now) is None:
        return None
    return None if event.data.get("other_place") else event


def _last(pk: int) -> AuditEvent | None:
    rows = AuditEvent.objects.filter(object_type="booking", object_id=pk)
    event = rows.order_by("-pk").first()
    return event if event is not None and event.verb in UNDOABLE else None


def _waits(event: AuditEvent, now: datetime) -> bool:
    """Whether the act wrote mails or texts, and every one of them is still held back for this."""
    if now >= _held_until(event):
        return False  # a text may wait for the morning; no undo lasts so long
    messages = Message.objects.filter(event=event)
    waiting = messages.filter(state=MessageState.WAITING.value, due_at__gt=now)
    return messages.exists() and messages.count() == waiting.count()


def _twin(event: AuditEvent, now: datetime) -> AuditEvent | None:
    """The other half of a swap, as long as nothing else has happened to it."""
    twin = _last(event.data["with"])
    same = twin is not None and twin.data.get("with") == event.object_id and twin.at == event.at
    return twin if twin is not None and same and _waits(twin, now) else None


def seconds_left(event: AuditEvent, now: datetime) -> int:
    """Whole seconds until the first of the event's mails is due."""
    due = Message.objects.filter(event=event).order_by("due_at").values_list("due_at", flat=True)
    first = due.first()
    if first is None:
        return 0
    return max(0, int((min(first, _held_until(event)) - now).total_seconds()))


def _held_until(event: AuditEvent) -> datetime:
    return event.at + timedelta(seconds=settings.OUTBOX_HOLD_SECONDS)


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
    twin = _twin(event, now) if event.verb == "visit.swapped" else None
    pairs = [(booking, event)]
    if twin is not None:
        pairs.append((change.locked(Booking(pk=twin.object_id)), twin))
    for row, act in pairs:
        take_back_messages(act)
        put_back(row, act)
    if twin is None and booking.status not in OCCUPYING:
        allocate.release(booking)
    elif twin is None:
        allocate.take(booking, now=now)
    else:
        allocate.take_together([row for row, _act in pairs], now=now)
    for row, act in pairs:
        restore_answers(row, act)
        undone: dict[str, object] = {"undone": act.verb}
        verb = "visit.undone" if hasattr(row, "visit") else f"{row.kind}.undone"
        change.finish(row, actor=actor, now=now, verb=verb, data=undone)
    return booking


def take_back_messages(event: AuditEvent) -> None:
    """The act's mails and calls to make go; the mails that they had replaced wait again.

    SEQUENCE is again that of the newest mail: an answer to it is not stale.
    """
    messages = Message.objects.filter(event=event, state=MessageState.WAITING.value)
    pks = list(messages.values_list("pk", flat=True))
    messages.update(state=MessageState.SUPERSEDED.value)
    # What they had replaced waits again, with its own SEQUENCE.
    Message.objects.filter(superseded_by__in=pks, state=MessageState.SUPERSEDED.value).update(
        state=MessageState.WAITING.value, superseded_by=None
    )
    for invitation in Invitation.objects.filter(messages__in=pks).distinct():
        told = invitation.messages.exclude(state=MessageState.SUPERSEDED.value)
        newest = told.aggregate(Max("sequence"))["sequence__max"] or 0
        invitation.sequence = invitation.significant_sequence = newest
        invitation.save(update_fields=["sequence", "significant_sequence"])
    CallTask.objects.filter(event=event, done_at=None).delete()


def put_back(booking: Booking, event: AuditEvent) -> None:
    """Times, state, room and hosts as they were before the act."""
    if not hasattr(booking, "visit"):
        gathering_undo.put_back(booking, event)
        _reopen(event)
        return
    if event.verb in {"visit.booked", "visit.offered"}:
        # A draft stands at one time, the first; nothing is offered any more.
        alter.close_offered(booking)
        booking.state = VisitState.DRAFT.value
        return
    before, visit = event.data["before"], booking.visit
    booking.start = datetime.fromisoformat(before["start"])
    booking.end = datetime.fromisoformat(before["end"])
    booking.state, booking.cancel_reason = before["state"], ""
    at = before["cancelled_at"]
    booking.cancelled_at = datetime.fromisoformat(at) if at else None
    room = Room.objects.select_related("library").filter(pk=before["room"]).first()
    if room is not None and room != visit.room:
        alter.put_in(booking, room)
    hosts = Host.objects.select_related("user").in_bulk([before["host"], before["co_host"]])
    visit.host, visit.co_host = hosts[before["host"]], hosts.get(before["co_host"])
    visit.save(update_fields=["host", "co_host"])
    if fitting.FIELD in event.data:
        fitting.put_back(booking, event)
    OfferedTime.objects.filter(pk__in=event.data.get("offered", [])).update(
        state=OfferState.OPEN.value
    )
    _reopen(event)


def _reopen(event: AuditEvent) -> None:
    """Wishes for another time that the act had answered."""
    Proposal.objects.filter(pk__in=event.data.get("proposals", [])).update(
        state=ProposalState.OPEN.value
    )


def restore_answers(booking: Booking, event: AuditEvent) -> None:
    """The answers that a move had reset stand again, from their history."""
    for invitation in change.live_invitations(booking, staff=True):
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
