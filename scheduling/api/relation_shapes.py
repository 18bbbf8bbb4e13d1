"""What the relation's requests may say, and what they answer."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from partners.models import ChannelKind, Stage, Way
from scheduling.api.common import Page
from scheduling.api.fields import Day, Flag, Id, Moment, Number, QueryId, Strict, Text, limit
from scheduling.insight.rhythm import Rhythm
from scheduling.models import Decision, EffortKind
from scheduling.states import Judgement

Line = Annotated[Text, limit(200)]
Name = Annotated[Text, limit(80)]
Offer = Annotated[Text, limit(500)]
Short = Annotated[Text, limit(120)]


class ChannelPatch(Strict):
    """What can be changed of a channel; what is left out stays."""

    name: Name = ""
    kind: ChannelKind = ChannelKind.OTHER
    helps_with: Line = ""
    reach: Line = ""
    role_phone: Annotated[Text, limit(40)] = Field("", description="A role's number, any form.")
    at_desk: Flag = False
    contact: Id | None = None
    next_contact_on: Day | None = None


class ChannelIn(ChannelPatch):
    """A new channel."""

    organisation: Id
    name: Name


class ChannelBody(BaseModel):
    """A channel. It stands for a role; ``contact`` is who is written to."""

    id: int
    organisation: int
    contact: int | None
    name: str
    kind: ChannelKind
    helps_with: str
    reach: str
    role_phone: str
    at_desk: bool
    next_contact_on: date | None
    last_contact: str | None
    silent: bool
    archived: bool


class ChannelQuery(Page):
    """Filters of the channels."""

    kind: ChannelKind | None = None
    organisation: QueryId | None = None
    archived: bool = False


class AgreementPatch(Strict):
    """What can be changed of an agreement."""

    since: Day | None = None
    we_offer: Offer = ""
    they_offer: Offer = ""


class AgreementIn(AgreementPatch):
    """A new agreement."""

    organisation: Id
    since: Day


class AgreementBody(BaseModel):
    """What both sides offer."""

    id: int
    organisation: int
    we_offer: str
    they_offer: str
    since: date
    reviewed_on: date | None
    review_by: date
    ended_on: date | None


class OfOrganisation(Page):
    """A list, perhaps of one organisation."""

    organisation: QueryId | None = None


class LogIn(Strict):
    """We were in touch; about the relation, never about persons."""

    organisation: Id
    way: Way
    line: Line = ""
    group: Id | None = None
    channel: Id | None = None
    at: Moment | None = None


class LogBody(BaseModel):
    """One entry of the contact log; ``line`` is null for the manager."""

    id: int
    organisation: int
    group: int | None
    channel: int | None
    way: Way
    at: str
    line: str | None
    by: int | None


class StepIn(Strict):
    """The next agreed step; its owner is the caller unless told."""

    organisation: Id
    text: Line
    due: Day
    owner: Id | None = None
    group: Id | None = None
    channel: Id | None = None


class StepMove(Strict):
    """Another day."""

    due: Day


class StepBody(BaseModel):
    """An agreed step; ``text`` is null for the manager."""

    id: int
    organisation: int
    group: int | None
    channel: int | None
    text: str | None
    due: date
    owner: int
    done_at: str | None


class StageIn(Strict):
    """A stage set by hand, until a day (included) or until events are followed again."""

    stage: Stage
    until: Day | None = None


class StageBody(BaseModel):
    """Where a relation stands and why; ``stage`` is null where nothing has happened."""

    organisation: int
    stage: Stage | None
    reason: str
    by_hand: bool
    derived: Stage | None
    derived_reason: str


class RhythmBody(BaseModel):
    """A group under its alias, and its rhythm with the reason."""

    id: int
    alias: str
    organisation: int
    rhythm: Rhythm
    reason: str
    last: date | None
    next: date | None


class QuietBody(BaseModel):
    """An organisation and when it was last heard of."""

    organisation: int
    name: str
    last: date | None


class QuietQuery(Page):
    """How many days count as quiet."""

    days: Annotated[int, Field(ge=1, le=3650)] = 90


class AbsenceIn(Strict):
    """Away on these days (included); the caller unless ``person`` is told."""

    stand_in: Id
    first_day: Day
    last_day: Day
    person: Id | None = None


class AbsenceBody(BaseModel):
    """An absence and who stands in. Why is not known here."""

    id: int
    person: int
    stand_in: int
    first_day: date
    last_day: date
    ended: bool
    visits_without_host: list[int]


class EffortPatch(Strict):
    """What can be changed of an effort."""

    what: Short = ""
    kind: EffortKind = EffortKind.ONE_OFF
    starts_on: Day | None = None
    ends_on: Day | None = None
    why: Annotated[Text, limit(300)] = ""
    for_whom: Short = ""
    place: Short = ""
    met_about: Annotated[Number, Field(ge=0, le=5000)] | None = None
    hours: Annotated[Number, Field(ge=0, le=2000)] | None = None
    cost: Annotated[Number, Field(ge=0, le=10_000_000)] | None = Field(
        None, description="Whole kronor."
    )
    judgement: Judgement = Judgement.TOO_EARLY
    lesson: Offer = ""
    decision: Decision | None = None
    interests: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)
    bookings: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)


class EffortIn(EffortPatch):
    """A new effort; an open or outdoor one needs no group."""

    what: Short
    starts_on: Day


class EffortBody(BaseModel):
    """An effort. ``met_about`` is about how many were met, never who."""

    id: int
    what: str
    kind: EffortKind
    starts_on: date
    ends_on: date | None
    why: str
    for_whom: str
    place: str
    met_about: int | None
    hours: int | None
    cost: int | None
    judgement: Judgement
    lesson: str
    decision: str
    interests: list[int]
    bookings: list[int]
