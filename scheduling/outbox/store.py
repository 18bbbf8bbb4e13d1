"""A message as it is stored: its words, its calendar part and its identity, rendered once.

The bytes are what is sent, however late: nothing is rendered while a mail goes out.
"""

import logging
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from core.models import AuditEvent
from scheduling import links, snapshots
from scheduling.calendars import itip, mime
from scheduling.calendars.snapshots import Mailbox
from scheduling.models import Invitation, Message
from scheduling.outbox import letters, sms, waits
from scheduling.outbox.sms_letters import TextLetter
from scheduling.states import (
    LEFT_THE_HOUSE,
    InvitationState,
    MessageChannel,
    MessageKind,
)

logger = logging.getLogger(__name__)
#: Also one that nobody said was taken: a line that broke, a worker that died.
MAY_HAVE_ARRIVED = Q(state__in=[state.value for state in LEFT_THE_HOUSE]) | Q(unsure=True)
OF_SERIES = frozenset({MessageKind.SERIES, MessageKind.SERIES_END})
ASKING = frozenset({MessageKind.REMINDER, MessageKind.NUDGE})
#: After these alone no calendar knows the invitation's own UID yet.
NO_TIME_YET = [
    *(MessageKind.OFFER.value, MessageKind.SERIES.value, *waits.ASKING),
    *(MessageKind.LINK.value, MessageKind.RECEIPT.value),
]
_WITHOUT_CALENDAR = frozenset(
    {MessageKind.REMINDER, MessageKind.NUDGE, MessageKind.OFFER, MessageKind.TAKEN}
)


def message(
    invitation: Invitation,
    *,
    kind: MessageKind,
    event: AuditEvent,
    now: datetime,
    in_words: bool = False,
    letter: letters.Letter | None = None,
) -> Message:
    """The mail of ``kind`` about what stands; a text where the addressee has no e-mail.

    ``in_words``: without a calendar part. ``letter`` where its words are not those of ``kind``.
    It leaves after the time for undo; what only asks leaves at once.
    """
    if not invitation.email:
        return text(invitation, kind=kind, event=event, now=now)
    stamp = now.astimezone(UTC).replace(microsecond=0)
    letter = letter or letters.write(invitation, kind, now)
    calendar, method = (None, None) if in_words else _calendar(invitation, kind, stamp)
    sender = Mailbox(
        links.tagged_address(invitation.mail_tag), snapshots.organiser_name(invitation.booking)
    )
    to = Mailbox(invitation.email, invitation.name)
    identity = message_id(invitation)
    raw = mime.invitation_message(
        sender=sender,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=identity,
        date=stamp,
        calendar=calendar,
        method=method,
        references=_first_message_id(invitation),
        language=snapshots.language(invitation),
    )
    hold = 0 if kind in ASKING else settings.OUTBOX_HOLD_SECONDS
    stored = Message.objects.create(
        invitation=invitation,
        booking=invitation.booking,
        event=event,
        kind=kind.value,
        sequence=None if calendar is None and kind is MessageKind.OFFER else invitation.sequence,
        significant=calendar is not None,
        sender=sender.address,
        recipient=to.address,
        subject=letter.subject,
        text=letter.text,
        calendar=calendar,
        raw=raw,
        message_id=identity,
        created_at=now,
        due_at=now + timedelta(seconds=hold),
    )
    if hold == 0:
        transaction.on_commit(nudge)
    return stored


def _calendar(
    invitation: Invitation, kind: MessageKind, stamp: datetime
) -> tuple[bytes | None, str | None]:
    if kind in _WITHOUT_CALENDAR or _was_only_offered(invitation, kind):
        return None, None
    if kind in OF_SERIES:
        return _series_calendar(invitation, kind, stamp)
    snapshot = snapshots.invitation(
        invitation,
        sequence=invitation.sequence,
        stamp=stamp,
        answer_url=links.answer_url(invitation),
        chosen=kind is MessageKind.CHOSEN and invitation.status is InvitationState.ACCEPTED,
    )
    if kind in {MessageKind.CANCEL, MessageKind.PASSED}:
        alone = kind is MessageKind.PASSED or snapshots.goes_on_without(invitation)
        return itip.cancel(snapshot, whole=not alone), "CANCEL"
    if kind is MessageKind.DECLINE:
        return itip.declinecounter(snapshot), "DECLINECOUNTER"
    return itip.request(snapshot), "REQUEST"


def _was_only_offered(invitation: Invitation, kind: MessageKind) -> bool:
    """The end of an offer: no calendar knows its UID, so none is told."""
    if kind not in {MessageKind.CANCEL, MessageKind.PASSED}:
        return False
    rows = invitation.messages.filter(MAY_HAVE_ARRIVED, channel=MessageChannel.MAIL.value)
    if snapshots.series_invitation(invitation) is not None:
        return False
    return not rows.exclude(kind__in=NO_TIME_YET).exists()


def _series_calendar(
    invitation: Invitation, kind: MessageKind, stamp: datetime
) -> tuple[bytes | None, str | None]:
    """The whole of a regular series; a list of dates has no calendar part before a yes."""
    row = snapshots.series_invitation(invitation)
    if row is None:
        return None, None
    snapshot = snapshots.whole_series(
        invitation, sequence=row.sequence, stamp=stamp, answer_url=links.series_url(row)
    )
    if kind is MessageKind.SERIES:
        return itip.request(snapshot), "REQUEST"
    return itip.cancel(snapshot), "CANCEL"


def message_id(invitation: Invitation) -> str:
    """Deterministic: the invitation's identity and the number of the mail."""
    local = invitation.ical_uid.partition("@")[0]
    domain = settings.MAIL_FROM.rpartition("@")[2]
    return f"<{local}.{invitation.messages.count() + 1}@{domain}>"


def _first_message_id(invitation: Invitation) -> str | None:
    return (
        invitation.messages.filter(MAY_HAVE_ARRIVED, channel=MessageChannel.MAIL.value)
        .order_by("pk")
        .values_list("message_id", flat=True)
        .first()
    )


def nudge() -> None:
    """Wake a worker. A broker that is away costs a few seconds, never a mail: the beat finds it."""
    try:
        current_app.send_task("scheduling.deliver_due", expires=60)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take the nudge, the beat will: %s", error)


def text(
    invitation: Invitation,
    *,
    kind: MessageKind,
    event: AuditEvent,
    now: datetime,
    letter: TextLetter | None = None,
) -> Message:
    """A text beside whatever else was sent; ``letter`` where its words are not those of ``kind``.

    The caller has asked ``sms`` whether it may be sent.
    """
    message = sms.unsaved(invitation, kind=kind, event=event, now=now, letter=letter)
    message.message_id = message_id(invitation)
    message.save()
    if message.due_at <= now:
        transaction.on_commit(nudge)
    return message
