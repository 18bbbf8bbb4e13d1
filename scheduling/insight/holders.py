"""Vem har vad: what each addressee has been sent, has answered, and may still believe.

A calendar that answers about an old version has the old version; so has one whose news is still
here, or came back. Then somebody must call, and the page says so.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from django.db.models import Q

from core import swedish
from scheduling.models import (
    Answer,
    Booking,
    Bounce,
    Feed,
    IncomingAnswer,
    Invitation,
    MailAction,
    Message,
)
from scheduling.states import MessageKind, MessageState

_LEFT = frozenset({MessageState.SENT, MessageState.KEPT})
_NEWS = frozenset(MessageKind) - {
    *(MessageKind.REMINDER, MessageKind.NUDGE, MessageKind.DECLINE),
    *(MessageKind.LINK, MessageKind.RECEIPT),
}
_ENDS = frozenset({MessageKind.CANCEL, MessageKind.TAKEN, MessageKind.SERIES_END})
#: As we write it ourselves: UTC, or the wall time of Stockholm in a series.
_START = re.compile(
    rb"BEGIN:VEVENT.*?\r\nDTSTART(?:;TZID=Europe/Stockholm)?:(\d{8}T\d{6})(Z?)", re.DOTALL
)


R = TypeVar("R", Message, Answer, IncomingAnswer)


class Belief(StrEnum):
    """What an addressee probably believes that is no longer so."""

    OLD_TIME = "old_time"
    OLD_VERSION = "old_version"
    NOT_CANCELLED = "not_cancelled"


@dataclass(frozen=True, slots=True)
class Holder:
    """One addressee. Sequences are those of RFC 5546 (0 is the first); instants are aware."""

    invitation: Invitation
    #: The newest news: the message itself, sent or not.
    news: Message | None
    sent_sequence: int | None
    sent_at: datetime | None
    bounced_at: datetime | None
    #: SEQUENCE that the newest answer, by whatever way, was to.
    confirmed_sequence: int | None
    #: When a calendar of theirs was last fetched; None where they subscribe to none.
    feed_fetched_at: datetime | None
    subscribes: bool
    belief: Belief | None
    #: What did not arrive and waits for a person; the newest news may wait behind it.
    undecided: Message | None

    @property
    def feed_is_older(self) -> bool:
        """Whether their subscribed calendar was not fetched since the newest news was written."""
        if not self.subscribes or self.news is None:
            return False
        return self.feed_fetched_at is None or self.feed_fetched_at < self.news.created_at


def of(booking: Booking, now: datetime) -> list[Holder]:
    """Everybody who was invited, in order; six queries whatever their number."""
    invitations = list(booking.invitations.select_related("contact", "host__user").order_by("pk"))
    messages = _by_invitation(booking.messages.exclude(state=MessageState.SUPERSEDED.value))
    bounces = Bounce.objects.filter(message__booking=booking).select_related("message")
    came_back = {row.message.invitation_id: row.at for row in bounces}
    ours = Q(invitation__booking=booking)
    answers = _by_invitation(Answer.objects.filter(ours).order_by("at", "pk"))
    mailed = _by_invitation(IncomingAnswer.objects.filter(ours).order_by("pk"))
    feeds = _feeds(invitations)
    found = []
    for row in invitations:
        known = _Known(row, messages[row.pk], answers[row.pk], mailed[row.pk])
        fetched = feeds.get((row.contact_id, row.host.user_id if row.host else None))
        sent = known.last_sent
        found.append(
            Holder(
                invitation=row,
                news=known.newest,
                sent_sequence=sent.sequence if sent else None,
                sent_at=sent.sent_at if sent else None,
                bounced_at=came_back.get(row.pk),
                confirmed_sequence=known.confirmed(),
                feed_fetched_at=max((at for at in fetched or [] if at), default=None),
                subscribes=fetched is not None,
                belief=known.belief(booking) if booking.end > now else None,
                undecided=known.undecided,
            )
        )
    return found


def _by_invitation(rows: Iterable[R]) -> defaultdict[int, list[R]]:
    found = defaultdict(list)
    for row in rows:
        found[row.invitation_id].append(row)
    return found


def _feeds(
    invitations: list[Invitation],
) -> dict[tuple[int | None, int | None], list[datetime | None]]:
    """When the living calendars of each contact, and of each colleague, were last fetched."""
    contacts = [row.contact_id for row in invitations if row.contact_id]
    users = [row.host.user_id for row in invitations if row.host]
    theirs = Q(contact__in=contacts) | Q(user__in=users) | Q(host__user__in=users)
    found: dict[tuple[int | None, int | None], list[datetime | None]] = {}
    for feed in Feed.objects.filter(theirs, revoked_at=None).select_related("host"):
        user = feed.user_id or (feed.host.user_id if feed.host else None)
        found.setdefault((feed.contact_id, user), []).append(feed.last_fetched_at)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows of one invitation, oldest first."""

    invitation: Invitation
    messages: list[Message]
    answers: list[Answer]
    mailed: list[IncomingAnswer]

    @property
    def news(self) -> list[Message]:
        """What told of the visit, with its version; nothing that only asked."""
        return [row for row in self.messages if MessageKind(row.kind) in _NEWS]

    @property
    def newest(self) -> Message | None:
        return self.news[-1] if self.news else None

    @property
    def last_sent(self) -> Message | None:
        left = [row for row in self.news if row.status in _LEFT]
        return left[-1] if left else None

    @property
    def undecided(self) -> Message | None:
        rows = (row for row in self.messages if row.status is MessageState.FAILED)
        return next((row for row in rows if row.decided_at is None), None)

    def confirmed(self) -> int | None:
        """By mail the SEQUENCE it names; by link or voice what stood when it was given."""
        if not self.answers:
            return None
        last = self.answers[-1]
        applied = {MailAction.REPLY.value, MailAction.COUNTER.value}
        by_mail = [row for row in self.mailed if row.action in applied and row.at == last.at]
        if by_mail:
            return by_mail[-1].sequence
        stood = [row.sequence for row in self.news if row.created_at <= last.at]
        return stood[-1] if stood else None

    def belief(self, booking: Booking) -> Belief | None:
        """What they hold that is no longer so; None where all is as far as we know."""
        held, newest = self._held(), self.newest
        if newest is None or held == newest or newest.status is MessageState.TOLD:
            return None
        # A date of a series was told of with the whole: it has no message of its own yet.
        start = booking.original_start if held is None else _start_of(held)
        if held is None and start is None:
            return None
        if MessageKind(newest.kind) in _ENDS:
            return Belief.NOT_CANCELLED
        other = start is not None and start != booking.start
        return Belief.OLD_TIME if other else Belief.OLD_VERSION

    def _held(self) -> Message | None:
        """The message that they most likely go by; None where none arrived."""
        sent = self.last_sent
        if sent is None:
            return None
        if self.mailed and sent.sent_at is not None:
            last = self.mailed[-1]
            answered_since = last.at > sent.sent_at and last.sequence is not None
            if answered_since and last.sequence < (sent.sequence or 0):  # type: ignore[operator] # not None
                # Their calendar has just said which version it has.
                older = [row for row in self.news if row.sequence == last.sequence]
                later = [row for row in self.answers if row.at > last.at]
                return sent if later or not older else older[-1]
        return sent


def _start_of(message: Message) -> datetime | None:
    """DTSTART of its calendar part (RFC 5545 section 3.8.2.4); None for a series or for words."""
    found = _START.search(bytes(message.calendar or b""))
    if found is None:
        return None
    wall = datetime.strptime(found[1].decode(), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - told below
    return wall.replace(tzinfo=UTC) if found[2] else wall.replace(tzinfo=swedish.STOCKHOLM)
