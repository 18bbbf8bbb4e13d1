"""The report's rows out of the database: as many queries for one visit as for a thousand."""

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from scheduling.followup import counted
from scheduling.insight import worked
from scheduling.insight.rows import (
    BoundaryRow,
    Data,
    EffortRow,
    FollowUpRow,
    GroupRow,
    HandoverRow,
    InterestRow,
    InvitationRow,
    Period,
    TrainingRow,
    VisitRow,
)
from scheduling.insight.visits import Filter, choose
from scheduling.models import (
    Analysis,
    Booking,
    BoundaryCase,
    Effort,
    FollowUp,
    Interest,
    Invitation,
    Visit,
)
from scheduling.states import (
    CALLED_OFF,
    AnswerChannel,
    BookingKind,
    InvitationState,
    Judgement,
    Mission,
    ReceiverKind,
    VisitState,
)

#: Looked up twenty thousand times a report: a dict is quicker than the type's own call.
_STATES = {code.value: code for code in VisitState}
_CHANNELS = {code.value: code for code in AnswerChannel}
_JUDGEMENTS = {code.value: code for code in Judgement}
_MISSIONS = {code.value: code for code in Mission}


def load(first: date, last: date) -> Data:
    """All rows of the period from ``first`` to ``last``, both included (Stockholm's days)."""
    period = Period(first, last)
    days = (first, last)
    return Data(
        period=period,
        visits=load_visits(period),
        interests=_interests(days),
        handovers=_handovers(days),
        boundary_cases=tuple(
            BoundaryRow(*row)
            for row in BoundaryCase.objects.filter(on__range=days)
            .order_by("on", "pk")
            .values_list("on", "question", "outcome")
        ),
        efforts=_efforts(period),
        trainings=_trainings(period),
        analyses=Analysis.objects.filter(on__range=days).count(),
        meetings=_stood(period, BookingKind.MEETING).count(),
    )


def list_visits(period: Period, wanted: Filter) -> list[VisitRow]:
    """The visits behind one number of the report of ``period``, the earliest first."""
    return choose(load_visits(period), wanted)


def load_visits(period: Period) -> tuple[VisitRow, ...]:
    """The period's visits, drafts among them, by start. Five queries."""
    groups, invitations, follow_ups = _groups(period), _invitations(period), _follow_ups(period)
    rows = Visit.objects.filter(_within(period, "booking__")).order_by("booking__start", "pk")
    return tuple(
        VisitRow(
            pk=pk,
            start=start,
            end=end,
            created_at=created_at,
            state=_STATES[state],
            programme=programme,
            programme_name=name,
            groups=tuple(groups[pk]),
            invitations=tuple(invitations[pk]),
            follow_up=follow_ups.get(pk),
        )
        for pk, start, end, created_at, state, programme, name in rows.values_list(
            "pk",
            "booking__start",
            "booking__end",
            "booking__created_at",
            "booking__state",
            "programme_id",
            "programme__name",
        )
    )


def _within(period: Period, prefix: str = "") -> Q:
    return Q(**{f"{prefix}start__gte": period.start, f"{prefix}start__lt": period.end})


def _groups(period: Period) -> dict[int, list[GroupRow]]:
    through = Visit.groups.through.objects.filter(_within(period, "visit__booking__"))
    found: dict[int, list[GroupRow]] = defaultdict(list)
    known: dict[int, GroupRow] = {}
    for visit, pk, alias, organisation in through.order_by("group__search", "group_id").values_list(
        "visit_id", "group_id", "group__alias", "group__organisation_id"
    ):
        row = known.get(pk) or known.setdefault(pk, GroupRow(pk, alias, organisation))
        found[visit].append(row)
    return found


def _invitations(period: Period) -> dict[int, list[InvitationRow]]:
    """Contacts asked; colleagues and those taken back are not. The answers' history is counted."""
    accepted = Q(answers__state=InvitationState.ACCEPTED.value)
    rows = (
        Invitation.objects.filter(_within(period, "booking__"), contact__isnull=False)
        .exclude(state=InvitationState.WITHDRAWN.value)
        .annotate(first=Min("answers__at"), yeses=Count("answers", filter=accepted))
        .order_by("pk")
    )
    found: dict[int, list[InvitationRow]] = defaultdict(list)
    for booking, created_at, answered_at, channel, state, first, yeses in rows.values_list(
        "booking_id", "created_at", "answered_at", "channel", "state", "first", "yeses"
    ):
        found[booking].append(
            InvitationRow(
                created_at=created_at,
                first_answer=first or answered_at,
                channel=_CHANNELS[channel] if channel else None,
                ever_accepted=yeses > 0 or state == InvitationState.ACCEPTED.value,
            )
        )
    return found


