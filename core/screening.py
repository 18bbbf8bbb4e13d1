"""Screening of Swedish free text for personal data (DOMAIN.md §3). Pure: text in, verdict out.

A personal identity number blocks; e-mail, phone, street address and likely names only warn.
A verdict holds positions and kinds, never the matched text, so that it may be logged.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import phonenumbers
from stdnum import ean, isbn, luhn

from core import screening_markup as markup
from core.screening_words import (
    AMBIGUOUS_AT_START,
    FAMOUS,
    GIVEN_NAMES,
    NEEDS_SURNAME,
    NOT_SURNAMES,
)

PERSONAL_IDENTITY_NUMBER = "personal_identity_number"
EMAIL = "email"
PHONE = "phone"
STREET_ADDRESS = "street_address"
NAME = "name"
MASK = "••••••"


class Action(StrEnum):
    """What the caller does with the text."""

    BLOCK = "block"
    WARN = "warn"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding stands: ``text[start:end]`` of the original text."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdict: sorted unique ``kinds`` and ``spans`` in order of position."""

    action: Action
    kinds: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


def screen(text: str, known: frozenset[str] = frozenset()) -> Screening:
    """Judge ``text``; ``known`` are names (or addresses, phones) that may stand there.

    ``known`` is compared without regard to case; a full name also allows its parts. It never
    allows a personal identity number. Never raises. Source: DOMAIN.md §3.
    """
    folded = _Folded.of(text)
    blocked = _all_identity_numbers(text, folded)
    spans = list(blocked)
    taken = bytearray(len(text))
    for span in blocked:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    allowed = _known_forms(known)
    for span in (*_patterns(text, folded), *_names(text)):
        if any(taken[span.start : span.end]):
            continue
        if _plain(text[span.start : span.end]) not in allowed:
            spans.append(span)
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
    action = Action.BLOCK if blocked else Action.WARN if spans else Action.ALLOW
    spans.sort(key=lambda span: (span.start, span.end))
    return Screening(action, tuple(sorted({span.kind for span in spans})), tuple(spans))


def mask(text: str) -> str:
    """``text`` with every personal identity number replaced by ``MASK``, the rest untouched."""
    while spans := _all_identity_numbers(text, _Folded.of(text)):
        kept, end = [], 0
        for span in spans:
            kept += [text[end : span.start], MASK]
            end = span.end
        text = "".join([*kept, text[end:]])
    return text


# --- Folding: one plain alphabet, with the way back to the original positions -----------------

_DOTS = frozenset("·•․‧∙⋅。．｡・")
_MINUS = frozenset("˗⁃⁻₋−➖─━ー")
_PLUS = frozenset("⁺₊➕")
_SLASHES = frozenset("⁄∕⧸\\")
_BLANK = frozenset("\u2800")
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Mn", "Me", "Cn", "Co"})


def _fold(character: str) -> str:  # noqa: PLR0911 one case a line
    if character.isascii() and character.isprintable() and character != "\\":
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if character in _BREAKS:
        return "\n"
    if category == "Zs" or character in _BLANK or character == "\t":
        return " "
    if category in _INVISIBLE_CATEGORIES or character in _UNSEEN:
        return ""
    if category == "Pd" or character in _MINUS:
        return "-"
    for alphabet, plain in ((_PLUS, "+"), (_DOTS, "."), (_SLASHES, "/")):
        if character in alphabet:
            return plain
    wide = unicodedata.normalize("NFKC", character)
    return wide if len(wide) == 1 else character


class _Folded(NamedTuple):
    """Plain text and, for each of its characters, where the original's begins and ends."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, original: str) -> "_Folded":
        """All that is seen of a text."""
        return cls.made(
            [(char, index, index + 1) for index, char in enumerate(original)], len(original)
        )

    @classmethod
    def made(cls, placed: Iterable[markup.Placed], length: int) -> "_Folded":
        """Of characters with their places in an original of ``length``."""
        kept = [(plain, start, end) for char, start, end in placed if (plain := _fold(char)) != ""]
        return cls(
            "".join(plain for plain, _start, _end in kept),
            tuple(start for _plain, start, _end in kept),
            tuple(end for _plain, _start, end in kept),
            length,
        )

    def span(self, start: int, end: int, kind: str) -> Span:
        """The original's span, with the marks that hang on the last character."""
        following = self.starts[end] if end < len(self.starts) else self.length
        last = self.ends[end - 1]
        joined = following if 0 <= following - last <= 2 else last
        return Span(self.starts[start], joined, kind)


