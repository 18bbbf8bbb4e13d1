"""What can be wrong with a file or a row, as codes; ``wording`` says them. Pure."""

import dataclasses
from enum import StrEnum


class Code(StrEnum):
    """Stable names of what is wrong."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_CSV = "not_csv"
    BINARY = "binary"
    BROKEN_TEXT = "broken_text"
    MIXED_TEXT = "mixed_text"
    GARBLED_TEXT = "garbled_text"
    BROKEN_QUOTES = "broken_quotes"
    TOO_MANY_ROWS = "too_many_rows"
    NO_ROWS = "no_rows"
    LOCKED = "locked"
    OLD_WORKBOOK = "old_workbook"
    BROKEN_WORKBOOK = "broken_workbook"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    SHEET_TOO_WIDE = "sheet_too_wide"
    NO_ORGANISATION_COLUMN = "no_organisation_column"
    COLUMN_TWICE = "column_twice"
    CELL_COUNT = "cell_count"
    MISSING = "missing"
    NO_GROUP = "no_group"
    NO_CONTACT = "no_contact"
    NOT_A_CHOICE = "not_a_choice"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_WEEKDAY = "not_a_weekday"
    NOT_A_TIME = "not_a_time"
    SIZE_IS_A_DATE = "size_is_a_date"
    CONTRADICTS = "contradicts"
    FORMULA_FAILED = "formula_failed"
    IDENTITY_NUMBER = "identity_number"
    REFUSED = "refused"
    # What is done and told, and stops nothing.
    FIRST_OF_SEVERAL = "first_of_several"
    SEVERAL_CONTACTS = "several_contacts"
    SUM_ROW = "sum_row"
    FOOTNOTE = "footnote"
    SHEET_LEFT = "sheet_left"


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """``row`` is a number of ``places``; 0 where the file is unreadable.

    ``field`` is a Field's value, or "file", "header" or "row". ``values`` fill the wording; "label"
    among them is what the row calls itself.
    """

    row: int
    field: str
    code: Code
    values: dict[str, object] = dataclasses.field(default_factory=dict)


class UnreadableError(Exception):
    """The file as a whole cannot be used; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def unreadable(code: Code, **values: object) -> UnreadableError:
    """The file as a whole is no use, for ``code``."""
    return UnreadableError(Problem(0, "file", code, values))
