"""Ett möte eller utbildningspass: who has said what, its acts, and the line afterwards."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access as predicates
from core.errors import DomainError, Missing
from core.models import User
from scheduling import access
from scheduling.booking import (
    change,
    colleague_mail,
    gathering_more,
    gatherings,
    services,
)
from scheduling.forms import picked
from scheduling.forms.gathering import NoteForm, OffForm
from scheduling.models import Booking, Proposal
from scheduling.states import (
    CALLED_OFF,
    OPEN_STATES,
    AnswerChannel,
    BookingKind,
    InvitationState,
    ProposalState,
    VisitState,
)
from scheduling.views.setup_edit import told_at_fields, user_of


def _to(booking: Booking) -> HttpResponse:
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


@login_required
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, who has said what, and what came of it."""
    return _page(request, access.gathering_for(user_of(request), pk))


def _page(
    request: HttpRequest, booking: Booking, status: int = 200, **extra: object
) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    plans = predicates.may_plan(user)
    event = services.undoable(booking, now) if plans else None
    gathering = booking.gathering
    hosts = list(gathering.hosts.select_related("user"))
    own = next((host for host in hosts if host.user_id == user.pk), None)
    open_ = booking.status in OPEN_STATES
    context = {
        "section": "calendar",
        "booking": booking,
        "training": booking.kind == BookingKind.TRAINING.value,
        "session": getattr(booking, "training", None),
        "facts": _facts(booking, goes=plans or own is not None),
        "partners": _partners(booking) if plans else [],
        "colleagues": _colleagues(booking, hosts),
        "wishes": _wishes(booking, now) if plans else [],
        "plans": plans,
        "is_draft": booking.status is VisitState.DRAFT,
        "is_open": open_ and booking.end > now,
        "over": booking.start <= now and booking.status not in CALLED_OFF,
        "called_off": booking.status in CALLED_OFF,
        "may_answer": own is not None and open_ and booking.start > now,
        "own_state": booking.known_of(user),
        "log": gathering.log,
        "has_log": gathering.channel is not None or bool(gathering_more.organisations(booking)),
        "note_form": NoteForm(),
        "next": _next(booking, now),
        "undo": {
            "text": _("Det skickas strax."),
            "action": reverse("meeting_undo", args=[booking.pk]),
            "seconds": services.seconds_left(event, now),
            "done": _("Det är på väg."),
        }
        if event is not None
        else None,
        "today": timezone.localdate(now),
        **extra,
    }
    return render(request, "scheduling/meeting.html", context, status=status)


def _facts(booking: Booking, *, goes: bool) -> list[dict[str, str]]:
    gathering = booking.gathering
    if gathering.room is not None:
        where, soft = gathering.room.name, gathering.room.library.name
    elif gathering.place:
        where, soft = gathering.place if goes else _("Vi går dit"), ""
    else:
        where, soft = booking.library.name if booking.library else "", ""
    if gathering.travel_minutes:
        words = _("Restid %(minutes)d minuter") % {"minutes": gathering.travel_minutes}
        soft = ", ".join(part for part in (soft, words) if part)
    rows = [(_("Var"), where, soft, "")]
    if gathering.channel is not None:
        href = reverse("channel", args=[gathering.channel.pk])
        rows.append((_("Kanal"), gathering.channel.name, "", href))
    session = getattr(booking, "training", None)
    if session is not None and session.analysis is not None:
        rows.append((_("Svarar på"), session.analysis.question, "", reverse("competence")))
    if gathering.greeting:
        rows.append((_("Vår rad"), gathering.greeting, "", ""))
    return [
        {"label": label, "value": value, "soft": soft, "href": href}
        for label, value, soft, href in rows
        if value
    ]


def _partners(booking: Booking) -> list[dict[str, object]]:
    rows = change.live_invitations(booking)
    return [{"row": row, "home": row.contact.organisation.name} for row in rows if row.contact]


def _colleagues(booking: Booking, hosts: list[Any]) -> list[dict[str, str]]:
    words = {
        InvitationState.ACCEPTED: _("kommer"),
        InvitationState.DECLINED: _("kan inte"),
        InvitationState.TENTATIVE: _("kanske"),
        InvitationState.COUNTERED: _("kan inte då"),
    }
    said = {row.host_id: row.status for row in booking.invitations.filter(host__isnull=False)}
    return [
        {"name": host.user.name, "words": words.get(said.get(host.pk), "")}  # type: ignore[arg-type]
        for host in hosts
    ]


def _wishes(booking: Booking, now: datetime) -> list[tuple[Proposal, bool]]:
    rows = Proposal.objects.filter(
        invitation__booking=booking,
        invitation__contact__isnull=False,
        state=ProposalState.OPEN.value,
    ).select_related("invitation__contact")
    return [(row, services.is_free(booking, row, now)) for row in rows]


