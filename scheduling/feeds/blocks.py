"""Store a booking's calendar blocks with the change that made them; a poll renders nothing."""

from datetime import datetime, timedelta

from scheduling import snapshots
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars import render
from scheduling.models import Booking, FeedBlock, FeedVariant

#: How far back a feed reaches; older blocks are shown to nobody.
SHOWN_BACK = timedelta(days=365)


def store(booking: Booking) -> None:
    """Render the few variants of ``booking`` (with its visit loaded) and keep them.

    Called inside the transaction of the change. Equal bytes are not written again.
    """
    blocks = []
    for variant in FeedVariant:
        data = render.event_block(snapshots.event(booking, variant))
        blocks.append(
            FeedBlock(
                booking=booking,
                variant=variant.value,
                block=data,
                digest=calendar_feed.digest(data),
            )
        )
    FeedBlock.objects.bulk_create(
        blocks,
        update_conflicts=True,
        unique_fields=["booking", "variant"],
        update_fields=["block", "digest"],
    )


def touch(booking: Booking, now: datetime) -> None:
    """Count a visible change: the feed's SEQUENCE + 1 and LAST-MODIFIED, then store the blocks.

    The first version is SEQUENCE 0. ``now`` is cut to whole seconds, as calendars write it.
    """
    if booking.blocks.exists():
        booking.feed_sequence += 1
    booking.feed_changed_at = now.replace(microsecond=0)
    booking.save(update_fields=["feed_sequence", "feed_changed_at"])
    store(booking)
