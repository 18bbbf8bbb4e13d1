"""What became of a mail, and the one line of JSON that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core import screening
from scheduling.models import Invitation, MailAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was done with one date's answer. ``comment`` is masked already."""

    action: MailAction
    reason: str = ""
    method: str = ""
    attendee: str = ""
    partstat: str = ""
    comment: str = ""
    recurrence_id: datetime | None = None
    proposed_start: datetime | None = None
    proposed_end: datetime | None = None
    sequence: int | None = None
    stamp: datetime | None = None
    answered_as: str = ""

    def as_json(self) -> dict[str, object]:
        """What applies, instants in UTC; the scope only where an answer was read."""
        found: dict[str, object] = {"action": self.action.value, "reason": self.reason}
        if not self.method:
            return found
        found |= {
            "attendee": screening.mask(self.attendee),
            "partstat": self.partstat,
            "comment": screening.mask(self.comment),
            "scope": "series" if self.recurrence_id is None else "instance",
        }
        times = {
            "recurrence_id": self.recurrence_id,
            "proposed_start": self.proposed_start,
            "proposed_end": self.proposed_end,
        }
        found |= {name: _utc(moment) for name, moment in times.items() if moment is not None}
        if self.answered_as:
            found["answered_as"] = self.answered_as
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done with one mail."""

    action: MailAction
    reason: str = ""
    invitation: Invitation | None = None
    said: tuple[Said, ...] = ()

    @property
    def kept(self) -> tuple[MailAction, str]:
        """How the mail is kept: it waits for a person if any of its answers needs one."""
        for one in self.said:
            if one.action is MailAction.REVIEW:
                return one.action, one.reason
        return self.action, self.reason

    def as_json(self) -> dict[str, object]:
        """One object: the strongest of its answers, and all of them where there are several."""
        found: dict[str, object] = {"action": self.action.value, "reason": self.reason}
        if self.said:
            leading = next((s for s in self.said if s.action is self.action), self.said[0])
            found = {**leading.as_json(), **found}
        if len(self.said) > 1:
            found["answers"] = [said.as_json() for said in self.said]
        return found


def ignored(reason: str, invitation: Invitation | None = None) -> Outcome:
    """Nothing changes; the bytes are kept."""
    return Outcome(action=MailAction.IGNORED, reason=reason, invitation=invitation)


def review(reason: str, invitation: Invitation | None = None) -> Outcome:
    """A person looks at it."""
    return Outcome(action=MailAction.REVIEW, reason=reason, invitation=invitation)


_STRENGTH = (
    MailAction.COUNTER,
    MailAction.REPLY,
    MailAction.REFRESH,
    MailAction.REVIEW,
    MailAction.IGNORED,
)


def strongest(said: Sequence[Said]) -> Said:
    """The first of those that did most."""
    return min(said, key=lambda one: _STRENGTH.index(one.action))


def of_answers(said: tuple[Said, ...], invitation: Invitation) -> Outcome:
    """A mail with answers: the strongest of them is told."""
    leading = strongest(said)
    return Outcome(action=leading.action, reason=leading.reason, invitation=invitation, said=said)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
