"""Interests over HTTP: catch one, see how far each has come, say what it became; what worked."""

from datetime import date
from typing import Annotated

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel

from core import access
from core.errors import Invalid
from partners.models import Group, GroupCategory
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, found, known, one, page, user_of
from scheduling.api.fields import Day, Id, Strict, Text, limit, not_turned
from scheduling.followup import interests
from scheduling.insight import queries
from scheduling.insight.rows import Period
from scheduling.insight.worked import Funnel
from scheduling.models import Interest, InterestSignal, InterestStage, Programme, SignalSource
from scheduling.states import Judgement

router = Router(tags=["interests"])


class CaughtIn(Strict):
    """One signal; of a group, a kind of group (planners only), or neither. Never of a person."""

    name: Annotated[Text, limit(interests.NAME)]
    source: SignalSource = SignalSource.DESK
    line: Annotated[Text, limit(interests.LINE)] = ""
    group: Id | None = None
    category: GroupCategory | None = None
    on: Day | None = None


class SignalBody(BaseModel):
    """One signal. ``line`` is null for who may not read notes."""

    id: int
    interest: int
    name: str
    source: SignalSource
    line: str | None
    group: int | None
    on: date


class StageIn(Strict):
    """What became of it; null follows what happens again."""

    stage: InterestStage | None = None
    programme: Id | None = None


class InterestBody(BaseModel):
    """An interest and how far it has come."""

    id: int
    name: str
    stage: InterestStage
    programme: int | None
    signals: int
    latest: date | None


class Window(Strict):
    """A period; without one the calendar year so far."""

    first: Day | None = None
    last: Day | None = None


class FunnelBody(BaseModel):
    """From offered to repeated. ``key`` is a programme's id or a kind of effort."""

    key: str
    name: str
    offered: int
    accepted: int
    held: int
    repeated: int
    judged: dict[str, int]
    stopped: dict[str, int]


class KindBody(BaseModel):
    """A kind of effort: its efforts, and the way of their visits."""

    kind: str
    efforts: int
    judged: dict[str, int]
    decided: dict[str, int]
    lessons_of_ended: list[str]
    visits: FunnelBody


class WorkedBody(BaseModel):
    """What worked and what did not in a period."""

    first: date
    last: date
    kinds: list[KindBody]
    programmes: list[FunnelBody]


@router.get("", response=answers(Listed[InterestBody]), operation_id="list_interests")
def list_interests(request: HttpRequest, query: Query[Page]) -> object:
    """The most asked for first."""
    user_of(request)
    known(request, Page)
    counts = Q(signals__follow_up=None) | Q(signals__follow_up__current=True)
    rows = Interest.objects.annotate(
        times=Count("signals", filter=counts), latest=Max("signals__on", filter=counts)
    ).order_by("-times", "name")
    stages = interests.stages(Interest.objects.all())
    return page(rows, query, lambda row: _interest(row, stages[row.pk]))


@router.post("/signals", response=answers(SignalBody, 201), operation_id="catch_interest")
def catch_interest(request: HttpRequest, payload: CaughtIn) -> object:
    """Catch one. Those who meet partners; only planners name a kind of group."""
    user = user_of(request)
    given = interests.Caught(
        name=payload.name,
        source=payload.source.value,
        line=payload.line,
        group=one(Group.objects.filter(archived_at=None), payload.group, "group"),
        category=payload.category.value if payload.category else "",
        on=payload.on,
    )
    row = interests.catch(actor=user, now=timezone.now(), given=given)
    return Status(201, _signal(row, reads=access.may_read_notes(user)))


@router.put("/{interest}/stage", response=answers(InterestBody), operation_id="set_interest_stage")
def set_interest_stage(request: HttpRequest, interest: int, payload: StageIn) -> object:
    """Say by hand how far it has come. Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = found(Interest.objects.all(), interest)
    interests.set_stage(
        actor=user,
        now=timezone.now(),
        interest=row,
        stage=payload.stage.value if payload.stage else "",
        programme=one(Programme.objects.all(), payload.programme, "programme"),
    )
    return _interest(row, interests.stages([row])[row.pk])


@router.get("/what-worked", response=answers(WorkedBody), operation_id="what_worked")
def what_worked(request: HttpRequest, query: Query[Window]) -> object:
    """Per kind of effort and per programme: offered, accepted, held, repeated; and why not."""
    user_of(request)
    known(request, Window)
    today = timezone.localdate()
    first, last = query.first or today.replace(month=1, day=1), query.last or today
    if turned := not_turned(first, last):
        raise Invalid(turned, fields={"last": turned})
    kinds, programmes = queries.what_worked(Period(first, last))
    return WorkedBody(
        first=first,
        last=last,
        kinds=[
            KindBody(
                kind=row.kind,
                efforts=row.efforts,
                judged=_plain(row.judged),
                decided={code or "none": count for code, count in row.decided.items()},
                lessons_of_ended=[effort.lesson for effort in row.ended if effort.lesson],
                visits=_funnel(row.visits),
            )
            for row in kinds
        ],
        programmes=[_funnel(row) for row in programmes],
    )


def _plain(counts: dict[Judgement, int]) -> dict[str, int]:
    return {code.value: count for code, count in counts.items()}


def _funnel(row: Funnel) -> FunnelBody:
    return FunnelBody(
        key=row.key,
        name=row.name,
        offered=row.offered,
        accepted=row.accepted,
        held=row.held,
        repeated=row.repeated,
        judged=_plain(row.judged),
        stopped=dict(row.stopped),
    )


def _interest(row: Interest, stage: str) -> InterestBody:
    times = getattr(row, "times", None)
    if times is None:
        mine = InterestSignal.objects.filter(interest=row).filter(
            Q(follow_up=None) | Q(follow_up__current=True)
        )
        numbers = mine.aggregate(times=Count("pk"), latest=Max("on"))
    else:
        numbers = {"times": times, "latest": row.latest}  # type: ignore[attr-defined] # annotated
    return InterestBody(
        id=row.pk,
        name=row.name,
        stage=InterestStage(stage),
        programme=row.programme_id,
        signals=numbers["times"],
        latest=numbers["latest"],
    )


def _signal(row: InterestSignal, *, reads: bool) -> SignalBody:
    return SignalBody(
        id=row.pk,
        interest=row.interest_id,
        name=row.interest.name,
        source=SignalSource(row.source),
        line=row.line if reads else None,
        group=row.group_id,
        on=row.on,
    )
