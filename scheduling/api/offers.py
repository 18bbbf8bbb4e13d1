"""Several times for one visit, and series."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from core import access as predicates
from core.errors import Missing
from core.models import User
from partners.models import SizeBand
from scheduling import access
from scheduling.api.bodies import Named, VisitBody
from scheduling.api.common import answers, one, that, user_of
from scheduling.api.fields import Day, Id, Key, Moment, Number, Shown, Strict, iso
from scheduling.api.schemas import VisitIn
from scheduling.api.visits import shown
from scheduling.api.wanted import active_hosts, active_rooms, groups_of, plan_of
from scheduling.booking import offers, series, series_undo
from scheduling.booking.services import Reply
from scheduling.booking.ways_out import Kind
from scheduling.models import Invitation, OfferedTime, Series
from scheduling.states import AnswerChannel, InvitationState, OfferState

router = Router(tags=["offers"])


class TimeIn(Strict):
    """A time to offer; room and host as in the visit where they are left out."""

    start: Moment
    end: Moment | None = None
    room: Id | None = None
    host: Id | None = None
    co_host: Id | None = None


class OfferIn(Strict):
    """A visit at one of several times; the visit's own ``start`` is one of them."""

    visit: VisitIn
    times: Annotated[list[TimeIn], Field(max_length=20)]
    expires_at: Moment | None = None


class OfferedBody(BaseModel):
    """An offered time as it stands now."""

    id: int
    start: Shown
    end: Shown
    room: int | None
    host: int
    state: OfferState
    expires_at: Shown
    free: bool
    held: bool


class ChooseIn(Strict):
    """The partner's yes to one of the times."""

    time: Id
    invitation: Id | None = None
    channel: AnswerChannel = AnswerChannel.PHONE
    size_band: SizeBand | None = None


class WithdrawIn(Strict):
    """One of the times, or all of them."""

    time: Id | None = None


class ExtendIn(Strict):
    """Hold them until then."""

    until: Moment


class InsteadIn(Strict):
    """The way out for one date."""

    day: Day
    start: Moment | None = None
    room: Id | None = None
    host: Id | None = None
    co_host: Id | None = None


class SeriesIn(Strict):
    """``visit`` on its first date, and how it comes again: weeks with count or until, or days."""

    visit: VisitIn
    weeks: Number = 1
    count: Number | None = None
    until: Day | None = None
    days: Annotated[list[Day], Field(max_length=20_000)] | None = None
    skip: Annotated[list[Day], Field(max_length=400, default_factory=list)]
    instead: Annotated[list[InsteadIn], Field(max_length=400, default_factory=list)]
    idempotency_key: Key | None = None


class SkippedBody(BaseModel):
    """A date that falls away."""

    day: str
    reason: str


class WayBody(BaseModel):
    """What can be had instead, free when it was told."""

    kind: Kind
    start: Shown
    end: Shown
    room: Named | None
    host: Named
    co_host: Named | None
    words: str


class ClashingBody(BaseModel):
    """A date that is taken, and what can be done instead on the same day."""

    day: str
    message: str
    room: int | None
    host: int | None
    start: Shown | None
    ways_out: list[WayBody]


class OutlineBody(BaseModel):
    """What saving would do."""

    dates: list[Shown]
    skipped: list[SkippedBody]
    clashes: list[ClashingBody]


class SeriesBody(BaseModel):
    """A series and its dates."""

    id: int
    rule: str
    visits: list[VisitBody]


@router.post("/visits/offer", response=answers(VisitBody, 201), operation_id="offer_visit")
def offer(request: HttpRequest, payload: OfferIn) -> object:
    """Offer one to five times; each is held until answered or expired."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    plan = plan_of(payload.visit, groups_of(payload.visit), now)
    length = plan.end - plan.start
    choices = [
        offers.Choice(
            start=time.start,
            end=time.end or time.start + length,
            room=one(active_rooms(), time.room, "room") or plan.room,
            host=one(active_hosts(), time.host, "host") or plan.host,
            co_host=one(active_hosts(), time.co_host, "co_host") or plan.co_host,
        )
        for time in payload.times
    ]
    booking = offers.offer(
        actor=user,
        now=now,
        plan=plan,
        choices=choices,
        expires_at=payload.expires_at,
        idempotency_key=payload.visit.idempotency_key,
    )
    return Status(201, shown(user, booking.pk))


@router.get(
    "/visits/{visit}/times", response=answers(list[OfferedBody]), operation_id="list_offered_times"
)
def list_times(request: HttpRequest, visit: int) -> object:
    """The offered times that are not withdrawn."""
    booking = access.visit_for(user_of(request), visit)
    return [_offered(row) for row in offers.standing(booking, timezone.now())]


@router.post("/visits/{visit}/choose", response=answers(VisitBody), operation_id="choose_time")
def choose(request: HttpRequest, visit: int, payload: ChooseIn) -> object:
    """Take down which time the partner wants; the others are free again."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    rows: QuerySet[Invitation] = booking.invitations.filter(contact__isnull=False)
    invitation = one(rows, payload.invitation, "invitation") or rows.first()
    if invitation is None:
        raise Missing
    reply = Reply(
        state=InvitationState.ACCEPTED, channel=payload.channel, size_band=payload.size_band
    )
    offers.choose(
        offered=that(booking.offered_times.all(), payload.time, "time"),
        invitation=invitation,
        reply=reply,
        now=now,
        actor=user,
    )
    return shown(user, visit)


