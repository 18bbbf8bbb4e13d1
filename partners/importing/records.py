"""Tables to rows of typed cells, each with its place as a spreadsheet shows it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from core.screening import Action, screen
from core.swedish import format_phone
from partners.importing import words
from partners.importing.cells import bare, failed, tidied
from partners.importing.columns import Columns, Field, Part
from partners.importing.layout import Listing, find_listing
from partners.importing.people import is_callable, people, reach
from partners.importing.places import place
from partners.importing.problems import Code, Problem, UnreadableError, unreadable
from partners.importing.spool import Spool
from partners.importing.tables import Table, tables
from partners.phones import to_e164

MOST_ROWS = 20_000
#: So many rows are read between two steps of the bar.
PROGRESS = 500
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
_SPLIT = (Field.CONTACT, Field.ROLE, Field.EMAIL, Field.PHONE)
_DIGITS_OF_IDENTITY = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the values of its filled cells. An empty cell says nothing at all."""

    number: int
    values: dict[Field, Value]
    #: Contacts after the first, where one cell names several.
    others: tuple[dict[Field, Value], ...] = ()

    def part(self, fields: Sequence[Field]) -> dict[Field, Value]:
        """Only the values of ``fields``."""
        return _only(self.values, fields)

    def contacts(self) -> Iterator[dict[Field, Value]]:
        """What the row says of each of its contacts."""
        if said := self.part(CONTACT_FIELDS):
            yield said
        yield from self.others


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was understood: its rows, and what is wrong with the other rows."""

    rows: Spool[Row]
    problems: tuple[Problem, ...]
    #: What was done or left without stopping anything, in the order of the file.
    notices: tuple[Problem, ...] = ()
    #: The names of the sheets that were read; one empty name for a text file.
    sheets: tuple[str, ...] = ("",)
    #: Headers that nobody understands, of all sheets.
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    rows: Spool[Row] = field(default_factory=Spool)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)


def read(
    content: bytes,
    told: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sheet:
    """Everything of a CSV or Excel file; ``told`` as in ``map_columns``.

    ``progress`` is told how many rows were read, every so often. Raises UnreadableError where
    the file as a whole is no use.
    """
    listings, left = find_listings(tables(content), told)
    found = _Reading(notices=left)
    for sheet, listing in enumerate(listings):
        _read_listing(sheet, listing, found, progress)
    if not found.rows and not found.problems:
        raise unreadable(Code.NO_ROWS)
    return Sheet(
        found.rows,
        tuple(found.problems),
        tuple(found.notices),
        tuple(listing.table.name for listing in listings),
        tuple(dict.fromkeys(name for each in listings for name in each.columns.ignored)),
    )


def find_listings(
    sheets: Iterable[Table], told: Mapping[str, str] | None = None
) -> tuple[list[Listing], list[Problem]]:
    """The sheets that hold a register, and a notice for each of the others.

    Raises the first sheet's UnreadableError where none does.
    """
    found: list[Listing] = []
    left: list[Problem] = []
    errors: list[UnreadableError] = []
    for table in sheets:
        try:
            found.append(find_listing(table, told))
        except UnreadableError as error:
            errors.append(error)
            if error.problem.code is not Code.NO_ROWS:
                left.append(Problem(0, "file", Code.SHEET_LEFT, {"sheet": table.name}))
    if not found:
        telling = [error for error in errors if error.problem.code is not Code.NO_ROWS]
        raise next(iter(telling or errors), unreadable(Code.NO_ROWS))
    return found, left


def _read_listing(
    sheet: int, listing: Listing, found: _Reading, progress: Callable[[int], None] | None
) -> None:
    for line in listing.body():
        if isinstance(line, Problem):
            found.notices.append(Problem(place(sheet, line.row), line.field, line.code))
            continue
        if len(found.rows) + len(found.problems) >= MOST_ROWS:
            raise unreadable(Code.TOO_MANY_ROWS, most=MOST_ROWS)
        number, cells = place(sheet, line[0]), line[1]
        row = _row(number, cells, listing, found.notices)
        if isinstance(row, Row):
            found.rows.add(row)
            if progress is not None and len(found.rows) % PROGRESS == 0:
                progress(len(found.rows))
        else:
            found.problems.extend(row)


def _row(
    number: int, cells: list[str], listing: Listing, notices: list[Problem]
) -> Row | list[Problem]:
    columns = listing.columns
    while len(cells) > columns.width and not cells[-1].strip():
        cells.pop()
    if listing.table.ragged:
        cells += [""] * (columns.width - len(cells))
    if len(cells) != columns.width:
        counts: dict[str, object] = {"cells": len(cells), "columns": columns.width}
        return [Problem(number, "row", Code.CELL_COUNT, counts)]
    if any(_is_identity_number(cells[at]) for at in _unread(columns)):
        return [Problem(number, "row", Code.IDENTITY_NUMBER)]
    texts, problems = _texts(number, cells, columns)
    others: list[dict[Field, Value]] = []
    if not columns.own:
        others = _part_people(number, texts, columns, cells, notices)
    values: dict[Field, Value] = {}
    for each, text in texts.items():
        try:
            values[each] = _PARSERS.get(each, str)(text)
        except words.LooksLikeDateError:
            problems.append(Problem(number, each, Code.SIZE_IS_A_DATE))
        except words.UnknownWordError:
            problems.append(Problem(number, each, *_expected(each)))
    said = {*values, *(Field(problem.field) for problem in problems)}
    problems += _gaps(number, said)
    if problems:
        label = texts.get(Field.ORGANISATION, "")
        return [replace(wrong, values={**wrong.values, "label": label}) for wrong in problems]
    shared = _only(values, [each for each in CONTACT_FIELDS if each not in _SPLIT])
    return Row(number, values, tuple(shared | other for other in others))


def _only(values: dict[Field, Value], fields: Sequence[Field]) -> dict[Field, Value]:
    return {each: values[each] for each in fields if each in values}


def _unread(columns: Columns) -> list[int]:
    """The columns that nothing is made of: what stands there is looked at all the same."""
    used = {*columns.places.values(), *columns.parts.values()}
    used.update(at for more in columns.more.values() for at in more)
    return [at for at in range(columns.width) if at not in used]


def _is_identity_number(text: str) -> bool:
    if sum(sign.isdigit() for sign in text) < _DIGITS_OF_IDENTITY:
        return False
    return screen(text).action is Action.BLOCK


def _texts(
    number: int, cells: list[str], columns: Columns
) -> tuple[dict[Field, str], list[Problem]]:
    """What each field's own column says."""
    texts: dict[Field, str] = {}
    problems = []
    for each, at in columns.places.items():
        text = bare(cells[at].strip() if columns.own else tidied(cells[at]))
        if failed(text) and not columns.own:
            problems.append(Problem(number, each, Code.FORMULA_FAILED))
        elif text:
            texts[each] = text
    return texts, problems


