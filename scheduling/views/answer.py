"""The partner's pages: no account, no cookie, no script. GET changes nothing, POST acts.

Mail scanners fetch links and even submit forms: only a named button of the form is an answer, and
every answer can be changed until the visit starts (DOMAIN.md, "Eight things", 5).
"""

from datetime import UTC

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, Missing
from scheduling import access, links, snapshots
from scheduling.booking import offers, services
from scheduling.calendars import itip
from scheduling.feeds import manage
from scheduling.forms.answer import AnswerForm, OtherTimeForm
from scheduling.models import Feed, Invitation, OfferedTime
from scheduling.states import (
    CALLED_OFF,
    OUTCOME_STATES,
    AnswerChannel,
    BookingKind,
    InvitationState,
    VisitState,
)
from scheduling.views import answer_meeting


def _page(
    request: HttpRequest,
    template: str,
    invitation: Invitation,
    status: int = 200,
    **extra: object,
) -> HttpResponse:
    booking = invitation.booking
    visit = booking.visit
    over = booking.status in OUTCOME_STATES or booking.start <= timezone.now()
    cancelled = booking.status is VisitState.CANCELLED_BY_US
    answers = snapshots.on_the_phone(booking, timezone.now())
    away = answers != visit.host.user
    context = {
        "invitation": invitation,
        "booking": booking,
        "visit": visit,
        "library_name": snapshots.organiser_name(booking),
        "name": invitation.contact.first_name if invitation.contact else "",
        "where": snapshots.location(booking),
        "what": visit.programme.text(translation.get_language()[:2]),
        "hosts": visit.hosts,
        "choices": _choices(invitation),
        "phone": snapshots.phone_of(answers, booking) if away else visit.host.user.phone,
        "outreach": booking.kind == BookingKind.OUTREACH_VISIT.value,
        "call_name": answers.first_name or answers.username,
        "over": over,
        "cancelled": cancelled,
        "open": not over and not cancelled and booking.status is not VisitState.DRAFT,
        "withdrawn": invitation.status is InvitationState.WITHDRAWN,
        "called_off": booking.status in CALLED_OFF,
        "path": links.answer_path(invitation),
        "today": timezone.localdate(),
        **extra,
    }
    return render(request, template, context, status=status)


def _choices(invitation: Invitation) -> list[offers.Standing]:
    """The times to choose among; none where one was chosen or only one was ever meant."""
    booking = invitation.booking
    if booking.status not in {VisitState.OFFERED, VisitState.DECLINED}:
        return []
    return offers.standing(booking, timezone.now())


def _load(token: str) -> Invitation:
    invitation = access.invitation_by_token(token)
    translation.activate(snapshots.language(invitation))
    return invitation


def _missing(request: HttpRequest) -> HttpResponse:
    """Wrong, cut and revoked links get the same answer."""
    return render(request, "answer/missing.html", status=404)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str, channel: AnswerChannel) -> HttpResponse:
    """När, var, vem, vad, and the two buttons."""
    try:
        invitation = _load(token)
    except Missing:
        return _missing(request)
    if not hasattr(invitation.booking, "visit"):
        return answer_meeting.answer(request, invitation, channel)
    if request.method != "POST":
        form = AnswerForm(
            initial={"antal": invitation.size_band or invitation.booking.visit.size_band}
        )
        return _page(request, "answer/page.html", invitation, form=form)
    form = AnswerForm(request.POST)
    if form.is_valid():
        error = _take(invitation, form.reply(channel), form.cleaned_data["tid"])
        if error is None:
            return HttpResponseRedirect(request.path, status=303)
        return _page(request, "answer/page.html", invitation, error.status, form=form, error=error)
    return _page(request, "answer/page.html", invitation, 422, form=form)


def _take(
    invitation: Invitation, reply: services.Reply, time: int | None = None
) -> DomainError | None:
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


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def other_time(request: HttpRequest, token: str) -> HttpResponse:
    """Another time: picked, or in words."""
    try:
        invitation = _load(token)
    except Missing:
        return _missing(request)
    if not hasattr(invitation.booking, "visit"):
        return HttpResponseRedirect(links.answer_path(invitation), status=303)
    if request.method != "POST":
        return _page(request, "answer/other_time.html", invitation, form=OtherTimeForm())
    form = OtherTimeForm(request.POST)
    if not form.is_valid():
        return _page(request, "answer/other_time.html", invitation, 422, form=form)
    length = invitation.booking.end - invitation.booking.start
    error = _take(invitation, form.reply(AnswerChannel.LINK, length))
    if error is None:
        return HttpResponseRedirect(links.answer_path(invitation), status=303)
    return _page(
        request, "answer/other_time.html", invitation, error.status, form=form, error=error
    )


@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """ "Lägg i kalendern": one event with the invitation's own UID, so that a mail meets it."""
    try:
        invitation = _load(token)
    except Missing:
        return _missing(request)
    if invitation.booking.status in CALLED_OFF:
        if not hasattr(invitation.booking, "visit"):
            return answer_meeting.page(request, invitation, status=409)
        return _page(request, "answer/page.html", invitation, 409, form=AnswerForm())
    snapshot = snapshots.invitation(
        invitation,
        sequence=invitation.sequence,
        stamp=invitation.booking.feed_changed_at.astimezone(UTC),
        answer_url=links.answer_url(invitation),
    )
    response = HttpResponse(itip.publish(snapshot), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="besok.ics"'
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The partner's own feed: made by a press, shown again afterwards."""
    try:
        invitation = _load(token)
    except Missing:
        return _missing(request)
    assert invitation.contact is not None
    if not hasattr(invitation.booking, "visit"):
        # A partner's feed holds visits.
        return HttpResponseRedirect(links.answer_path(invitation), status=303)
    if request.method == "POST":
        manage.for_contact(contact=invitation.contact, now=timezone.now())
        return HttpResponseRedirect(request.path, status=303)
    feed = Feed.objects.filter(contact=invitation.contact, owner=None, revoked_at=None).first()
    url = links.feed_url(feed) if feed else ""
    webcal = f"webcal:{url.partition(':')[2]}" if url else ""
    return _page(request, "answer/subscribe.html", invitation, feed_url=url, webcal=webcal)


urlpatterns = [
    path("svar/<str:token>", answer, {"channel": AnswerChannel.LINK}, name="answer"),
    path("s/<str:token>", answer, {"channel": AnswerChannel.SMS_LINK}, name="answer_short"),
    path("svar/<str:token>/annan-tid", other_time, name="answer_other_time"),
    path("svar/<str:token>/besok.ics", calendar_file, name="answer_calendar"),
    path("svar/<str:token>/prenumerera", subscribe, name="answer_subscribe"),
]
