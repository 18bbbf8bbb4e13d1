"""What a text message says: a yes, a no, STOPP, or what a person must read. Pure.

Only what is wholly understood is an answer: every word must be one that such an answer is made of,
so that "ja men inte på tisdag" is never a yes. A question is never an answer either.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: A longer text is a letter, and a person's to read.
LONGEST: Final = 200
_MOST_PEOPLE: Final = 25


class Meaning(StrEnum):
    """What a text is taken for."""

    YES = "yes"
    NO = "no"
    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reading:
    """The meaning; of a yes also how many come: one number, or a span of two."""

    meaning: Meaning
    size: tuple[int, int] | None = None


_UNCLEAR: Final = Reading(Meaning.UNCLEAR)

_STOP: Final = frozenset(
    {"stop", "stopp", "stoppa", "stop all", "stopp tack", "unsubscribe", "avsluta", "sluta"}
)
_START: Final = frozenset({"start", "starta", "unstop"})

_YES: Final = [
    "ja",
    "yes",
    "yep",
    "yeah",
    "japp",
    "jajamän",
    "jajamensan",
    "jadå",
    "jaa",
    "jaaa",
    "absolut",
    "självklart",
    "javisst",
]
_YES_TAIL: Final = (
    "tack så mycket|tusen tack|tack|tackar|thank you|thanks|please|gärna|jättegärna|absolut|visst"
    "|då|det blir bra|det går bra|det passar bra|det passar|det funkar|det är bra|blir bra"
    "|passar bra|vi kommer gärna|vi kommer|vi kan komma|vi kan|vi vill|vi ses då|vi ses|ses då"
    "|we will come|we are coming|we can|see you then|see you|vad kul|så kul|kul|toppen|perfekt"
    "|fint|bra|great|perfect|hej|hello|hi|hälsningar|mvh|hälsar"
)
_NO: Final = ["nej", "no", "nope", "nä", "nää", "tyvärr", "sorry"]
_NO_TAIL: Final = (
    "tack så mycket|nej tack|tack|tyvärr|sorry|inte den här gången|den här gången|inte denna gång"
    "|denna gång|vi kan tyvärr inte komma|vi kan tyvärr inte|vi kan inte komma|vi kan inte"
    "|vi kommer tyvärr inte|vi kommer inte|det går tyvärr inte|det går inte|det passar inte"
    "|det funkar inte|vi har inte möjlighet|vi har förhinder|förhinder|inte|thank you|thanks"
    "|we cannot come|we cannot|we can not|we cant come|we cant|not this time|hej|hello|hi"
    "|hälsningar|mvh|hälsar|nej|no"
)
_COUNT: Final = (
    r"(?:(?:och )?vi (?:blir|är|kommer|kommer bli)|we (?:are|will be)|blir|är) "
    r"(?:bara |nog |ca |cirka |ungefär |about |around )?(?P<one>\d{1,2}(?:-\d{1,2})?)"
    r"(?: (?:st|stycken|personer|pers|people|deltagare))?"
    r"|(?P<two>\d{1,2}(?:-\d{1,2})?) (?:st|stycken|personer|pers|people|deltagare)"
)
#: What says the opposite, or shrugs, beside a yes or a no.
_AGAINST_YES: Final = frozenset("👎❌✖❎🚫⛔🙅🤷🤔😕🙁☹😞😢😭😔😟")
_AGAINST_NO: Final = frozenset("👍✅✔☑👌🤷🤔🎉🥳")


def read(text: str, names: Iterable[str] = ()) -> Reading:
    """What ``text`` says, whatever its case, punctuation and harmless signs.

    ``names`` are first names it may be signed or addressed with.
    """
    if len(text) > LONGEST or "?" in text:
        return _UNCLEAR
    words = _bare(text)
    if words in _STOP:
        return Reading(Meaning.STOP)
    if words in _START:
        return Reading(Meaning.START)
    signs = frozenset(text)
    called = "|".join(re.escape(name) for name in map(_bare, names) if name)
    if not signs & _AGAINST_YES and (found := _yes(called).fullmatch(words)):
        return _with_size(found)
    if not signs & _AGAINST_NO and _no(called).fullmatch(words):
        return Reading(Meaning.NO)
    return _UNCLEAR


def _bare(text: str) -> str:
    """Lower case, single spaces; letters, digits and a dash between digits are left.

    An apostrophe joins ("can't"); every other sign parts.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"(?<=\w)['’´`](?=\w)", "", folded)
    folded = re.sub(r"(?<=\d)\s?[-–—]\s?(?=\d)", "\0", folded)
    return " ".join(re.sub(r"[^\w\0]|_", " ", folded).replace("\0", "-").split())


def _yes(called: str) -> re.Pattern[str]:
    tail = f"(?:{_YES_TAIL}|{'|'.join(_YES)}{'|' + called if called else ''})"
    greeting = f"(?:(?:hej|hello|hi|tack|{called or 'hej'}) )*"
    head = f"(?:{'|'.join(_YES)})"
    return re.compile(f"{greeting}{head}(?: {tail})*(?: (?:{_COUNT}))?(?: {tail})*")


def _no(called: str) -> re.Pattern[str]:
    tail = f"(?:{_NO_TAIL}{'|' + called if called else ''})"
    greeting = f"(?:(?:hej|hello|hi|tack|{called or 'hej'}) )*"
    return re.compile(f"{greeting}(?:{'|'.join(_NO)})(?: {tail})*")


def _with_size(found: re.Match[str]) -> Reading:
    """A number of people that no visit can have makes the whole unclear."""
    said = found["one"] or found["two"]
    if not said:
        return Reading(Meaning.YES)
    first, _dash, last = said.partition("-")
    low, high = int(first), int(last or first)
    if not 1 <= low <= high <= _MOST_PEOPLE:
        return _UNCLEAR
    return Reading(Meaning.YES, (low, high))
