"""Relationer: note a contact, agree the next step, set the stage; and who has gone quiet."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access
from core.errors import DomainError
from core.models import User
from partners import queries
from partners.models import AgreedStep, Channel, ContactLog, Group, Organisation
from partners.models.relation import may_undo
from partners.services import relation as services
from scheduling.forms.relation import LogForm, StageForm, StepForm
from scheduling.insight import relations
from scheduling.views.setup_edit import told_at_fields, user_of
from scheduling.views.today_words import Row, lang

#: For so long after a contact was noted the page offers to take it back, first on the page.
OFFERED_UNDO = timedelta(seconds=30)
#: One press moves a step so far.
A_WEEK = timedelta(days=7)
QUIET_DAYS = (30, 90, 180)
CHOICES = 12


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where the form stood, if that is a page of ours; else ``otherwise``."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if safe else otherwise, status=303)


def log_undo(user: User, now: datetime) -> dict[str, Any] | None:
    """The user's own newest contact as ``ui/undo.html`` wants it, while it is fresh."""
    entry = ContactLog.objects.filter(by=user, at__gt=now - OFFERED_UNDO, at__lte=now).first()
    if entry is None:
        return None
    left = OFFERED_UNDO - (now - entry.at)
    return {
        "text": _("Antecknat: %(way)s med %(who)s.")
        % {"way": entry.get_way_display().lower(), "who": _who(entry)},
        "done": _("Kontakten är antecknad."),
        "action": reverse("contact_undo", args=[entry.pk]),
        "seconds": max(1, int(left.total_seconds())),
    }


def _who(entry: ContactLog) -> str:
    return str(entry.channel or entry.group or entry.organisation)


