"""What the report says beside its numbers of visits, read and put into words."""

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from scheduling.followup import counting
from scheduling.insight.beside import BarrierCount, Beside, Faces
from scheduling.insight.queries import load
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.insight.shared import Shared, half_years, share
from scheduling.models import (
    BARRIER_LABELS,
    STATEMENT_LABELS,
    THEME_LABELS,
    Barrier,
    BarrierKind,
    DayPart,
    Statement,
    Theme,
)


def load_beside(period: Period, now: datetime) -> Beside:
    """Barriers, talks and opinions of ``period``. Three queries.

    A barrier belongs to the period in which it was noted; it is open where it was not solved by
    the period's last day. Opinions are totals of visits that show theirs, never fewer than five.
    """
    by_last_day = Q(solved_on__isnull=False, solved_on__lte=period.last)
    rows = (
        Barrier.objects.filter(on__range=(period.first, period.last))
        .values("kind")
        .annotate(noted=Count("pk"), solved=Count("pk", filter=by_last_day))
        .order_by("-noted", "kind")
    )
    talks = counting.talks(period.first, period.last)
    opinions = counting.opinions_between(period.start, period.end, now)
    return Beside(
        barriers=tuple(BarrierCount(row["kind"], row["noted"], row["solved"]) for row in rows),
        talks=tuple((theme.value, sum(talks[theme, part] for part in DayPart)) for theme in Theme),
        opinions=tuple(
            Faces(row.statement.value, row.faces) for row in opinions if row.faces is not None
        ),
    )


def shared_parts(period: Period, now: datetime) -> list[Shared]:
    """The version that may leave the house: each half-year within ``period`` that is over."""
    return [
        share(build(load(half.first, half.last)), load_beside(half, now))
        for half in half_years(period, timezone.localdate(now))
    ]


def context(period: Period, now: datetime, base: str = "") -> dict[str, object]:
    """In words for the page, and for paper with the addresses' ``base``."""
    beside = load_beside(period, now)
    return {
        "boundary_url": f"{base}{reverse('boundary')}",
        "tally_url": f"{base}{reverse('tally')}",
        "barriers": [
            (BARRIER_LABELS[BarrierKind(row.kind)], row.noted, row.solved)
            for row in beside.barriers
        ],
        "talks": [(THEME_LABELS[Theme(theme)], count) for theme, count in beside.talks],
        "talks_total": sum(count for _theme, count in beside.talks),
        "opinions": [
            (STATEMENT_LABELS[Statement(row.statement)], sum(row.counts), sum(row.counts[3:]))
            for row in beside.opinions
        ],
    }
