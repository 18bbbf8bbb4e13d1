"""Text to rows of typed cells, each with its line as a spreadsheet shows it. Pure."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from partners.importing import words
from partners.importing.cells import bare
from partners.importing.columns import Columns, Field, map_columns, recognised
from partners.importing.decoding import decode
from partners.importing.problems import Code, Problem, UnreadableError

MOST_ROWS = 20_000
DELIMITERS = (";", ",", "\t")
Value = str | bool | int | time | tuple[str, ...]

ORGANISATION_FIELDS = (
    Field.ORGANISATION,
    Field.KIND,
    Field.ORGANISATION_PROTECTED,
    Field.ADDRESS,
    Field.NOTES,
)
GROUP_FIELDS = tuple(Field)[5:14]
CONTACT_FIELDS = tuple(Field)[14:]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the values of its filled cells. An empty cell says nothing at all."""

    number: int
    values: dict[Field, Value]

    def part(self, fields: Sequence[Field]) -> dict[Field, Value]:
        """Only the values of ``fields``."""
        return {field: self.values[field] for field in fields if field in self.values}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was understood: its rows, and what is wrong with the other rows."""

    columns: Columns
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(content: bytes) -> Sheet:
    """Everything of a CSV file. Raises UnreadableError where the file as a whole is no use."""
    records = _records(decode(content))
    columns = map_columns(records[0])
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, cells in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        found = _row(number, cells, columns)
        problems.extend(found if isinstance(found, list) else [])
        if isinstance(found, Row):
            rows.append(found)
    if not rows and not problems:
        raise UnreadableError(Problem(0, "file", Code.NO_ROWS))
    return Sheet(columns, tuple(rows), tuple(problems))


def _records(text: str) -> list[list[str]]:
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep=") and len(first.strip()) <= 7:
        text = rest  # Excel's own hint, which it does not count as a line either
    delimiter = max(DELIMITERS, key=lambda sign: _score(text, sign))
    records: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records.append(cells)
            if len(records) > MOST_ROWS + 1:
                raise UnreadableError(Problem(0, "file", Code.TOO_MANY_ROWS, {"most": MOST_ROWS}))
    except csv.Error:
        number = len(records) + 1
        raise UnreadableError(Problem(number, "row", Code.BROKEN_QUOTES, {"row": number})) from None
    return records


def _score(text: str, delimiter: str) -> tuple[int, int]:
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return (0, 0)
    return (recognised(header), len(header))


def _row(number: int, cells: list[str], columns: Columns) -> Row | list[Problem]:
    while len(cells) > columns.width and not cells[-1].strip():
        cells.pop()
    if len(cells) != columns.width:
        counts: dict[str, object] = {"cells": len(cells), "columns": columns.width}
        return [Problem(number, "row", Code.CELL_COUNT, counts)]
    values: dict[Field, Value] = {}
    problems: list[Problem] = []
    for field, place in columns.places.items():
        text = bare(cells[place].strip())
        if not text:
            continue
        try:
            values[field] = _PARSERS.get(field, str)(text)
        except words.LooksLikeDateError:
            problems.append(Problem(number, field, Code.SIZE_IS_A_DATE))
        except words.UnknownWordError:
            problems.append(Problem(number, field, *_expected(field)))
    return problems + list(_gaps(number, values)) or Row(number, values)


def _gaps(number: int, values: dict[Field, Value]) -> Iterator[Problem]:
    """A name that lacks where other cells speak of its bearer."""
    if Field.ORGANISATION not in values:
        yield Problem(number, Field.ORGANISATION, Code.MISSING)
    if Field.GROUP not in values and any(field in values for field in GROUP_FIELDS):
        yield Problem(number, Field.GROUP, Code.NO_GROUP)
    if Field.CONTACT not in values and any(field in values for field in CONTACT_FIELDS):
        yield Problem(number, Field.CONTACT, Code.NO_CONTACT)


def _of(table: dict[str, str]) -> Callable[[str], str]:
    return lambda text: words.choice(text, table)


_TABLES = {
    Field.KIND: words.KINDS,
    Field.CATEGORY: words.CATEGORIES,
    Field.CHANNEL: words.CHANNELS,
    Field.CONTACT_LANGUAGE: words.LANGUAGES,
}
_PARSERS: dict[Field, Callable[[str], Value]] = {
    **{field: _of(table) for field, table in _TABLES.items()},
    Field.ORGANISATION_PROTECTED: words.yes_or_no,
    Field.CONTACT_PROTECTED: words.yes_or_no,
    Field.FIKA: words.yes_or_no,
    Field.TWO_HOSTS: words.yes_or_no,
    Field.SIZE_BAND: words.size_band,
    Field.WEEKDAY: words.weekday,
    Field.TIME: words.clock,
    Field.ACCESS_NEEDS: lambda text: words.choices(text, words.ACCESS_NEEDS),
    Field.LANGUAGES: lambda text: (text,),
}


def _expected(field: Field) -> tuple[Code, dict[str, object]]:
    """What should have stood there; never what stood there."""
    if field is Field.WEEKDAY:
        return Code.NOT_A_WEEKDAY, {}
    if field is Field.TIME:
        return Code.NOT_A_TIME, {}
    if field is Field.SIZE_BAND:
        bands = ", ".join(f"{first}–{last}" for first, last in words.SIZES)
        return Code.NOT_A_CHOICE, {"choices": bands}
    table = words.ACCESS_NEEDS if field is Field.ACCESS_NEEDS else _TABLES.get(field)
    if table is None:
        return Code.NOT_YES_OR_NO, {}
    known = ", ".join(words.NAMES[value] for value in dict.fromkeys(table.values()))
    return Code.NOT_A_CHOICE, {"choices": known}
