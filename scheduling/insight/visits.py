"""The visits behind a number: one set of filters for the numbers' links and the list. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from scheduling.insight.rows import VisitRow
from scheduling.states import (
    CAME_STATES,
    OPEN_STATES,
    AnswerChannel,
    Judgement,
    VisitState,
)

#: Values of ``state`` that stand for several states.
CAME, NOT_HELD, AHEAD = "came", "not_held", "ahead"
#: Invited or confirmed, and nothing said of how it went: to come, or not yet followed up.
AHEAD_STATES = OPEN_STATES - {VisitState.DRAFT}


class UnknownFilterError(ValueError):
    """A filter that no link of ours carries; the message is its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which visits; what is None or empty does not choose. All that is given must hold.

    ``state`` is a visit state, or "came", "not_held" (called off, or nobody came) or "ahead" (no
    outcome yet); without it drafts are left out. ``returning`` is the least number of held visits
    of one group in the period, ``month`` "2026-11", ``channel`` how an answer came, or "none";
    ``accepted``, ``followed_up`` and ``next_booked`` choose where true.
    """

    state: str = ""
    judgement: Judgement | None = None
    programme: int | None = None
    month: str = ""
    group: int | None = None
    returning: int | None = None
    channel: str = ""
    accepted: bool = False
    followed_up: bool = False
    next_booked: bool = False

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Filter":
        """From the keys of an address; raises UnknownFilterError for a value of no sense."""
        return cls(
            state=_one_of(query, "state", {*VisitState, CAME, NOT_HELD, AHEAD}),
            judgement=_judgement(query),
            programme=_number(query, "programme"),
            month=query.get("month", "")[:7],
            group=_number(query, "group"),
            returning=_number(query, "returning"),
            channel=_one_of(query, "channel", {*AnswerChannel, "none"}),
            accepted=query.get("accepted") == "1",
            followed_up=query.get("followed") == "1",
            next_booked=query.get("next") == "1",
        )

    @property
    def query(self) -> str:
        """As the query of an address, without the period."""
        pairs = {
            "state": self.state,
            "judgement": self.judgement or "",
            "programme": self.programme or "",
            "month": self.month,
            "group": self.group or "",
            "returning": self.returning or "",
            "channel": self.channel,
            "accepted": "1" if self.accepted else "",
            "followed": "1" if self.followed_up else "",
            "next": "1" if self.next_booked else "",
        }
        return urlencode({key: str(value) for key, value in pairs.items() if value})


def _one_of(query: Mapping[str, str], key: str, known: set[str]) -> str:
    value = query.get(key, "")
    if value and value not in known:
        raise UnknownFilterError(key)
    return value


def _judgement(query: Mapping[str, str]) -> Judgement | None:
    value = _one_of(query, "judgement", set(Judgement))
    return Judgement(value) if value else None


def _number(query: Mapping[str, str], key: str) -> int | None:
    value = query.get(key, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise UnknownFilterError(key)
    return int(value)


def held_by_group(visits: Iterable[VisitRow]) -> Counter[int]:
    """How many visits with each group were held; a joint visit counts for each of its groups."""
    return Counter(group.pk for visit in visits if visit.came for group in visit.groups)


def choose(visits: Iterable[VisitRow], wanted: Filter) -> list[VisitRow]:
    """The visits of ``wanted``, in their order."""
    rows = list(visits)
    held = held_by_group(rows)
    returning = {pk for pk, count in held.items() if count >= (wanted.returning or 0)}
    return [
        row
        for row in rows
        if _in_state(row, wanted.state)
        and wanted.judgement in {None, row.judgement}
        and wanted.programme in {None, row.programme}
        and (not wanted.month or row.month == wanted.month)
        and (wanted.group is None or any(group.pk == wanted.group for group in row.groups))
        and (wanted.returning is None or _returns(row, returning))
        and _has_channel(row, wanted.channel)
        and (row.accepted or not wanted.accepted)
        and (row.follow_up is not None or not wanted.followed_up)
        and (not wanted.next_booked or bool(row.follow_up and row.follow_up.next_booked))
    ]


def _in_state(row: VisitRow, state: str) -> bool:
    match state:
        case "":
            return row.planned
        case "came":
            return row.state in CAME_STATES
        case "not_held":
            return row.state not in CAME_STATES | OPEN_STATES
        case "ahead":
            return row.state in AHEAD_STATES
        case _:
            return row.state.value == state


def _returns(row: VisitRow, returning: set[int]) -> bool:
    return row.came and any(group.pk in returning for group in row.groups)


def _has_channel(row: VisitRow, channel: str) -> bool:
    if not channel:
        return True
    wanted = None if channel == "none" else AnswerChannel(channel)
    return any(invitation.channel is wanted for invitation in row.invitations)
