"""What takes longer than a request: a staged file is read and planned, or carried out.

A worker does it; where there is none, the request does. Each job is claimed by its state, so that
two never do the same one, and a job whose worker died can be claimed again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.errors import DomainError
from partners.importing.committing import commit
from partners.importing.decisions import Decisions
from partners.importing.places import row_of, sheet_of
from partners.importing.planning import Part, Plan, make_plan
from partners.importing.problems import UnreadableError
from partners.importing.records import read
from partners.importing.report import lines
from partners.importing.wording import sentence
from partners.models import WORKED_ON, ImportState, StagedImport, StagedLine
from partners.services.staging import finish_import, keep_journal, told_headers

#: A file this small is read while its uploader waits, in bytes.
SMALL = 150 * 1024
#: Nobody has touched a job for so long: whoever did it is gone.
LOST = timedelta(minutes=2)
#: No worker took a job for so long: the request does it.
UNCLAIMED = timedelta(seconds=10)
MOST_NOTICES = 200
_CHUNK = 500


def work_on(pk: int, *, now: datetime) -> bool:
    """Do what the file waits for; False where it waits for nothing or another does it."""
    staged = _claim(pk, now)
    if staged is None:
        return False
    with translation.override(staged.language):
        if staged.state == ImportState.READING.value:
            _prepare(staged, now)
        else:
            _carry_out(staged, now)
    return True


def needs_hand(staged: StagedImport, *, now: datetime) -> bool:
    """Whether a job has waited so long, or stood still so long, that the request must do it."""
    since = now - (staged.touched_at or staged.uploaded_at)
    return staged.under_way and since > (UNCLAIMED if staged.waits else LOST)


def _claim(pk: int, now: datetime) -> StagedImport | None:
    with transaction.atomic():
        staged = StagedImport.objects.select_for_update().filter(pk=pk).first()
        if staged is None:
            return None
        if not (staged.waits or needs_hand(staged, now=now)):
            return None
        staged.state = WORKED_ON.get(staged.state, staged.state)
        staged.touched_at = now
        staged.save(update_fields=["state", "touched_at"])
    return staged


def _prepare(staged: StagedImport, now: datetime, *, moved: bool = False) -> None:
    """Read, plan, and keep the preview."""

    def progress(rows: int) -> None:
        # By the real clock: it tells that this job lives, so that nobody takes it for lost.
        moment = timezone.now()
        StagedImport.objects.filter(pk=staged.pk).update(done_rows=rows, touched_at=moment)

    try:
        sheet = read(bytes(staged.content), told_headers(), progress)
    except UnreadableError as error:
        staged.state, staged.problem = ImportState.FAILED.value, sentence(error.problem)
        staged.content = b""
        staged.save(update_fields=["state", "problem", "content"])
        return
    total = 2 * len(sheet.rows)
    StagedImport.objects.filter(pk=staged.pk).update(total_rows=total, done_rows=len(sheet.rows))
    staged.lines.all().delete()
    kept = 0

    def keep(part: Part) -> None:
        nonlocal kept
        every = [
            StagedLine(
                staged=staged,
                number=line.number,
                status=line.status.value,
                label=line.label,
                notes=list(line.notes),
            )
            for line in lines(part)
        ]
        StagedLine.objects.bulk_create(every, batch_size=_CHUNK)
        kept += len(every)
        progress(len(sheet.rows) + kept)

    plan = make_plan(sheet, Decisions.of_json(staged.decisions), keep)
    staged.summary = {**summary(plan), "moved": moved}
    staged.state, staged.touched_at, staged.done_rows = ImportState.READY.value, now, total
    staged.save(update_fields=["summary", "state", "touched_at", "done_rows"])


def summary(plan: Plan) -> dict[str, Any]:
    """What the preview says besides the rows."""
    return {
        "counts": plan.counts(),
        "fit": plan.fit,
        "idle": plan.idle,
        "digest": plan.digest,
        "ignored": list(plan.ignored_columns),
        "sheets": list(plan.sheets),
        "notices": [
            {"where": where(plan.sheets, notice.row), "text": sentence(notice)}
            for notice in plan.notices[:MOST_NOTICES]
        ],
        "more_notices": max(0, len(plan.notices) - MOST_NOTICES),
        "duplicates": [
            {
                "number": found.row,
                "where": where(plan.sheets, found.row),
                "label": found.label,
                "of": found.of,
                "key": list(found.key),
                "other": list(found.other),
            }
            for found in plan.duplicates
        ],
    }


def where(sheets: tuple[str, ...] | list[str], number: int) -> str:
    """ "Rad 4", with its sheet where there are several; nothing for the file as a whole."""
    if not number:
        return ""
    words = _("Rad %(row)d") % {"row": row_of(number)}
    return f"{sheets[sheet_of(number)]}, {words.lower()}" if len(sheets) > 1 else words


def _carry_out(staged: StagedImport, now: datetime) -> None:
    """Store what was shown; where the register changed meanwhile, show the new plan instead."""
    actor = staged.uploaded_by
    sheet = read(bytes(staged.content), told_headers())
    try:
        with transaction.atomic():
            outcome = commit(
                actor=actor,
                now=now,
                sheet=sheet,
                expected=staged.summary["digest"],
                decisions=Decisions.of_json(staged.decisions),
                journal=lambda batch, links: keep_journal(staged=staged, batch=batch, links=links),
            )
            if outcome.committed:
                finish_import(actor=actor, now=now, staged=staged)
                return
    except DomainError as error:
        staged.problem = error.message
        staged.save(update_fields=["problem"])
    _prepare(staged, now, moved=True)
