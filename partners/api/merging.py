"""/duplicates and /merges: planners only."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from core.errors import Missing
from partners import duplicates
from partners.api.common import Id, Strict, Text, planner
from partners.duplicates import Pair
from partners.models import MergeRecord
from partners.services import merging as services

router = Router(tags=["duplicates"])
merges = Router(tags=["duplicates"])

Kind = Literal["organisation", "group", "contact"]


class PairOut(Schema):
    """Two that may be one, and why."""

    kind: Kind
    first: int
    second: int
    first_name: str
    second_name: str
    reasons: list[duplicates.Reason]


class PairList(Schema):
    """Every suggestion."""

    items: list[PairOut]
    count: int


class ApartIn(Strict):
    """Two that are two."""

    kind: Kind
    first: Id
    second: Id


class MergeIn(Strict):
    """``gone`` becomes ``kept``; ``from_gone`` names the details that are taken from it."""

    kind: Kind
    kept: Id
    gone: Id
    from_gone: list[Text] = Field(default_factory=list, max_length=20)


class MergeOut(Schema):
    """A merge, which can be undone for 30 days."""

    id: int
    kind: Kind
    kept: int
    gone: int
    kept_name: str
    gone_name: str
    at: datetime
    undone_at: datetime | None


class MergeList(Schema):
    """Those that can be undone, the latest first."""

    items: list[MergeOut]
    count: int


def _pair(pair: Pair) -> dict[str, object]:
    return {
        "kind": pair.kind,
        "first": pair.first.pk,
        "second": pair.second.pk,
        "first_name": str(pair.first),
        "second_name": str(pair.second),
        "reasons": list(pair.reasons),
    }


def _merge(row: MergeRecord) -> dict[str, object]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "kept": row.kept_id,
        "gone": row.gone_id,
        "kept_name": row.kept_name,
        "gone_name": row.gone_name,
        "at": row.at,
        "undone_at": row.undone_at,
    }


@router.get("", response=PairList, operation_id="list_duplicates")
def list_duplicates(request: HttpRequest) -> dict[str, object]:
    """Pairs that look alike and that nobody has told apart."""
    found = duplicates.suggestions(viewer=planner(request))
    return {"items": [_pair(pair) for pair in found], "count": len(found)}


@router.post("/not-same", response={204: None}, operation_id="tell_apart")
def tell_apart(request: HttpRequest, payload: ApartIn) -> Status[None]:
    """Remember that two are two; a repeat changes nothing."""
    user = planner(request)
    one, other = duplicates.both(
        viewer=user, kind=payload.kind, first=payload.first, second=payload.second
    )
    services.not_same(actor=user, now=timezone.now(), one=one, other=other)
    return Status(204, None)


@merges.get("", response=MergeList, operation_id="list_merges")
def list_merges(request: HttpRequest) -> dict[str, object]:
    """Those that can still be undone."""
    planner(request)
    rows = [_merge(row) for row in services.undoable(timezone.now())]
    return {"items": rows, "count": len(rows)}


@merges.post("", response={201: MergeOut}, operation_id="merge")
def make_merge(request: HttpRequest, payload: MergeIn) -> Status[dict[str, object]]:
    """Let everything that hangs on ``gone`` hang on ``kept``, all or nothing."""
    user = planner(request)
    pair = duplicates.both(viewer=user, kind=payload.kind, first=payload.kept, second=payload.gone)
    kept, gone = pair if pair[0].pk == payload.kept else pair[::-1]
    made = services.merge(
        actor=user, now=timezone.now(), kept=kept, gone=gone, from_gone=payload.from_gone
    )
    return Status(201, _merge(made))


@merges.post("/{pk}/undo", response=MergeOut, operation_id="undo_merge")
def undo_merge(request: HttpRequest, pk: int) -> dict[str, object]:
    """Make every row as it was before."""
    user = planner(request)
    row = MergeRecord.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    services.undo_merge(actor=user, now=timezone.now(), record=row)
    row.refresh_from_db()
    return _merge(row)
