"""The partner's page for a whole series: each date yes or no, and yes to all of them at once."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, Missing
from scheduling import access, snapshots
from scheduling.booking import series
from scheduling.booking.services import Reply
from scheduling.models import SeriesInvitation
from scheduling.states import CALLED_OFF, AnswerChannel, InvitationState, VisitState

_WORDS = {"ja": InvitationState.ACCEPTED, "nej": InvitationState.DECLINED}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing; only a named button is an answer."""
    try:
        row = access.series_invitation_by_token(token)
    except Missing:
        return render(request, "answer/missing.html", status=404)
    translation.activate(row.contact.language)
    error = None
    if request.method == "POST":
        error = _take(request, row)
        if error is None:
            return HttpResponseRedirect(request.path, status=303)
    return _page(request, row, error)


def _take(request: HttpRequest, row: SeriesInvitation) -> DomainError | None:
    now = timezone.now()
    yes = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    try:
        if request.POST.get("svar") == "alla":
            series.answer_all(row=row, reply=yes, now=now)
        elif request.POST.get("svar") == "valda":
            replies = {
                invitation.booking_id: Reply(state=_WORDS[said], channel=AnswerChannel.LINK)
                for invitation in series.invitations_of(row)
                if (said := request.POST.get(f"dag_{invitation.booking_id}", "")) in _WORDS
            }
            series.answer(row=row, replies=replies, now=now)
    except DomainError as error:
        return error
    return None


def _page(request: HttpRequest, row: SeriesInvitation, error: DomainError | None) -> HttpResponse:
    now = timezone.now()
    dates = []
    for invitation in series.invitations_of(row):
        booking = invitation.booking
        said = {"accepted": "ja", "declined": "nej"}.get(invitation.state, "")
        ours = booking.status is VisitState.CANCELLED_BY_US
        dates.append(
            {
                "booking": booking,
                "said": request.POST.get(f"dag_{booking.pk}", said),
                "open": booking.start > now
                and (booking.status not in CALLED_OFF or booking.status is VisitState.DECLINED),
                "cancelled": ours,
            }
        )
    first = series.invitations_of(row)[0].booking
    context = {
        "name": row.contact.first_name,
        "library_name": snapshots.organiser_name(first),
        "where": snapshots.location(first),
        "visit": first.visit,
        "what": first.visit.programme.text(translation.get_language()[:2]),
        "dates": dates,
        "any_open": any(date["open"] for date in dates),
        "answered": any(date["said"] for date in dates),
        "phone": first.visit.host.user.phone,
        "path": request.path,
        "error": error,
    }
    return render(request, "answer/series.html", context, status=error.status if error else 200)


urlpatterns = [path("serie/<str:token>", answer, name="answer_series")]
