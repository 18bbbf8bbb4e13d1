"""/imports: a list in, its preview, decisions, done and undone; the register out. Planners only."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from core.errors import Conflict, Invalid
from partners.api.common import Offset, Page, Strict, Text, planner
from partners.importing import jobs, uploads
from partners.importing.columns import header_key
from partners.importing.decoding import LARGEST
from partners.importing.exporting import take_along
from partners.importing.mapping import MEANINGS, headers
from partners.importing.places import row_of
from partners.importing.problems import UnreadableError
from partners.importing.tables import tables
from partners.importing.wording import sentence
from partners.models import ImportState, StagedImport
from partners.services import staging

router = Router(tags=["imports"])


class Tally(Schema):
    """What becomes of one sort of partner."""

    new: int
    changed: int
    same: int


class DuplicateOut(Schema):
    """Something new that resembles ``of``; ``place`` is its number in decisions."""

    place: int
    row: int
    label: str
    of: str
    can_be_same: bool


class ImportOut(Schema):
    """A list on its way in. The counts are there once ``state`` is ready."""

    id: int
    filename: str
    state: ImportState
    done_rows: int
    total_rows: int
    problem: str
    plan: str = Field("", description="The plan's digest, which commit and decisions repeat.")
    fit: bool = Field(default=False, description="Whether nothing is wrong, so that it may go on.")
    organisations: Tally | None = None
    groups: Tally | None = None
    contacts: Tally | None = None
    ignored_columns: list[str] = Field(default_factory=list)
    possible_duplicates: list[DuplicateOut] = Field(default_factory=list)
    committed_at: datetime | None
    undone_at: datetime | None


class LineOut(Schema):
    """What one row of the file does; ``number`` names it in decisions."""

    number: int
    row: int
    status: str
    label: str
    notes: list[str]


class LineList(Schema):
    """One page of the preview."""

    items: list[LineOut]
    count: int


class HeaderOut(Schema):
    """A column, what it is taken for ("" for nothing), and its first values."""

    header: str
    meaning: str
    samples: list[str]


class HeaderList(Schema):
    """The columns of a file, and every meaning that one can have."""

    items: list[HeaderOut]
    meanings: list[str]


class HeadersIn(Strict):
    """What headers mean: "" leaves a column out."""

    meanings: dict[Text, Text] = Field(max_length=200)


class DecisionsIn(Strict):
    """What becomes of possible duplicates (by ``place``) and which rows are left out."""

    plan: Text
    duplicates: dict[int, Literal["new", "same", "leave"]] = Field(
        default_factory=dict, max_length=20_000
    )
    leave_rows: list[int] = Field(default_factory=list, max_length=20_000)
    afresh: bool = Field(default=False, description="Forget what was decided before.")


class CommitIn(Strict):
    """The plan that was seen."""

    plan: Text


def _import(staged: StagedImport) -> dict[str, object]:
    found = staged.summary
    said: dict[str, object] = {
        "id": staged.pk,
        "filename": staged.filename,
        "state": staged.state,
        "done_rows": staged.done_rows,
        "total_rows": staged.total_rows,
        "problem": staged.problem,
        "committed_at": staged.committed_at,
        "undone_at": staged.undone_at,
    }
    if found:
        said |= {
            **found["counts"],
            "plan": found["digest"],
            "fit": found["fit"],
            "ignored_columns": found["ignored"],
            "possible_duplicates": [
                {
                    "place": at,
                    "row": row_of(each["number"]),
                    "label": each["label"],
                    "of": each["of"],
                    "can_be_same": bool(each["other"]),
                }
                for at, each in enumerate(found["duplicates"])
            ],
        }
    return said


def _any(request: HttpRequest, pk: int) -> StagedImport:
    """On its way by its uploader, or carried out within the day by anybody."""
    user = planner(request)
    now = timezone.now()
    done = StagedImport.objects.filter(pk=pk).exclude(committed_at=None).exists()
    find = staging.carried_out if done else staging.staged_import
    staged = find(actor=user, now=now, pk=pk)
    if jobs.needs_hand(staged, now=now):
        jobs.work_on(pk, now=now)
        staged.refresh_from_db()
    return staged


def _ready(request: HttpRequest, pk: int, plan: str) -> StagedImport:
    """The staged file whose preview is ``plan``. Raises Missing, Conflict."""
    staged = staging.staged_import(actor=planner(request), now=timezone.now(), pk=pk)
    if staged.state != ImportState.READY.value or staged.summary["digest"] != plan:
        raise Conflict(_("Listan är inte den du såg. Hämta den på nytt."))
    return staged


@router.post("", response={201: ImportOut}, operation_id="create_import")
def create_import(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, object]]:
    """Upload a list; nothing of it is stored in the register until it is committed."""
    user = planner(request)
    try:
        staged = uploads.receive(
            actor=user,
            now=timezone.now(),
            filename=file.name or "",
            content=file.read(LARGEST + 1),
            language=get_language() or "sv",
        )
    except UnreadableError as error:
        message = sentence(error.problem)
        raise Invalid(message, fields={"file": message}) from error
    return Status(201, _import(staged))


@router.get("/export.{form}", include_in_schema=True, operation_id="export_register")
def export_register(request: HttpRequest, form: Literal["csv", "xlsx"]) -> HttpResponse:
    """The register as a file that an import reads back."""
    body, kind = take_along(actor=planner(request), now=timezone.now(), form=form)
    return HttpResponse(body, content_type=kind, headers={"Cache-Control": "private, no-store"})


@router.get("/{pk}", response=ImportOut, operation_id="get_import")
def get_import(request: HttpRequest, pk: int) -> dict[str, object]:
    """Where it is on its way; what it would do."""
    return _import(_any(request, pk))


@router.get("/{pk}/lines", response=LineList, operation_id="list_import_lines")
def list_lines(
    request: HttpRequest,
    pk: int,
    status: Literal["", "new", "changed", "same", "wrong"] = "",
    limit: Page = 50,
    offset: Offset = 0,
) -> dict[str, object]:
    """What each row does, and why one is wrong."""
    rows = _any(request, pk).lines.all()
    rows = rows.filter(status=status) if status else rows
    page = [
        {
            "number": line.number,
            "row": row_of(line.number),
            "status": line.status,
            "label": line.label,
            "notes": line.notes,
        }
        for line in rows[offset : offset + limit]
    ]
    return {"items": page, "count": rows.count()}


@router.get("/{pk}/headers", response=HeaderList, operation_id="list_import_headers")
def list_headers(request: HttpRequest, pk: int) -> dict[str, object]:
    """The columns and what they are taken for."""
    staged = staging.staged_import(actor=planner(request), now=timezone.now(), pk=pk)
    found = headers(tables(bytes(staged.content)), staging.told_headers())
    items = [
        {"header": each.text, "meaning": each.meaning, "samples": list(each.samples)}
        for each in found
    ]
    return {"items": items, "meanings": ["", *MEANINGS]}


@router.put("/{pk}/headers", response=ImportOut, operation_id="explain_import_headers")
def explain_headers(request: HttpRequest, pk: int, payload: HeadersIn) -> dict[str, object]:
    """Say what headers mean: remembered, and the file is read with it."""
    user = planner(request)
    staged = staging.staged_import(actor=user, now=timezone.now(), pk=pk)
    if staged.state not in {ImportState.MAPPING.value, ImportState.READY.value}:
        raise Conflict(_("Listan är inte den du såg. Hämta den på nytt."))
    if not {"", *MEANINGS}.issuperset(payload.meanings.values()):
        message = _("Välj ett av alternativen.")
        raise Invalid(message, fields={"meanings": message})
    told = {header_key(header): meaning for header, meaning in payload.meanings.items()}
    uploads.explain(actor=user, now=timezone.now(), staged=staged, meanings=told)
    return _import(_any(request, pk))


@router.put("/{pk}/decisions", response=ImportOut, operation_id="decide_import")
def decide_import(request: HttpRequest, pk: int, payload: DecisionsIn) -> dict[str, object]:
    """Same, new or left out; the file is read again with it."""
    staged = _ready(request, pk, payload.plan)
    uploads.decide(
        actor=planner(request),
        now=timezone.now(),
        staged=staged,
        choices=dict(payload.duplicates),
        rows=payload.leave_rows,
        afresh=payload.afresh,
    )
    return _import(_any(request, pk))


@router.post("/{pk}/commit", response=ImportOut, operation_id="commit_import")
def commit_import(request: HttpRequest, pk: int, payload: CommitIn) -> dict[str, object]:
    """Store it, all or nothing; refused where something is wrong or the register has changed."""
    staged = _ready(request, pk, payload.plan)
    user, now = planner(request), timezone.now()
    if not uploads.go_on(actor=user, now=now, staged=staged, seen=payload.plan):
        raise Conflict(_("Inget kan importeras förrän raderna som är fel är rättade."))
    return _import(_any(request, pk))


@router.post("/{pk}/undo", response=ImportOut, operation_id="undo_import")
def undo_import(request: HttpRequest, pk: int) -> dict[str, object]:
    """Make the register as it was, for a day, where nothing of it has changed since."""
    user, now = planner(request), timezone.now()
    staged = staging.carried_out(actor=user, now=now, pk=pk)
    staging.undo_import(actor=user, now=now, staged=staged)
    staged.refresh_from_db()
    return _import(staged)