# --- Personal identity numbers -----------------------------------------------------------------

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
_PHONE_LABEL = re.compile(
    r"\b(?:tel|tfn|telefon|mobil|ring|sms|phone|call)[a-zåäö]*(?: på| till)?[ .:]{0,3}$"
)
_ISBN_LABEL = re.compile(r"\bisbn(?:[- ]?1[03])?[^0-9a-zåäö]{0,3}$")
_LABEL_REACH = 32
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


def _all_identity_numbers(text: str, folded: _Folded) -> list[Span]:
    """Those of the text as it stands, and as a browser shows it where it holds tags or entities."""
    found = _identity_numbers(folded)
    for shown in markup.readings(text):
        found += _identity_numbers(_Folded.made(shown, len(text)))
    joined: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, span.end)):
        if joined and span.start < joined[-1].end:
            before = joined.pop()
            span = Span(before.start, max(before.end, span.end), span.kind)  # noqa: PLW2901
        joined.append(span)
    return joined


def _identity_numbers(folded: _Folded) -> list[Span]:
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
        lead=text[max(0, start - _LABEL_REACH) : start].lower(),
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
        return mobile or _PHONE_LABEL.search(candidate.lead) is not None
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


# --- What only warns ---------------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
)
_PHONE = re.compile(
    r"(?<![\d+.,/-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ .-]?(?:\(0\))?[ ]?\d{1,4}(?:[ .-]{0,3}\d{2,4}){2,4}"
    r"|\(?(?:08|0[1-9]\d{1,2}|010)\)?(?:[ -]{0,3}|/)"
    r"(?:\d{5,8}|\d{2,3}(?:[ -]\d{2,3}){1,3}|\d{3}[ -]\d{4})"
    r"|07[02369](?:\.\d{2,3}){3}"
    r"|0[1-9](?: \d{2}){4}"
    r")(?![\d]|[.:-]\d)"
)
_STREET = re.compile(
    r"\b(?!(?:hem|om|halv|gen|motor|åter|gång|cykel|lands|in|ut|bak|gå|sido|huvud|tvär)"
    r"(?:vägen|gatan))(?:(?:norra|södra|östra|västra|stora|lilla)\s|\w{2,30})"
    r"(?:gatan|vägen|gränd|stigen|allén|esplanaden|gata|väg)"
    r"\s+\d{1,4}(?:\s?[a-h]\b|-\d{1,4})?(?!\d|[.:/]\d|\s*(?:av|personer|pers|st|deltagare|gånger|"
    r"minuter|min|timmar|dagar|kr|jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)\w*\b)",
    re.IGNORECASE,
)


def _numbering_plan() -> re.Pattern[str]:
    """Sweden's numbers without their first 0, as the plan of phonenumbers knows them."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region("SE")
    assert plan is not None
    kinds = (
        *(plan.fixed_line, plan.mobile, plan.toll_free, plan.premium_rate, plan.shared_cost),
        *(plan.personal_number, plan.voip, plan.pager, plan.uan, plan.voicemail),
    )
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns if pattern))


_RUNG = _numbering_plan()


def _is_rung(written: str, lead: str) -> bool:
    """Whether bare digits are in Sweden's numbering plan; divided or labelled ones are believed."""
    if not (len(written) == 10 and written.isdigit()):
        return True
    return _RUNG.fullmatch(written[1:]) is not None or _PHONE_LABEL.search(lead) is not None


def _patterns(text: str, folded: _Folded) -> Iterator[Span]:
    """E-mail and street address in the text as typed, phone numbers in the folded text."""
    for pattern, kind in ((_EMAIL, EMAIL), (_STREET, STREET_ADDRESS)):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), kind)
    for match in _PHONE.finditer(folded.text):
        fewest = 11 if match[0].startswith("00") else 8
        lead = folded.text[max(0, match.start() - _LABEL_REACH) : match.start()].lower()
        digits = sum(char.isdigit() for char in match[0])
        if fewest <= digits <= 15 and _is_rung(match[0], lead):
            yield folded.span(match.start(), match.end(), PHONE)


