"""Claim, send, mark: at least once, the same bytes and Message-ID each time.

No transaction is open while SMTP talks. A worker killed between sending and marking leaves a claim
whose lease ends; the next one sends the same bytes again, which is harmless by UID and SEQUENCE.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from enum import Enum

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from scheduling.models import Message
from scheduling.outbox.adapters import Outcome, Transport, transport
from scheduling.states import MessageState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 20
#: Seconds to wait after the 1st, 2nd, … temporary fault; then the last one each time.
BACK_OFF = (30, 60, 300, 900, 1800)

_OPEN = [MessageState.WAITING.value, MessageState.SENDING.value]


class _End(Enum):
    GO_ON = "go on"
    SERVER_AWAY = "server away"


def deliver_due(*, clock: Callable[[], datetime], limit: int = 1000) -> int:
    """Send what is due at ``clock()``; returns how many left. Stops when the server is away."""
    sent = 0
    with ExitStack() as stack:
        post: Transport | None = None
        while sent < limit:
            claimed = _claim(clock(), min(BATCH, limit - sent))
            if not claimed:
                break
            if post is None:
                post = stack.enter_context(transport())
            for position, message in enumerate(claimed):
                if _send(message, post, clock) is _End.SERVER_AWAY:
                    _give_back(claimed[position + 1 :])
                    return sent
                sent += message.state in {MessageState.SENT.value, MessageState.KEPT.value}
    return sent


def _due(now: datetime) -> QuerySet[Message]:
    """Waiting and due, or claimed by somebody whose lease is over; never before a sibling."""
    earlier = Message.objects.filter(
        invitation=OuterRef("invitation"), pk__lt=OuterRef("pk"), state__in=_OPEN
    )
    free = Q(state=MessageState.WAITING.value, due_at__lte=now) | Q(
        state=MessageState.SENDING.value, lease_until__lt=now
    )
    return Message.objects.filter(free).exclude(Exists(earlier)).order_by("due_at", "pk")


def _claim(now: datetime, count: int) -> list[Message]:
    with transaction.atomic():
        rows = _due(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        claimed = []
        for message in rows[:count]:
            # Conditional: on SQLite another worker may have been quicker; on PostgreSQL the row
            # is locked and this is merely true.
            taken = Message.objects.filter(
                pk=message.pk,
                state=message.state,
                attempts=message.attempts,
                lease_until=message.lease_until,
            ).update(
                state=MessageState.SENDING.value,
                lease_until=now + LEASE,
                attempts=F("attempts") + 1,
            )
            if taken:
                message.state = MessageState.SENDING.value
                message.attempts += 1
                claimed.append(message)
        return claimed


def _send(message: Message, post: Transport, clock: Callable[[], datetime]) -> _End:
    result = post.send(message.sender, message.recipient, bytes(message.raw))
    now = clock()
    match result.outcome:
        case Outcome.SENT:
            _mark(message, state=MessageState.SENT, sent_at=now, error="")
        case Outcome.KEPT:
            _mark(message, state=MessageState.KEPT, sent_at=now, error="")
        case Outcome.REFUSED:
            _mark(message, state=MessageState.FAILED, sent_at=None, error=result.detail)
        case Outcome.LATER | Outcome.AWAY:
            wait = BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
            message.due_at = now + timedelta(seconds=wait)
            _mark(message, state=MessageState.WAITING, sent_at=None, error=result.detail)
    if result.detail:
        logger.warning("mail %s: %s", message.message_id, result.detail)
    return _End.SERVER_AWAY if result.outcome is Outcome.AWAY else _End.GO_ON


def _mark(message: Message, *, state: MessageState, sent_at: datetime | None, error: str) -> None:
    message.state = state.value
    message.sent_at = sent_at
    message.error = error[:300]
    message.lease_until = None
    message.save(update_fields=["state", "sent_at", "error", "lease_until", "due_at"])


def _give_back(messages: list[Message]) -> None:
    """Claims that were never tried: as if they had not been made."""
    Message.objects.filter(
        pk__in=[message.pk for message in messages], state=MessageState.SENDING.value
    ).update(state=MessageState.WAITING.value, lease_until=None, attempts=F("attempts") - 1)
