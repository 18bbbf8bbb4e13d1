"""Worlds that many tests begin with: built once in a process, then put back row by row."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import UserSettingsHolder, settings
from django.db import connection, transaction

P = ParamSpec("P")
T = TypeVar("T")
Rows = dict[str, dict[int, tuple[Any, ...]]]


@dataclass(frozen=True)
class Kept:
    """What a build left behind. ``before`` is how many rows stood in each table that it wrote."""

    before: dict[str, int]
    added: dict[str, list[tuple[Any, ...]]]
    result: bytes


def kept(build: Callable[P, T]) -> Callable[P, T]:
    """``build``, which writes to the database and returns what pickles, made cheap to repeat.

    The rows are those of the first time, ids, tokens and all; each test gets objects of its own.
    It must only add rows, and do the same whenever it is asked with the same arguments under the
    same settings. Where its tables are not as they were, and on a server, whose sequences count
    on, it is built for real.
    """
    memory: dict[tuple[Any, ...], Kept] = {}

    @wraps(build)
    def begin(*args: P.args, **options: P.kwargs) -> T:
        if connection.vendor != "sqlite":
            return build(*args, **options)
        key = (*args, *sorted(options.items()), _overridden())
        known = memory.get(key)
        if known is None:
            memory[key] = known = _watched(lambda: build(*args, **options))
        elif _counts(known.before) == known.before:
            _put_back(known)
        else:
            return build(*args, **options)
        return pickle.loads(known.result)

    return begin


def _overridden() -> str:
    """What a test's settings say that the suite's do not."""
    found: dict[str, str] = {}
    holder: Any = vars(settings)["_wrapped"]
    while isinstance(holder, UserSettingsHolder):
        own = {name: repr(value) for name, value in vars(holder).items() if name.isupper()}
        found = own | found
        holder = holder.default_settings
    return repr(sorted(found.items()))


def _watched(build: Callable[[], object]) -> Kept:
    """Build, and tell what there is that was not."""
    before = _everything()
    result = build()
    after = _everything()
    added = {}
    for table, rows in after.items():
        old = before[table]
        if any(rows.get(rowid) != row for rowid, row in old.items()):
            raise AssertionError(f"{table}: a row that stood before was changed")
        if len(rows) > len(old):
            added[table] = [row for rowid, row in rows.items() if rowid not in old]
    return Kept({table: len(before[table]) for table in added}, added, pickle.dumps(result))


def _everything() -> Rows:
    """Each table's rows by their ids, as SQLite stores them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            described = connection.introspection.get_table_description(cursor, table)
            # With a sign in front a column has no type of its own, after which it is converted.
            names = ",".join(f"+{_quoted(column.name)}" for column in described)
            cursor.execute(f"SELECT rowid, {names} FROM {_quoted(table)}")
            found[table] = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    return found


def _counts(tables: dict[str, int]) -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {_quoted(table)}")
            found[table] = cursor.fetchone()[0]
    return found


def _put_back(kept: Kept) -> None:
    """All or nothing. Foreign keys are looked up at the end, so that any order will do."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.added.items():
            places = ",".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", rows)


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
