"""Months joined from stored blocks, and the one ETag of them all."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scheduling.calendars import feed as calendar_feed
from scheduling.models import FeedCalendar, FeedPlace, FeedSegment

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
    """Join the months that a change has marked; nothing is rendered.

    The calendar's row is locked while its blocks are read: a change that is being made waits with
    its mark until the joining is done, and then marks what was joined again.
    """
    wanted = FeedCalendar.objects.filter(scope_key=scope_key, variant=variant)
    with transaction.atomic():
        calendar = wanted.select_for_update().first()
        if calendar is None:
            # Two first readers at once: one makes the row, both go on with it.
            FeedCalendar.objects.bulk_create(
                [FeedCalendar(scope_key=scope_key, variant=variant)], ignore_conflicts=True
            )
            calendar = wanted.select_for_update().get()
        if stands(calendar.version, calendar.built_version, calendar.built_window, now):
            return calendar
        first, last = window(now)
        if calendar.built_window != first:
            _turn(calendar, first, last)
        rows = calendar.segments.filter(month__gte=first, month__lte=last).order_by("month")
        known = {
            month: (digest, size, count)
            for month, digest, size, count in rows.values_list("month", "digest", "size", "count")
        }
        marked = [month for month, (digest, _size, _events) in known.items() if not digest]
        known |= {month: _join(calendar, month) for month in marked}
        _count(calendar, list(known.values()), now)
        calendar.built_version, calendar.built_window = calendar.version, first
        calendar.save()
    return calendar


def _turn(calendar: FeedCalendar, first: str, last: str) -> None:
    """Another month has begun, or nothing was ever joined: mark what comes into the window."""
    calendar.segments.exclude(month__gte=first, month__lte=last).delete()
    shown = FeedPlace.objects.filter(
        scope_key=calendar.scope_key, month__gte=first, month__lte=last
    ).values_list("month", flat=True)
    FeedSegment.objects.bulk_create(
        [
            FeedSegment(calendar=calendar, month=month, data=b"", digest="", size=0, count=0)
            for month in sorted(set(shown.distinct()))
        ],
        ignore_conflicts=True,
    )


def _join(calendar: FeedCalendar, month: str) -> tuple[str, int, int]:
    """Digest, size and number of the month's events; a month without any stays as nothing."""
    blocks = (
        FeedPlace.objects.filter(
            scope_key=calendar.scope_key, month=month, booking__blocks__variant=calendar.variant
        )
        .order_by("start", "booking_id")
        .values_list("booking__blocks__block", flat=True)
    )
    pieces = [bytes(block) for block in blocks]
    data = b"".join(pieces)
    joined = (calendar_feed.digest(data), len(data), len(pieces))
    calendar.segments.filter(month=month).update(
        data=data, digest=joined[0], size=joined[1], count=joined[2]
    )
    return joined


def _count(calendar: FeedCalendar, rows: list[tuple[str, int, int]], now: datetime) -> None:
    """The ETag from the digests of months that hold something; Last-Modified moves with it."""
    etag = calendar_feed.etag([digest for digest, size, _count in rows if size])
    calendar.size = sum(size for _digest, size, _count in rows)
    calendar.count = sum(count for _digest, _size, count in rows)
    if etag != calendar.etag or calendar.last_modified is None:
        moved = now.replace(microsecond=0)
        if calendar.last_modified is not None:
            moved = max(moved, calendar.last_modified + timedelta(seconds=1))
        calendar.etag, calendar.last_modified = etag, moved
