"""Rapport: what came of it, with the list behind every number."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import access, swedish
from core.models import User
from core.templatetags.ui import state_word
from scheduling.followup import words
from scheduling.insight import export, figures, periods, queries
from scheduling.insight.report import Report, build
from scheduling.insight.rows import Period, VisitRow
from scheduling.insight.visits import AHEAD, CAME, NOT_HELD, Filter, UnknownFilterError
from scheduling.models import Programme
from scheduling.states import AnswerChannel, Judgement

A_PAGE = 50
FAULTS = {
    "date": gettext_lazy("Skriv datumet som år-månad-dag, till exempel 2026-06-30."),
    "year": gettext_lazy("Välj ett år mellan 2000 och 2100."),
    "order": gettext_lazy("Slutdagen måste vara efter startdagen."),
    "long": gettext_lazy("Välj högst tre år åt gången."),
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


def _reader(request: HttpRequest) -> User:
    """Any member of the staff; the report holds no notes."""
    assert isinstance(request.user, User)
    access.require(access.is_staff_member(request.user))
    return request.user


def _asked(request: HttpRequest) -> periods.Asked:
    query = request.GET
    return periods.parse(query.get("from", ""), query.get("to", ""), timezone.localdate())


def period_query(period: Period) -> str:
    """The period as the query of an address."""
    return urlencode({"from": period.first.isoformat(), "to": period.last.isoformat()})


def period_words(period: Period) -> str:
    """ "1 januari–31 december 2026", with both years where they differ."""
    lang = get_language() or "sv"

    def day(d: object, *, year: bool) -> str:
        assert isinstance(d, type(period.first))
        text = f"{d.day} {swedish.month_name(d, lang=lang)}"
        return f"{text} {d.year}" if year else text

    both = period.first.year != period.last.year
    return f"{day(period.first, year=both)}–{day(period.last, year=True)}"


def _period_context(asked: periods.Asked) -> dict[str, object]:
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
    _reader(request)
    asked = _asked(request)
    found = build(queries.load(asked.period.first, asked.period.last))
    context = {**_period_context(asked), "report": found, **_chapters(found)}
    status = 422 if asked.faults else 200
    return render(request, "scheduling/report.html", context, status=status)


def _chapters(found: Report) -> dict[str, object]:
    """What the template cannot work out: figures, and codes as words."""
    receivers = [(words.RECEIVERS[code], count) for code, count in found.handed_over.items()]
    decisions = [(words.DECISIONS[code], n) for code, n in found.efforts_by_decision.items()]
    return {
        "months": figures.months(found),
        "outcomes": figures.outcomes(found),
        "judgements": figures.judgements(found),
        "programmes": figures.programmes(found),
        "answers": figures.answers(found),
        "interest_bars": figures.interests(found),
        "unplanned": [row for row in found.interests if not row.planned],
        "less": found.judgement[Judgement.LESS_SUCCESSFUL],
        "pair": [_side(found, judgement) for judgement in list(Judgement)[:3]],
        "receivers": sorted([pair for pair in receivers if pair[1]], key=lambda p: -p[1]),
        "handovers": [(row, words.RECEIVERS[row.receiver]) for row in found.handovers],
        "decisions": [pair for pair in decisions if pair[1]],
        "efforts": [(row, words.DECISIONS[row.decision]) for row in found.efforts],
    }


def _side(found: Report, judgement: Judgement) -> dict[str, object]:
    css = {Judgement.SUCCESS: "yes", Judgement.PARTIAL: "part", Judgement.LESS_SUCCESSFUL: "less"}
    return {
        "judgement": judgement.value,
        "css": css[judgement],
        "count": found.judgement[judgement],
        "worked": found.worked[judgement],
        "did_not_work": found.did_not_work[judgement],
        "query": Filter(judgement=judgement).query,
    }


@login_required
@require_safe
def report_visits(request: HttpRequest) -> HttpResponse:
    """The visits behind a number, and how many they are."""
    user = _reader(request)
    asked = _asked(request)
    wanted, fault = _filter(request)
    found = queries.list_visits(asked.period, wanted)
    context = {
        **_period_context(asked),
        "chosen": _filter_words(wanted, found),
        "fault": fault,
        "filter_query": wanted.query,
        "total": len(found),
        "answered": _answers(found, wanted),
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "shows_words": access.may_read_notes(user),
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
    user = _reader(request)
    asked = _asked(request)
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
    path("rapport/besok", report_visits, name="report_visits"),
    path("rapport/rapport.csv", report_csv, name="report_csv"),
]
