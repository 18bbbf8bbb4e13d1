"""Headers that nobody understands, with what stands under them, for a person to explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.screening import mask
from partners.importing.columns import Field, Part, header_key, map_columns
from partners.importing.layout import likely_header
from partners.importing.problems import Code, UnreadableError
from partners.importing.tables import Table

#: What a header can be said to mean, in the order of the form.
MEANINGS: tuple[str, ...] = (*(field.value for field in Field), *(part.value for part in Part))
_SAMPLES = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Header:
    """One column: its header, what it is taken for ("" for nothing), and its first values."""

    key: str
    text: str
    meaning: str
    samples: tuple[str, ...]


def headers(sheets: Sequence[Table], told: Mapping[str, str]) -> list[Header]:
    """The columns of every sheet that may be a register, each header once."""
    found: dict[str, Header] = {}
    for table in sheets:
        header = likely_header(table, told)
        if header is None:
            continue
        rows = (cells for number, cells in table.lines() if number > header[0])
        below = list(islice(rows, _SAMPLES))
        for place, text in enumerate(header[1]):
            if key := header_key(text):
                samples = tuple(
                    mask(cells[place].strip())[:_LONGEST]
                    for cells in below
                    if place < len(cells) and cells[place].strip()
                )
                found.setdefault(key, Header(key, text[:80], _meaning(text, told), samples))
    return list(found.values())


def _meaning(text: str, told: Mapping[str, str]) -> str:
    """What ``text`` is taken for beside an organisation's name."""
    try:
        columns = map_columns([text], told)
    except UnreadableError:
        try:
            columns = map_columns(["Organisation", text], told)
        except UnreadableError:
            return Field.ORGANISATION.value
        known = [*columns.places, *columns.parts]
        return known[1].value if len(known) > 1 else ""
    return next(iter(columns.places)).value


def must_ask(sheets: Sequence[Table], told: Mapping[str, str]) -> bool:
    """Whether a person has to say what a header means before the file can be read well."""
    asked = False
    for table in sheets:
        header = likely_header(table, told)
        if header is None:
            continue
        try:
            columns = map_columns(header[1], told)
        except UnreadableError as error:
            twice = error.problem.code is Code.COLUMN_TWICE
            asked = asked or twice or len(sheets) == 1
        else:
            asked = asked or any(header_key(name) not in told for name in columns.ignored)
    return asked
