"""Which chips to offer: common words, and what was lately said of the same programme."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from partners.folding import fold
from partners.models import SizeBand
from scheduling.followup import counted, words
from scheduling.models import Booking, FollowUp

MOST_WORDS, MOST_INTERESTS = 6, 5
#: How many of the newest follow-ups of a programme are looked at.
LATELY = 30
_NUMBERS = {
    SizeBand.B1_3: (0, 1, 2, 3, 4),
    SizeBand.B4_6: (0, 3, 4, 5, 6),
    SizeBand.B7_10: (0, 6, 7, 8, 9, 10),
    SizeBand.B11_15: (0, 10, 11, 12, 13, 14, 15),
    SizeBand.B16_25: (0, 14, 16, 18, 20, 22, 25),
}


@dataclass(frozen=True, slots=True)
class Chips:
    """What can be chosen with one tap."""

    numbers: tuple[int, ...]
    worked: tuple[str, ...]
    did_not_work: tuple[str, ...]
    interests: tuple[str, ...]


def chips_for(booking: Booking) -> Chips:
    """The chips of a visit's follow-up. Two queries."""
    rows = FollowUp.objects.filter(
        current=True, booking__visit__programme=booking.visit.programme_id
    )
    lately = rows.order_by("-at").values_list("worked", "did_not_work")[:LATELY]
    worked = [word for chips, _not in lately for word in chips]
    did_not_work = [word for _yes, chips in lately for word in chips]
    caught = (
        counted.signals()
        .values("interest__name")
        .annotate(times=Count("pk"))
        .order_by("-times", "interest__name")
    )
    return Chips(
        numbers=_NUMBERS[booking.visit.size],
        worked=_common(worked, [str(word) for word in words.WORKED]),
        did_not_work=_common(did_not_work, [str(word) for word in words.DID_NOT_WORK]),
        interests=tuple(row["interest__name"] for row in caught[:MOST_INTERESTS]),
    )


def _common(said: list[str], always: list[str]) -> tuple[str, ...]:
    """Those said more than once come first, then the common words."""
    often = [word for word, times in Counter(said).most_common(MOST_WORDS // 2) if times > 1]
    kept: dict[str, str] = {}
    for word in (*often, *always):
        kept.setdefault(fold(word), word)
    return tuple(kept.values())[:MOST_WORDS]
