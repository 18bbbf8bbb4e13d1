"""Calendar blocks of many bookings, byte for byte those of ``scheduling.feeds.blocks``.

A block is its head (identity, stamps, times: the same in every variant) and its words. The words of
the full variant are the booking's own; those of the others repeat, so they are rendered once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db.models import prefetch_related_objects

from scheduling import snapshots
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars import render
from scheduling.calendars.snapshots import EventSnapshot, EventStatus
from scheduling.feeds import places
from scheduling.models import Booking, FeedBlock, FeedPlace, FeedVariant, Invitation
from scheduling.states import InvitationState

_WORDS = b"\r\nSUMMARY:"
_ANY = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 1000


def write(bookings: Sequence[Booking]) -> None:
    """Render and store the blocks of new bookings, their visits in memory."""
    for first in range(0, len(bookings), _BATCH):
        batch = bookings[first : first + _BATCH]
        visits = [booking for booking in batch if hasattr(booking, "visit")]
        prefetch_related_objects(visits, "visit__groups")
        FeedBlock.objects.bulk_create([block for booking in batch for block in _blocks(booking)])
        invited = _invited(batch)
        FeedPlace.objects.bulk_create(
            [row for booking in batch for row in places.rows(booking, invited[booking.pk])]
        )


def _invited(batch: Sequence[Booking]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = Invitation.objects.filter(booking__in=batch, contact__isnull=False)
    for booking, contact in rows.exclude(state=InvitationState.WITHDRAWN.value).values_list(
        "booking_id", "contact_id"
    ):
        assert contact is not None
        found[booking].append(contact)
    return found


def _blocks(booking: Booking) -> Iterator[FeedBlock]:
    full = snapshots.event(booking, FeedVariant.FULL)
    data = render.event_block(full)
    yield _row(booking, FeedVariant.FULL, data)
    head, mark, _own = data.partition(_WORDS)
    for variant in FeedVariant:
        if variant is not FeedVariant.FULL:
            yield _row(booking, variant, head + mark + _words_of(snapshots.event(booking, variant)))


def _words_of(snapshot: EventSnapshot) -> bytes:
    return _words(
        snapshot.summary,
        snapshot.location,
        snapshot.description,
        snapshot.status,
        snapshot.transparent,
        snapshot.categories,
        snapshot.url,
    )


@lru_cache(maxsize=512)
def _words(
    summary: str,
    location: str,
    description: str,
    status: EventStatus,
    transparent: bool,  # noqa: FBT001 - the key of a cache
    categories: tuple[str, ...],
    url: str,
) -> bytes:
    snapshot = EventSnapshot(
        uid="any",
        sequence=0,
        stamp=_ANY,
        last_modified=_ANY,
        created=None,
        start=_ANY,
        end=_ANY + timedelta(hours=1),
        summary=summary,
        location=location,
        description=description,
        status=status,
        transparent=transparent,
        categories=categories,
        url=url,
    )
    return render.event_block(snapshot).partition(_WORDS)[2]


def _row(booking: Booking, variant: FeedVariant, data: bytes) -> FeedBlock:
    return FeedBlock(
        booking=booking, variant=variant.value, block=data, digest=calendar_feed.digest(data)
    )
