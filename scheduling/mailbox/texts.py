"""One text that came in: read, judged, applied and kept in one transaction.

An answer is taken where one number, one open visit and wholly understood words meet, and the
visit is the one the number last heard of. Everything else waits for a person, with its words
masked. Who writes is told at most one thing back, and only so often.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core import audit, screening
from core.errors import Clash, IllegalTransition, Invalid
from partners.models import Contact, SizeBand
from partners.phones import NotAPhoneNumberError, to_e164
from partners.services.texting import start_texts, wants_no_texts
from scheduling.booking import services
from scheduling.calendars.text import clean_text
from scheduling.mailbox.words_of_text import Meaning, Reading, read
from scheduling.models import (
    CallTask,
    IncomingText,
    Invitation,
    Message,
    TextAction,
)
from scheduling.outbox import sms, sms_letters, store, texting
from scheduling.states import (
    LEFT_THE_HOUSE,
    AnswerChannel,
    InvitationState,
    MessageChannel,
    MessageKind,
    MessageState,
    VisitState,
)

#: So many words back to one number within a day: two machines cannot talk for ever.
MOST_REPLIES, WITHIN = 3, timedelta(hours=24)
LONGEST = 1000
_STANDS = [VisitState.OFFERED.value, VisitState.CONFIRMED.value]
_SAID_NO = [VisitState.DECLINED.value, VisitState.CANCELLED_BY_PARTNER.value]
_STATES = {Meaning.YES: InvitationState.ACCEPTED, Meaning.NO: InvitationState.DECLINED}
_NO_NEWS = [MessageKind.RECEIPT.value, MessageKind.LINK.value]
_ASKING = [MessageKind.REMINDER.value, MessageKind.NUDGE.value]


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text as it came: who wrote, what, and the service's number for it ("" for none)."""

    sender: str
    words: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with one text."""

    action: TextAction
    reason: str = ""
    invitation: Invitation | None = None
    state: InvitationState | None = None

    def as_json(self) -> dict[str, object]:
        """One object; what the text was taken for where it was an answer."""
        found: dict[str, object] = {"action": self.action.value, "reason": self.reason}
        if self.invitation is not None:
            found["invitation"] = self.invitation.pk
        if self.state is not None:
            found["answer"] = self.state.value
        return found


def receive(text: TextIn, *, now: datetime) -> Outcome:
    """Take one text. The same one again (by the service's number) changes nothing.

    Raises OperationalError where the database is away or locked: it should be handed in again.
    """
    key = clean_text(text.key, 120, one_line=True) or f"none:{uuid.uuid4()}"
    try:
        with transaction.atomic():
            if IncomingText.objects.filter(key=key).exists():
                return Outcome(TextAction.IGNORED, "duplicate")
            row = _store(text, key, now)
            found = _judge(row, text.words, now)
            row.action, row.reason = found.action.value, found.reason
            row.invitation = found.invitation
            row.save(update_fields=["action", "reason", "invitation"])
            _reply(row, found, now)
            return found
    except IntegrityError:
        if IncomingText.objects.filter(key=key).exists():  # another worker was quicker
            return Outcome(TextAction.IGNORED, "duplicate")
        raise


def _store(text: TextIn, key: str, now: datetime) -> IncomingText:
    try:
        sender = to_e164(text.sender)
    except NotAPhoneNumberError:
        sender = clean_text(screening.mask(text.sender), 32, one_line=True)
    return IncomingText.objects.create(
        received_at=now,
        key=key,
        sender=sender,
        words=clean_text(screening.mask(text.words), LONGEST),
        action=TextAction.IGNORED.value,
    )


# --- Judging -------------------------------------------------------------------------------------
def _judge(row: IncomingText, words: str, now: datetime) -> Outcome:
    """Machines first, then STOPP, then answers."""
    if not row.sender.startswith("+") or row.sender == settings.SMS_FROM:
        return Outcome(TextAction.IGNORED, "no_number")
    likely = likely_of(row.sender, now)
    ours = Message.objects.filter(channel=MessageChannel.SMS.value, recipient=row.sender)
    if words.strip() and ours.filter(text=words.strip()).exists():
        return Outcome(TextAction.IGNORED, "echo", likely)
    reading = read(words, _names(row.sender))
    if reading.meaning is Meaning.STOP:
        return _stop(row.sender, likely, now)
    if reading.meaning is Meaning.START:
        start_texts(number=row.sender, now=now)
        return Outcome(TextAction.START, "", likely)
    doubt = _doubt(row.sender, reading, now)
    if doubt:
        return Outcome(TextAction.REVIEW, doubt, likely)
    return _answer(open_visits(row.sender, now)[0], reading, now)


def _stop(number: str, likely: Invitation | None, now: datetime) -> Outcome:
    known = likely is not None and likely.contact is not None and wants_no_texts(likely.contact)
    texting.stop(number=number, now=now)
    return Outcome(TextAction.STOP, "known" if known else "", likely)


def _doubt(number: str, reading: Reading, now: datetime) -> str:
    """Why a person must read it; "" where it is an answer to one visit."""
    if not _contacts(number).exists():
        return "stranger"
    if reading.meaning is Meaning.UNCLEAR:
        return "unclear"
    found = open_visits(number, now)
    if len(found) != 1:
        return "several_visits" if found else "no_visit"
    return _old_news(number, found[0])


def _old_news(number: str, invitation: Invitation) -> str:
    """Whether the answer may be to something else than what stands now."""
    texts = Message.objects.filter(
        channel=MessageChannel.SMS.value,
        recipient=number,
        state__in=[state.value for state in LEFT_THE_HOUSE],
    )
    last = texts.exclude(kind__in=_NO_NEWS).order_by("-pk").first()
    if last is not None and last.invitation_id != invitation.pk:
        return "other_visit"
    unsent = invitation.messages.exclude(kind__in=[*_NO_NEWS, *_ASKING]).filter(
        state__in=[MessageState.WAITING.value, MessageState.FAILED.value], decided_at=None
    )
    told = invitation.messages.filter(state__in=[state.value for state in LEFT_THE_HOUSE])
    newest = told.order_by("-pk").values_list("created_at", flat=True).first()
    calls = CallTask.objects.filter(invitation=invitation, done_at=None)
    untold = calls.filter(created_at__gt=newest) if newest else calls
    return "old_time" if unsent.exists() or (told.exists() and untold.exists()) else ""


def _answer(invitation: Invitation, reading: Reading, now: datetime) -> Outcome:
    reply = services.Reply(
        state=_STATES[reading.meaning],
        channel=AnswerChannel.SMS,
        size_band=_band(reading.size),
    )
    try:
        services.answer(invitation=invitation, reply=reply, now=now)
    except Clash:
        return Outcome(TextAction.REVIEW, "clash", invitation)
    except Invalid:
        return Outcome(TextAction.REVIEW, "which_time", invitation)
    except IllegalTransition:
        return Outcome(TextAction.REVIEW, "over", invitation)
    return Outcome(TextAction.REPLY, "", invitation, reply.state)


def _band(size: tuple[int, int] | None) -> SizeBand | None:
    """The band of the highest number said: there shall be chairs enough."""
    if size is None:
        return None
    return next(band for band in SizeBand if size[1] <= band.most)


# --- Whose ---------------------------------------------------------------------------------------
def _contacts(number: str) -> QuerySet[Contact]:
    return Contact.objects.filter(phone=number, archived_at=None, left_at=None)


def _names(number: str) -> set[str]:
    """First names that a text may be signed or addressed with: theirs and their hosts'."""
    rows = Invitation.objects.filter(contact__in=_contacts(number))
    hosts = rows.values_list("booking__visit__host__user__first_name", flat=True)
    return {contact.first_name for contact in _contacts(number)} | {name for name in hosts if name}


def open_visits(number: str, now: datetime) -> list[Invitation]:
    """What the number may answer, the soonest first; what was said no to only where nothing else.

    A no can become a yes again, but never in the place of a visit that stands.
    """
    rows = (
        Invitation.objects.filter(
            contact__in=_contacts(number), booking__start__gt=now, booking__visit__isnull=False
        )
        .exclude(state=InvitationState.WITHDRAWN.value)
        .select_related("booking__visit__programme", "contact")
        .order_by("booking__start", "pk")
    )
    return list(rows.filter(booking__state__in=_STANDS)) or list(
        rows.filter(booking__state__in=_SAID_NO)
    )


def likely_of(number: str, now: datetime) -> Invitation | None:
    """The visit a text is probably about: a hint for whoever reads it."""
    found = open_visits(number, now)
    if found:
        return found[0]
    rows = Invitation.objects.filter(contact__in=_contacts(number), booking__visit__isnull=False)
    return rows.order_by("-booking__start").first()


# --- The one word back ---------------------------------------------------------------------------
def _reply(row: IncomingText, found: Outcome, now: datetime) -> None:
    """A receipt, or that somebody will call; to known numbers only, and only so often."""
    letter_of = {
        TextAction.REVIEW: sms_letters.unclear,
        TextAction.STOP: None if found.reason else sms_letters.stopped,
    }.get(found.action)
    if found.invitation is None or (letter_of is None and found.action is not TextAction.REPLY):
        return
    lately = IncomingText.objects.filter(
        sender=row.sender, replied=True, received_at__gt=now - WITHIN
    )
    # Who wrote STOPP is told so once, though nothing else may be sent there any more.
    may = found.action is TextAction.STOP or sms.may_be_texted(found.invitation.contact)
    if not may or not settings.SMS_URL or lately.count() >= MOST_REPLIES:
        return
    invitation = Invitation.objects.select_related("contact").get(pk=found.invitation.pk)
    event = audit.record(
        now=now,
        actor=None,
        via="sms",
        verb="text.answered",
        target=invitation.booking,
        data={"invitation": invitation.pk},
    )
    letter = letter_of(invitation) if letter_of else None
    store.text(invitation, kind=MessageKind.RECEIPT, event=event, now=now, letter=letter)
    row.replied = True
    row.save(update_fields=["replied"])
