"""Besök: everything about one visit, and its acts."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access as predicates
from core.errors import Clash, DomainError, Invalid, Missing
from core.models import User
from partners.models import ACCESS_NEED_LABELS, AccessNeed, SizeBand
from scheduling import access
from scheduling.booking import fitting, services, times, ways_out
from scheduling.forms.book import TakeForm, values_of
from scheduling.forms.room_reason import RoomReasonForm
from scheduling.forms.visit import CancelForm, ChangeForm, MoveForm, PhoneAnswerForm
from scheduling.insight import holders, timeline
from scheduling.models import Booking, Proposal
from scheduling.states import (
    OPEN_STATES,
    VISIT_TRANSITIONS,
    AnswerChannel,
    InvitationState,
    ProposalState,
    VisitEvent,
    VisitState,
)
from scheduling.views import facts_words, texts, today_answers, visit_parts
from scheduling.views.colleagues import colleague_lines


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _to(booking: Booking) -> HttpResponse:
    return HttpResponseRedirect(reverse("visit", args=[booking.pk]), status=303)


@login_required
@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, people, one timeline, and who has which version."""
    booking = access.visit_for(_user(request), pk)
    return _page(request, booking)


def _page(
    request: HttpRequest, booking: Booking, status: int = 200, **extra: object
) -> HttpResponse:
    user, now = _user(request), timezone.now()
    plans = predicates.may_plan(user)
    event = services.undoable(booking, now) if plans else None
    undo = visit_parts.undo_of_series(booking, now) if plans else None
    if undo is None and event is not None:
        undo = {
            "text": _("Mejlet skickas strax."),
            "action": reverse("visit_undo", args=[booking.pk]),
            "seconds": services.seconds_left(event, now),
            "done": _("Mejlet är på väg."),
        }
    library = booking.library
    context = {
        "section": "calendar",
        "booking": booking,
        "visit": booking.visit,
        "groups": booking.visit.groups.all(),
        "invitations": booking.invitations.filter(contact__isnull=False)
        .prefetch_related("proposals")
        .select_related("contact"),
        "colleagues": colleague_lines(booking) if plans else [],
        "access_needs": [ACCESS_NEED_LABELS[AccessNeed(n)] for n in booking.visit.access_needs],
        "diets": facts_words.diets(booking.visit),
        "interpreter": facts_words.interpreter(booking.visit),
        "sundry": facts_words.sundry(booking.visit),
        "beats": timeline.of(booking) if plans else [],
        "holders": _partners_hold(booking, now) if plans else [],
        "textable": texts.textable(booking, now) if plans else set(),
        "plans": plans,
        "sees_plan": access.may_see_plan(user, booking),
        "undo": undo,
        "is_open": booking.status in OPEN_STATES,
        "can_rearrange": booking.status in OPEN_STATES and booking.end > now,
        "is_draft": booking.status is VisitState.DRAFT,
        "can_move": VisitEvent.MOVE in VISIT_TRANSITIONS[booking.status],
        "can_follow_up": booking.start <= now
        and VisitEvent.HOLD in VISIT_TRANSITIONS[booking.status]
        and (plans or access.is_host_of(user, booking)),
        "size_bands": [(band.value, band.label) for band in SizeBand],
        "proposals": _open_proposals(booking) if plans else [],
        "warnings": times.warnings(
            start=booking.start,
            end=booking.end,
            room=booking.visit.room,
            size=booking.visit.size,
            library=library,
            hosts=booking.visit.hosts,
            groups=list(booking.visit.groups.all()),
            hours_confirmed=booking.visit.hours_confirmed,
        )
        if library and booking.status in OPEN_STATES
        else [],
        "follow_up": booking.follow_ups.filter(current=True).first(),
        "asked": today_answers.asked(user, booking),
        **visit_parts.of(booking, now, plans=plans),
        **extra,
    }
    return render(request, "scheduling/visit.html", context, status=status)


def _partners_hold(booking: Booking, now: datetime) -> list[holders.Holder]:
    """Of partners; a colleague has a quiet line of her own, below."""
    return [row for row in holders.of(booking, now) if row.invitation.contact_id is not None]


