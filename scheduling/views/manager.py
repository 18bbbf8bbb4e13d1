"""Chefsvy: the manager's read-only page. No act stands on it, every number opens its list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import access
from scheduling.followup import words
from scheduling.insight import chapters, manager
from scheduling.models import BARRIER_LABELS, BarrierKind
from scheduling.views.setup_edit import user_of


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """This week, this term, open risks, and what waits for a decision (F12)."""
    access.require(access.may_oversee(user_of(request)))
    found = manager.overview(timezone.now())
    context = {
        **chapters.context(found.term),
        "section": "report",
        "found": found,
        "period_query": chapters.period_query(found.term.period),
        "period_words": chapters.period_words(found.term.period),
        "half_query": chapters.period_query(found.half),
        "half_words": chapters.period_words(found.half),
        "unowned": [(row, BARRIER_LABELS[BarrierKind(row.kind)]) for row in found.unowned],
        "undecided": [(row, words.EFFORT_KINDS[row.kind]) for row in found.efforts],
    }
    return render(request, "scheduling/manager.html", context)


urlpatterns = [path("chef/", overview, name="manager")]
