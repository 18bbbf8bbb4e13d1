"""Import with a preview, and the export of the same columns."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict
from core.models import User
from partners.forms.importing import ImportForm
from partners.importing.columns import HEADERS, Field
from partners.importing.committing import commit
from partners.importing.decoding import LARGEST
from partners.importing.exporting import export
from partners.importing.planning import Plan, make_plan
from partners.importing.problems import UnreadableError
from partners.importing.records import read
from partners.importing.report import Line, lines
from partners.importing.targets import Status
from partners.importing.wording import sentence
from partners.models import StagedImport
from partners.services.exporting import note_export
from partners.services.staging import finish_import, stage_import, staged_import
from partners.views.common import planner

SECTION = "organisations"
ROWS_A_PAGE = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Choose a file; one that cannot be read is refused here, in a sentence."""
    user = planner(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        upload: UploadedFile = form.cleaned_data["file"]
        content = upload.read(LARGEST + 1)
        try:
            read(content)
        except UnreadableError as error:
            form.add_error("file", sentence(error.problem))
        else:
            staged = stage_import(
                actor=user,
                now=timezone.now(),
                filename=upload.name or "",
                content=content,
            )
            return _to("partners:import_preview", staged.pk)
    columns = [HEADERS[field] for field in Field]
    context = {"section": SECTION, "form": form, "columns": columns}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partners/import.html", context, status=status)


@login_required
@require_safe
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would do now; nothing is stored."""
    staged = _staged(planner(request), pk)
    return _preview(request, staged, make_plan(read(bytes(staged.content))))


@login_required
@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was shown; where the register changed meanwhile, show the new plan instead."""
    user = planner(request)
    staged = _staged(user, pk)
    now, sheet = timezone.now(), read(bytes(staged.content))
    seen = request.POST.get("plan", "")
    try:
        outcome = commit(actor=user, now=now, sheet=sheet, expected=seen)
    except Conflict as error:
        return _preview(request, staged, make_plan(sheet), refused=error.message)
    if not outcome.committed:
        moved = _("Registret har ändrats sedan du såg listan. Titta igenom den igen.")
        return _preview(request, staged, outcome.plan, refused=moved)
    finish_import(actor=user, now=now, staged=staged)
    messages.success(request, _done(outcome.plan))
    return _to("partners:organisation_list")


@login_required
@require_safe
def export_file(request: HttpRequest) -> HttpResponse:
    """The register as CSV, which the import reads back."""
    user = planner(request)
    now = timezone.now()
    content = export(viewer=user)
    note_export(actor=user, now=now)
    name = f"partner-{timezone.localdate(now):%Y-%m-%d}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _staged(user: User, pk: int) -> StagedImport:
    return staged_import(actor=user, now=timezone.now(), pk=pk)


def _to(name: str, *arguments: int) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=arguments), status=303)


def _preview(
    request: HttpRequest, staged: StagedImport, plan: Plan, refused: str = ""
) -> HttpResponse:
    every = lines(plan)
    shown = request.GET.get("status", "")
    if shown not in set(Status):
        shown = ""
    picked = [line for line in every if not shown or line.status == shown]
    context = {
        "section": SECTION,
        "staged": staged,
        "plan": plan,
        "refused": refused,
        "tallies": _tallies(plan),
        "views": _views(every, shown),
        "shown": shown,
        "page": Paginator(picked, ROWS_A_PAGE).get_page(request.GET.get("page")),
    }
    status = 409 if refused else 200
    return render(request, "partners/import_preview.html", context, status=status)


def _tallies(plan: Plan) -> list[dict[str, str]]:
    names = {
        "organisations": _("Organisationer"),
        "groups": _("Grupper"),
        "contacts": _("Kontakter"),
    }
    words = _("%(new)d nya, %(changed)d ändras, %(same)d oförändrade")
    return [{"label": names[sort], "value": words % found} for sort, found in plan.counts().items()]


def _words() -> dict[str, str]:
    return {
        Status.NEW.value: _("Nytt"),
        Status.CHANGED.value: _("Ändras"),
        Status.SAME.value: _("Oförändrat"),
        Status.WRONG.value: _("Att rätta"),
    }


def _views(every: list[Line], shown: str) -> list[dict[str, object]]:
    """The filters by status, each with how many rows it shows."""
    tally = Counter(line.status.value for line in every)
    found = [{"code": "", "word": _("Alla"), "count": len(every), "current": not shown}]
    for code, word in _words().items():
        if tally[code]:
            found.append(
                {"code": code, "word": word, "count": tally[code], "current": code == shown}
            )
    return list[dict[str, object]](found)


def _done(plan: Plan) -> str:
    if plan.idle:
        return _("Allt i filen stod redan i registret.")
    new = sum(found["new"] for found in plan.counts().values())
    changed = sum(found["changed"] for found in plan.counts().values())
    text = _("Importen är klar: %(new)d nya och %(changed)d ändrade.")
    return text % {"new": new, "changed": changed}


urlpatterns = [
    path("organisationer/import/", import_file, name="import"),
    path("organisationer/import/<int:pk>/", import_preview, name="import_preview"),
    path("organisationer/import/<int:pk>/importera/", import_commit, name="import_commit"),
    path("organisationer/export.csv", export_file, name="export"),
]
