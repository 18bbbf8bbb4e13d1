"""What the report says beside its numbers of visits, read and put into words."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from scheduling.followup import counted, counting
from scheduling.insight.beside import BarrierCount, Beside, Faces
from scheduling.insight.queries import load_each
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
    (beside,) = load_beside_each((period,), now)
    return beside


def load_beside_each(periods: Sequence[Period], now: datetime) -> tuple[Beside, ...]:
    """The same of each of ``periods``, which follow each other. Three queries whatever they are."""
    if not periods:
        return ()
    spans = [(one.first, one.last) for one in periods]
    barriers, talks = _barriers(spans), counting.talks_each(spans)
    opinions = counting.opinions_each([(one.start, one.end) for one in periods], now)
    return tuple(
        Beside(
            barriers=tuple(barriers.get(one.last, ())),
            talks=tuple(
                (theme.value, sum(talks[one.last][theme, part] for part in DayPart))
                for theme in Theme
            ),
            opinions=tuple(
                Faces(row.statement.value, row.faces) for row in told if row.faces is not None
            ),
        )
        for one, told in zip(periods, opinions, strict=True)
    )


def _barriers(spans: Sequence[tuple[date, date]]) -> dict[date, list[BarrierCount]]:
    by_last_day = Q(solved_on__isnull=False, solved_on__lte=F("until"))
    rows = (
        Barrier.objects.filter(on__range=(spans[0][0], spans[-1][1]))
        .annotate(until=counted.ending(spans))
        .values("until", "kind")
        .annotate(noted=Count("pk"), solved=Count("pk", filter=by_last_day))
        .order_by("-noted", "kind")
    )
    found: dict[date, list[BarrierCount]] = {}
    for row in rows:
        line = BarrierCount(row["kind"], row["noted"], row["solved"])
        found.setdefault(row["until"], []).append(line)
    return found


def shared_parts(period: Period, now: datetime) -> list[Shared]:
    """The version that may leave the house: each half-year within ``period`` that is over.

    Ten years are read with as many queries as one.
    """
    halves = half_years(period, timezone.localdate(now))
    rows = zip(load_each(halves), load_beside_each(halves, now), strict=True)
    return [share(build(data), beside) for data, beside in rows]


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
