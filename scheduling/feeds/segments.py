"""Months joined from stored blocks, and the one ETag of them all."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from scheduling.calendars import feed as calendar_feed
from scheduling.feeds import bodies
from scheduling.feeds.questions import LookUp, ask
from scheduling.models import FeedCalendar, FeedPlace, FeedSegment

#: As a raw question gives it.
Instant = datetime | str

_STATE = """
SELECT id, version, built_version, built_window, etag, size, count, last_modified
FROM scheduling_feedcalendar WHERE scope_key = %s AND variant = %s
"""
_MONTHS = """
SELECT month, digest, size, count FROM scheduling_feedsegment
WHERE calendar_id = %s AND month >= %s AND month <= %s ORDER BY month
"""
#: The same for a poll that found nothing to join.
_HELD = LookUp("studiebesok_months", _MONTHS)
_BLOCKS = """
SELECT b.block FROM scheduling_feedplace p
JOIN scheduling_feedblock b ON b.booking_id = p.booking_id AND b.variant = %s
WHERE p.scope_key = %s AND p.month = %s ORDER BY p.start, p.booking_id
"""
_JOINED = """
UPDATE scheduling_feedsegment SET digest = %s, size = %s, count = %s
WHERE calendar_id = %s AND month = %s
"""
_BUILT = """
UPDATE scheduling_feedcalendar SET built_version = %s, built_window = %s,
    etag = %s, size = %s, count = %s, last_modified = %s
WHERE id = %s
"""


#: Months of small calendars: after a change, all but one are what they were.
_RECENT = bodies.Remembered()


class Changed(Exception):
    """A calendar is no longer what was told of it: somebody changed it just now."""


class Month(NamedTuple):
    """One month as it was joined; ``digest`` is empty where a change has marked it."""

    name: str
    digest: str
    size: int
    events: int


class Built(NamedTuple):
    """A calendar of which every month is joined."""

    pk: int
    etag: str
    size: int
    events: int
    last_modified: datetime


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


def refresh(scope_key: str, variant: str, now: datetime) -> Built:
    """Join the months that a change has marked; nothing is rendered.

    The calendar's row is locked while its blocks are read: a change that is being made waits with
    its mark until the joining is done, and then marks what was joined again.
    """
    with transaction.atomic():
        pk, version, built_version, built_window, *rest = _locked(scope_key, variant)
        etag, size, events, modified = rest
        if modified is not None and stands(version, built_version, built_window, now):
            return Built(pk, etag, size, events, aware(modified))
        first, last = window(now)
        if built_window != first:
            _turn(pk, scope_key, first, last)
        months = [
            month if month.digest else _join(pk, scope_key, variant, month.name)
            for month in map(Month._make, ask(_MONTHS, pk, first, last))
        ]
        built = _built(pk, (etag, modified), months, now)
        written = connection.ops.adapt_datetimefield_value(built.last_modified)
        ask(_BUILT, version, first, built.etag, built.size, built.events, written, pk)
    return built


def unchanged(built: Built, scope_key: str, variant: str) -> bool:
    """Whether the calendar is still what was told of it."""
    _pk, version, built_version, _window, etag, *_rest = ask(_STATE, scope_key, variant)[0]
    return bool(version == built_version and etag == built.etag)


def join_ahead(calendars: Iterable[tuple[str, str]], now: datetime, marked: float) -> None:
    """Join what a change has marked in ``calendars``, where it was made, after its commit.

    The next GET finds everything ready, on this machine at least. Nothing relies on it: what is not
    joined here, that GET joins. A calendar that nobody has fetched this month is left alone, so the
    work is that of the change's own months. ``marked`` is ``time.monotonic()`` of when it was
    ``now``: Last-Modified is not before the instant from which the change is seen.
    """
    now += timedelta(seconds=time.monotonic() - marked)
    for scope_key, variant in calendars:
        _pk, version, built_version, built_window, *_rest = ask(_STATE, scope_key, variant)[0]
        if built_version != version and built_window == window(now)[0]:
            refresh(scope_key, variant, now)


def _locked(scope_key: str, variant: str) -> tuple[Any, ...]:
    """The calendar's row, kept from all who would change it until the transaction ends."""
    question = _STATE + ("FOR UPDATE" if connection.features.has_select_for_update else "")
    found = ask(question, scope_key, variant)
    if not found:
        # Two first readers at once: one makes the row, both go on with it.
        FeedCalendar.objects.bulk_create(
            [FeedCalendar(scope_key=scope_key, variant=variant)], ignore_conflicts=True
        )
        found = ask(question, scope_key, variant)
    return found[0]


