"""The report's rows out of the database: as many queries for one visit as for a thousand."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, TypeVar

from django.db.models import Count, Max, Q

from scheduling.followup import counted
from scheduling.insight import worked
from scheduling.insight.rows import (
    BoundaryRow,
    Data,
    EffortRow,
    HandoverRow,
    InterestRow,
    Period,
    TrainingRow,
    VisitRow,
)
from scheduling.insight.visit_rows import load_visits, within
from scheduling.insight.visits import Filter, choose
from scheduling.models import (
    Analysis,
    Booking,
    BoundaryCase,
    Effort,
    Instant,
    Interest,
)
from scheduling.states import (
    CALLED_OFF,
    BookingKind,
    Judgement,
    ReceiverKind,
    VisitState,
)

Begins = TypeVar("Begins", VisitRow, TrainingRow)
_start = attrgetter("start")


def load(first: date, last: date) -> Data:
    """All rows of the period from ``first`` to ``last``, both included (Stockholm's days)."""
    (data,) = load_each((Period(first, last),))
    return data


def load_each(periods: Sequence[Period]) -> tuple[Data, ...]:
    """All rows of each of ``periods``, which follow each other; one costs as many queries as many.

    Read once from the first day to the last, and shared out by their days.
    """
    if not periods:
        return ()
    whole = Period(periods[0].first, periods[-1].last)
    days = (whole.first, whole.last)
    visits = load_visits(whole)
    interests = _interests(periods)
    handovers, boundary_cases = _handovers(days), _boundary_cases(days)
    efforts, others = _efforts(whole), _others(whole)
    analyses = list(Analysis.objects.filter(on__range=days).values_list("on", flat=True))
    return tuple(
        Data(
            period=period,
            visits=visits if period == whole else _begun(visits, period),
            interests=interests[period.last],
            handovers=tuple(row for row in handovers if period.holds(row.on)),
            boundary_cases=tuple(row for row in boundary_cases if period.holds(row.on)),
            efforts=tuple(row for row in efforts if _under_way(row, period)),
            trainings=_begun(others.trainings, period),
            analyses=sum(map(period.holds, analyses)),
            meetings=_between(others.meetings, period.start, period.end),
        )
        for period in periods
    )


def _begun(rows: Sequence[Begins], period: Period) -> tuple[Begins, ...]:
    """Those of ``rows``, which stand by their start, that began in ``period``."""
    first = bisect_left(rows, period.start, key=_start)
    return tuple(rows[first : bisect_left(rows, period.end, lo=first, key=_start)])


def _between(instants: Sequence[datetime], first: datetime, end: datetime) -> int:
    """How many of ``instants``, which stand in their order, lie in [first, end)."""
    return bisect_left(instants, end) - bisect_left(instants, first)


def list_visits(period: Period, wanted: Filter) -> list[VisitRow]:
    """The visits behind one number of the report of ``period``, the earliest first."""
    return choose(load_visits(period), wanted)


def _interests(periods: Sequence[Period]) -> dict[date, tuple[InterestRow, ...]]:
    """What was caught in each period, by its last day; the number counted by the database."""
    caught = (
        counted.signals()
        .filter(on__range=(periods[0].first, periods[-1].last))
        .annotate(until=counted.ending((one.first, one.last) for one in periods))
        .values("until", "interest_id")
        .annotate(signals=Count("pk"), latest=Max("on"))
    )
    numbers: dict[date, dict[int, tuple[int, date]]] = defaultdict(dict)
    for row in caught:
        numbers[row["until"]][row["interest_id"]] = (row["signals"], row["latest"])
    planned = planned_for_interests()
    names = list(Interest.objects.values_list("pk", "name"))
    return {
        period.last: tuple(
            InterestRow(pk, name, *numbers[period.last][pk], tuple(planned.get(pk, ())))
            for pk, name in names
            if pk in numbers[period.last]
        )
        for period in periods
    }


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


def _boundary_cases(days: tuple[date, date]) -> tuple[BoundaryRow, ...]:
    rows = BoundaryCase.objects.filter(on__range=days).order_by("on", "pk")
    return tuple(BoundaryRow(*row) for row in rows.values_list("on", "question", "outcome"))


def _efforts(period: Period) -> tuple[EffortRow, ...]:
    """Those under way some time in the period."""
    rows = Effort.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=period.first), starts_on__lte=period.last
    )
    return tuple(effort_row(effort) for effort in rows)


def _under_way(row: EffortRow, period: Period) -> bool:
    return row.starts_on <= period.last and (row.ends_on is None or row.ends_on >= period.first)


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


class _Others(NamedTuple):
    """What is no visit and was neither drafted nor called off."""

    trainings: tuple[TrainingRow, ...]
    meetings: tuple[datetime, ...]


def _others(period: Period) -> _Others:
    """Training sessions and meetings by start. One query: the period's bookings are walked once."""
    gone = [state.value for state in CALLED_OFF | {VisitState.DRAFT}]
    kinds = [BookingKind.TRAINING.value, BookingKind.MEETING.value]
    rows = (
        Booking.objects.filter(within(period), kind__in=kinds)
        .exclude(state__in=gone)
        .order_by("start", "pk")
    )
    trainings: list[TrainingRow] = []
    meetings: list[datetime] = []
    for kind, pk, begins, title, topic, attendance, question in rows.values_list(
        "kind",
        "pk",
        Instant("start"),
        "title",
        "training__topic",
        "training__attendance",
        "training__analysis__question",
    ):
        start = datetime.fromisoformat(begins)
        if kind == BookingKind.MEETING.value:
            meetings.append(start)
        else:
            trainings.append(TrainingRow(pk, start, topic or title, attendance, question or ""))
    return _Others(tuple(trainings), tuple(meetings))


def what_worked(period: Period) -> tuple[list[worked.KindLine], list[worked.Funnel]]:
    """The way of efforts by kind and of visits by programme, in the period. Six queries."""
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
