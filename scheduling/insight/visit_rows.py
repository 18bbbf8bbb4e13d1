"""The report's visits out of the database: plain rows, only the columns that are shown or counted.

Ten years are twenty thousand visits, so that each microsecond a row is a hundredth of a second.
"""

import json
from datetime import datetime

from django.db.models import (
    Case,
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from partners.models import Group
from scheduling.insight.rows import FollowUpRow, GroupRow, InvitationRow, Period, VisitRow
from scheduling.models import Answer, Instant, Invitation, Visit
from scheduling.states import AnswerChannel, InvitationState, Judgement, Mission, VisitState

_read = datetime.fromisoformat
#: A dict is quicker than the type's own call.
_STATES = {code.value: code for code in VisitState}
_CHANNELS = {"": None} | {code.value: code for code in AnswerChannel}
_JUDGEMENTS = {"": None} | {code.value: code for code in Judgement}
_MISSIONS = {code.value: code for code in Mission}
_ACCEPTED = InvitationState.ACCEPTED.value


def load_visits(period: Period) -> tuple[VisitRow, ...]:
    """The period's visits, drafts among them, by start. Four queries."""
    groups, invitations = _groups(period), _invitations(period)
    chips = _Chips()
    rows = (
        Visit.objects.filter(within(period, "booking__"))
        .annotate(
            said=FilteredRelation(
                "booking__follow_ups", condition=Q(booking__follow_ups__current=True)
            )
        )
        .order_by("booking__start", "pk")
        .values_list(
            "pk",
            Instant("booking__start"),
            Instant("booking__end"),
            Instant("booking__created_at"),
            "booking__state",
            "programme_id",
            "programme__name",
            "said__attendance",
            "said__judgement",
            Cast("said__worked", TextField()),
            Cast("said__did_not_work", TextField()),
            "said__mission",
            "said__next_booking_id",
        )
    )
    return tuple(
        VisitRow(
            pk,
            _read(start),
            _read(end),
            _read(created_at),
            _STATES[state],
            programme,
            name,
            groups.get(pk, ()),
            invitations.get(pk, ()),
            None
            if attendance is None
            else FollowUpRow(
                attendance,
                _JUDGEMENTS[judgement],
                chips[worked],
                chips[did_not_work],
                _MISSIONS[mission],
                following is not None,
            ),
        )
        for (
            pk,
            start,
            end,
            created_at,
            state,
            programme,
            name,
            attendance,
            judgement,
            worked,
            did_not_work,
            mission,
            following,
        ) in rows
    )


class _Chips(dict[str, tuple[str, ...]]):
    """Lists of chips by their JSON: few differ among thousands of notes, and each is read once."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = chips = tuple(json.loads(text))
        return chips


def within(period: Period, prefix: str = "") -> Q:
    """Bookings, found by ``prefix``, that begin in ``period``."""
    return Q(**{f"{prefix}start__gte": period.start, f"{prefix}start__lt": period.end})


def _groups(period: Period) -> dict[int, tuple[GroupRow, ...]]:
    """Each visit's groups in the order of their names. Two queries."""
    through = Visit.groups.through.objects.filter(within(period, "visit__booking__"))
    pairs = list(through.values_list("visit_id", "group_id"))
    known = Group.objects.order_by("search", "pk").values_list("pk", "alias", "organisation_id")
    # Visits of one group share one tuple.
    alone = {pk: (GroupRow(pk, alias, home),) for pk, alias, home in known}
    place = {pk: number for number, pk in enumerate(alone)}
    found: dict[int, tuple[GroupRow, ...]] = {}
    for visit, pk in pairs:
        if pk not in alone:  # erased between the two queries
            continue
        if visit in found:
            together = (*found[visit], *alone[pk])
            found[visit] = tuple(sorted(together, key=lambda group: place[group.pk]))
        else:
            found[visit] = alone[pk]
    return found


def _invitations(period: Period) -> dict[int, tuple[InvitationRow, ...]]:
    """Contacts asked; colleagues and those taken back are not. The answers' history is counted."""
    answers = Answer.objects.filter(invitation=OuterRef("pk"))
    yes = Q(state=_ACCEPTED) | Exists(answers.filter(state=_ACCEPTED))
    first = Subquery(answers.order_by("at").values("at")[:1])
    rows = (
        Invitation.objects.filter(within(period, "booking__"), contact__isnull=False)
        .exclude(state=InvitationState.WITHDRAWN.value)
        .order_by("pk")
        .values_list(
            "booking_id",
            Instant("created_at"),
            Instant(Coalesce(first, "answered_at")),
            "channel",
            Case(When(yes, then=Value(_ACCEPTED)), default="state"),
        )
    )
    found: dict[int, tuple[InvitationRow, ...]] = {}
    for booking, created_at, answered, channel, said in rows:
        row = InvitationRow(
            _read(created_at),
            None if answered is None else _read(answered),
            _CHANNELS[channel],
            said == _ACCEPTED,
        )
        found[booking] = (*found[booking], row) if booking in found else (row,)
    return found
