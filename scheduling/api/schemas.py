"""What a request may say. A field left out is left as it is, or as it usually is."""

from typing import Annotated, Any, Literal

from pydantic import Field

from partners.models import AccessNeed, SizeBand
from scheduling.api.common import Page
from scheduling.api.fields import (
    Day,
    Flag,
    Id,
    Key,
    Moment,
    Number,
    QueryId,
    Strict,
    Text,
    Version,
    limit,
)
from scheduling.booking import fitting
from scheduling.models import (
    BarrierKind,
    Diet,
    FeedLevel,
    FeedScope,
    InterpreterState,
    RoomFeature,
    Side,
    Travel,
)
from scheduling.states import (
    AnswerChannel,
    BookingKind,
    InvitationState,
    Judgement,
    Mission,
    ReceiverKind,
    VisitEvent,
    VisitState,
)

Name = Annotated[Text, limit(80)]
Place = Annotated[Text, limit(200)]
Short = Annotated[Text, limit(120)]
Reason = Annotated[Text, limit(fitting.LONGEST)]
Ids = Annotated[list[Id], Field(max_length=20)]
Words = Annotated[list[Annotated[Text, limit(60)]], Field(max_length=20)]
Minutes = Annotated[Number, Field(ge=0, le=240)]
Count = Annotated[Number, Field(ge=0, le=500)]
Few = Annotated[Number, Field(ge=0, le=30)]
Diets = dict[Diet, Few]
Needs = Annotated[list[AccessNeed], Field(max_length=20)]
Features = Annotated[list[RoomFeature], Field(max_length=20)]
Link = Annotated[Text, limit(300)]

ANSWERS = {
    "accepted": InvitationState.ACCEPTED,
    "declined": InvitationState.DECLINED,
    "tentative": InvitationState.TENTATIVE,
    "countered": InvitationState.COUNTERED,
    "yes": InvitationState.ACCEPTED,
    "no": InvitationState.DECLINED,
    "maybe": InvitationState.TENTATIVE,
}
Answered = Literal["accepted", "declined", "tentative", "countered", "yes", "no", "maybe"]
OUTCOMES = {
    "hold": VisitEvent.HOLD,
    "hold_partly": VisitEvent.HOLD_PARTLY,
    "none_came": VisitEvent.NONE_CAME,
    "held": VisitEvent.HOLD,
    "partly_held": VisitEvent.HOLD_PARTLY,
}
Outcome = Literal["hold", "hold_partly", "none_came", "held", "partly_held"]


def left_out() -> Any:
    """A field that may be left out but, where it stands, may not be null."""
    return Field(default_factory=lambda: None)


class ProgrammeIn(Strict):
    """A new programme."""

    name: Name
    minutes: Annotated[Number, Field(ge=5, le=480)]
    hosts_required: Annotated[Number, Field(ge=1, le=2)] = 1
    text_sv: Annotated[Text, limit(2000)]
    text_en: Annotated[Text, limit(2000)] = ""
    needs: Features = Field(default_factory=list)
    active: Flag = True


class RoomIn(Strict):
    """A new room."""

    library: Id
    name: Name
    capacity: Annotated[Number, Field(ge=1, le=1000)]
    buffer_before: Minutes = 0
    buffer_after: Minutes = 0
    features: Features = Field(default_factory=list)
    open_area: Flag = False
    active: Flag = True


class HostIn(Strict):
    """A colleague who shall receive groups: ``user`` is an id or a user name."""

    user: Id | Annotated[Text, limit(150)]
    library: Id
    programmes: Ids = Field(default_factory=list)
    also_at: Ids = Field(default_factory=list)
    languages: Words = Field(default_factory=list)
    sign: Name = ""


class HostPatch(Strict):
    """What changes of a host."""

    library: Id = left_out()
    programmes: Ids = left_out()
    also_at: Ids = left_out()
    languages: Words = left_out()
    sign: Name = left_out()
    active: Flag = left_out()


class RoomPatch(Strict):
    """What changes of a room."""

    name: Name = left_out()
    capacity: Annotated[Number, Field(ge=1, le=1000)] = left_out()
    buffer_before: Minutes = left_out()
    buffer_after: Minutes = left_out()
    features: Features = left_out()
    open_area: Flag = left_out()
    active: Flag = left_out()


class ProgrammePatch(Strict):
    """What changes of a programme."""

    name: Name = left_out()
    minutes: Annotated[Number, Field(ge=5, le=480)] = left_out()
    hosts_required: Annotated[Number, Field(ge=1, le=2)] = left_out()
    text_sv: Annotated[Text, limit(2000)] = left_out()
    text_en: Annotated[Text, limit(2000)] = left_out()
    needs: Features = left_out()
    active: Flag = left_out()


class FreeTimes(Strict):
    """What to find times for; ``group`` may be repeated."""

    group: Annotated[list[QueryId], Field(min_length=1, max_length=20)]
    programme: QueryId
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    size_band: SizeBand | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class VisitFilter(Page):
    """Which visits; ``from`` and ``to`` are days in Stockholm, both included."""

    state: list[VisitState] = Field(default_factory=list)
    group: QueryId | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")


