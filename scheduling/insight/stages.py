"""How far the relation to an organisation has come, from what happened (F4). Pure but for words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from core import swedish
from partners.models import STAGE_LABELS, Stage
from scheduling.insight.rhythm import RESTS_AFTER, Rhythm


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, as days in Stockholm; None where it never did."""

    #: A word of any sort: log, invitation, answer, visit.
    last_contact: date | None = None
    #: A meeting of the log.
    last_meeting: date | None = None
    #: A group came, or we came to it.
    last_visit: date | None = None
    #: A visit that is promised.
    next_visit: date | None = None
    #: Each group's alias and rhythm.
    rhythms: tuple[tuple[str, Rhythm], ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """A stage that somebody set, and until when (included)."""

    stage: Stage
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage (None: nothing has happened), why, and what events alone would say."""

    stage: Stage | None
    reason: str
    by_hand: bool
    derived: Stage | None
    derived_reason: str


def standing(
    facts: Facts, today: date, by_hand: ByHand | None = None, lang: str = "sv"
) -> Standing:
    """Where the relation stands on ``today``; what is set by hand counts as long as it lasts."""
    derived, reason = derive(facts, today, lang)
    if by_hand is None or (by_hand.until is not None and by_hand.until < today):
        return Standing(derived, reason, by_hand=False, derived=derived, derived_reason=reason)
    if by_hand.until is None:
        words = _("Satt för hand.")
    else:
        day = swedish.short_date(by_hand.until, lang=lang)
        words = _("Satt för hand, till och med %(day)s.") % {"day": day}
    return Standing(by_hand.stage, words, by_hand=True, derived=derived, derived_reason=reason)


def derive(facts: Facts, today: date, lang: str = "sv") -> tuple[Stage | None, str]:
    """The stage that follows from ``facts``, and why, in one sentence."""

    def day(value: date) -> str:
        short = swedish.short_date(value, lang=lang)
        return short if value.year == today.year else f"{short} {value.year}"

    lasting = [alias for alias, rhythm in facts.rhythms if rhythm is Rhythm.ESTABLISHED]
    if lasting:
        words = _("%(groups)s kommer regelbundet och nästa är bokat.")
        return Stage.ESTABLISHED, words % {"groups": get_text_list(lasting, _("och"))}
    if facts.next_visit is not None:
        words = _("Nästa besök är bokat till %(day)s.")
        return Stage.UNDER_WAY, words % {"day": day(facts.next_visit)}
    if facts.last_visit is not None and today - facts.last_visit <= RESTS_AFTER:
        words = _("Senaste besöket var %(day)s. Inget nästa är bokat.")
        return Stage.UNDER_WAY, words % {"day": day(facts.last_visit)}
    return _without_visits(facts, today, day)


def _without_visits(
    facts: Facts, today: date, day: Callable[[date], str]
) -> tuple[Stage | None, str]:
    """The stage where no visit keeps the relation going."""
    met = max(filter(None, (facts.last_meeting, facts.last_visit)), default=None)
    newest = max(filter(None, (facts.last_contact, met)), default=None)
    if newest is None:
        return None, _("Ingen kontakt är antecknad än.")
    if today - newest > RESTS_AFTER:
        words = _("Inget har hänt på mer än fyra månader, senast %(day)s.")
        return Stage.RESTING, words % {"day": day(newest)}
    if met is not None:
        return Stage.MET, _("Ni sågs %(day)s. Inget besök är bokat.") % {"day": day(met)}
    return Stage.CONTACTED, _("Ni hördes %(day)s, men har inte setts.") % {"day": day(newest)}


def word(stage: Stage | None) -> str:
    """The stage's word."""
    return str(STAGE_LABELS[stage]) if stage is not None else _("Ingen kontakt än")
