"""How the relation to a group stands: new, under way, established or resting (F4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

YEAR = timedelta(days=365)
#: "Vilar" after more than four months.
RESTS_AFTER = timedelta(days=122)
ESTABLISHED_VISITS = 3


class Rhythm(StrEnum):
    """The four words."""

    NEW = "new"
    UNDER_WAY = "under_way"
    ESTABLISHED = "established"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Standing:
    """The word and what it rests on."""

    rhythm: Rhythm
    visits_12_months: int
    last: date | None
    next: date | None
    today: date

    @property
    def reason(self) -> str:
        """Why it is so, in one sentence in the active language."""
        match self.rhythm:
            case Rhythm.NEW:
                return _("Inget besök har blivit av än.")
            case Rhythm.RESTING:
                return _("Senaste besöket var för mer än fyra månader sedan.")
            case Rhythm.ESTABLISHED:
                return _("%(visits)s och nästa är bokat.") % {"visits": self._visits}
            case Rhythm.UNDER_WAY if self.next is None:
                return _("%(visits)s, men inget nästa är bokat.") % {"visits": self._visits}
            case _other:
                return _("%(visits)s och nästa är bokat. Etablerad från tre.") % {
                    "visits": self._visits
                }

    @property
    def _visits(self) -> str:
        count = self.visits_12_months
        return ngettext(
            "%(count)d besök på tolv månader", "%(count)d besök på tolv månader", count
        ) % {"count": count}


def standing(held: Sequence[date], next_on: date | None, today: date) -> Standing:
    """Where a group stands, from the days on which it came and the next booked day."""
    recent = sum(1 for day in held if today - YEAR <= day <= today)
    last = max(held, default=None)
    return Standing(
        rhythm=_rhythm(recent, last, next_on, today),
        visits_12_months=recent,
        last=last,
        next=next_on,
        today=today,
    )


def _rhythm(recent: int, last: date | None, next_on: date | None, today: date) -> Rhythm:
    if last is None:
        return Rhythm.NEW
    if recent >= ESTABLISHED_VISITS and next_on is not None:
        return Rhythm.ESTABLISHED
    if today - last > RESTS_AFTER and next_on is None:
        return Rhythm.RESTING
    return Rhythm.UNDER_WAY
