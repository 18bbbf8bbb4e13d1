"""Where a row stands, as one number that sorts and compares: its sheet and its row. Pure."""

_ROWS = 2**21  # a worksheet ends at row 2**20


def place(sheet: int, row: int) -> int:
    """The number of ``row`` (as the spreadsheet shows it) on ``sheet`` (counted from 0)."""
    return sheet * _ROWS + row


def row_of(number: int) -> int:
    """The row as the spreadsheet shows it."""
    return number % _ROWS


def sheet_of(number: int) -> int:
    """The sheet, counted from 0."""
    return number // _ROWS
