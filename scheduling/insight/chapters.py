"""What the report's templates cannot work out: figures, and codes as words."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import swedish
from core.templatetags.ui import state_word
from scheduling.followup import words
from scheduling.insight import figures
from scheduling.insight.report import Report
from scheduling.insight.rows import Period
from scheduling.insight.shared import (
    CAME,
    NOT_JUDGED,
    OFTEN,
    ONCE,
    TWICE,
    UNANSWERED,
    Line,
    Shared,
    Table,
)
from scheduling.insight.visits import Filter
from scheduling.models import (
    BARRIER_LABELS,
    FACE_LABELS,
    STATEMENT_LABELS,
    THEME_LABELS,
    Statement,
)
from scheduling.states import AnswerChannel, Judgement, ReceiverKind, VisitState


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


def context(found: Report) -> dict[str, object]:
    """All that the chapters show, on the page and on paper."""
    receivers = [(words.RECEIVERS[code], count) for code, count in found.handed_over.items()]
    decisions = [(words.DECISIONS[code], n) for code, n in found.efforts_by_decision.items()]
    return {
        "report": found,
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


def shared_context(part: Shared) -> dict[str, object]:
    """One half-year of the shared version in words: its numbers and its tables."""
    tables = [
        (_("Så slutade de planerade besöken"), part.outcomes),
        (_("Planerade besök per månad"), part.months),
        (_("Genomförda besök per program"), part.programmes),
        (_("Bedömning av de besök som blev av"), part.judgements),
        (_("Grupper efter hur ofta de kom"), part.groups),
        (_("Så kom svaren på inbjudningarna"), part.answers),
        (_("Intressen efter antal signaler"), part.interests),
        (_("Lämnat vidare"), part.handovers),
        (_("Insatser efter bedömning"), part.efforts),
        (_("Hinder som noterats"), part.barriers),
        (_("Samtal efter tema"), part.talks),
        *(_opinion(statement, faces) for statement, faces in part.opinions),
    ]

    codes = _coded()

    def held(count: int | None) -> str:
        return _told(count) if part.tells_held else _("visas inte")

    numbers = [
        (_("Planerade besök"), _told(part.outcomes.total)),
        (_("Deltagartillfällen"), held(part.participants)),
        (_("Organisationer"), held(part.organisations)),
        (_("Samverkansmöten"), _told(part.meetings)),
        (_("Deltagande ur personalen i utbildningspass"), _told(part.trained)),
    ]
    return {
        "words": period_words(part.period),
        "numbers": numbers,
        "tables": [_table(caption, table, codes) for caption, table in tables],
    }


def _opinion(statement: str, faces: Table) -> tuple[str, Table]:
    """A statement and its faces in words."""
    lines = tuple(
        Line(tuple(str(FACE_LABELS[int(face)]) for face in line.labels), line.count)
        for line in faces.lines
    )
    said = STATEMENT_LABELS[Statement(statement)]
    return _("Tyck till: %(statement)s") % {"statement": said}, Table(lines, faces.total)


def _told(count: int | None) -> str:
    return _("färre än 5") if count is None else str(count)


def _table(caption: str, table: Table | None, codes: Mapping[str, object]) -> dict[str, object]:
    if table is None:
        return {"caption": caption, "withheld": True}
    rows = [
        (_label(line, codes), _told(line.count))
        for line in table.lines
        if line.count or line.labels
    ]
    return {"caption": caption, "rows": rows, "total": _told(table.total), "hides": table.hides}


def _label(line: Line, codes: Mapping[str, object]) -> str:
    """The codes of a fixed table in words; a programme's or interest's name as it is.

    No programme or interest can be taken for a code: codes are English and in lower case.
    """
    return ", ".join(str(codes.get(label, label)) for label in line.labels)


_OWN_WORDS = {
    CAME: "Blev av",
    NOT_JUDGED: "Inte bedömt än",
    UNANSWERED: "Inget svar",
    ONCE: "En gång",
    TWICE: "Två gånger",
    OFTEN: "Tre gånger eller fler",
}


def _coded() -> dict[str, object]:
    """Every code of the fixed tables and its word, in the language of now."""
    return {
        **{state.value: state_word(state.value) for state in VisitState},
        **{channel.value: words.CHANNELS[channel] for channel in AnswerChannel},
        **{kind.value: words.RECEIVERS[kind] for kind in ReceiverKind},
        **{judgement.value: words.JUDGEMENTS[judgement] for judgement in Judgement},
        **{barrier.value: word for barrier, word in BARRIER_LABELS.items()},
        **{theme.value: word for theme, word in THEME_LABELS.items()},
        **{own: _(word) for own, word in _OWN_WORDS.items()},
    }
