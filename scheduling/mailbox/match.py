"""Whether an answer counts: who may answer, and whether it is the newest. Pure tables.

Source: ARCHITECTURE.md "Who may answer by mail"; ICAL.md B6, B7, B15.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Tag(StrEnum):
    """Whose tagged address the mail came to."""

    OWN = "own"
    OTHER = "other"
    NONE = "none"


class Ruling(StrEnum):
    """What follows from who answers."""

    APPLY = "apply"
    APPLY_MARKED = "apply_marked"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known of who answers. ``named`` says that ATTENDEE is the invited address, or none;
    ``authenticated`` that our mail server vouches for From being the invited address.
    """

    tag: Tag
    authenticated: bool
    named: bool


_A, _M, _R = Ruling.APPLY, Ruling.APPLY_MARKED, Ruling.REVIEW
#: (tag, authenticated as the invited, names the invited) -> ruling, for a known UID.
WHO_MAY_ANSWER: Final[dict[tuple[Tag, bool, bool], Ruling]] = {
    (Tag.OWN, True, True): _A,
    (Tag.OWN, False, True): _A,
    (Tag.OWN, True, False): _M,
    (Tag.OWN, False, False): _R,
    (Tag.OTHER, True, True): _R,
    (Tag.OTHER, False, True): _R,
    (Tag.OTHER, True, False): _R,
    (Tag.OTHER, False, False): _R,
    (Tag.NONE, True, True): _A,
    (Tag.NONE, False, True): _R,
    (Tag.NONE, True, False): _R,
    (Tag.NONE, False, False): _R,
}


def who_may_answer(signals: Signals) -> Ruling:
    """The row of the table."""
    return WHO_MAY_ANSWER[signals.tag, signals.authenticated, signals.named]


def whose_tag(found: tuple[str, ...], own: str) -> Tag:
    """Whose tags ``found`` are: one's own only if no other stands beside it."""
    if not found:
        return Tag.NONE
    return Tag.OWN if set(found) == {own} else Tag.OTHER


class Order(StrEnum):
    """Whether an answer is newer than what is held."""

    NEWER = "newer"
    STALE = "stale"  # to an older time, place or status
    OLDER = "older"  # to the same, but written before the answer held
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Held:
    """The answer held: to which SEQUENCE, when it was written, and what it says.

    ``says`` is None for an answer that came another way: it is never a repeat.
    """

    sequence: int
    stamp: datetime
    says: tuple[object, ...] | None


def order(
    *,
    sequence: int | None,
    stamp: datetime,
    says: tuple[object, ...],
    current: int,
    significant: int,
    held: Held | None,
) -> Order:
    """Compare an answer with the invitation and the answer held (ICAL.md B7).

    A missing ``sequence`` is the current one; one beyond it (some clients count up) counts as it.
    To the same significant version the newer stamp wins; among equal
    stamps the same content is a repeat and other content the later received, which wins. Stamps
    are compared in whole seconds, as calendars write them.
    """
    if (current if sequence is None else sequence) < significant:
        return Order.STALE
    if held is None or held.sequence < significant:
        return Order.NEWER
    mine, theirs = stamp.replace(microsecond=0), held.stamp.replace(microsecond=0)
    if mine < theirs:
        return Order.OLDER
    if mine == theirs and says == held.says:
        return Order.REPEATED
    return Order.NEWER
