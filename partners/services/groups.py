"""The one door for every change of a group."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import User
from partners import hooks
from partners.folding import fold
from partners.models import Group, Organisation
from partners.services.details import GroupDetails, clean_group
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
def save_group(
    *,
    actor: User | None,
    now: datetime,
    details: GroupDetails,
    organisation: Organisation | None = None,
    group: Group | None = None,
) -> Group:
    """Make a group in ``organisation``, or change ``group`` (which stays in its organisation).

    Raises Forbidden, Missing, Conflict (archived), Invalid per field (``code`` "taken" where the
    organisation has a group of that alias), PersonalData.
    """
    permit(actor)
    tidy = clean_group(details)
    values = {name: getattr(tidy, name) for name in GroupDetails.__slots__}
    if group is not None:
        row = locked(group)
        open_for_change(row)
        before = snapshot(row)
    else:
        if organisation is None:
            raise TypeError("a new group needs its organisation")
        home = locked(organisation)
        open_for_change(home)
        row, before = Group(organisation=home, created_at=now), None
    fields = assign(row, values)
    if before is not None and not fields:
        return row
    _save(row)
    finish(
        actor=actor,
        now=now,
        verb="group.created" if before is None else "group.changed",
        before=before,
        after=row,
        fields=fields,
        tell=hooks.group_changed,
    )
    return row


@transaction.atomic
def archive_group(*, actor: User | None, now: datetime, group: Group) -> None:
    """Put ``group`` aside; a repeat changes nothing. Raises Forbidden, Missing."""
    permit(actor)
    row = locked(group)
    if row.archived_at is None:
        _set_archived(actor=actor, now=now, row=row, archived_at=now)


@transaction.atomic
def restore_group(*, actor: User | None, now: datetime, group: Group) -> None:
    """Take ``group`` back.

    Raises Forbidden, Missing, Conflict while its organisation is archived, Invalid where its alias
    is used by another meanwhile.
    """
    permit(actor)
    row = locked(group)
    if row.archived_at is None:
        return
    if row.organisation.archived_at is not None:
        raise Conflict(_("Organisationen är arkiverad. Ta tillbaka den först."))
    _set_archived(actor=actor, now=now, row=row, archived_at=None)


def _save(row: Group) -> None:
    message = _("Organisationen har redan en grupp med det aliaset.")
    same = Group.objects.filter(
        organisation_id=row.organisation_id, search=fold(row.alias), archived_at=None
    )
    refuse_taken(same, but=row.pk, field="alias", text=message)
    with once("alias", message):
        row.save()


def _set_archived(
    *, actor: User | None, now: datetime, row: Group, archived_at: datetime | None
) -> None:
    before = snapshot(row)
    row.archived_at = archived_at
    _save(row)
    finish(
        actor=actor,
        now=now,
        verb="group.restored" if archived_at is None else "group.archived",
        before=before,
        after=row,
        fields={"archived_at"},
        tell=hooks.group_changed,
    )
