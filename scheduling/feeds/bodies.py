"""Joined months as files, named by the digest of what they hold, so that none can be stale.

A calendar's body is its months one after the other. A change makes one new file; the others are
sent as they lie. Small bodies are kept whole in memory, under their ETag; of large ones a reader
costs one piece, whatever the calendar's size. Each machine keeps its own, and any file may be
deleted at any time: what lacks is joined again from the stored blocks.
"""

import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock

from django.conf import settings

#: Bodies up to this size are sent and remembered whole (bytes).
SMALL = 1024 * 1024
#: What is remembered in each process, of whole ones and of their months (bytes each).
_REMEMBERED = 4 * 1024 * 1024
#: Of larger ones so much is in memory for each reader (bytes).
PIECE = 256 * 1024
#: Files that nobody has needed for so long are deleted (seconds).
UNUSED = 2 * 24 * 3600


def path_of(name: str, kind: str) -> Path:
    """Where a month ("month", named by its digest) or busy time ("ifb", by its ETag) lies."""
    return Path(settings.FEED_CACHE_DIR) / f"{name.strip(chr(34))}.{kind}"


def keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; two that write the same one write the same bytes."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(paths: Iterable[Path]) -> Iterator[bytes]:
    """The files one after the other, in pieces of about ``PIECE``; small ones are joined."""
    waiting: list[bytes] = []
    held = 0
    for path in paths:
        for piece in _pieces(path):
            if held + len(piece) > PIECE and waiting:
                yield b"".join(waiting)
                waiting, held = [], 0
            waiting.append(piece)
            held += len(piece)
    yield b"".join(waiting)


def _pieces(path: Path) -> Iterator[bytes]:
    handle = os.open(path, os.O_RDONLY)
    try:
        while piece := os.read(handle, PIECE):
            yield piece
            if len(piece) < PIECE:
                return
    finally:
        os.close(handle)


class Remembered:
    """Bytes by what names them, an ETag or a digest; the longest unused make room."""

    def __init__(self, limit: int = _REMEMBERED) -> None:
        self._limit = limit
        self._held = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._turn = Lock()

    def get(self, etag: str) -> bytes | None:
        """The body of ``etag``, if it is remembered."""
        with self._turn:
            body = self._bodies.get(etag)
            if body is not None:
                self._bodies.move_to_end(etag)
            return body

    def put(self, etag: str, body: bytes) -> None:
        """Remember ``body``."""
        with self._turn:
            if etag not in self._bodies:
                self._bodies[etag] = body
                self._held += len(body)
            while self._held > self._limit:
                _etag, old = self._bodies.popitem(last=False)
                self._held -= len(old)


def sweep(current: Iterable[str], now: float | None = None) -> int:
    """Delete what is older than two days and is not a month of a ``current`` digest; how many."""
    folder = Path(settings.FEED_CACHE_DIR)
    if not folder.is_dir():
        return 0
    limit = (now if now is not None else time.time()) - UNUSED
    needed = set(current)
    old = [
        path
        for path in folder.iterdir()
        if path.stem not in needed and path.stat().st_mtime < limit
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
