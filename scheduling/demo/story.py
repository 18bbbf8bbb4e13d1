"""What a visit's page tells: each act with who, when and how, as the services tell it. Pure.

An act that the services end with ``finish`` counts the booking's version; a reminder does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from scheduling.demo.plan import PlannedVisit
from scheduling.demo.timeline import Timeline
from scheduling.states import AnswerChannel, VisitState

BOOKED: Final = "visit.booked"
CONTACT_ADDED: Final = "visit.contact_added"
REMINDED: Final = "visit.reminded"
FOLLOWED_UP: Final = "visit.followed_up"
BY_PARTNER: Final = "visit.cancelled_by_partner"
BY_US: Final = "visit.cancelled_by_us"
#: Told by a mail of its own; an answer through the link is not.
CANCELS: Final = frozenset({BY_PARTNER, BY_US})


@dataclass(frozen=True, slots=True)
class Act:
    """One act; ``actor`` is a user name, empty for the partner or the system."""

    at: datetime
    verb: str
    actor: str = ""
    via: str = ""

    @property
    def counts(self) -> bool:
        """Whether it made a new version of the booking."""
        return self.verb != REMINDED

    @property
    def answer(self) -> str:
        """The invitation's new state, where the act is an answer."""
        kind, _, state = self.verb.partition(".")
        return state if kind == "invitation" else ""


def acts(visit: PlannedVisit, line: Timeline) -> list[Act]:
    """The visit's acts in order of time."""
    return sorted(_acts(visit, line), key=lambda act: act.at)


def _acts(visit: PlannedVisit, line: Timeline) -> Iterator[Act]:
    drafted = visit.state is VisitState.DRAFT
    yield Act(line.booked, "visit.drafted" if drafted else BOOKED, "sam")
    if line.replaced is not None:
        yield Act(line.replaced, CONTACT_ADDED, "sam")
    if line.answered is not None:
        yield _answer(visit, line.answered, _first_answer(visit))
    if line.reminded is not None:
        yield Act(line.reminded, REMINDED, via="system")
    if line.called_off is not None:
        yield from _end(visit, line.called_off)
    if line.followed_up is not None:
        yield Act(line.followed_up, FOLLOWED_UP, visit.hosts[0])


def _first_answer(visit: PlannedVisit) -> str:
    if visit.countered:
        return "countered"
    return "declined" if visit.state is VisitState.DECLINED else "accepted"


def _answer(visit: PlannedVisit, at: datetime, state: str) -> Act:
    assert visit.channel is not None
    by_phone = visit.channel is AnswerChannel.PHONE
    return Act(at, f"invitation.{state}", "sam" if by_phone else "", visit.channel.value)


def _end(visit: PlannedVisit, at: datetime) -> Iterator[Act]:
    """By us; or by the partner, who rings or takes back the yes through the link."""
    if visit.state is VisitState.CANCELLED_BY_US:
        yield Act(at, BY_US, "sam")
    elif visit.state is VisitState.CANCELLED_BY_PARTNER:
        if visit.channel is AnswerChannel.PHONE:
            yield Act(at, BY_PARTNER, "sam", "phone")
        else:
            yield _answer(visit, at, "declined")


def times(visit: PlannedVisit) -> dict[str, object]:
    """The visit's times as audit data."""
    return {
        "start": visit.start.astimezone(UTC).isoformat(),
        "end": visit.end.astimezone(UTC).isoformat(),
    }
