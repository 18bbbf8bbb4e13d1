"""What the report says beside its numbers of visits: barriers, talks, what visitors thought."""

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from scheduling.followup import counting
from scheduling.insight.rows import Period
from scheduling.models import (
    BARRIER_LABELS,
    STATEMENT_LABELS,
    THEME_LABELS,
    Barrier,
    BarrierKind,
    DayPart,
    Theme,
)


def context(period: Period, now: datetime, base: str = "") -> dict[str, object]:
    """For the page, and for paper with the addresses' ``base``. Three queries.

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
    return {
        "boundary_url": f"{base}{reverse('boundary')}",
        "tally_url": f"{base}{reverse('tally')}",
        "barriers": [
            (BARRIER_LABELS[BarrierKind(row["kind"])], row["noted"], row["solved"]) for row in rows
        ],
        "talks": [
            (THEME_LABELS[theme], sum(talks[theme, part] for part in DayPart)) for theme in Theme
        ],
        "talks_total": sum(talks.values()),
        "opinions": [
            (STATEMENT_LABELS[row.statement], sum(row.faces), sum(row.faces[3:]))
            for row in opinions
            if row.faces is not None
        ],
    }
