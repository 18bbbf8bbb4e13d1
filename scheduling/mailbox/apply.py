"""Bring an answer to its invitation: who, whether it counts, and then the one door of answers.

Everything here runs inside the transaction of ``receive``. Nothing in a mail changes the visit's
time, place, title or guests: only what one addressee said (ICAL.md B6, B8, B14).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from core import screening
from core.errors import Clash, IllegalTransition, Invalid
from scheduling import snapshots
from scheduling.booking import series, services
from scheduling.calendars.answers import Answer, AnswerItem, Method
from scheduling.mailbox import match, refreshing, standing, trust
from scheduling.mailbox.match import Order, Ruling, Signals
from scheduling.mailbox.outcome import Said, strongest
from scheduling.mailbox.reading import Letter
from scheduling.models import (
    IncomingAnswer,
    IncomingMail,
    Invitation,
    MailAction,
    Proposal,
    SeriesInvitation,
)
from scheduling.states import (
    AnswerChannel,
    InvitationState,
    ProposalState,
)

STATES = {
    "ACCEPTED": InvitationState.ACCEPTED,
    "DECLINED": InvitationState.DECLINED,
    "TENTATIVE": InvitationState.TENTATIVE,
}
#: A date answered on its own keeps its answer when the whole series is answered (ICAL.md B8).
OWN_ANSWER = "own_answer"
_ORDER_WORDS = {Order.STALE: "stale", Order.OLDER: "older", Order.REPEATED: "duplicate"}


@dataclass(frozen=True, slots=True)
class Case:
    """One mail's answer and the invitation of its UID. ``vouched``: a person says who wrote."""

    mail: IncomingMail
    letter: Letter
    answer: Answer
    invitation: Invitation
    now: datetime
    vouched: bool = False

    @property
    def series(self) -> SeriesInvitation | None:
        """The series whose UID the answer names; None where it is about one visit."""
        row = snapshots.series_invitation(self.invitation)
        return row if row is not None and row.ical_uid == self.answer.uid else None


def addressed(uid: str) -> Invitation | None:
    """The invitation whose calendar entry an answer is about; of a series the first date's."""
    rows = Invitation.objects.select_related("booking__series", "contact", "host__user")
    found = rows.filter(ical_uid=uid).first()
    if found is None:
        whole = SeriesInvitation.objects.filter(ical_uid=uid).first()
        found = series.invitations_of(whole)[0] if whole is not None else None
    return found


def dates_of(case: Case, recurrence_id: datetime | None) -> list[Invitation]:
    """The invitations of the dates that an item is about; none where it names no date of ours.

    A single visit has one date: its own start. Without ``recurrence_id`` it is the whole: of a
    series every date that an answer still counts for, or the first where none is left.
    """
    whole = case.series
    if whole is None:
        own = recurrence_id in {None, case.invitation.booking.start}
        return [case.invitation] if own else []
    rows = series.invitations_of(whole)
    if recurrence_id is not None:
        booking = series.find_instance(whole, recurrence_id)
        return [row for row in rows if row.booking == booking]
    return [row for row in rows if not standing.closed(row, case.now)] or rows[:1]


def apply_answer(case: Case) -> tuple[Said, ...]:
    """Take each item, the oldest first, and keep its history; returns what was done with each.

    Of those written together the whole comes before its single dates.
    """
    items = sorted(
        _of_the_invited(case), key=lambda item: (item.stamp, item.recurrence_id is not None)
    )
    return tuple(_apply(case, item) for item in items)


def _of_the_invited(case: Case) -> list[AnswerItem]:
    """The items, without other addresses beside the invited one that say just the same.

    Some programs list one person twice, with an alias (ICAL.md C "in general").
    """
    known = known_addresses(case.invitation)
    invited = {
        (item.recurrence_id, item.partstat)
        for item in case.answer.items
        if item.attendee in known and not item.doubts
    }
    return [
        item
        for item in case.answer.items
        if item.attendee in known or (item.recurrence_id, item.partstat) not in invited
    ]


