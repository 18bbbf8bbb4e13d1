"""The report as files: workbook, the version to share, and PDF made by a worker."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from core import access
from core.errors import Missing
from partners.importing.exporting import XLSX
from scheduling.insight import beyond, chapters, files, queries, summaries
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.insight.workbook import workbook
from scheduling.models import FileState, ReportFile
from scheduling.views.report import FAULTS, asked_of, period_context, reader


@login_required
@require_safe
def report_xlsx(request: HttpRequest) -> HttpResponse:
    """Every table of the report, the visits, and KB's figures."""
    user = reader(request)
    asked = asked_of(request)
    if asked.faults:
        words = " ".join(str(FAULTS[code]) for code in asked.faults.values())
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    data = queries.load(asked.period.first, asked.period.last)
    planned = [visit for visit in data.visits if visit.planned]
    body = workbook(
        build(data),
        planned,
        beyond.load_beside(asked.period, timezone.now()),
        words_too=access.may_read_notes(user),
    )
    name = f"rapport-{asked.period.first}-{asked.period.last}.xlsx"
    return HttpResponse(
        body,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@login_required
@require_safe
def report_shared(request: HttpRequest) -> HttpResponse:
    """What may leave the house: whole half-years, small numbers joined."""
    reader(request)
    asked = asked_of(request)
    parts = [
        chapters.shared_context(part) for part in beyond.shared_parts(asked.period, timezone.now())
    ]
    context = {**period_context(asked), "parts": parts, "summary": summaries.of(asked.period)}
    status = 422 if asked.faults else 200
    return render(request, "scheduling/report_shared.html", context, status=status)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a worker for a PDF, and show how it goes."""
    user = reader(request)
    asked = asked_of(request)
    if asked.faults:
        return HttpResponseRedirect(reverse("report"), status=303)
    row = files.ask(
        actor=user,
        now=timezone.now(),
        period=asked.period,
        shared=request.POST.get("shared") == "1",
        language=get_language() or "sv",
    )
    files.queue(row)
    return HttpResponseRedirect(reverse("report_pdf", args=[row.pk]), status=303)


@login_required
@require_safe
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """A bar while it is made, then the link."""
    row = files.mine(actor=reader(request), now=timezone.now(), pk=pk)
    period = Period(row.first, row.last)
    context = {
        "section": "report",
        "file": row,
        "steps": files.STEPS,
        "waits": row.state in {FileState.WAITING.value, FileState.MAKING.value},
        "period_words": chapters.period_words(period),
        "period_query": chapters.period_query(period),
    }
    return render(request, "scheduling/report_file.html", context)


@login_required
@require_safe
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished file, for its owner alone."""
    row: ReportFile = files.mine(actor=reader(request), now=timezone.now(), pk=pk)
    if row.state != FileState.DONE.value:
        raise Missing
    name = f"rapport{'-att-dela' if row.shared else ''}-{row.first}-{row.last}.pdf"
    return HttpResponse(
        bytes(row.content),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


urlpatterns = [
    path("rapport/rapport.xlsx", report_xlsx, name="report_xlsx"),
    path("rapport/dela", report_shared, name="report_shared"),
    path("rapport/pdf", ask, name="report_pdf_ask"),
    path("rapport/pdf/<int:pk>", status, name="report_pdf"),
    path("rapport/pdf/<int:pk>/rapport.pdf", fetch, name="report_pdf_fetch"),
]
