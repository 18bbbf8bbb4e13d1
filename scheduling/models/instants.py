"""Instants read cheaply: tens of thousands of them are read for one search or one report."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func, TextField
from django.db.models.sql.compiler import SQLCompiler


class Microseconds(Func):
    """A DateTimeField from 1970 on as microseconds (POSIX), exact to the digit.

    A datetime costs a driver ten times what a number does.
    """

    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) * 1000000 AS bigint)"
    output_field = BigIntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """SQLite keeps text: "2026-12-01 09:00:00", where there is need with ".123456" after it."""
        whole, parameters = self.as_sql(
            compiler,
            connection,
            template="strftime('%%%%s', substr(%(expressions)s, 1, 19)) * 1000000",
            **context,
        )
        part, more = self.as_sql(
            compiler, connection, template="CAST(substr(%(expressions)s, 21) AS INTEGER)", **context
        )
        return f"({whole} + {part})", (*parameters, *more)


class Instant(Func):
    """A DateTimeField as text that ``datetime.fromisoformat`` reads, aware and in UTC; or None.

    Python's own parser takes a tenth of the time of both drivers: on SQLite the field matches a
    pattern and sets the zone twice, on PostgreSQL Django's loader keeps psycopg from its fast one.
    """

    template = "((%(expressions)s AT TIME ZONE 'UTC')::text || '+00:00')"
    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """SQLite keeps it as "2026-12-01 09:00:00"."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s || '+00:00')", **context
        )
