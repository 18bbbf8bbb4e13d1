"""The manager's page as data: counts, ids and the words that are written for everybody."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel

from core import access
from scheduling.api.common import answers, user_of
from scheduling.api.fields import iso
from scheduling.insight import manager
from scheduling.insight.as_json import report_json
from scheduling.states import VisitState

router = Router(tags=["report"])


class WeekVisit(BaseModel):
    """A visit of the week; never its category."""

    id: int
    start: str
    state: VisitState
    programme: str
    groups: list[str]


class RisksBody(BaseModel):
    """How many of each need somebody."""

    without_second_host: int
    late_follow_ups: int
    groups_adrift: int
    mails_failed: int
    barriers: int


class DecisionsBody(BaseModel):
    """What waits for a decision, by id; rules by their key."""

    barriers: list[int]
    boundary_cases: list[int]
    efforts: list[int]
    retention_rules: list[str]


class OverviewBody(BaseModel):
    """The page. ``term`` is the report of the term that began last."""

    monday: date
    week: list[WeekVisit]
    term: dict[str, Any]
    risks: RisksBody
    decisions: DecisionsBody


@router.get("/overview", response=answers(OverviewBody), operation_id="get_manager_overview")
def get_overview(request: HttpRequest) -> object:
    """This week, this term, open risks, what waits for a decision. Managers and planners."""
    access.require(access.may_oversee(user_of(request)))
    found = manager.overview(timezone.now())
    return OverviewBody(
        monday=found.monday,
        week=[
            WeekVisit(
                id=booking.pk,
                start=iso(booking.start),
                state=booking.status,
                programme=booking.visit.programme.name,
                groups=[group.alias for group in booking.visit.groups.all()],
            )
            for booking in found.week
        ],
        term=report_json(found.term),
        risks=RisksBody(
            without_second_host=found.risks.without_second_host,
            late_follow_ups=found.risks.late_follow_ups,
            groups_adrift=found.risks.groups_adrift,
            mails_failed=found.risks.mails_failed,
            barriers=found.risks.barriers,
        ),
        decisions=DecisionsBody(
            barriers=[row.pk for row in found.unowned],
            boundary_cases=[row.pk for row in found.cases],
            efforts=[row.pk for row in found.efforts],
            retention_rules=[one.rule.key for one in found.rules],
        ),
    )
