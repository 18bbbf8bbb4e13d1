"""The partner's answer: no account, no cookie, no script. GET changes nothing, POST acts.

Mail scanners fetch links and even submit forms: only a named button of the form is an answer, and
every answer can be changed until the visit starts (DOMAIN.md, "Eight things", 5).
"""

from datetime import UTC

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from scheduling import links, snapshots
from scheduling.calendars import itip
from scheduling.feeds import manage
from scheduling.forms.answer import AnswerForm
from scheduling.models import Feed, Invitation
from scheduling.states import CALLED_OFF, AnswerChannel
from scheduling.views import answer_meeting
from scheduling.views.answer_page import invitation_page, partner_page, show, take


@invitation_page
def answer(request: HttpRequest, invitation: Invitation, channel: AnswerChannel) -> HttpResponse:
    """När, var, vem, vad, and the two buttons."""
    if not hasattr(invitation.booking, "visit"):
        return answer_meeting.answer(request, invitation, channel)
    if request.method != "POST":
        return show(request, "page", invitation, form=AnswerForm.of(invitation))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show(request, "page", invitation, 422, form=form)
    error = take(invitation, form.reply(channel), form.cleaned_data["tid"])
    if error is None:
        return HttpResponseRedirect(request.get_full_path(), status=303)
    return show(request, "page", invitation, error.status, form=form, error=error)


@invitation_page
def calendar_file(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """ "Lägg i kalendern": one event with the invitation's own UID, so that a mail meets it."""
    if invitation.booking.status in CALLED_OFF:
        if not hasattr(invitation.booking, "visit"):
            return answer_meeting.page(request, invitation, status=409)
        return show(request, "page", invitation, 409, form=AnswerForm.of(invitation))
    snapshot = snapshots.invitation(
        invitation,
        sequence=invitation.sequence,
        stamp=invitation.booking.feed_changed_at.astimezone(UTC),
        answer_url=links.answer_url(invitation),
    )
    response = HttpResponse(itip.publish(snapshot), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="besok.ics"'
    return response


@partner_page
def subscribe(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The partner's own feed: made by a press, shown again afterwards."""
    assert invitation.contact is not None
    if request.POST.get("gor") == "kalender":
        manage.for_contact(contact=invitation.contact, now=timezone.now())
        return HttpResponseRedirect(request.get_full_path(), status=303)
    feed = Feed.objects.filter(contact=invitation.contact, owner=None, revoked_at=None).first()
    url = links.feed_url(feed) if feed else ""
    webcal = f"webcal:{url.partition(':')[2]}" if url else ""
    return show(request, "subscribe", invitation, feed_url=url, webcal=webcal)


urlpatterns = [
    path("svar/<str:token>", answer, {"channel": AnswerChannel.LINK}, name="answer"),
    path("s/<str:token>", answer, {"channel": AnswerChannel.SMS_LINK}, name="answer_short"),
    path("svar/<str:token>/besok.ics", calendar_file, name="answer_calendar"),
    path("svar/<str:token>/prenumerera", subscribe, name="answer_subscribe"),
]
