"""The promise that nothing is booked twice, kept by the database itself."""

from collections.abc import Iterable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table

_POSTGRES = "postgresql"

# Half-open intervals: one visit may begin in the minute in which another ends.
_EXCLUDE = (
    "CONSTRAINT %(name)s EXCLUDE USING gist "
    "(%(resource)s WITH =, tstzrange(%(start)s, %(end)s, '[)') WITH &&)"
)
# Rows of a resource never overlap, so the last one to begin before the new one ends is also the
# last one to end: it alone is asked, by one step into the index, however long the history is.
_TRIGGER = (
    "CREATE TRIGGER %(trigger)s BEFORE %(event)s ON %(table)s FOR EACH ROW "
    "WHEN NEW.%(start)s < (SELECT other.%(end)s FROM %(table)s AS other "
    "WHERE other.%(resource)s = NEW.%(resource)s AND other.%(start)s < NEW.%(end)s%(own)s "
    "ORDER BY other.%(start)s DESC LIMIT 1) "
    "BEGIN SELECT RAISE(ABORT, '%(message)s'); END"
)


class NoOverlap(models.BaseConstraint):
    """No two rows of one resource overlap in time, and each row ends after it starts.

    An exclusion constraint over the columns on PostgreSQL (needs ``btree_gist``), triggers with
    RAISE(ABORT) on SQLite; both also CHECK end > start. Django rebuilds a SQLite table at many
    alterations and loses its triggers: this class emits them with the table itself, at every
    rebuild. A breach raises IntegrityError on both.
    """

    violation_error_message = "Overlapping allocation."

    def __init__(self, *, name: str, resource: str, start: str, end: str) -> None:
        """Field names: ``resource`` a foreign key, ``start`` and ``end`` datetimes."""
        super().__init__(name=name)
        self.fields = (resource, start, end)

    def _columns(self, model: type[models.Model], quote: Any) -> dict[str, str]:
        names = ("resource", "start", "end")
        return {
            name: quote(cast("models.Field[Any, Any]", model._meta.get_field(field)).column)
            for name, field in zip(names, self.fields, strict=True)
        }

    def constraint_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """The part within CREATE TABLE; on SQLite it also defers the triggers."""
        assert model is not None
        assert schema_editor is not None
        parts = self._columns(model, schema_editor.quote_name)
        name = schema_editor.quote_name(self._check_name)
        check = f"CONSTRAINT {name} CHECK ({parts['end']} > {parts['start']})"
        if schema_editor.connection.vendor == _POSTGRES:
            return f"{_EXCLUDE % {**parts, 'name': schema_editor.quote_name(self.name)}}, {check}"
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return check

    def create_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """ALTER TABLE on PostgreSQL; SQLite rebuilds the table and never asks for this."""
        assert model is not None
        assert schema_editor is not None
        both = self.constraint_sql(model, schema_editor).replace(", CONSTRAINT", ", ADD CONSTRAINT")
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {both}"

    def remove_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """ALTER TABLE on PostgreSQL; SQLite rebuilds the table without it."""
        assert model is not None
        assert schema_editor is not None
        quote = schema_editor.quote_name
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}, "
            f"DROP CONSTRAINT {quote(self._check_name)}"
        )

    @property
    def _check_name(self) -> str:
        return f"{self.name}_order"

    @property
    def trigger_names(self) -> tuple[str, str]:
        """The names of the two SQLite triggers; the start-up check looks for them."""
        return f"{self.name}_insert", f"{self.name}_update"

    def _triggers(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Iterable[Statement]:
        quote = schema_editor.quote_name
        parts = self._columns(model, quote)
        own = f" AND other.{quote(model._meta.pk.column)} <> NEW.{quote(model._meta.pk.column)}"
        columns = ", ".join(parts.values())
        insert, update = self.trigger_names
        for trigger, event, exclude in (
            (insert, "INSERT", ""),
            (update, f"UPDATE OF {columns}", own),
        ):
            # A Statement with a Table follows the rename that ends a rebuild.
            yield Statement(
                _TRIGGER,
                trigger=quote(trigger),
                event=event,
                table=Table(model._meta.db_table, quote),
                message=self.name,
                own=exclude,
                **parts,
            )

    def renew_triggers(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> None:
        """Replace SQLite's triggers by what this class writes now; nothing to do on PostgreSQL."""
        if schema_editor.connection.vendor == _POSTGRES:
            return
        for name in self.trigger_names:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {schema_editor.quote_name(name)}")
        for statement in self._triggers(model, schema_editor):
            schema_editor.execute(statement)

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Explain a clash kindly before the database refuses it; the database decides."""
        if exclude and set(self.fields) & set(exclude):
            return
        resource, start, end = self.fields
        if getattr(instance, end) <= getattr(instance, start):
            raise ValidationError(self.get_violation_error_message(), code="order")
        rows = model._default_manager.using(using).filter(
            **{
                resource: getattr(instance, resource),
                f"{start}__lt": getattr(instance, end),
                f"{end}__gt": getattr(instance, start),
            }
        )
        if rows.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code="overlap")

    def is_in_place(self, model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> bool:
        """Whether the database really holds it: looked up in its own catalogue."""
        connection = connections[using]
        with connection.cursor() as cursor:
            if connection.vendor == _POSTGRES:
                cursor.execute(
                    "SELECT count(*) FROM pg_constraint WHERE conname = %s AND contype = 'x'",
                    [self.name],
                )
                return bool(cursor.fetchone()[0] == 1)
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s "
                "AND name IN (%s, %s)",
                [model._meta.db_table, *self.trigger_names],
            )
            return bool(cursor.fetchone()[0] == 2)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """For migrations."""
        resource, start, end = self.fields
        path = "scheduling.models.constraints.NoOverlap"
        return path, (), {"name": self.name, "resource": resource, "start": start, "end": end}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NoOverlap):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.name)
