"""What a file would do to the register: every target settled, every row judged, nothing written.

A file is planned in parts: all rows that speak of one organisation are in the same, so nothing is
missed between two, and only one stands in memory.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from partners.importing.columns import HEADERS, Field
from partners.importing.decisions import Decisions
from partners.importing.gathering import (
    AnyTarget,
    ContactKey,
    Gathered,
    GroupKey,
    gather,
    part_key,
)
from partners.importing.matching import Register, load_register, match
from partners.importing.problems import Code, Problem
from partners.importing.records import Row, Sheet
from partners.importing.resemblance import Noted, Resemblance
from partners.importing.targets import Status
from partners.services.details import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    Wrongs,
    check_contact,
    check_organisation,
    with_channel,
)

SORTS = ("organisations", "groups", "contacts")
_NOTHING = Decisions()


@dataclass(slots=True)
class Part:
    """What some rows of a file do. ``found`` holds the targets, ``added`` new memberships."""

    found: Gathered
    problems: list[Problem] = field(default_factory=list)
    added: dict[tuple[ContactKey, GroupKey], int] = field(default_factory=dict)

    def sorts(self) -> Iterable[tuple[str, Iterable[AnyTarget]]]:
        """Organisations, groups, contacts."""
        yield SORTS[0], self.found.organisations.values()
        yield SORTS[1], self.found.groups.values()
        yield SORTS[2], self.found.contacts.values()

    def effect(self) -> str:
        """Equal for two parts that would do the same."""
        effect = [
            [t.row, t.label, t.status, t.existing and t.existing.pk, repr(t.changes)]
            for _sort, targets in self.sorts()
            for t in targets
        ]
        wrong = [[p.row, p.field, p.code] for p in self.problems]
        return json.dumps([effect, wrong, sorted(self.added.values())], ensure_ascii=False)


Each = Callable[[Part], None]


@dataclass(slots=True)
class Plan:
    """The whole effect of a file, told and counted."""

    problems: list[Problem] = field(default_factory=list)
    duplicates: list[Resemblance] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    notices: tuple[Problem, ...] = ()
    sheets: tuple[str, ...] = ("",)
    tallies: dict[str, Counter[Status]] = field(
        default_factory=lambda: {sort: Counter() for sort in SORTS}
    )
    #: Equal for two plans that would do the same.
    digest: str = ""

    @property
    def fit(self) -> bool:
        """Whether it may be committed: nothing is wrong."""
        return not self.problems

    @property
    def idle(self) -> bool:
        """Whether it would change nothing."""
        return not any(tally[Status.NEW] + tally[Status.CHANGED] for tally in self.tallies.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """New, changed and same, for each sort of partner; each is counted once."""
        kinds = (Status.NEW, Status.CHANGED, Status.SAME)
        return {
            name: {kind.value: tally[kind] for kind in kinds}
            for name, tally in self.tallies.items()
        }


def make_plan(sheet: Sheet, decisions: Decisions = _NOTHING, each: Each | None = None) -> Plan:
    """Compare ``sheet`` with the register as it is now; ``each`` is told of every part.

    Four queries a part and two for the whole, none a row.
    """
    wrong = [problem for problem in sheet.problems if problem.row not in decisions.rows]
    plan = Plan(wrong, [], sheet.ignored, sheet.notices, sheet.sheets)
    effect = hashlib.sha256(Part(Gathered(), wrong).effect().encode())
    if each is not None and wrong:
        each(Part(Gathered(), wrong))
    noted = Noted()
    for part, register in parts_of(sheet, decisions):
        plan.problems += part.problems
        effect.update(part.effect().encode())
        for sort, targets in part.sorts():
            plan.tallies[sort].update(target.status for target in targets)
        _note(part, register, noted)
        if each is not None:
            each(part)
    plan.problems.sort(key=_place)
    plan.duplicates = noted.resemblances()
    noted.close()
    plan.digest = effect.hexdigest()
    return plan


def parts_of(sheet: Sheet, decisions: Decisions) -> Iterable[tuple[Part, Register]]:
    """Each part settled, with what of the register it was compared with. Four queries a part."""
    for rows in sheet.rows.parts(partial(part_key, decisions=decisions)):
        yield _part(rows, decisions)


def _part(rows: list[Row], decisions: Decisions) -> tuple[Part, Register]:
    found = gather(rows, decisions)
    register = load_register(list(found.organisations))
    part = Part(found, [*found.problems])
    match(found, register)
    _settle(part)
    _add_memberships(part, register)
    return part, register


def _note(part: Part, register: Register, noted: Noted) -> None:
    """What the part names, for comparing it with everything else at the end."""
    homes = part.found.organisations
    for key, home in homes.items():
        old = register.archived.get(key)
        archived = old.name if old is not None and home.existing is None else ""
        noted.organisation(key, home, archived)
    for who, target in part.found.contacts.items():
        noted.contact(who, target, homes[who[0]].label)


def _place(problem: Problem) -> tuple[int, int]:
    """Row, then column."""
    known = list(Field)
    return problem.row, known.index(Field(problem.field)) if problem.field in known else -1


def _settle(part: Part) -> None:
    for home in part.found.organisations.values():
        base = OrganisationDetails.of(home.existing) if home.existing else None
        result = home.settle(base or OrganisationDetails(name=home.label))
        wrong = Wrongs()
        check_organisation(wrong, result)
        _judge(part, home, wrong)
    for group in part.found.groups.values():
        old = GroupDetails.of(group.existing) if group.existing else None
        group.settle(old or GroupDetails(alias=group.label))
    for person in part.found.contacts.values():
        was = ContactDetails.of(person.existing) if person.existing else None
        person.result = with_channel(person.settle(was or ContactDetails(name=person.label)))
        wrong = Wrongs()
        check_contact(wrong, person.result)
        _judge(part, person, wrong)


def _judge(part: Part, target: AnyTarget, wrong: Wrongs) -> None:
    """Lay what does not go together on the row that said it."""
    for name, text in wrong.fields.items():
        said = target.said.get(name) or target.said.get("channel")
        row = said.row if said else target.row
        part.problems.append(Problem(row, target.column(name), Code.REFUSED, {"text": text}))


def _add_memberships(part: Part, register: Register) -> None:
    """The groups that a contact does not serve yet; that alone changes a known contact."""
    for (who, where), row in part.found.memberships.items():
        contact, group = part.found.contacts[who], part.found.groups[where]
        pair = (contact.existing and contact.existing.pk, group.existing and group.existing.pk)
        if pair not in register.memberships:
            part.added[who, where] = row
            if contact.existing is not None:
                contact.changes.setdefault("groups", ())


def changed_columns(target: AnyTarget) -> list[str]:
    """The headers of what an import changes in a known partner."""
    names = dict.fromkeys(target.changes)
    headers = [HEADERS[target.column(name)] for name in names if name != "groups"]
    return headers + ([HEADERS[Field.GROUP]] if "groups" in names else [])
