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
#: Of libpq: PG_DIAG_SQLSTATE, and PGRES_COMMAND_OK and PGRES_TUPLES_OK. Written here, since a house
#: on SQLite need not have psycopg.
_SQLSTATE = ord("C")
_DONE = frozenset({1, 2})
#: invalid_sql_statement_name: after a rollback psycopg deallocates all that was prepared.
_FORGOTTEN = b"26000"


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
        self._here = threading.local()

    def row(self, value: str) -> Row | None:
        """The one row for ``value``, if there is one; errors as for ``rows``."""
        return next(iter(self.rows(value)), None)

    def rows(self, *values: str | int) -> list[Row]:
        """The rows for ``values``; OperationalError where the database does not answer.

        A connection that was idle may have died: outside a transaction a new one is asked once.
        """
        # Found once: each use of Django's ``connection`` looks up the thread's own anew.
        here = connections[DEFAULT_DB_ALIAS]
        look: Callable[[Any, Sequence[str | int]], list[Row]] = self._on_sqlite
        if here.vendor == "postgresql":
            # In a transaction, what fails here would end it for whoever began it.
            look = self._in_transaction if here.in_atomic_block else self._on_postgres
        try:
            return look(here, values)
        except OperationalError:
            if here.in_atomic_block:
                raise
            here.close()
            return look(here, values)

    def _in_transaction(self, _here: Any, values: Sequence[str | int]) -> list[Row]:
        return ask(self._question, *values)

    def _on_sqlite(self, here: Any, values: Sequence[str | int]) -> list[Row]:
        if here.connection is None:
            here.ensure_connection()
        with here.wrap_database_errors:
            found: list[Row] = here.connection.execute(_marked(self._question), values).fetchall()
        return found

    def _on_postgres(self, here: Any, values: Sequence[str | int]) -> list[Row]:
        """By libpq itself: psycopg's own cursors take longer than the server does to answer."""
        if here.connection is None:
            here.ensure_connection()
        server = here.connection.pgconn
        texts = [str(value).encode() for value in values]
        with here.wrap_database_errors:
            result = None
            if getattr(self._here, "server", None) is server:
                result = server.exec_prepared(self._name, texts)
            if result is None or result.error_field(_SQLSTATE) == _FORGOTTEN:
                _expect(server.prepare(self._name, self._numbered), server)
                self._here.server = server
                result = server.exec_prepared(self._name, texts)
        _expect(result, server)
        columns = range(result.nfields)
        return [
            tuple([result.get_value(row, column) for column in columns])
            for row in range(result.ntuples)
        ]


def _expect(result: Any, server: Any) -> None:
    """OperationalError unless the server did as it was told."""
    if result.status not in _DONE:
        raise OperationalError(server.get_error_message())


@lru_cache
def _marked(question: str) -> str:
    """As SQLite's driver writes it."""
    return question.replace("%s", "?")


def ask(question: str, *values: Value) -> list[Row]:
    """The rows of ``question`` (``%s`` for each value), planned once for each connection.

    Empty for a statement that gives none. Instants are as the database keeps them.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    if here.vendor != "postgresql":
        with here.wrap_database_errors:
            found: list[Row] = here.connection.execute(_marked(question), values).fetchall()
        return found
    import psycopg  # noqa: PLC0415

    with here.wrap_database_errors, psycopg.Cursor(here.connection) as prepared:
        prepared.execute(question, values, prepare=True, binary=True)
        return prepared.fetchall() if prepared.description else []
