"""The words beside a report's numbers, written by a person and kept with the period."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import Stale
from core.models import User
from scheduling.insight.rows import Period
from scheduling.models import ReportSummary

LONGEST = 4000


def of(period: Period) -> ReportSummary | None:
    """The summary of exactly this period, if somebody wrote one."""
    found = ReportSummary.objects.filter(first=period.first, last=period.last)
    return found.select_related("author").first()


@transaction.atomic
def write(*, actor: User, now: datetime, period: Period, text: str, version: int) -> ReportSummary:
    """Keep ``text`` as the summary of ``period``; ``version`` is the one the writer saw, 0 of none.

    Raises Forbidden, Invalid, PersonalData, and Stale where somebody wrote meanwhile.
    """
    access.require(access.may_plan(actor))
    clean = texts.clean(text, field="text", limit=LONGEST)
    row = (
        ReportSummary.objects.select_for_update()
        .filter(first=period.first, last=period.last)
        .first()
    )
    if (row.version if row else 0) != version:
        raise Stale(_("Någon annan har ändrat sammanfattningen. Din text står kvar i rutan."))
    if row is None:
        row = ReportSummary(first=period.first, last=period.last, version=0)
    row.text, row.author, row.at = clean, actor, now
    row.version += 1
    row.save()
    audit.record(now=now, actor=actor, verb="report.summary_written", target=row)
    return row
