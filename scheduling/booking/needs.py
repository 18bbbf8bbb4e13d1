"""What a contact says that the group needs: kept with the invitation, added to the visit's facts.

Nothing a colleague of ours planned is taken away by it, and neither time, place nor guests change
(DOMAIN.md §2: chips and counts for the group, never a diagnosis, never who)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core import access, audit, texts
from core.models import User
from partners.models import AccessNeed
from scheduling.booking import change, facts
from scheduling.models import Booking, Diet, InterpreterState, Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Access chips, the interpreter's language, and how many eat what."""

    access: tuple[AccessNeed, ...] = ()
    interpreter: str = ""
    diets: Mapping[Diet, int] = field(default_factory=dict)

    def stored(self) -> dict[str, object]:
        """As it is kept; {} where nothing is needed."""
        found: dict[str, object] = {}
        if self.access:
            found["access"] = sorted(need.value for need in self.access)
        if self.interpreter:
            found["interpreter"] = self.interpreter
        if diets := facts.counted(self.diets):
            found["diets"] = diets
        return found

    @classmethod
    def of(cls, stored: Mapping[str, object]) -> "Needs":
        """What was kept; a word that is no longer known is left out."""
        chips = stored.get("access", [])
        counts = stored.get("diets", {})
        known, eaten = set(AccessNeed), set(Diet)
        return cls(
            access=tuple(AccessNeed(need) for need in _list(chips) if need in known),
            interpreter=str(stored.get("interpreter", "")),
            diets={
                Diet(diet): int(number)
                for diet, number in (counts.items() if isinstance(counts, dict) else ())
                if diet in eaten
            },
        )


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def known(invitation: Invitation) -> Needs:
    """What the contact has said before. What we planned is not shown: it may be about others."""
    return Needs.of(invitation.needs)


def checked(given: Needs) -> Needs:
    """``given`` tidied. Raises Invalid for impossible counts, PersonalData."""
    facts.check(given.diets, None, "")
    language = texts.clean(given.interpreter, field="tolk", limit=40)
    return Needs(access=given.access, interpreter=language, diets=given.diets)


def is_new(invitation: Invitation, given: Needs | None) -> bool:
    """Whether it says something else than what is known."""
    return given is not None and given.stored() != known(invitation).stored()


def keep(booking: Booking, invitation: Invitation, given: Needs, now: datetime) -> None:
    """Store what was said and add it to the visit's facts; the caller's transaction saves both."""
    visit, before = booking.visit, Needs.of(invitation.needs)
    visit.access_needs = sorted({*visit.access_needs, *(need.value for need in given.access)})
    counts = dict(visit.diet_counts)
    for diet in Diet:
        own = counts.get(diet.value, 0) == before.diets.get(diet, 0)
        said = given.diets.get(diet, 0)
        # A count of the contact's own can be put right; one of ours only grows.
        counts[diet.value] = said if own else max(said, counts.get(diet.value, 0))
    visit.diet_counts = {diet: number for diet, number in counts.items() if number}
    if given.interpreter and not visit.interpreter:
        visit.interpreter = given.interpreter
        if visit.interpreter_state == InterpreterState.NONE.value:
            visit.interpreter_state = InterpreterState.ASKED.value
    visit.save(update_fields=["access_needs", "diet_counts", "interpreter", "interpreter_state"])
    invitation.needs, invitation.needs_at = given.stored(), now
    invitation.needs_seen_at = None


@change.service
def seen(*, actor: User, now: datetime, invitation: Invitation) -> None:
    """A colleague has read it; a repeat changes nothing. Raises Forbidden."""
    access.require(access.may_plan(actor))
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.needs_at is None or row.needs_seen_at is not None:
        return
    row.needs_seen_at = now
    row.save(update_fields=["needs_seen_at"])
    audit.record(now=now, actor=actor, verb="invitation.needs_seen", target=row)
