"""The alphabet of text messages and what a text costs in parts. Pure.

Source: 3GPP TS 23.038 (GSM 03.38) section 6.2.1, the default alphabet and its extension table;
TS 23.040 section 9.2.3.24.1, the six octets that join the parts of a longer text.
"""

import math
import unicodedata
from dataclasses import dataclass
from typing import Final

#: The default alphabet, in the order of its codes 0x00–0x7F; 0x1B is the escape and no character.
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
#: Reached by the escape: two septets each.
EXTENSION: Final = "\f^{}\\[~]|€"
_ONE, _TWO = frozenset(BASIC), frozenset(EXTENSION)

#: One text alone, and each part of a longer one: septets, or UTF-16 code units.
GSM_ALONE, GSM_JOINED = 160, 153
UCS2_ALONE, UCS2_JOINED = 70, 67

_PLAIN: Final = {
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
    **dict.fromkeys("\u200b\u200c\u2060\ufeff\u00ad", ""),
    "…": "...",
    "•": "-",
}
_TABLE: Final = str.maketrans(_PLAIN)


@dataclass(frozen=True, slots=True)
class Size:
    """What a text takes: units are septets, or UTF-16 code units where ``ucs2``."""

    units: int
    parts: int
    ucs2: bool


def fits(text: str) -> bool:
    """Whether every character is in the GSM alphabet or its extension."""
    return all(character in _ONE or character in _TWO for character in text)


def plain(text: str) -> str:
    """``text`` with dashes, curly quotes, ellipses and hard spaces as GSM has them.

    A letter with an accent that GSM lacks loses the accent ("č" is "c"); what has no such form
    (other scripts, emoji) stays, and makes the text UCS-2.
    """
    swapped = unicodedata.normalize("NFC", text).translate(_TABLE)
    return "".join(character if fits(character) else _bare(character) for character in swapped)


def _bare(character: str) -> str:
    letter = unicodedata.normalize("NFD", character)[0]
    return letter if letter in _ONE and letter.isalpha() else character


def measure(text: str) -> Size:
    """Units and parts of ``text`` exactly as it is; the empty text takes none.

    No character is cut in two: an escaped one or a surrogate pair begins the next part whole.
    """
    if fits(text):
        costs = [1 if character in _ONE else 2 for character in text]
        return Size(sum(costs), _parts(costs, GSM_ALONE, GSM_JOINED), ucs2=False)
    costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Size(sum(costs), _parts(costs, UCS2_ALONE, UCS2_JOINED), ucs2=True)


def _parts(costs: list[int], alone: int, joined: int) -> int:
    total = sum(costs)
    if total <= alone:
        return math.ceil(total / alone)
    parts, room = 1, joined
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, joined
        room -= cost
    return parts
