"""Insatser och intressen: what we try, what it taught, and what groups ask for."""

from dataclasses import replace

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
from core.templatetags.ui import state_word
from partners.models import GROUP_CATEGORY_LABELS, GroupCategory
from scheduling.followup import counted, interests, words
from scheduling.followup import efforts as service
from scheduling.forms.effort import CloseForm, EffortForm
from scheduling.insight import periods, queries, worked
from scheduling.models import Effort, Interest, InterestSignal
from scheduling.states import Judgement
from scheduling.views.interests import catch_context
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
        **catch_context(user),
    }
    return render(request, "scheduling/efforts.html", context)


def _interests(user: User) -> list[dict[str, object]]:
    """The most asked for first. Kinds of groups are for planners only (DOMAIN.md §3)."""
    planned = queries.planned_for_interests()
    stages = interests.stages(Interest.objects.all())
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
            "stage": words.STAGES[stages[row["interest_id"]]],
        }
        for row in caught
    ]


def _kinds() -> dict[int, list[str]]:
    """The kinds of group that asked: of the group, or as said where it was no certain one."""
    rows = counted.signals().values_list("interest_id", "group__category", "category").distinct()
    found: dict[int, set[str]] = {}
    for interest, of_group, said in rows:
        if of_group or said:
            found.setdefault(interest, set()).add(of_group or said)
    return {
        interest: [str(GROUP_CATEGORY_LABELS[GroupCategory(code)]) for code in sorted(codes)]
        for interest, codes in found.items()
    }


@login_required
@require_safe
def interest(request: HttpRequest, pk: int) -> HttpResponse:
    """The signals behind an interest's number, of all time or of the report's period."""
    user = _reader(request)
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
        "plans": access.may_plan(user),
        "stage": words.STAGES[interests.stages([wanted])[wanted.pk]],
        "signals": _with_words(signals, reads=access.may_read_notes(user)),
    }
    return render(request, "scheduling/efforts_interest.html", context)


def _with_words(signals: QuerySet[InterestSignal], *, reads: bool) -> list[dict[str, object]]:
    rows = signals.select_related("group", "follow_up").order_by("-on", "-pk")
    return [
        {
            "on": row.on,
            "source": words.SOURCES[row.source],
            "group": row.group,
            "line": row.line if reads else "",
            "booking": row.follow_up.booking_id if row.follow_up else None,
        }
        for row in rows
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def effort_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write down an effort, or what came of it; it needs no group and no booking.

    ``?interest=<id>`` prefills a new one with the interest that asks for it.
    """
    user = _reader(request)
    access.require(access.may_plan(user))
    row = None if pk is None else _effort(pk)
    if request.method == "POST":
        form = EffortForm(request.POST, effort=row)
    else:
        form = EffortForm.of(row, _asked(request))
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


def _effort(pk: int) -> Effort:
    row = Effort.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def _asked(request: HttpRequest) -> Interest | None:
    pk = request.GET.get("interest", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 10):
        return None
    return Interest.objects.filter(pk=int(pk)).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def effort_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge, say what it taught, decide: one short screen."""
    user = _reader(request)
    access.require(access.may_plan(user))
    row = _effort(pk)
    given = service.Given.of(row)
    initial = {name: getattr(row, name) for name in CloseForm.base_fields}
    form = CloseForm(request.POST if request.method == "POST" else None, initial=initial)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        told = replace(given, **form.cleaned_data)
        try:
            service.save(actor=user, now=timezone.now(), given=told, effort=row)
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Beslutet är sparat."))
            return HttpResponseRedirect(reverse("efforts"), status=303)
    return form_page(request, form, error, title=_("Bedöm och besluta"), over=row.what,
                     section="efforts", back=reverse("efforts"),
                     draft=f"insats-beslut-{pk}")  # fmt: skip


@login_required
@require_safe
def what_worked(request: HttpRequest) -> HttpResponse:
    """Per kind of effort and per programme: offered, accepted, held, repeated; and why not."""
    _reader(request)
    asked = periods.parse(
        request.GET.get("from", ""), request.GET.get("to", ""), timezone.localdate()
    )
    kinds, programmes = queries.what_worked(asked.period)
    context = {
        "section": "efforts",
        "faults": asked.faults,
        "period": asked.period,
        "kinds": [
            {"row": row, "judged": _judged(row.judged), "decided": _decided(row.decided)}
            for row in kinds
        ],
        "programmes": [
            {"row": row, "judged": _judged(row.judged), "stopped": _stopped(row)}
            for row in programmes
        ],
    }
    return render(request, "scheduling/what_worked.html", context)


def _judged(counts: dict[Judgement, int]) -> list[tuple[str, int]]:
    return [(str(words.JUDGEMENTS[code]), count) for code, count in counts.items()]


def _decided(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(str(words.DECISIONS[code]), count) for code, count in counts.items()]


def _stopped(row: worked.Funnel) -> list[str]:
    return [f"{state_word(code)} {count}" for code, count in row.stopped]


urlpatterns = [
    path("insatser/", efforts, name="efforts"),
    path("insatser/ny", effort_form, name="effort_new"),
    path("insatser/vad-fungerade", what_worked, name="what_worked"),
    path("insatser/<int:pk>/beslut", effort_close, name="effort_close"),
    path("insatser/<int:pk>/andra", effort_form, name="effort_edit"),
    path("insatser/intresse/<int:pk>", interest, name="interest"),
]
