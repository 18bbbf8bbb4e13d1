"""Hur gick det? The 60-second follow-up, on a phone, right after the visit."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import access as predicates
from core.errors import DomainError, IllegalTransition, Stale
from core.models import User
from scheduling import access
from scheduling.followup import drafts
from scheduling.followup.chips import Chips, chips_for
from scheduling.followup.services import check_open, record, suggest_next
from scheduling.forms.followup import NOT_DRAFTED, NOTHING, OTHER, FollowUpForm
from scheduling.models import Booking, FollowUp
from scheduling.states import OPEN_STATES, Mission, VisitState


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST records; again, it corrects. What was typed is never lost."""
    user = request.user
    assert isinstance(user, User)
    booking = access.visit_to_follow_up(user, pk)
    now = timezone.now()
    try:
        check_open(booking, now)
    except IllegalTransition as error:
        return _page(request, booking, None, status=_status(request, error), refused=error)
    written = booking.follow_ups.filter(current=True).select_related("next_booking").first()
    form = _form(request, user, booking, written)
    if request.method != "POST":
        return _page(request, booking, form, written=written)
    warnings = form.warnings() if form.is_valid() else []
    if warnings or not form.is_valid():
        return _page(request, booking, form, status=422, written=written, warnings=warnings)
    try:
        saved = record(
            actor=user,
            now=now,
            booking=booking,
            given=form.given(),
            version=form.cleaned_data["version"],
            idempotency_key=form.cleaned_data["key"],
        )
    except DomainError as error:
        form.refuse(error)
        if isinstance(error, Stale):
            # What was typed stays and can be saved over the newer state, now knowingly.
            typed = request.POST.copy()
            typed["version"] = str(booking.version)
            form.data = typed
        return _page(request, booking, form, status=error.status, written=written)
    _thank(request, saved)
    if request.headers.get("X-Later"):
        # Sent by a script that kept it: the page that it opens next says thanks.
        return HttpResponse(status=204)
    return HttpResponseRedirect(reverse("today"), status=303)


def _status(request: HttpRequest, error: DomainError) -> int:
    """Opening the page too early is no fault; saving then is."""
    return error.status if request.method == "POST" else 200


def _form(
    request: HttpRequest, user: User, booking: Booking, written: FollowUp | None
) -> FollowUpForm:
    chips = chips_for(booking)
    follows = written.next_booking if written else None
    ask_next = follows is None or follows.status not in OPEN_STATES
    return FollowUpForm(
        request.POST if request.method == "POST" else None,
        initial={
            "version": booking.version,
            "key": uuid.uuid4().hex,
            **_initial(booking, written, chips),
            **(_drafted(user, booking) if written is None else {}),
        },
        chips=chips,
        suggestions=suggest_next(booking, timezone.now()) if ask_next else [],
        may_send=predicates.may_plan(user),
        ask_next=ask_next,
    )


def _initial(booking: Booking, written: FollowUp | None, chips: Chips) -> dict[str, Any]:
    """A first follow-up has the usual chosen; a correction what stands."""
    if written is None:
        return {"mission": Mission.OURS.value, "next": NOTHING}
    handover = written.handovers.first()
    offered = written.attendance in chips.numbers
    return {
        "judgement": written.judgement,
        "count": str(written.attendance) if offered else OTHER,
        "attendance": None if offered else written.attendance,
        "partly": booking.status is VisitState.PARTLY_HELD,
        "worked": written.worked,
        "did_not_work": written.did_not_work,
        "interests": [row.interest.name for row in written.signals.select_related("interest")],
        "barriers": list(booking.barriers.values_list("kind", flat=True)),
        "mission": written.mission,
        "handover_topic": handover.topic if handover else "",
        "handover_receiver": handover.receiver if handover else "",
        "next": NOTHING,
        "next_step": written.next_step,
        "next_step_due": written.next_step_due,
        "note": written.note,
    }


def _drafted(user: User, booking: Booking) -> dict[str, Any]:
    """What the writer had typed before, on this device or another."""
    draft = drafts.of(user, booking)
    if draft is None:
        return {}
    known = FollowUpForm.base_fields
    return {
        name: values if isinstance(known[name], forms.MultipleChoiceField) else values[0]
        for name, values in draft.fields.items()
        if name in known and values
    }


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed so far, for its writer alone; a script posts it now and then."""
    user = request.user
    assert isinstance(user, User)
    booking = access.visit_to_follow_up(user, pk)
    wanted = [name for name in FollowUpForm.base_fields if name not in NOT_DRAFTED]
    typed = {name: request.POST.getlist(name) for name in wanted if name in request.POST}
    try:
        drafts.keep(actor=user, now=timezone.now(), booking=booking, fields=typed)
    except DomainError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    return HttpResponse(status=204)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: FollowUpForm | None,
    *,
    status: int = 200,
    written: FollowUp | None = None,
    warnings: list[str] | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    context = {
        "section": "today",
        "booking": booking,
        "visit": booking.visit,
        "groups": booking.visit.groups.all(),
        "form": form,
        "written": written,
        "next_booking": written.next_booking if written else None,
        "warnings": warnings or [],
        "refused": refused,
    }
    return render(request, "scheduling/follow_up.html", context, status=status)


def _thank(request: HttpRequest, saved: FollowUp) -> None:
    """A quiet word, and the way to the visit that was just agreed."""
    following = saved.next_booking
    if following is None or saved.version > 1:
        messages.success(request, _("Uppföljningen är sparad."))
        return
    if following.status is VisitState.DRAFT:
        words = _("Uppföljningen är sparad. Nästa besök ligger som utkast.")
    else:
        words = _("Uppföljningen är sparad. Inbjudan till nästa besök skickas strax.")
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            words,
            reverse("visit", args=[following.pk]),
            _("Visa nästa besök"),
        ),
    )


urlpatterns = [
    path("besok/<int:pk>/uppfoljning", follow_up, name="follow_up"),
    path("besok/<int:pk>/uppfoljning/utkast", draft, name="follow_up_draft"),
]
