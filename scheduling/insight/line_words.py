"""A visit's line in words, for files of thousands: each word and each clock is asked for once."""

from datetime import date

from core import swedish
from core.templatetags.ui import state_word
from scheduling.followup import words
from scheduling.insight.rows import VisitRow
from scheduling.states import Judgement, Mission, VisitState


class LineWords:
    """The codes of a visit in the language of now."""

    def __init__(self) -> None:
        self.states = {state: state_word(state.value) for state in VisitState}
        self.missions = {mission: str(words.MISSIONS[mission]) for mission in Mission}
        self._judgements = {code: str(words.JUDGEMENTS[code]) for code in Judgement}

    def judgement(self, visit: VisitRow) -> str | None:
        """How it went, where somebody came and judged it."""
        found = visit.judgement
        return None if found is None else self._judgements[found]


def when(visit: VisitRow) -> tuple[date, str]:
    """Day and hours on Stockholm's wall: (2026-11-23, "13.00–14.30")."""
    start = visit.start.astimezone(swedish.STOCKHOLM)
    end = visit.end.astimezone(swedish.STOCKHOLM)
    return start.date(), swedish.time_range(start.time(), end.time())
