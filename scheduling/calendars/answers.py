"""What an incoming answer says, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """The only methods an organizer takes from an attendee (ICAL.md B14)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


class Doubt(StrEnum):
    """Why a person must look at an item before it is applied."""

    OCCURRENCE_UNCLEAR = "occurrence_unclear"  # RECURRENCE-ID without a certain instant
    OCCURRENCE_RANGE = "occurrence_range"  # RANGE=THISANDFUTURE
    PROPOSAL_UNCLEAR = "proposal_unclear"  # COUNTER without a certain start and end
    UNKNOWN_PARTSTAT = "unknown_partstat"
    SEVERAL_ATTENDEES = "several_attendees"  # different people answer differently in one event
    CONTRADICTION = "contradiction"  # one person says two things of one date at one instant


@dataclass(frozen=True, slots=True)
class AnswerItem:
    """What one attendee says about a whole series or event, or about one occurrence.

    `sequence` is None if missing or broken: take the current one. `stamp` is UTC and never later
    than a day after receipt. `attendee` is lower case, "" if missing. `partstat` is one of
    ACCEPTED, DECLINED, TENTATIVE, DELEGATED, or "" for no answer. `recurrence_id` is the UTC
    instant of the occurrence; None means the whole unless `doubts` says it is unclear. The
    proposal (UTC) is set by COUNTER only. All text is foreign: cleaned, but to be escaped.
    """

    sequence: int | None
    stamp: datetime
    attendee: str
    partstat: str
    comment: str = ""
    recurrence_id: datetime | None = None
    proposed_start: datetime | None = None
    proposed_end: datetime | None = None
    delegated_to: str = ""
    delegated_from: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One calendar object: a method, one UID, and an item for each occurrence and attendee.

    ``organizer`` is the address it answers to, lower case; "" where it is missing, as in Outlook's.
    """

    method: Method
    uid: str
    items: tuple[AnswerItem, ...]
    organizer: str = ""
