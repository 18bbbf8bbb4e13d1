"""Meetings: book, change, call off, take back, answer, and the line afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from core import access as predicates
from core import screening
from core.errors import Clash, Missing
from core.logs import mask
from core.models import User
from partners.models import Channel, Contact
from scheduling import access
from scheduling.api.bodies import InvitationBody, Listed, Named
from scheduling.api.common import Page, answers, found, known, many, one, page, user_of
from scheduling.api.fields import Id, Key, Moment, Number, Shown, Text, iso, limit
from scheduling.api.replies import invitation_of, reply_of
from scheduling.api.schemas import AnswerIn, VersionIn
from scheduling.api.shown import host_named, invitation_body, named
from scheduling.api.visits import KeyHeader
from scheduling.api.wanted import active_hosts, active_rooms
from scheduling.booking import gathering_more, gathering_ways, gatherings, services
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Booking, Message, Proposal
from scheduling.states import BookingKind, VisitState

router = Router(tags=["meetings"])


class MeetingFacts(VersionIn):
    """What can be changed; what is left out stays. A ``room`` or a ``place``, not both."""

    title: Annotated[Text, limit(120)] | None = None
    start: Moment | None = None
    end: Moment | None = None
    hosts: Annotated[list[Id], Field(max_length=50)] | None = None
    contacts: Annotated[list[Id], Field(max_length=20)] | None = None
    channel: Id | None = None
    room: Id | None = None
    place: Annotated[Text, limit(200)] | None = None
    travel_minutes: Annotated[Number, Field(ge=0, le=240)] | None = None
    greeting: Annotated[Text, limit(500)] | None = None


class MeetingIn(MeetingFacts):
    """A new meeting; every ``repeat_weeks`` weeks, ``times`` in all, where it comes again."""

    title: Annotated[Text, limit(120)]
    start: Moment
    end: Moment
    repeat_weeks: Annotated[Number, Field(ge=1, le=53)] = 13
    times: Annotated[Number, Field(ge=1, le=8)] = 1
    idempotency_key: Key | None = None


class MeetingBody(BaseModel):
    """A meeting. Its title is the house's own: it stands in no mail and no neutral calendar."""

    id: int
    kind: Literal[BookingKind.MEETING, BookingKind.TRAINING]
    state: VisitState
    version: int
    title: str
    start: Shown
    end: Shown
    room: Named | None
    place: str
    travel_minutes: int
    channel: Named | None
    hosts: list[Named]
    greeting: str
    invitations: list[InvitationBody]
    cancel_reason: str
    noted: bool
    undo_seconds: int | None


class MailBody(BaseModel):
    """A mail exactly as it would be, its secret links masked."""

    to: str
    name: str
    subject: str
    text: str


class MeetingQuery(Page):
    """Those to come alone, or all."""

    coming: bool = False


class NoteIn(VersionIn):
    """What was said, in a line: about the cooperation, never about a person."""

    line: Annotated[Text, limit(200)]


class OffIn(VersionIn):
    """Why it is called off: about the situation, never about a person."""

    reason: Annotated[Text, limit(300)] = ""


MEETING = answers(MeetingBody)


@router.get("", response=answers(Listed[MeetingBody]), operation_id="list_meetings")
def list_meetings(request: HttpRequest, query: Query[MeetingQuery]) -> object:
    """In order of time."""
    user, now = user_of(request), timezone.now()
    known(request, MeetingQuery)
    rows = access.gatherings_for(user).prefetch_related(*_PARTS)
    rows = rows.filter(kind=BookingKind.MEETING.value)
    if query.coming:
        rows = rows.filter(end__gt=now)
    return page(rows.order_by("start", "pk"), query, lambda row: body(row, user))


@router.post("", response=answers(MeetingBody, 201), operation_id="book_meeting")
def book_meeting(request: HttpRequest, payload: MeetingIn, key: KeyHeader = None) -> object:
    """It takes its room and colleagues, and invites everybody; the first of several answers."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    plan = _new_plan(payload)
    with told(plan, now=now):
        rows = gathering_more.book_repeated(
            actor=user, now=now, plan=plan, weeks=payload.repeat_weeks, times=payload.times,
            idempotency_key=payload.idempotency_key or key,
        )  # fmt: skip
    return Status(201, shown(user, rows[0].pk, now))


@router.post("/preview", response=answers(list[MailBody]), operation_id="preview_meeting")
def preview_meeting(request: HttpRequest, payload: MeetingIn) -> object:
    """Exactly what booking it would send, and to whom; nothing is booked."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    plan = _new_plan(payload)
    with told(plan, now=now):
        return [_mail(row) for row in gathering_more.preview(actor=user, now=now, plan=plan)]


