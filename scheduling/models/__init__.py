"""The rows of WHEN."""

from scheduling.models.allocation import Allocation
from scheduling.models.booking import Booking, Visit
from scheduling.models.constraints import NoOverlap
from scheduling.models.effort import Analysis, Decision, Effort, EffortKind, TrainingSession
from scheduling.models.feed import Feed, FeedBlock, FeedLevel, FeedScope, FeedVariant
from scheduling.models.followup import (
    BoundaryCase,
    FollowUp,
    Handover,
    Interest,
    InterestSignal,
    SignalSource,
)
from scheduling.models.hosting import (
    AvoidTime,
    BusyInterval,
    OwnCalendar,
    WorkingDay,
    WorkingHours,
)
from scheduling.models.invitation import Answer, Invitation, Proposal
from scheduling.models.message import CallTask, Message
from scheduling.models.place import (
    CalmTime,
    Closure,
    Host,
    Library,
    OpeningHours,
    Resource,
    ResourceKind,
    Room,
)
from scheduling.models.programme import Programme
from scheduling.models.words import (
    DIET_LABELS,
    INTERPRETER_STATE_LABELS,
    OWN_CALENDAR_MODE_LABELS,
    ROOM_FEATURE_LABELS,
    SIDE_LABELS,
    TRAVEL_LABELS,
    Diet,
    InterpreterState,
    OwnCalendarMode,
    RoomFeature,
    Side,
    Travel,
)

__all__ = [
    "DIET_LABELS",
    "INTERPRETER_STATE_LABELS",
    "OWN_CALENDAR_MODE_LABELS",
    "ROOM_FEATURE_LABELS",
    "SIDE_LABELS",
    "TRAVEL_LABELS",
    "Allocation",
    "Analysis",
    "Answer",
    "AvoidTime",
    "Booking",
    "BoundaryCase",
    "BusyInterval",
    "CallTask",
    "CalmTime",
    "Closure",
    "Decision",
    "Diet",
    "Effort",
    "EffortKind",
    "Feed",
    "FeedBlock",
    "FeedLevel",
    "FeedScope",
    "FeedVariant",
    "FollowUp",
    "Handover",
    "Host",
    "Interest",
    "InterestSignal",
    "InterpreterState",
    "Invitation",
    "Library",
    "Message",
    "NoOverlap",
    "OpeningHours",
    "OwnCalendar",
    "OwnCalendarMode",
    "Programme",
    "Proposal",
    "Resource",
    "ResourceKind",
    "Room",
    "RoomFeature",
    "Side",
    "SignalSource",
    "TrainingSession",
    "Travel",
    "Visit",
    "WorkingDay",
    "WorkingHours",
]
