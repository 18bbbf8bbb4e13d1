"""The relation: contact log, agreed steps, stages, who has gone quiet, who is away."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router
from ninja.responses import Status

from core import access, standing_in
from core.errors import Missing
from core.models import StandIn, User
from partners import queries
from partners.models import AgreedStep, Channel, ContactLog, Group, Organisation, Way
from partners.services import relation as services
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, one, page, that, user_of
from scheduling.api.fields import iso
from scheduling.api.relation_shapes import (
    AbsenceBody,
    AbsenceIn,
    LogBody,
    LogIn,
    OfOrganisation,
    QuietBody,
    QuietQuery,
    RhythmBody,
    StageBody,
    StageIn,
    StepBody,
    StepIn,
    StepMove,
)
from scheduling.insight import relations

router = Router(tags=["relation"])


@router.get("/contact-log", response=answers(Listed[LogBody]), operation_id="list_contact_log")
def list_contact_log(request: HttpRequest, query: Query[OfOrganisation]) -> object:
    """When and how we were in touch, the newest first."""
    user = user_of(request)
    known(request, OfOrganisation)
    rows = ContactLog.objects.all()
    if query.organisation is not None:
        rows = rows.filter(organisation=query.organisation)
    return page(rows, query, lambda row: _log(row, user))


@router.post("/contact-log", response=answers(LogBody, 201), operation_id="log_contact")
def log_contact(request: HttpRequest, payload: LogIn) -> object:
    """Note a contact. Those who meet partners."""
    user = user_of(request)
    row = services.log_contact(
        actor=user,
        now=timezone.now(),
        organisation=that(Organisation.objects.all(), payload.organisation, "organisation"),
        way=payload.way.value,
        line=payload.line,
        group=one(Group.objects.all(), payload.group, "group"),
        channel=one(Channel.objects.all(), payload.channel, "channel"),
        at=payload.at,
    )
    return Status(201, _log(row, user))


@router.delete("/contact-log/{entry}", response=answers(None, 204), operation_id="undo_contact")
def undo_contact(request: HttpRequest, entry: int) -> object:
    """Take one's own entry back, within a day."""
    user = user_of(request)
    row = queries.log_by_id(viewer=user, pk=entry)
    services.undo_contact(actor=user, now=timezone.now(), entry=row)
    return Status(204, None)


@router.get("/steps", response=answers(Listed[StepBody]), operation_id="list_steps")
def list_steps(request: HttpRequest, query: Query[OfOrganisation]) -> object:
    """Open steps of everybody, the first due first."""
    user = user_of(request)
    known(request, OfOrganisation)
    rows = AgreedStep.objects.open()
    if query.organisation is not None:
        rows = rows.filter(organisation=query.organisation)
    return page(rows, query, lambda row: _step(row, user))


@router.post("/steps", response=answers(StepBody, 201), operation_id="agree_step")
def agree_step(request: HttpRequest, payload: StepIn) -> object:
    """Write down what was agreed. Those who meet partners."""
    user = user_of(request)
    row = services.agree_step(
        actor=user,
        now=timezone.now(),
        organisation=that(Organisation.objects.all(), payload.organisation, "organisation"),
        text=payload.text,
        due=payload.due,
        owner=one(User.objects.filter(is_active=True), payload.owner, "owner"),
        group=one(Group.objects.all(), payload.group, "group"),
        channel=one(Channel.objects.all(), payload.channel, "channel"),
    )
    return Status(201, _step(row, user))


@router.post("/steps/{step}/done", response=answers(StepBody), operation_id="finish_step")
def finish_step(request: HttpRequest, step: int) -> object:
    """It is done. The owner, who stands in, or a planner."""
    user = user_of(request)
    row = queries.step_by_id(viewer=user, pk=step)
    return _step(services.step_done(actor=user, now=timezone.now(), step=row), user)


@router.post("/steps/{step}/move", response=answers(StepBody), operation_id="move_step")
def move_step(request: HttpRequest, step: int, payload: StepMove) -> object:
    """Another day. The owner, who stands in, or a planner."""
    user = user_of(request)
    row = queries.step_by_id(viewer=user, pk=step)
    now = timezone.now()
    return _step(services.move_step(actor=user, now=now, step=row, due=payload.due), user)


@router.get(
    "/organisations/{organisation}/stage", response=answers(StageBody), operation_id="get_stage"
)
def get_stage(request: HttpRequest, organisation: int) -> object:
    """Where the relation stands, and why."""
    return _stage(queries.organisation_by_id(viewer=user_of(request), pk=organisation))


@router.put(
    "/organisations/{organisation}/stage", response=answers(StageBody), operation_id="set_stage"
)
def set_stage(request: HttpRequest, organisation: int, payload: StageIn) -> object:
    """Set it by hand. Planners only."""
    user = user_of(request)
    row = queries.organisation_by_id(viewer=user, pk=organisation)
    services.set_stage(
        actor=user, now=timezone.now(), organisation=row,
        stage=payload.stage.value, until=payload.until,
    )  # fmt: skip
    return _stage(row)


