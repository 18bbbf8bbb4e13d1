"""Cells that no spreadsheet takes for a formula, and the way back; what hides in cells. Pure."""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
# Soft hyphens, joiners, direction marks and byte order marks that come along from web pages.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_FAILED = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA"
    r"|SAKNAS!|REFERENS!|VÄRDEFEL!|DIVISION/0!|NAMN\?|SKÄRNING!|OGILTIGT!|SPILL!)"
)


def guarded(value: str) -> str:
    """``value`` as it is exported: an apostrophe before what could be a formula."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def bare(cell: str) -> str:
    """What ``guarded`` was made of; a cell that nobody guarded comes back as it is."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell


def tidied(cell: str) -> str:
    """``cell`` without invisible signs and outer space, hard spaces as plain ones."""
    return _SPACES.sub(" ", _UNSEEN.sub("", cell)).strip()


def failed(cell: str) -> bool:
    """Whether a formula left an error instead of a value, in Swedish or English."""
    return _FAILED.fullmatch(cell.upper()) is not None
