"""Mötesräknare, and Tyck till on paper and on a tablet: numbers only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core import access
from core.errors import DomainError
from scheduling.access import visit_to_follow_up
from scheduling.followup import counting
from scheduling.forms.learning import PaperForm
from scheduling.insight import periods
from scheduling.models import (
    DAY_PART_LABELS,
    FACE_LABELS,
    STATEMENT_LABELS,
    THEME_LABELS,
    DayPart,
    Statement,
    Theme,
)
from scheduling.views.setup_edit import told_at_fields, user_of
from scheduling.views.today_words import aliases


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tally(request: HttpRequest) -> HttpResponse:
    """One press a talk (POST); today's and the period's numbers (GET)."""
    user, now = user_of(request), timezone.now()
    if request.method == "POST":
        theme, undo = request.POST.get("theme", ""), request.POST.get("undo") == "1"
        try:
            counting.count_talk(actor=user, now=now, theme=theme, undo=undo)
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("tally"), status=303)
    today = timezone.localdate(now)
    asked = periods.parse(request.GET.get("from", ""), request.GET.get("to", ""), today)
    context = {
        "section": "efforts",
        "logs": access.may_log(user),
        "period": asked.period,
        "parts": [DAY_PART_LABELS[part] for part in DayPart],
        "today": _table(counting.talks(today, today)),
        "rows": _table(counting.talks(asked.period.first, asked.period.last)),
    }
    return render(request, "scheduling/tally.html", context)


def _table(counts: dict[tuple[Theme, DayPart], int]) -> list[dict[str, object]]:
    return [
        {
            "code": theme.value,
            "word": THEME_LABELS[theme],
            "counts": [counts[theme, part] for part in DayPart],
            "total": sum(counts[theme, part] for part in DayPart),
        }
        for theme in Theme
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def opinions(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit's Tyck till: the tablet's page, the paper slips, and the totals afterwards."""
    user, now = user_of(request), timezone.now()
    booking = visit_to_follow_up(user, pk)
    form = PaperForm(request.POST if request.method == "POST" else None)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            counting.add_papers(actor=user, now=now, booking=booking, counts=form.counts())
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Lapparna är räknade."))
            return HttpResponseRedirect(reverse("opinions", args=[booking.pk]), status=303)
    tablet = reverse("opinion_tablet", args=[counting.opinion_token(booking)])
    totals = counting.opinions_of(booking, now)
    context = {
        "section": "calendar",
        "booking": booking,
        "alias": aliases(booking),
        "form": form,
        "error": error,
        "collects": counting.collects(booking, now),
        "begun": booking.start <= now,
        "plans": access.may_plan(user),
        "tablet": tablet,
        "faces": FACE_LABELS.values(),
        "totals": [(STATEMENT_LABELS[row.statement], row.faces) for row in totals or []],
    }
    return render(
        request,
        "scheduling/opinions.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_POST
def opinions_start_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take all opinions of a visit away, after a slip."""
    user = user_of(request)
    booking = visit_to_follow_up(user, pk)
    counting.start_over(actor=user, now=timezone.now(), booking=booking)
    messages.success(request, _("Svaren är borttagna."))
    return HttpResponseRedirect(reverse("opinions", args=[booking.pk]), status=303)


# The signed address is the permission; there is no cookie that could be ridden upon.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def opinion_tablet(request: HttpRequest, token: str) -> HttpResponse:
    """Four statements with faces for whoever holds the tablet: no account, no cookie, no name."""
    now = timezone.now()
    booking = counting.visit_of(token, now)
    fault = ""
    if request.method == "POST":
        faces = {
            one.value: int(face)
            for one in Statement
            if (face := request.POST.get(one.value, "")) in {"1", "2", "3", "4", "5"}
        }
        try:
            counting.give_opinion(booking=booking, now=now, faces=faces)
        except DomainError as error:
            fault = error.message
        else:
            return HttpResponseRedirect(f"{request.path}?tack=1", status=303)
    context = {
        "library_name": booking.library.name if booking.library else "",
        "fault": fault,
        "thanks": request.GET.get("tack") == "1" and not fault,
        "statements": [(one.value, STATEMENT_LABELS[one]) for one in Statement],
        "faces": [(face, word, f"face-{face}") for face, word in FACE_LABELS.items()],
        "here": request.path,
    }
    return render(request, "answer/opinion.html", context, status=422 if fault else 200)


urlpatterns = [
    path("moten/", tally, name="tally"),
    path("besok/<int:pk>/tyck-till", opinions, name="opinions"),
    path("besok/<int:pk>/tyck-till/borja-om", opinions_start_over, name="opinions_start_over"),
    path("tyck/<str:token>", opinion_tablet, name="opinion_tablet"),
]
