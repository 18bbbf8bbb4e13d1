"""Insatser och intressen: what we try, what it taught, and what groups ask for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import access
from core.errors import DomainError, Missing
from core.models import User
from partners.models import GROUP_CATEGORY_LABELS, GroupCategory
from scheduling.followup import counted, words
from scheduling.followup import efforts as service
from scheduling.forms.effort import EffortForm
from scheduling.insight import periods, queries
from scheduling.models import Effort, Interest, InterestSignal
from scheduling.views.relation import form_page
from scheduling.views.setup_edit import told_at_fields


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
        "plans": access.may_plan(user),
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def effort_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write down an effort, or what came of it; it needs no group and no booking."""
    user = _reader(request)
    access.require(access.may_plan(user))
    row = None if pk is None else Effort.objects.filter(pk=pk).first()
    if row is None and pk is not None:
        raise Missing
    form = EffortForm(request.POST) if request.method == "POST" else EffortForm.of(row)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            service.save(actor=user, now=timezone.now(), given=form.given(), effort=row)
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Insatsen är sparad."))
            return HttpResponseRedirect(reverse("efforts"), status=303)
    title = _("Ändra insatsen") if row else _("Ny insats")
    return form_page(request, form, error, title=title, over=_("Insatser"), section="efforts",
                     back=reverse("efforts"), draft=f"insats-{pk or 'ny'}")  # fmt: skip


urlpatterns = [
    path("insatser/", efforts, name="efforts"),
    path("insatser/ny", effort_form, name="effort_new"),
    path("insatser/<int:pk>/andra", effort_form, name="effort_edit"),
    path("insatser/intresse/<int:pk>", interest, name="interest"),
]
