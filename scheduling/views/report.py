"""Rapport: what came of it, with the list behind every number."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import access
from core.errors import DomainError, Forbidden
from core.models import User
from core.templatetags.ui import state_word
from scheduling.followup import words
from scheduling.forms.report import SummaryForm
from scheduling.insight import beyond, chapters, export, periods, queries, summaries
from scheduling.insight.chapters import period_query, period_words
from scheduling.insight.report import build
from scheduling.insight.rows import VisitRow
from scheduling.insight.visits import AHEAD, CAME, NOT_HELD, Filter, UnknownFilterError
from scheduling.models import Programme
from scheduling.states import AnswerChannel, Judgement
from scheduling.views.setup_edit import told_at_fields

A_PAGE = 50
FAULTS = {
    "date": gettext_lazy("Skriv datumet som år-månad-dag, till exempel 2026-06-30."),
    "year": gettext_lazy("Välj ett år mellan 2000 och 2100."),
    "order": gettext_lazy("Slutdagen måste vara efter startdagen."),
    "long": gettext_lazy("Välj högst tio år åt gången."),
}
CHOICES = {
    "year": gettext_lazy("I år"),
    "last_year": gettext_lazy("Förra året"),
    "first_half": gettext_lazy("Januari–juni"),
    "second_half": gettext_lazy("Juli–december"),
    "spring_term": gettext_lazy("Vårterminen"),
    "autumn_term": gettext_lazy("Höstterminen"),
}
_SEVERAL_STATES = {
    CAME: gettext_lazy("Blev av"),
    NOT_HELD: gettext_lazy("Blev inte av"),
    AHEAD: gettext_lazy("Kommande eller inte uppföljda"),
}


def reader(request: HttpRequest) -> User:
    """Any member of the staff; the report holds no notes."""
    assert isinstance(request.user, User)
    access.require(access.is_staff_member(request.user))
    return request.user


def asked_of(request: HttpRequest) -> periods.Asked:
    """The period of the address."""
    query = request.GET
    return periods.parse(query.get("from", ""), query.get("to", ""), timezone.localdate())


def period_context(asked: periods.Asked) -> dict[str, object]:
    """What the choice of a period shows."""
    return {
        "section": "report",
        "asked": asked,
        "faults": {
            "first": FAULTS.get(asked.faults.get("from", "")),
            "last": FAULTS.get(asked.faults.get("to", "")),
        },
        "period": asked.period,
        "period_words": period_words(asked.period),
        "period_query": period_query(asked.period),
        "choices": [
            {"label": CHOICES[key], "query": period_query(p), "present": p == asked.period}
            for key, p in periods.choices(timezone.localdate())
        ],
    }


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """A readable draft of the period: chapters, charts with tables, links to lists."""
    user = reader(request)
    return _page(request, user, asked_of(request))


def _page(
    request: HttpRequest,
    user: User,
    asked: periods.Asked,
    form: SummaryForm | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    summary = summaries.of(asked.period)
    context = {
        **period_context(asked),
        **chapters.context(build(queries.load(asked.period.first, asked.period.last))),
        **beyond.context(asked.period, timezone.now()),
        "summary": summary,
        "summary_form": form or SummaryForm.of(summary),
        "may_write": access.may_plan(user),
        "error": error,
    }
    status = 422 if asked.faults or form else 200
    return render(request, "scheduling/report.html", context, status=status)


@login_required
@require_POST
def summary(request: HttpRequest) -> HttpResponse:
    """Keep the words; nothing typed is lost where they cannot be kept."""
    user, asked = reader(request), asked_of(request)
    form = SummaryForm(request.POST)
    if asked.faults or not form.is_valid():
        return _page(request, user, asked, form)
    try:
        summaries.write(actor=user, now=timezone.now(), period=asked.period, **form.cleaned_data)
    except Forbidden:
        raise
    except DomainError as error:
        return _page(request, user, asked, form, told_at_fields(form, error))
    messages.success(request, _("Sammanfattningen är sparad."))
    query = period_query(asked.period)
    return HttpResponseRedirect(f"{reverse('report')}?{query}#sammanfattning", status=303)


@login_required
@require_safe
def report_visits(request: HttpRequest) -> HttpResponse:
    """The visits behind a number, and how many they are."""
    user = reader(request)
    asked = asked_of(request)
    wanted, fault = _filter(request)
    found = queries.list_visits(asked.period, wanted)
    context = {
        **period_context(asked),
        "chosen": _filter_words(wanted, found),
        "fault": fault,
        "filter_query": wanted.query,
        "total": len(found),
        "answered": _answers(found, wanted),
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "shows_words": access.may_read_notes(user),
        "plans": access.may_plan(user),
    }
    status = 422 if asked.faults or fault else 200
    return render(request, "scheduling/report_visits.html", context, status=status)


def _filter(request: HttpRequest) -> tuple[Filter, str]:
    """The filter of the address; one of no sense chooses all and says so."""
    try:
        return Filter.parse(request.GET.dict()), ""
    except UnknownFilterError:
        return Filter(), _("Urvalet i adressen går inte att förstå. Här är alla besök i perioden.")


def _filter_words(wanted: Filter, found: list[VisitRow]) -> list[str]:
    """The filter in words, for the heading."""
    aliases = {group.pk: group.alias for row in found for group in row.groups}
    chosen = [
        (wanted.state, _SEVERAL_STATES.get(wanted.state) or state_word(wanted.state)),
        (wanted.judgement, words.JUDGEMENTS.get(wanted.judgement or Judgement.TOO_EARLY)),
        (wanted.programme, _programme(wanted.programme)),
        (wanted.month, wanted.month),
        (wanted.group, aliases.get(wanted.group or 0, _("Okänd grupp"))),
        (
            wanted.returning,
            _("Grupper med minst %(count)s besök som blev av") % {"count": wanted.returning},
        ),
        (wanted.channel, _channel(wanted.channel)),
        (wanted.accepted, _("Tackat ja")),
        (wanted.followed_up, _("Uppföljda")),
        (wanted.next_booked, _("Nästa besök bokat")),
    ]
    return [str(word) for value, word in chosen if value]


def _programme(pk: int | None) -> str:
    if pk is None:
        return ""
    name = Programme.objects.filter(pk=pk).values_list("name", flat=True).first()
    return name or _("Okänt program")


def _channel(channel: str) -> object:
    known = {code.value: word for code, word in words.CHANNELS.items()}
    return known.get(channel, _("Inget svar"))


def _answers(found: list[VisitRow], wanted: Filter) -> int | None:
    """How many answers by the chosen way the visits hold: a visit can have several."""
    if not wanted.channel:
        return None
    channel = None if wanted.channel == "none" else AnswerChannel(wanted.channel)
    return sum(row.channel is channel for visit in found for row in visit.invitations)


@login_required
@require_safe
def report_csv(request: HttpRequest) -> HttpResponse:
    """The chosen visits of the period as a file for a spreadsheet."""
    user = reader(request)
    asked = asked_of(request)
    wanted, fault = _filter(request)
    if asked.faults or fault:
        faulty = [str(FAULTS[code]) for code in asked.faults.values()] or [fault]
        return HttpResponse(" ".join(faulty), status=422, content_type="text/plain; charset=utf-8")
    body = export.visits_csv(
        queries.list_visits(asked.period, wanted), words_too=access.may_read_notes(user)
    )
    name = f"besok-{asked.period.first}-{asked.period.last}.csv"
    return HttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("rapport/", report, name="report"),
    path("rapport/sammanfattning", summary, name="report_summary"),
    path("rapport/besok", report_visits, name="report_visits"),
    path("rapport/rapport.csv", report_csv, name="report_csv"),
]
