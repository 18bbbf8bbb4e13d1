"""Where an invitation stands: whether an answer still counts, and which one is held."""

from datetime import datetime

from scheduling.mailbox.match import Held
from scheduling.models import IncomingAnswer, Invitation, MailAction
from scheduling.states import (
    OUTCOME_STATES,
    AnswerChannel,
    InvitationState,
    MessageKind,
    VisitState,
)

_APPLIED = [MailAction.REPLY.value, MailAction.COUNTER.value]


def closed(invitation: Invitation, now: datetime) -> str:
    """Why no answer counts any more; "" where one does (ICAL.md B15)."""
    booking = invitation.booking
    if booking.status is VisitState.CANCELLED_BY_US or _was_called_off(invitation):
        return "cancelled"
    if invitation.status is InvitationState.WITHDRAWN:
        return "withdrawn"
    if booking.status in OUTCOME_STATES or booking.start <= now:
        return "over"
    return "not_sent" if booking.status is VisitState.DRAFT else ""


def _was_called_off(invitation: Invitation) -> bool:
    """By staff in the partner's name, who was told so: no mail brings the visit back."""
    if invitation.booking.status is not VisitState.CANCELLED_BY_PARTNER:
        return False
    told = invitation.messages.filter(significant=True).order_by("-pk").first()
    return told is not None and told.kind == MessageKind.CANCEL.value


def says(
    method: str, stamp: datetime, partstat: str, comment: str, *proposed: datetime | None
) -> tuple[object, ...]:
    """What an answer says, to compare it with another."""
    return (method, stamp, partstat, comment, *proposed)


def _newest(invitation: Invitation) -> IncomingAnswer | None:
    return invitation.mail_answers.filter(action__in=_APPLIED).order_by("-pk").first()


def has_own_answer(invitation: Invitation) -> bool:
    """Whether the date's present answer came by mail and for that date alone (ICAL.md B8)."""
    row = _newest(invitation)
    return (
        row is not None
        and row.recurrence_id is not None
        and (row.sequence or 0) >= invitation.significant_sequence
        and invitation.channel == AnswerChannel.MAIL.value
    )


def held(invitation: Invitation) -> Held | None:
    """The answer held, whichever way it came. A clock that is ahead locks nobody out."""
    found: list[Held] = []
    row = _newest(invitation)
    if row is not None:
        said = says(
            row.method, row.stamp, row.partstat, row.comment, row.proposed_start, row.proposed_end
        )
        found.append(Held(row.sequence or 0, min(row.stamp, row.at), said))
    if invitation.answered_at and invitation.channel != AnswerChannel.MAIL.value:
        found.append(Held(invitation.sequence, invitation.answered_at, None))
    return max(found, key=lambda one: (one.sequence, one.stamp), default=None)
