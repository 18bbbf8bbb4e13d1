"""Colleagues whom partners named in their place: invited or not, once, by a planner."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel

from core.models import User
from scheduling import access
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, page, user_of
from scheduling.api.fields import iso
from scheduling.booking import delegation, needs
from scheduling.models import Delegation, Invitation
from scheduling.states import DelegationDecision

router = Router(tags=["delegations"])


class DelegationQuery(Page):
    """Which: those that wait for a decision unless ``waiting`` is false."""

    waiting: bool = True


class DelegationBody(BaseModel):
    """Who was named, by whom, and the contact it is where the organisation has one."""

    id: int
    visit: int
    invitation: int
    name: str
    email: str
    phone: str
    stays: bool
    created_at: str
    known_contact: int | None
    decision: DelegationDecision | None


class NeedsSeenBody(BaseModel):
    """The invitation whose needs were read."""

    invitation: int
    seen_at: str | None


@router.get(
    "/delegations", response=answers(Listed[DelegationBody]), operation_id="list_delegations"
)
def list_delegations(request: HttpRequest, query: Query[DelegationQuery]) -> object:
    """The newest first; planners only."""
    known(request, DelegationQuery)
    rows = access.delegations_for(user_of(request)).order_by("-pk")
    return page(rows.filter(decided_at=None) if query.waiting else rows, query, _body)


@router.post(
    "/delegations/{delegation_id}/invite",
    response=answers(DelegationBody),
    operation_id="invite_delegate",
)
def invite_delegate(request: HttpRequest, delegation_id: int) -> object:
    """The colleague gets an invitation of their own; who named them is told."""
    user = user_of(request)
    row = access.delegation_for(user, delegation_id)
    delegation.invite(actor=user, now=timezone.now(), delegation=row)
    return _again(user, delegation_id)


@router.post(
    "/delegations/{delegation_id}/ignore",
    response=answers(DelegationBody),
    operation_id="ignore_delegate",
)
def ignore_delegate(request: HttpRequest, delegation_id: int) -> object:
    """Nobody is told, and who named them is asked as before."""
    user = user_of(request)
    row = access.delegation_for(user, delegation_id)
    delegation.ignore(actor=user, now=timezone.now(), delegation=row)
    return _again(user, delegation_id)


@router.post(
    "/invitations/{invitation_id}/needs/seen",
    response=answers(NeedsSeenBody),
    operation_id="see_needs",
)
def see_needs(request: HttpRequest, invitation_id: int) -> object:
    """What the group needs has been read."""
    user = user_of(request)
    row = access.invitation_to_plan(user, invitation_id)
    needs.seen(actor=user, now=timezone.now(), invitation=row)
    seen = Invitation.objects.get(pk=row.pk).needs_seen_at
    return NeedsSeenBody(invitation=row.pk, seen_at=iso(seen) if seen else None)


def _again(user: User, pk: int) -> DelegationBody:
    return _body(access.delegation_for(user, pk))


def _body(row: Delegation) -> DelegationBody:
    there = delegation.known(row) if row.decided_at is None else None
    return DelegationBody(
        id=row.pk,
        visit=row.invitation.booking_id,
        invitation=row.invitation_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        stays=row.stays,
        created_at=iso(row.created_at),
        known_contact=there.pk if there else None,
        decision=DelegationDecision(row.decision) if row.decision else None,
    )
