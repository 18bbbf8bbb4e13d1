"""Two rows of the register that are one partner: merged with all that hangs on them, undoable."""

from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from core.audit import record as audit
from core.errors import Conflict, Invalid, Missing
from core.models import User
from partners import hooks
from partners.folding import fold
from partners.models import (
    ChangedSinceError,
    Contact,
    Group,
    Ledger,
    MergeRecord,
    NotSame,
    Organisation,
    take_back,
)
from partners.services.details import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    clean_contact,
    clean_group,
    clean_organisation,
)
from partners.services.writing import locked, permit

Row = Organisation | Group | Contact

#: How long a merge can be undone; then its record is erased.
UNDOABLE = timedelta(days=30)

MODELS: dict[str, type[Organisation] | type[Group] | type[Contact]] = {
    "organisation": Organisation,
    "group": Group,
    "contact": Contact,
}


def relations(model: type[models.Model]) -> Iterator[tuple[str, "models.ForeignKey[Any, Any]"]]:
    """Every foreign key that leads to ``model``, hidden ones and many-to-many tables too.

    Named as in ``hooks.register_merge_rule``.
    """
    for found in model._meta.get_fields(include_hidden=True):
        if isinstance(found, models.ManyToOneRel):
            yield f"{found.field.model._meta.label}.{found.field.name}", found.field


@transaction.atomic
def merge(
    *, actor: User | None, now: datetime, kept: Row, gone: Row, from_gone: Collection[str] = ()
) -> MergeRecord:
    """Let everything that hangs on ``gone`` hang on ``kept``, and take ``gone`` away.

    ``from_gone`` names the details that are taken from ``gone``; the others stay, and what either
    protects is protected. Raises Forbidden, Missing, Invalid (the same row twice, an unknown
    detail), Conflict (archived, different organisations), Clash where both groups are expected at
    the same time; then nothing is changed.
    """
    permit(actor)
    kept, gone = _both(kept, gone)
    before, name = copy(kept), str(gone)
    values = _values(kept, gone, from_gone)
    ledger = Ledger()
    _fold(actor, now, ledger, kept, gone)
    ledger.set(kept, **values)
    made = MergeRecord.objects.create(
        kind=kept._meta.model_name or "",
        kept_id=kept.pk,
        gone_id=gone_pk(ledger),
        by=actor,
        at=now,
        kept_name=str(kept),
        gone_name=name,
        entries=ledger.entries,
    )
    fields = frozenset(n for n in values if getattr(before, n) != getattr(kept, n))
    if fields:
        _tell(hooks.Change(actor, now, before, kept, fields))
    hooks.merged(made, now)
    data: dict[str, object] = {"gone": made.gone_id, "fields": sorted(from_gone)}
    audit(now=now, actor=actor, verb=f"{made.kind}.merged", target=kept, data=data)
    return made


def gone_pk(ledger: Ledger) -> int:
    """The key of the row that the outermost merge took away: the last one that it deleted."""
    return next(int(e["pk"]) for e in reversed(ledger.entries) if e["op"] == "delete")


def undo_merge(*, actor: User | None, now: datetime, record: MergeRecord) -> None:
    """Make every row as it was before the merge; what is newer stays where it is.

    Raises Forbidden, Missing (too old, or undone already), Conflict where a row that the merge
    changed has been changed again, or something newer is in the way.
    """
    permit(actor)
    try:
        with transaction.atomic():
            _undo(actor, now, record)
    except ChangedSinceError as error:
        raise Conflict(
            _(
                "Det går inte att ångra: något har ändrats sedan sammanslagningen. "
                "Ångra först det som gjordes senare."
            ),
            extra={"changed": error.entry["model"], "id": error.entry["pk"]},
        ) from error
    except IntegrityError as error:
        raise Conflict(
            _("Det går inte att ångra: något som är nyare står i vägen, som ett namn eller en tid.")
        ) from error


def _undo(actor: User | None, now: datetime, record: MergeRecord) -> None:
    row = undoable(now).select_for_update().filter(pk=record.pk).first()
    if row is None:
        raise Missing
    take_back(row.entries)
    # Deferred constraints speak now, so that a refusal can be said kindly.
    connection.check_constraints()
    hooks.merged(row, now)
    row.undone_at, row.entries = now, []
    row.save(update_fields=["undone_at", "entries"])
    kept = MODELS[row.kind]._default_manager.get(pk=row.kept_id)
    data: dict[str, object] = {"back": row.gone_id}
    audit(now=now, actor=actor, verb=f"{row.kind}.merge_undone", target=kept, data=data)


