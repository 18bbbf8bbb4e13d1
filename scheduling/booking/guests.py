"""Who is asked to a visit: one contact more, one less. Nobody else hears of it (ICAL.md B4)."""

from datetime import datetime

from django.utils.translation import gettext as _

from core import access
from core.errors import Conflict, Invalid
from core.models import User
from partners.models import Contact, Group
from scheduling import links
from scheduling.booking import alter, book, change
from scheduling.models import Booking, Invitation
from scheduling.states import InvitationState, ProposalState, VisitState


@change.service
def add_contact(
    *, actor: User, now: datetime, booking: Booking, contact_pk: int, version: int | None = None
) -> Booking:
    """Invite one more contact of the groups' organisations at the present time.

    One who was taken off the visit is asked again. Raises Invalid, Conflict where she is asked
    already, IllegalTransition, Stale, Forbidden.
    """
    access.require(access.may_plan(actor))
    booking = change.locked(booking, version)
    alter.require_open(booking)
    contact, group = _of_the_groups(booking, contact_pk)
    old = booking.invitations.filter(contact=contact).first()
    if old is not None and old.status is not InvitationState.WITHDRAWN:
        raise Conflict(_("Kontakten är redan inbjuden till besöket."))
    if old is not None:
        change.ask_again(old)
        links.issue(old)
    made = old or book.invite(booking, [(contact, group)], now=now)[0]
    event = change.finish(booking, actor=actor, now=now, verb="visit.contact_added")
    if booking.status is not VisitState.DRAFT:
        change.tell_one(made, booking, event=event, now=now)
    return booking


@change.service
def remove_contact(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    invitation: Invitation,
    version: int | None = None,
) -> Booking:
    """Ask one contact no longer: a CANCEL to that one, and the visit stands.

    Its answer does not count from now on, and what it wished for is closed. Raises Conflict where
    it is asked no longer already, Invalid for a colleague, IllegalTransition, Stale, Forbidden.
    """
    access.require(access.may_plan(actor))
    booking = change.locked(booking, version)
    alter.require_open(booking)
    row = booking.invitations.get(pk=invitation.pk)
    if row.contact_id is None:
        message = _("En kollega byts på ”Byt värd”.")
        raise Invalid(message, fields={"invitation": message})
    if row.status is InvitationState.WITHDRAWN:
        raise Conflict(_("Kontakten är inte längre inbjuden."))
    row.state = InvitationState.WITHDRAWN.value
    row.save(update_fields=["state"])
    row.calls.filter(done_at=None).update(done_at=now, done_by=actor)
    row.proposals.filter(state=ProposalState.OPEN.value).update(state=ProposalState.CLOSED.value)
    event = change.finish(
        booking,
        actor=actor,
        now=now,
        verb="visit.contact_removed",
        data={"invitation": row.pk},
    )
    change.tell_end(row, booking, event=event, now=now)
    return booking


def askable(booking: Booking) -> list[Contact]:
    """The contacts of the groups' organisations who could be asked too, by name."""
    asked = {row.contact_id for row in change.live_invitations(booking)}
    organisations = {group.organisation_id for group in booking.visit.groups.all()}
    rows = Contact.objects.filter(organisation__in=organisations, archived_at=None)
    return list(rows.exclude(pk__in=[pk for pk in asked if pk]).order_by("name", "pk"))


def _of_the_groups(booking: Booking, contact_pk: int) -> tuple[Contact, Group]:
    for group in booking.visit.groups.all():
        contact = group.organisation.contacts.filter(pk=contact_pk, archived_at=None).first()
        if contact is not None:
            return contact, group
    message = _("Kontakten hör till en annan organisation än gruppen.")
    raise Invalid(message, fields={"contact": message})
