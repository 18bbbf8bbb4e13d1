"""Barriers, boundary cases, handovers, the tally of talks and Tyck till, over HTTP."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from core.errors import Invalid
from core.models import User
from scheduling.access import visit_for, visit_to_follow_up, visits_for
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, found, known, one, page, user_of
from scheduling.api.fields import Day, Flag, Id, Number, Strict, Text, limit, not_turned
from scheduling.followup import barriers, counted, counting
from scheduling.insight.rows import Period
from scheduling.models import (
    Barrier,
    BarrierKind,
    BoundaryCase,
    DayPart,
    Handover,
    Statement,
    Theme,
)
from scheduling.states import ReceiverKind

router = Router(tags=["learning"])


class BarrierIn(Strict):
    """Something in the way; about the house, never about a person."""

    kind: BarrierKind
    what: Annotated[Text, limit(barriers.WHAT)] = ""
    owner: Id | None = None
    visit: Id | None = None
    on: Day | None = None


class SolutionIn(Strict):
    """How it came out of the way; empty opens it again."""

    solution: Annotated[Text, limit(barriers.SOLUTION)] = ""


class BarrierBody(BaseModel):
    """A barrier, open as long as ``solved_on`` is null."""

    id: int
    kind: BarrierKind
    what: str
    owner: int | None
    visit: int | None
    on: date
    solved_on: date | None
    solution: str


class BarrierQuery(Page):
    """Which barriers."""

    open: bool | None = None


class CaseIn(Strict):
    """A question for the quarter's talk; only planners write the outcome."""

    question: Annotated[Text, limit(barriers.QUESTION)]
    outcome: Annotated[Text, limit(barriers.OUTCOME)] = ""
    visit: Id | None = None


class CaseBody(BaseModel):
    """A boundary case."""

    id: int
    on: date
    question: str
    outcome: str


class HandoverIn(Strict):
    """Topic and kind of receiver, never who."""

    topic: Annotated[Text, limit(barriers.TOPIC)]
    receiver: ReceiverKind
    on: Day | None = None


class HandoverBody(BaseModel):
    """Something handed over."""

    id: int
    on: date
    topic: str
    receiver: ReceiverKind


class Window(Strict):
    """A period; without one the calendar year so far."""

    first: Day | None = None
    last: Day | None = None


class TalkIn(Strict):
    """One talk more, or one less where it was a slip."""

    theme: Theme
    undo: Flag = False


class TalkBody(BaseModel):
    """How many talks of a theme in a part of the day."""

    theme: Theme
    part: DayPart
    count: int


class OpinionsBody(BaseModel):
    """Totals of one statement, faces 1 to 5; null where fewer than five answered."""

    statement: Statement
    faces: list[int] | None


class OpinionsOfVisit(BaseModel):
    """A visit's totals; ``statements`` is null while they are collected."""

    visit: int
    statements: list[OpinionsBody] | None


class PapersIn(Strict):
    """How many slips chose each face, from 1 to 5, for each statement."""

    counts: dict[
        Statement,
        Annotated[
            list[Annotated[Number, Field(ge=0, le=counting.MOST_AT_ONCE)]],
            Field(min_length=5, max_length=5),
        ],
    ]


@router.get("/barriers", response=answers(Listed[BarrierBody]), operation_id="list_barriers")
def list_barriers(request: HttpRequest, query: Query[BarrierQuery]) -> object:
    """The oldest first."""
    user_of(request)
    known(request, BarrierQuery)
    rows = Barrier.objects.all()
    if query.open is not None:
        rows = rows.filter(solved_on__isnull=query.open)
    return page(rows, query, _barrier)


@router.post("/barriers", response=answers(BarrierBody, 201), operation_id="note_barrier")
def note_barrier(request: HttpRequest, payload: BarrierIn) -> object:
    """Write one down. Those who meet groups."""
    user = user_of(request)
    given = _given(payload, user)
    row = barriers.save_barrier(actor=user, now=timezone.now(), given=given)
    return Status(201, _barrier(row))


@router.put("/barriers/{barrier}", response=answers(BarrierBody), operation_id="change_barrier")
def change_barrier(request: HttpRequest, barrier: int, payload: BarrierIn) -> object:
    """Kind, words and owner. Those who meet groups, the manager and its owner."""
    user = user_of(request)
    row = found(Barrier.objects.all(), barrier)
    given = _given(payload, user)
    return _barrier(barriers.save_barrier(actor=user, now=timezone.now(), given=given, barrier=row))


@router.post(
    "/barriers/{barrier}/solve", response=answers(BarrierBody), operation_id="solve_barrier"
)
def solve_barrier(request: HttpRequest, barrier: int, payload: SolutionIn) -> object:
    """It is out of the way, or open again. Planners, the manager and its owner."""
    user = user_of(request)
    row = found(Barrier.objects.all(), barrier)
    now = timezone.now()
    return _barrier(barriers.solve(actor=user, now=now, barrier=row, solution=payload.solution))


def _given(payload: BarrierIn, user: User) -> barriers.GivenBarrier:
    return barriers.GivenBarrier(
        kind=payload.kind.value,
        what=payload.what,
        owner=one(User.objects.filter(is_active=True), payload.owner, "owner"),
        booking=one(visits_for(user), payload.visit, "visit"),
        on=payload.on,
    )