def _apply(case: Case, item: AnswerItem) -> Said:
    """Of the dates of a whole series the strongest is told; each keeps its own."""
    item = replace(item, comment=screening.mask(item.comment))
    dates = dates_of(case, item.recurrence_id)
    if not dates:
        unknown = _said(case, item, MailAction.REVIEW, "unknown_instance")
        return _keep(case, unknown, case.invitation)
    whole = case.series is not None and item.recurrence_id is None
    if whole and case.answer.method is Method.COUNTER:
        # A wish for the whole series is no single time that could be tried.
        wish = _said(case, item, MailAction.REVIEW, "series_counter")
        return _keep(case, wish, case.invitation)
    if case.answer.method is Method.REFRESH and case.series is not None:
        alone = item.recurrence_id is not None
        dates = [refreshing.asked_for(case.series, dates, alone=alone)]
    return strongest([_keep(case, _take(case, item, row), row) for row in dates])


def _take(case: Case, item: AnswerItem, invitation: Invitation) -> Said:
    objection = _objection(case, item, invitation)
    if objection is not None:
        return _said(case, item, *objection)
    whole = case.series is not None and item.recurrence_id is None
    if whole and case.answer.method is Method.REPLY and standing.has_own_answer(invitation):
        return _said(case, item, MailAction.IGNORED, OWN_ANSWER)
    if case.answer.method is Method.REFRESH:
        return _said(case, item, *refreshing.refresh(invitation, now=case.now))
    marked = _answered_as(case, item, invitation)
    return replace(_in_order(case, item, invitation), answered_as=marked)


def _objection(
    case: Case, item: AnswerItem, invitation: Invitation
) -> tuple[MailAction, str] | None:
    """Why the item is not applied, whenever it was written; None where it may be."""
    method = case.answer.method
    closed = standing.closed(invitation, case.now)
    if method is Method.REFRESH and case.series is not None:
        rows = series.invitations_of(case.series)
        closed = closed if all(standing.closed(row, case.now) == "over" for row in rows) else ""
    if closed and (method is not Method.REFRESH or closed == "over"):
        return MailAction.IGNORED, closed
    if not case.vouched:
        signals = _signals(case, item, invitation)
        if match.who_may_answer(signals) is Ruling.REVIEW:
            return MailAction.REVIEW, _why(signals, item)
    if item.doubts:
        return MailAction.REVIEW, item.doubts[0].value
    if method is Method.REPLY and item.partstat not in STATES:
        delegated = item.partstat == "DELEGATED"
        return (MailAction.REVIEW, "delegated") if delegated else (MailAction.IGNORED, "no_answer")
    return None


# --- Who answers ---------------------------------------------------------------------------------
def known_addresses(invitation: Invitation) -> frozenset[str]:
    """The address on file, and those our mails to this addressee went to."""
    sent = invitation.messages.values_list("recipient", flat=True)
    return frozenset(address.lower() for address in (invitation.email, *sent) if address)


def _signals(case: Case, item: AnswerItem, invitation: Invitation) -> Signals:
    style = settings.MAIL_TAG_STYLE
    found = trust.tags_in(case.letter.recipients, settings.MAIL_FROM, style)
    # Where a client keeps ORGANIZER it holds the tag too, whatever became of the mail's address.
    found = found or trust.tags_in((case.answer.organizer,), settings.MAIL_FROM, style)
    return Signals(
        tag=match.whose_tag(found, invitation.mail_tag),
        authenticated=case.mail.authenticated and case.letter.sender == invitation.email.lower(),
        named=not item.attendee or item.attendee in known_addresses(invitation),
    )


def _why(signals: Signals, item: AnswerItem) -> str:
    if signals.tag is match.Tag.OTHER:
        return "other_tag"
    if not signals.named:
        return "delegate" if item.delegated_from else "other_attendee"
    return "not_authenticated"


def _answered_as(case: Case, item: AnswerItem, invitation: Invitation) -> str:
    """The address that is not the invited one, of those the answer shows; "" where all agree."""
    known = known_addresses(invitation)
    shown = (item.attendee, case.letter.sender)
    return screening.mask(
        next((address for address in shown if address and address not in known), "")
    )


