"""I dag: what needs somebody now, each row with its act on it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import access
from core.errors import Missing
from core.models import AuditEvent, User
from scheduling.access import to_look_at, visit_to_plan
from scheduling.booking import nudge, series_undo, services
from scheduling.booking.undo import UNDOABLE
from scheduling.followup import next_steps
from scheduling.insight import coming
from scheduling.insight import today as insight
from scheduling.models import Booking, CallTask, FollowUp
from scheduling.outbox import calls, sms
from scheduling.states import VISIT_KINDS
from scheduling.views import today_answers, today_relation, today_tasks, visit_parts
from scheduling.views.feeds import expiring
from scheduling.views.relation import A_WEEK, log_undo
from scheduling.views.today_rows import Rows
from scheduling.views.today_words import greeting

_TAKEN_BACK = UNDOABLE | series_undo.UNDOABLE


@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The start page, by role."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    needs = insight.needs_of(user, now)
    visits, met = coming.visits(user, now), coming.gatherings(user, now)
    relation = today_relation.relation(user, now)
    words = Rows(user, now, acts=access.may_plan(user) or user.role != "manager")
    asked = [*today_answers.asked(user), *today_tasks.asked(user, now)]
    context = {
        "section": "today",
        "greeting": greeting(user, now),
        "summary": words.summary(needs.count + len(relation.needs) + len(asked)),
        "next_visit": words.next_visit(visits),
        "needs": [
            *asked,
            *today_relation.marked(words.needs(needs), relation.covers),
            *relation.needs,
        ],
        "later": [*words.later(needs), *relation.later, *expiring(user, now)],
        "relation": relation,
        "days": words.days(sorted([*visits, *met], key=lambda row: row.start)[: coming.COMING]),
        "none_bounced": access.may_plan(user) and not needs.failed,
        "to_look_at": to_look_at(user),
        "week": timezone.localdate(now),
        "undo": _undo(user, now) or log_undo(user, now),
    }
    return render(request, "scheduling/today.html", context)


def _undo(user: User, now: datetime) -> dict[str, object] | None:
    """The user's own latest act, as long as its mails wait."""
    since = now - timedelta(seconds=settings.OUTBOX_HOLD_SECONDS)
    event = (
        AuditEvent.objects.filter(
            actor=user, object_type__in=["booking", "series"], verb__in=_TAKEN_BACK, at__gt=since
        )
        .order_by("-pk")
        .first()
    )
    if event is None:
        return None
    if event.object_type == "series":
        date = Booking.objects.filter(series=event.object_id).select_related("series").first()
        return visit_parts.undo_of_series(date, now) if date else None
    booking = Booking.objects.filter(pk=event.object_id).first()
    if booking is None or services.undoable(booking, now) != event:
        return None
    changed = (_("Ändringen skickas strax."), _("Ändringen är skickad."))
    text, done = {
        "visit.moved": (_("Den nya tiden skickas strax."), _("Den nya tiden är skickad.")),
        "visit.swapped": (_("De nya tiderna skickas strax."), _("De nya tiderna är skickade.")),
        "visit.changed": changed,
        "visit.room_changed": changed,
        "visit.host_changed": changed,
        "visit.substituted": changed,
        "visit.booked": (_("Inbjudan skickas strax."), _("Inbjudan är skickad.")),
        "visit.offered": (_("Inbjudan skickas strax."), _("Inbjudan är skickad.")),
        **{
            f"{kind}.{act}": (_("Det skickas strax."), _("Det är skickat."))
            for kind in ("meeting", "training")
            for act in ("booked", "moved", "changed", "cancelled")
        },
    }.get(event.verb, (_("Avbokningen skickas strax."), _("Avbokningen är skickad.")))
    undo = "visit_undo" if booking.kind in VISIT_KINDS else "meeting_undo"
    return {
        "text": text,
        "done": done,
        "action": reverse(undo, args=[booking.pk]),
        "seconds": services.seconds_left(event, now),
    }


@login_required
@require_POST
def call_done(request: HttpRequest, pk: int) -> HttpResponse:
    """We have talked: the contact knows."""
    user = request.user
    assert isinstance(user, User)
    access.require(access.may_plan(user))
    task = CallTask.objects.select_related("invitation__booking").filter(pk=pk).first()
    if task is None:
        raise Missing
    calls.done(actor=user, now=timezone.now(), task=task)
    messages.success(request, _("Antecknat: ni har pratat."))
    return _back(request)


@login_required
@require_POST
def visit_nudge(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more."""
    user = request.user
    assert isinstance(user, User)
    told = nudge.nudge(actor=user, now=timezone.now(), booking=visit_to_plan(user, pk))
    if any(row.email or sms.wants_texts(row.contact) for row in told):
        messages.success(request, _("Påminnelsen är på väg."))
    else:
        messages.info(request, _("Kontakten har ingen e-post. Ring i stället, numret står här."))
    return _back(request)


@login_required
@require_POST
def next_step_done(request: HttpRequest, pk: int) -> HttpResponse:
    """What was agreed is done."""
    user = request.user
    assert isinstance(user, User)
    access.require(access.may_plan(user))
    follow_up = FollowUp.objects.select_related("booking").filter(pk=pk).first()
    if follow_up is None:
        raise Missing
    next_steps.done(actor=user, now=timezone.now(), follow_up=follow_up)
    messages.success(request, _("Nästa steg är avprickat."))
    return _back(request)


@login_required
@require_POST
def next_step_move(request: HttpRequest, pk: int) -> HttpResponse:
    """What was agreed, a week later."""
    user, now = request.user, timezone.now()
    assert isinstance(user, User)
    access.require(access.may_plan(user))
    follow_up = FollowUp.objects.select_related("booking").filter(pk=pk).first()
    if follow_up is None:
        raise Missing
    due = max(follow_up.next_step_due or timezone.localdate(now), timezone.localdate(now)) + A_WEEK
    next_steps.move(actor=user, now=now, follow_up=follow_up, due=due)
    messages.success(request, _("Steget är flyttat en vecka."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Where the form stood, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if safe else reverse("today"), status=303)


urlpatterns = [
    path("", today, name="today"),
    path("samtal/<int:pk>/klart", call_done, name="call_done"),
    path("besok/<int:pk>/paminn", visit_nudge, name="visit_nudge"),
    path("nasta-steg/<int:pk>/klart", next_step_done, name="next_step_done"),
    path("nasta-steg/<int:pk>/flytta", next_step_move, name="next_step_move"),
]
