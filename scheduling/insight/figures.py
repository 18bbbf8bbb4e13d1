"""The report's figures in words: a caption, one sentence that says what it shows, a table.

Each row of a table carries the query of the list behind its number.
"""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core import swedish
from core.templatetags.ui import state_word
from scheduling.followup import words
from scheduling.insight import charts
from scheduling.insight.report import Report
from scheduling.insight.visits import Filter
from scheduling.states import AnswerChannel, Judgement, VisitState

#: How each outcome is drawn; success and failure are drawn alike, only in other tones.
_TONES = {
    Judgement.SUCCESS: 1,
    Judgement.PARTIAL: 2,
    Judgement.LESS_SUCCESSFUL: 3,
    Judgement.TOO_EARLY: 4,
}
_STATE_TONES = {VisitState.HELD: 1, VisitState.PARTLY_HELD: 2}
_ORDER = (
    VisitState.HELD,
    VisitState.PARTLY_HELD,
    VisitState.NONE_CAME,
    VisitState.CANCELLED_BY_PARTNER,
    VisitState.DECLINED,
    VisitState.CANCELLED_BY_US,
    VisitState.CONFIRMED,
    VisitState.OFFERED,
)
_STATE_WORDS = {
    VisitState.CANCELLED_BY_PARTNER: gettext_lazy("Avbokat av partner"),
    VisitState.CANCELLED_BY_US: gettext_lazy("Inställt av oss"),
}
MOST_IN_CHART = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the query of the visits behind it; no query, no link."""

    value: int
    query: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a figure's table."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart (one of the two), what it shows, and the same as a table."""

    key: str
    caption: str
    sentence: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    bars: charts.BarChart | None = None
    line: charts.LineChart | None = None


def months(report: Report) -> Figure:
    """Planned visits a month."""
    lang = get_language() or "sv"
    one_year = report.period.first.year == report.period.last.year

    def name(key: str) -> str:
        day = report.period.first.replace(year=int(key[:4]), month=int(key[5:]), day=1)
        return swedish.month_name(day, lang=lang)

    def label(key: str) -> str:
        return name(key)[:3] if one_year else f"{name(key)[:3]} {key[2:4]}"

    most = max(report.months, key=lambda month: month.planned)
    sentence = _("Flest besök var planerade i %(month)s, %(count)d stycken.") % {
        "month": name(most.key),
        "count": most.planned,
    }
    return Figure(
        key="manader",
        caption=_("Planerade besök per månad"),
        sentence=sentence if most.planned else _("Inga besök var planerade."),
        head=(_("Månad"), _("Planerade"), _("Blev av")),
        rows=tuple(
            Row(
                label(month.key),
                (
                    Cell(month.planned, Filter(month=month.key).query),
                    Cell(month.held, Filter(month=month.key, state="came").query),
                ),
            )
            for month in report.months
        ),
        line=charts.line_chart([(label(month.key), month.planned) for month in report.months]),
    )


def outcomes(report: Report) -> Figure:
    """How the planned visits ended: those that did not take place beside those that did."""
    found = [(state, report.by_state[state]) for state in _ORDER if report.by_state[state]]
    none_came = report.by_state[VisitState.NONE_CAME]
    called_off = report.not_held - none_came
    sentence = _(
        "%(held)d blev av, helt eller delvis. Till %(none)d kom ingen, och %(off)d blev avbokade, "
        "avböjda eller inställda."
    ) % {"held": report.held, "none": none_came, "off": called_off}
    return Figure(
        key="utfall",
        caption=_("Så slutade de planerade besöken"),
        sentence=sentence,
        head=(_("Utfall"), _("Antal")),
        rows=tuple(
            Row(_state(state), (Cell(count, Filter(state=state.value).query),))
            for state, count in found
        ),
        bars=charts.bar_chart(
            [(_state(state), count, _STATE_TONES.get(state, 4)) for state, count in found]
        ),
    )


def _state(state: VisitState) -> str:
    return str(_STATE_WORDS.get(state) or state_word(state.value))


def judgements(report: Report) -> Figure:
    """How held visits went; less successful as plain as successful."""
    counts = report.judgement
    sentence = _(
        "Vi bedömde %(all)d besök. %(yes)d var lyckade, %(part)d delvis lyckade och %(less)d "
        "mindre lyckade."
    ) % {
        "all": report.judged,
        "yes": counts[Judgement.SUCCESS],
        "part": counts[Judgement.PARTIAL],
        "less": counts[Judgement.LESS_SUCCESSFUL],
    }
    shown = [j for j in Judgement if counts[j] or j is not Judgement.TOO_EARLY]
    return Figure(
        key="bedomning",
        caption=_("Bedömning av de besök som blev av"),
        sentence=sentence,
        head=(_("Bedömning"), _("Antal")),
        rows=tuple(
            Row(str(words.JUDGEMENTS[j]), (Cell(counts[j], Filter(judgement=j).query),))
            for j in shown
        ),
        bars=charts.bar_chart([(str(words.JUDGEMENTS[j]), counts[j], _TONES[j]) for j in shown]),
    )


def programmes(report: Report) -> Figure:
    """From offer to yes to held, a programme a row; the chart shows what was held."""
    lines = report.programmes
    chosen = sorted(lines, key=lambda line: -line.held)[:MOST_IN_CHART]
    sentence = ""
    if chosen and chosen[0].held:
        sentence = _("%(name)s hölls flest gånger, %(held)d av %(offered)d.") % {
            "name": chosen[0].name,
            "held": chosen[0].held,
            "offered": chosen[0].offered,
        }
    return Figure(
        key="program",
        caption=_("Genomförda besök per program"),
        sentence=sentence,
        head=(_("Program"), _("Erbjudet"), _("Tackat ja"), _("Blev av")),
        rows=tuple(
            Row(
                line.name,
                (
                    Cell(line.offered, Filter(programme=line.pk).query),
                    Cell(line.accepted, Filter(programme=line.pk, accepted=True).query),
                    Cell(line.held, Filter(programme=line.pk, state="came").query),
                ),
            )
            for line in lines
        ),
        bars=charts.bar_chart([(line.name, line.held, 1) for line in chosen]),
    )


def answers(report: Report) -> Figure:
    """By which way partners answered."""
    found = [(channel, count) for channel, count in report.answers.items() if count]
    found.sort(key=lambda pair: -pair[1])
    total = sum(count for _channel, count in found)
    by_voice = report.answers[AnswerChannel.PHONE] + report.answers[AnswerChannel.IN_PERSON]
    sentence = _("%(voice)d av %(all)d svar kom i ett samtal.") % {"voice": by_voice, "all": total}
    rows = [
        (str(words.CHANNELS[channel]), count, Filter(channel=channel.value).query, 1)
        for channel, count in found
    ]
    if report.unanswered:
        rows.append((_("Inget svar"), report.unanswered, Filter(channel="none").query, 4))
    return Figure(
        key="svar",
        caption=_("Så kom svaren på inbjudningarna"),
        sentence=sentence,
        head=(_("Väg"), _("Svar")),
        rows=tuple(Row(label, (Cell(count, query),)) for label, count, query, _tone in rows),
        bars=charts.bar_chart([(label, count, tone) for label, count, _query, tone in rows]),
    )


def interests(report: Report) -> charts.BarChart:
    """The most frequent interests as bars."""
    top = report.interests[:MOST_IN_CHART]
    return charts.bar_chart([(row.name, row.signals, 1) for row in top])
