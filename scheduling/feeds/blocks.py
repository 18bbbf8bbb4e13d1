"""Store a booking's calendar blocks with the change that made them; a poll renders nothing."""

from datetime import datetime, timedelta

from scheduling import snapshots
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars import render
from scheduling.feeds import places
from scheduling.models import Booking, FeedBlock, FeedVariant
from scheduling.models.booking import BookingQuerySet

#: Further back than any feed reaches; older blocks are shown to nobody.
SHOWN_BACK = timedelta(days=31 * 13)


def render_all(booking: Booking) -> list[FeedBlock]:
    """Every variant of ``booking`` (with its visit loaded) as it is, not stored."""
    made = []
    for variant in FeedVariant:
        data = render.event_block(snapshots.event(booking, variant))
        made.append(
            FeedBlock(
                booking=booking,
                variant=variant.value,
                block=data,
                digest=calendar_feed.digest(data),
            )
        )
    return made


def touch(booking: Booking, now: datetime) -> None:
    """Store what calendars show of ``booking``, with the change and in its transaction.

    A visible change counts: the feed's own SEQUENCE + 1 and LAST-MODIFIED (``now``, whole seconds,
    as calendars write it); the first version is SEQUENCE 0. What nobody can see changes no byte.
    """
    stored = dict(booking.blocks.values_list("variant", "digest"))
    if not stored or stored != {block.variant: block.digest for block in render_all(booking)}:
        if stored:
            booking.feed_sequence += 1
        booking.feed_changed_at = now.replace(microsecond=0)
        booking.save(update_fields=["feed_sequence", "feed_changed_at"])
        FeedBlock.objects.bulk_create(
            render_all(booking),
            update_conflicts=True,
            unique_fields=["booking", "variant"],
            update_fields=["block", "digest"],
        )
    places.sync(booking, now)


def touch_all(bookings: BookingQuerySet, now: datetime) -> None:
    """The same for every booking that a change of something named shows in, if a feed shows it."""
    for booking in bookings.filter(start__gte=now - SHOWN_BACK).with_visit().order_by("pk"):
        touch(booking, now)
