"""Render now, store the bytes, send later: the mail says what was true when the change was made.

Called inside the transaction of the change. A newer change supersedes the unsent mail of the same
invitation; nothing is cancelled that was never sent (ARCHITECTURE.md, journey 1).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from core.models import AuditEvent
from scheduling import snapshots
from scheduling.models import CallTask, Invitation, Message, SeriesInvitation
from scheduling.outbox import letters, sms, store, waits
from scheduling.states import InvitationState, MessageKind, MessageState, VisitState

#: It did not arrive, but the addressee may have heard of the visit all the same.
_NOT_ARRIVED = Q(state__in=[MessageState.FAILED.value, MessageState.TOLD.value])
_ENDS = frozenset(
    {MessageKind.CANCEL, MessageKind.TAKEN, MessageKind.SERIES_END, MessageKind.PASSED}
)
#: Sequence numbers of these are used up, whether or not the mail arrived.
_USED = store.MAY_HAVE_ARRIVED | _NOT_ARRIVED


def tell(
    invitation: Invitation, *, change: MessageKind, event: AuditEvent, now: datetime
) -> Message | None:
    """Tell one addressee of a change: a mail, a call to make, or nothing that would only confuse.

    ``change`` is UPDATE for whatever stands now (it becomes a REQUEST where nothing was ever
    sent), CANCEL for the end of it. Every change told so is significant: it raises SEQUENCE.
    Returns the stored message, or None where it became a call or nothing.
    """
    if _only_rung(invitation, change=change, event=event, now=now):
        return None
    replaced = _supersede(invitation, whole=change is MessageKind.SERIES_END)
    arrived = invitation.messages.filter(store.MAY_HAVE_ARRIVED)
    tried = invitation.messages.filter(_USED)
    # A partner may have been asked for the whole series; a colleague is asked for each date.
    alone = invitation.booking.series_id is None or invitation.contact_id is None
    whole = change is MessageKind.SERIES_END
    if change in _ENDS and not tried.exists() and (alone or whole):
        return None
    # An offer of several times was no invitation to a time yet: the REQUEST follows the choice.
    series = snapshots.series_invitation(invitation)
    told = series is not None or arrived.exclude(kind__in=store.NO_TIME_YET).exists()
    kind = MessageKind.REQUEST if change is MessageKind.UPDATE and not told else change
    if kind is MessageKind.OFFER:
        return _replacing(replaced, store.message(invitation, kind=kind, event=event, now=now))
    used = invitation.messages.filter(_USED, sequence__isnull=False)
    newest = used.order_by("-sequence").values_list("sequence", flat=True).first()
    if series is not None and kind is not MessageKind.SERIES:
        # A date counts on from its series: an older copy of the whole must not win over it.
        newest = max(newest or 0, series.sequence)
    invitation.sequence = 0 if newest is None else newest + 1
    invitation.significant_sequence = invitation.sequence
    invitation.save(update_fields=["sequence", "significant_sequence"])
    if series is not None and kind in store.OF_SERIES:
        series.sequence = series.significant_sequence = invitation.sequence
        series.save(update_fields=["sequence", "significant_sequence"])
    return _replacing(replaced, store.message(invitation, kind=kind, event=event, now=now))


def _replacing(replaced: list[int], message: Message) -> Message:
    """What it takes the place of; one refused at an address since mended needs no decision."""
    Message.objects.filter(pk__in=replaced).update(superseded_by=message)
    refused = Message.objects.undecided().filter(invitation=message.invitation)
    refused.exclude(recipient=message.recipient).update(
        decided_at=message.created_at, superseded_by=message
    )
    return message


def remind(
    invitation: Invitation,
    *,
    event: AuditEvent,
    now: datetime,
    kind: MessageKind = MessageKind.REMINDER,
) -> Message | None:
    """A reminder (or NUDGE) without a calendar part, from the present state; sent at once.

    None where somebody must be called instead, or where news still waits to be sent, for the line
    or for a person.
    """
    if _only_rung(invitation, change=kind, event=event, now=now):
        return None
    waiting = invitation.messages.filter(state=MessageState.WAITING.value)
    if waiting.exists() or Message.objects.undecided().filter(invitation=invitation).exists():
        return None
    return store.message(invitation, kind=kind, event=event, now=now)


def remind_together(
    invitations: Sequence[Invitation],
    *,
    events: Sequence[AuditEvent],
    now: datetime,
    kind: MessageKind,
) -> Message:
    """One mail of words about several visits of one addressee with an address; sent at once.

    The first visit's message is the mail; the others have a row each, carried by it.
    """
    first, *others = invitations
    letter = letters.write_together(invitations, kind, now)
    carrier = store.message(first, kind=kind, event=events[0], now=now, letter=letter)
    for invitation, event in zip(others, events[1:], strict=True):
        Message.objects.create(
            invitation=invitation,
            booking=invitation.booking,
            event=event,
            kind=kind.value,
            state=MessageState.BUNDLED.value,
            carrier=carrier,
            sequence=invitation.sequence,
            sender=carrier.sender,
            recipient=carrier.recipient,
            subject=carrier.subject,
            text=carrier.text,
            raw=b"",
            message_id=store.message_id(invitation),
            created_at=now,
            due_at=now,
        )
    return carrier


def _supersede(invitation: Invitation, *, whole: bool = False) -> list[int]:
    """What is replaced of ``invitation``: its news. What only asked is written anew when due."""
    bundles = Message.objects.filter(carried__invitation=invitation)
    waits.take_back(list(bundles.values_list("pk", flat=True)))
    asking = invitation.messages.filter(kind__in=waits.ASKING)
    waits.take_back(list(asking.values_list("pk", flat=True)))
    waiting = invitation.messages.filter(state=MessageState.WAITING.value)
    if not whole:
        # News of one date never replaces the invitation to the whole series.
        waiting = waiting.exclude(kind=MessageKind.SERIES.value)
    pks = list(waiting.values_list("pk", flat=True))
    # The state is asked again: a worker may have claimed one of them since.
    Message.objects.filter(pk__in=pks, state=MessageState.WAITING.value).update(
        state=MessageState.SUPERSEDED.value
    )
    return pks


def _only_rung(
    invitation: Invitation, *, change: MessageKind, event: AuditEvent, now: datetime
) -> bool:
    """Whether nothing but a call reaches the addressee in time; it is made a task here.

    A change that is a text has taken the place of what was to be said before.
    """
    if invitation.email:
        return False
    way = sms.way(invitation, change, event, now)
    if way is not sms.Way.TEXT:
        call(invitation, change=change, event=event, now=now)
    elif change not in store.ASKING:
        invitation.calls.filter(done_at=None).delete()
    if way is sms.Way.VOICE and change not in store.ASKING:
        _supersede(invitation)
    return way is sms.Way.VOICE


def call(invitation: Invitation, *, change: MessageKind, event: AuditEvent, now: datetime) -> None:
    """ "Ring Kim": one open task an invitation, about the newest change.

    A colleague without an address sees it in the house's own calendar.
    """
    if invitation.contact is None:
        return
    open_tasks = invitation.calls.filter(done_at=None)
    told = invitation.calls.exclude(done_at=None).exists() or invitation.answers.exists()
    told = told or invitation.messages.filter(store.MAY_HAVE_ARRIVED).exists()
    if change in {MessageKind.CANCEL, MessageKind.PASSED} and not told:
        open_tasks.delete()
        return
    if change in store.ASKING and open_tasks.exists():
        return
    kind = MessageKind.REQUEST if change is MessageKind.UPDATE and not told else change
    open_tasks.delete()
    CallTask.objects.create(
        invitation=invitation,
        contact=invitation.contact,
        kind=kind.value,
        event=event,
        created_at=now,
    )


def repeat(invitation: Invitation, *, event: AuditEvent, now: datetime) -> Message | None:
    """What stands now, once more to the address on file: same SEQUENCE, new stamp, answers stay.

    A CANCEL where it is called off or the addressee is no longer invited. None where news waits to
    be sent anyway. Source: RFC 5546 section 3.2.6 (REFRESH).
    """
    if _has_news_on_its_way(invitation):
        return None
    row = snapshots.series_invitation(invitation)
    if row is None or not invitation.messages.filter(kind=MessageKind.SERIES.value).exists():
        return store.message(invitation, kind=_what_stands(invitation), event=event, now=now)
    kind = MessageKind.SERIES_END if row.series.cancelled_at else MessageKind.SERIES
    message = store.message(invitation, kind=kind, event=event, now=now)
    if kind is MessageKind.SERIES:
        # The rule knows nothing of the dates that were changed since; each is a mail of its own.
        for date in _changed_dates(row):
            store.message(date, kind=_what_stands(date), event=event, now=now)
    return message


def _has_news_on_its_way(invitation: Invitation) -> bool:
    """Nothing overtakes the mail before it, and the newest says it all (ICAL.md B3)."""
    unsent = [MessageState.WAITING.value, MessageState.SENDING.value]
    return invitation.messages.filter(state__in=unsent).exists()


def _what_stands(invitation: Invitation) -> MessageKind:
    over = invitation.status is InvitationState.WITHDRAWN or invitation.booking.status in (
        VisitState.CANCELLED_BY_US,
        VisitState.CANCELLED_BY_PARTNER,
    )
    return MessageKind.CANCEL if over else MessageKind.REQUEST


def _changed_dates(row: SeriesInvitation) -> list[Invitation]:
    """The dates of a series that a mail of their own was sent about."""
    rows = Invitation.objects.filter(booking__series=row.series_id, contact=row.contact_id)
    told = Message.objects.filter(store.MAY_HAVE_ARRIVED, invitation__in=rows, significant=True)
    told = told.exclude(kind__in=[kind.value for kind in store.OF_SERIES])
    changed = rows.filter(pk__in=told.values("invitation"))
    return list(changed.select_related("booking", "contact").order_by("booking__start"))


def decline_counter(
    invitation: Invitation, *, event: AuditEvent, now: datetime, by_calendar: bool
) -> Message | None:
    """Tell who wished for another time that the present one stands.

    To that addressee only, SEQUENCE unchanged. A wish made in a calendar, ``by_calendar``, has a
    DECLINECOUNTER for an answer (RFC 5546, 3.2.8), any other one the words alone. None where
    somebody must be called instead, or news waits to be sent.
    """
    if _only_rung(invitation, change=MessageKind.DECLINE, event=event, now=now):
        return None
    if _has_news_on_its_way(invitation):
        return None
    return store.message(
        invitation, kind=MessageKind.DECLINE, event=event, now=now, in_words=not by_calendar
    )
