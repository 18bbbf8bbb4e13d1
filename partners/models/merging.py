"""Merges that can be undone: the record, and the ledger that writes it row by row."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from core.models import User

#: One change of one row: {"op": "set" | "delete", "model", "pk", "before", "after"}.
Entry = dict[str, Any]


class MergeRecord(models.Model):
    """What one merge did, so that it can be undone; erased after 30 days."""

    kind = models.CharField(
        max_length=16, choices=[(k, k) for k in ("organisation", "group", "contact")]
    )
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    kept_name = models.CharField(max_length=120)
    gone_name = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    #: In the order in which they were made (see ``Entry``).
    entries = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.gone_id} → {self.kept_id}"

    def concerns(self, label: str) -> set[int]:
        """The keys of the rows of the model ``label`` that the merge changed or took away."""
        return {entry["pk"] for entry in self.entries if entry["model"] == label}


class NotSame(models.Model):
    """Two rows that somebody said are two partners; keys, since either may be merged away."""

    kind = models.CharField(max_length=16)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "first_id", "second_id"], name="not_same_once"),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="not_same_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_id} ≠ {self.second_id}"


class Ledger:
    """Changes rows and notes each change; nothing is lost that it did not write down.

    Only fields of the row's own table are noted: a row of a many-to-many table is a row like any.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def set(self, row: models.Model, **values: object) -> None:
        """Store ``values`` (attnames, "group_id") on ``row``; what is the same is left alone."""
        fields = {name: _field(type(row), name) for name in values}
        before = {name: encode(fields[name], getattr(row, name)) for name in values}
        after = {name: encode(fields[name], value) for name, value in values.items()}
        names = [name for name in values if before[name] != after[name]]
        if not names:
            return
        self.entries.append({
            "op": "set", "model": row._meta.label_lower, "pk": row.pk,
            "before": {name: before[name] for name in names},
            "after": {name: after[name] for name in names},
        })  # fmt: skip
        manager = type(row)._base_manager
        manager.filter(pk=row.pk).update(**{name: values[name] for name in names})
        for name in names:
            setattr(row, name, values[name])

    def point(self, rows: "models.QuerySet[Any]", field: str, to: models.Model) -> None:
        """Let the foreign key ``field`` of every row lead to ``to``."""
        attname = _field(rows.model, field).attname
        for row in rows:
            self.set(row, **{attname: to.pk})

    def delete(self, row: models.Model) -> None:
        """Take ``row`` away. What still hangs on it is a defect that raises, never a loss."""
        pk, label = row.pk, row._meta.label
        noted = {
            field.attname: encode(field, getattr(row, field.attname))
            for field in row._meta.concrete_fields
        }
        _number, deleted = type(row)._base_manager.filter(pk=pk).delete()
        if deleted != {label: 1}:
            raise RuntimeError(f"{label} {pk} took others with it: {sorted(deleted)}")
        self.entries.append(
            {"op": "delete", "model": row._meta.label_lower, "pk": pk, "before": noted}
        )

    def delete_all(self, rows: Iterable[models.Model]) -> None:
        """Each of ``rows``."""
        for row in rows:
            self.delete(row)


class ChangedSinceError(Exception):
    """A row is no longer as the merge left it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"{entry['model']} {entry['pk']}")
        self.entry = entry


def take_back(entries: list[Entry]) -> None:
    """Undo ``entries``, the last first, inside the caller's transaction.

    Raises ChangedSinceError where a row is gone or differs from what the merge wrote, and
    IntegrityError where something newer is in the way.
    """
    for entry in reversed(entries):
        model = apps.get_model(entry["model"])
        before = {
            name: decode(_field(model, name), value) for name, value in entry["before"].items()
        }
        if entry["op"] == "delete":
            model(**before).save_base(raw=True, force_insert=True)
            continue
        row = model._base_manager.select_for_update().filter(pk=entry["pk"]).first()
        if row is None or any(
            encode(_field(model, name), getattr(row, name)) != value
            for name, value in entry["after"].items()
        ):
            raise ChangedSinceError(entry)
        model._base_manager.filter(pk=entry["pk"]).update(**before)


def encode(field: "models.Field[Any, Any]", value: Any) -> Any:
    """``value`` of ``field`` as JSON, exact to the microsecond."""
    if value is None or isinstance(field, models.JSONField):
        return value
    holder = field.model()
    setattr(holder, field.attname, value)
    return field.value_to_string(holder)


def decode(field: "models.Field[Any, Any]", value: Any) -> Any:
    """What ``encode`` was given."""
    if value is None or isinstance(field, models.JSONField):
        return value
    return field.to_python(value)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    for field in model._meta.concrete_fields:
        if name in {field.name, field.attname}:
            return field
    raise LookupError(f"{model._meta.label} has no field {name}")
