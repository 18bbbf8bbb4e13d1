"""One mail, whole: read, judged, applied and kept in one transaction."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from core import screening
from scheduling.calendars.answers import Answer, Method
from scheduling.calendars.replies import Reason, Unreadable, read_answer
from scheduling.calendars.text import clean_text
from scheduling.mailbox import apply, bounces, outcome, trust
from scheduling.mailbox.outcome import Outcome
from scheduling.mailbox.reading import Letter, TooMuch, read_mail
from scheduling.models import Bounce, Host, IncomingMail, Invitation, MailAction, Message
from scheduling.states import LEFT_THE_HOUSE, OPEN_STATES, Fault, MessageState

_LEFT = [MessageState.SENT.value, MessageState.KEPT.value]


def receive(*, raw: bytes, now: datetime, source: str | None = None) -> Outcome:
    """Take one mail as it came. The same mail again is told as such and changes nothing.

    ``source`` names where it was fetched from. Raises OperationalError where the database is away
    or locked: try again. Whatever else goes wrong with a mail is kept for a person by ``poisoned``.
    """
    try:
        letter, fault = read_mail(raw), ""
    except TooMuch as error:
        letter, fault = Letter(), error.reason
    key = _key(raw, letter)
    try:
        with transaction.atomic():
            if _known(key, source):
                return outcome.ignored("duplicate")
            mail = _store(raw, letter, key=key, now=now, source=source)
            found = outcome.review(fault) if fault else _judge(mail, letter, now)
            _conclude(mail, found)
            return found
    except IntegrityError:
        if _known(key, source):  # another worker was quicker
            return outcome.ignored("duplicate")
        raise


def poisoned(*, raw: bytes, now: datetime, source: str | None = None) -> Outcome:
    """Keep a mail that could not be dealt with, for a person; it is not tried again."""
    key = hashlib.sha256(raw).hexdigest()
    found = outcome.review("unreadable")
    with transaction.atomic():
        if not _known(key, source):
            _conclude(_store(raw, Letter(), key=key, now=now, source=source), found)
    return found


def answer_of(letter: Letter, received_at: datetime) -> Answer:
    """The one calendar answer of a letter, or Unreadable; parts that disagree are NO_EVENT."""
    found: list[Answer] = []
    fault = Unreadable(Reason.NOT_A_CALENDAR)
    for part in letter.calendars:
        try:
            found.append(
                read_answer(
                    part.data,
                    charset=part.charset,
                    received_at=received_at,
                    sent_at=letter.sent_at,
                    method_hint=part.method,
                )
            )
        except Unreadable as error:
            fault = error
    if not found:
        raise fault
    if any(_gist(other) != _gist(found[0]) for other in found[1:]):
        raise Contradiction(Reason.NO_EVENT)
    return found[0]


class Contradiction(Unreadable):
    """Two calendar parts of one mail say different things."""


def _gist(answer: Answer) -> object:
    items = {
        (i.attendee, i.partstat, i.recurrence_id, i.proposed_start, i.proposed_end)
        for i in answer.items
    }
    return answer.method, answer.uid, items


# --- Keeping ------------------------------------------------------------------------------------
def _key(raw: bytes, letter: Letter) -> str:
    """Message-ID and calendar parts; without both, every byte."""
    if not letter.message_id:
        return hashlib.sha256(raw).hexdigest()
    parts = [hashlib.sha256(part.data).hexdigest() for part in letter.calendars]
    content = "".join(parts) or letter.text + letter.delivery_status
    return hashlib.sha256(f"{letter.message_id}\n{content}".encode("utf-8", "replace")).hexdigest()


def _known(key: str, source: str | None) -> bool:
    same = Q(key=key)
    if source is not None:
        same |= Q(source=source)
    return IncomingMail.objects.filter(same).exists()


def _store(
    raw: bytes, letter: Letter, *, key: str, now: datetime, source: str | None
) -> IncomingMail:
    return IncomingMail.objects.create(
        received_at=now,
        raw=raw,
        size=len(raw),
        key=key,
        source=source,
        message_id=letter.message_id,
        sender=screening.mask(letter.sender),
        sender_name=screening.mask(letter.sender_name),
        subject=screening.mask(letter.subject),
        excerpt=clean_text(screening.mask(letter.text), 1000),
        authenticated=trust.is_authenticated(letter, settings.MAIL_AUTHSERV_ID),
        action=MailAction.IGNORED.value,
    )


def _conclude(mail: IncomingMail, found: Outcome) -> None:
    action, mail.reason = found.kept
    mail.action, mail.invitation = action.value, found.invitation
    mail.save(update_fields=["action", "reason", "invitation"])


# --- Judging ------------------------------------------------------------------------------------
def _judge(mail: IncomingMail, letter: Letter, now: datetime) -> Outcome:
    """Loop filters first, then reports, then answers (ICAL.md B6, E8, E9)."""
    style = settings.MAIL_TAG_STYLE
    own = (address for address in (letter.sender, *letter.loops) if address)
    if any(trust.is_own(address, settings.MAIL_FROM, style) for address in own):
        return outcome.ignored("own_mail")
    report = bounces.read_report(letter)
    if report is not None:
        return _bounce(mail, letter, report, now)
    if letter.null_sender or letter.is_report:
        return outcome.ignored("automatic")
    if letter.bulk:
        return outcome.ignored("bulk")
    if letter.calendars:
        return _calendar(mail, letter, now)
    return _words(letter)


def _calendar(mail: IncomingMail, letter: Letter, now: datetime) -> Outcome:
    try:
        answer = answer_of(letter, now)
    except Unreadable as error:
        return _unusable(letter, error)
    if letter.automatic and answer.method is Method.REFRESH:
        return outcome.ignored("automatic")
    invitation = apply.addressed(answer.uid)
    if invitation is None:
        return outcome.ignored("unknown_uid")
    case = apply.Case(mail, letter, answer, invitation, now)
    return outcome.of_answers(apply.apply_answer(case), invitation)


def _unusable(letter: Letter, error: Unreadable) -> Outcome:
    if error.reason is Reason.NOT_AN_ANSWER:
        return outcome.ignored("not_an_answer")
    if letter.automatic:
        return outcome.ignored("automatic")
    reason = "contradiction" if isinstance(error, Contradiction) else error.reason.value
    return outcome.review(reason, _likely(letter))


def _words(letter: Letter) -> Outcome:
    """A mail that no machine can answer for: a robot's is kept, a person's is shown."""
    if letter.automatic:
        return outcome.ignored("automatic")
    if letter.has_tnef:
        return outcome.review("winmail", _likely(letter))
    if letter.has_attached_message:
        return outcome.review("forwarded", _likely(letter))
    found = _likely(letter)
    if found is None:
        return outcome.review("stranger", _same_house(letter))
    return outcome.review("no_calendar", found)


def _bounce(mail: IncomingMail, letter: Letter, report: bounces.Report, now: datetime) -> Outcome:
    if report.action != "failed":
        return outcome.ignored(report.action if report.action in _DELIVERY else "report")
    message = Message.objects.filter(message_id__in=report.about).order_by("-pk").first()
    if message is None and not report.about:
        message = _latest_to(letter, report.recipient)
    if message is None:
        return outcome.ignored("unknown_message")
    Bounce.objects.create(
        message=message, mail=mail, at=now, status=report.status, diagnostic=report.diagnostic
    )
    if message.state in _LEFT:
        # It never arrived: it waits for a person, as one that our own server refused.
        message.state, message.fault = MessageState.FAILED.value, Fault.BOUNCED.value
        message.error = clean_text(f"{report.status} {report.diagnostic}", 300, one_line=True)
        message.decided_at = now if _has_better_news(message) else None
        message.save(update_fields=["state", "fault", "error", "decided_at"])
    return Outcome(action=MailAction.BOUNCE, reason=report.status, invitation=message.invitation)


def _has_better_news(message: Message) -> bool:
    """Whether a newer one has left, or waits to go to another address: a late report is history."""
    newer = Message.objects.filter(invitation=message.invitation_id, pk__gt=message.pk)
    elsewhere = Q(state=MessageState.WAITING.value) & ~Q(recipient=message.recipient)
    return newer.filter(Q(state__in=[state.value for state in LEFT_THE_HOUSE]) | elsewhere).exists()


_DELIVERY = frozenset({"delayed", "delivered", "relayed", "expanded"})


def _tagged(letter: Letter) -> list[str]:
    return list(trust.tags_in(letter.recipients, settings.MAIL_FROM, settings.MAIL_TAG_STYLE))


def _latest_to(letter: Letter, recipient: str) -> Message | None:
    """By the tagged envelope sender, where the report does not say which mail it is about."""
    tags = _tagged(letter)
    if not tags or not recipient:
        return None
    whose = Q(invitation__contact__mail_tag__in=tags) | Q(invitation__organiser_tag__in=tags)
    whose |= Q(invitation__host__in=Host.objects.filter(mail_tag__in=tags))
    rows = Message.objects.filter(whose, recipient__iexact=recipient, state__in=_LEFT)
    return rows.order_by("-pk").first()


def _likely(letter: Letter) -> Invitation | None:
    """Whom a mail in words is probably from: by tag, else by address; their next visit.

    Only a hint for the person who looks.
    """
    tags = _tagged(letter)
    whose = Q(contact__mail_tag__in=tags) | Q(host__mail_tag__in=tags)
    whose |= Q(organiser_tag__in=tags)
    if letter.sender:
        whose |= Q(contact__email__iexact=letter.sender)
    return _next(Invitation.objects.filter(whose))


#: Where an address says nothing of who else has one there.
_ANYBODYS = frozenset({
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.se", "outlook.com", "live.com",
    "live.se", "msn.com", "icloud.com", "me.com", "yahoo.com", "yahoo.se", "telia.com", "proton.me",
})  # fmt: skip


def _same_house(letter: Letter) -> Invitation | None:
    """The next visit of the one organisation with addresses at the stranger's domain."""
    domain = letter.sender.rpartition("@")[2]
    if not domain or domain in _ANYBODYS:
        return None
    rows = Invitation.objects.filter(contact__email__iendswith=f"@{domain}")
    houses = rows.values_list("contact__organisation", flat=True).distinct()[:2]
    return _next(rows) if len(houses) == 1 else None


def _next(rows: QuerySet[Invitation]) -> Invitation | None:
    """That to the next open visit, else to the latest."""
    rows = rows.select_related("booking")
    still = rows.filter(booking__state__in=[state.value for state in OPEN_STATES])
    return still.order_by("booking__start").first() or rows.order_by("-booking__start").first()
