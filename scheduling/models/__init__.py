"""The rows of WHEN."""

from scheduling.models.allocation import Allocation
from scheduling.models.booking import Booking, Visit
from scheduling.models.constraints import NoOverlap
from scheduling.models.effort import Analysis, Decision, Effort, EffortKind, TrainingSession
from scheduling.models.feed import (
    Feed,
    FeedBlock,
    FeedCalendar,
    FeedLevel,
    FeedPlace,
    FeedScope,
    FeedSegment,
    FeedVariant,
)
from scheduling.models.followup import (
    BoundaryCase,
    FollowUp,
    FollowUpDraft,
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
from scheduling.models.mail import (
    Bounce,
    IncomingAnswer,
    IncomingMail,
    MailAction,
    MailDecision,
)
from scheduling.models.message import CallTask, Message
from scheduling.models.offer import OfferedTime, SlotOffer
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
from scheduling.models.report import FileState, ReportFile, ReportSummary
from scheduling.models.retention import RetentionRule, RetentionRun
from scheduling.models.series import Series, SeriesInvitation
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
    "Bounce",
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
    "FeedCalendar",
    "FeedLevel",
    "FeedPlace",
    "FeedScope",
    "FeedSegment",
    "FeedVariant",
    "FileState",
    "FollowUp",
    "FollowUpDraft",
    "Handover",
    "Host",
    "IncomingAnswer",
    "IncomingMail",
    "Interest",
    "InterestSignal",
    "InterpreterState",
    "Invitation",
    "Library",
    "MailAction",
    "MailDecision",
    "Message",
    "NoOverlap",
    "OfferedTime",
    "OpeningHours",
    "OwnCalendar",
    "OwnCalendarMode",
    "Programme",
    "Proposal",
    "ReportFile",
    "ReportSummary",
    "Resource",
    "ResourceKind",
    "RetentionRule",
    "RetentionRun",
    "Room",
    "RoomFeature",
    "Series",
    "SeriesInvitation",
    "Side",
    "SignalSource",
    "SlotOffer",
    "TrainingSession",
    "Travel",
    "Visit",
    "WorkingDay",
    "WorkingHours",
]