@router.post("/visits/{visit}/withdraw", response=answers(VisitBody), operation_id="withdraw_times")
def withdraw(request: HttpRequest, visit: int, payload: WithdrawIn) -> object:
    """Take back one offered time, or all."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    time: OfferedTime | None = one(booking.offered_times.all(), payload.time, "time")
    offers.withdraw(actor=user, now=timezone.now(), booking=booking, offered=time)
    return shown(user, visit)


@router.post("/visits/{visit}/extend", response=answers(VisitBody), operation_id="extend_times")
def extend(request: HttpRequest, visit: int, payload: ExtendIn) -> object:
    """Hold the offered times longer."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    offers.extend(actor=user, now=timezone.now(), booking=booking, until=payload.until)
    return shown(user, visit)


@router.post("/series/outline", response=answers(OutlineBody), operation_id="outline_series")
def outline(request: HttpRequest, payload: SeriesIn) -> object:
    """What would be booked, what falls away, what clashes; nothing is saved."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    found = series.outline(plan=_plan(payload), now=now)
    return OutlineBody(
        dates=[iso(row.start) for row in found.visits],
        skipped=[SkippedBody(day=row.day.isoformat(), reason=row.reason) for row in found.skipped],
        clashes=[
            ClashingBody(
                day=row.day.isoformat(),
                message=row.message,
                room=row.room.pk if row.room else None,
                host=row.host.pk if row.host else None,
                start=iso(row.start) if row.start else None,
                ways_out=[WayBody.model_validate(way.data()) for way in row.ways],
            )
            for row in found.clashes
        ],
    )


@router.post("/series", response=answers(SeriesBody, 201), operation_id="book_series")
def book_series(request: HttpRequest, payload: SeriesIn) -> object:
    """Book every date, and invite once to the whole."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    made = series.book_series(
        actor=user, now=now, plan=_plan(payload), idempotency_key=payload.idempotency_key
    )
    visits = [shown(user, row.pk) for row in made.bookings.order_by("start")]
    return Status(201, SeriesBody(id=made.pk, rule=made.rule, visits=visits))


@router.post("/series/{pk}/cancel", response=answers(SeriesBody), operation_id="cancel_series")
def cancel_series(request: HttpRequest, pk: int) -> object:
    """Call off every date that is still to come."""
    user, row = _of_series(request, pk)
    series.cancel_remaining(actor=user, now=timezone.now(), series=row)
    visits = [shown(user, one.pk) for one in row.bookings.order_by("start")]
    return SeriesBody(id=row.pk, rule=row.rule, visits=visits)


@router.post("/series/{pk}/undo", response=answers(SeriesBody), operation_id="undo_series")
def undo_series(request: HttpRequest, pk: int) -> object:
    """Take back what was done to the whole, while its mails wait.

    A series that was booked is gone then; its first date stays as a draft.
    """
    user, row = _of_series(request, pk)
    rule, dates = row.rule, row.bookings.order_by("start")
    first = series_undo.take_back(actor=user, now=timezone.now(), series=row)
    left = list(dates) if first.series_id else [first]
    return SeriesBody(id=pk, rule=rule, visits=[shown(user, one.pk) for one in left])


def _of_series(request: HttpRequest, pk: int) -> tuple[User, Series]:
    user = user_of(request)
    predicates.require(predicates.may_plan(user))
    row = Series.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    return user, row


def _plan(payload: SeriesIn) -> series.SeriesPlan:
    now = timezone.now()
    visit = plan_of(payload.visit, groups_of(payload.visit), now)
    weekly = None
    if payload.days is None:
        weekly = series.weekly(
            first=timezone.localdate(visit.start),
            weeks=payload.weeks,
            count=payload.count,
            until=payload.until,
        )
    instead = {
        row.day: series.Instead(
            start=row.start,
            room=one(active_rooms(), row.room, "room"),
            host=one(active_hosts(), row.host, "host"),
            co_host=one(active_hosts(), row.co_host, "co_host"),
        )
        for row in payload.instead
    }
    return series.SeriesPlan(
        visit=visit,
        weekly=weekly,
        days=tuple(payload.days or ()),
        skip=frozenset(payload.skip),
        instead=instead,
    )


def _offered(row: offers.Standing) -> OfferedBody:
    time = row.time
    return OfferedBody(
        id=time.pk,
        start=iso(time.start),
        end=iso(time.end),
        room=time.room_id,
        host=time.host_id,
        state=OfferState(time.state),
        expires_at=iso(time.expires_at),
        free=row.free,
        held=row.held,
    )
