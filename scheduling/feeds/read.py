"""Token -> bytes: joined from stored blocks, nothing rendered while a client waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from core import tokens
from core.errors import Missing
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.feeds.blocks import SHOWN_BACK
from scheduling.models import Feed, FeedBlock, FeedLevel, FeedScope, FeedVariant
from scheduling.states import CALLED_OFF, BookingKind, VisitState

#: How far a feed reaches forward, and how long a called-off visit is shown.
FORWARD = timedelta(days=548)
SHOW_CALLED_OFF = timedelta(days=14)
#: A poll must not cost a write: the last fetch is noted at most this often.
NOTE_FETCH_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FeedBody:
    """A feed's answer: its ETag is known before the first block is read."""

    etag: str
    head: bytes
    blocks: QuerySet[FeedBlock]

    def parts(self) -> Iterator[bytes]:
        """The body in pieces."""
        rows = self.blocks.values_list("block", flat=True).iterator(chunk_size=500)
        return calendar_feed.join(self.head, (bytes(row) for row in rows))


def by_token(token: str) -> Feed:
    """The living feed of ``token``; wrong, cut and revoked ones are the same Missing."""
    if len(token) != tokens.TOKEN_LENGTH or not token.isascii():
        raise Missing
    feed = (
        Feed.objects.select_related(
            "owner", "user__host", "room", "library", "contact__organisation"
        )
        .filter(token_fingerprint=tokens.fingerprint(token.lower()), revoked_at=None)
        .first()
    )
    if feed is None or _owner_is_gone(feed):
        raise Missing
    return feed


def _owner_is_gone(feed: Feed) -> bool:
    if feed.contact is not None and feed.contact.archived_at is not None:
        return True
    return any(user is not None and not user.is_active for user in (feed.user, feed.owner))


def body(feed: Feed, now: datetime) -> FeedBody:
    """What the feed says at ``now``."""
    head = calendar_feed.head(
        FeedSnapshot(name=feed.name, description="", color_name="seagreen", color_hex="#1C4F40")
    )
    blocks = _blocks(feed, now)
    digests = list(blocks.values_list("digest", flat=True))
    return FeedBody(calendar_feed.etag([calendar_feed.digest(head), *digests]), head, blocks)


def _variant(feed: Feed) -> FeedVariant:
    if feed.level == FeedLevel.BUSY.value:
        return FeedVariant.BUSY
    if feed.level == FeedLevel.FULL.value:
        return FeedVariant.FULL
    # A room's or a library's calendar is information; one's own time is taken.
    if feed.scope in {FeedScope.ROOM.value, FeedScope.LIBRARY.value}:
        return FeedVariant.NEUTRAL_FREE
    return FeedVariant.NEUTRAL


def _blocks(feed: Feed, now: datetime) -> QuerySet[FeedBlock]:
    rows = FeedBlock.objects.filter(
        _scope(feed),
        variant=_variant(feed).value,
        booking__start__gte=now - SHOWN_BACK,
        booking__start__lt=now + FORWARD,
    ).exclude(booking__state=VisitState.DRAFT.value)
    gone = Q(booking__state__in=[state.value for state in CALLED_OFF]) & Q(
        booking__feed_changed_at__lt=now - SHOW_CALLED_OFF
    )
    return rows.exclude(gone).order_by("booking__start", "booking_id")


def _scope(feed: Feed) -> Q:
    match FeedScope(feed.scope):
        case FeedScope.USER:
            host = getattr(feed.user, "host", None)
            return (
                Q(booking__visit__host=host) | Q(booking__visit__co_host=host)
                if host is not None
                else Q(pk__in=[])
            )
        case FeedScope.ROOM:
            return Q(booking__visit__room=feed.room)
        case FeedScope.LIBRARY:
            return Q(booking__library=feed.library, booking__kind=BookingKind.STUDY_VISIT.value)
        case FeedScope.PARTNER:
            # Only what this contact was invited to: a colleague's groups are not theirs to see.
            return Q(booking__invitations__contact=feed.contact)


def note_fetch(feed: Feed, *, client: str, now: datetime) -> None:
    """Remember that the feed was fetched, at most once in 15 minutes."""
    if feed.last_fetched_at is None or now - feed.last_fetched_at >= NOTE_FETCH_EVERY:
        Feed.objects.filter(pk=feed.pk).update(last_fetched_at=now, last_client=client[:80])