def _part_people(
    number: int,
    texts: dict[Field, str],
    columns: Columns,
    cells: list[str],
    notices: list[Problem],
) -> list[dict[Field, Value]]:
    """Put together what stands in several columns, and apart what one cell holds of several."""
    _join(number, texts, columns, cells, notices)
    found = people(*(texts.get(each, "") for each in _SPLIT))
    notices.extend(Problem(number, column, Code.FIRST_OF_SEVERAL) for column in found.dropped)
    if len(found.people) > 1:
        notices.append(Problem(number, Field.CONTACT, Code.SEVERAL_CONTACTS))
    several = [
        {
            each: _plain_phone(text) if each is Field.PHONE else text
            for each, text in zip(
                _SPLIT, (person.name, person.role, person.email, person.phone), strict=True
            )
            if text
        }
        for person in found.people
    ]
    for each in _SPLIT:
        texts.pop(each, None)
    texts.update(several[0])
    return [dict[Field, Value](other) for other in several[1:]]


def _join(
    number: int,
    texts: dict[Field, str],
    columns: Columns,
    cells: list[str],
    notices: list[Problem],
) -> None:
    parts = {part: tidied(cells[at]) for part, at in columns.parts.items()}
    name = f"{parts.get(Part.FIRST_NAME, '')} {parts.get(Part.LAST_NAME, '')}".strip()
    if name:
        texts.setdefault(Field.CONTACT, name)
    town = f"{parts.get(Part.POSTCODE, '')} {parts.get(Part.TOWN, '')}".strip()
    street = texts.get(Field.ADDRESS, "")
    if town and street and _unspaced(town) not in _unspaced(street):
        texts[Field.ADDRESS] = f"{street}, {town}"
    mail, number_there = reach(parts.get(Part.REACH, ""))
    for each, text in ((Field.EMAIL, mail), (Field.PHONE, number_there)):
        if text:
            texts.setdefault(each, text)
    for each, more in columns.more.items():
        for text in filter(None, (tidied(cells[at]) for at in more)):
            if each is Field.NOTES and each in texts:
                texts[each] = f"{texts[each]}\n{text}"
            elif texts.setdefault(each, text) != text:
                notices.append(Problem(number, each, Code.FIRST_OF_SEVERAL))


def _unspaced(text: str) -> str:
    # For looking whether one text stands in another.
    return "".join(text.lower().split())


def _plain_phone(text: str) -> str:
    """A number that can be called, in groups; any other as it stands, to be judged later.

    Ten digits in a row look like a personal identity number in one of many cases, groups do not.
    """
    return format_phone(to_e164(text)) if is_callable(text) else text


def _gaps(number: int, values: set[Field]) -> Iterator[Problem]:
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
