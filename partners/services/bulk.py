"""Many partners at once: one transaction, an audit row and a call of the listeners for each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import AuditEvent, User
from partners import hooks
from partners.models import Contact, Group, Organisation
from partners.services.writing import Tell, permit

M = TypeVar("M", Organisation, Group, Contact)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Item(Generic[M]):
    """A row to insert (``before`` is None) or to update in ``fields``."""

    before: M | None
    row: M
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything to write; an empty batch writes nothing. Values are already cleaned."""

    organisations: list[Item[Organisation]] = field(default_factory=list)
    groups: list[Item[Group]] = field(default_factory=list)
    contacts: list[Item[Contact]] = field(default_factory=list)
    memberships: list[tuple[Contact, Group]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.organisations or self.groups or self.contacts or self.memberships)


#: Told what was written, and the new rows of the table between contacts and groups.
Journal = Callable[[Batch, Sequence[Any]], None]


def store_many(
    *,
    actor: User | None,
    now: datetime,
    decide: Callable[[], Iterable[Batch]],
    journal: Journal | None = None,
) -> None:
    """Write what ``decide`` gives, one batch after the other, all or nothing.

    It is called inside the transaction, so what it read holds.

    ``journal`` is called there too, after each batch that writes something.

    Raises Forbidden, Conflict where the register changed at the same moment, and whatever a
    listener refuses with: then nothing is written.
    """
    permit(actor)
    try:
        with transaction.atomic():
            for batch in decide():
                _store(actor, now, batch, journal)
    except IntegrityError as error:
        message = _("Registret ändrades i samma ögonblick. Inget är sparat; försök igen.")
        raise Conflict(message) from error


def _store(actor: User | None, now: datetime, batch: Batch, journal: Journal | None) -> None:
    _write(batch.organisations)
    _write(batch.groups)
    _write(batch.contacts)
    links = Contact.groups.through.objects.bulk_create(
        [
            Contact.groups.through(contact_id=contact.pk, group_id=group.pk)
            for contact, group in batch.memberships
        ],
        batch_size=_CHUNK,
    )
    if journal is not None and not batch.empty:
        journal(batch, links)
    _tell(actor, now, batch.organisations, hooks.organisation_changed)
    _tell(actor, now, batch.groups, hooks.group_changed)
    _tell(actor, now, batch.contacts, hooks.contact_changed)


def _write(items: Sequence[Item[M]]) -> None:
    for item in items:
        item.row.refold()
    new = [item.row for item in items if item.before is None]
    old = [item.row for item in items if item.before is not None]
    if new:
        type(new[0])._default_manager.bulk_create(new, batch_size=_CHUNK)
    names = {name for item in items if item.before is not None for name in item.fields}
    if old and names - {"groups"}:
        stored = sorted(names - {"groups"} | {"search"})
        type(old[0])._default_manager.bulk_update(old, stored, batch_size=_CHUNK)


def _tell(actor: User | None, now: datetime, items: Sequence[Item[M]], tell: Tell[M]) -> None:
    for at in range(0, len(items), _CHUNK):
        part = items[at : at + _CHUNK]
        AuditEvent.objects.bulk_create([_audit(actor, now, item) for item in part])
    for item in items:
        tell(hooks.Change(actor, now, item.before, item.row, item.fields))


def _audit(actor: User | None, now: datetime, item: Item[M]) -> AuditEvent:
    """As ``core.audit.record``, unsaved: ten thousand rows in twenty statements."""
    kind = item.row._meta.model_name or ""
    return AuditEvent(
        at=now,
        actor=actor,
        via="import",
        verb=f"{kind}.created" if item.before is None else f"{kind}.changed",
        object_type=kind,
        object_id=item.row.pk,
        data={"fields": sorted(item.fields)},
    )
