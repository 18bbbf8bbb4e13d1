"""The questions of a poll, asked as they stand: planned once for each connection, few layers.

Django's cursors cost more than what they ask for here (measured on PostgreSQL: 42 of 68 µs of a
look-up are theirs and psycopg's), and a poll is little else. On SQLite the driver's own cache of
statements does the same.
"""

import threading
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection

Row = tuple[Any, ...]
Value = str | int | datetime | None
#: Of libpq: PG_DIAG_SQLSTATE, and PGRES_COMMAND_OK and PGRES_TUPLES_OK. Written here, since a house
#: on SQLite need not have psycopg.
_SQLSTATE = ord("C")
_DONE = frozenset({1, 2})
#: invalid_sql_statement_name: after a rollback psycopg deallocates all that was prepared.
_FORGOTTEN = b"26000"


class LookUp:
    """One question with one text value and at most one row, with as little in between as there is.

    The row is as the driver reads it; on PostgreSQL it may be the bytes of each value's text.
    """

    def __init__(self, name: str, question: str) -> None:
        self._question = question
        self._name = name.encode()
        self._here = threading.local()

    def row(self, value: str) -> Row | None:
        """The row for ``value``; OperationalError where the database does not answer.

        A connection that was idle may have died: outside a transaction a new one is asked once.
        """
        look = self._on_sqlite
        if connection.vendor == "postgresql":
            # In a transaction, what fails here would end it for whoever began it.
            look = self._in_transaction if connection.in_atomic_block else self._on_postgres
        try:
            return look(value)
        except OperationalError:
            if connection.in_atomic_block:
                raise
            connection.close()
            return look(value)

    def _in_transaction(self, value: str) -> Row | None:
        return next(iter(ask(self._question, value)), None)

    def _on_sqlite(self, value: str) -> Row | None:
        connection.ensure_connection()
        question = self._question.replace("%s", "?")
        with connection.wrap_database_errors:
            found: Row | None = connection.connection.execute(question, (value,)).fetchone()
        return found

    def _on_postgres(self, value: str) -> Row | None:
        """By libpq itself: psycopg's own cursors take longer than the server does to answer."""
        connection.ensure_connection()
        server = connection.connection.pgconn
        with connection.wrap_database_errors:
            result = None
            if getattr(self._here, "server", None) is server:
                result = server.exec_prepared(self._name, [value.encode()])
            if result is None or result.error_field(_SQLSTATE) == _FORGOTTEN:
                _expect(server.prepare(self._name, self._numbered), server)
                self._here.server = server
                result = server.exec_prepared(self._name, [value.encode()])
        _expect(result, server)
        if not result.ntuples:
            return None
        return tuple(result.get_value(0, column) for column in range(result.nfields))

    @property
    def _numbered(self) -> bytes:
        return self._question.replace("%s", "$1").encode()


def _expect(result: Any, server: Any) -> None:
    """OperationalError unless the server did as it was told."""
    if result.status not in _DONE:
        raise OperationalError(server.get_error_message())


def ask(question: str, *values: Value) -> list[Row]:
    """The rows of ``question`` (``%s`` for each value), planned once for each connection.

    Empty for a statement that gives none. Instants are as the database keeps them.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            found: list[Row] = cursor.fetchall()
            return found
    import psycopg  # noqa: PLC0415

    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as prepared,
    ):
        prepared.execute(question, values, prepare=True, binary=True)
        return prepared.fetchall() if prepared.description else []
