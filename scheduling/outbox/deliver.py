"""Claim, send, mark: at least once, the same bytes and Message-ID each time.

No transaction is open while SMTP talks. A worker killed between sending and marking leaves a claim
whose lease ends; the next one sends the same bytes again, which is harmless by UID and SEQUENCE.

What is wrong decides what follows. Nobody answers: all wait for the line, and go when it is back.
4xx, or a line that broke: this one again, later each time. 5xx: this one waits for a person, and
its successors behind it (``waits``).
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from scheduling.models import Message
from scheduling.models.message import Messages
from scheduling.outbox import quiet, sms_service, texting, waits
from scheduling.outbox.adapters import Outcome, Result, Transport, transport
from scheduling.states import Fault, MessageChannel, MessageState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 20
#: Seconds to wait after the 1st, 2nd, … temporary fault; then the last one each time.
BACK_OFF = (30, 60, 300, 900, 1800)
#: Nobody answers: the line is tried again so often, and no mail waits longer when it is back.
LINE_SECONDS = 60


class _End(Enum):
    GO_ON = "go on"
    SERVER_AWAY = "server away"


def deliver_due(*, clock: Callable[[], datetime], limit: int = 1000) -> int:
    """Send what is due at ``clock()``, mails and texts; returns how many left.

    Each has its own line: while one is away the other goes on. Texts rest in the quiet hours.
    """
    sent = _deliver(MessageChannel.MAIL, clock, limit)
    texting.ring_instead(now=clock())
    if settings.SMS_URL and quiet.is_open(clock()):
        sent += _deliver(MessageChannel.SMS, clock, limit)
    return sent


def _deliver(channel: MessageChannel, clock: Callable[[], datetime], limit: int) -> int:
    """Send what is due by one channel. Stops when its server is away."""
    sent = 0
    if waits.line_is_down(clock(), channel):
        return sent
    mail = channel is MessageChannel.MAIL
    with ExitStack() as stack:
        post: Transport | None = None
        while sent < limit:
            waits.hold_back(clock())
            claimed = _claim(clock(), min(BATCH, limit - sent), channel)
            if not claimed:
                break
            if post is None:
                post = stack.enter_context(transport()) if mail else sms_service.service()
            left, end = _send_all(claimed, post, clock)
            if left and not sent:
                waits.line_is_up(clock(), channel)
            sent += left
            if end is _End.SERVER_AWAY:
                break
    return sent


def _send_all(
    claimed: list[Message], post: Transport, clock: Callable[[], datetime]
) -> tuple[int, _End]:
    """One batch; how many left, and whether to go on. What is not tried is given back."""
    left, refused = 0, set[str]()
    ours_until = clock() + LEASE / 2
    for position, message in enumerate(claimed):
        if clock() > ours_until:
            # A slow server: what another worker could soon take is not sent from here.
            _give_back(claimed[position:])
            break
        if message.recipient in refused:
            _give_back([message])
            continue
        if _send(message, post, clock) is _End.SERVER_AWAY:
            _give_back(claimed[position + 1 :])
            return left, _End.SERVER_AWAY
        left += message.status in {MessageState.SENT, MessageState.KEPT}
        if message.status is MessageState.FAILED:
            refused.add(message.recipient)
    return left, _End.GO_ON


def _due(now: datetime) -> Messages:
    """Waiting and due, or claimed by somebody whose lease is over; never before what it awaits."""
    free = Q(state=MessageState.WAITING.value, due_at__lte=now) | Q(
        state=MessageState.SENDING.value, lease_until__lt=now
    )
    return waits.without_blocked(Message.objects.filter(free), now).order_by("due_at", "pk")


def _claim(
    now: datetime, count: int, channel: MessageChannel = MessageChannel.MAIL
) -> list[Message]:
    with transaction.atomic():
        rows = _due(now).filter(channel=channel.value)
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
                # Whoever held it may have sent it before they died.
                unsure=message.unsure or message.status is MessageState.SENDING,
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
        case Outcome.SENT | Outcome.KEPT:
            message.provider_id = result.reference
            _mark(message, state=MessageState(result.outcome.value), sent_at=now)
        case Outcome.REFUSED:
            _mark(message, state=MessageState.FAILED, fault=Fault.REFUSED, error=result.detail)
        case _:
            _later(message, result, now)
    if result.detail:
        logger.warning("mail %s: %s", message.message_id, result.detail)
    return _End.SERVER_AWAY if result.outcome is Outcome.AWAY else _End.GO_ON


def _later(message: Message, result: Result, now: datetime) -> None:
    away = result.outcome is Outcome.AWAY
    wait = LINE_SECONDS if away else BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
    message.due_at = now + timedelta(seconds=wait)
    if result.outcome is Outcome.UNSURE:
        Message.objects.filter(pk=message.pk).update(unsure=True)
    fault = Fault.AWAY if away else Fault.LATER
    _mark(message, state=MessageState.WAITING, fault=fault, error=result.detail)


def _mark(
    message: Message,
    *,
    state: MessageState,
    sent_at: datetime | None = None,
    fault: Fault | None = None,
    error: str = "",
) -> None:
    message.state = state.value
    message.sent_at = sent_at
    message.fault = fault.value if fault else ""
    message.error = error[:300]
    message.lease_until = None
    fields = ["state", "sent_at", "fault", "error", "lease_until", "due_at", "provider_id"]
    message.save(update_fields=fields)


def _give_back(messages: list[Message]) -> None:
    """Claims that were never tried: as if they had not been made."""
    Message.objects.filter(
        pk__in=[message.pk for message in messages], state=MessageState.SENDING.value
    ).update(state=MessageState.WAITING.value, lease_until=None, attempts=F("attempts") - 1)