def log_rows(user: User, rows: Any, now: datetime) -> list[Row]:
    """Entries of the log as lists show them; the manager reads when and how, not the line."""
    reads = access.may_read_notes(user)
    return [
        {
            "entry": row,
            "way": row.get_way_display(),
            "line": row.line if reads else "",
            "who": str(row.channel or row.group or ""),
            "by": row.by.first_name if row.by else "",
            "undo": may_undo(row, user, now),
        }
        for row in rows
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_log(request: HttpRequest) -> HttpResponse:
    """Choose whom (GET), and note that we were in touch (POST)."""
    user = user_of(request)
    access.require(access.may_log(user))
    if request.method != "POST":
        return _log_page(request, LogForm(initial=_asked(request)))
    form = LogForm(request.POST)
    error: DomainError | None = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.log_contact(
                actor=user,
                now=timezone.now(),
                organisation=data["organisation"],
                way=data["way"],
                line=data["line"],
                group=data["group"],
                channel=data["channel"],
            )
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            return back(request, reverse("today"))
    return _log_page(request, form, error, status=422)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("organisation", "group", "channel")
    return {name: request.GET[name] for name in names if request.GET.get(name, "").isdecimal()}


def _log_page(
    request: HttpRequest, form: LogForm, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    chosen = str(form["organisation"].value() or "")
    rows = Organisation.objects.filter(archived_at=None)
    picked = rows.filter(pk=chosen).first() if chosen.isdecimal() else None
    found = queries.organisations(viewer=user_of(request), q=q.replace("\0", " "))
    recent = found.exclude(pk=picked.pk) if picked else found
    context = {
        "section": "today",
        "form": form,
        "error": error,
        "q": q,
        "chosen": chosen,
        "organisations": [*([picked] if picked else []), *_recent(recent)],
        "more": recent.count() > CHOICES,
        "next": request.POST.get("next", "") or reverse("today"),
    }
    return render(request, "scheduling/contact_log.html", context, status=status)


def _recent(rows: Any) -> list[Organisation]:
    """Those that were lately in touch first: most likely it is one of them again."""
    newest = rows.annotate(latest=Max("log__at"))
    return list(newest.order_by(F("latest").desc(nulls_last=True), "search")[:CHOICES])


@login_required
@require_POST
def contact_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """As if it had not been noted."""
    user = user_of(request)
    entry = queries.log_by_id(viewer=user, pk=pk)
    home = reverse("partners:organisation_detail", args=[entry.organisation_id])
    try:
        services.undo_contact(actor=user, now=timezone.now(), entry=entry)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.info(request, _("Anteckningen är borttagen."))
    return back(request, home)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step with organisation ``pk``."""
    user = user_of(request)
    access.require(access.may_log(user))
    home = queries.organisation_by_id(viewer=user, pk=pk)
    to = reverse("partners:organisation_detail", args=[home.pk])
    form = StepForm(request.POST or None, initial={"owner": user.pk, **_asked(request)})
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.agree_step(
                actor=user, now=timezone.now(), organisation=home, text=data["text"],
                due=data["due"], owner=data["owner"], group=data["group"], channel=data["channel"],
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Nästa steg är sparat."))
            return back(request, _from_where(form, to))
    return form_page(request, form, error, title=_("Nästa steg"), over=home.name,
                     back=_from_where(form, to), draft=f"steg-{home.pk}")  # fmt: skip


def _from_where(form: forms.Form, otherwise: str) -> str:
    for name, view in (("group", "group"), ("channel", "channel")):
        value = str(form[name].value() or "")
        if value.isdecimal():
            return reverse(view, args=[value])
    return otherwise


def form_page(
    request: HttpRequest, form: forms.Form, error: DomainError | None = None, **context: Any
) -> HttpResponse:
    """A form of the relation's, filled as it was sent."""
    status = 422 if request.method == "POST" else 200
    values = {"section": "network", "form": form, "error": error, **context}
    return render(request, "scheduling/relation_form.html", values, status=status)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, even where that is nothing."""
    return request.POST if request.method == "POST" else None


def save_form(
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[], object],
    *,
    saved: str,
    to: str,
    **context: Any,
) -> HttpResponse:
    """Show ``form``, ``save`` it and go ``to`` an address, or say what to mend; nothing is lost."""
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, saved)
            return HttpResponseRedirect(to, status=303)
    return form_page(request, form, error, back=to, **context)


@login_required
@require_POST
def step_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Done, or a week later."""
    user, now = user_of(request), timezone.now()
    step = queries.step_by_id(viewer=user, pk=pk)
    try:
        if act == "done":
            services.step_done(actor=user, now=now, step=step)
            messages.success(request, _("Nästa steg är avprickat."))
        else:
            due = max(step.due, timezone.localdate(now)) + A_WEEK
            services.move_step(actor=user, now=now, step=step, due=due)
            messages.success(request, _("Steget är flyttat en vecka."))
    except DomainError as error:
        messages.error(request, error.message)
    return back(request, reverse("today"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the stage by hand, or follow events again."""
    user, now = user_of(request), timezone.now()
    access.require(access.may_plan(user))
    home = queries.organisation_by_id(viewer=user, pk=pk)
    to = reverse("partners:organisation_detail", args=[home.pk])
    standing = relations.stage_of(home, now, lang())
    form = StageForm(request.POST or None, initial={"stage": standing.stage})
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.set_stage(
                actor=user, now=now, organisation=home,
                stage=form.cleaned_data["stage"], until=form.cleaned_data["until"],
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Läget är sparat."))
            return HttpResponseRedirect(to, status=303)
    return form_page(request, form, error, title=_("Sätt läget för hand"), over=home.name, back=to,
                     lede=standing.derived_reason)  # fmt: skip


@login_required
@require_POST
def stage_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the stage follow what happened again."""
    user = user_of(request)
    home = queries.organisation_by_id(viewer=user, pk=pk)
    services.follow_events(actor=user, now=timezone.now(), organisation=home)
    messages.success(request, _("Läget följer åter det som hänt."))
    return HttpResponseRedirect(reverse("partners:organisation_detail", args=[home.pk]), status=303)


@login_required
@require_safe
def relations_page(request: HttpRequest) -> HttpResponse:
    """Who has no next step, who has gone quiet, and what is agreed."""
    user, now = user_of(request), timezone.now()
    asked = request.GET.get("dagar", "")
    days = int(asked) if asked in {str(number) for number in QUIET_DAYS} else QUIET_DAYS[1]
    context = {
        "section": "network",
        "groups": relations.without_next_step(now),
        "quiet": relations.quiet_since(now, timedelta(days=days)),
        "days": days,
        "choices": QUIET_DAYS,
        "steps": step_rows(user, now, relations.steps_of(user, now)),
        "agreements": relations.agreements_to_review(timezone.localdate(now)),
        "plans": access.may_plan(user),
        "logs": access.may_log(user),
        "undo": log_undo(user, now),
    }
    return render(request, "scheduling/relations.html", context)


def about(user: User, now: datetime, **of: Organisation | Group | Channel) -> dict[str, Any]:
    """What ``relation_log.html`` shows of an organisation, a group or a channel."""
    rows = ContactLog.objects.filter(**of).select_related("by", "group", "channel", "organisation")
    (name, row), *_rest = of.items()
    home = row if isinstance(row, Organisation) else row.organisation
    return {
        "log_home": home,
        "log_of": {name: row.pk},
        "logs": access.may_log(user) and home.archived_at is None,
        "log": log_rows(user, rows[:5], now),
        "steps": step_rows(user, now, AgreedStep.objects.open().filter(**of)),
    }


def step_rows(user: User, now: datetime, rows: Iterable[AgreedStep]) -> list[Row]:
    """Agreed steps as ``relation_steps.html`` shows them."""
    reads = access.may_read_notes(user)
    return [
        {
            "step": row,
            "text": row.text if reads else _("Ett nästa steg"),
            "acts": services.may_see_to(row, user, now),
        }
        for row in rows
    ]


urlpatterns = [
    path("kontakt/", contact_log, name="contact_log"),
    path("kontakt/<int:pk>/angra", contact_undo, name="contact_undo"),
    path("organisationer/<int:pk>/nasta-steg", step_new, name="step_new"),
    path("steg/<int:pk>/klart", step_act, {"act": "done"}, name="step_done"),
    path("steg/<int:pk>/flytta", step_act, {"act": "move"}, name="step_move"),
    path("organisationer/<int:pk>/lage", stage, name="stage"),
    path("organisationer/<int:pk>/lage/folj", stage_follow, name="stage_follow"),
    path("relationer/", relations_page, name="relations"),
]
