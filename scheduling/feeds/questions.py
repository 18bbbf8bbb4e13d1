"""The questions of a poll, asked as they stand: planned once for each connection, few layers.

Django's cursors cost more than what they ask for here (measured on PostgreSQL: 42 of 68 µs of a
look-up are theirs and psycopg's), and a poll is little else. On SQLite the driver's own cache of
statements does the same.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

Row = tuple[Any, ...]
Value = str | int | datetime | None
#: Of libpq: PG_DIAG_SQLSTATE, PGRES_TUPLES_OK and CONNECTION_OK. Written here, since a house
#: on SQLite need not have psycopg.
_SQLSTATE = ord("C")
_FOUND, _CONNECTED = 2, 0
#: invalid_sql_statement_name: after a rollback psycopg deallocates all that was prepared.
_FORGOTTEN = b"26000"
_THREAD = threading.local()


def here() -> Any:
    """This thread's connection, found once: Django's ``connections`` takes longer than a poll."""
    try:
        return _THREAD.connection
    except AttributeError:
        _THREAD.connection = connections[DEFAULT_DB_ALIAS]
        return _THREAD.connection


class LookUp:
    """One question outside every transaction, with as little in between as there is.

    Rows are as the driver reads them; on PostgreSQL they may be the bytes of each value's text.
    """

    def __init__(self, name: str, question: str) -> None:
        self._question = question
        first, *rest = question.split("%s")
        numbered = (f"${number}{part}" for number, part in enumerate(rest, start=1))
        self._numbered = "".join([first, *numbered]).encode()
        self._name = name.encode()
        self._prepared = threading.local()

    def row(self, *values: Value) -> Row | None:
        """The one row for ``values``, if there is one; errors as for ``rows``."""
        found = self.rows(*values)
        return found[0] if found else None

    def rows(self, *values: Value) -> list[Row]:
        """The rows for ``values``; OperationalError where the database does not answer.

        A connection that was idle may have died: outside a transaction a new one is asked once.
        """
        connection = here()
        # In a transaction, what fails here would end it for whoever began it.
        plainly = connection.vendor != "postgresql" or connection.in_atomic_block
        look: Callable[[Sequence[Value]], list[Row]] = self._plainly if plainly else self._by_libpq
        try:
            return look(values)
        except OperationalError:
            if connection.in_atomic_block:
                raise
            connection.close()
            return look(values)

    def _plainly(self, values: Sequence[Value]) -> list[Row]:
        return ask(self._question, *values)

    def _by_libpq(self, values: Sequence[Value]) -> list[Row]:
        """Past psycopg's own cursors, which take longer than the server does to answer."""
        connection = here()
        connection.ensure_connection()
        server = connection.connection.pgconn
        with connection.wrap_database_errors:
            result = self._executed(server, _texts(*values))
        if result.status != _FOUND:
            if server.status != _CONNECTED:
                raise OperationalError(server.get_error_message())
            # A table was altered, a statement was cancelled: psycopg asks anew or says what it is.
            return self._plainly(values)
        columns = range(result.nfields)
        return [
            tuple([result.get_value(row, column) for column in columns])
            for row in range(result.ntuples)
        ]

    def _executed(self, server: Any, texts: list[bytes | None]) -> Any:
        """What the server says, prepared first where it has not been, or is no more."""
        if getattr(self._prepared, "server", None) is not server:
            server.prepare(self._name, self._numbered)
            self._prepared.server = server
        result = server.exec_prepared(self._name, texts)
        if result.status != _FOUND and result.error_field(_SQLSTATE) == _FORGOTTEN:
            server.prepare(self._name, self._numbered)
            result = server.exec_prepared(self._name, texts)
        return result


@lru_cache(maxsize=2048)
def _texts(*values: Value) -> list[bytes | None]:
    """As libpq sends them; a program that polls asks with the same ones each time."""
    return [None if value is None else str(value).encode() for value in values]


@lru_cache
def _marked(question: str) -> str:
    """As SQLite's driver writes it."""
    return question.replace("%s", "?")


def ask(question: str, *values: Value) -> list[Row]:
    """The rows of ``question`` (``%s`` for each value), planned once for each connection.

    Empty for a statement that gives none. Instants are as the database keeps them.
    """
    connection = here()
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        with connection.wrap_database_errors:
            found: list[Row] = connection.connection.execute(_marked(question), values).fetchall()
        return found
    import psycopg  # noqa: PLC0415

    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as prepared:
        prepared.execute(question, values, prepare=True, binary=True)
        return prepared.fetchall() if prepared.description else []