# --- Whether it counts ---------------------------------------------------------------------------
def _in_order(case: Case, item: AnswerItem, invitation: Invitation) -> Said:
    method = case.answer.method
    current, significant = _sequences(case, invitation)
    ordered = match.order(
        sequence=item.sequence,
        stamp=min(item.stamp, case.now),
        says=standing.says(
            method.value,
            item.stamp,
            item.partstat,
            item.comment,
            item.proposed_start,
            item.proposed_end,
        ),
        current=current,
        significant=significant,
        held=standing.held(invitation),
    )
    if ordered is Order.NEWER:
        return _answer(case, item, invitation)
    if ordered is Order.STALE and method is Method.COUNTER:
        return _outdated(case, item, invitation)
    return _said(case, item, MailAction.IGNORED, _ORDER_WORDS[ordered])


def _sequences(case: Case, invitation: Invitation) -> tuple[int, int]:
    """SEQUENCE now, and at the last change that counts; a date's own or that of its series."""
    whole = case.series
    if whole is None:
        return invitation.sequence, invitation.significant_sequence
    return (
        max(invitation.sequence, whole.sequence),
        max(invitation.significant_sequence, whole.significant_sequence),
    )


# --- What it does --------------------------------------------------------------------------------
def _answer(case: Case, item: AnswerItem, invitation: Invitation) -> Said:
    counter = case.answer.method is Method.COUNTER
    wishes = (services.Wish(start=item.proposed_start, end=item.proposed_end),) if counter else ()
    reply = services.Reply(
        state=InvitationState.COUNTERED if counter else STATES[item.partstat],
        channel=AnswerChannel.MAIL,
        comment=item.comment,
        wishes=wishes,
    )
    try:
        services.answer(invitation=invitation, reply=reply, now=case.now)
    except Clash:
        return _said(case, item, MailAction.REVIEW, "clash")
    except Invalid:
        return _said(case, item, MailAction.REVIEW, "unusable_time")
    except IllegalTransition:
        return _said(case, item, MailAction.IGNORED, "over")
    if counter:
        open_ones = invitation.proposals.filter(state=ProposalState.OPEN.value)
        open_ones.update(based_on=_given(case, item, invitation))
        return _said(case, item, MailAction.COUNTER)
    return _said(case, item, MailAction.REPLY)


def _outdated(case: Case, item: AnswerItem, invitation: Invitation) -> Said:
    """A wish for another time, made before the time was changed: kept and marked, no answer."""
    if item.proposed_start is None or item.proposed_start < case.now:
        return _said(case, item, MailAction.IGNORED, "stale")
    newer = invitation.proposals.filter(state=ProposalState.OPEN.value).exists()
    Proposal.objects.create(
        invitation=invitation,
        start=item.proposed_start,
        end=item.proposed_end,
        state=(ProposalState.CLOSED if newer else ProposalState.OPEN).value,
        created_at=case.now,
        based_on=_given(case, item, invitation),
    )
    return _said(case, item, MailAction.COUNTER, "outdated")


def _given(case: Case, item: AnswerItem, invitation: Invitation) -> int:
    """SEQUENCE as it counts: a missing one is the present one, and none is beyond it (B7)."""
    now, _significant = _sequences(case, invitation)
    return now if item.sequence is None else min(item.sequence, now)


def _said(case: Case, item: AnswerItem, action: MailAction, reason: str = "") -> Said:
    return Said(
        action=action,
        reason=reason,
        method=case.answer.method.value,
        attendee=screening.mask(item.attendee or case.invitation.email.lower()),
        partstat=item.partstat,
        comment=item.comment,
        recurrence_id=item.recurrence_id,
        proposed_start=item.proposed_start,
        proposed_end=item.proposed_end,
        sequence=_given(case, item, case.invitation),
        stamp=item.stamp,
    )


def _keep(case: Case, said: Said, invitation: Invitation) -> Said:
    IncomingAnswer.objects.create(
        mail=case.mail,
        invitation=invitation,
        method=said.method,
        at=case.now,
        sequence=said.sequence,
        stamp=said.stamp or case.now,
        attendee=said.attendee,
        partstat=said.partstat,
        comment=said.comment,
        recurrence_id=said.recurrence_id,
        proposed_start=said.proposed_start,
        proposed_end=said.proposed_end,
        answered_as=said.answered_as,
        action=said.action.value,
        reason=said.reason,
    )
    return said
