"""Another time: days with what is free on them, up to three picked, or words."""

from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash, DomainError
from partners.services import limits
from scheduling import links
from scheduling.booking import other_times
from scheduling.forms.answer import OtherTimeForm
from scheduling.models import Invitation
from scheduling.states import AnswerChannel
from scheduling.views.answer_page import partner_page, show, switch, take


@partner_page
def other_time(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Only the named button sends; the button for later days keeps what was picked."""
    if request.method != "POST":
        return _page(request, invitation, OtherTimeForm())
    form = OtherTimeForm(request.POST)
    if request.POST.get("svar") != "annan":
        return _page(request, invitation, form)
    if not form.is_valid():
        return _page(request, invitation, form, status=422, faults=True)
    picked, gone = other_times.still_free(invitation.booking, form.picked, now=timezone.now())
    error = _gone(gone) if gone else _send(invitation, form, picked)
    if error is None:
        answered = f"{links.answer_path(invitation)}{switch(request)['q']}"
        return HttpResponseRedirect(answered, status=303)
    return _page(request, invitation, form, status=error.status, error=error, without=gone)


def _send(
    invitation: Invitation, form: OtherTimeForm, picked: list[datetime]
) -> DomainError | None:
    try:
        limits.count(link=invitation.token_fingerprint or "")
    except DomainError as error:
        return error
    booking = invitation.booking
    return take(invitation, form.reply(AnswerChannel.LINK, booking.end - booking.start, picked))


def _gone(starts: list[datetime]) -> Clash:
    names = ", ".join(swedish.subject_when(start, lang=get_language() or "sv") for start in starts)
    return Clash(
        _("Tiden hann tyvärr bli upptagen: %(times)s. Dina andra val är kvar. Skicka igen.")
        % {"times": names}
    )


def _page(
    request: HttpRequest,
    invitation: Invitation,
    form: OtherTimeForm,
    *,
    status: int = 200,
    without: list[datetime] | None = None,
    **extra: object,
) -> HttpResponse:
    """The days, with what was picked marked; what was picked on other days stands above them."""
    picked = [start for start in form.picked if start not in (without or [])]
    days = other_times.days(invitation.booking, now=timezone.now(), first=_first(request))
    shown = {start for row in (*days.same, *days.other) for start, _end in row.times}
    length = invitation.booking.end - invitation.booking.start
    return show(
        request,
        "other_time",
        invitation,
        status,
        form=form,
        kept=[_choice(start, start + length, picked) for start in picked if start not in shown],
        parts=[
            (title, [_day(row, picked, opened=row is rows[0]) for row in rows])
            for title, rows in (
                (_("Samma veckodag"), days.same),
                (_("Andra dagar") if days.same else _("Lediga dagar"), days.other),
            )
            if rows
        ],
        later=days.later,
        **extra,
    )


def _first(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("fran", ""))
    except ValueError:
        return None


def _day(row: other_times.FreeDay, picked: list[datetime], *, opened: bool) -> dict[str, object]:
    times = [_choice(start, end, picked) for start, end in row.times]
    return {
        "day": row.day,
        "times": times,
        # The first day stands open: one press less.
        "open": opened or any(time["checked"] for time in times),
    }


def _choice(start: datetime, end: datetime, picked: list[datetime]) -> dict[str, object]:
    return {
        "value": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "start": start,
        "end": end,
        "checked": start in picked,
    }


urlpatterns = [path("svar/<str:token>/annan-tid", other_time, name="answer_other_time")]