def _open_proposals(booking: Booking) -> list[tuple[Proposal, bool]]:
    rows = Proposal.objects.filter(
        invitation__booking=booking,
        invitation__contact__isnull=False,
        state=ProposalState.OPEN.value,
    ).select_related("invitation__contact")
    return [(row, services.is_free(booking, row)) for row in rows]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time by form, never by dragging alone."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    form = MoveForm(request.POST or None, initial=_stands(booking))
    if request.method == "POST" and form.is_valid():
        start, room = None, form.cleaned_data["room"]
        try:
            start = form.start()
            booking = services.move(
                actor=user,
                now=now,
                booking=booking,
                start=start,
                room=room,
                version=form.cleaned_data["version"],
                hours_confirmed=form.cleaned_data["hours_confirmed"],
                busy_override=form.cleaned_data["busy_override"],
                room_reason=form.said_of_room(),
            )
        except DomainError as error:
            wanted = ways_out.Wanted.of_booking(booking, start=start, room=room)
            return _move_page(request, booking, form, now, error, wanted)
        messages.success(request, _("Besöket är flyttat. Alla som är inbjudna får veta det."))
        return _to(booking)
    return _move_page(request, booking, form, now)


def _move_page(
    request: HttpRequest,
    booking: Booking,
    form: MoveForm,
    now: datetime,
    error: DomainError | None = None,
    wanted: ways_out.Wanted | None = None,
) -> HttpResponse:
    """With the best times for the group: of the same host, or else of anybody who can."""
    visit = booking.visit
    wish = partial(
        times.find,
        groups=list(visit.groups.all()),
        programme=visit.programme,
        size=visit.size,
        length=booking.end - booking.start,
        without=booking.pk,
        now=now,
        limit=5,
    )
    alone = visit.host if visit.co_host is None and not visit.two_hosts else None
    found = wish(host=alone) or wish()
    return _form_page(request, "move", booking, error, wanted, form=form, times=values_of(found))


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """One press on a proposed time, or on a way out of a clash."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    form = TakeForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Tiden gick inte att läsa. Välj en tid på nytt."))
    start, room, hosts = form.place()
    end = start + (booking.end - booking.start)
    try:
        booking = services.take_way(
            actor=user,
            now=now,
            booking=booking,
            start=start,
            end=end,
            room=room,
            host=hosts[0],
            co_host=hosts[1] if len(hosts) > 1 else None,
            version=form.cleaned_data["version"],
            room_reason=form.said_of_room(),
        )
    except DomainError as error:
        wanted = ways_out.Wanted.of_booking(booking, start=start, room=room, hosts=hosts)
        again = MoveForm(initial=_stands(booking))
        if fitting.FIELD in error.fields:
            # All that is missing is the reason: the time and the room that were taken stay.
            local = timezone.localtime(start)
            again.initial.update(day=local.date(), clock=local.time(), room=room)
        return _move_page(request, booking, again, now, error, wanted)
    messages.success(request, _("Besöket är ändrat. Alla som är inbjudna får veta det."))
    return _to(booking)


def _stands(booking: Booking) -> dict[str, object]:
    local = timezone.localtime(booking.start)
    return {
        "day": local.date(),
        "clock": local.time(),
        "version": booking.version,
        "room_reason": booking.visit.why_room,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Who meets, which room, what the group needs, and the approach plan."""
    user = _user(request)
    booking = access.visit_to_plan(user, pk)
    posted = request.method == "POST"
    form = ChangeForm(booking, request.POST) if posted else ChangeForm.of(booking)
    if posted and form.is_valid():
        try:
            booking = services.change_details(
                actor=user,
                now=timezone.now(),
                booking=booking,
                details=form.details(),
                version=form.cleaned_data["version"],
            )
        except DomainError as error:
            data = form.cleaned_data
            hosts = [row for row in (data["host"], data["co_host"]) if row is not None]
            wanted = ways_out.Wanted.of_booking(booking, room=data.get("room"), hosts=hosts)
            return _form_page(request, "change", booking, error, wanted, form=form)
        messages.success(request, _("Ändringen är sparad."))
        return _to(booking)
    return _form_page(request, "change", booking, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off; the form is the question, undo the safety."""
    user = _user(request)
    booking = access.visit_to_plan(user, pk)
    form = CancelForm(request.POST or None, initial={"version": booking.version, "by": "partner"})
    if request.method == "POST" and form.is_valid():
        try:
            booking = services.cancel(
                actor=user,
                now=timezone.now(),
                booking=booking,
                by_partner=form.cleaned_data["by"] == "partner",
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )
        except DomainError as error:
            return _form_page(request, "cancel", booking, form=form, error=error)
        messages.success(request, _("Besöket är avbokat och tiden är fri igen."))
        return _to(booking)
    return _form_page(request, "cancel", booking, form=form)


def _form_page(
    request: HttpRequest,
    name: str,
    booking: Booking,
    error: DomainError | None = None,
    wanted: ways_out.Wanted | None = None,
    **extra: object,
) -> HttpResponse:
    """A form about ``booking``; after a clash with the ways out for what was ``wanted``."""
    form = extra.get("form")
    ways = []
    if wanted is not None and isinstance(error, Clash):
        ways = ways_out.find(wanted, now=timezone.now())
    invalid = isinstance(form, forms.Form) and form.is_bound and not form.is_valid()
    status = error.status if error else (422 if invalid else 200)
    asks = booking.visit.lacks_places or (error is not None and fitting.FIELD in error.fields)
    if isinstance(form, RoomReasonForm):
        error = None if form.tells(error) else error
        asks = asks or form.has_reason
    context = {
        "section": "calendar",
        "booking": booking,
        "visit": booking.visit,
        "error": error,
        "ways": values_of(ways),
        "asks_why": asks,
    }
    return render(request, f"scheduling/visit_{name}.html", {**context, **extra}, status=status)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The acts that need no form: send a draft, confirm, undo."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    acts: dict[str, tuple[Callable[..., Booking], str]] = {
        "send": (services.send_draft, _("Inbjudan skickas strax.")),
        "confirm": (services.confirm, _("Besöket är bekräftat.")),
        "undo": (services.undo, _("Ångrat. Inget mejl gick ut.")),
        "public": (
            partial(services.mark_public, public=True),
            _("Besöket visas i den offentliga kalendern, utan grupp."),
        ),
        "private": (
            partial(services.mark_public, public=False),
            _("Besöket visas inte längre i den offentliga kalendern."),
        ),
    }
    function, words = acts[name]
    try:
        function(actor=user, now=now, booking=booking)
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    messages.success(request, words)
    return _to(booking)


@login_required
@require_POST
def phone_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Ja, per telefon": two clicks by staff."""
    user = _user(request)
    booking = access.visit_to_plan(user, pk)
    form = PhoneAnswerForm(booking, request.POST)
    if not form.is_valid():
        return _page(request, booking, 422, form=form)
    band = form.cleaned_data["size_band"]
    reply = services.Reply(
        state=InvitationState(form.cleaned_data["answer"]),
        channel=AnswerChannel.PHONE,
        size_band=SizeBand(band) if band else None,
    )
    try:
        services.answer(
            invitation=form.cleaned_data["invitation"], reply=reply, now=timezone.now(), actor=user
        )
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    messages.success(request, _("Svaret är antecknat."))
    return _to(booking)


@login_required
@require_POST
def proposal(request: HttpRequest, pk: int, accept: bool) -> HttpResponse:  # noqa: FBT001 - from the URL
    """Motförslag: one click takes the wished time, or says that the first one stands."""
    user, now = _user(request), timezone.now()
    row = Proposal.objects.select_related("invitation__booking").filter(pk=pk).first()
    if row is None:
        raise Missing
    booking = access.visit_to_plan(user, row.invitation.booking_id)
    try:
        if accept:
            services.accept_proposal(actor=user, now=now, proposal=row)
            messages.success(request, _("Besöket är flyttat dit de ville. Alla får veta det."))
        else:
            services.decline_proposal(actor=user, now=now, proposal=row)
            messages.success(request, _("Förslaget är besvarat. Ring gärna och berätta."))
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    if request.POST.get("next") == reverse("today"):
        return HttpResponseRedirect(reverse("today"), status=303)
    return _to(booking)


urlpatterns = [
    path("besok/<int:pk>", visit, name="visit"),
    path("besok/<int:pk>/flytta", move, name="visit_move"),
    path("besok/<int:pk>/ta", take, name="visit_take"),
    path("besok/<int:pk>/andra", change, name="visit_change"),
    path("besok/<int:pk>/avboka", cancel, name="visit_cancel"),
    path("besok/<int:pk>/skicka", act, {"name": "send"}, name="visit_send"),
    path("besok/<int:pk>/bekrafta", act, {"name": "confirm"}, name="visit_confirm"),
    path("besok/<int:pk>/offentligt", act, {"name": "public"}, name="visit_public"),
    path("besok/<int:pk>/inte-offentligt", act, {"name": "private"}, name="visit_private"),
    path("besok/<int:pk>/angra", act, {"name": "undo"}, name="visit_undo"),
    path("besok/<int:pk>/svar", phone_answer, name="visit_phone_answer"),
    path("motforslag/<int:pk>/ta", proposal, {"accept": True}, name="proposal_accept"),
    path("motforslag/<int:pk>/avsta", proposal, {"accept": False}, name="proposal_decline"),
]
