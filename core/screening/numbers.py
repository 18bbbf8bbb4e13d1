"""Personal identity numbers: what blocks."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from stdnum import ean, isbn, luhn

from core.screening import markup
from core.screening.spans import PERSONAL_IDENTITY_NUMBER, Folded, Span

_DIGITS = re.compile(r"[0-9]+")
_SYMBOLS = {"-": "dash", "+": "dash", ".": "dot", "/": "slash"} | dict.fromkeys(
    ",:;_*|~='\"()[]{}<>", "other"
)
_JOINTS = frozenset({"space", "dash", "dot", "slash"})
_WIDEST_GAP, _MOST_SYMBOLS = 12, 3
_LABEL = re.compile(
    r"(?:(?:person|samordnings)[ -]?(?:nummer|nr)|\bp(?:ers)?[. ]{0,2}nr|\bfödd|"
    r"identity number)[^0-9a-zåäö]{0,4}(?:är|is)?[^0-9a-zåäö]{0,4}$"
)
PHONE_LABEL = re.compile(
    r"\b(?:tel|tfn|telefon|mobil|ring|sms|phone|call)[a-zåäö]*(?: på| till)?[ .:]{0,3}$"
)
_ISBN_LABEL = re.compile(r"\bisbn(?:[- ]?1[03])?[^0-9a-zåäö]{0,3}$")
LABEL_REACH = 32
_CANONICAL_DATES = frozenset({(6,), (8,), (2, 2, 2), (4, 2, 2), (2, 6)})
_FIRST_VISIT_YEAR = 2024  # nobody who is born later takes part in a visit
_LAST_SHORT_YEAR = 30


class _Candidate(NamedTuple):
    """Digit groups that together have 10 or 12 digits, and what stands around them."""

    groups: tuple[str, ...]
    gaps: tuple[str, ...]
    before: tuple[str, str]  # previous group and the kind of gap to it
    after: tuple[tuple[str, str], ...]  # up to three following (gap kind, group)
    lead: str  # the folded, lower-case text just before

    @property
    def digits(self) -> str:
        return "".join(self.groups)

    @property
    def cut(self) -> int | None:
        """How many groups the date takes, where a group boundary precedes the last four."""
        for count in range(1, len(self.groups)):
            if sum(map(len, self.groups[count:])) == 4:
                return count
        return None


def identity_numbers(text: str, folded: Folded) -> list[Span]:
    """Those of a text as it stands, and as a browser shows it where it holds tags or entities."""
    found = _as_it_stands(folded)
    for shown in markup.readings(text):
        found += _as_it_stands(Folded.made(shown, len(text)))
    joined: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, span.end)):
        if joined and span.start < joined[-1].end:
            before = joined.pop()
            span = Span(before.start, max(before.end, span.end), span.kind)  # noqa: PLW2901
        joined.append(span)
    return joined


def _as_it_stands(folded: Folded) -> list[Span]:
    """Personnummer and samordningsnummer (day + 60), 10 or 12 digits, valid date and Luhn.

    Invisible characters are ignored and every Unicode digit counts. Digits may be divided by
    one kind of space, dash, dot or slash; between date and last four up to three symbols of any
    kind will do, a line break too. A run of digits is never cut, so longer numbers (OCR, ISBN-13,
    library cards) do not match. Ten bare digits with a valid date and check digit do block, ISBN-10
    without the word ISBN among them: a wrong stop costs a rewrite, a leak cannot be taken back.
    Exempt, unless a label such as "personnummer" precedes: see ``_is_phone``, ``_is_moment``,
    ``_is_isbn10``, and groups of a valid ISBN-13. Letters for digits (O, l) are not undone.
    """
    runs = [(m.start(), m.end()) for m in _DIGITS.finditer(folded.text)]
    gaps = [_gap(folded.text[a[1] : b[0]]) for a, b in pairwise(runs)]
    groups = [folded.text[start:end] for start, end in runs]
    books = _book_groups(groups, gaps)
    found: list[Span] = []
    for first, last in _windows(groups, gaps, frozenset({10, 12})):
        digits = "".join(groups[first:last])
        # The cheap questions first: of a megabyte of digits nearly all end here.
        if not _born(digits) or not luhn.is_valid(digits[-10:]):
            continue
        candidate = _candidate(folded.text, runs, groups, gaps, (first, last))
        if books.issuperset(range(first, last)) or not _is_identity_number(candidate):
            continue
        found.append(folded.span(runs[first][0], runs[last - 1][1], PERSONAL_IDENTITY_NUMBER))
    return found


def _gap(between: str) -> str:
    """The kind of separator, or an empty string where the digits do not belong together.

    Up to three symbols of any kind; of several kinds they are "mixed", which only divides the date
    from the last four.
    """
    if len(between) > _WIDEST_GAP:
        return ""
    symbols = "".join(between.split())
    if len(symbols) > _MOST_SYMBOLS or any(map(str.isalnum, symbols)):
        return ""
    kinds = {_SYMBOLS.get(symbol, "other") for symbol in symbols}
    if "\n" in between:
        lines = between.count("\n")
        return "newline" if lines <= (2 if symbols else 1) and kinds <= {"dash"} else ""
    if len(kinds) > 1:
        return "mixed"
    return kinds.pop() if kinds else "space"


def _windows(
    groups: list[str], gaps: list[str], totals: frozenset[int]
) -> Iterator[tuple[int, int]]:
    for first in range(len(groups)):
        total = 0
        for last in range(first, len(groups)):
            if last > first and not gaps[last - 1]:
                break
            total += len(groups[last])
            if total > max(totals):
                break
            if total in totals:
                yield first, last + 1


def _candidate(
    text: str,
    runs: list[tuple[int, int]],
    groups: list[str],
    gaps: list[str],
    window: tuple[int, int],
) -> _Candidate:
    first, last = window
    start = runs[first][0]
    return _Candidate(
        groups=tuple(groups[first:last]),
        gaps=tuple(gaps[first : last - 1]),
        before=(groups[first - 1], gaps[first - 1]) if first else ("", ""),
        after=tuple(zip(gaps[last - 1 : last + 2], groups[last : last + 3], strict=True)),
        lead=text[max(0, start - LABEL_REACH) : start].lower(),
    )


def _is_identity_number(candidate: _Candidate) -> bool:
    """How it is written; that it has a date and a check digit is known."""
    if not _is_written_as_one(candidate):
        return False
    if _LABEL.search(candidate.lead):
        return True
    return not (_is_phone(candidate) or _is_moment(candidate) or _is_isbn10(candidate))


def _born(digits: str) -> bool:
    """Whether the date exists; ten digits leave the century open, day + 60 is allowed."""
    short = digits[-10:]
    if not "01" <= short[2:4] <= "12":
        return False
    centuries = (digits[:2],) if len(digits) == 12 else ("19", "20")
    day = int(short[4:6])
    return any(
        century in {"18", "19", "20"}
        and _is_date(int(century + short[:2]), int(short[2:4]), day - 60 if day > 60 else day)
        for century in centuries
    )


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_written_as_one(candidate: _Candidate) -> bool:
    """Whether the grouping reads as one number, not as neighbours in a list."""
    lengths = tuple(map(len, candidate.groups))
    if len(lengths) == 1:
        return True
    cut = candidate.cut
    inner = set(candidate.gaps if cut is None else _inner_gaps(candidate, cut))
    if inner == {"newline"} or (len(inner) > 1 and inner <= _JOINTS):
        return _stands_alone(candidate) and _is_divided_twice(candidate, cut, inner)
    if len(inner) > 1 or not inner <= _JOINTS:
        return False
    canonical = cut is not None and lengths[:cut] in _CANONICAL_DATES and lengths[cut:] == (4,)
    if canonical or set(lengths) == {1}:
        return True
    neighbours = {candidate.before[1], *(gap for gap, _ in candidate.after[:1])}
    return not neighbours & (inner or set(candidate.gaps))


def _stands_alone(candidate: _Candidate) -> bool:
    return not candidate.before[1] and not any(gap for gap, _group in candidate.after[:1])


def _is_divided_twice(candidate: _Candidate, cut: int | None, inner: set[str]) -> bool:
    """Digits a line each, or by two kinds of separators: "19 85-07-09 98 05", "1 9 8 5 - 0 7 …".

    Neither a date with a clock time nor a phone number is written so.
    """
    lengths = tuple(map(len, candidate.groups))
    if set(lengths) == {1}:
        return True
    if cut is None or "newline" in inner or candidate.digits.startswith("0"):
        return False
    date_part, serial = lengths[:cut], candidate.digits[-4:]
    clock = int(serial[:2]) < 24 and int(serial[2:]) < 60
    written = date_part in _CANONICAL_DATES or date_part in {(2, 2, 2, 2), (2, 4, 2), (4, 4)}
    return written and lengths[cut:] in {(4,), (2, 2)} and not clock


def _inner_gaps(candidate: _Candidate, cut: int) -> tuple[str, ...]:
    return candidate.gaps[: cut - 1] + candidate.gaps[cut:]


def _is_phone(candidate: _Candidate) -> bool:
    """Phone-like: "+45 …", "070-174 06 05", "08-123 456 78", bare 07[02369], or after "tel"."""
    lengths = tuple(map(len, candidate.groups))
    as_identity_number = lengths in {(6, 4), (8, 4)}
    if candidate.lead.endswith("+") and not as_identity_number:
        return True
    digits = candidate.digits
    if len(digits) != 10 or digits[0] != "0" or as_identity_number:
        return False
    if len(lengths) == 1:
        mobile = digits[1] == "7" and digits[2] in "02369"
        return mobile or PHONE_LABEL.search(candidate.lead) is not None
    return lengths[0] in {3, 4} or (candidate.groups[0] == "08" and lengths[:3] != (2, 2, 2))


def _is_moment(candidate: _Candidate) -> bool:
    """A date with a clock time or a second date, such as 2026-11-23 13.00 or 20261123-1300.

    A time counts between 06 and 22 on five minutes: after a date from 2024 on (with two year
    digits up to 2030, divided and apart from the time), after a date with dots or slashes, or
    as the first half of a time range; "13.00" counts after any date.
    "261123-1300" alone has the very form of an identity number and is not exempt.
    """
    cut = candidate.cut
    digits = candidate.digits
    serial = digits[-4:]
    clock = _is_visit_time(serial)
    if cut is None:
        return len(digits) == 12 and int(digits[:4]) >= _FIRST_VISIT_YEAR and clock
    if not _is_date_form(candidate, cut):
        return False
    divided = len(candidate.groups) - cut > 1
    recent = _is_recent(candidate, cut)
    if divided and recent and candidate.gaps[cut - 1] != candidate.gaps[cut]:
        return True
    if divided and candidate.gaps[cut:] == ("dot",) and candidate.gaps[cut - 1] != "dot":
        return int(serial[:2]) < 24 and int(serial[2:]) < 60
    second_date = len(digits) == 12 and _is_date(2024, int(serial[:2]), int(serial[2:]))
    if recent and (clock or second_date):
        return True
    dotted = bool({"dot", "slash"} & set(candidate.gaps[: cut - 1]))
    return (clock and (dotted or _starts_range(candidate))) or _starts_date(candidate, cut)


def _is_date_form(candidate: _Candidate, cut: int) -> bool:
    lengths = tuple(map(len, candidate.groups))
    date_part, time_part = lengths[:cut], lengths[cut:]
    return date_part in _CANONICAL_DATES - {(2, 6)} and time_part in {(4,), (2, 2)}


def _is_visit_time(serial: str) -> bool:
    return 6 <= int(serial[:2]) <= 22 and int(serial[2:]) in range(0, 60, 5)


def _is_recent(candidate: _Candidate, cut: int) -> bool:
    digits = candidate.digits
    if len(digits) == 12:
        return int(digits[:4]) >= _FIRST_VISIT_YEAR
    apart = cut > 1 and candidate.gaps[cut - 1] != candidate.gaps[0]
    return apart and _FIRST_VISIT_YEAR % 100 <= int(digits[:2]) <= _LAST_SHORT_YEAR


def _starts_range(candidate: _Candidate) -> bool:
    """Whether "-1430" or "–14.30" follows the last four digits."""
    if not candidate.after or candidate.after[0][0] != "dash":
        return False
    groups = [group for _, group in candidate.after[:2]]
    hours = groups[0] if len(groups[0]) == 4 else "".join(groups)
    return len(hours) == 4 and _is_visit_time(hours)


def _starts_date(candidate: _Candidate, cut: int) -> bool:
    """Whether the last four are the year of a date that follows: "… 2026-11-30"."""
    if len(candidate.groups) - cut != 1 or len(candidate.after) < 2:
        return False
    (gap, month), (second_gap, day) = candidate.after[:2]
    year = int(candidate.groups[-1])
    together = gap == second_gap and gap in _JOINTS and year >= 1800
    return together and len(month) == len(day) == 2 and _is_date(year, int(month), int(day))


def _is_isbn10(candidate: _Candidate) -> bool:
    """A valid ISBN-10 after the word ISBN, or in its four groups with one last digit."""
    if not isbn.is_valid(candidate.digits):
        return False
    four = len(candidate.groups) == 4 and len(candidate.groups[-1]) == 1
    return four or _ISBN_LABEL.search(candidate.lead) is not None


def _book_groups(groups: list[str], gaps: list[str]) -> frozenset[int]:
    """The groups that belong to a valid ISBN-13, however it is divided."""
    books: set[int] = set()
    for first, last in _windows(groups, gaps, frozenset({13})):
        number = "".join(groups[first:last])
        if number.startswith(("978", "979")) and ean.is_valid(number):
            books.update(range(first, last))
    return frozenset(books)
