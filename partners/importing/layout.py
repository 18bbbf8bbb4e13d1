"""Where the list begins and ends in a sheet: titles above, sums and notes below. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from partners.folding import fold
from partners.importing.cells import tidied
from partners.importing.columns import Columns, Field, header_key, map_columns, recognised
from partners.importing.problems import Code, Problem, UnreadableError, unreadable
from partners.importing.tables import HEAD, Line, Table

_SUM = re.compile(r"(?:del)?summa|s:a|sum|total(?:t|summa)?|(?:grand )?total|antal|count")
_SUM_OF = re.compile(r"(?:summa|totalt|total|antal|sum)\b[^\d]*:?\s*\d+(?:\s*\w+)?")
_NUMBER = re.compile(r"[\d\s.,%-]+(?:st|pers\w*|kr)?\.?")
_NOTE = re.compile(
    r"(?:uppdaterad|senast (?:uppdaterad|ändrad)|utskriven|källa|obs|sida \d|fotnot|updated|"
    r"last updated|source|page \d)\b.*|\*.*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet in which a header was found."""

    table: Table
    header: Line
    columns: Columns

    @property
    def _organisation(self) -> int:
        return self.columns.places[Field.ORGANISATION]

    def body(self) -> Iterator[Line | Problem]:
        """The rows under the header; a Problem for one that is a sum or a note, and told."""
        rows = (line for line in self.table.lines() if line[0] > self.header[0])
        if self.columns.own:
            yield from rows
            return
        keys = [header_key(cell) for cell in self.header[1]]
        last = self.header[0]
        for number, cells in rows:
            said = [tidied(cell) for cell in cells if tidied(cell)]
            after_gap, last = number > last + 1, number
            if not said or [header_key(cell) for cell in cells] == keys:
                continue  # nothing, or the header again at the top of a printed page
            named = cells[self._organisation] if self._organisation < len(cells) else ""
            if _is_sum(said) or (not tidied(named) and all(map(_is_number, said))):
                yield Problem(number, "row", Code.SUM_ROW)
            elif after_gap and len(said) == 1 and _NOTE.fullmatch(fold(said[0])):
                yield Problem(number, "row", Code.FOOTNOTE)
            else:
                yield number, cells


def likely_header(table: Table, told: Mapping[str, str] | None = None) -> Line | None:
    """The row near the top of which most is understood; None in an empty sheet."""
    top = list(islice(table.lines(), HEAD))
    if not top:
        return None
    found = max(top, key=lambda line: (_understood(line[1], told or {}), -line[0]))
    return found[0], _joined(found[1])


def find_listing(table: Table, told: Mapping[str, str] | None = None) -> Listing:
    """The list in ``table``: its header is the row of which most is understood.

    Raises UnreadableError where no row near the top names an organisation column.
    """
    header = likely_header(table, told)
    if header is None:
        raise unreadable(Code.NO_ROWS)
    try:
        columns = map_columns(header[1], told)
    except UnreadableError as error:
        raise UnreadableError(replace(error.problem, row=header[0])) from None
    return Listing(table, header, columns)


def _joined(cells: Sequence[str]) -> list[str]:
    return [" ".join(tidied(cell).split()) for cell in cells]


def _understood(cells: Sequence[str], told: Mapping[str, str]) -> int:
    unknown = [cell for cell in cells if header_key(cell) not in told]
    return recognised(unknown) + len(cells) - len(unknown)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(fold(cell)) is not None


def _is_sum(said: Sequence[str]) -> bool:
    first, rest = fold(said[0]).rstrip(" :."), said[1:]
    if not all(map(_is_number, rest)):
        return False
    return bool(_SUM.fullmatch(first) or (not rest and _SUM_OF.fullmatch(fold(said[0]))))
