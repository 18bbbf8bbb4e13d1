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
from scheduling.models.invitation import Answer, Invitation, Proposal
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
from scheduling.models.series import Series, SeriesInvitation

__all__ = [
    "Allocation",
    "Analysis",
    "Answer",
    "Booking",
    "BoundaryCase",
    "CallTask",
    "CalmTime",
    "Closure",
    "Decision",
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
    "Invitation",
    "Library",
    "Message",
    "NoOverlap",
    "OfferedTime",
    "OpeningHours",
    "Programme",
    "Proposal",
    "Resource",
    "ResourceKind",
    "Room",
    "Series",
    "SeriesInvitation",
    "SignalSource",
    "SlotOffer",
    "TrainingSession",
    "Visit",
]