class Period(Strict):
    """From and to, both days included."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")


class VisitIn(Strict):
    """A visit to book. Room and hosts that are left out are chosen among those that are free."""

    group: Id | None = None
    groups: Ids | None = None
    programme: Id
    start: Moment
    end: Moment | None = None
    room: Id | None = None
    host: Id | None = None
    co_host: Id | None = None
    contact: Id | None = None
    contacts: Ids | None = None
    kind: Literal[BookingKind.STUDY_VISIT, BookingKind.OUTREACH_VISIT] = BookingKind.STUDY_VISIT
    place: Place = ""
    travel_minutes: Minutes = 0
    meeting_point: Short = ""
    size_band: SizeBand | None = None
    followers: Count = 0
    access_needs: Annotated[list[AccessNeed], Field(max_length=20)] | None = None
    interpreter: Short = ""
    interpreter_by: Side | None = None
    interpreter_state: InterpreterState = InterpreterState.NONE
    fika: Flag | None = None
    diets: Place = ""
    #: How many of each; never who.
    diet_counts: Diets = Field(default_factory=dict)
    calm: Flag = False
    travel_by: Travel | None = None
    tickets_by: Side | None = None
    card_signup: Flag = False
    card_count: Few | None = None
    photos_agreed: Flag = False
    #: A host has said yes to a time outside the opening hours.
    hours_confirmed: Flag = False
    #: Why it is booked although a host's own calendar is busy.
    busy_override: Place = ""
    #: Why a room with too few places will do; without it such a room is a 422.
    room_reason: Reason = ""
    two_hosts: Flag | None = None
    plan_quiet_place: Place = ""
    plan_exit: Place = ""
    plan_rules_explained: Flag = False
    plan_guards_informed: Flag = False
    plan_routine_url: Link = ""
    greeting: Annotated[Text, limit(500)] = ""
    respond_by: Day | None = None
    send: Flag = True
    #: Registered afterwards: it has already been, and nobody is written to.
    already_held: Flag = False
    idempotency_key: Key | None = None


class DetailsIn(Strict):
    """What can be changed without moving. ``null`` takes co-host, contact, count or side away."""

    version: Version | None = None
    host: Id = left_out()
    co_host: Id | None = None
    room: Id = left_out()
    meeting_point: Short = left_out()
    greeting: Annotated[Text, limit(500)] = left_out()
    diets: Place = left_out()
    interpreter: Short = left_out()
    plan_quiet_place: Place = left_out()
    plan_exit: Place = left_out()
    fika: Flag = left_out()
    calm: Flag = left_out()
    card_signup: Flag = left_out()
    two_hosts: Flag = left_out()
    plan_rules_explained: Flag = left_out()
    plan_guards_informed: Flag = left_out()
    followers: Count = left_out()
    contact: Id | None = None
    size_band: SizeBand = left_out()
    access_needs: Needs = left_out()
    interpreter_by: Side | None = None
    interpreter_state: InterpreterState = left_out()
    diet_counts: Diets = left_out()
    travel_by: Travel | None = None
    tickets_by: Side | None = None
    travel_minutes: Minutes = left_out()
    card_count: Few | None = None
    photos_agreed: Flag = left_out()
    hours_confirmed: Flag = left_out()
    busy_override: Place = left_out()
    room_reason: Reason = left_out()
    plan_routine_url: Link = left_out()


class VersionIn(Strict):
    """The version that the caller saw; somebody else's change since then is a 409."""

    version: Version | None = None


class MoveIn(VersionIn):
    """Another time, and another room where one is given; the length stays without ``end``."""

    start: Moment
    end: Moment | None = None
    room: Id | None = None
    hours_confirmed: Flag = False
    busy_override: Place = ""
    room_reason: Reason = ""


class CancelIn(VersionIn):
    """Who calls it off, and why: about the situation, never about a person."""

    by: Literal["us", "partner"]
    reason: Annotated[Text, limit(300)] = ""


class WishIn(Strict):
    """Another time: an instant, or words."""

    start: Moment | None = None
    end: Moment | None = None
    text: Annotated[Text, limit(300)] = ""


Wishes = Annotated[list[WishIn | Annotated[Text, limit(300)]], Field(max_length=20)]


class AnswerIn(Strict):
    """What an addressee said, taken down by a colleague. ``state`` is another name of ``answer``.

    Without ``invitation`` or ``contact`` the only partner who is invited is meant.
    """

    answer: Answered | None = None
    state: Answered | None = None
    channel: AnswerChannel = AnswerChannel.PHONE
    invitation: Id | None = None
    contact: Id | None = None
    size_band: SizeBand | None = None
    comment: Annotated[Text, limit(1000)] = ""
    proposals: Wishes = Field(default_factory=list)


class FollowUpIn(VersionIn):
    """What came of the visit. Only the number is always needed; a judgement where any came."""

    attendance: Count
    judgement: Judgement | None = None
    outcome: Outcome | None = None
    worked: Words = Field(default_factory=list)
    did_not_work: Words = Field(default_factory=list)
    note: Annotated[Text, limit(2000)] = ""
    interests: Words = Field(default_factory=list)
    barriers: Annotated[list[BarrierKind], Field(max_length=10)] = Field(default_factory=list)
    mission: Mission = Mission.OURS
    handover_topic: Short = ""
    handover_receiver: ReceiverKind | None = None
    next_step: Place = ""
    next_step_due: Day | None = None
    next_start: Moment | None = None
    next_programme: Id | None = None
    next_send: Flag = False
    idempotency_key: Key | None = None


class FeedIn(Strict):
    """A calendar address: of one's own visits, or of the room, library or contact given."""

    scope: FeedScope
    level: FeedLevel = FeedLevel.NEUTRAL
    name: Short = ""
    room: Id | None = None
    library: Id | None = None
    contact: Id | None = None
    host: Id | None = None
    programme: Id | None = None
