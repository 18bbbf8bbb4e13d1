"""The report: its numbers, its words, the version to share, and PDFs that a worker makes."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from core.errors import Invalid, Missing
from scheduling.api.common import answers, known, user_of
from scheduling.api.fields import LARGEST_ID, Day, Flag, Strict, Text, limit, not_turned
from scheduling.api.schemas import Period as PeriodQuery
from scheduling.insight import beyond, files, summaries
from scheduling.insight.as_json import beside_json, report_json, shared_json
from scheduling.insight.queries import load
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.models import FileState, ReportFile, ReportSummary

router = Router(tags=["report"])
MOST_DAYS = 3660


class SummaryBody(BaseModel):
    """The words beside a period's numbers; ``version`` is 0 where nobody wrote any."""

    text: str
    version: int
    author: str | None
    at: datetime | None


class SummaryIn(Strict):
    """The words, and the version that the writer saw."""

    text: Annotated[Text, limit(summaries.LONGEST)] = ""
    version: Annotated[int, Field(ge=0, le=1_000_000)]


class FileIn(Strict):
    """Which PDF: of days, of the version to share or of all, in which language."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    shared: Flag = False
    language: Literal["sv", "en"] = "sv"


class FileBody(BaseModel):
    """A PDF of one's own, kept for a day; ``step`` of ``steps`` are done."""

    id: int
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    shared: bool
    state: FileState
    step: int
    steps: int


@router.get("", response=answers(dict[str, Any]), operation_id="get_report")
def get_report(request: HttpRequest, query: Query[PeriodQuery]) -> object:
    """All numbers of a period; without days, of this year so far."""
    user_of(request)
    period = _asked(request, query)
    numbers = report_json(build(load(period.first, period.last)))
    return numbers | beside_json(beyond.load_beside(period, timezone.now()))


@router.get("/shared", response=answers(list[dict[str, Any]]), operation_id="get_shared_report")
def get_shared(request: HttpRequest, query: Query[PeriodQuery]) -> object:
    """What may leave the house: half-years within the period that are over, small numbers joined.

    A line's ``count`` of null is one to four; a table or number of null is withheld, since it would
    tell a small number.
    """
    user_of(request)
    parts = beyond.shared_parts(_asked(request, query), timezone.now())
    return [shared_json(part) for part in parts]


@router.get("/summary", response=answers(SummaryBody), operation_id="get_report_summary")
def get_summary(request: HttpRequest, query: Query[PeriodQuery]) -> object:
    """The words of exactly this period."""
    user_of(request)
    return _summary(summaries.of(_asked(request, query)))


@router.put("/summary", response=answers(SummaryBody), operation_id="write_report_summary")
def put_summary(request: HttpRequest, payload: SummaryIn, query: Query[PeriodQuery]) -> object:
    """Keep the words of a period. Planners only; a stale ``version`` is 409."""
    user = user_of(request)
    row = summaries.write(
        actor=user,
        now=timezone.now(),
        period=_asked(request, query),
        text=payload.text,
        version=payload.version,
    )
    return _summary(row)


@router.post("/files", response=answers(FileBody, 201), operation_id="make_report_file")
def make_file(request: HttpRequest, payload: FileIn) -> object:
    """Ask a worker for a PDF; ``state`` "failed" at once means that no worker can be reached."""
    user = user_of(request)
    period = _period(payload.first, payload.last)
    row = files.ask(
        actor=user,
        now=timezone.now(),
        period=period,
        shared=payload.shared,
        language=payload.language,
    )
    files.queue(row)
    return Status(201, _file(row))


@router.get("/files/{file}", response=answers(FileBody), operation_id="get_report_file")
def get_file(request: HttpRequest, file: int) -> object:
    """How it goes; one's own only."""
    return _file(_mine(request, file))


@router.get(
    "/files/{file}/content",
    response=answers(None),
    operation_id="download_report_file",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def get_content(request: HttpRequest, file: int) -> HttpResponse:
    """The PDF, once it is done."""
    row = _mine(request, file)
    if row.state != FileState.DONE.value:
        raise Missing
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(bytes(row.content), content_type="application/pdf", headers=headers)


def _mine(request: HttpRequest, pk: int) -> ReportFile:
    user = user_of(request)
    if pk > LARGEST_ID:
        raise Missing
    return files.mine(actor=user, now=timezone.now(), pk=pk)


def _asked(request: HttpRequest, query: PeriodQuery) -> Period:
    known(request, PeriodQuery)
    last = query.last or timezone.localdate()
    return _period(query.first or last.replace(month=1, day=1), last)


def _period(first: date, last: date) -> Period:
    """Days in their order and within ten years, or Invalid."""
    wrong = not_turned(first, last)
    if not wrong and (last - first).days > MOST_DAYS:
        wrong = _("Perioden kan vara högst tio år.")
    if wrong:
        raise Invalid(wrong, fields={"to": wrong})
    return Period(first, last)


def _summary(row: ReportSummary | None) -> SummaryBody:
    if row is None:
        return SummaryBody(text="", version=0, author=None, at=None)
    return SummaryBody(text=row.text, version=row.version, author=row.author.name, at=row.at)


def _file(row: ReportFile) -> FileBody:
    return FileBody(
        id=row.pk,
        first=row.first,
        last=row.last,
        shared=row.shared,
        state=FileState(row.state),
        step=row.step,
        steps=files.STEPS,
    )
