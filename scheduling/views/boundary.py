"""Gräns och hinder: open barriers with their owner, the quarter's boundary cases, handovers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import access
from core.errors import Missing
from scheduling.followup import barriers as service
from scheduling.followup import counted, words
from scheduling.forms.learning import BarrierForm, CaseForm, HandoverForm, SolveForm
from scheduling.models import BARRIER_LABELS, Barrier, BarrierKind, BoundaryCase
from scheduling.states import ReceiverKind
from scheduling.views.relation import save_form, sent
from scheduling.views.setup_edit import user_of

MOST_SOLVED = 20


@login_required
@require_safe
def boundary(request: HttpRequest) -> HttpResponse:
    """What is in the way and who sees to it; this quarter's cases and handovers."""
    user = user_of(request)
    first = quarter_start(timezone.localdate())
    rows = Barrier.objects.select_related("owner", "booking__visit__programme")
    cases = BoundaryCase.objects.filter(on__gte=first).order_by("-on", "-pk")
    handed = counted.handovers().filter(on__gte=first).order_by("-on", "-pk")
    context = {
        "section": "efforts",
        "logs": access.may_log(user),
        "plans": access.may_plan(user),
        "since": first,
        "open": [
            _barrier(row, service.may_see_to(user, row)) for row in rows.filter(solved_on=None)
        ],
        "solved": [
            _barrier(row, service.may_see_to(user, row))
            for row in rows.exclude(solved_on=None).order_by("-solved_on", "-pk")[:MOST_SOLVED]
        ],
        "cases": cases,
        "handovers": [(row, words.RECEIVERS[ReceiverKind(row.receiver)]) for row in handed],
    }
    return render(request, "scheduling/boundary.html", context)


def quarter_start(day: date) -> date:
    """The first day of the quarter of ``day``."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _barrier(row: Barrier, acts: bool) -> dict[str, Any]:  # noqa: FBT001 - a column
    return {"row": row, "kind": BARRIER_LABELS[BarrierKind(row.kind)], "acts": acts}


def _saved(
    request: HttpRequest, form: forms.Form, save: Callable[[], object], title: str, saved: str
) -> HttpResponse:
    return save_form(
        request,
        form,
        save,
        saved=saved,
        to=reverse("boundary"),
        title=title,
        over=_("Gräns och hinder"),
        section="efforts",
    )


def _one(pk: int) -> Barrier:
    row = Barrier.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def barrier_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a barrier down, or give it an owner."""
    user, now = user_of(request), timezone.now()
    row = None if pk is None else _one(pk)
    access.require(access.may_log(user) or (row is not None and service.may_see_to(user, row)))
    form = BarrierForm(request.POST) if request.method == "POST" else BarrierForm.of(row)

    def save() -> None:
        given = service.GivenBarrier(**form.cleaned_data)
        service.save_barrier(actor=user, now=now, given=given, barrier=row)

    title = _("Ändra hindret") if row else _("Nytt hinder")
    return _saved(request, form, save, title, _("Hindret är sparat."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def barrier_solve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how it came out of the way."""
    user, now = user_of(request), timezone.now()
    row = _one(pk)
    access.require(service.may_see_to(user, row))
    form = SolveForm(sent(request), initial={"solution": row.solution})

    def save() -> None:
        service.solve(actor=user, now=now, barrier=row, solution=form.cleaned_data["solution"])

    return _saved(request, form, save, _("Hindret är löst"), _("Hindret är löst."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A boundary case for the quarter's talk, or what it came to."""
    user, now = user_of(request), timezone.now()
    plans = access.may_plan(user)
    access.require(access.may_log(user) if pk is None else plans)
    row = None if pk is None else BoundaryCase.objects.filter(pk=pk).first()
    if row is None and pk is not None:
        raise Missing
    initial = {"question": row.question, "outcome": row.outcome} if row else {}
    form = CaseForm(sent(request), decides=plans, initial=initial)

    def save() -> None:
        service.save_case(actor=user, now=now, case=row, **form.cleaned_data)

    title = _("Ändra gränsfallet") if row else _("Nytt gränsfall")
    return _saved(request, form, save, title, _("Gränsfallet är sparat."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def handover_form(request: HttpRequest) -> HttpResponse:
    """Something handed over outside a visit."""
    user, now = user_of(request), timezone.now()
    access.require(access.may_log(user))
    form = HandoverForm(sent(request), initial={"on": timezone.localdate(now)})

    def save() -> None:
        service.hand_over(actor=user, now=now, **form.cleaned_data)

    return _saved(request, form, save, _("Ny överlämning"), _("Överlämningen är sparad."))


urlpatterns = [
    path("gransen/", boundary, name="boundary"),
    path("gransen/hinder/nytt", barrier_form, name="barrier_new"),
    path("gransen/hinder/<int:pk>/andra", barrier_form, name="barrier_edit"),
    path("gransen/hinder/<int:pk>/lost", barrier_solve, name="barrier_solve"),
    path("gransen/fall/nytt", case_form, name="case_new"),
    path("gransen/fall/<int:pk>/andra", case_form, name="case_edit"),
    path("gransen/overlamning/ny", handover_form, name="handover_new"),
]