@router.delete(
    "/organisations/{organisation}/stage", response=answers(StageBody), operation_id="follow_events"
)
def follow_events(request: HttpRequest, organisation: int) -> object:
    """Let it follow what happened again. Planners only."""
    user = user_of(request)
    row = queries.organisation_by_id(viewer=user, pk=organisation)
    services.follow_events(actor=user, now=timezone.now(), organisation=row)
    return _stage(row)


@router.get(
    "/relations/without-next-step",
    response=answers(Listed[RhythmBody]),
    operation_id="list_groups_without_next_step",
)
def without_next_step(request: HttpRequest, query: Query[Page]) -> object:
    """Groups with nothing booked and nothing agreed, the longest silent first."""
    user_of(request)
    known(request, Page)
    rows = relations.without_next_step(timezone.now())
    return _window(
        [
            RhythmBody(
                id=row.group.pk,
                alias=row.group.alias,
                organisation=row.group.organisation_id,
                rhythm=row.standing.rhythm,
                reason=row.standing.reason,
                last=row.standing.last,
                next=row.standing.next,
            )
            for row in rows
        ],
        query,
    )


@router.get(
    "/relations/quiet", response=answers(Listed[QuietBody]), operation_id="list_quiet_organisations"
)
def quiet(request: HttpRequest, query: Query[QuietQuery]) -> object:
    """Organisations not heard of for more than ``days``, the oldest first."""
    user_of(request)
    known(request, QuietQuery)
    rows = relations.quiet_since(timezone.now(), timedelta(days=query.days))
    made = [
        QuietBody(organisation=row.organisation.pk, name=row.organisation.name, last=row.last)
        for row in rows
    ]
    return _window(made, query)


@router.get("/absences", response=answers(Listed[AbsenceBody]), operation_id="list_absences")
def list_absences(request: HttpRequest, query: Query[Page]) -> object:
    """Who is away or will be, and who stands in."""
    user_of(request)
    known(request, Page)
    return _window([_absence(row) for row in standing_in.coming(timezone.now())], query)


@router.post("/absences", response=answers(AbsenceBody, 201), operation_id="go_away")
def go_away(request: HttpRequest, payload: AbsenceIn) -> object:
    """Away with a stand-in; for another only by a planner or the manager."""
    user = user_of(request)
    staff = User.objects.filter(is_active=True)
    row = standing_in.go_away(
        actor=user,
        now=timezone.now(),
        person=one(staff, payload.person, "person") or user,
        stand_in=that(staff, payload.stand_in, "stand_in"),
        first_day=payload.first_day,
        last_day=payload.last_day,
    )
    return Status(201, _absence(row))


@router.post("/absences/{absence}/end", response=answers(AbsenceBody), operation_id="come_back")
def come_back(request: HttpRequest, absence: int) -> object:
    """Back, or called off; a second time changes nothing."""
    user = user_of(request)
    row = StandIn.objects.select_related("person").filter(pk=absence).first()
    if row is None:
        raise Missing
    return _absence(standing_in.come_back(actor=user, now=timezone.now(), absence=row))


def _window(rows: Sequence[object], query: Page) -> dict[str, object]:
    return {"items": rows[query.offset : query.offset + query.limit], "count": len(rows)}


def _log(row: ContactLog, user: User) -> LogBody:
    return LogBody(
        id=row.pk,
        organisation=row.organisation_id,
        group=row.group_id,
        channel=row.channel_id,
        way=Way(row.way),
        at=iso(row.at),
        line=row.line if access.may_read_notes(user) else None,
        by=row.by_id,
    )


def _step(row: AgreedStep, user: User) -> StepBody:
    return StepBody(
        id=row.pk,
        organisation=row.organisation_id,
        group=row.group_id,
        channel=row.channel_id,
        text=row.text if access.may_read_notes(user) else None,
        due=row.due,
        owner=row.owner_id,
        done_at=iso(row.done_at) if row.done_at else None,
    )


def _stage(row: Organisation) -> StageBody:
    found = relations.stage_of(row, timezone.now(), get_language() or "sv")
    return StageBody(
        organisation=row.pk,
        stage=found.stage,
        reason=found.reason,
        by_hand=found.by_hand,
        derived=found.derived,
        derived_reason=found.derived_reason,
    )


def _absence(row: StandIn) -> AbsenceBody:
    visits = relations.hostless(row, timezone.now()) if row.ended_at is None else ()
    return AbsenceBody(
        id=row.pk,
        person=row.person_id,
        stand_in=row.stand_in_id,
        first_day=row.first_day,
        last_day=row.last_day,
        ended=row.ended_at is not None,
        visits_without_host=[booking.pk for booking in visits],
    )
