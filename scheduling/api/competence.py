"""Analyses, training sessions and the toolbox, over HTTP."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from core import access
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, found, known, many, one, page, user_of
from scheduling.api.fields import Id, Key, Moment, Number, Shown, Strict, Text, iso, limit
from scheduling.api.schemas import VersionIn
from scheduling.followup import competence
from scheduling.models import Analysis, CardKind, Host, Room, ToolCard, TrainingSession
from scheduling.states import VisitState

router = Router(tags=["learning"])
Count = Annotated[Number, Field(ge=0, le=competence.MOST_STAFF)]


class AnalysisIn(Strict):
    """``basis_query`` is the query of the list of visits that it rests on."""

    question: Annotated[Text, limit(200)]
    basis: Annotated[Text, limit(300)]
    conclusion: Annotated[Text, limit(500)] = ""
    basis_query: Annotated[Text, limit(300)] = ""


class AnalysisBody(AnalysisIn):
    """An analysis."""

    id: int
    on: date


class TrainingIn(Strict):
    """A session; it takes the room and the colleagues."""

    topic: Annotated[Text, limit(120)]
    start: Moment
    end: Moment
    analysis: Id | None = None
    room: Id | None = None
    hosts: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)
    place: Annotated[Text, limit(200)] = ""
    travel_minutes: Annotated[Number, Field(ge=0, le=240)] = 0
    idempotency_key: Key | None = None


class TrainingPatch(VersionIn):
    """What changes of a session; what is left out stays. ``hosts`` are all who attend."""

    topic: Annotated[Text, limit(120)] | None = None
    start: Moment | None = None
    end: Moment | None = None
    analysis: Id | None = None
    room: Id | None = None
    hosts: Annotated[list[Id], Field(max_length=50)] | None = None


class OutcomeIn(Strict):
    """Counts by staff group, totals of the one question (steps 1 to 5), and what changed."""

    by_staff_group: dict[str, Count]
    check_question: Annotated[Text, limit(200)] = ""
    check_totals: dict[str, Count] = Field(default_factory=dict)
    changed_way: Annotated[Text, limit(500)] = ""


class TrainingBody(BaseModel):
    """A session and what came of it. Who is invited stands in ``/meetings/{id}``, by its id."""

    id: int
    state: VisitState
    version: int
    topic: str
    start: Shown
    end: Shown
    analysis: int | None
    attendance: int | None
    by_staff_group: dict[str, int]
    check_question: str
    check_totals: dict[str, int]
    changed_way: str


class CardIn(Strict):
    """A short text."""

    kind: CardKind
    title: Annotated[Text, limit(80)]
    text: Annotated[Text, limit(1000)]


class CardBody(CardIn):
    """A card."""

    id: int


@router.get("/analyses", response=answers(Listed[AnalysisBody]), operation_id="list_analyses")
def list_analyses(request: HttpRequest, query: Query[Page]) -> object:
    """The newest first."""
    user_of(request)
    known(request, Page)
    return page(Analysis.objects.order_by("-on", "-pk"), query, _analysis)


@router.post("/analyses", response=answers(AnalysisBody, 201), operation_id="write_analysis")
def write_analysis(request: HttpRequest, payload: AnalysisIn) -> object:
    """Planners only."""
    given = competence.GivenAnalysis(**payload.model_dump())
    row = competence.save_analysis(actor=user_of(request), now=timezone.now(), given=given)
    return Status(201, _analysis(row))


@router.put("/analyses/{analysis}", response=answers(AnalysisBody), operation_id="change_analysis")
def change_analysis(request: HttpRequest, analysis: int, payload: AnalysisIn) -> object:
    """Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = found(Analysis.objects.all(), analysis)
    given = competence.GivenAnalysis(**payload.model_dump())
    now = timezone.now()
    return _analysis(competence.save_analysis(actor=user, now=now, given=given, analysis=row))


@router.get("/trainings", response=answers(Listed[TrainingBody]), operation_id="list_trainings")
def list_trainings(request: HttpRequest, query: Query[Page]) -> object:
    """The newest first."""
    user_of(request)
    known(request, Page)
    rows = TrainingSession.objects.select_related("booking").order_by("-booking__start", "-pk")
    return page(rows, query, _training)


