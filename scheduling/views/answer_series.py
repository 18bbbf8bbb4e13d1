"""The partner's page for a whole series: each date yes, no or another time, and yes to all."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, Missing
from partners.models import SizeBand
from scheduling import access, links, snapshots
from scheduling.booking import series
from scheduling.booking.services import Reply
from scheduling.models import Invitation, SeriesInvitation
from scheduling.states import AnswerChannel, InvitationState, VisitState
from scheduling.views.answer_page import missing, speak, spoken, switch

_WORDS = {"ja": InvitationState.ACCEPTED, "nej": InvitationState.DECLINED}
_SAID = {state.value: word for word, state in _WORDS.items()}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing; only a named button is an answer."""
    try:
        row = access.series_invitation_by_token(token)
    except Missing:
        return missing(request)
    speak(request, row.contact.language)
    error = None
    if request.POST.get("svar") in {"alla", "valda"}:
        error = _take(request, row)
        if error is None:
            return HttpResponseRedirect(request.get_full_path(), status=303)
    return _page(request, row, error)


def _take(request: HttpRequest, row: SeriesInvitation) -> DomainError | None:
    """One size for all dates; a date that is left as it was is not answered anew."""
    now, size = timezone.now(), _size(request)
    try:
        to_all = "ja" if request.POST["svar"] == "alla" else ""
        replies = {
            invitation.booking_id: _reply(said, size)
            for invitation in series.invitations_of(row)
            if (said := to_all or request.POST.get(f"dag_{invitation.booking_id}", "")) in _WORDS
        }
        series.answer(row=row, replies=replies, now=now)
    except DomainError as error:
        return error
    return None


def _reply(said: str, size: SizeBand | None) -> Reply:
    yes = said == "ja"
    return Reply(state=_WORDS[said], channel=AnswerChannel.LINK, size_band=size if yes else None)


def _size(request: HttpRequest) -> SizeBand | None:
    wanted = request.POST.get("antal", "")
    return SizeBand(wanted) if wanted in set(SizeBand) else None


def _page(request: HttpRequest, row: SeriesInvitation, error: DomainError | None) -> HttpResponse:
    invitations = series.invitations_of(row)
    dates = [_date(request, invitation) for invitation in invitations]
    first = invitations[0].booking
    sizes = [row.size_band for row in invitations if row.size_band]
    chosen = request.POST.get("antal") or (sizes[-1] if sizes else first.visit.size_band)
    answers = snapshots.on_the_phone(first, timezone.now())
    away = answers != first.visit.host.user
    context: dict[str, object] = {
        "name": row.contact.first_name,
        "library_name": snapshots.organiser_name(first),
        "where": snapshots.location(first),
        "visit": first.visit,
        "hosts": first.visit.hosts,
        "what": first.visit.programme.text((translation.get_language() or "sv")[:2]),
        "dates": dates,
        "sizes": [(band.value, band.label, band.value == chosen) for band in SizeBand],
        "any_open": any(date["open"] for date in dates),
        "answered": any(invitation.answered_at for invitation in invitations),
        "phone": snapshots.phone_of(answers, first) if away else first.visit.host.user.phone,
        "call_name": answers.first_name or answers.username,
        # Where a contact is put right or removed: the same person's page at any of the dates.
        "path": links.answer_path(invitations[0]),
        "here": request.get_full_path(),
        "error": error,
    }
    return spoken(request, "series", context, error.status if error else 200)


def _date(request: HttpRequest, invitation: Invitation) -> dict[str, object]:
    booking = invitation.booking
    own = links.answer_path(invitation)
    return {
        "booking": booking,
        "said": request.POST.get(f"dag_{booking.pk}", _SAID.get(invitation.state, "")),
        "wished": invitation.status is InvitationState.COUNTERED,
        "open": series.may_answer(invitation, timezone.now()),
        "cancelled": booking.status is VisitState.CANCELLED_BY_US,
        "other": f"{own}/annan-tid{switch(request)['q']}" if own else "",
    }


urlpatterns = [path("serie/<str:token>", answer, name="answer_series")]
