"""What others want to know about a partner's change, in the transaction that changes it.

A listener is registered once, in its app's ``ready()``. It may write, and it may raise a
DomainError: then the change is undone and the user reads why. partners calls nobody by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet

from core.models import User
from partners.models import Contact, Group, Ledger, MergeRecord, Organisation

M = TypeVar("M", Organisation, Group, Contact)


@dataclass(frozen=True, slots=True)
class Change(Generic[M]):
    """One partner before and after.

    ``before`` is a detached copy of the row as it was, None where the partner is new; ``fields``
    are the names of the model's fields that differ ("archived_at" when archived or restored,
    "groups" for a contact's groups). ``actor`` is None for the system; ``now`` is aware.
    """

    actor: User | None
    now: datetime
    before: M | None
    after: M
    fields: frozenset[str]


class Listener(Protocol[M]):
    """Called after the row is written, before the transaction ends."""

    def __call__(self, change: Change[M], /) -> None:
        """Take note of ``change``; raising a DomainError refuses it."""


_organisation_listeners: list[Listener[Organisation]] = []
_group_listeners: list[Listener[Group]] = []
_contact_listeners: list[Listener[Contact]] = []


def register_organisation_changed(listener: Listener[Organisation]) -> None:
    """Call ``listener`` whenever an organisation is made, changed, archived or restored."""
    _register(_organisation_listeners, listener)


def register_group_changed(listener: Listener[Group]) -> None:
    """Call ``listener`` whenever a group is made, changed, archived or restored."""
    _register(_group_listeners, listener)


def register_contact_changed(listener: Listener[Contact]) -> None:
    """Call ``listener`` whenever a contact is made, changed, archived or restored."""
    _register(_contact_listeners, listener)


def organisation_changed(change: Change[Organisation]) -> None:
    """Tell every listener, in the order of registration."""
    _tell(_organisation_listeners, change)


def group_changed(change: Change[Group]) -> None:
    """Tell every listener, in the order of registration."""
    _tell(_group_listeners, change)


def contact_changed(change: Change[Contact]) -> None:
    """Tell every listener, in the order of registration."""
    _tell(_contact_listeners, change)


def _register(listeners: list[Listener[M]], listener: Listener[M]) -> None:
    if listener not in listeners:
        listeners.append(listener)


def _tell(listeners: Sequence[Listener[M]], change: Change[M]) -> None:
    for listener in listeners:
        listener(change)


@dataclass(frozen=True, slots=True)
class Left:
    """``contact`` works there no longer; ``successor`` (None: nobody yet) takes what is open."""

    actor: User | None
    now: datetime
    contact: Contact
    successor: Contact | None


LeftListener = Callable[[Left], None]
_left_listeners: list[LeftListener] = []


def register_contact_left(listener: LeftListener) -> None:
    """Call ``listener`` whenever a contact leaves or is erased."""
    if listener not in _left_listeners:
        _left_listeners.append(listener)


def contact_left(left: Left) -> None:
    """Tell every listener, in the order of registration."""
    for listener in _left_listeners:
        listener(left)


#: Carries an act out as if, and tells who would hear of it; what it returns is for a template.
Rehearsal = Callable[[Callable[[], object], datetime], Sequence[object]]
_rehearsals: list[Rehearsal] = []


def register_rehearsal(rehearsal: Rehearsal) -> None:
    """The one way to know who gets what before an act that sends many mails."""
    _rehearsals[:] = [rehearsal]


def rehearse(act: Callable[[], object], now: datetime) -> Sequence[object]:
    """Who would get what of ``act``; nothing stays. Raises what the act raises."""
    return [row for rehearsal in _rehearsals for row in rehearsal(act, now)]


@dataclass(frozen=True, slots=True)
class Merge:
    """Two rows of one model become one: what hangs on ``gone`` goes to ``kept``.

    Every write goes through ``ledger``, which is what undo reads. ``fold(kept, gone)`` does the
    same with two rows further down (a group of the same alias in both organisations).
    """

    actor: User | None
    now: datetime
    kept: Model
    gone: Model
    ledger: Ledger
    fold: Callable[[Model, Model], None]


#: Deals with the rows that hang on ``gone`` by one foreign key; afterwards none may be left.
MergeRule = Callable[[Merge, "QuerySet[Any]"], None]
#: Told when a merge, or its undoing, has written everything, inside its transaction.
MergedListener = Callable[[MergeRecord, datetime], None]

_merge_rules: dict[str, MergeRule] = {}
_merged_listeners: list[MergedListener] = []


def register_merge_rule(relation: str, rule: MergeRule) -> None:
    """What becomes of the rows of ``relation`` ("scheduling.Invitation.contact") in a merge."""
    _merge_rules[relation] = rule


def merge_rule(relation: str) -> MergeRule | None:
    """The rule for ``relation``, None where nobody registered one."""
    return _merge_rules.get(relation)


def register_merged(listener: MergedListener) -> None:
    """Call ``listener`` after every merge and every undoing of one."""
    if listener not in _merged_listeners:
        _merged_listeners.append(listener)


def merged(record: MergeRecord, now: datetime) -> None:
    """Tell every listener, in the order of registration."""
    for listener in _merged_listeners:
        listener(record, now)