def _next(booking: Booking, now: datetime) -> Booking | None:
    """The next one with the same channel."""
    channel = booking.gathering.channel
    if channel is None:
        return None
    rows = Booking.objects.gatherings().filter(
        gathering__channel=channel, start__gt=max(booking.start, now)
    )
    return rows.exclude(pk=booking.pk).filter(state=VisitState.CONFIRMED.value).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off; the form is the question, undo the safety."""
    user, now = user_of(request), timezone.now()
    booking = access.gathering_to_plan(user, pk)
    form = OffForm(request.POST or None, initial={"version": booking.version})
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            gatherings.cancel_gathering(
                actor=user, now=now, booking=booking, reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Det är inställt och tiden är fri igen."))
            return _to(booking)
    context = {"section": "calendar", "booking": booking, "form": form, "error": error}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "scheduling/meeting_cancel.html", context, status=status)


@login_required
@require_POST
def meeting_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """The acts that need no form: undo, send what was taken back, the answer by phone, a wish."""
    user, now = user_of(request), timezone.now()
    booking = access.gathering_for(user, pk)
    acts = {
        "undo": _undo,
        "send": _send,
        "answer": _phone,
        "wish": _wish,
        "own": _own,
        "note": _note,
    }
    try:
        messages.success(request, acts[act](request, user, booking, now))
    except DomainError as error:
        return _page(request, access.gathering_for(user, pk), error.status, error=error)
    return _to(booking)


def _undo(_request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    predicates.require(predicates.may_plan(user))
    services.undo(actor=user, now=now, booking=booking)
    return _("Ångrat. Inget mejl gick ut.")


def _send(_request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    gatherings.send_gathering(actor=user, now=now, booking=booking)
    return _("Inbjudan skickas strax.")


def _phone(request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    predicates.require(predicates.may_plan(user))
    pk = request.POST.get("invitation", "")
    row = booking.invitations.filter(pk=pk).first() if picked.is_pk(pk) else None
    said = {"ja": InvitationState.ACCEPTED, "nej": InvitationState.DECLINED}
    state = said.get(request.POST.get("svar", ""))
    if row is None or state is None:
        raise Missing
    reply = services.Reply(state=state, channel=AnswerChannel.PHONE)
    services.answer(invitation=row, reply=reply, now=now, actor=user)
    return _("Svaret är antecknat.")


def _own(request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    said = {"ja": InvitationState.ACCEPTED, "nej": InvitationState.DECLINED}
    state = said.get(request.POST.get("svar", ""))
    if state is None:
        raise Missing
    reply = services.Reply(state=state, channel=AnswerChannel.LINK)
    row = colleague_mail.own_invitation(booking, user, now)
    services.answer(invitation=row, reply=reply, now=now, actor=user)
    return _("Svaret är antecknat.")


def _wish(request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    predicates.require(predicates.may_plan(user))
    pk = request.POST.get("proposal", "")
    rows = Proposal.objects.select_related("invitation__booking")
    wish = rows.filter(invitation__booking=booking, pk=pk).first() if picked.is_pk(pk) else None
    if wish is None:
        raise Missing
    if request.POST.get("svar") == "ja":
        services.accept_proposal(actor=user, now=now, proposal=wish)
        return _("Mötet är flyttat. Alla får veta det.")
    services.decline_proposal(actor=user, now=now, proposal=wish)
    return _("Tiden står fast. De får veta det.")


def _note(request: HttpRequest, user: User, booking: Booking, now: datetime) -> str:
    predicates.require(predicates.may_plan(user))
    line = request.POST.get("line", "")
    gathering_more.note(actor=user, now=now, booking=booking, line=line)
    return _("Sparat. Raden står i loggen.")


urlpatterns = [
    path("moten/<int:pk>", meeting, name="meeting"),
    path("moten/<int:pk>/stall-in", meeting_cancel, name="meeting_cancel"),
    path("moten/<int:pk>/angra", meeting_act, {"act": "undo"}, name="meeting_undo"),
    path("moten/<int:pk>/skicka", meeting_act, {"act": "send"}, name="meeting_send"),
    path("moten/<int:pk>/svar", meeting_act, {"act": "answer"}, name="meeting_answer"),
    path("moten/<int:pk>/onskemal", meeting_act, {"act": "wish"}, name="meeting_wish"),
    path("moten/<int:pk>/eget-svar", meeting_act, {"act": "own"}, name="meeting_own"),
    path("moten/<int:pk>/rad", meeting_act, {"act": "note"}, name="meeting_note"),
]
