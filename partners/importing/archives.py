"""What must be known of an Excel file before it is unpacked: that it is one, and how large. Pure.

A workbook is a zip of XML. Sizes in its directory are claims, so every entry is unpacked once,
piece by piece, and thrown away; each worksheet's extent is counted on the way, because a reader
makes room for the whole rectangle from the first cell to the last.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from partners.importing.problems import Code, unreadable

MOST_UNPACKED = 40 * 1024 * 1024
MOST_ENTRIES = 500
#: Cells in the rectangle of one sheet; 20,000 rows of 100 columns.
MOST_CELLS = 2_000_000
_PIECE = 64 * 1024
_LOCAL = 30


def check_workbook(content: bytes) -> None:
    """Return where ``content`` is an .xlsx that can be read. Raises UnreadableError otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
        _check_kind({entry.filename for entry in entries})
        if len(entries) > MOST_ENTRIES:
            raise unreadable(Code.UNPACKS_TOO_LARGE)
        if any(entry.flag_bits & 1 for entry in entries):
            raise unreadable(Code.LOCKED)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise unreadable(Code.UNPACKS_TOO_LARGE)
        left = MOST_UNPACKED
        for entry in entries:
            left -= _measure(content, entry, left)
    except (zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, ValueError):
        raise unreadable(Code.BROKEN_WORKBOOK) from None


def check_container(content: bytes) -> None:
    """Refuse an OLE file: an Excel file with a password, or one of before 2007."""
    locked = "EncryptedPackage".encode("utf-16-le") in content
    raise unreadable(Code.LOCKED if locked else Code.OLD_WORKBOOK)


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    others = {
        "word/document.xml": "Word",
        "ppt/presentation.xml": "PowerPoint",
        "xl/workbook.bin": "Excel (.xlsb)",
        "mimetype": "OpenDocument",
    }
    kind = next((kind for name, kind in others.items() if name in names), "zip")
    raise unreadable(Code.NOT_CSV, kind=kind)


def _measure(content: bytes, entry: zipfile.ZipInfo, left: int) -> int:
    """The real size of ``entry`` unpacked. Raises where it lies, or is larger than ``left``."""
    size = 0
    extent = _Extent() if entry.filename.endswith((".xml", ".rels")) else None
    for piece in _unpacked(content, entry):
        size += len(piece)
        if size > left:
            raise unreadable(Code.UNPACKS_TOO_LARGE)
        if extent is not None:
            extent.feed(piece)
    if size != entry.file_size:
        raise zipfile.BadZipFile
    return size


def _unpacked(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The whole stream, also what goes on beyond the size that the directory claims."""
    start = entry.header_offset
    if content[start : start + 4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    name, extra = struct.unpack("<HH", content[start + 26 : start + _LOCAL])
    begin = start + _LOCAL + name + extra
    packed = content[begin : begin + entry.compress_size]
    if len(packed) != entry.compress_size:
        raise zipfile.BadZipFile
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    while not engine.eof:
        piece = engine.decompress(packed, _PIECE)
        packed = engine.unconsumed_tail
        if not piece and not packed:
            raise zipfile.BadZipFile  # it ends before its end
        yield piece


class _Extent:
    """Follows one XML part; where it is a worksheet, how large its rectangle gets."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._root
        self._row = self._column = self._last_row = self._last_column = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises ExpatError, UnreadableError."""
        self._parser.Parse(piece, False)  # noqa: FBT003 the C function takes no keyword

    def _doctype(self, *_: object) -> None:
        raise zipfile.BadZipFile  # no Excel file has one; entities are made with it

    def _root(self, name: str, _: dict[str, str]) -> None:
        sheet = name.rpartition(":")[2] == "worksheet"
        self._parser.StartElementHandler = self._element if sheet else None

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif local == "c":
            self._cell(attributes.get("r", ""))

    def _cell(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        if letters:
            self._column = 0
            for letter in letters:
                self._column = self._column * 26 + ord(letter) - 64
            self._row = int(reference[len(letters) :])
        else:
            self._column += 1
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row * self._last_column > MOST_CELLS:
            raise unreadable(Code.SHEET_TOO_WIDE)
