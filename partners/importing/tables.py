"""A file of any kind that we read, as tables of text cells with the rows' own numbers. Pure."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from partners.importing.archives import check_container, check_workbook
from partners.importing.columns import recognised
from partners.importing.decoding import LARGEST, decode
from partners.importing.problems import Code, Problem, UnreadableError, unreadable

DELIMITERS = (";", ",", "\t")
#: So far down a header is looked for.
HEAD = 25
Line = tuple[int, list[str]]
Cell = int | float | str | bool | time | date | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: ``lines`` gives each row that is not empty with its number, counted from 1."""

    name: str
    lines: Callable[[], Iterator[Line]]
    #: A text file says how many cells each row has; a worksheet's rows end anywhere.
    ragged: bool


def tables(content: bytes) -> list[Table]:
    """Every visible sheet of a workbook, or the one table of a text file.

    Raises UnreadableError. Formulas are never evaluated: what the program that saved the file
    saw is what is read.
    """
    if len(content) > LARGEST:
        raise unreadable(Code.TOO_LARGE, most=LARGEST // (1024 * 1024))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        check_container(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(content)
    text, delimiter = _delimited(decode(content))
    return [Table("", lambda: _csv_lines(text, delimiter), ragged=False)]


# --- Text ---------------------------------------------------------------------------------------


def _delimited(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep=") and len(first.strip()) <= 7:
        text = rest  # Excel's own hint, which it does not count as a line either
    return text, max(DELIMITERS, key=lambda sign: _score(text, sign))


def _score(text: str, delimiter: str) -> tuple[int, int]:
    """How much a file makes sense with ``delimiter``: known headers, then columns."""
    best = (0, 0)
    try:
        for cells in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEAD):
            best = max(best, (recognised(cells), len(cells)))
    except csv.Error:
        return best
    return best


def _csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    number = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            number += 1
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error:
        wrong = Problem(number + 1, "row", Code.BROKEN_QUOTES, {"row": number + 1})
        raise UnreadableError(wrong) from None


# --- Workbooks ----------------------------------------------------------------------------------


def _workbook(content: bytes) -> list[Table]:
    check_workbook(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        return [_sheet(book.get_sheet_by_name(name)) for name in shown]
    except (CalamineError, ValueError, OSError):
        raise unreadable(Code.BROKEN_WORKBOOK) from None
    except BaseException as error:
        # What the reader's own language calls a panic is no Exception in Python.
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable(Code.BROKEN_WORKBOOK) from None


def _sheet(sheet: CalamineSheet) -> Table:
    return Table(sheet.name, lambda: _sheet_lines(sheet), ragged=True)


def _sheet_lines(sheet: CalamineSheet) -> Iterator[Line]:
    """Rows as they stand; what is merged downwards stands in each of its rows."""
    merged = _merged(sheet)
    if sheet.start is None:
        return
    left = sheet.start[1]  # rows are given from the first, columns from the first that is used
    above: dict[int, tuple[int, str]] = {}
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(value) for value in values]
        for column, (last, text) in list(above.items()):
            if number > last:
                del above[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = text
        for column, last in merged.get(number, ()):
            if 0 <= column - left < len(cells):
                above[column - left] = (last, cells[column - left])
        if any(cell.strip() for cell in cells):
            yield number, cells


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """By first row (counted from 1): column (from 0) and last row of what is merged downwards."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top:
            found.setdefault(top + 1, []).append((left, bottom + 1))
    return found


def _text(value: Cell) -> str:  # noqa: PLR0911 one kind of cell a line
    """A cell as a person would have typed it."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time(0) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value)