def undoable(now: datetime) -> "models.QuerySet[MergeRecord]":
    """Merges that can be undone at ``now``, the latest first."""
    return MergeRecord.objects.filter(undone_at=None, at__gt=now - UNDOABLE)


def erase_merges(*, now: datetime) -> int:
    """Erase the records that can no longer be undone; how many. For the daily housekeeping."""
    return MergeRecord.objects.filter(at__lte=now - UNDOABLE).delete()[0]


@transaction.atomic
def not_same(*, actor: User, now: datetime, one: Row, other: Row) -> None:
    """Remember that the two are two; a repeat changes nothing. Raises Forbidden, Missing."""
    permit(actor)
    first, second = sorted((_locked(one).pk, _locked(other).pk))
    kind = one._meta.model_name or ""
    _row, made = NotSame.objects.get_or_create(
        kind=kind, first_id=first, second_id=second, defaults={"by": actor, "at": now}
    )
    if made:
        data: dict[str, object] = {"other": other.pk}
        audit(now=now, actor=actor, verb=f"{kind}.not_same", target=one, data=data)


def _locked(row: Row) -> Any:
    """``locked``, for a row of whichever of the three models."""
    either: Any = row
    return locked(either)


def _both(kept: Row, gone: Row) -> tuple[Any, Any]:
    """Both rows locked, in one order, so that two merges never wait for each other."""
    if type(kept) is not type(gone):
        raise TypeError("two rows of one model are merged")
    if kept.pk == gone.pk:
        raise Invalid(_("Välj två olika att slå ihop."))
    rows = {row.pk: row for row in [_locked(r) for r in sorted((kept, gone), key=lambda r: r.pk)]}
    kept, gone = rows[kept.pk], rows[gone.pk]
    if kept.archived_at is not None or gone.archived_at is not None:
        raise Conflict(_("Den ena är arkiverad. Ta tillbaka den innan du slår ihop."))
    if _home(kept) != _home(gone):
        raise Conflict(_("De hör till olika organisationer. Slå ihop organisationerna först."))
    return kept, gone


def _home(row: models.Model) -> int | None:
    return getattr(row, "organisation_id", None)


def _fold(
    actor: User | None, now: datetime, ledger: Ledger, kept: models.Model, gone: models.Model
) -> None:
    """Every relation by its rule, then ``gone`` itself."""
    within = partial(_fold, actor, now, ledger)
    act = hooks.Merge(actor=actor, now=now, kept=kept, gone=gone, ledger=ledger, fold=within)
    for name, field in relations(type(gone)):
        rule = hooks.merge_rule(name)
        if rule is None:
            raise LookupError(f"no merge rule for {name}")
        rows = field.model._base_manager.select_for_update().filter(**{field.name: gone.pk})
        rule(act, rows.order_by("pk"))
    _protect(ledger, kept, gone)
    ledger.delete(gone)


def _protect(ledger: Ledger, kept: models.Model, gone: models.Model) -> None:
    """What either protects is protected, also where two are folded on the way."""
    if getattr(gone, "protected", False) and not getattr(kept, "protected", True):
        values: dict[str, object] = {"protected": True}
        if isinstance(kept, Organisation):
            values["address"] = ""
        ledger.set(kept, **values)


def _values(kept: Row, gone: Row, from_gone: Collection[str]) -> dict[str, Any]:
    """The merged details, cleaned as any, with the folded name."""
    kinds: dict[type[models.Model], tuple[Any, Any]] = {
        Organisation: (OrganisationDetails, clean_organisation),
        Group: (GroupDetails, clean_group),
        Contact: (ContactDetails, clean_contact),
    }
    kind, clean = kinds[type(kept)]
    if unknown := set(from_gone) - set(kind.__slots__):
        message = _("Det finns inget sådant att välja.")
        raise Invalid(message, fields=dict.fromkeys(sorted(unknown), message))
    chosen = {name: getattr(kind.of(gone), name) for name in from_gone}
    details = replace(kind.of(kept), **chosen)
    if getattr(gone, "protected", False) or getattr(kept, "protected", False):
        details = replace(details, protected=True)
        if isinstance(kept, Organisation):
            details = replace(details, address="")
    tidy = clean(details)
    values = {name: getattr(tidy, name) for name in kind.__slots__}
    values = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
    values["search"] = fold(" ".join(values[name] for name in kept.search_of))
    return values


def _tell(change: "hooks.Change[Any]") -> None:
    if isinstance(change.after, Organisation):
        hooks.organisation_changed(change)
    elif isinstance(change.after, Group):
        hooks.group_changed(change)
    else:
        hooks.contact_changed(change)
