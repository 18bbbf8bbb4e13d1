"""The report as a workbook: a sheet a table, the visits, and the figures that KB asks for.

Nothing is a formula: texts are written as texts, so no cell can compute (OWASP, "CSV Injection").
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from scheduling.followup import words
from scheduling.insight import figures
from scheduling.insight.beside import Beside
from scheduling.insight.line_words import LineWords, when
from scheduling.insight.report import Report
from scheduling.insight.rows import VisitRow
from scheduling.models import (
    BARRIER_LABELS,
    FACE_LABELS,
    STATEMENT_LABELS,
    THEME_LABELS,
    BarrierKind,
    Statement,
    Theme,
)

#: The widest a column is made, in characters.
_WIDEST = 48


def workbook(
    report: Report, visits: Sequence[VisitRow], beside: Beside, *, words_too: bool
) -> bytes:
    """The whole report as XLSX. ``words_too`` adds chips, for those who may read notes."""
    out = io.BytesIO()
    # Rows leave memory as they are written: ten years of visits cost no more than one.
    book = xlsxwriter.Workbook(
        out,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    bold = book.add_format({"bold": True})
    _sheet(book, bold, _("Sammanfattning"), (_("Vad"), _("Antal")), _summary(report))
    for figure in (
        figures.months(report),
        figures.outcomes(report),
        figures.judgements(report),
        figures.programmes(report),
        figures.answers(report),
    ):
        rows = ((row.label, *(cell.value for cell in row.cells)) for row in figure.rows)
        _sheet(book, bold, figure.caption, figure.head, rows)
    _sheet(
        book,
        bold,
        _("Intressen"),
        (_("Intresse"), _("Signaler"), _("Planerat")),
        ((row.name, row.signals, ", ".join(row.planned)) for row in report.interests),
    )
    _sheet(book, bold, _("Överlämningar"), (_("Till"), _("Antal")), (
        (str(words.RECEIVERS[kind]), count) for kind, count in report.handed_over.items()
    ))  # fmt: skip
    _beside(book, bold, beside)
    said = LineWords()
    _sheet(book, bold, _("Besök"), _visit_head(words_too=words_too), (
        _visit(visit, said, words_too=words_too) for visit in visits
    ))  # fmt: skip
    _sheet(book, bold, _("KB-underlag"), (_("Aktivitet"), _("Antal"), _("Deltagare")), kb(visits))
    book.close()
    return out.getvalue()


def _beside(book: Workbook, bold: Format, beside: Beside) -> None:
    """Barriers, talks and opinions, a sheet each."""
    _sheet(book, bold, _("Hinder"), (_("Hinder"), _("Noterade"), _("Lösta")), (
        (str(BARRIER_LABELS[BarrierKind(row.kind)]), row.noted, row.solved)
        for row in beside.barriers
    ))  # fmt: skip
    _sheet(book, bold, _("Samtal"), (_("Tema"), _("Antal")), (
        (str(THEME_LABELS[Theme(theme)]), count) for theme, count in beside.talks
    ))  # fmt: skip
    faces = tuple(str(label) for label in FACE_LABELS.values())
    _sheet(book, bold, _("Tyck till"), (_("Påstående"), *faces), (
        (str(STATEMENT_LABELS[Statement(row.statement)]), *row.counts) for row in beside.opinions
    ))  # fmt: skip


def kb(visits: Iterable[VisitRow]) -> list[tuple[str, int, int]]:
    """Held activities and participations per programme, and their sum.

    KB collects them in January and February for the calendar year before (DOMAIN.md §2); what it
    counts as an activity must be confirmed by the library.
    """
    found: dict[str, tuple[int, int]] = {}
    for visit in visits:
        if visit.came:
            held, people = found.get(visit.programme_name, (0, 0))
            more = visit.follow_up.attendance if visit.follow_up else 0
            found[visit.programme_name] = (held + 1, people + more)
    lines = [(name, held, people) for name, (held, people) in sorted(found.items())]
    total = (_("Summa"), sum(line[1] for line in lines), sum(line[2] for line in lines))
    return [*lines, total]


def _summary(report: Report) -> list[tuple[str, object]]:
    return [
        (_("Från"), report.period.first),
        (_("Till"), report.period.last),
        (_("Planerade besök"), report.planned),
        (_("Blev av"), report.held),
        (_("Blev inte av"), report.not_held),
        (_("Kommande eller inte uppföljda"), report.ahead),
        (_("Deltagartillfällen"), report.attendance.total),
        (_("Olika grupper"), len(report.groups)),
        (_("Grupper med minst två besök"), report.returning_2),
        (_("Grupper med minst tre besök"), report.returning_3),
        (_("Organisationer"), report.organisations),
        (_("Nästa besök bokat på plats"), report.next_booked),
        (_("Svarstid, timmar (median)"), report.answer_hours),
        (_("Framförhållning, dagar (median)"), report.lead_days),
        (_("Samverkansmöten"), report.meetings),
        (_("Utbildningspass"), len(report.trainings)),
        (_("Deltagande ur personalen"), report.trained),
    ]


def _visit_head(*, words_too: bool) -> tuple[str, ...]:
    head = (
        _("Datum"),
        _("Klockan"),
        _("Program"),
        _("Grupper"),
        _("Status"),
        _("Antal"),
        _("Bedömning"),
    )
    return (*head, _("Fungerade"), _("Fungerade inte")) if words_too else head


def _visit(visit: VisitRow, words: LineWords, *, words_too: bool) -> tuple[object, ...]:
    said = visit.follow_up
    day, hours = when(visit)
    row = (
        day,
        hours,
        visit.programme_name,
        ", ".join(group.alias for group in visit.groups),
        words.states[visit.state],
        said.attendance if said else None,
        words.judgement(visit),
    )
    if not words_too:
        return row
    return (
        *row,
        ", ".join(said.worked) if said else None,
        ", ".join(said.did_not_work) if said else None,
    )


def _sheet(
    book: Workbook,
    bold: Format,
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    # Excel allows 31 characters and none of []:*?/\ in a sheet's name.
    sheet = book.add_worksheet("".join(c for c in name if c not in "[]:*?/\\")[:31])
    for column, word in enumerate(head):
        sheet.set_column(column, column, min(_WIDEST, max(14, len(word) + 2)))
    sheet.set_column(0, 0, 32)
    sheet.freeze_panes(1, 0)
    for column, word in enumerate(head):
        sheet.write_string(0, column, word, bold)
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            elif cell is not None:
                sheet.write_string(number, column, str(cell))