@router.get("/{meeting}", response=MEETING, operation_id="get_meeting")
def get_meeting(request: HttpRequest, meeting: int) -> object:
    """One, a training session too."""
    return shown(user_of(request), meeting, timezone.now())


@router.patch("/{meeting}", response=MEETING, operation_id="change_meeting")
def change_meeting(request: HttpRequest, meeting: int, payload: MeetingFacts) -> object:
    """Another time asks everybody anew; another place tells them."""
    user, now = user_of(request), timezone.now()
    booking = _meeting(user, meeting)
    plan = gatherings.plan_of(booking, **_changes(payload, booking))
    with told(plan, now=now, without=booking.pk):
        gatherings.change_gathering(
            actor=user, now=now, booking=booking, plan=plan, version=payload.version
        )
    return shown(user, meeting, now)


@router.post("/{meeting}/cancel", response=MEETING, operation_id="cancel_meeting")
def cancel_meeting(request: HttpRequest, meeting: int, payload: OffIn) -> object:
    """Call it off, a training session too; who was invited is told."""
    user, now = user_of(request), timezone.now()
    gatherings.cancel_gathering(
        actor=user, now=now, booking=access.gathering_to_plan(user, meeting),
        reason=payload.reason, version=payload.version,
    )  # fmt: skip
    return shown(user, meeting, now)


@router.post("/{meeting}/undo", response=MEETING, operation_id="undo_meeting")
def undo_meeting(request: HttpRequest, meeting: int) -> object:
    """Take back the last act, as long as none of its mails has left."""
    user, now = user_of(request), timezone.now()
    services.undo(actor=user, now=now, booking=access.gathering_to_plan(user, meeting))
    return shown(user, meeting, now)


@router.post("/{meeting}/send", response=MEETING, operation_id="send_meeting")
def send_meeting(request: HttpRequest, meeting: int) -> object:
    """What was taken back stands again, and everybody is invited."""
    user, now = user_of(request), timezone.now()
    gatherings.send_gathering(actor=user, now=now, booking=access.gathering_to_plan(user, meeting))
    return shown(user, meeting, now)


@router.post("/{meeting}/answer", response=MEETING, operation_id="answer_meeting")
def answer_meeting(request: HttpRequest, meeting: int, payload: AnswerIn) -> object:
    """Take down what an addressee said."""
    user, now = user_of(request), timezone.now()
    booking = access.gathering_to_plan(user, meeting)
    services.answer(
        invitation=invitation_of(booking, payload), reply=reply_of(payload), now=now, actor=user
    )
    return shown(user, meeting, now)


@router.post("/{meeting}/note", response=MEETING, operation_id="note_meeting")
def note_meeting(request: HttpRequest, meeting: int, payload: NoteIn) -> object:
    """It has been: the line goes to the log of the channel or the organisation."""
    user, now = user_of(request), timezone.now()
    booking = _meeting(user, meeting)
    gathering_more.note(actor=user, now=now, booking=booking, line=payload.line)
    return shown(user, meeting, now)


@router.post(
    "/{meeting}/proposals/{proposal}/{act}", response=MEETING, operation_id="settle_meeting_wish"
)
def settle_wish(
    request: HttpRequest, meeting: int, proposal: int, act: Literal["accept", "decline"]
) -> object:
    """Take the wished time, or say that the present one stands."""
    user, now = user_of(request), timezone.now()
    booking = access.gathering_to_plan(user, meeting)
    rows = Proposal.objects.filter(invitation__booking=booking, pk=proposal)
    wish = rows.select_related("invitation__booking").first()
    if wish is None:
        raise Missing
    settle = services.accept_proposal if act == "accept" else services.decline_proposal
    settle(actor=user, now=now, proposal=wish)
    return shown(user, meeting, now)


