"""Joined bodies as files, named by the ETag of what they hold, so that they cannot be stale.

A warm GET reads one file in pieces: its memory is one piece, whatever the calendar's size. Each
machine keeps its own; any of them may be deleted at any time.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from scheduling.calendars import feed as calendar_feed
from scheduling.models import FeedSegment

_PIECE = 512 * 1024
#: Files that nobody asked for in so long are deleted (seconds).
UNUSED = 2 * 24 * 3600


class Changed(Exception):
    """The segments are no longer those of the ETag: somebody changed them just now."""


def path_of(etag: str, kind: str) -> Path:
    """Where the body of ``etag`` (a calendar's, with quotes) lies; ``kind`` is "ics" or "ifb"."""
    return Path(settings.FEED_CACHE_DIR) / f"{etag.strip(chr(34))}.{kind}"


def keep(path: Path, pieces: Iterator[bytes]) -> None:
    """Write a file whole or not at all; two that write the same one write the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def pieces(calendar: int, etag: str) -> Iterator[bytes]:
    """The calendar's body: its file, or what its segments hold. Raises Changed before it begins.

    The first GET after a change is told the segments as they come. Only a body that is asked for
    again becomes a file.
    """
    path = path_of(etag, "ics")
    if path.exists():
        return read(path)
    expected = list(_rows(calendar).values_list("digest", flat=True))
    if calendar_feed.etag(expected) != etag:
        raise Changed
    if _asked_before(etag):
        keep(path, _told(calendar, expected))
        return read(path)
    return _told(calendar, expected)


def _rows(calendar: int) -> QuerySet[FeedSegment]:
    return FeedSegment.objects.filter(calendar=calendar, size__gt=0).order_by("month")


def _told(calendar: int, expected: list[str]) -> Iterator[bytes]:
    """One month after the other out of one question; a month changed meanwhile ends it.

    Then the answer is shorter than its Content-Length said, and its reader asks again.
    """
    found = _rows(calendar).values_list("digest", "data").iterator(chunk_size=2)
    for wanted, (digest, data) in zip(expected, found, strict=True):
        if digest != wanted:
            raise Changed
        yield bytes(data)


@lru_cache(maxsize=256)
def _times(etag: str) -> list[int]:  # noqa: ARG001 - one counter for each
    return [0]


def _asked_before(etag: str) -> bool:
    times = _times(etag)
    times[0] += 1
    return times[0] > 1


def read(path: Path) -> Iterator[bytes]:
    """The file in pieces of 512 KiB; it stays readable even if it is deleted meanwhile."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            yield piece


def sweep(now: float | None = None) -> int:
    """Delete what nobody has asked for in two days; how many."""
    folder = Path(settings.FEED_CACHE_DIR)
    if not folder.is_dir():
        return 0
    limit = (now if now is not None else time.time()) - UNUSED
    old = [path for path in folder.iterdir() if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
