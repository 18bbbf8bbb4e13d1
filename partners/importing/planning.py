"""What a file would do to the register: every target settled, every row judged, nothing written."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from partners.folding import fold
from partners.importing.columns import HEADERS, Field
from partners.importing.decisions import Decisions, Key
from partners.importing.duplicates import Names
from partners.importing.gathering import (
    CONTACT,
    ORGANISATION,
    AnyTarget,
    ContactKey,
    Gathered,
    GroupKey,
    contact_key,
    gather,
)
from partners.importing.matching import Register, load_register, match
from partners.importing.problems import Code, Problem
from partners.importing.records import Sheet
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

#: A mark (mail, phone, or name within an organisation) to who bears it.
Seen = dict[tuple[str, str], tuple[str, Key]]


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Row ``row`` makes something new that resembles ``of``.

    ``key`` is the new thing's, ``other`` the key of what it resembles: empty where it cannot be
    the same (archived, or in another organisation).
    """

    row: int
    of: str
    label: str = ""
    key: Key = ()
    other: Key = ()


@dataclass(slots=True)
class Plan:
    """The whole effect of a file. ``found`` holds the targets, ``added`` the new memberships."""

    found: Gathered
    problems: list[Problem] = field(default_factory=list)
    added: dict[tuple[ContactKey, GroupKey], int] = field(default_factory=dict)
    duplicates: list[Resemblance] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    notices: tuple[Problem, ...] = ()
    sheets: tuple[str, ...] = ("",)

    @property
    def fit(self) -> bool:
        """Whether it may be committed: nothing is wrong."""
        return not self.problems

    @property
    def idle(self) -> bool:
        """Whether it would change nothing."""
        return all(target.status is Status.SAME for target in self.targets())

    def targets(self) -> Iterable[AnyTarget]:
        """Organisations, groups, contacts."""
        yield from self.found.organisations.values()
        yield from self.found.groups.values()
        yield from self.found.contacts.values()

    def counts(self) -> dict[str, dict[str, int]]:
        """New, changed and same, for each sort of partner; each is counted once."""
        sorts: dict[str, Iterable[AnyTarget]] = {
            "organisations": self.found.organisations.values(),
            "groups": self.found.groups.values(),
            "contacts": self.found.contacts.values(),
        }
        tallies = {name: Counter(t.status for t in targets) for name, targets in sorts.items()}
        kinds = (Status.NEW, Status.CHANGED, Status.SAME)
        return {
            name: {kind.value: tally[kind] for kind in kinds} for name, tally in tallies.items()
        }

    @property
    def digest(self) -> str:
        """Equal for two plans that would do the same."""
        effect = [
            [t.row, t.label, t.status, t.existing and t.existing.pk, repr(t.changes)]
            for t in self.targets()
        ]
        wrong = [[p.row, p.field, p.code] for p in self.problems]
        body = json.dumps([effect, wrong, sorted(self.added.values())], ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()


def make_plan(sheet: Sheet, decisions: Decisions = Decisions()) -> Plan:  # noqa: B008 frozen
    """Compare ``sheet`` with the register as it is now. Four queries, none a row."""
    register = load_register()
    found = gather(sheet.rows, decisions)
    wrong = [problem for problem in sheet.problems if problem.row not in decisions.rows]
    plan = Plan(found, [*wrong, *found.problems])
    plan.ignored_columns = sheet.ignored
    plan.notices, plan.sheets = sheet.notices, sheet.sheets
    match(found, register)
    _settle(plan)
    _add_memberships(plan, register)
    plan.problems.sort(key=_place)
    plan.duplicates = sorted(_duplicates(plan, register), key=lambda found: found.row)
    return plan


def _place(problem: Problem) -> tuple[int, int]:
    """Row, then column."""
    known = list(Field)
    return problem.row, known.index(Field(problem.field)) if problem.field in known else -1


def _settle(plan: Plan) -> None:
    for home in plan.found.organisations.values():
        base = OrganisationDetails.of(home.existing) if home.existing else None
        result = home.settle(base or OrganisationDetails(name=home.label))
        wrong = Wrongs()
        check_organisation(wrong, result)
        _judge(plan, home, wrong)
    for group in plan.found.groups.values():
        old = GroupDetails.of(group.existing) if group.existing else None
        group.settle(old or GroupDetails(alias=group.label))
    for person in plan.found.contacts.values():
        was = ContactDetails.of(person.existing) if person.existing else None
        person.result = with_channel(person.settle(was or ContactDetails(name=person.label)))
        wrong = Wrongs()
        check_contact(wrong, person.result)
        _judge(plan, person, wrong)


def _judge(plan: Plan, target: AnyTarget, wrong: Wrongs) -> None:
    """Lay what does not go together on the row that said it."""
    for name, text in wrong.fields.items():
        said = target.said.get(name) or target.said.get("channel")
        row = said.row if said else target.row
        plan.problems.append(Problem(row, target.column(name), Code.REFUSED, {"text": text}))


def _add_memberships(plan: Plan, register: Register) -> None:
    """The groups that a contact does not serve yet; that alone changes a known contact."""
    for (who, where), row in plan.found.memberships.items():
        contact, group = plan.found.contacts[who], plan.found.groups[where]
        pair = (contact.existing and contact.existing.pk, group.existing and group.existing.pk)
        if pair not in register.memberships:
            plan.added[who, where] = row
            if contact.existing is not None:
                contact.changes.setdefault("groups", ())


def _duplicates(plan: Plan, register: Register) -> Iterable[Resemblance]:
    names = Names(home.name for home in register.organisations.values())
    for key, home in plan.found.organisations.items():
        if home.existing is None:
            other = register.archived[key].name if key in register.archived else None
            resembled = other or names.like(home.label)
            if resembled:
                same = (ORGANISATION, fold(resembled)) if other is None else ()
                yield Resemblance(home.row, resembled, home.label, (ORGANISATION, key), same)
        names.add(home.label)
    yield from _doubled_contacts(plan, register)


def _doubled_contacts(plan: Plan, register: Register) -> Iterable[Resemblance]:
    """New contacts whose mail address, phone, or name in the same organisation is known."""
    seen: Seen = {}
    for home, row in register.contacts:
        place = register.organisations[home].name
        its_key = (CONTACT, *contact_key(home, row.email, row.name, row.phone))
        bearer = (f"{row.name} ({place})", its_key)
        _remember(seen, home, row.search, row.email.casefold(), row.phone, bearer)
    for who, target in plan.found.contacts.items():
        home = who[0]
        result = target.result
        if result is None:
            continue
        name, email = fold(result.name), result.email.casefold()
        marks = (("email", email), ("phone", result.phone), (home, name))
        other = next((seen[mark] for mark in marks if mark[1] and mark in seen), None)
        if target.existing is None and other is not None:
            same = other[1] if other[1][1] == home else ()
            yield Resemblance(target.row, other[0], result.name, (CONTACT, *who), same)
        place = plan.found.organisations[home].label
        bearer = (f"{result.name} ({place})", (CONTACT, *who))
        _remember(seen, home, name, email, result.phone, bearer)


def _remember(
    seen: Seen, home: str, name: str, email: str, phone: str, bearer: tuple[str, Key]
) -> None:
    for mark in (("email", email), ("phone", phone), (home, name)):
        if mark[1]:
            seen.setdefault(mark, bearer)


def changed_columns(target: AnyTarget) -> list[str]:
    """The headers of what an import changes in a known partner."""
    names = dict.fromkeys(target.changes)
    headers = [HEADERS[target.column(name)] for name in names if name != "groups"]
    return headers + ([HEADERS[Field.GROUP]] if "groups" in names else [])
