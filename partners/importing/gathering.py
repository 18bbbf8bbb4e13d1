"""From the rows of a file to its targets: clean each cell once, gather what belongs together."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from partners.folding import fold
from partners.importing.columns import Field
from partners.importing.decisions import Decisions
from partners.importing.problems import Code, Problem
from partners.importing.records import GROUP_FIELDS, ORGANISATION_FIELDS, Row
from partners.importing.targets import (
    CONTACT_VALUES,
    GROUP_VALUES,
    ORGANISATION_VALUES,
    Target,
    given_values,
)
from partners.models import Contact, Group, Organisation
from partners.services.details import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    Wrongs,
    tidy_contact,
    tidy_group,
    tidy_organisation,
)

OrganisationTarget = Target[Organisation, OrganisationDetails]
GroupTarget = Target[Group, GroupDetails]
ContactTarget = Target[Contact, ContactDetails]
AnyTarget = OrganisationTarget | GroupTarget | ContactTarget
GroupKey = tuple[str, str]
#: How keys of decisions begin.
ORGANISATION, CONTACT = "organisation", "contact"
#: Organisation, mail address, and where there is none name and phone.
ContactKey = tuple[str, str, str, str]
T = TypeVar("T", OrganisationTarget, GroupTarget, ContactTarget)


@dataclass(slots=True)
class Gathered:
    """Everything a file speaks of, by what identifies it, in the order of the file."""

    organisations: dict[str, OrganisationTarget] = field(default_factory=dict)
    groups: dict[GroupKey, GroupTarget] = field(default_factory=dict)
    contacts: dict[ContactKey, ContactTarget] = field(default_factory=dict)
    #: Which contact serves which group, and the first row that says so.
    memberships: dict[tuple[ContactKey, GroupKey], int] = field(default_factory=dict)
    #: Row number to the targets it names.
    rows: dict[int, list[AnyTarget]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def gather(rows: Iterable[Row], decisions: Decisions = Decisions()) -> Gathered:  # noqa: B008 frozen
    """All targets of ``rows``; a row with something wrong adds problems and nothing else."""
    found = Gathered()
    cleaned: dict[Hashable, tuple[Any, Wrongs]] = {}
    for row in rows:
        if row.number not in decisions.rows:
            _take(row, found, cleaned, decisions)
    return found


def part_key(row: Row, decisions: Decisions) -> str:
    """What rows that belong together share: the organisation that they speak of."""
    name = " ".join(str(row.values[Field.ORGANISATION]).split())
    return decisions.meant((ORGANISATION, fold(name)))[1]


def contact_key(organisation: str, email: str, name: str, phone: str) -> ContactKey:
    """What tells contacts of one organisation apart, in the register and in a file."""
    if email:
        return (organisation, email.casefold(), "", "")
    return (organisation, "", fold(name), phone)


def _take(
    row: Row,
    found: Gathered,
    cleaned: dict[Hashable, tuple[Any, Wrongs]],
    decisions: Decisions,
) -> None:
    said = given_values(row.part(ORGANISATION_FIELDS), ORGANISATION_VALUES)
    group_said = given_values(row.part(GROUP_FIELDS), GROUP_VALUES)
    contacts = []
    home, wrong = _clean(OrganisationDetails, tidy_organisation, said, cleaned)
    problems = _problems(row.number, wrong, ORGANISATION_VALUES)
    group, wrong = _clean(GroupDetails, tidy_group, group_said, cleaned)
    problems += _problems(row.number, wrong, GROUP_VALUES)
    for values in row.contacts():
        contact_said = given_values(values, CONTACT_VALUES)
        contact, wrong = _clean(ContactDetails, tidy_contact, contact_said, cleaned)
        problems += _problems(row.number, wrong, CONTACT_VALUES)
        contacts.append((contact, contact_said))
    found.problems += problems
    if problems or home is None:
        return
    own = (ORGANISATION, fold(home.name))
    if own in decisions.leave:
        return
    key = decisions.meant(own)[1]
    place = _target(found.organisations, key, row, home.name, ORGANISATION_VALUES)
    given = _spelt(place, said, "name", home.name)
    if key != own[1]:
        given = _unsaid(place, given)
    found.problems += place.hear(home, given, row.number)
    named: list[AnyTarget] = [place]
    group_key = None
    if group is not None:
        group_key = (key, fold(group.alias))
        target = _target(found.groups, group_key, row, group.alias, GROUP_VALUES)
        given = _spelt(target, group_said, "alias", group.alias)
        found.problems += target.hear(group, given, row.number)
        named.append(target)
    for contact, contact_said in contacts:
        named_so = (CONTACT, *contact_key(key, contact.email, contact.name, contact.phone))
        if named_so in decisions.leave:
            continue
        _contact, *meant = decisions.meant(named_so)
        who: ContactKey = (meant[0], meant[1], meant[2], meant[3])
        person = _target(found.contacts, who, row, contact.name, CONTACT_VALUES)
        given = _spelt(person, contact_said, "name", contact.name)
        given = _spelt(person, given, "email", contact.email)
        if who != named_so[1:]:
            given = _unsaid(person, given)
        found.problems += person.hear(contact, given, row.number)
        named.append(person)
        if group_key is not None:
            found.memberships.setdefault((who, group_key), row.number)
    found.rows[row.number] = named


def _clean(
    kind: Any, tidy: Any, said: dict[str, Any], cleaned: dict[Hashable, tuple[Any, Wrongs]]
) -> tuple[Any, Wrongs]:
    """The details of one part of a row, cleaned once for all rows that say the same."""
    if not said:
        return None, Wrongs()
    key = (kind, *sorted(said.items()))
    if key not in cleaned:
        wrong = Wrongs()
        cleaned[key] = (tidy(wrong, kind(**said)), wrong)
    return cleaned[key]


def _target(
    known: dict[Any, T], key: Hashable, row: Row, label: str, columns: dict[Field, str]
) -> T:
    if key not in known:
        known[key] = Target(row.number, label, columns)
    return known[key]


def _unsaid(target: Any, given: set[str]) -> set[str]:
    """What somebody decided is the same keeps its name, and what was said of it first."""
    return {name for name in given if name != "name" and name not in target.said}


def _spelt(target: Any, said: Any, name: str, value: str) -> set[str]:
    """The names in ``said``; another spelling of the same name is no contradiction."""
    given = set(said)
    earlier = target.said.get(name)
    if earlier is not None and fold(str(earlier.value)) == fold(value):
        given.discard(name)
    return given


def _problems(row: int, wrong: Wrongs, columns: dict[Field, str]) -> list[Problem]:
    names = {name: column for column, name in columns.items()}
    return [
        Problem(row, names[name], Code.REFUSED, {"text": text})
        for name, text in wrong.fields.items()
    ]
