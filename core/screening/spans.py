"""Where findings stand, and a text folded to one plain alphabet with the way back to it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from core.screening import markup

PERSONAL_IDENTITY_NUMBER = "personal_identity_number"
EMAIL = "email"
PHONE = "phone"
STREET_ADDRESS = "street_address"
NAME = "name"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding stands: ``text[start:end]`` of the original text."""

    start: int
    end: int
    kind: str


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


class Folded(NamedTuple):
    """Plain text and, for each of its characters, where the original's begins and ends."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, original: str) -> "Folded":
        """All that is seen of a text."""
        return cls.made(
            [(char, index, index + 1) for index, char in enumerate(original)], len(original)
        )

    @classmethod
    def made(cls, placed: Iterable[markup.Placed], length: int) -> "Folded":
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
