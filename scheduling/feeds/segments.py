"""Months joined from stored blocks, and the one ETag of them all."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scheduling.calendars import feed as calendar_feed
from scheduling.models import FeedBlock, FeedCalendar, FeedPlace, FeedSegment

EMPTY = calendar_feed.etag([])


def window(now: datetime) -> tuple[str, str]:
    """The first and the last month that a feed shows at ``now`` (FEED_MONTHS_BACK, _FORWARD)."""
    return _window(now.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=8)
def _window(hour: datetime) -> tuple[str, str]:
    """The same for a whole hour: no zone's day begins within one that this house can be in."""
    today = timezone.localdate(hour)
    months = today.year * 12 + today.month - 1
    return _month(months - settings.FEED_MONTHS_BACK), _month(months + settings.FEED_MONTHS_FORWARD)


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def span(now: datetime) -> tuple[datetime, datetime]:
    """The window as instants (UTC): from the start of its first month to the end of its last."""
    first, last = (date(int(month[:4]), int(month[5:]), 1) for month in window(now))
    after = (last + timedelta(days=32)).replace(day=1)
    midnight = [
        datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
        for day in (first, after)
    ]
    return midnight[0].astimezone(UTC), midnight[1].astimezone(UTC)


def stands(version: int, built_version: int, built_window: str, now: datetime) -> bool:
    """Whether nothing has changed since a calendar's segments were joined."""
    return built_version == version and built_window == window(now)[0]


def refresh(scope_key: str, variant: str, now: datetime) -> FeedCalendar:
    """Join the months that a change has taken away; nothing is rendered.

    The calendar's row is locked while its blocks are read: a change that is being made waits with
    its mark until the joining is done, and then takes what was joined away again.
    """
    FeedCalendar.objects.get_or_create(scope_key=scope_key, variant=variant)
    with transaction.atomic():
        calendar = FeedCalendar.objects.select_for_update().get(
            scope_key=scope_key, variant=variant
        )
        if stands(calendar.version, calendar.built_version, calendar.built_window, now):
            return calendar
        first, last = window(now)
        calendar.segments.exclude(month__gte=first, month__lte=last).delete()
        shown = FeedPlace.objects.filter(
            scope_key=scope_key, month__gte=first, month__lte=last
        ).values_list("month", flat=True)
        kept = set(calendar.segments.values_list("month", flat=True))
        for month in sorted(set(shown.distinct()) - kept):
            _join(calendar, month)
        _count(calendar, now)
        calendar.built_version, calendar.built_window = calendar.version, first
        calendar.save()
    return calendar


def _join(calendar: FeedCalendar, month: str) -> None:
    blocks = (
        FeedBlock.objects.filter(
            variant=calendar.variant,
            booking__places__scope_key=calendar.scope_key,
            booking__places__month=month,
        )
        .order_by("booking__start", "booking_id")
        .values_list("block", flat=True)
    )
    pieces = [bytes(block) for block in blocks]
    data = b"".join(pieces)
    FeedSegment.objects.create(
        calendar=calendar,
        month=month,
        data=data,
        digest=calendar_feed.digest(data),
        size=len(data),
        count=len(pieces),
    )


def _count(calendar: FeedCalendar, now: datetime) -> None:
    """The ETag from the segments' digests; Last-Modified moves with it, always forward."""
    rows = list(calendar.segments.order_by("month").values_list("digest", "size", "count"))
    etag = calendar_feed.etag([digest for digest, _size, _count in rows])
    calendar.size = sum(size for _digest, size, _count in rows)
    calendar.count = sum(count for _digest, _size, count in rows)
    if etag != calendar.etag or calendar.last_modified is None:
        moved = now.replace(microsecond=0)
        if calendar.last_modified is not None:
            moved = max(moved, calendar.last_modified + timedelta(seconds=1))
        calendar.etag, calendar.last_modified = etag, moved