@router.post("/trainings", response=answers(TrainingBody, 201), operation_id="book_training")
def book_training(request: HttpRequest, payload: TrainingIn) -> object:
    """Planners only; 409 where the room or a colleague is taken."""
    user = user_of(request)
    access.require(access.may_plan(user))
    given = competence.GivenTraining(
        topic=payload.topic,
        start=payload.start,
        end=payload.end,
        analysis=one(Analysis.objects.all(), payload.analysis, "analysis"),
        room=one(Room.objects.all(), payload.room, "room"),
        hosts=tuple(many(Host.objects.all(), payload.hosts, "hosts")),
        place=payload.place,
        travel_minutes=payload.travel_minutes,
        idempotency_key=payload.idempotency_key,
    )
    row = competence.book_training(actor=user, now=timezone.now(), given=given)
    return Status(201, _training(row))


@router.patch(
    "/trainings/{training}", response=answers(TrainingBody), operation_id="change_training"
)
def change_training(request: HttpRequest, training: int, payload: TrainingPatch) -> object:
    """Planners only. Who attends is told in her own calendar; ``/meetings/{id}/cancel`` ends it."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = found(TrainingSession.objects.select_related("booking", "analysis"), training)
    stands = competence.given_of(row)
    changes: dict[str, Any] = payload.model_dump(
        include={"topic", "start", "end"}, exclude_none=True
    )
    if payload.start is not None and payload.end is None:
        changes["end"] = payload.start + (row.booking.end - row.booking.start)
    if "analysis" in payload.model_fields_set:
        changes["analysis"] = one(Analysis.objects.all(), payload.analysis, "analysis")
    if "room" in payload.model_fields_set:
        changes["room"] = one(Room.objects.all(), payload.room, "room")
        changes["place"] = "" if payload.room is not None else stands.place
    if payload.hosts is not None:
        changes["hosts"] = tuple(many(Host.objects.all(), payload.hosts, "hosts"))
    changed = competence.change_training(
        actor=user, now=timezone.now(), session=row, given=replace(stands, **changes),
        version=payload.version,
    )  # fmt: skip
    return _training(changed)


@router.put(
    "/trainings/{training}/outcome",
    response=answers(TrainingBody),
    operation_id="tell_training_outcome",
)
def tell_training_outcome(request: HttpRequest, training: int, payload: OutcomeIn) -> object:
    """Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = found(TrainingSession.objects.select_related("booking"), training)
    outcome = competence.Outcome(**payload.model_dump())
    now = timezone.now()
    return _training(competence.tell_outcome(actor=user, now=now, session=row, outcome=outcome))


@router.get("/cards", response=answers(Listed[CardBody]), operation_id="list_cards")
def list_cards(request: HttpRequest, query: Query[Page]) -> object:
    """The toolbox."""
    user_of(request)
    known(request, Page)
    return page(ToolCard.objects.filter(archived_at=None), query, _card)


@router.post("/cards", response=answers(CardBody, 201), operation_id="write_card")
def write_card(request: HttpRequest, payload: CardIn) -> object:
    """Planners only."""
    return Status(201, _card(_save(request, payload, None)))


@router.put("/cards/{card}", response=answers(CardBody), operation_id="change_card")
def change_card(request: HttpRequest, card: int, payload: CardIn) -> object:
    """Planners only."""
    access.require(access.may_plan(user_of(request)))
    return _card(_save(request, payload, found(ToolCard.objects.filter(archived_at=None), card)))


@router.delete("/cards/{card}", response=answers(None, 204), operation_id="put_card_away")
def put_card_away(request: HttpRequest, card: int) -> object:
    """Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = found(ToolCard.objects.filter(archived_at=None), card)
    competence.put_away(actor=user, now=timezone.now(), card=row)
    return Status(204, None)


def _save(request: HttpRequest, payload: CardIn, card: ToolCard | None) -> ToolCard:
    return competence.save_card(
        actor=user_of(request),
        now=timezone.now(),
        kind=payload.kind.value,
        title=payload.title,
        text=payload.text,
        card=card,
    )


def _analysis(row: Analysis) -> AnalysisBody:
    return AnalysisBody(
        id=row.pk,
        on=row.on,
        question=row.question,
        basis=row.basis,
        conclusion=row.conclusion,
        basis_query=row.basis_query,
    )


def _training(row: TrainingSession) -> TrainingBody:
    return TrainingBody(
        id=row.pk,
        state=row.booking.status,
        version=row.booking.version,
        topic=row.topic,
        start=iso(row.booking.start),
        end=iso(row.booking.end),
        analysis=row.analysis_id,
        attendance=row.attendance,
        by_staff_group=row.by_staff_group,
        check_question=row.check_question,
        check_totals=row.check_totals,
        changed_way=row.changed_way,
    )


def _card(row: ToolCard) -> CardBody:
    return CardBody(id=row.pk, kind=CardKind(row.kind), title=row.title, text=row.text)
