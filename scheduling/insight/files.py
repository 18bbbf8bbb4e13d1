"""Reports as PDF: asked for at once, made by a worker, fetched by their owner for a day.

WeasyPrint is imported late: it needs libpango from the operating system, and a house without it
must still start (the message says what to install). Nothing is fetched from any address.
"""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from core import access, audit, swedish
from core.errors import Conflict, Missing
from core.models import User
from scheduling.insight import beyond, chapters, summaries
from scheduling.insight.queries import load
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.models import FileState, Library, ReportFile

logger = logging.getLogger(__name__)
KEPT = timedelta(days=1)
#: Steps of the bar: rows read, page written, PDF made.
STEPS = 3
#: A file that no worker touched for so long is given up, so that it can be asked for again.
GIVEN_UP = timedelta(minutes=15)


def ask(*, actor: User, now: datetime, period: Period, shared: bool, language: str) -> ReportFile:
    """A new file that waits for a worker. Raises Forbidden."""
    access.require(access.is_staff_member(actor))
    with transaction.atomic():
        row = ReportFile.objects.create(
            owner=actor,
            first=period.first,
            last=period.last,
            shared=shared,
            language=language,
            created_at=now,
        )
        audit.record(
            now=now, actor=actor, verb="report.pdf_asked", target=row, data={"shared": shared}
        )
    return row


def mine(*, actor: User, now: datetime, pk: int) -> ReportFile:
    """The owner's file that is not a day old yet, or Missing; its bytes are not read."""
    row = (
        ReportFile.objects.filter(pk=pk, owner=actor, created_at__gt=now - KEPT)
        .defer("content")
        .first()
    )
    if row is None:
        raise Missing
    if row.state in {FileState.WAITING.value, FileState.MAKING.value} and (
        row.created_at < now - GIVEN_UP
    ):
        row.state = FileState.FAILED.value
    return row


def queue(row: ReportFile) -> None:
    """Hand the file to a worker; where none can be reached it is given up, and the page says so."""
    try:
        current_app.send_task("scheduling.make_report_file", args=[row.pk], expires=900)
    except (OperationalError, OSError):
        give_up(row)
        row.state = FileState.FAILED.value


def give_up(row: ReportFile) -> None:
    """No worker can be reached: say so on the page instead of letting it wait."""
    ReportFile.objects.filter(pk=row.pk).update(state=FileState.FAILED.value)


def make(pk: int) -> None:
    """Make one waiting file; called by a worker. What goes wrong is logged and shown as failed."""
    claimed = ReportFile.objects.filter(pk=pk, state=FileState.WAITING.value).update(
        state=FileState.MAKING.value
    )
    if not claimed:
        return
    row = ReportFile.objects.get(pk=pk)
    try:
        _step(row, 1)
        html = _page(row)
        _step(row, 2)
        content = pdf(html)
    except Exception:
        ReportFile.objects.filter(pk=pk).update(state=FileState.FAILED.value)
        logger.exception("the report %s could not be made", pk)
        raise
    ReportFile.objects.filter(pk=pk).update(state=FileState.DONE.value, step=STEPS, content=content)


def _page(row: ReportFile) -> str:
    """The file's page in its owner's language."""
    with translation.override(row.language):
        period = Period(row.first, row.last)
        summary = summaries.of(period)
        libraries = Library.objects.filter(branch_of=None).values_list("name", flat=True)
        context: dict[str, object] = {
            "lang": row.language,
            "period_words": chapters.period_words(period),
            "summary": summary.text if summary else "",
            "libraries": ", ".join(libraries),
            "made_on": swedish.long_date(row.created_at, lang=row.language),
            "period_query": chapters.period_query(period),
            # On paper too every number opens its list.
            "visits_url": f"{settings.BASE_URL}{reverse('report_visits')}",
            "efforts_url": f"{settings.BASE_URL}{reverse('efforts')}",
            "chart_style": _asset("chart.css"),
        }
        if row.shared:
            parts = beyond.shared_parts(period, row.created_at)
            context["parts"] = [chapters.shared_context(part) for part in parts]
            return render_to_string("scheduling/report_shared_paper.html", context)
        found = build(load(period.first, period.last))
        return render_to_string(
            "scheduling/report_paper.html",
            {**context, **chapters.context(found), **beyond.context(period, timezone.now())},
        )


def _step(row: ReportFile, step: int) -> None:
    ReportFile.objects.filter(pk=row.pk).update(step=step)


def pdf(html: str) -> bytes:
    """``html`` as a tagged PDF (PDF/UA-1). Raises Conflict where libpango lacks."""
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415 - needs libpango, see above
    except OSError as error:
        raise Conflict(
            _("PDF kräver biblioteket Pango på servern (libpango-1.0-0). Skriv ut sidan så länge.")
        ) from error
    sheet = CSS(string=_asset("pdf.css"))
    made = HTML(string=html, url_fetcher=_refuse, base_url=settings.BASE_URL).write_pdf(
        stylesheets=[sheet], pdf_variant="pdf/ua-1"
    )
    assert isinstance(made, bytes)
    return made


def _refuse(_url: str, *_args: object, **_more: object) -> dict[str, object]:
    """Nothing is fetched: a report holds all that it shows."""
    raise ValueError("a report fetches nothing")


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    found = finders.find(f"studiebesok/css/{name}")
    assert isinstance(found, str)
    return Path(found).read_text(encoding="utf-8")


def erase_old(now: datetime) -> int:
    """Erase files that are a day old; how many."""
    return ReportFile.objects.filter(created_at__lte=now - KEPT).delete()[0]
