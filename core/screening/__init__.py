"""Screening of Swedish free text for personal data (DOMAIN.md §3). Pure: text in, verdict out.

A personal identity number blocks; e-mail, phone, street address and likely names only warn.
A verdict holds positions and kinds, never the matched text, so that it may be logged.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.screening.addresses import addresses
from core.screening.names import names, plain_form
from core.screening.numbers import identity_numbers
from core.screening.spans import (
    EMAIL,
    NAME,
    PERSONAL_IDENTITY_NUMBER,
    PHONE,
    STREET_ADDRESS,
    Folded,
    Span,
)

__all__ = [
    "EMAIL",
    "MASK",
    "NAME",
    "PERSONAL_IDENTITY_NUMBER",
    "PHONE",
    "STREET_ADDRESS",
    "Action",
    "Screening",
    "Span",
    "mask",
    "screen",
]

MASK = "••••••"


class Action(StrEnum):
    """What the caller does with the text."""

    BLOCK = "block"
    WARN = "warn"
    ALLOW = "allow"


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
    folded = Folded.of(text)
    blocked = identity_numbers(text, folded)
    spans = list(blocked)
    taken = bytearray(len(text))
    for span in blocked:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    allowed = _known_forms(known)
    for span in (*addresses(text, folded), *names(text)):
        if any(taken[span.start : span.end]):
            continue
        if plain_form(text[span.start : span.end]) not in allowed:
            spans.append(span)
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
    action = Action.BLOCK if blocked else Action.WARN if spans else Action.ALLOW
    spans.sort(key=lambda span: (span.start, span.end))
    return Screening(action, tuple(sorted({span.kind for span in spans})), tuple(spans))


def mask(text: str) -> str:
    """``text`` with every personal identity number replaced by ``MASK``, the rest untouched."""
    while spans := identity_numbers(text, Folded.of(text)):
        kept, end = [], 0
        for span in spans:
            kept += [text[end : span.start], MASK]
            end = span.end
        text = "".join([*kept, text[end:]])
    return text


def _known_forms(known: frozenset[str]) -> frozenset[str]:
    """Every allowed form: the whole, each part, and the genitive of both."""
    whole = {plain_form(name) for name in known}
    parts = {part for name in whole if not any(map(str.isdigit, name)) for part in name.split()}
    return frozenset(whole | parts | {f"{name}s" for name in whole | parts})
