"""The one door for every change of a contact."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.models import User
from partners import hooks
from partners.folding import fold
from partners.models import Contact, Group, Organisation
from partners.services.details import ContactDetails, clean_contact
from partners.services.writing import (
    assign,
    finish,
    locked,
    once,
    open_for_change,
    permit,
    refuse_taken,
    snapshot,
)


@transaction.atomic
def save_contact(
    *,
    actor: User | None,
    now: datetime,
    details: ContactDetails,
    organisation: Organisation | None = None,
    groups: Collection[Group] | None = None,
    contact: Contact | None = None,
) -> Contact:
    """Make a contact, or change ``contact`` (which stays in its organisation).

    A new one needs ``organisation`` or ``groups``, from which the organisation follows. None for
    ``groups`` leaves them as they are. Raises Forbidden, Missing, Conflict (archived), Invalid per
    field (``code`` "taken" where the organisation has that contact), PersonalData.
    """
    permit(actor)
    tidy = clean_contact(details)
    if contact is not None:
        row = locked(contact)
        open_for_change(row)
        before = snapshot(row)
    else:
        home = locked(_home(organisation, groups))
        open_for_change(home)
        row, before = Contact(organisation=home, created_at=now), None
    fields = assign(row, {name: getattr(tidy, name) for name in ContactDetails.__slots__})
    wanted = None if groups is None else _own(row, groups)
    moved = wanted is not None and wanted != _group_ids(row)
    if before is not None and not fields and not moved:
        return row
    _save(row)
    if wanted is not None:
        row.groups.set(wanted)
    finish(
        actor=actor,
        now=now,
        verb="contact.created" if before is None else "contact.changed",
        before=before,
        after=row,
        fields=fields | {"groups"} if moved else fields,
        tell=hooks.contact_changed,
        data={"groups": sorted(_group_ids(row))},
    )
    return row


@transaction.atomic
def archive_contact(*, actor: User | None, now: datetime, contact: Contact) -> None:
    """Put ``contact`` aside; a repeat changes nothing. Raises Forbidden, Missing."""
    permit(actor)
    row = locked(contact)
    if row.archived_at is None:
        _set_archived(actor=actor, now=now, row=row, archived_at=now)


@transaction.atomic
def restore_contact(*, actor: User | None, now: datetime, contact: Contact) -> None:
    """Take ``contact`` back.

    Raises Forbidden, Missing, Conflict while its organisation is archived, Invalid where the
    organisation has another contact with the same mail address (or name and phone) meanwhile.
    """
    permit(actor)
    row = locked(contact)
    if row.archived_at is None:
        return
    if row.organisation.archived_at is not None:
        raise Conflict(_("Organisationen är arkiverad. Ta tillbaka den först."))
    _set_archived(actor=actor, now=now, row=row, archived_at=None)


def _home(organisation: Organisation | None, groups: Collection[Group] | None) -> Organisation:
    if organisation is not None:
        return organisation
    for group in groups or ():
        return group.organisation
    message = _("Välj organisation eller grupp.")
    raise Invalid(message, fields={"organisation": message})


def _own(row: Contact, groups: Collection[Group]) -> frozenset[int]:
    if any(group.organisation_id != row.organisation_id for group in groups):
        message = _("Alla grupper måste höra till kontaktens organisation.")
        raise Invalid(message, fields={"groups": message})
    return frozenset(group.pk for group in groups)


def _group_ids(row: Contact) -> frozenset[int]:
    if row.pk is None:
        return frozenset()
    return frozenset(row.groups.values_list("pk", flat=True))


def _save(row: Contact) -> None:
    others = Contact.objects.filter(organisation_id=row.organisation_id, archived_at=None)
    if row.email:
        field, message = "email", _("Organisationen har redan en kontakt med den e-postadressen.")
        same = others.filter(email__iexact=row.email)
    else:
        field = "name"
        message = _("Organisationen har redan en kontakt med samma namn och telefon.")
        same = others.filter(email="", search=fold(row.name), phone=row.phone)
    refuse_taken(same, but=row.pk, field=field, text=message)
    with once(field, message):
        row.save()


def _set_archived(
    *, actor: User | None, now: datetime, row: Contact, archived_at: datetime | None
) -> None:
    before = snapshot(row)
    row.archived_at = archived_at
    if archived_at is None:
        row.left_at = None
    _save(row)
    finish(
        actor=actor,
        now=now,
        verb="contact.restored" if archived_at is None else "contact.archived",
        before=before,
        after=row,
        fields={"archived_at"},
        tell=hooks.contact_changed,
    )
