"""The queue of mails that a person must look at, each decided once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition, Invalid
from core.models import User
from partners.models import Contact
from partners.services.contacts import save_contact
from partners.services.details import ContactDetails
from scheduling.booking import delegation, services
from scheduling.booking.delegation import Colleague
from scheduling.calendars.answers import Answer, AnswerItem, Method
from scheduling.calendars.replies import Unreadable
from scheduling.mailbox import apply
from scheduling.mailbox.reading import Letter, TooMuch, read_mail
from scheduling.mailbox.receive import answer_of
from scheduling.models import IncomingMail, Invitation, MailAction, MailDecision
from scheduling.states import OPEN_STATES, AnswerChannel, InvitationState


@dataclass(frozen=True, slots=True)
class Guess:
    """What one click would do: the answer that would be taken, and whom it would add."""

    #: The answer that the mail's calendar part gives; None where a person must say it.
    state: InvitationState | None
    #: The address that would become a new contact; "" where there is none.
    address: str
    name: str


def guess(mail: IncomingMail) -> Guess:
    """Read the mail once more, for the person who decides; its words decide nothing."""
    invitation = mail.invitation
    letter, answer = _read(mail)
    items = answer.items if answer is not None else ()
    address, name = _stranger(invitation, letter, items)
    return Guess(_state(mail, letter, answer, mail.received_at), address, name)


@transaction.atomic
def decide(
    *,
    actor: User,
    now: datetime,
    mail: IncomingMail,
    decision: MailDecision,
    state: InvitationState | None = None,
) -> IncomingMail:
    """Decide once: it was the invited contact, somebody to invite too, or nothing.

    ``state`` says what the contact answered where the mail cannot be read by a machine. Raises
    IllegalTransition where it is decided already or the visit is over, Conflict where nothing
    links it to a visit, Invalid, Clash.
    """
    row = IncomingMail.objects.select_for_update().get(pk=mail.pk)
    if row.action != MailAction.REVIEW.value or row.decided_at is not None:
        raise IllegalTransition(_("Mejlet är redan avgjort."))
    row.decision, row.decided_at, row.decided_by = decision.value, now, actor
    row.save(update_fields=["decision", "decided_at", "decided_by"])
    match decision:
        case MailDecision.CONTACT:
            _take_as_contact(row, actor=actor, now=now, state=state)
        case MailDecision.NEW_CONTACT:
            _add(row, actor=actor, now=now)
        case MailDecision.IGNORE:
            pass
    audit.record(
        now=now,
        actor=actor,
        verb="mail.decided",
        target=row,
        data={"decision": decision.value, "reason": row.reason},
    )
    return row


def _read(mail: IncomingMail) -> tuple[Letter, Answer | None]:
    try:
        letter = read_mail(bytes(mail.raw))
    except TooMuch:
        return Letter(), None
    try:
        return letter, answer_of(letter, mail.received_at)
    except Unreadable:
        return letter, None


def _state(
    mail: IncomingMail, letter: Letter, answer: Answer | None, now: datetime
) -> InvitationState | None:
    """What a machine can read out of it without doubt."""
    if mail.invitation is None or answer is None or len(answer.items) != 1:
        return None
    item, case = answer.items[0], apply.Case(mail, letter, answer, mail.invitation, now)
    if item.doubts or not apply.dates_of(case, item.recurrence_id):
        return None
    known = case.series is not None or answer.uid == mail.invitation.ical_uid
    if not known or answer.method is Method.REFRESH:
        return None
    if case.series is not None and item.recurrence_id is None and answer.method is Method.COUNTER:
        return None
    if answer.method is Method.COUNTER:
        return InvitationState.COUNTERED
    return apply.STATES.get(item.partstat)


def _invited(row: IncomingMail) -> Invitation:
    if row.invitation_id is None:
        raise Conflict(_("Mejlet hör inte till något besök. Skriv in svaret på besökets sida."))
    rows = Invitation.objects.select_related("booking", "contact", "host__user", "group")
    return rows.get(pk=row.invitation_id)


def _take_as_contact(
    row: IncomingMail, *, actor: User, now: datetime, state: InvitationState | None
) -> None:
    invitation = _invited(row)
    letter, answer = _read(row)
    if answer is not None and _state(row, letter, answer, now) is not None:
        row.answers.all().delete()
        case = apply.Case(row, letter, answer, invitation, now, vouched=True)
        (said,) = apply.apply_answer(case)
        if said.action not in {MailAction.REPLY, MailAction.COUNTER}:
            raise IllegalTransition(_("Svaret gäller inte längre: tiden eller svaret är nyare."))
        return
    if state not in set(apply.STATES.values()):
        message = _("Välj vad kontakten svarade: ja, nej eller kanske.")
        raise Invalid(message, fields={"answer": message})
    reply = services.Reply(state=state, channel=AnswerChannel.MAIL)
    services.answer(invitation=invitation, reply=reply, now=now, actor=actor)


def _stranger(
    invitation: Invitation | None, letter: Letter, items: tuple[AnswerItem, ...]
) -> tuple[str, str]:
    """Who is named and not invited: the delegate, the other attendee or the sender."""
    if invitation is None or invitation.contact is None:
        return "", ""
    known = apply.known_addresses(invitation)
    named = [item.delegated_to or item.attendee for item in items]
    for address in (*named, letter.sender):
        if address and address not in known:
            name = letter.sender_name if address == letter.sender else ""
            return address, name or address.partition("@")[0]
    return "", ""


def _add(row: IncomingMail, *, actor: User, now: datetime) -> None:
    """A contact of the same organisation, invited to the same visit by a mail of its own."""
    invitation = _invited(row)
    found = guess(row)
    home = invitation.contact
    if not found.address or home is None:
        raise Conflict(_("Mejlet nämner ingen ny adress att bjuda in."))
    if invitation.booking.status not in OPEN_STATES:
        raise IllegalTransition(_("Besöket är inte öppet för nya inbjudningar."))
    if _delegates(row):
        named = Colleague(name=found.name, email=found.address)
        asked = delegation.ask(
            invitation=invitation, colleague=named, now=now, channel=AnswerChannel.MAIL
        )
        delegation.invite(actor=actor, now=now, delegation=asked)
        return
    same = home.organisation.contacts.filter(email__iexact=found.address, archived_at=None)
    contact = same.first() or _new_contact(invitation, home, found, actor=actor, now=now)
    if invitation.booking.invitations.filter(contact=contact).exists():
        raise Conflict(_("Kontakten är redan inbjuden till besöket."))
    services.add_contact(actor=actor, now=now, booking=invitation.booking, contact_pk=contact.pk)


def _delegates(row: IncomingMail) -> bool:
    """Whether the contact handed over in the calendar: PARTSTAT=DELEGATED (RFC 5546, 2.1.2)."""
    _letter, answer = _read(row)
    return answer is not None and any(item.delegated_to for item in answer.items)


def _new_contact(
    invitation: Invitation, home: Contact, found: Guess, *, actor: User, now: datetime
) -> Contact:
    return save_contact(
        actor=actor,
        now=now,
        details=ContactDetails(
            name=found.name, email=found.address, language=home.language, source=_("svar per mejl")
        ),
        organisation=home.organisation,
        groups=[invitation.group] if invitation.group else None,
    )
