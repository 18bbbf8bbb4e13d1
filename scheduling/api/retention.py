"""Gallring: the rules, their preview, a run and the log."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from core import access
from scheduling.api.common import Page, answers, page, user_of
from scheduling.api.fields import Strict
from scheduling.followup import retention
from scheduling.models import RetentionRun

router = Router(tags=["retention"])


class RuleBody(Strict):
    """A rule as it stands; ``due`` is how many rows a run would erase now."""

    key: str
    what: str
    days: int
    decision: str
    public_record: bool
    runs: bool
    due: int


class RuleIn(Strict):
    """How long, in whole days, and the number of the decision."""

    days: int
    decision: str = ""


class RunBody(Strict):
    """One erasure."""

    key: str
    at: datetime
    cutoff: datetime
    days: int
    decision: str
    rows: int


def _shown(one: retention.Standing) -> RuleBody:
    return RuleBody(
        key=one.rule.key,
        what=str(one.rule.what),
        days=one.days,
        decision=one.decision,
        public_record=one.rule.public_record,
        runs=one.runs,
        due=one.due,
    )


def _run(row: RetentionRun) -> RunBody:
    return RunBody(
        key=row.key,
        at=row.at,
        cutoff=row.cutoff,
        days=row.days,
        decision=row.decision,
        rows=row.rows,
    )


@router.get("/rules", response=answers(list[RuleBody]), operation_id="list_retention_rules")
def rules(request: HttpRequest) -> object:
    """Every rule with its preview."""
    access.require(access.may_administer(user_of(request)))
    return [_shown(one) for one in retention.standing(timezone.now())]


@router.put("/rules/{key}", response=answers(RuleBody), operation_id="change_retention_rule")
def change(request: HttpRequest, key: str, payload: RuleIn) -> object:
    """Set how long and by which decision."""
    return _shown(
        retention.change_rule(
            actor=user_of(request),
            now=timezone.now(),
            key=key,
            days=payload.days,
            decision=payload.decision,
        )
    )


@router.post("/rules/{key}/run", response=answers(RunBody), operation_id="run_retention_rule")
def run(request: HttpRequest, key: str) -> object:
    """Erase now what the rule says."""
    return _run(retention.run(actor=user_of(request), now=timezone.now(), key=key))


@router.get("/runs", response=answers(dict[str, object]), operation_id="list_retention_runs")
def runs(request: HttpRequest, window: Query[Page]) -> object:
    """What was erased, newest first."""
    access.require(access.may_administer(user_of(request)))
    return page(RetentionRun.objects.all(), window, _run)