def _turn(pk: int, scope_key: str, first: str, last: str) -> None:
    """Another month has begun, or nothing was ever joined: mark what comes into the window."""
    FeedSegment.objects.filter(calendar=pk).exclude(month__gte=first, month__lte=last).delete()
    shown = FeedPlace.objects.filter(
        scope_key=scope_key, month__gte=first, month__lte=last
    ).values_list("month", flat=True)
    FeedSegment.objects.bulk_create(
        [
            FeedSegment(calendar_id=pk, month=month, digest="", size=0, count=0)
            for month in sorted(set(shown.distinct()))
        ],
        ignore_conflicts=True,
    )


def _join(pk: int, scope_key: str, variant: str, name: str) -> Month:
    """The month's events as a file, and its row; a month without any stays as nothing."""
    month = _written(scope_key, variant, name)
    ask(_JOINED, month.digest, month.size, month.events, pk, name)
    return month


def _written(scope_key: str, variant: str, name: str) -> Month:
    blocks = [block for (block,) in ask(_BLOCKS, variant, scope_key, name)]
    data = b"".join(blocks)
    digest = calendar_feed.digest(data)
    path = bodies.path_of(digest, "month")
    if data and not path.exists():
        bodies.keep(path, data)
    return Month(name, digest, len(data), len(blocks))


def _built(
    pk: int, before: tuple[str, Instant | None], months: Sequence[Month], now: datetime
) -> Built:
    """The ETag from the digests of months that hold something; Last-Modified moves with it.

    ``before`` is the ETag and the Last-Modified that the calendar had.
    """
    etag = calendar_feed.etag([month.digest for month in months if month.size])
    old_etag, old = before
    if old is None:
        modified = now.replace(microsecond=0)
    elif etag == old_etag:
        modified = aware(old)
    else:
        modified = max(now.replace(microsecond=0), aware(old) + timedelta(seconds=1))
    return Built(
        pk,
        etag,
        sum(month.size for month in months),
        sum(month.events for month in months),
        modified,
    )


def files(built: Built, scope_key: str, variant: str, now: datetime) -> list[Path]:
    """The files of ``built``, which are all there; what lacks on this machine is joined again.

    Raises Changed where the months, or what they are joined from, are no longer those of the ETag.
    """
    paths = []
    for month in _held(built.pk, built.etag, *window(now)):
        path = bodies.path_of(month.digest, "month")
        if not path.exists():
            _again(built.pk, month, scope_key, variant)
        paths.append(path)
    return paths


def months(built: Built, scope_key: str, variant: str, now: datetime) -> list[bytes]:
    """What ``files`` holds, whole; a month that this process has read is not read again."""
    whole = []
    for month in _held(built.pk, built.etag, *window(now)):
        data = _RECENT.get(month.digest)
        if data is None:
            path = bodies.path_of(month.digest, "month")
            if not path.exists():
                _again(built.pk, month, scope_key, variant)
            data = path.read_bytes()
            _RECENT.put(month.digest, data)
        whole.append(data)
    return whole


def _again(pk: int, month: Month, scope_key: str, variant: str) -> None:
    """Join a month whose file lacks; Changed where its blocks are no longer what they were."""
    if _written(scope_key, variant, month.name) != month:
        _doubt(pk, month.name)
        raise Changed


@lru_cache(maxsize=256)
def _held(pk: int, etag: str, first: str, last: str) -> tuple[Month, ...]:
    """The months that hold something; remembered, for an ETag names the same ones for ever."""
    held = tuple(month for month in map(_month_of, _HELD.rows(pk, first, last)) if month.size)
    if calendar_feed.etag([month.digest for month in held]) != etag:
        raise Changed
    return held


def _month_of(row: tuple[Any, ...]) -> Month:
    name, digest, size, events = (
        value.decode() if isinstance(value, bytes) else value for value in row
    )
    return Month(name, digest, int(size), int(events))


def current() -> Iterable[str]:
    """The digests of all joined months: the files that a next GET needs."""
    return FeedSegment.objects.exclude(digest="").values_list("digest", flat=True)


@transaction.atomic
def _doubt(pk: int, name: str) -> None:
    """What the blocks of a month give is not what its row says: the next look joins it anew."""
    FeedCalendar.objects.filter(pk=pk).update(version=F("version") + 1)
    FeedSegment.objects.filter(calendar=pk, month=name).update(digest="")


def aware(value: Instant) -> datetime:
    """An instant as a raw question gives it: SQLite keeps text, in UTC."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
