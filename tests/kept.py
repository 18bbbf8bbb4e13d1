"""Worlds that many tests begin with: built once in a process, then put back row by row."""

import os
import pickle
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.conf import UserSettingsHolder, settings
from django.db import connection, transaction
from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")
Rows = dict[str, dict[int, tuple[Any, ...]]]


#: Of one build, begun upon other numbers of rows: more are not worth their looking at.
MOST = 3


@dataclass(frozen=True)
class Kept:
    """What a build left behind; ``before`` is how many rows each table had."""

    before: dict[str, int]
    added: dict[str, list[tuple[Any, ...]]]
    result: bytes


@dataclass
class _Standing:
    """What was put there one upon the other, and SQLite's count of writes when it was done."""

    names: tuple[Any, ...] = ()
    writes: int = -1


_standing = _Standing()


def kept(build: Callable[P, T]) -> Callable[P, T]:
    """``build``, which writes to an empty database and returns what pickles, made cheap to repeat.

    The rows are those of the first time, ids, tokens and all; each test gets objects of its own.
    It must only add rows, and do the same whenever it is asked with the same arguments under the
    same settings and in the same language. Where its tables are not as they were, and on a server,
    whose sequences count on, it is built for real. It is kept only while fixtures are set up: what
    a test has replaced in the product stays that test's own.
    """
    return _repeatable(build, upon_others=False)


def kept_upon(build: Callable[P, T]) -> Callable[P, T]:
    """As ``kept``, for what reads the rows of such builds.

    Put back only upon the very same ones, nothing having been written since: a test that has
    changed its world gets what comes of the change.
    """
    return _repeatable(build, upon_others=True)


def _repeatable(build: Callable[P, T], *, upon_others: bool) -> Callable[P, T]:
    memory: dict[tuple[Any, ...], list[Kept]] = {}

    @wraps(build)
    def begin(*args: P.args, **options: P.kwargs) -> T:
        if connection.vendor != "sqlite" or (upon_others and _writes() != _standing.writes):
            return build(*args, **options)
        below = _standing.names if upon_others else ()
        key = (*below, build.__qualname__, *args, *sorted(options.items()), _around())
        all_known = memory.setdefault(key, [])
        known = next((one for one in all_known if _counts(one.before) == one.before), None)
        if known is not None:
            _put_back(known)
        elif len(all_known) < MOST and _in_a_fixture():
            known = _watched(lambda: build(*args, **options))
            all_known.append(known)
        else:
            return build(*args, **options)
        _standing.names, _standing.writes = key, _writes()
        return pickle.loads(known.result)

    return begin


def _writes() -> int:
    """How many rows this connection has written, ever; a rollback takes none of them back."""
    return _sqlite().total_changes


def _in_a_fixture() -> bool:
    return os.environ.get("PYTEST_CURRENT_TEST", "").endswith("(setup)")


def _around() -> str:
    """The language, and what a test's settings say that the suite's do not."""
    found: dict[str, str] = {}
    holder: Any = vars(settings)["_wrapped"]
    while isinstance(holder, UserSettingsHolder):
        own = {name: repr(value) for name, value in vars(holder).items() if name.isupper()}
        found = own | found
        holder = holder.default_settings
    return repr((get_language(), sorted(found.items())))


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
    counted = {table: len(rows) for table, rows in before.items() if rows or table in added}
    return Kept(counted, added, pickle.dumps(result))


def _everything() -> Rows:
    """Each table's rows by their ids, as SQLite stores them."""
    found = {}
    for table, columns in _tables().items():
        rows = _sqlite().execute(f"SELECT rowid, {columns} FROM {table}")
        found[table] = {row[0]: tuple(row[1:]) for row in rows}
    return found


def _sqlite() -> sqlite3.Connection:
    """Django's own connection, without the cost and the conversions of Django's cursors."""
    connection.ensure_connection()
    return cast("sqlite3.Connection", connection.connection)


@cache
def _tables() -> dict[str, str]:
    """Each table's columns, with a sign in front: so they have no type that is converted."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    return {
        f'"{table}"': ",".join(
            f'+"{row[1]}"' for row in _sqlite().execute(f'PRAGMA table_info("{table}")')
        )
        for (table,) in _sqlite().execute(named).fetchall()
    }


def _counts(tables: Iterable[str]) -> dict[str, int]:
    count = "SELECT count(*) FROM "
    return {table: _sqlite().execute(count + table).fetchone()[0] for table in tables}


def _put_back(kept: Kept) -> None:
    """All or nothing. Foreign keys are looked up at the end, so that any order will do."""
    with transaction.atomic():
        for table, rows in kept.added.items():
            places = ",".join("?" * len(rows[0]))
            _sqlite().executemany(f"INSERT INTO {table} VALUES ({places})", rows)
