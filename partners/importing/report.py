"""A plan as it is shown: one object for machines, one row a line for people."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.screening import mask
from partners.importing.columns import HEADERS, Field
from partners.importing.gathering import AnyTarget
from partners.importing.places import row_of, sheet_of
from partners.importing.planning import Part, Plan, changed_columns
from partners.importing.problems import Problem
from partners.importing.targets import CONTACT_VALUES, GROUP_VALUES, Status
from partners.importing.wording import sentence


@dataclass(frozen=True, slots=True)
class Line:
    """What a file's row does: its number, its worst status, and a sentence for each thing."""

    number: int
    status: Status
    label: str
    notes: tuple[str, ...]


def as_json(plan: Plan, *, committed: bool) -> dict[str, object]:
    """The object that ``import_partners --format json`` prints."""
    return {
        **plan.counts(),
        "wrong": [
            {**_where(plan, problem.row), "field": problem.field, "reason": sentence(problem)}
            for problem in plan.problems
        ],
        "possible_duplicates": [
            {**_where(plan, found.row), "of": found.of} for found in plan.duplicates
        ],
        "ignored_columns": list(plan.ignored_columns),
        "notices": [
            {**_where(plan, notice.row), "field": notice.field, "text": sentence(notice)}
            for notice in plan.notices
        ],
        "committed": committed,
    }


def _where(plan: Plan, number: int) -> dict[str, object]:
    """The row as a spreadsheet shows it, with its sheet where several were read."""
    where: dict[str, object] = {"row": row_of(number)}
    if len(plan.sheets) > 1:
        where["sheet"] = plan.sheets[sheet_of(number)]
    return where


def unreadable_as_json(problem: Problem) -> dict[str, object]:
    """The same object for a file that could not be read at all."""
    plan = Plan([problem])
    return as_json(plan, committed=False)


def as_text(report: Mapping[str, Any], *, dry_run: bool) -> str:
    """The same report for a person at a terminal."""
    said = []
    names = (
        ("organisations", _("Organisationer")),
        ("groups", _("Grupper")),
        ("contacts", _("Kontakter")),
    )
    words = _("%(name)s: %(new)d nya, %(changed)d ändras, %(same)d oförändrade")
    said += [words % {"name": label, **report[name]} for name, label in names]
    if report["ignored_columns"]:
        columns = ", ".join(report["ignored_columns"])
        said.append(_("Kolumner som inte används: %(columns)s") % {"columns": columns})
    line = _("Rad %(row)d, %(field)s: %(reason)s")
    said += [line % wrong for wrong in report["wrong"]]
    remark = _("Rad %(row)d: %(text)s")
    said += [remark % notice for notice in report["notices"]]
    likeness = _("Rad %(row)d liknar %(of)s, som redan finns.")
    said += [likeness % found for found in report["possible_duplicates"]]
    if report["committed"]:
        said.append(_("Importen är klar."))
    elif dry_run and not report["wrong"]:
        said.append(_("Inget är sparat: det här var ett prov."))
    else:
        said.append(_("Inget är sparat."))
    return "\n".join(said)


def lines(part: Part) -> list[Line]:
    """Every row of a part that says something, in its order."""
    wrong: dict[int, list[str]] = defaultdict(list)
    labels: dict[int, str] = {}
    for problem in part.problems:
        wrong[problem.row].append(_wrong_note(problem))
        labels.setdefault(problem.row, mask(str(problem.values.get("label", "")))[:120])
    numbers = sorted({*part.found.rows, *wrong})
    return [
        _line(number, part.found.rows.get(number, []), wrong[number], labels.get(number, ""))
        for number in numbers
    ]


def _line(number: int, named: list[AnyTarget], wrong: list[str], said: str) -> Line:
    label = " · ".join(target.label for target in named) or said
    if wrong:
        return Line(number, Status.WRONG, label, tuple(wrong))
    own = [target for target in named if target.row == number]
    notes = tuple(_note(target) for target in own if target.status is not Status.SAME)
    statuses = {target.status for target in own}
    worst = next((s for s in (Status.NEW, Status.CHANGED) if s in statuses), Status.SAME)
    return Line(number, worst, label, notes)


def _note(target: AnyTarget) -> str:
    values = {"label": target.label, "columns": ", ".join(changed_columns(target))}
    new = target.status is Status.NEW
    if target.columns is GROUP_VALUES:
        text = _("Ny grupp: %(label)s") if new else _("Grupp %(label)s: %(columns)s ändras")
    elif target.columns is CONTACT_VALUES:
        text = _("Ny kontakt: %(label)s") if new else _("Kontakt %(label)s: %(columns)s ändras")
    elif new:
        text = _("Ny organisation: %(label)s")
    else:
        text = _("Organisation %(label)s: %(columns)s ändras")
    return text % values


def _wrong_note(problem: Problem) -> str:
    known = problem.field in set(Field)
    return f"{HEADERS[Field(problem.field)]}: {sentence(problem)}" if known else sentence(problem)
