"""The report's rows as CSV for a Swedish spreadsheet: semicolons, UTF-8 with a byte order mark.

A cell that a spreadsheet could take for a formula gets an apostrophe before it, which the program
shows as plain text (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from scheduling.insight.line_words import LineWords, when
from scheduling.insight.rows import VisitRow

BOM = "\ufeff"
#: ASCII and full-width starts of a formula, and what programs skip before one.
_FORMULA = frozenset("=+-@|%＝＋－＠\t\r\n")


def safe(cell: object) -> str:
    """The cell as text that no spreadsheet computes."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return text
    start = text.lstrip(" \u00a0\u200b\ufeff")
    return f"'{text}" if start[:1] in _FORMULA or text[:1] in _FORMULA else text


def to_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table with its head line, ready to be sent."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe(cell) for cell in head])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


def visits_csv(visits: Iterable[VisitRow], *, words_too: bool) -> bytes:
    """One line a visit: when, what, who and what came of it. No note and no category.

    ``words_too`` adds what worked and what did not, for those who may read notes.
    """
    head = [
        _("Besök"),
        _("Datum"),
        _("Klockan"),
        _("Program"),
        _("Grupper"),
        _("Status"),
        _("Antal"),
        _("Bedömning"),
        _("Vårt uppdrag"),
        _("Nästa besök bokat"),
        *([_("Fungerade"), _("Fungerade inte")] if words_too else []),
    ]
    words, answers = LineWords(), {True: _("ja"), False: _("nej")}
    return to_csv(head, (_line(visit, words, answers, words_too=words_too) for visit in visits))


def _line(
    visit: VisitRow, words: LineWords, answers: Mapping[bool, str], *, words_too: bool
) -> list[object]:
    said = visit.follow_up
    day, hours = when(visit)
    return [
        visit.pk,
        day.isoformat(),
        hours,
        visit.programme_name,
        ", ".join(group.alias for group in visit.groups),
        words.states[visit.state],
        said.attendance if said else None,
        words.judgement(visit),
        words.missions[said.mission] if said else None,
        answers[said.next_booked] if said else None,
        *([", ".join(said.worked), ", ".join(said.did_not_work)] if said and words_too else []),
    ]
