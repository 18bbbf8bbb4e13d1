"""States and the written tables of their transitions (ARCHITECTURE.md, "Words and states")."""

from enum import StrEnum


class BookingKind(StrEnum):
    """What a booking is. The first two carry a visit's details."""

    STUDY_VISIT = "study_visit"
    OUTREACH_VISIT = "outreach_visit"
    MEETING = "meeting"
    TRAINING = "training"
    ABSENCE = "absence"


VISIT_KINDS = (BookingKind.STUDY_VISIT, BookingKind.OUTREACH_VISIT)


class VisitState(StrEnum):
    """Where a visit stands."""

    DRAFT = "draft"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    HELD = "held"
    PARTLY_HELD = "partly_held"
    NONE_CAME = "none_came"
    CANCELLED_BY_PARTNER = "cancelled_by_partner"
    CANCELLED_BY_US = "cancelled_by_us"


class VisitEvent(StrEnum):
    """What can happen to a visit."""

    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    MOVE = "move"
    CANCEL_BY_US = "cancel_by_us"
    CANCEL_BY_PARTNER = "cancel_by_partner"
    HOLD = "hold"
    HOLD_PARTLY = "hold_partly"
    NONE_CAME = "none_came"


_S, _E = VisitState, VisitEvent
_OUTCOMES = {_E.HOLD: _S.HELD, _E.HOLD_PARTLY: _S.PARTLY_HELD, _E.NONE_CAME: _S.NONE_CAME}
_OPEN = {
    _E.CANCEL_BY_US: _S.CANCELLED_BY_US,
    _E.CANCEL_BY_PARTNER: _S.CANCELLED_BY_PARTNER,
    **_OUTCOMES,
}

#: The whole table: state -> event -> next state. What is not here is refused.
VISIT_TRANSITIONS: dict[VisitState, dict[VisitEvent, VisitState]] = {
    # A draft whose day has passed may have been held all the same: agreed by word of mouth.
    _S.DRAFT: {
        _E.OFFER: _S.OFFERED,
        _E.MOVE: _S.DRAFT,
        _E.CANCEL_BY_US: _S.CANCELLED_BY_US,
        **_OUTCOMES,
    },
    _S.OFFERED: {
        _E.ACCEPT: _S.CONFIRMED,
        _E.DECLINE: _S.DECLINED,
        _E.MOVE: _S.OFFERED,
        **_OPEN,
    },
    _S.CONFIRMED: {
        _E.ACCEPT: _S.CONFIRMED,
        _E.DECLINE: _S.CANCELLED_BY_PARTNER,
        _E.MOVE: _S.OFFERED,
        **_OPEN,
    },
    # A no can become a yes again, as long as the time is still free.
    _S.DECLINED: {
        _E.ACCEPT: _S.CONFIRMED,
        _E.MOVE: _S.OFFERED,
        _E.CANCEL_BY_US: _S.CANCELLED_BY_US,
    },
    _S.CANCELLED_BY_PARTNER: {_E.ACCEPT: _S.CONFIRMED, _E.MOVE: _S.OFFERED},
    _S.CANCELLED_BY_US: {},
    # A correction of the follow-up may change what came of it.
    _S.HELD: dict(_OUTCOMES),
    _S.PARTLY_HELD: dict(_OUTCOMES),
    _S.NONE_CAME: dict(_OUTCOMES),
}

#: The visit's time is (or was) promised: its allocations stand.
OCCUPYING = frozenset({_S.DRAFT, _S.OFFERED, _S.CONFIRMED, _S.HELD, _S.PARTLY_HELD, _S.NONE_CAME})
OPEN_STATES = frozenset({_S.DRAFT, _S.OFFERED, _S.CONFIRMED})
OUTCOME_STATES = frozenset(_OUTCOMES.values())
CAME_STATES = frozenset({_S.HELD, _S.PARTLY_HELD})
CALLED_OFF = frozenset({_S.DECLINED, _S.CANCELLED_BY_PARTNER, _S.CANCELLED_BY_US})


