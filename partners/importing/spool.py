"""Rows that wait on disk, so that a long file takes no more memory than a short one. Pure."""

import pickle
import zlib
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar

T = TypeVar("T")
#: A part has about so many rows.
PART = 1_000
#: Bytes that are kept in memory before the disk is used.
_IN_MEMORY = 512 * 1024


class Spool(Generic[T]):
    """A list that is only added to and read from its beginning, as often as needed."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 closed with the spool
        self._count = 0

    def add(self, item: T) -> None:
        """Put ``item`` last."""
        pickle.dump(item, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        end = self._file.tell()
        self._file.seek(0)
        for _ in range(self._count):
            item: T = pickle.load(self._file)  # noqa: S301 nobody else writes this file
            yield item
        self._file.seek(end)

    def parts(self, key: Callable[[T], str]) -> Iterator[list[T]]:
        """All of it in parts, each in order; what has the same ``key`` is in the same part."""
        number = -(-self._count // PART)
        if number < 2:
            yield list(self)
            return
        buckets: list[Spool[T]] = [Spool() for _ in range(number)]
        for item in self:
            buckets[zlib.crc32(key(item).encode()) % number].add(item)
        for bucket in buckets:
            yield list(bucket)
            bucket.close()

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def __del__(self) -> None:
        self.close()
