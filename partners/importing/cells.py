"""Cells that no spreadsheet takes for a formula, and the way back. Pure."""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


def guarded(value: str) -> str:
    """``value`` as it is exported: an apostrophe before what could be a formula."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def bare(cell: str) -> str:
    """What ``guarded`` was made of; a cell that nobody guarded comes back as it is."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell
