"""What becomes of the register's own rows when the partner that they hang on is merged away."""

from typing import Any

from django.db.models import Model, QuerySet

from partners.hooks import Merge, MergeRule, register_merge_rule
from partners.models import Channel, Contact, Group, StageOverride


def point(field: str) -> MergeRule:
    """They lead to the one that is kept."""

    def rule(merge: Merge, rows: "QuerySet[Any]") -> None:
        merge.ledger.point(rows, field, merge.kept)

    return rule


def pair(field: str, other: str) -> MergeRule:
    """Rows of a many-to-many table: one that the kept one has too is enough."""

    def rule(merge: Merge, rows: "QuerySet[Any]") -> None:
        held = rows.model._base_manager.filter(**{field: merge.kept.pk})
        known = set(held.values_list(other, flat=True))
        for row in rows:
            if getattr(row, f"{other}_id") in known:
                merge.ledger.delete(row)
            else:
                merge.ledger.set(row, **{f"{field}_id": merge.kept.pk})

    return rule


def _move_or_fold(merge: Merge, rows: "QuerySet[Any]", twins: dict[Any, Any], key: Any) -> None:
    for row in rows:
        twin: Model | None = twins.get(key(row)) if row.archived_at is None else None
        if twin is None:
            merge.ledger.set(row, organisation_id=merge.kept.pk)
        else:
            merge.fold(twin, row)


def _groups(merge: Merge, rows: "QuerySet[Any]") -> None:
    """Active groups of one alias are one group."""
    active = Group.objects.filter(organisation=merge.kept.pk, archived_at=None)
    _move_or_fold(merge, rows, {row.search: row for row in active}, lambda row: row.search)


def _channels(merge: Merge, rows: "QuerySet[Any]") -> None:
    active = Channel.objects.filter(organisation=merge.kept.pk, archived_at=None)
    _move_or_fold(merge, rows, {row.search: row for row in active}, lambda row: row.search)


def contact_key(row: Contact) -> tuple[str, ...]:
    """What tells the active contacts of an organisation apart (see its constraints)."""
    return (row.email.lower(),) if row.email else (row.search, row.phone)


def _contacts(merge: Merge, rows: "QuerySet[Any]") -> None:
    """Active contacts with one address (or, without, one name and phone) are one contact."""
    active = Contact.objects.filter(organisation=merge.kept.pk, archived_at=None)
    _move_or_fold(merge, rows, {contact_key(row): row for row in active}, contact_key)


def _stage(merge: Merge, rows: "QuerySet[Any]") -> None:
    """One stage set by hand: the kept one's wins."""
    if StageOverride.objects.filter(organisation=merge.kept.pk).exists():
        merge.ledger.delete_all(rows)
    else:
        merge.ledger.point(rows, "organisation", merge.kept)


def register() -> None:
    """Called once at start."""
    rules: dict[str, MergeRule] = {
        "partners.Group.organisation": _groups,
        "partners.Contact.organisation": _contacts,
        "partners.Channel.organisation": _channels,
        "partners.StageOverride.organisation": _stage,
        "partners.Contact_groups.group": pair("group", "contact"),
        "partners.Contact_groups.contact": pair("contact", "group"),
    }
    for model in ("ContactLog", "AgreedStep", "Agreement", "PartnerTask", "AskPage"):
        rules[f"partners.{model}.organisation"] = point("organisation")
    for model in ("ContactLog", "AgreedStep", "PartnerTask"):
        rules[f"partners.{model}.group"] = point("group")
    for model in ("ContactLog", "AgreedStep"):
        rules[f"partners.{model}.channel"] = point("channel")
    for model in ("Channel", "PartnerTask"):
        rules[f"partners.{model}.contact"] = point("contact")
    for relation, rule in rules.items():
        register_merge_rule(relation, rule)
