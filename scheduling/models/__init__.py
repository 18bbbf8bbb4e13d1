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
from scheduling.models.invitation import Answer, Invitation, Proposal
from scheduling.models.mail import (
    Bounce,
    IncomingAnswer,
    IncomingMail,
    MailAction,
    MailDecision,
)
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
from scheduling.models.report import FileState, ReportFile, ReportSummary
from scheduling.models.retention import RetentionRule, RetentionRun

__all__ = [
    "Allocation",
    "Analysis",
    "Answer",
    "Booking",
    "Bounce",
    "BoundaryCase",
    "CallTask",
    "CalmTime",
    "Closure",
    "Decision",
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
    "Invitation",
    "Library",
    "MailAction",
    "MailDecision",
    "Message",
    "NoOverlap",
    "OpeningHours",
    "Programme",
    "Proposal",
    "ReportFile",
    "ReportSummary",
    "Resource",
    "ResourceKind",
    "RetentionRule",
    "RetentionRun",
    "Room",
    "SignalSource",
    "TrainingSession",
    "Visit",
]