def _meeting(user: User, pk: int) -> Booking:
    """A meeting alone: a session has its topic and its analysis beside."""
    booking = access.gathering_to_plan(user, pk)
    if booking.kind != BookingKind.MEETING.value:
        raise Missing
    return booking


@contextmanager
def told(plan: GatheringPlan, *, now: datetime, without: int | None = None) -> Iterator[None]:
    """A Clash from within tells what can be had instead, as ``alternatives``."""
    try:
        yield
    except Clash as error:
        ways = gathering_ways.find(plan, now=now, without=without)
        error.extra["alternatives"] = [way.data() for way in ways]
        raise


def _new_plan(payload: MeetingIn) -> GatheringPlan:
    given = payload.model_dump(
        include={"title", "start", "end", "place", "travel_minutes", "greeting"},
        exclude_none=True,
    )
    return GatheringPlan(
        hosts=tuple(many(active_hosts(), payload.hosts or [], "hosts")),
        contacts=tuple(many(_contacts(), payload.contacts or [], "contacts")),
        channel=one(Channel.objects.filter(archived_at=None), payload.channel, "channel"),
        room=one(active_rooms(), payload.room, "room"),
        **given,
    )


def _changes(payload: MeetingFacts, booking: Booking) -> dict[str, object]:
    """Of what was given; a room takes the place away, and the other way round."""
    given = payload.model_fields_set - {"version"}
    plain = {"title", "place", "travel_minutes", "greeting", "start", "end"}
    changes: dict[str, object] = {
        name: value
        for name, value in payload.model_dump(include=plain & given).items()
        if value is not None
    }
    if "start" in changes and "end" not in changes and payload.start is not None:
        changes["end"] = payload.start + (booking.end - booking.start)
    if payload.hosts is not None:
        changes["hosts"] = tuple(many(active_hosts(), payload.hosts, "hosts"))
    if payload.contacts is not None:
        changes["contacts"] = tuple(many(_contacts(), payload.contacts, "contacts"))
    if "channel" in given:
        channels = Channel.objects.filter(archived_at=None)
        changes["channel"] = one(channels, payload.channel, "channel")
    if "room" in given or changes.get("place"):
        changes["room"] = one(active_rooms(), payload.room, "room")
    if payload.room is not None:
        changes.setdefault("place", "")
    return changes


def _contacts() -> QuerySet[Contact]:
    return Contact.objects.filter(archived_at=None).select_related("organisation")


def shown(user: User, pk: int, now: datetime) -> MeetingBody:
    """As it is now, and what can be undone."""
    return body(found(access.gatherings_for(user).prefetch_related(*_PARTS), pk), user, now)


_PARTS = (
    "gathering__channel",
    "gathering__hosts__user",
    "invitations__contact",
    "invitations__host__user",
    "invitations__proposals",
)


def body(booking: Booking, user: User, now: datetime | None = None) -> MeetingBody:
    """As ``user`` may see it: an address we go to is for those who go and who plan."""
    gathering, plans = booking.gathering, predicates.may_plan(user)
    hosts = list(gathering.hosts.all())
    goes = plans or any(host.user_id == user.pk for host in hosts)
    channel = gathering.channel
    event = services.undoable(booking, now) if plans and now is not None else None
    return MeetingBody(
        id=booking.pk,
        kind=BookingKind(booking.kind),  # type: ignore[arg-type] # a gathering is one of the two
        state=booking.status,
        version=booking.version,
        title=booking.title,
        start=iso(booking.start),
        end=iso(booking.end),
        room=named(gathering.room),
        place=gathering.place if goes else "",
        travel_minutes=gathering.travel_minutes,
        channel=Named(id=channel.pk, name=channel.name) if channel else None,
        hosts=[host_named(host) for host in hosts],
        greeting=gathering.greeting,
        invitations=[invitation_body(row, user) for row in booking.invitations.all()],
        cancel_reason=screening.mask(booking.cancel_reason),
        noted=gathering.log_id is not None,
        undo_seconds=services.seconds_left(event, now) if event and now else None,
    )


def _mail(row: Message) -> MailBody:
    name = row.invitation.name
    return MailBody(to=row.recipient, name=name, subject=row.subject, text=mask(row.text))
