"""How bookings come to one's own calendar by mail, over HTTP."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel

from core.models import User
from scheduling.api.common import answers, user_of
from scheduling.api.fields import Strict
from scheduling.booking import colleague_mail

router = Router(tags=["feeds"])


class InvitationsIn(Strict):
    """``wanted``: yes, no, or null for yes unless one's own feed is read by a calendar."""

    wanted: bool | None


class InvitationsBody(BaseModel):
    """The choice, and whether new bookings are sent as invitations now."""

    wanted: bool | None
    sends: bool


@router.get("", response=answers(InvitationsBody), operation_id="get_own_invitations")
def get_own_invitations(request: HttpRequest) -> object:
    """One's own choice."""
    return _body(user_of(request))


@router.put("", response=answers(InvitationsBody), operation_id="choose_own_invitations")
def choose_own_invitations(request: HttpRequest, payload: InvitationsIn) -> object:
    """For new bookings; what was sent as an invitation is kept in step as before."""
    user = user_of(request)
    colleague_mail.choose(actor=user, now=timezone.now(), wanted=payload.wanted)
    return _body(user)


def _body(user: User) -> InvitationsBody:
    sends = colleague_mail.wants(user, timezone.now())
    return InvitationsBody(wanted=user.calendar_invitations, sends=sends)
