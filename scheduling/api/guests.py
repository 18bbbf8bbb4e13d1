"""Who is asked to a visit: one contact more, one less."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Router

from scheduling import access
from scheduling.api.bodies import VisitBody
from scheduling.api.common import answers, user_of
from scheduling.api.fields import Id
from scheduling.api.schemas import VersionIn
from scheduling.api.visits import shown
from scheduling.booking import services

router = Router(tags=["visits"])
VISIT = answers(VisitBody)


class GuestIn(VersionIn):
    """A contact of one of the groups' organisations."""

    contact: Id


@router.post("/{visit}/invitations", response=VISIT, operation_id="invite_contact")
def invite_contact(request: HttpRequest, visit: int, payload: GuestIn) -> object:
    """Ask one more contact, by a mail of its own; nobody else hears of it."""
    user = user_of(request)
    services.add_contact(
        actor=user,
        now=timezone.now(),
        booking=access.visit_to_plan(user, visit),
        contact_pk=payload.contact,
        version=payload.version,
    )
    return shown(user, visit)


@router.post(
    "/{visit}/invitations/{invitation}/withdraw", response=VISIT, operation_id="withdraw_invitation"
)
def withdraw_invitation(
    request: HttpRequest,
    visit: int,
    invitation: int,
    payload: Annotated[VersionIn | None, Body()] = None,
) -> object:
    """Ask one contact no longer: it is told so by a CANCEL, and the visit stands."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    services.remove_contact(
        actor=user,
        now=timezone.now(),
        booking=booking,
        invitation=access.invitation_of(booking, invitation),
        version=payload.version if payload else None,
    )
    return shown(user, visit)
