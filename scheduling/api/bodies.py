"""What the API answers. Instants are ISO 8601 with the offset of Europe/Stockholm."""

from datetime import date
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from partners.models import AccessNeed, SizeBand
from scheduling.api.fields import Clock, Shown
from scheduling.insight.holders import Belief
from scheduling.models import (
    Diet,
    FeedLevel,
    FeedScope,
    InterpreterState,
    OwnCalendarMode,
    Side,
    Travel,
)
from scheduling.states import (
    AnswerChannel,
    BookingKind,
    InvitationState,
    Judgement,
    MessageState,
    ProposalState,
    VisitState,
)

T = TypeVar("T")


class Listed(BaseModel, Generic[T]):
    """One page of a list, and how many there are in all."""

    items: list[T]
    count: int


class Named(BaseModel):
    """Something by its id and name."""

    id: int
    name: str


class GroupBody(BaseModel):
    """A group under its neutral alias."""

    id: int
    alias: str


class LibraryBody(Named):
    """A library."""

    address: str
    directions: str
    meeting_point: str
    phone: str
    branch_of: int | None
    eve_closes: Clock | None


class ProgrammeBody(Named):
    """A programme."""

    minutes: int
    hosts_required: int
    needs: list[str]
    text_sv: str
    text_en: str
    active: bool


class RoomBody(Named):
    """A room."""

    library: Named
    capacity: int
    features: list[str]
    open_area: bool
    buffer_before: int
    buffer_after: int
    active: bool


class HostBody(Named):
    """A member of the staff who receives groups; without programmes, any of them."""

    user: int
    username: str
    library: Named
    programmes: list[int]
    also_at: list[int]
    languages: list[str]
    sign: str
    active: bool


class SpanBody(BaseModel):
    """Hours on the wall in Stockholm."""

    weekday: int
    start: Clock
    end: Clock


class WorkingDayBody(BaseModel):
    """Other hours on one day; without hours she is off."""

    id: int
    day: date
    start: Clock | None
    end: Clock | None


class AbsenceBody(BaseModel):
    """The host is away."""

    id: int
    start: Shown
    end: Shown


class HostDaysBody(BaseModel):
    """When a host works. No weekdays: whenever the library is open."""

    weekdays: list[SpanBody]
    days: list[WorkingDayBody]
    absences: list[AbsenceBody]


class AvoidTimeBody(BaseModel):
    """A time that the partner would rather avoid."""

    id: int
    group: int | None
    organisation: int | None
    weekday: int | None
    first_day: date | None
    last_day: date | None
    start: Clock | None
    end: Clock | None
    reason: str


class OwnCalendarBody(BaseModel):
    """A host's own calendar. Its address is never shown."""

    id: int
    server: str
    mode: OwnCalendarMode
    last_read_at: Shown | None
    problem: str | None
    message: str | None
    stale: bool
    busy: int


class TimeBody(BaseModel):
    """A free time with its best room and hosts, and why it is good."""

    start: Shown
    end: Shown
    room: int
    room_name: str
    host: int
    host_name: str
    co_host: int | None
    co_host_name: str | None
    reasons: list[str]
    score: int


class WarningBody(BaseModel):
    """What to think of; it forbids nothing."""

    code: str
    message: str


class ProposalBody(BaseModel):
    """Another time that was wished for."""

    id: int
    start: Shown | None
    end: Shown | None
    text: str | None
    state: ProposalState
    #: Made to a time that has been changed since.
    outdated: bool


class DeliveryBody(BaseModel):
    """What an addressee holds. Sequences are iTIP's: 0 is the first version, null is none.

    ``message``, ``state``, ``sequence`` and ``error`` are the newest news's, sent or not;
    ``confirmed_sequence`` is what the newest answer was to. ``belief`` says what they probably
    believe that is no longer so.
    """

    message: int | None
    state: MessageState | None
    sequence: int | None
    error: str
    sent_sequence: int | None
    sent_at: Shown | None
    bounced_at: Shown | None
    confirmed_sequence: int | None
    feed_fetched_at: Shown | None
    feed_is_older: bool
    belief: Belief | None
    #: The message that waits for a person; what comes after it waits behind it.
    undecided: int | None


class InvitationBody(BaseModel):
    """Who was asked and what they said. Mail, words and link are for planners, else null."""

    id: int
    contact: int | None
    host: int | None
    group: int | None
    name: str
    email: str | None
    state: InvitationState
    answered_at: Shown | None
    channel: AnswerChannel | None
    size_band: SizeBand | None
    comment: str | None
    sequence: int
    answer_url: str | None
    proposals: list[ProposalBody]
    #: In one visit and for planners, else null.
    delivery: DeliveryBody | None = None


class BookingBody(BaseModel):
    """What is taken, when and where."""

    id: int
    kind: BookingKind
    state: VisitState
    start: Shown
    end: Shown
    room: Named | None
    hosts: list[Named]


class FollowUpBody(BaseModel):
    """What came of it, in short."""

    attendance: int
    judgement: Judgement | None
    next_booking: int | None


class VisitBody(BaseModel):
    """A visit. ``warnings`` and ``undo_seconds`` are null in lists: ask for the one visit."""

    id: int
    kind: BookingKind
    state: VisitState
    version: int
    start: Shown
    end: Shown
    bookings: list[BookingBody]
    groups: list[GroupBody]
    programme: Named
    room: Named | None
    library: Named | None
    host: Named
    co_host: Named | None
    contact: Named | None
    place: str
    travel_minutes: int
    meeting_point: str
    size_band: SizeBand
    followers: int
    access_needs: list[AccessNeed]
    fika: bool
    diets: str
    diet_counts: dict[Diet, int]
    interpreter: str
    interpreter_by: Side | None
    interpreter_state: InterpreterState
    calm: bool
    travel_by: Travel | None
    tickets_by: Side | None
    card_signup: bool
    card_count: int | None
    photos_agreed: bool
    hours_confirmed: bool
    busy_override: str
    room_reason: str
    two_hosts: bool
    plan_quiet_place: str | None
    plan_exit: str | None
    plan_rules_explained: bool | None
    plan_guards_informed: bool | None
    plan_routine_url: str | None
    greeting: str | None
    respond_by: date | None
    cancel_reason: str
    #: Partners' contacts; their answers decide.
    invitations: list[InvitationBody]
    #: Hosts who have the visit in their calendar by an invitation of their own.
    colleagues: list[InvitationBody]
    follow_up: FollowUpBody | None
    warnings: list[WarningBody] | None
    undo_seconds: int | None


class BeatBody(BaseModel):
    """One thing that happened; ``subject``, ``state`` and ``sequence`` are a message's."""

    at: Shown
    kind: Literal["event", "message", "answer", "mail", "text"]
    verb: str
    by: str
    via: str
    text: str | None
    subject: str | None = None
    state: MessageState | None = None
    sequence: int | None = None


class FeedBody(Named):
    """A calendar address; ``url`` is empty where it is revoked."""

    scope: FeedScope
    level: FeedLevel
    room: int | None
    library: int | None
    contact: int | None
    host: int | None
    programme: int | None
    url: str
    created_at: Shown
    revoked_at: Shown | None
    last_fetched_at: Shown | None
    last_client: str
