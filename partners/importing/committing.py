"""From a plan to rows: one transaction, all or nothing, planned again inside it."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from core.models import User
from partners.importing.decisions import Decisions
from partners.importing.gathering import ContactTarget, GroupTarget, OrganisationTarget
from partners.importing.planning import Part, Plan, make_plan, parts_of
from partners.importing.records import Sheet
from partners.importing.targets import Status
from partners.models import Contact, Group, Organisation
from partners.services.bulk import Batch, Item, Journal, store_many

M = TypeVar("M", Organisation, Group, Contact)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The plan as it was when it was carried out or refused."""

    plan: Plan
    committed: bool


def commit(
    *,
    actor: User | None,
    now: datetime,
    sheet: Sheet,
    expected: str | None = None,
    decisions: Decisions = Decisions(),  # noqa: B008 frozen
    journal: Journal | None = None,
) -> Outcome:
    """Carry ``sheet`` out if nothing is wrong and it does what was shown.

    ``expected`` is the digest of the plan that the user saw; None accepts any. The plan is made
    inside the transaction, and ``journal`` is told there what was written. Raises Forbidden,
    Conflict, and what a listener refuses with.
    """
    made: list[Outcome] = []

    def decide() -> Iterator[Batch]:
        plan = make_plan(sheet, decisions)
        committed = plan.fit and expected in {None, plan.digest}
        made.append(Outcome(plan, committed))
        if committed and not plan.idle:
            for part, _register in parts_of(sheet, decisions):
                yield _batch(part, now)

    store_many(actor=actor, now=now, decide=decide, journal=journal)
    return made[-1]


def _batch(part: Part, now: datetime) -> Batch:
    batch = Batch()
    homes: dict[str, Organisation] = {}
    for name, home in part.found.organisations.items():
        homes[name] = _row(home, Organisation(created_at=now), batch.organisations)
    groups: dict[tuple[str, str], Group] = {}
    for key, group in part.found.groups.items():
        new = Group(organisation=homes[key[0]], created_at=now)
        groups[key] = _row(group, new, batch.groups)
    contacts: dict[tuple[str, str, str, str], Contact] = {}
    joining = {who for who, _ in part.added}
    for who, contact in part.found.contacts.items():
        fresh = Contact(organisation=homes[who[0]], created_at=now)
        contacts[who] = _row(contact, fresh, batch.contacts, joins=who in joining)
    batch.memberships.extend((contacts[who], groups[where]) for who, where in part.added)
    return batch


def _row(
    target: OrganisationTarget | GroupTarget | ContactTarget,
    new: M,
    items: list[Item[M]],
    *,
    joins: bool = False,
) -> M:
    """The model's row of ``target``, put among ``items`` where it is to be written."""
    values = _values(target.result)
    if target.existing is None:
        _set(new, values)
        named = frozenset(values) | ({"groups"} if joins else set())
        items.append(Item(None, new, named))
        return new
    row: Any = target.existing
    if target.status is Status.CHANGED:
        before = copy(row)
        _set(row, {name: values[name] for name in target.changes if name in values})
        items.append(Item(before, row, frozenset(target.changes)))
    found: M = row
    return found


def _values(details: Any) -> dict[str, Any]:
    return {part.name: getattr(details, part.name) for part in fields(details)}


def _set(row: Organisation | Group | Contact, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
