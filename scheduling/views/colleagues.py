"""What colleagues say of their own bookings, and how these come to their calendars."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Invalid
from core.models import User
from scheduling import access
from scheduling.booking import colleague_mail, services
from scheduling.models import Booking
from scheduling.states import AnswerChannel, InvitationState
from scheduling.views.setup_edit import user_of

_SAID = {"ja": InvitationState.ACCEPTED, "nej": InvitationState.DECLINED}
_CHOICES = {"auto": None, "ja": True, "nej": False}


def colleague_lines(booking: Booking) -> list[dict[str, str]]:
    """A quiet line each: who, and what she said of her own calendar's invitation."""
    words = {
        InvitationState.PENDING: _("har fått en kalenderinbjudan"),
        InvitationState.ACCEPTED: _("har tiden i sin kalender"),
        InvitationState.DECLINED: _("kan inte"),
        InvitationState.TENTATIVE: _("kanske"),
        InvitationState.COUNTERED: _("kan inte då"),
    }
    rows = booking.invitations.filter(host__isnull=False).select_related("host__user")
    return [
        {"name": row.host.first_name, "words": words[row.status], "state": row.state}
        for row in rows
        if row.host is not None and row.status in words
    ]


def invitation_choice(user: User) -> dict[str, object]:
    """How bookings come to the user's own calendar, for the page of feeds."""
    now = timezone.now()
    chosen = {None: "auto", True: "ja", False: "nej"}[user.calendar_invitations]
    return {
        "chosen": chosen,
        "choices": [
            ("auto", _("Ja, om inte min kalender läser mitt flöde")),
            ("ja", _("Ja, alltid")),
            ("nej", _("Nej")),
        ],
        "sends": colleague_mail.wants(user, now),
        "reads": colleague_mail.reads_own_feed(user, now),
        "is_host": hasattr(user, "host"),
        "email": user.email,
    }


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """ "Skicka kalenderinbjudan till mig": yes, no, or what fits."""
    chosen = request.POST.get("inbjudan", "")
    if chosen not in _CHOICES:
        raise Invalid(_("Välj ett av alternativen."))
    colleague_mail.choose(actor=user_of(request), now=timezone.now(), wanted=_CHOICES[chosen])
    messages.success(request, _("Ditt val är sparat. Det gäller nya bokningar."))
    return HttpResponseRedirect(reverse("feeds"), status=303)


@login_required
@require_POST
def own_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Jag kan inte": the visit stands, and the planner finds somebody else."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_for(user, pk)
    said = _SAID.get(request.POST.get("svar", ""))
    if said is None:
        raise Invalid(_("Välj ett av alternativen."))
    invitation = colleague_mail.own_invitation(booking, user, now)
    try:
        services.answer(
            invitation=invitation,
            reply=services.Reply(state=said, channel=AnswerChannel.LINK),
            now=now,
            actor=user,
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if said is InvitationState.DECLINED:
            messages.success(request, _("Sparat. Den som planerar hittar en ersättare."))
        else:
            messages.success(request, _("Sparat. Du möter gruppen."))
    return HttpResponseRedirect(reverse("host_visit", args=[pk]), status=303)


urlpatterns = [
    path("floden/kalenderinbjudan", choose, name="own_invitations"),
    path("vard/<int:pk>/svar", own_answer, name="host_answer"),
]
