"""A list on its way in: upload, what its headers mean, preview with decisions, done, undone."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict
from core.models import User
from partners.forms.importing import ImportForm
from partners.importing import jobs, uploads
from partners.importing.columns import HEADERS, Field, Part
from partners.importing.decisions import Decisions
from partners.importing.decoding import LARGEST
from partners.importing.exporting import take_along
from partners.importing.mapping import headers
from partners.importing.places import row_of
from partners.importing.problems import UnreadableError
from partners.importing.tables import tables
from partners.importing.targets import Status
from partners.importing.wording import sentence
from partners.models import ImportState, StagedImport
from partners.services import staging
from partners.views.common import planner

SECTION = "organisations"
ROWS_A_PAGE = 100
DUPLICATES_A_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Choose a file; one that cannot be read is refused here, in a sentence."""
    user = planner(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        upload: UploadedFile = form.cleaned_data["file"]
        try:
            staged = uploads.receive(
                actor=user,
                now=timezone.now(),
                filename=upload.name or "",
                content=upload.read(LARGEST + 1),
                language=get_language() or "sv",
            )
        except UnreadableError as error:
            form.add_error("file", sentence(error.problem))
        else:
            if staged.state != ImportState.FAILED.value:
                return _onward(staged)
            form.add_error("file", staged.problem)
            staged.delete()
    context = {
        "section": SECTION,
        "form": form,
        "columns": [HEADERS[field] for field in Field],
        "recent": staging.undoable(actor=user, now=timezone.now())[:5],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partners/import.html", context, status=status)


def _onward(staged: StagedImport) -> HttpResponse:
    """To the page of the state that ``staged`` is in."""
    name = {
        ImportState.MAPPING.value: "partners:import_headers",
        ImportState.READY.value: "partners:import_preview",
        ImportState.DONE.value: "partners:import_done",
        ImportState.UNDONE.value: "partners:import_done",
    }.get(staged.state, "partners:import_status")
    return HttpResponseRedirect(reverse(name, args=[staged.pk]), status=303)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_headers(request: HttpRequest, pk: int) -> HttpResponse:
    """What the headers mean; remembered for the next file."""
    user = planner(request)
    staged = _staged(user, pk)
    columns = headers(tables(bytes(staged.content)), staging.told_headers())
    if request.method == "POST":
        now = timezone.now()
        known = {value for value, _label in _meanings()}
        said = {column.key: request.POST.get(f"h_{n}", "") for n, column in enumerate(columns)}
        told = {key: meaning for key, meaning in said.items() if meaning in known}
        uploads.explain(actor=user, now=now, staged=staged, meanings=told)
        return _onward(staged)
    context = {
        "section": SECTION,
        "staged": staged,
        "columns": columns,
        "meanings": _meanings(),
    }
    return render(request, "partners/import_headers.html", context)


def _meanings() -> list[tuple[str, str]]:
    parts = {
        Part.FIRST_NAME: _("Kontaktens förnamn"),
        Part.LAST_NAME: _("Kontaktens efternamn"),
        Part.POSTCODE: _("Postnummer"),
        Part.TOWN: _("Ort"),
        Part.REACH: _("E-post och telefon i samma cell"),
    }
    named = [(field.value, HEADERS[field]) for field in Field]
    return [("", _("Används inte")), *named, *((p.value, label) for p, label in parts.items())]


@login_required
@require_safe
def import_status(request: HttpRequest, pk: int) -> HttpResponse:
    """A bar while a worker reads or stores; where no worker does, this request does it."""
    user = planner(request)
    staged = _any(user, pk)
    now = timezone.now()
    if jobs.needs_hand(staged, now=now):
        jobs.work_on(pk, now=now)
        staged = _any(user, pk)
    if staged.under_way or staged.state == ImportState.FAILED.value:
        context = {"section": SECTION, "staged": staged, "waits": staged.under_way}
        return render(request, "partners/import_progress.html", context)
    return _onward(staged)


@login_required
@require_safe
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would do; nothing is stored."""
    staged = _staged(planner(request), pk)
    if staged.state != ImportState.READY.value:
        return _onward(staged)
    shown = request.GET.get("status", "")
    tally = dict(staged.lines.order_by().values_list("status").annotate(Count("pk")))
    if shown not in set(Status):
        shown = ""
    picked = staged.lines.filter(status=shown) if shown else staged.lines.all()
    page = Paginator(picked, ROWS_A_PAGE).get_page(request.GET.get("page"))
    found = staged.summary
    context = {
        "section": SECTION,
        "staged": staged,
        "plan": found,
        "refused": _refused(staged),
        "tallies": _tallies(found["counts"]),
        "views": _views(tally, shown),
        "wrong": tally.get(Status.WRONG.value, 0),
        "shown": shown,
        "page": page,
        "lines": [(_place(found["sheets"], line.number), line) for line in page],
        "duplicates": list(enumerate(found["duplicates"]))[:DUPLICATES_A_PAGE],
        "decided": len(Decisions.of_json(staged.decisions)),
    }
    return render(request, "partners/import_preview.html", context)


def _place(sheets: list[str], number: int) -> str:
    return jobs.where(sheets, number) if len(sheets) > 1 else str(row_of(number))


def _refused(staged: StagedImport) -> str:
    if not staged.summary["moved"]:
        return ""
    return staged.problem or _("Registret har ändrats sedan du såg listan. Titta igenom den igen.")


@login_required
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Same as that one, new anyway, leave out; wrong rows left out. Then it is read again."""
    user = planner(request)
    staged = _staged(user, pk)
    if staged.state != ImportState.READY.value or request.POST.get("plan") != _digest(staged):
        return _onward(staged)
    choices = {
        at: request.POST.get(f"dup_{at}", "") for at in range(len(staged.summary["duplicates"]))
    }
    wrong = staged.lines.filter(status=Status.WRONG.value)
    uploads.decide(
        actor=user,
        now=timezone.now(),
        staged=staged,
        choices=choices,
        rows=wrong.values_list("number", flat=True) if "leave_all" in request.POST else (),
        afresh="reset" in request.POST,
    )
    return _onward(staged)


@login_required
@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was shown; where the register changed meanwhile, the new plan is shown instead."""
    user = planner(request)
    staged = _staged(user, pk)
    seen = request.POST.get("plan", "")
    uploads.go_on(actor=user, now=timezone.now(), staged=staged, seen=seen)
    return _onward(staged)


def _digest(staged: StagedImport) -> str:
    return str(staged.summary.get("digest", ""))


@login_required
@require_safe
def import_done(request: HttpRequest, pk: int) -> HttpResponse:
    """What was stored, and the way back."""
    staged = staging.carried_out(actor=planner(request), now=timezone.now(), pk=pk)
    return _done(request, staged)


@login_required
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The register as it was; refused with names where something has happened since."""
    user = planner(request)
    now = timezone.now()
    staged = staging.carried_out(actor=user, now=now, pk=pk)
    try:
        staging.undo_import(actor=user, now=now, staged=staged)
    except Conflict as error:
        return _done(request, staged, error.message)
    messages.success(request, _("Importen är ångrad. Registret är som det var före den."))
    return HttpResponseRedirect(reverse("partners:import"), status=303)


def _done(request: HttpRequest, staged: StagedImport, refused: str = "") -> HttpResponse:
    found = staged.summary
    context = {
        "section": SECTION,
        "staged": staged,
        "refused": refused,
        "tallies": _tallies(found["counts"]) if found else [],
        "idle": bool(found) and found["idle"],
    }
    status = 409 if refused else 200
    return render(request, "partners/import_done.html", context, status=status)


@login_required
@require_safe
def export_file(request: HttpRequest, form: str) -> HttpResponse:
    """The register as CSV or Excel, which the import reads back."""
    now = timezone.now()
    content, kind = take_along(actor=planner(request), now=now, form=form)
    name = f"partner-{timezone.localdate(now):%Y-%m-%d}.{form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=kind, headers=headers)


def _staged(user: User, pk: int) -> StagedImport:
    return staging.staged_import(actor=user, now=timezone.now(), pk=pk)


def _any(user: User, pk: int) -> StagedImport:
    """Under way, or just carried out by a worker."""
    now = timezone.now()
    mine = StagedImport.objects.filter(pk=pk, uploaded_by=user, state=ImportState.DONE.value)
    if mine.exists():
        return staging.carried_out(actor=user, now=now, pk=pk)
    return staging.staged_import(actor=user, now=now, pk=pk)


def _tallies(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, str]]:
    names = {
        "organisations": _("Organisationer"),
        "groups": _("Grupper"),
        "contacts": _("Kontakter"),
    }
    words = _("%(new)d nya, %(changed)d ändras, %(same)d oförändrade")
    return [{"label": names[sort], "value": words % found} for sort, found in counts.items()]


def _views(tally: Mapping[str, int], shown: str) -> list[dict[str, object]]:
    """The filters by status, each with how many rows it shows."""
    words = {
        Status.NEW.value: _("Nytt"),
        Status.CHANGED.value: _("Ändras"),
        Status.SAME.value: _("Oförändrat"),
        Status.WRONG.value: _("Att rätta"),
    }
    total = sum(tally.values())
    found = [{"code": "", "word": _("Alla"), "count": total, "current": not shown}]
    found += [
        {"code": code, "word": word, "count": tally[code], "current": code == shown}
        for code, word in words.items()
        if tally.get(code)
    ]
    return list[dict[str, object]](found)


urlpatterns = [
    path("organisationer/import/", import_file, name="import"),
    path("organisationer/import/<int:pk>/", import_preview, name="import_preview"),
    path("organisationer/import/<int:pk>/rubriker/", import_headers, name="import_headers"),
    path("organisationer/import/<int:pk>/lage/", import_status, name="import_status"),
    path("organisationer/import/<int:pk>/val/", import_decide, name="import_decide"),
    path("organisationer/import/<int:pk>/importera/", import_commit, name="import_commit"),
    path("organisationer/import/<int:pk>/klar/", import_done, name="import_done"),
    path("organisationer/import/<int:pk>/angra/", import_undo, name="import_undo"),
    path("organisationer/export.csv", export_file, {"form": "csv"}, name="export"),
    path("organisationer/export.xlsx", export_file, {"form": "xlsx"}, name="export_xlsx"),
]