def _follow_ups(period: Period) -> dict[int, FollowUpRow]:
    rows = FollowUp.objects.filter(_within(period, "booking__"), current=True)
    return {
        booking: FollowUpRow(
            attendance=attendance,
            judgement=_JUDGEMENTS[judgement] if judgement else None,
            worked=tuple(worked),
            did_not_work=tuple(did_not_work),
            mission=_MISSIONS[mission],
            next_booked=following is not None,
        )
        for booking, attendance, judgement, worked, did_not_work, mission, following in (
            rows.values_list(
                "booking_id",
                "attendance",
                "judgement",
                "worked",
                "did_not_work",
                "mission",
                "next_booking_id",
            )
        )
    }


def _interests(days: tuple[date, date]) -> tuple[InterestRow, ...]:
    caught = (
        counted.signals()
        .filter(on__range=days)
        .values("interest_id")
        .annotate(signals=Count("pk"), latest=Max("on"))
    )
    numbers = {row["interest_id"]: (row["signals"], row["latest"]) for row in caught}
    planned = planned_for_interests()
    names = Interest.objects.values_list("pk", "name")
    return tuple(
        InterestRow(pk, name, *numbers[pk], tuple(planned.get(pk, ())))
        for pk, name in names
        if pk in numbers
    )


def planned_for_interests() -> dict[int, list[str]]:
    """For each interest what is tried because of it, the newest effort first. One query."""
    rows = Effort.objects.filter(interests__isnull=False).order_by("-starts_on", "pk")
    found: dict[int, list[str]] = {}
    for interest, what in rows.values_list("interests", "what"):
        found.setdefault(interest, []).append(what)
    return found


def _handovers(days: tuple[date, date]) -> tuple[HandoverRow, ...]:
    rows = counted.handovers().filter(on__range=days).order_by("on", "pk")
    return tuple(
        HandoverRow(on, topic, ReceiverKind(receiver), booking)
        for on, topic, receiver, booking in rows.values_list(
            "on", "topic", "receiver", "follow_up__booking_id"
        )
    )


def _efforts(period: Period) -> tuple[EffortRow, ...]:
    """Those under way some time in the period."""
    rows = Effort.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=period.first), starts_on__lte=period.last
    )
    return tuple(effort_row(effort) for effort in rows)


def effort_row(effort: Effort) -> EffortRow:
    """An effort as the report and the page of efforts show it."""
    return EffortRow(
        pk=effort.pk,
        what=effort.what,
        kind=effort.kind,
        starts_on=effort.starts_on,
        ends_on=effort.ends_on,
        judgement=Judgement(effort.judgement),
        lesson=effort.lesson,
        decision=effort.decision,
    )


def _stood(period: Period, kind: BookingKind) -> QuerySet[Booking]:
    """Bookings of a kind that are neither drafts nor called off."""
    gone = [state.value for state in CALLED_OFF | {VisitState.DRAFT}]
    return Booking.objects.filter(_within(period), kind=kind.value).exclude(state__in=gone)


def _trainings(period: Period) -> tuple[TrainingRow, ...]:
    rows = _stood(period, BookingKind.TRAINING).order_by("start", "pk")

    def row(
        pk: int,
        start: datetime,
        title: str,
        topic: str | None,
        attendance: int | None,
        analysis: str | None,
    ) -> TrainingRow:
        return TrainingRow(pk, start, topic or title, attendance, analysis or "")

    return tuple(
        row(*values)
        for values in rows.values_list(
            "pk",
            "start",
            "title",
            "training__topic",
            "training__attendance",
            "training__analysis__question",
        )
    )


def what_worked(period: Period) -> tuple[list[worked.KindLine], list[worked.Funnel]]:
    """The way of efforts by kind and of visits by programme, in the period. Eight queries."""
    visits = load_visits(period)
    known = {row.pk: row for row in visits}
    efforts = list(
        Effort.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=period.first), starts_on__lte=period.last
        )
    )
    through = Effort.bookings.through.objects.filter(effort__in=efforts)
    mine: dict[int, list[VisitRow]] = defaultdict(list)
    for effort, booking in through.values_list("effort_id", "booking_id"):
        if booking in known:
            mine[effort].append(known[booking])
    return worked.by_kind(efforts, mine), worked.by_programme(list(visits))