@router.get("/boundary-cases", response=answers(Listed[CaseBody]), operation_id="list_cases")
def list_cases(request: HttpRequest, query: Query[Page]) -> object:
    """The newest first."""
    user_of(request)
    known(request, Page)
    return page(BoundaryCase.objects.order_by("-on", "-pk"), query, _case)


@router.post("/boundary-cases", response=answers(CaseBody, 201), operation_id="note_case")
def note_case(request: HttpRequest, payload: CaseIn) -> object:
    """A question for the quarter's talk. Those who meet groups."""
    user = user_of(request)
    row = barriers.save_case(
        actor=user,
        now=timezone.now(),
        question=payload.question,
        outcome=payload.outcome,
        booking=one(visits_for(user), payload.visit, "visit"),
    )
    return Status(201, _case(row))


@router.put("/boundary-cases/{case}", response=answers(CaseBody), operation_id="change_case")
def change_case(request: HttpRequest, case: int, payload: CaseIn) -> object:
    """What the talk came to. Planners only."""
    user = user_of(request)
    row = found(BoundaryCase.objects.all(), case)
    return _case(
        barriers.save_case(
            actor=user,
            now=timezone.now(),
            question=payload.question,
            outcome=payload.outcome,
            case=row,
        )
    )


@router.get("/handovers", response=answers(Listed[HandoverBody]), operation_id="list_handovers")
def list_handovers(request: HttpRequest, query: Query[Page]) -> object:
    """The newest first."""
    user_of(request)
    known(request, Page)
    return page(counted.handovers().order_by("-on", "-pk"), query, _handover)


@router.post("/handovers", response=answers(HandoverBody, 201), operation_id="hand_over")
def hand_over(request: HttpRequest, payload: HandoverIn) -> object:
    """Something handed over outside a visit. Those who meet groups."""
    row = barriers.hand_over(
        actor=user_of(request),
        now=timezone.now(),
        topic=payload.topic,
        receiver=payload.receiver.value,
        on=payload.on,
    )
    return Status(201, _handover(row))


@router.get("/talks", response=answers(list[TalkBody]), operation_id="list_talks")
def list_talks(request: HttpRequest, query: Query[Window]) -> object:
    """How many talks, by theme and part of the day."""
    user_of(request)
    known(request, Window)
    first, last = _window(query)
    counts = counting.talks(first, last)
    return [TalkBody(theme=key[0], part=key[1], count=count) for key, count in counts.items()]


@router.post("/talks", response=answers(TalkBody, 201), operation_id="count_talk")
def count_talk(request: HttpRequest, payload: TalkIn) -> object:
    """One more, now. Those who meet groups."""
    user, now = user_of(request), timezone.now()
    theme = payload.theme
    number = counting.count_talk(actor=user, now=now, theme=theme.value, undo=payload.undo)
    return Status(201, TalkBody(theme=theme, part=counting.part_of(now), count=number))


@router.get("/opinions", response=answers(list[OpinionsBody]), operation_id="list_opinions")
def list_opinions(request: HttpRequest, query: Query[Window]) -> object:
    """Totals of the visits of a period, of those only that show theirs."""
    user_of(request)
    known(request, Window)
    period = Period(*_window(query))
    return _opinions(counting.opinions_between(period.start, period.end, timezone.now()))


@router.get(
    "/visits/{visit}/opinions", response=answers(OpinionsOfVisit), operation_id="get_opinions"
)
def get_opinions(request: HttpRequest, visit: int) -> object:
    """A visit's totals, half a day after it."""
    booking = visit_for(user_of(request), visit)
    totals = counting.opinions_of(booking, timezone.now())
    return OpinionsOfVisit(
        visit=booking.pk, statements=None if totals is None else _opinions(totals)
    )


@router.post(
    "/visits/{visit}/opinions", response=answers(OpinionsOfVisit), operation_id="add_opinions"
)
def add_opinions(request: HttpRequest, visit: int, payload: PapersIn) -> object:
    """Add paper slips. Planners, and hosts of the visit."""
    user, now = user_of(request), timezone.now()
    booking = visit_to_follow_up(user, visit)
    counts = {
        (statement.value, face): number
        for statement, numbers in payload.counts.items()
        for face, number in enumerate(numbers, start=1)
    }
    counting.add_papers(actor=user, now=now, booking=booking, counts=counts)
    return get_opinions(request, visit)


def _window(query: Window) -> tuple[date, date]:
    today = timezone.localdate()
    first, last = query.first or today.replace(month=1, day=1), query.last or today
    if turned := not_turned(first, last):
        raise Invalid(turned, fields={"last": turned})
    return first, last


def _opinions(rows: list[counting.Totals]) -> list[OpinionsBody]:
    return [
        OpinionsBody(statement=row.statement, faces=None if row.faces is None else list(row.faces))
        for row in rows
    ]


def _barrier(row: Barrier) -> BarrierBody:
    return BarrierBody(
        id=row.pk,
        kind=BarrierKind(row.kind),
        what=row.what,
        owner=row.owner_id,
        visit=row.booking_id,
        on=row.on,
        solved_on=row.solved_on,
        solution=row.solution,
    )


def _case(row: BoundaryCase) -> CaseBody:
    return CaseBody(id=row.pk, on=row.on, question=row.question, outcome=row.outcome)


def _handover(row: Handover) -> HandoverBody:
    return HandoverBody(id=row.pk, on=row.on, topic=row.topic, receiver=ReceiverKind(row.receiver))
