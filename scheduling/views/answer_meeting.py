"""The answer page of a meeting: yes, no, another time in plain words. No cookie, no script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from core.errors import DomainError
from scheduling import links, snapshots
from scheduling.booking import services
from scheduling.forms.answer import MeetingAnswerForm
from scheduling.models import Invitation
from scheduling.states import (
    CALLED_OFF,
    OUTCOME_STATES,
    AnswerChannel,
    InvitationState,
    VisitState,
)
from scheduling.views.answer_page import spoken


def answer(request: HttpRequest, invitation: Invitation, channel: AnswerChannel) -> HttpResponse:
    """GET changes nothing; only a named button of the form is an answer."""
    if request.method != "POST":
        return page(request, invitation)
    form = MeetingAnswerForm(request.POST)
    if not form.is_valid():
        return page(request, invitation, 422, form=form)
    try:
        services.answer(invitation=invitation, reply=form.reply(channel), now=timezone.now())
    except DomainError as error:
        return page(request, invitation, error.status, form=form, error=error)
    return HttpResponseRedirect(request.get_full_path(), status=303)


def page(
    request: HttpRequest, invitation: Invitation, status: int = 200, **extra: object
) -> HttpResponse:
    """När, var, vem från oss, and the buttons."""
    booking, now = invitation.booking, timezone.now()
    ring = snapshots.on_the_phone(booking, now)
    over = booking.status in OUTCOME_STATES or booking.start <= now
    gone = booking.status in CALLED_OFF or invitation.status is InvitationState.WITHDRAWN
    inside = booking.gathering.room is not None and booking.library is not None
    context: dict[str, object] = {
        "invitation": invitation,
        "booking": booking,
        "library_name": snapshots.organiser_name(booking),
        "name": invitation.contact.first_name if invitation.contact else "",
        "where": snapshots.location(booking),
        "meeting_point": booking.library.meeting_point if inside and booking.library else "",
        "hosts": list(booking.gathering.hosts.select_related("user")),
        "greeting": booking.gathering.greeting,
        "phone": snapshots.phone_of(ring, booking),
        "call_name": ring.first_name or ring.username,
        "over": over,
        "called_off": booking.status in CALLED_OFF,
        "withdrawn": invitation.status is InvitationState.WITHDRAWN,
        "open": not over and not gone and booking.status is not VisitState.DRAFT,
        "path": links.answer_path(invitation),
        "here": request.get_full_path(),
        "today": timezone.localdate(now),
        "form": MeetingAnswerForm(),
        **extra,
    }
    return spoken(request, "meeting", context, status)
