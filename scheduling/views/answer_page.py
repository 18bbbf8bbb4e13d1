"""What the partner's pages have in common: the link, the language, and what stands on each page."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, Missing
from core.languages import EASY, lines_of_html
from scheduling import access, links, snapshots
from scheduling.booking import offers, services
from scheduling.models import Invitation, OfferedTime
from scheduling.states import (
    CALLED_OFF,
    OUTCOME_STATES,
    BookingKind,
    DelegationDecision,
    InvitationState,
    VisitState,
)

#: The page's own switch stands in its address: no cookie remembers it.
SWITCH = {"sv": "sv", "latt": EASY, "en": "en"}
_WORDS = {"sv": "Svenska", "latt": "Lätt svenska", "en": "English"}


def missing(request: HttpRequest) -> HttpResponse:
    """Wrong, cut and revoked links get the same answer."""
    return render(request, "answer/missing.html", status=404)


def speak(request: HttpRequest, language: str) -> None:
    """Activate what the address asks for, or else the contact's own ``language``."""
    translation.activate(SWITCH.get(request.GET.get("sprak", ""), language))


def switch(request: HttpRequest) -> dict[str, object]:
    """For the templates: what follows every address of ours, and the ways to other languages."""
    chosen = request.GET.get("sprak", "")
    now = translation.get_language()
    return {
        "q": f"?sprak={chosen}" if chosen in SWITCH else "",
        "easy": now == EASY,
        "speaks": [
            {"href": f"{request.path}?sprak={key}", "lang": code, "word": _WORDS[key]}
            for key, code in SWITCH.items()
            if code != now
        ],
    }


def invitation_page(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page behind an answer link: no cookie, no login; only the link opens it."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: object) -> HttpResponse:
        try:
            invitation = access.invitation_by_token(token)
        except Missing:
            return missing(request)
        speak(request, snapshots.language(invitation))
        return view(request, invitation, **kwargs)

    return opened


def partner_page(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """The same for what only a visit has; a meeting has its one page."""

    @wraps(view)
    def of_visit(request: HttpRequest, invitation: Invitation, **kwargs: object) -> HttpResponse:
        if not hasattr(invitation.booking, "visit"):
            answered = f"{links.answer_path(invitation)}{switch(request)['q']}"
            return HttpResponseRedirect(answered, status=303)
        return view(request, invitation, **kwargs)

    return invitation_page(of_visit)


def show(
    request: HttpRequest,
    template: str,
    invitation: Invitation,
    status: int = 200,
    **extra: object,
) -> HttpResponse:
    """``answer/<template>.html`` with all that a page about one invitation may say."""
    booking = invitation.booking
    visit, now = booking.visit, timezone.now()
    over = booking.status in OUTCOME_STATES or booking.start <= now
    cancelled = booking.status is VisitState.CANCELLED_BY_US
    answers = snapshots.on_the_phone(booking, now)
    away = answers != visit.host.user
    context = {
        "invitation": invitation,
        "booking": booking,
        "visit": visit,
        "library_name": snapshots.organiser_name(booking),
        "library": booking.library,
        "name": invitation.contact.first_name if invitation.contact else "",
        "where": snapshots.location(booking),
        "what": visit.programme.text((translation.get_language() or "sv")[:2]),
        "hosts": visit.hosts,
        "choices": choices(invitation),
        "phone": snapshots.phone_of(answers, booking) if away else visit.host.user.phone,
        "outreach": booking.kind == BookingKind.OUTREACH_VISIT.value,
        "call_name": answers.first_name or answers.username,
        "over": over,
        "cancelled": cancelled,
        "open": not over
        and not cancelled
        and booking.status is not VisitState.DRAFT
        and invitation.status is not InvitationState.WITHDRAWN,
        "withdrawn": invitation.status is InvitationState.WITHDRAWN,
        "passed": invitation.delegations.filter(
            decision=DelegationDecision.INVITED.value, stays=False
        ).exists()
        if invitation.status is InvitationState.WITHDRAWN
        else False,
        "called_off": booking.status in CALLED_OFF,
        "path": links.answer_path(invitation),
        "all_dates": _all_dates(invitation),
        "here": request.get_full_path(),
        "today": timezone.localdate(),
        **extra,
    }
    return spoken(request, template, context, status)


def spoken(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """``answer/<template>.html`` in the active language; easy Swedish has one thing a line."""
    page = render_to_string(f"answer/{template}.html", {**switch(request), **context}, request)
    return HttpResponse(lines_of_html(page), status=status)


def _all_dates(invitation: Invitation) -> str:
    """The page of the whole series that the date belongs to; empty for a single visit."""
    series = invitation.booking.series
    row = series.invitations.filter(contact=invitation.contact).first() if series else None
    return links.series_path(row) if row else ""


def choices(invitation: Invitation) -> list[offers.Standing]:
    """The times to choose among; none where one was chosen or only one was ever meant."""
    booking = invitation.booking
    if booking.status not in {VisitState.OFFERED, VisitState.DECLINED}:
        return []
    return offers.standing(booking, timezone.now())


def take(
    invitation: Invitation, reply: services.Reply, time: int | None = None
) -> DomainError | None:
    """Give the answer, to one of several times where ``time`` names it; what refused it, if any."""
    try:
        if time is not None and reply.state is InvitationState.ACCEPTED:
            offers.choose(
                offered=OfferedTime(pk=time),
                invitation=invitation,
                reply=reply,
                now=timezone.now(),
            )
            return None
        services.answer(invitation=invitation, reply=reply, now=timezone.now())
    except DomainError as error:
        return error
    return None
