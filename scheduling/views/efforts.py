"""Insatser och intressen: what we try, what it taught, and what groups ask for."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import access
from core.errors import Missing
from core.models import User
from partners.models import GROUP_CATEGORY_LABELS, GroupCategory
from scheduling.followup import counted, words
from scheduling.insight import periods, queries
from scheduling.models import Effort, Interest, InterestSignal


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    access.require(access.is_staff_member(request.user))
    return request.user


@login_required
@require_safe
def efforts(request: HttpRequest) -> HttpResponse:
    """Efforts with judgement, lesson and decision; interests with what is planned."""
    user = _reader(request)
    rows = Effort.objects.annotate(visits=Count("bookings", distinct=True)).prefetch_related(
        "interests"
    )
    context = {
        "section": "efforts",
        "efforts": [
            {
                "row": row,
                "kind": words.EFFORT_KINDS[row.kind],
                "decision": words.DECISIONS[row.decision],
            }
            for row in rows
        ],
        "interests": _interests(user),
    }
    return render(request, "scheduling/efforts.html", context)


def _interests(user: User) -> list[dict[str, object]]:
    """The most asked for first. Kinds of groups are for planners only (DOMAIN.md §3)."""
    planned = queries.planned_for_interests()
    kinds = _kinds() if access.may_see_category(user) else {}
    caught = (
        counted.signals()
        .values("interest_id", "interest__name")
        .annotate(signals=Count("pk"), latest=Max("on"))
        .order_by("-signals", "interest__name")
    )
    return [
        {
            "pk": row["interest_id"],
            "name": row["interest__name"],
            "signals": row["signals"],
            "latest": row["latest"],
            "kinds": kinds.get(row["interest_id"], []),
            "planned": planned.get(row["interest_id"], []),
        }
        for row in caught
    ]


def _kinds() -> dict[int, list[str]]:
    pairs = (
        counted.signals()
        .filter(group__isnull=False)
        .order_by("group__category")
        .values_list("interest_id", "group__category")
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for interest, category in pairs:
        found.setdefault(interest, []).append(str(GROUP_CATEGORY_LABELS[GroupCategory(category)]))
    return found


@login_required
@require_safe
def interest(request: HttpRequest, pk: int) -> HttpResponse:
    """The signals behind an interest's number, of all time or of the report's period."""
    _reader(request)
    wanted = Interest.objects.filter(pk=pk).first()
    if wanted is None:
        raise Missing
    signals = counted.signals().filter(interest=wanted)
    fault = ""
    if "from" in request.GET or "to" in request.GET:
        first, last = request.GET.get("from", ""), request.GET.get("to", "")
        asked = periods.parse(first, last, timezone.localdate())
        if asked.faults:
            fault = _("Perioden i adressen går inte att förstå. Här är alla gånger.")
        else:
            signals = signals.filter(on__range=(asked.period.first, asked.period.last))
    context = {
        "section": "efforts",
        "interest": wanted,
        "fault": fault,
        "planned": Effort.objects.filter(interests=wanted),
        "signals": _with_words(signals),
    }
    return render(request, "scheduling/efforts_interest.html", context)


def _with_words(signals: QuerySet[InterestSignal]) -> list[dict[str, object]]:
    rows = signals.select_related("group", "follow_up").order_by("-on", "-pk")
    return [
        {
            "on": row.on,
            "source": words.SOURCES[row.source],
            "group": row.group,
            "booking": row.follow_up.booking_id if row.follow_up else None,
        }
        for row in rows
    ]


urlpatterns = [
    path("insatser/", efforts, name="efforts"),
    path("insatser/intresse/<int:pk>", interest, name="interest"),
]