_WORD = re.compile(r"[^\W\d_][\u0300-\u036f]*(?:[-’']?[^\W\d_][\u0300-\u036f]*)*")
_TITLE = re.compile(r"(?<!\w)(?:herr|fru|fröken|mr|mrs|ms)\.? $", re.IGNORECASE)
#: How far back a title or the end of a sentence is looked for: a prefix would cost a square.
_TITLE_REACH = 12
_LONGEST_FAMOUS = max(map(len, FAMOUS))
#: The later words of well-known names, with how far in they stand.
_INSIDE: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
for _name in sorted(FAMOUS):
    for _later in re.finditer(r"(?<= )\w+", _name):
        _INSIDE[_later[0].removesuffix("s")].append((_later.start(), _name))
_SENTENCE_END = frozenset('.!?:;•*–—-"”»(\n')


def _names(text: str) -> Iterator[Span]:
    """Likely names: a common given name, with or without a surname, or a surname in -sson.

    A given name that is also a word ("Björn", "Hans") needs a surname where a sentence starts;
    one that is also a place or a month ("Nora", "Maj") always does. Well-known authors pass.
    """
    words = list(_WORD.finditer(text))
    used = -1
    for index, word in enumerate(words):
        if index <= used:
            continue
        surname = _surname_after(text, words, index)
        if not _is_name(text, word, has_surname=surname is not None):
            continue
        end = surname.end() if surname else word.end()
        used = index + (surname is not None)
        if not _is_famous(text, word.start(), end):
            yield Span(word.start(), end, NAME)


def _is_famous(text: str, start: int, end: int) -> bool:
    """Whether a well-known name begins there and reaches as far, in the genitive too."""
    following = _plain(text[start : start + _LONGEST_FAMOUS + 2])
    if any(_reaches(following, name, end - start) for name in FAMOUS):
        return True
    word = _plain(text[start:end]).partition(" ")[0].removesuffix("s")
    return any(
        _stands_in(text, start - before, name, end) for before, name in _INSIDE.get(word, ())
    )


def _stands_in(text: str, first: int, name: str, end: int) -> bool:
    """Whether ``name`` stands whole from ``first`` on, "Julia" in "Romeo och Julia" among it."""
    if first < 0 or text[max(0, first - 1) : first].isalnum():
        return False
    following = _plain(text[first : first + _LONGEST_FAMOUS + 2])
    return _reaches(following, name, end - first)


def _reaches(following: str, name: str, length: int) -> bool:
    if not following.startswith(name) or len(name) + 1 < length:
        return False
    return not following[len(name) :].removeprefix("s")[:1].isalpha()


def _is_name(text: str, word: re.Match[str], *, has_surname: bool) -> bool:
    if not word[0][0].isupper():
        return False
    plain = _plain(word[0])
    if (
        _TITLE.search(text[max(0, word.start() - _TITLE_REACH) : word.start()])
        and plain not in NOT_SURNAMES
    ):
        return True
    if len(plain) > 6 and plain.removesuffix("s").endswith("sson") and plain not in NOT_SURNAMES:
        return True
    given = _given(plain)
    if given is None:
        return False
    if given in NEEDS_SURNAME or has_surname:
        return has_surname
    before = text[max(0, word.start() - _TITLE_REACH) : word.start()].rstrip(" \t")
    starts = not before or before[-1] in _SENTENCE_END
    return not (starts and given in AMBIGUOUS_AT_START)


def _given(plain: str) -> str | None:
    """The given name in a word, also in the genitive and as the first half of Anna-Karin."""
    for form in (plain, plain.removesuffix("s"), plain.partition("-")[0]):
        if form in GIVEN_NAMES or form in AMBIGUOUS_AT_START or form in NEEDS_SURNAME:
            return form
    return None


def _surname_after(text: str, words: list[re.Match[str]], index: int) -> re.Match[str] | None:
    if index + 1 >= len(words):
        return None
    word, following = words[index], words[index + 1]
    looks = len(following[0]) > 2 and following[0][0].isupper()
    if not looks or text[word.end() : following.start()] != " ":
        return None
    shouting = following[0].isupper() and not word[0].isupper()
    plain = _plain(following[0])
    ordinary = plain in NOT_SURNAMES or plain.endswith(("gruppen", "biblioteket"))
    return None if shouting or ordinary else following


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


def _known_forms(known: frozenset[str]) -> frozenset[str]:
    """Every allowed form: the whole, each part, and the genitive of both."""
    whole = {_plain(name) for name in known}
    parts = {part for name in whole if not any(map(str.isdigit, name)) for part in name.split()}
    return frozenset(whole | parts | {f"{name}s" for name in whole | parts})
