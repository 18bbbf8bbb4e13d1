"""The one door for every change of an organisation."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from partners import hooks
from partners.folding import fold
from partners.models import Organisation
from partners.services.details import OrganisationDetails, clean_organisation
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
def save_organisation(
    *,
    actor: User | None,
    now: datetime,
    details: OrganisationDetails,
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> Organisation:
    """Make an organisation, or change ``organisation``; nothing is written where nothing differs.

    Raises Forbidden, Missing, Conflict (archived), Invalid per field (``code`` "taken" where the
    name is used), PersonalData. ``is_demo`` counts only for a new one.
    """
    permit(actor)
    tidy = clean_organisation(details)
    values = {name: getattr(tidy, name) for name in OrganisationDetails.__slots__}
    if organisation is None:
        row, before = Organisation(created_at=now, is_demo=is_demo), None
    else:
        row = locked(organisation)
        open_for_change(row)
        before = snapshot(row)
    fields = assign(row, values)
    if before is not None and not fields:
        return row
    _save(row)
    finish(
        actor=actor,
        now=now,
        verb="organisation.created" if before is None else "organisation.changed",
        before=before,
        after=row,
        fields=fields,
        tell=hooks.organisation_changed,
    )
    return row


@transaction.atomic
def archive_organisation(*, actor: User | None, now: datetime, organisation: Organisation) -> None:
    """Put ``organisation`` aside with its groups and contacts; a repeat changes nothing.

    Raises Forbidden, Missing, and whatever a listener refuses with.
    """
    permit(actor)
    row = locked(organisation)
    if row.archived_at is None:
        _set_archived(actor=actor, now=now, row=row, archived_at=now, only_since=None)


@transaction.atomic
def restore_organisation(*, actor: User | None, now: datetime, organisation: Organisation) -> None:
    """Take ``organisation`` back, with the groups and contacts that were put aside with it.

    Raises Forbidden, Missing, Invalid where its name is used by another meanwhile.
    """
    permit(actor)
    row = locked(organisation)
    if row.archived_at is not None:
        since = row.archived_at
        _set_archived(actor=actor, now=now, row=row, archived_at=None, only_since=since)


def _save(row: Organisation) -> None:
    message = _("Det finns redan en organisation med det namnet.")
    same = Organisation.objects.filter(search=fold(row.name), archived_at=None)
    refuse_taken(same, but=row.pk, field="name", text=message)
    with once("name", message):
        row.save()


def _set_archived(
    *,
    actor: User | None,
    now: datetime,
    row: Organisation,
    archived_at: datetime | None,
    only_since: datetime | None,
) -> None:
    """Set it on the organisation and on the groups and contacts that were as it was."""
    verb = "restored" if archived_at is None else "archived"
    groups = list(row.groups.select_for_update().filter(archived_at=only_since))
    contacts = list(row.contacts.select_for_update().filter(archived_at=only_since))
    before = snapshot(row)
    row.archived_at = archived_at
    _save(row)
    fields = frozenset({"archived_at"})
    with_it: dict[str, object] = {
        "groups": [group.pk for group in groups],
        "contacts": [contact.pk for contact in contacts],
    }
    old_groups = [snapshot(group) for group in groups]
    old_contacts = [snapshot(contact) for contact in contacts]
    row.groups.filter(pk__in=[group.pk for group in groups]).update(archived_at=archived_at)
    row.contacts.filter(pk__in=[contact.pk for contact in contacts]).update(archived_at=archived_at)
    for group in groups:
        group.archived_at = archived_at
    for contact in contacts:
        contact.archived_at = archived_at
    finish(
        actor=actor,
        now=now,
        verb=f"organisation.{verb}",
        before=before,
        after=row,
        fields=fields,
        tell=hooks.organisation_changed,
        data=with_it,
    )
    for old, group in zip(old_groups, groups, strict=True):
        hooks.group_changed(hooks.Change(actor, now, old, group, fields))
    for earlier, contact in zip(old_contacts, contacts, strict=True):
        hooks.contact_changed(hooks.Change(actor, now, earlier, contact, fields))
