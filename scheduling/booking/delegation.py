"""Handing an invitation over to a colleague: asked by the contact, decided once by a planner.

Nothing is sent to an address that a partner wrote before one of us says so (DOMAIN.md F16).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from core import access, audit
from core.errors import IllegalTransition, Invalid
from core.models import User
from partners.models import Contact
from partners.services.contacts import save_contact
from partners.services.details import ContactDetails, clean_contact
from scheduling import links
from scheduling.booking import answers, book, change
from scheduling.models import Booking, Delegation, Invitation, Visit
from scheduling.outbox import enqueue
from scheduling.states import (
    OPEN_STATES,
    AnswerChannel,
    DelegationDecision,
    InvitationState,
    MessageKind,
    OfferState,
    ProposalState,
    VisitState,
)

#: Who was named is forgotten so long after the decision.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Who should be asked instead; ``stays``: the one who names them wants to stay invited."""

    name: str
    email: str = ""
    phone: str = ""
    stays: bool = False


@change.service
def ask(
    *,
    invitation: Invitation,
    colleague: Colleague,
    now: datetime,
    channel: AnswerChannel = AnswerChannel.LINK,
) -> Delegation:
    """Note whom the contact names; a repeat changes nothing, another name replaces the first.

    An invitation without a yes becomes delegated; a yes stands, since the group still comes.
    Raises Invalid per field, PersonalData, IllegalTransition where it is too late.
    """
    booking = change.locked(invitation.booking)
    row = Invitation.objects.select_related("contact").get(pk=invitation.pk)
    answers.refuse_when_over(booking, row, now)
    named = _checked(row, colleague)
    values = {
        "name": named.name,
        "email": named.email,
        "phone": named.phone,
        "stays": colleague.stays,
    }
    waiting = row.delegations.filter(decided_at=None).first()
    if waiting is not None and all(getattr(waiting, key) == values[key] for key in values):
        return waiting
    made, _created = Delegation.objects.update_or_create(
        invitation=row,
        decided_at=None,
        defaults={**values, "channel": channel.value, "created_at": now},
    )
    change.finish(
        booking,
        actor=None,
        now=now,
        verb="visit.hand_over_asked",
        via=channel.value,
        data={"invitation": row.pk},
    )
    if row.status is not InvitationState.ACCEPTED and not colleague.stays:
        reply = answers.Reply(state=InvitationState.DELEGATED, channel=channel)
        answers.answer(invitation=row, reply=reply, now=now)
    return made


def _checked(invitation: Invitation, colleague: Colleague) -> ContactDetails:
    if not colleague.email.strip() and not colleague.phone.strip():
        message = _("Skriv e-post eller telefon, så att vi når din kollega.")
        raise Invalid(message, fields={"email": message})
    tidy = clean_contact(
        ContactDetails(name=colleague.name, email=colleague.email, phone=colleague.phone)
    )
    own = invitation.contact
    if own is not None and tidy.email and tidy.email.casefold() == own.email.casefold():
        message = _("Det är din egen adress. Skriv din kollegas.")
        raise Invalid(message, fields={"email": message})
    return tidy


def known(delegation: Delegation) -> Contact | None:
    """The organisation's contact whom the address or the number belongs to."""
    home = delegation.invitation.contact
    if home is None:
        return None
    same = Q(pk__in=[])
    if delegation.email:
        same |= Q(email__iexact=delegation.email)
    if delegation.phone:
        same |= (
            Q(phone=delegation.phone, email="") if delegation.email else Q(phone=delegation.phone)
        )
    rows = home.organisation.contacts.filter(same, archived_at=None).exclude(pk=home.pk)
    return rows.order_by("-email", "pk").first()


