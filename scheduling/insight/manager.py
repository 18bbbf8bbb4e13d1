"""What the manager answers for: the week, the term, open risks and what waits for a decision (F12).

Counts, states and the words that are written for everybody (barriers' kinds, boundary questions,
efforts). No note about a situation, no next step and no partner's words are read here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from scheduling.followup import retention, suggest
from scheduling.insight import periods, queries, relations, report
from scheduling.insight.rows import Period
from scheduling.models import Barrier, Booking, BoundaryCase, Effort, Message
from scheduling.states import CALLED_OFF, OPEN_STATES, Judgement, VisitState

#: A visit that nobody followed up within so many days is a risk: what it taught is being lost.
LATE_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Risks:
    """How many of each; every number has its list."""

    without_second_host: int
    late_follow_ups: int
    groups_adrift: int
    mails_failed: int
    barriers: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The manager's page at one moment. ``week`` begins on a Monday (Europe/Stockholm)."""

    monday: date
    week: tuple[Booking, ...]
    term: report.Report
    half: Period
    risks: Risks
    #: Barriers that nobody owns, questions without an outcome, efforts to decide about.
    unowned: tuple[Barrier, ...]
    cases: tuple[BoundaryCase, ...]
    efforts: tuple[Effort, ...]
    #: Rules of erasure that erase nothing until the municipality's decision is written down.
    rules: tuple[retention.Standing, ...]

    @property
    def to_decide(self) -> int:
        """How many things wait for a decision."""
        return len(self.unowned) + len(self.cases) + len(self.efforts) + len(self.rules)


def overview(now: datetime) -> Overview:
    """The page at ``now``. As many queries for one visit as for a thousand."""
    today = timezone.localdate(now)
    term = periods.this_term(today)
    monday = today - timedelta(days=today.weekday())
    open_barriers = list(Barrier.objects.filter(solved_on=None).select_related("owner"))
    return Overview(
        monday=monday,
        week=_week(Period(monday, monday + timedelta(days=6))),
        term=report.build(queries.load(term.first, term.last)),
        half=periods.this_half(today),
        risks=_risks(now, len(open_barriers)),
        unowned=tuple(row for row in open_barriers if row.owner is None),
        cases=tuple(BoundaryCase.objects.filter(outcome="").order_by("on", "pk")),
        efforts=_undecided(today),
        rules=tuple(
            one
            for one in retention.standing(now)
            if one.rule.public_record and not one.decision and not one.asks
        ),
    )


def _week(week: Period) -> tuple[Booking, ...]:
    """The week's visits that partners know of, those that were called off too."""
    rows = Booking.objects.visits().with_visit().exclude(state=VisitState.DRAFT.value)
    return tuple(rows.filter(start__gte=week.start, start__lt=week.end).order_by("start", "pk"))


def _undecided(today: date) -> tuple[Effort, ...]:
    """Efforts that are over or judged, and that nobody has decided about."""
    judged = ~Q(judgement__in=["", Judgement.TOO_EARLY.value])
    rows = Effort.objects.filter(decision="").filter(judged | Q(ends_on__lt=today))
    return tuple(rows.order_by("starts_on", "pk"))


def _risks(now: datetime, barriers: int) -> Risks:
    open_states = [state.value for state in OPEN_STATES]
    called_off = [state.value for state in CALLED_OFF]
    lacking = Booking.objects.filter(visit__two_hosts=True, visit__co_host=None, start__gt=now)
    failed = Message.objects.undecided().filter(booking__end__gt=now)
    return Risks(
        without_second_host=lacking.filter(state__in=open_states).count(),
        late_follow_ups=suggest.due(now - LATE_AFTER).count(),
        groups_adrift=len(relations.without_next_step(now)),
        mails_failed=failed.exclude(booking__state__in=called_off).count(),
        barriers=barriers,
    )
