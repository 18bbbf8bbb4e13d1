"""The test database's tables, migrated once and kept beside pytest's cache.

Thirty migrations take each worker seconds. What is kept is named by all that could change it, and
``migrate`` still runs: it would apply whatever were missing.
"""

import fcntl
import hashlib
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
#: Migrations import from all of the product.
SOURCES = ("core", "partners", "scheduling", "config")


def fingerprint() -> str:
    """Of everything that the tables and the rows of migrations come from."""
    found = hashlib.sha256()
    versions = (sys.version, sqlite3.sqlite_version, version("django"), version("django-allauth"))
    found.update(repr(versions).encode())
    files = (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))
    for path in sorted((*files, ROOT / "tests" / "settings.py")):
        found.update(f"\0{path.relative_to(ROOT)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:32]


@contextmanager
def remembered(folder: Path) -> Iterator[None]:
    """Within it Django's test database is made: filled beforehand, or kept afterwards.

    Only one in memory; a server's database is migrated as ever.
    """
    name = connection.creation._get_test_db_name()
    if connection.vendor != "sqlite" or not connection.creation.is_in_memory_db(name):
        yield
        return
    kept = folder / f"{fingerprint()}.sqlite3"
    with (folder / "lock").open("w") as lock, closing(sqlite3.connect(name, uri=True)) as memory:
        # The first worker migrates, the others wait for what it keeps.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            _copy(kept, memory)
            fcntl.flock(lock, fcntl.LOCK_UN)
            yield
        else:
            yield
            _keep(memory, kept)


def _copy(kept: Path, memory: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(kept)) as source:
        source.backup(memory)


def _keep(memory: sqlite3.Connection, kept: Path) -> None:
    """Whole or not at all, in place of what was kept of earlier code."""
    new = kept.with_suffix(".new")
    new.unlink(missing_ok=True)
    with closing(sqlite3.connect(new)) as target:
        memory.backup(target)
    for old in kept.parent.glob("*.sqlite3"):
        old.unlink()
    new.replace(kept)