def next_state(state: VisitState, event: VisitEvent) -> VisitState | None:
    """The state after ``event``, or None where the table does not allow it."""
    return VISIT_TRANSITIONS[state].get(event)


class InvitationState(StrEnum):
    """What an invited contact or colleague has said."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTERED = "countered"
    DELEGATED = "delegated"
    WITHDRAWN = "withdrawn"


class AnswerChannel(StrEnum):
    """How an answer came."""

    LINK = "link"
    SMS_LINK = "sms_link"
    MAIL = "mail"
    PHONE = "phone"
    SMS = "sms"
    IN_PERSON = "in_person"


class DelegationDecision(StrEnum):
    """What we did about a colleague whom a contact named in their place."""

    INVITED = "invited"
    IGNORED = "ignored"


class ProposalState(StrEnum):
    """What became of another time that a partner wished for."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CLOSED = "closed"


class OfferState(StrEnum):
    """What became of an offered time, or of a slot offered on."""

    OPEN = "open"
    CHOSEN = "chosen"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class MessageKind(StrEnum):
    """Why a message was written."""

    REQUEST = "request"
    UPDATE = "update"
    CANCEL = "cancel"
    REMINDER = "reminder"
    #: Asked once more for an answer; words only, as a reminder is.
    NUDGE = "nudge"
    #: A counterproposal was declined (iTIP DECLINECOUNTER); the time stands.
    DECLINE = "decline"
    #: Times to choose among; it has no calendar part, the REQUEST follows the choice.
    OFFER = "offer"
    CHOSEN = "chosen"
    #: The slot that several were asked about went to somebody else.
    TAKEN = "taken"
    #: All dates of a series: with its rule as the calendar part where it is regular.
    SERIES = "series"
    SERIES_END = "ser_end"
    #: A colleague has taken the visit over: this addressee alone is not invited any more.
    PASSED = "passed"

    #: The link to the answer page once more, as a text, because a colleague sent it.
    LINK = "link"
    #: The one word back to an answer that came as a text.
    RECEIPT = "receipt"


class MessageChannel(StrEnum):
    """How a message leaves."""

    MAIL = "mail"
    SMS = "sms"


class MessageState(StrEnum):
    """Where an outgoing message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    #: No mail server is set: it stays in Utskick, to be read there.
    KEPT = "kept"
    #: It did not arrive. A person decides, unless ``decided_at`` says that somebody has.
    FAILED = "failed"
    SUPERSEDED = "superseded"
    #: Its words went along in another message to the same addressee, its ``carrier``.
    BUNDLED = "bundled"
    #: It did not arrive, and a colleague has said it by phone.
    TOLD = "told"


class Fault(StrEnum):
    """What is in the way of a message, by what is to be done about it."""

    #: Nobody answers, or our own server takes nothing from us: it goes when the line is back.
    AWAY = "away"
    #: 4xx for this message, or the line broke while it was sent: again, later each time.
    LATER = "later"
    #: 5xx for this message: a person decides.
    REFUSED = "refused"
    #: Taken, and sent back afterwards: a person decides.
    BOUNCED = "bounced"
    #: The addressee has had as many automatic messages today as the house sends.
    CAPPED = "capped"


#: A message in one of these may have reached its addressee.
LEFT_THE_HOUSE = frozenset({MessageState.SENDING, MessageState.SENT, MessageState.KEPT})


class Judgement(StrEnum):
    """How it went, in the eyes of those who were there: another thing than the state."""

    SUCCESS = "success"
    PARTIAL = "partial"
    LESS_SUCCESSFUL = "less_successful"
    TOO_EARLY = "too_early"


class Mission(StrEnum):
    """Was this the library's mission? (DOMAIN.md F11)."""

    OURS = "ours"
    SHARED = "shared"
    HANDED_OVER = "handed_over"


class ReceiverKind(StrEnum):
    """To what kind of actor something was handed over; never who it was about."""

    SOCIAL_SERVICES = "social_services"
    HEALTH_CARE = "health_care"
    POLICE = "police"
    MUNICIPALITY = "municipality"
    EMPLOYMENT = "employment"
    CIVIL_SOCIETY = "civil_society"
    OTHER = "other"
