"""Likely names: they only warn."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from core.screening.spans import NAME, Span
from core.screening.words import (
    AMBIGUOUS_AT_START,
    FAMOUS,
    GIVEN_NAMES,
    NEEDS_SURNAME,
    NOT_SURNAMES,
)

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


def names(text: str) -> Iterator[Span]:
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
    following = plain_form(text[start : start + _LONGEST_FAMOUS + 2])
    if any(_reaches(following, name, end - start) for name in FAMOUS):
        return True
    word = plain_form(text[start:end]).partition(" ")[0].removesuffix("s")
    return any(
        _stands_in(text, start - before, name, end) for before, name in _INSIDE.get(word, ())
    )


def _stands_in(text: str, first: int, name: str, end: int) -> bool:
    """Whether ``name`` stands whole from ``first`` on, "Julia" in "Romeo och Julia" among it."""
    if first < 0 or text[max(0, first - 1) : first].isalnum():
        return False
    following = plain_form(text[first : first + _LONGEST_FAMOUS + 2])
    return _reaches(following, name, end - first)


def _reaches(following: str, name: str, length: int) -> bool:
    if not following.startswith(name) or len(name) + 1 < length:
        return False
    return not following[len(name) :].removeprefix("s")[:1].isalpha()


def _is_name(text: str, word: re.Match[str], *, has_surname: bool) -> bool:
    if not word[0][0].isupper():
        return False
    plain = plain_form(word[0])
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
    plain = plain_form(following[0])
    ordinary = plain in NOT_SURNAMES or plain.endswith(("gruppen", "biblioteket"))
    return None if shouting or ordinary else following


def plain_form(text: str) -> str:
    """As words are compared: without regard to case or to how their letters are composed."""
    return unicodedata.normalize("NFC", text).casefold().strip()
