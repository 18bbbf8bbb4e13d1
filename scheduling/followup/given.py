"""What somebody says about a visit that was, checked and tidied before anything is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from core import texts
from core.errors import Invalid, refuse
from partners.folding import fold
from scheduling.models import BarrierKind, Programme
from scheduling.states import Judgement, Mission, ReceiverKind, VisitEvent

#: No visit has more; a larger number is a slip of the finger.
MOST_PEOPLE = 500
MOST_CHIPS = 10
CHIP_LENGTH, INTEREST_LENGTH = 60, 60
TOPIC_LENGTH, STEP_LENGTH, NOTE_LENGTH = 120, 200, 2000
OUTCOME_EVENTS = (VisitEvent.HOLD, VisitEvent.HOLD_PARTLY, VisitEvent.NONE_CAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpInput:
    """A follow-up as it was typed. Only the number is always needed; a judgement where any came.

    ``outcome`` is what became of the visit (hold, hold_partly or none_came); None means none_came
    for nobody and hold otherwise. ``next_start`` (aware) books the next visit on the spot, with
    ``next_programme`` or the same again; as a draft, or invited at once with ``next_send``.
    """

    attendance: int
    judgement: Judgement | None = None
    outcome: VisitEvent | None = None
    worked: tuple[str, ...] = ()
    did_not_work: tuple[str, ...] = ()
    note: str = ""
    interests: tuple[str, ...] = ()
    #: What stood in the way, as chips; each becomes an open barrier.
    barriers: tuple[BarrierKind, ...] = ()
    mission: Mission = Mission.OURS
    handover_topic: str = ""
    handover_receiver: ReceiverKind | None = None
    next_step: str = ""
    next_step_due: date | None = None
    next_start: datetime | None = None
    next_programme: Programme | None = None
    next_send: bool = False

    @property
    def event(self) -> VisitEvent:
        """What happened to the visit: as said, or as the number says."""
        if self.outcome is not None:
            return self.outcome
        return VisitEvent.NONE_CAME if self.attendance == 0 else VisitEvent.HOLD


def tidy(given: FollowUpInput) -> FollowUpInput:
    """``given`` with every text screened and tidied.

    Raises PersonalData for a text that may not be stored, Invalid with a message for each field
    that must be mended. The words typed are in neither.
    """
    clean = replace(
        given,
        worked=_words(given.worked, "worked", CHIP_LENGTH),
        did_not_work=_words(given.did_not_work, "did_not_work", CHIP_LENGTH),
        interests=_words(given.interests, "interests", INTEREST_LENGTH),
        note=texts.clean(given.note, field="note", limit=NOTE_LENGTH),
        handover_topic=texts.clean(
            given.handover_topic, field="handover_topic", limit=TOPIC_LENGTH
        ),
        next_step=texts.clean(given.next_step, field="next_step", limit=STEP_LENGTH),
    )
    faults = {**_about_the_visit(clean), **_about_the_handover(clean), **_about_what_is_next(clean)}
    refuse(faults)
    return clean


def _words(words: Iterable[str], field: str, limit: int) -> tuple[str, ...]:
    """Short words, each once whatever its case, in the order given."""
    kept: dict[str, str] = {}
    for word in words:
        one = " ".join(texts.clean(word, field=field, limit=limit).split())
        if one:
            kept.setdefault(fold(one), one)
    if len(kept) > MOST_CHIPS:
        message = _("Välj högst %(most)d. Ta bort några.") % {"most": MOST_CHIPS}
        raise Invalid(message, fields={field: message})
    return tuple(kept.values())


def _about_the_visit(given: FollowUpInput) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not 0 <= given.attendance <= MOST_PEOPLE:
        faults["attendance"] = _("Skriv hur många som kom, 0 till %(most)d.") % {
            "most": MOST_PEOPLE
        }
    if given.event not in OUTCOME_EVENTS:
        faults["outcome"] = _("Välj genomfört, delvis genomfört eller ingen kom.")
    elif given.event is VisitEvent.NONE_CAME and given.attendance > 0:
        faults["attendance"] = _("Någon kom. Ändra antalet till 0, eller välj genomfört.")
    if given.judgement is None and given.event is not VisitEvent.NONE_CAME:
        faults["judgement"] = _("Välj hur det gick.")
    return faults


def _about_the_handover(given: FollowUpInput) -> dict[str, str]:
    begun = bool(given.handover_topic) or given.handover_receiver is not None
    if given.mission is Mission.OURS:
        if begun:
            return {"mission": _("Du har skrivit vad som lämnades vidare. Välj delat eller nej.")}
        return {}
    faults: dict[str, str] = {}
    if given.mission is Mission.HANDED_OVER or begun:
        if not given.handover_topic:
            faults["handover_topic"] = _("Skriv kort vad frågan gällde, aldrig vem.")
        if given.handover_receiver is None:
            faults["handover_receiver"] = _("Välj vart frågan lämnades.")
    return faults


def _about_what_is_next(given: FollowUpInput) -> dict[str, str]:
    if given.next_step_due is not None and not given.next_step:
        return {"next_step": _("Skriv vad som ska göras till den dagen.")}
    if given.next_start is not None and given.next_start.utcoffset() is None:
        return {"next_start": _("Tiden saknar tidszon.")}
    return {}
