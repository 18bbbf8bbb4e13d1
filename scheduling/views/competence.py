"""Kompetens: analysis, training, changed way of working as a chain; and the toolbox."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access
from core.errors import Missing
from scheduling.followup import competence as service
from scheduling.forms.competence import AnalysisForm, CardForm, OutcomeForm
from scheduling.models import CARD_LABELS, Analysis, CardKind, ToolCard, TrainingSession
from scheduling.states import CALLED_OFF
from scheduling.views.relation import save_form, sent
from scheduling.views.setup_edit import user_of


@login_required
@require_safe
def competence(request: HttpRequest) -> HttpResponse:
    """Each analysis with the sessions that answer it and what they changed."""
    user, now = user_of(request), timezone.now()
    gone = [state.value for state in CALLED_OFF]
    sessions = (
        TrainingSession.objects.exclude(booking__state__in=gone)
        .select_related("booking")
        .order_by("-booking__start", "-pk")
    )
    by_analysis: dict[int | None, list[dict[str, Any]]] = {}
    for row in sessions:
        by_analysis.setdefault(row.analysis_id, []).append(
            {"row": row, "over": row.booking.start <= now, "groups": _groups(row)}
        )
    context = {
        "section": "competence",
        "plans": access.may_plan(user),
        "chains": [
            {"row": row, "sessions": by_analysis.get(row.pk, [])}
            for row in Analysis.objects.order_by("-on", "-pk")
        ],
        "loose": by_analysis.get(None, []),
    }
    return render(request, "scheduling/competence.html", context)


def _groups(row: TrainingSession) -> list[tuple[str, int]]:
    return [
        (str(service.STAFF_GROUPS[code]), number)
        for code, number in row.by_staff_group.items()
        if code in service.STAFF_GROUPS
    ]


def _saved(
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[], object],
    title: str,
    to: str = "competence",
) -> HttpResponse:
    """As ``save_form``, for planners only."""
    access.require(access.may_plan(user_of(request)))
    return save_form(
        request,
        form,
        save,
        saved=_("Det är sparat."),
        to=reverse(to),
        title=title,
        over=_("Kompetens"),
        section="competence",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def analysis_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new analysis, from a filtered list of visits where ``?underlag=`` says so."""
    row = None if pk is None else Analysis.objects.filter(pk=pk).first()
    if row is None and pk is not None:
        raise Missing
    names = AnalysisForm.base_fields
    query = request.GET.get("underlag", "")[:300]
    initial = {name: getattr(row, name) for name in names} if row else {"basis_query": query}
    form = AnalysisForm(sent(request), initial=initial)

    def save() -> None:
        given = service.GivenAnalysis(**form.cleaned_data)
        service.save_analysis(actor=user_of(request), now=timezone.now(), given=given, analysis=row)

    return _saved(request, form, save, _("Ändra analysen") if row else _("Ny analys"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def training_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """How many came, the one question, and what changed."""
    row = TrainingSession.objects.select_related("booking").filter(pk=pk).first()
    if row is None:
        raise Missing
    initial = {
        **row.by_staff_group,
        **row.check_totals,
        "check_question": row.check_question,
        "changed_way": row.changed_way,
    }
    form = OutcomeForm(sent(request), initial=initial)

    def save() -> None:
        service.tell_outcome(
            actor=user_of(request), now=timezone.now(), session=row, outcome=form.given()
        )

    return _saved(request, form, save, _("Vad blev det av passet?"))


@login_required
@require_safe
def toolbox(request: HttpRequest) -> HttpResponse:
    """Short cards by kind."""
    user = user_of(request)
    cards = list(ToolCard.objects.filter(archived_at=None))
    context = {
        "section": "competence",
        "plans": access.may_plan(user),
        "kinds": [
            (kind.value, CARD_LABELS[kind], [card for card in cards if card.kind == kind.value])
            for kind in CardKind
        ],
    }
    return render(request, "scheduling/toolbox.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def card_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A card, new or changed."""
    row = None if pk is None else _card(pk)
    names = CardForm.base_fields
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = CardForm(sent(request), initial=initial)

    def save() -> None:
        service.save_card(actor=user_of(request), now=timezone.now(), card=row, **form.cleaned_data)

    return _saved(request, form, save, _("Ändra kortet") if row else _("Nytt kort"), "toolbox")


def _card(pk: int) -> ToolCard:
    row = ToolCard.objects.filter(pk=pk, archived_at=None).first()
    if row is None:
        raise Missing
    return row


@login_required
@require_POST
def card_put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a card out of the toolbox."""
    service.put_away(actor=user_of(request), now=timezone.now(), card=_card(pk))
    messages.success(request, _("Kortet är borttaget."))
    return HttpResponseRedirect(reverse("toolbox"), status=303)


urlpatterns = [
    path("kompetens/", competence, name="competence"),
    path("kompetens/analys/ny", analysis_form, name="analysis_new"),
    path("kompetens/analys/<int:pk>/andra", analysis_form, name="analysis_edit"),
    path("kompetens/pass/<int:pk>/efter", training_outcome, name="training_outcome"),
    path("verktygslada/", toolbox, name="toolbox"),
    path("verktygslada/nytt", card_form, name="card_new"),
    path("verktygslada/<int:pk>/andra", card_form, name="card_edit"),
    path("verktygslada/<int:pk>/ta-bort", card_put_away, name="card_put_away"),
]
