"""Excel files as people and enemies make them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

Fill = Callable[[Any, Any], None]


def book(*sheets: tuple[str, Fill]) -> bytes:
    """A workbook; each ``fill`` is given the book and its sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        for name, fill in sheets:
            fill(made, made.add_worksheet(name))
    return out.getvalue()


def rows(*lines: Sequence[object], at: tuple[int, int] = (0, 0)) -> Fill:
    """Write ``lines`` from the cell ``at``, counted from 0."""

    def fill(made: Any, sheet: Any) -> None:
        for row, line in enumerate(lines, start=at[0]):
            for column, value in enumerate(line, start=at[1]):
                sheet.write(row, column, value)

    return fill


def with_part(content: bytes, name: str, body: bytes) -> bytes:
    """``content`` with one part of its zip replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, body)
    return out.getvalue()


def with_lying_sizes(content: bytes, name: str) -> bytes:
    """``content`` whose directory and part header claim that ``name`` unpacks to ten bytes."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(name)
        crc = zlib.crc32(archive.read(name)[:10])
    for signature, crc_at, size_at in ((b"PK\x03\x04", 14, 22), (b"PK\x01\x02", 16, 24)):
        at = content.find(signature)
        while at >= 0:
            long = 26 if signature == b"PK\x03\x04" else 28
            start = at + (30 if signature == b"PK\x03\x04" else 46)
            length = struct.unpack_from("<H", content, at + long)[0]
            if content[start : start + length] == entry.filename.encode():
                struct.pack_into("<I", changed, at + crc_at, crc)
                struct.pack_into("<I", changed, at + size_at, 10)
            at = content.find(signature, at + 4)
    return bytes(changed)
