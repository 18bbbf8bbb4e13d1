"""A colleague's own calendar follows the booking: an invitation of her own, kept in step.

What stands is compared with what she was last told, so that no change of the house can forget her
and none tells her twice. Her answer decides nothing about the visit (ARCHITECTURE.md, "Words and
states"): a no is a row on *I dag*. Working details stand behind the login, never in the mail.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core import audit
from core.errors import Missing
from core.models import AuditEvent, User
from scheduling import snapshots
from scheduling.calendars import itip
from scheduling.models import Booking, Feed, FeedScope, Host, Invitation, Message
from scheduling.outbox import enqueue
from scheduling.states import (
    OPEN_STATES,
    OUTCOME_STATES,
    InvitationState,
    MessageKind,
    MessageState,
    OfferState,
    VisitState,
)

#: A feed that was read within this time brings the bookings to its owner's calendar already.
FEED_IS_READ = timedelta(days=14)
#: Lines of a calendar part that say nothing of when and where.
_NO_NEWS = (b"DTSTAMP", b"SEQUENCE", b"ATTENDEE")
_WHEN = (b"DTSTART", b"DTEND")


def wants(user: User, now: datetime) -> bool:
    """Whether new bookings come to the colleague's calendar by mail.

    As she chose; where she did not choose yes, unless a feed of her own is read by her calendar:
    then every visit would stand there twice.
    """
    if not user.is_active or not user.email:
        return False
    if user.calendar_invitations is not None:
        return user.calendar_invitations
    return not reads_own_feed(user, now)


def reads_own_feed(user: User, now: datetime) -> bool:
    """Whether a calendar fetches a feed of hers that holds her own bookings."""
    own = Q(scope=FeedScope.USER.value, user=user) | Q(scope=FeedScope.HOST.value, host__user=user)
    own |= Q(scope=FeedScope.ALL.value)
    living = Feed.objects.filter(owner=user, revoked_at=None)
    return living.filter(own, last_fetched_at__gte=now - FEED_IS_READ).exists()


@transaction.atomic
def choose(*, actor: User, now: datetime, wanted: bool | None) -> None:
    """The colleague's own choice; None leaves it to whether her feed is read.

    It is about new bookings: what was sent as an invitation is kept in step as before.
    """
    actor.calendar_invitations = wanted
    actor.save(update_fields=["calendar_invitations"])
    audit.record(now=now, actor=actor, verb="user.calendar_chosen", target=actor)


@transaction.atomic
def own_invitation(booking: Booking, user: User, now: datetime) -> Invitation:
    """The colleague's invitation, made where her feed brought the booking; Missing for others."""
    host = next((row for row in _attending(booking) if row.user_id == user.pk), None)
    if host is None:
        raise Missing
    row, _made = Invitation.objects.get_or_create(
        booking=booking, host=host, defaults={"created_at": now}
    )
    row.booking = booking
    return row


def follow(booking: Booking, *, event: AuditEvent) -> None:
    """Bring every colleague's invitation in step with the booking as it stands after ``event``.

    Called in the transaction of the change. What is over or has begun its follow-up stays as it is.
    """
    now = event.at
    if booking.status in OUTCOME_STATES or booking.end <= now:
        return
    attending = {host.pk: host for host in _attending(booking)}
    rows = {
        row.host_id: row
        for row in booking.invitations.filter(host__isnull=False).select_related("host__user")
    }
    for pk, host in attending.items():
        row = rows.get(pk)
        if row is None and wants(host.user, now):
            row = Invitation.objects.create(booking=booking, host=host, created_at=now)
        if row is not None:
            row.booking, row.host = booking, host
            _keep_in_step(row, event)
    for row in rows.values():
        if row.host_id not in attending and row.status is not InvitationState.WITHDRAWN:
            row.booking = booking
            row.state = InvitationState.WITHDRAWN.value
            row.save(update_fields=["state"])
            enqueue.tell(row, change=MessageKind.CANCEL, event=event, now=now)


def _attending(booking: Booking) -> list[Host]:
    """Whose calendars it should stand in: of a visit at one time its hosts."""
    if booking.status not in OPEN_STATES or booking.status is VisitState.DRAFT:
        return []
    if hasattr(booking, "gathering"):
        return list(booking.gathering.hosts.select_related("user"))
    if not hasattr(booking, "visit"):
        return []
    # While times are offered each has hosts of its own; the feeds show them as held.
    if booking.offered_times.filter(state=OfferState.OPEN.value).exists():
        return []
    return booking.visit.hosts


def _keep_in_step(row: Invitation, event: AuditEvent) -> None:
    told = _last_told(row)
    stands = told is not None and told.kind != MessageKind.CANCEL.value
    news = _lines(_calendar(row, event.at), but=_NO_NEWS)
    old = _lines(told.calendar, but=_NO_NEWS) if told is not None and stands else None
    back = row.status is InvitationState.WITHDRAWN
    if news == old:
        if back:
            # Taken back before anything was sent: what she had said stands.
            last = row.answers.last()
            row.state = last.state if last else InvitationState.PENDING.value
            row.save(update_fields=["state"])
        return
    # Who answered on the page without ever having had a mail is asked anew by another time alone.
    other_time = "start" in event.data if old is None else _times(news) != _times(old)
    if other_time or back or (old is None and row.answered_at is None):
        _ask(row, event)
    if told is None and (row.status is InvitationState.DECLINED or not _wants(row, event.at)):
        return
    enqueue.tell(row, change=MessageKind.UPDATE, event=event, now=event.at)


def _wants(row: Invitation, now: datetime) -> bool:
    return row.host is not None and wants(row.host.user, now)


def _ask(row: Invitation, event: AuditEvent) -> None:
    """A new time is asked anew; who chose it herself is not asked, her calendar only learns it."""
    own = row.host is not None and event.actor_id == row.host.user_id
    row.state = (InvitationState.ACCEPTED if own else InvitationState.PENDING).value
    row.answered_at, row.channel, row.comment = None, "", ""
    row.save(update_fields=["state", "answered_at", "channel", "comment"])


def _last_told(row: Invitation) -> Message | None:
    """The newest mail that went, or is about to go."""
    rows = row.messages.exclude(state=MessageState.SUPERSEDED.value)
    return rows.filter(calendar__isnull=False).order_by("-pk").first()


def _calendar(row: Invitation, now: datetime) -> bytes:
    return itip.request(snapshots.invitation(row, sequence=0, stamp=now, answer_url=""))


def _lines(calendar: bytes | memoryview | None, *, but: tuple[bytes, ...]) -> list[bytes]:
    unfolded = bytes(calendar or b"").replace(b"\r\n ", b"")
    return [line for line in unfolded.split(b"\r\n") if not line.startswith(but)]


def _times(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if line.startswith(_WHEN)]