@change.service
def invite(*, actor: User, now: datetime, delegation: Delegation) -> Booking:
    """Yes: the colleague gets an invitation of their own; who named them is told and withdrawn.

    A contact who exists is used, else made. Raises Forbidden, IllegalTransition where it is
    decided or the visit is not open, Invalid, Conflict.
    """
    access.require(access.may_plan(actor))
    row, booking, old = _open(delegation)
    if booking.status not in OPEN_STATES or booking.start <= now:
        raise IllegalTransition(_("Besöket är inte öppet för nya inbjudningar."))
    contact = known(row) or _new(row, old, actor=actor, now=now)
    _decide(row, DelegationDecision.INVITED, actor=actor, now=now)
    made = _invited(booking, contact, old, now)
    if not row.stays:
        _withdraw(booking, old, contact, actor=actor, now=now)
    event = change.finish(
        booking,
        actor=actor,
        now=now,
        verb="visit.handed_over",
        data={"from": old.pk, "to": made.pk if made else None, "stays": row.stays},
    )
    if booking.status is VisitState.DRAFT:
        return booking
    if not row.stays:
        old.booking = booking
        enqueue.tell(old, change=MessageKind.PASSED, event=event, now=now)
    if made is not None:
        several = booking.offered_times.filter(state=OfferState.OPEN.value).exists()
        made.booking = booking
        kind = MessageKind.OFFER if several else MessageKind.UPDATE
        enqueue.tell(made, change=kind, event=event, now=now)
    return booking


@change.service
def ignore(*, actor: User, now: datetime, delegation: Delegation) -> Booking:
    """No: nobody is told, and who named the colleague is asked as before."""
    access.require(access.may_plan(actor))
    row, booking, old = _open(delegation)
    _decide(row, DelegationDecision.IGNORED, actor=actor, now=now)
    if old.status is InvitationState.DELEGATED:
        change.ask_again(old)
    change.finish(booking, actor=actor, now=now, verb="visit.hand_over_ignored")
    return booking


def _open(delegation: Delegation) -> tuple[Delegation, Booking, Invitation]:
    booking = change.locked(delegation.invitation.booking)
    row = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if row.decided_at is not None:
        raise IllegalTransition(_("Överlämningen är redan avgjord."))
    rows = Invitation.objects.select_related("contact__organisation", "group")
    old = rows.get(pk=row.invitation_id)
    row.invitation = old
    return row, booking, old


def _decide(row: Delegation, decision: DelegationDecision, *, actor: User, now: datetime) -> None:
    row.decision, row.decided_at, row.decided_by = decision.value, now, actor
    row.save(update_fields=["decision", "decided_at", "decided_by"])
    data: dict[str, object] = {"decision": decision.value}
    audit.record(now=now, actor=actor, verb="delegation.decided", target=row, data=data)


def _new(row: Delegation, old: Invitation, *, actor: User, now: datetime) -> Contact:
    assert old.contact is not None
    return save_contact(
        actor=actor,
        now=now,
        details=ContactDetails(
            name=row.name,
            email=row.email,
            phone=row.phone,
            language=old.contact.language,
            source=_("en kollega lämnade över"),
        ),
        organisation=old.contact.organisation,
        groups=[old.group] if old.group else None,
    )


def _invited(
    booking: Booking, contact: Contact, old: Invitation, now: datetime
) -> Invitation | None:
    """Their invitation where they had none that counts; None where they are invited already."""
    own = booking.invitations.filter(contact=contact).first()
    if own is None:
        return book.invite(booking, [(contact, old.group)], now=now)[0]
    if own.status is not InvitationState.WITHDRAWN:
        return None
    change.ask_again(own)
    links.issue(own)
    return own


def _withdraw(
    booking: Booking, old: Invitation, contact: Contact, *, actor: User, now: datetime
) -> None:
    old.state = InvitationState.WITHDRAWN.value
    old.save(update_fields=["state"])
    old.calls.filter(done_at=None).update(done_at=now, done_by=actor)
    old.proposals.filter(state=ProposalState.OPEN.value).update(state=ProposalState.CLOSED.value)
    if booking.visit.contact_id == old.contact_id:
        Visit.objects.filter(pk=booking.pk).update(contact=contact)
        booking.visit.contact = contact


def erase_decided(*, now: datetime) -> int:
    """Forget who was named a month after the decision, or after the visit; returns how many."""
    over = Q(decided_at__lte=now - KEPT) | Q(
        decided_at=None, invitation__booking__end__lte=now - KEPT
    )
    return Delegation.objects.filter(over).delete()[0]
