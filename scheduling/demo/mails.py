"""Write the mails that have already left, the calls, the links and the wishes for another time.

They count as kept or sent a while ago, so a worker that starts now finds nothing of them to send.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from core import swedish
from core.models import AuditEvent
from partners.models import ContactChannel
from scheduling import links, snapshots
from scheduling.calendars import itip, mime
from scheduling.calendars.snapshots import EventStatus, Mailbox
from scheduling.demo import story
from scheduling.demo.visits import BATCH, Written
from scheduling.demo.world import World
from scheduling.models import CallTask, Invitation, Message, Proposal
from scheduling.outbox import letters, quiet, sms
from scheduling.states import MessageKind, MessageState, VisitState

#: A link dies 30 days after its visit, and the text of a mail is erased: older visits have none.
LIVES: Final = timedelta(days=30)
#: Of those that only fill a large calendar, the near ones have mails: writing one takes its time.
_NEAR: Final = timedelta(days=60)
_DELAY: Final = timedelta(seconds=12)
_TEXTED: Final = time(9, 5)
_IN_WORDS: Final = "En tisdag förmiddag passar bättre, gärna efter klockan tio."


def write(world: World, visits: Sequence[Written]) -> None:
    """All of it; the audit rows must be stored, since mails and calls name them."""
    living = [one for one in visits if one.plan.end > world.now - LIVES]
    for one in living:
        for invitation in one.invitations:
            links.issue(invitation)
    mails = [mail for one in living for mail in _mails(world, one)]
    mails.sort(key=lambda mail: (mail.created_at, mail.message_id))
    Message.objects.bulk_create(mails, batch_size=BATCH)
    CallTask.objects.bulk_create(
        [call for one in visits for call in _calls(world, one)], batch_size=BATCH
    )


def _mails(world: World, one: Written) -> Iterator[Message]:
    """The invitation, the reminder and the cancellation, to those who have an address."""
    far = one.plan.start > world.now + _NEAR and not one.plan.core
    if far or one.plan.state is VisitState.DRAFT:
        return
    for invitation in one.invitations:
        if not invitation.email:
            continue
        # Who took over was asked when they did, not when the visit was booked.
        first = story.BOOKED if one.line.replaced is None else story.CONTACT_ADDED
        told = [event for event in one.events if event.verb == first or event.verb in _LATER]
        for count, event in enumerate(told, start=1):
            yield _mail(one, invitation, event, count)
        yield from _text(world, one, invitation, len(told) + 1)


def _text(world: World, one: Written, invitation: Invitation, count: int) -> Iterator[Message]:
    """The day before as a text, to those who want it beside their mails."""
    day = quiet.day_before(timezone.localdate(one.plan.start))
    at = swedish.at_wall(day, _TEXTED)
    reminded = next((event for event in one.events if event.verb == story.REMINDED), None)
    contact = invitation.contact
    wanted = contact is not None and contact.channel == ContactChannel.SMS.value
    if not wanted or reminded is None or at > world.now or at < reminded.at:
        return
    text = sms.unsaved(invitation, kind=MessageKind.REMINDER, event=reminded, now=at)
    text.state, text.attempts, text.sent_at = MessageState.KEPT.value, 1, at + _DELAY
    text.message_id = _message_id(invitation, count)
    yield text


#: What the acts after the invitation are told by.
_LATER: Final = {
    story.REMINDED: MessageKind.REMINDER,
    **dict.fromkeys(story.CANCELS, MessageKind.CANCEL),
}


def _mail(one: Written, invitation: Invitation, event: AuditEvent, count: int) -> Message:
    kind = _LATER.get(event.verb, MessageKind.REQUEST)
    stamp = event.at.replace(microsecond=0)
    sequence = invitation.sequence if kind is MessageKind.CANCEL else 0
    letter = letters.write(invitation, kind, event.at)
    sender = Mailbox(
        links.tagged_address(invitation.mail_tag), snapshots.organiser_name(one.booking)
    )
    to = Mailbox(invitation.email, invitation.name)
    calendar, method = _calendar(invitation, kind, sequence, stamp)
    raw = mime.invitation_message(
        sender=sender,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=_message_id(invitation, count),
        date=stamp,
        calendar=calendar,
        method=method,
        references=_message_id(invitation, 1) if count > 1 else None,
        language=snapshots.language(invitation),
    )
    return Message(
        invitation=invitation,
        booking=one.booking,
        event=event,
        kind=kind.value,
        state=MessageState.KEPT.value,
        sequence=sequence,
        significant=calendar is not None,
        sender=sender.address,
        recipient=to.address,
        subject=letter.subject,
        text=letter.text,
        calendar=calendar,
        raw=raw,
        message_id=_message_id(invitation, count),
        created_at=event.at,
        due_at=event.at,
        attempts=1,
        sent_at=event.at + _DELAY,
    )


def _calendar(
    invitation: Invitation, kind: MessageKind, sequence: int, stamp: datetime
) -> tuple[bytes | None, str | None]:
    if kind is MessageKind.REMINDER:
        return None, None
    snapshot = snapshots.invitation(
        invitation, sequence=sequence, stamp=stamp, answer_url=links.answer_url(invitation)
    )
    if kind is MessageKind.CANCEL:
        return itip.cancel(snapshot), "CANCEL"
    # As it stood when it was sent: nothing was called off yet.
    return itip.request(replace(snapshot, status=EventStatus.CONFIRMED)), "REQUEST"


def _message_id(invitation: Invitation, count: int) -> str:
    """As the outbox makes it: the invitation's identity and the number of the mail."""
    local = invitation.ical_uid.partition("@")[0]
    return f"<{local}.{count}@{settings.MAIL_FROM.rpartition('@')[2]}>"


def _calls(world: World, one: Written) -> Iterator[CallTask]:
    """Whoever has no mail is rung: at the invitation, until an answer comes; and as a reminder."""
    for event in one.events:
        for invitation in one.invitations:
            if event.verb not in _RUNG or invitation.email or invitation.contact is None:
                continue
            reminder = event.verb == story.REMINDED
            done = event.at + timedelta(hours=2) if reminder else one.line.answered
            yield CallTask(
                invitation=invitation,
                contact=invitation.contact,
                kind=_RUNG[event.verb].value,
                event=event,
                created_at=event.at,
                done_at=done,
                done_by=world.planner if done else None,
            )


_RUNG: Final = {story.BOOKED: MessageKind.REQUEST, story.REMINDED: MessageKind.REMINDER}


def propose(visits: Sequence[Written], times: dict[int, list[datetime]]) -> None:
    """The open wishes of those who countered: the first in words, the others as times."""
    for index, one in enumerate(visits):
        if not one.plan.countered:
            continue
        (invitation,) = one.invitations
        at = invitation.answered_at
        assert at is not None
        length = one.plan.end - one.plan.start
        wishes = [
            Proposal(invitation=invitation, start=start, end=start + length, created_at=at)
            for start in times.get(index, [])
        ]
        Proposal.objects.bulk_create(
            wishes or [Proposal(invitation=invitation, text=_IN_WORDS, created_at=at)]
        )
