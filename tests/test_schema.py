"""Tables that were kept are those that would be migrated now."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import schema

sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of one file."""
    (tmp_path / "core").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "settings.py").write_text("")
    file = tmp_path / "core" / "models.py"
    file.write_text("a = 1")
    monkeypatch.setattr(schema, "ROOT", tmp_path)
    return file


def test_any_change_of_code_is_another_fingerprint(source: Path) -> None:
    first = schema.fingerprint()
    assert schema.fingerprint() == first
    source.write_text("a = 2")
    assert schema.fingerprint() != first
    source.write_text("a = 1")
    assert schema.fingerprint() == first
    (source.parent / "more.py").write_text("")
    assert schema.fingerprint() != first


def memory(name: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{name}?mode=memory&cache=shared", uri=True)


@sqlite
def test_what_one_has_made_the_next_begins_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.sqlite3").write_bytes(b"")
    found = []
    for name in ("first", "second"):
        uri = f"file:{name}?mode=memory&cache=shared"
        monkeypatch.setattr(connection.creation, "_get_test_db_name", lambda uri=uri: uri)
        with closing(memory(name)) as made, schema.remembered(tmp_path):
            found.append(made.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
            made.execute("CREATE TABLE IF NOT EXISTS room (name)")
            made.commit()
    assert found == [0, 1]
    assert [path.name for path in tmp_path.glob("*.sqlite3")] == [f"{schema.fingerprint()}.sqlite3"]


@sqlite
def test_a_migration_that_failed_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = "file:failed?mode=memory&cache=shared"
    monkeypatch.setattr(connection.creation, "_get_test_db_name", lambda: uri)
    with pytest.raises(ZeroDivisionError), schema.remembered(tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.glob("*.sqlite3")) == []


@pytest.mark.django_db
def test_nothing_is_left_to_migrate() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
