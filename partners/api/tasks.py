"""/partner-tasks: what partners ask; planners only."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from partners import queries
from partners.api.common import Strict, Text, planner
from partners.models import PartnerTask, TaskKind, TaskOutcome
from partners.services import tasks as services

router = Router(tags=["partner-tasks"])


class TaskOut(Schema):
    """A wish or a request, with the day by which it is answered."""

    id: int
    kind: TaskKind
    organisation_id: int | None
    contact_id: int | None
    group_id: int | None
    from_name: str
    from_organisation: str
    from_email: str
    from_phone: str
    text: str
    times: str
    size_band: str
    due: date
    created_at: datetime
    done_at: datetime | None
    outcome: str
    note: str


class TaskList(Schema):
    """The open ones, the most pressing first."""

    items: list[TaskOut]
    count: int


class CloseIn(Strict):
    """How it ended; declining needs a line."""

    outcome: Literal["done", "declined"]
    note: Text = ""


@router.get("", response=TaskList, operation_id="list_partner_tasks")
def list_tasks(request: HttpRequest) -> dict[str, object]:
    """The open ones."""
    planner(request)
    rows = list(PartnerTask.objects.open())
    return {"items": rows, "count": len(rows)}


@router.get("/{pk}", response=TaskOut, operation_id="get_partner_task")
def get_task(request: HttpRequest, pk: int) -> PartnerTask:
    """One, open or closed."""
    return queries.task_by_id(viewer=planner(request), pk=pk)


@router.post("/{pk}/close", response=TaskOut, operation_id="close_partner_task")
def close_task(request: HttpRequest, pk: int, payload: CloseIn) -> PartnerTask:
    """Done, or declined."""
    user = planner(request)
    row = queries.task_by_id(viewer=user, pk=pk)
    outcome = TaskOutcome(payload.outcome)
    now = timezone.now()
    return services.close(actor=user, now=now, task=row, outcome=outcome, note=payload.note)


@router.post("/{pk}/remove", response=TaskOut, operation_id="remove_as_asked")
def remove(request: HttpRequest, pk: int) -> PartnerTask:
    """Erase the contact who asks for it, and close the task."""
    user = planner(request)
    row = queries.task_by_id(viewer=user, pk=pk)
    return services.remove(actor=user, now=timezone.now(), task=row)
