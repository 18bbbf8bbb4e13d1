"""The report as numbers."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from core.errors import Invalid
from scheduling.api.common import answers, known, user_of
from scheduling.api.fields import not_turned
from scheduling.api.schemas import Period
from scheduling.insight.as_json import report_json
from scheduling.insight.queries import load
from scheduling.insight.report import build

router = Router(tags=["report"])
MOST_DAYS = 3660


@router.get("", response=answers(dict[str, Any]), operation_id="get_report")
def get_report(request: HttpRequest, query: Query[Period]) -> object:
    """All numbers of a period; without days, of this year so far."""
    user_of(request)
    known(request, Period)
    last = query.last or timezone.localdate()
    first = query.first or last.replace(month=1, day=1)
    wrong = not_turned(first, last)
    if not wrong and (last - first).days > MOST_DAYS:
        wrong = _("Perioden kan vara högst tio år.")
    if wrong:
        raise Invalid(wrong, fields={"to": wrong})
    return report_json(build(load(first, last)))
