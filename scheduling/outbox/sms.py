"""Who is texted, when, and what only a voice can carry in time.

A contact without e-mail whose channel is SMS gets texts where others get mails; one with e-mail
gets the day before as a text beside its mails. A text goes 8–19 on working days. What could not be
there an hour before the visit becomes a call; news of a visit less than a day ahead is a text and
a call, since no text says that it was read.
"""

from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings

from core.models import AuditEvent
from partners.models import Contact, ContactChannel
from partners.phones import is_mobile
from partners.services.texting import wants_no_texts
from scheduling.models import Invitation, Message
from scheduling.outbox import quiet, sms_letters
from scheduling.outbox.sms_letters import TextLetter
from scheduling.states import MessageChannel, MessageKind

#: A text that comes later than this before the visit may be read after it.
LATEST = timedelta(hours=1)
#: News of a visit nearer than this must reach a person.
SOON = timedelta(hours=24)
_ASKING = frozenset({MessageKind.REMINDER, MessageKind.NUDGE})
#: The addressee's own act, or a colleague's word beside it: nobody need be rung about it.
_NO_NEWS = _ASKING | {MessageKind.CHOSEN, MessageKind.LINK, MessageKind.RECEIPT}


class Way(Enum):
    """How something reaches an addressee without e-mail."""

    TEXT = "text"
    VOICE = "voice"
    BOTH = "both"


def may_be_texted(contact: Contact | None) -> bool:
    """Whether a text can go there at all: a service, a mobile, and nobody who minds.

    A protected contact's number is never handed to a service outside the house (DOMAIN.md §3).
    """
    return bool(
        settings.SMS_URL
        and contact is not None
        and contact.archived_at is None
        and contact.left_at is None
        and not contact.protected
        and is_mobile(contact.phone)
        and not wants_no_texts(contact)
    )


def wants_texts(contact: Contact | None) -> bool:
    """Whether SMS is the way the contact wants to be reached, and it can be."""
    return (
        contact is not None
        and contact.channel == ContactChannel.SMS.value
        and may_be_texted(contact)
    )


def way(invitation: Invitation, change: MessageKind, event: AuditEvent, now: datetime) -> Way:
    """How ``change`` reaches an addressee who has no e-mail."""
    if not wants_texts(invitation.contact) or not hasattr(invitation.booking, "visit"):
        return Way.VOICE
    start = _soonest(invitation, event, now)
    if start is None or leaves_at(change, now) > start - LATEST:
        return Way.VOICE
    return Way.BOTH if change not in _NO_NEWS and quiet.near(start, now, SOON) else Way.TEXT


def leaves_at(kind: MessageKind, now: datetime) -> datetime:
    """When a text written now may leave: after the time for undo, and never in the quiet."""
    hold = 0 if kind in _NO_NEWS else settings.OUTBOX_HOLD_SECONDS
    return quiet.next_open(now + timedelta(seconds=hold))


def deadline(
    invitation: Invitation, event: AuditEvent | None, written_at: datetime
) -> datetime | None:
    """When a text written then must have left; None where it was too late already."""
    start = _soonest(invitation, event, written_at)
    return start - LATEST if start is not None else None


def _soonest(invitation: Invitation, event: AuditEvent | None, now: datetime) -> datetime | None:
    """The next instant at which somebody would come in vain: the time now, or the one before."""
    before = event.data.get("before") if event is not None else None
    starts = [invitation.booking.start]
    if isinstance(before, dict) and "start" in before:
        starts.append(datetime.fromisoformat(before["start"]))
    return min((start for start in starts if start > now), default=None)


def unsaved(
    invitation: Invitation,
    *,
    kind: MessageKind,
    event: AuditEvent,
    now: datetime,
    letter: TextLetter | None = None,
) -> Message:
    """The finished text to the invitation's contact, to be stored with the change."""
    assert invitation.contact is not None
    letter = letter or sms_letters.write(invitation, kind, now)
    return Message(
        invitation=invitation,
        booking=invitation.booking,
        event=event,
        kind=kind.value,
        channel=MessageChannel.SMS.value,
        sequence=invitation.sequence,
        sender=settings.SMS_FROM,
        recipient=invitation.contact.phone,
        subject=letter.title,
        text=letter.text,
        raw=letter.text.encode(),
        created_at=now,
        due_at=leaves_at(kind, now),
    )
