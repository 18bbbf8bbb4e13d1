"""Joined bodies as files, named by the ETag of what they hold, so that they cannot be stale.

A warm GET reads one file in pieces: its memory is one piece, whatever the calendar's size. Each
machine keeps its own; any of them may be deleted at any time.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

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


def joined(calendar: int, etag: str) -> Path:
    """The file of a calendar's segments, made where it lacks. Raises Changed."""
    path = path_of(etag, "ics")
    if not path.exists():
        keep(path, _segments(calendar, etag))
    return path


def _segments(calendar: int, etag: str) -> Iterator[bytes]:
    """One month after the other; at the end they must be those that the ETag was made of."""
    rows = FeedSegment.objects.filter(calendar=calendar).order_by("month")
    digests = []
    for pk in list(rows.values_list("pk", flat=True)):
        found = FeedSegment.objects.filter(pk=pk).values_list("data", "digest").first()
        if found is None:
            raise Changed
        digests.append(found[1])
        yield bytes(found[0])
    if calendar_feed.etag(digests) != etag:
        raise Changed


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
