"""People change: a contact leaves, or wishes to be forgotten (GDPR art. 17)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.models import User
from partners import hooks
from partners.models import Contact, ContactChannel, MergeRecord, PartnerTask
from partners.services.writing import finish, locked, open_for_change, permit, snapshot


@transaction.atomic
def leave(
    *, actor: User | None, now: datetime, contact: Contact, successor: Contact | None = None
) -> Contact:
    """``contact`` has left the partner; its groups, channels and open visits go to ``successor``.

    Links and calendar addresses of the one who left die at once, and nothing is mailed to them:
    history stays with the group. Raises Forbidden, Missing, Conflict (archived), Invalid for a
    successor who is the same, archived or elsewhere.
    """
    permit(actor)
    row = locked(contact)
    open_for_change(row)
    heir = None if successor is None else _heir(row, successor)
    _part(actor=actor, now=now, row=row, heir=heir, values={"left_at": now}, verb="contact.left")
    return row


@transaction.atomic
def erase(*, actor: User | None, now: datetime, contact: Contact) -> Contact:
    """Forget who ``contact`` was: a role in place of the name, no mail, no phone, no source.

    The visits they came with stay with the group. What could bring the details back (the record
    of a merge) goes too. The audit row says that it was done, never what stood there.
    Raises Forbidden, Missing.
    """
    permit(actor)
    row = locked(contact)
    values: dict[str, object] = {
        "name": row.role or _("Tidigare kontakt"),
        "role": "",
        "email": "",
        "phone": "",
        "source": "",
        "channel": ContactChannel.PHONE.value,
        "left_at": row.left_at or now,
    }
    for record in MergeRecord.objects.all():
        if _may_name(record, row):
            record.delete()
    tasks = PartnerTask.objects.filter(contact=row)
    tasks.update(from_name="", from_email="", from_phone="", text="")
    _part(actor=actor, now=now, row=row, heir=None, values=values, verb="contact.erased")
    return row


def _may_name(record: MergeRecord, row: Contact) -> bool:
    """Whether ``record`` holds, or may hold, what is known of ``row``: rather one too many."""
    kept = {("contact", row.pk), ("organisation", row.organisation_id)}
    return (record.kind, record.kept_id) in kept or row.pk in record.concerns("partners.contact")


def _heir(row: Contact, successor: Contact) -> Contact:
    heir = locked(successor)
    if heir.pk == row.pk or heir.organisation_id != row.organisation_id or heir.archived_at:
        message = _("Välj någon annan av organisationens kontakter.")
        raise Invalid(message, fields={"successor": message})
    return heir


def _part(
    *,
    actor: User | None,
    now: datetime,
    row: Contact,
    heir: Contact | None,
    values: dict[str, object],
    verb: str,
) -> None:
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.archived_at = row.archived_at or now
    row.save()
    row.channels.update(contact=heir)
    if heir is not None:
        heir.groups.add(*row.groups.filter(archived_at=None))
    hooks.contact_left(hooks.Left(actor, now, row, heir))
    finish(
        actor=actor,
        now=now,
        verb=verb,
        before=before,
        after=row,
        fields={*values, "archived_at"},
        tell=hooks.contact_changed,
        data={"successor": heir.pk if heir else None},
    )
