"""What every test gets: loopback only, no silent skips, and the shared servers."""

import gc
import os
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import translation
from psycopg import sql

from tests import schema, servers
from tests.mailserver import MailServer

#: On a build server a skipped test is a failed one: it proves nothing.
SKIPS_FAIL = os.environ.get("CI") == "true"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """No test reaches another machine (pytest-socket reads these options)."""
    config.option.allow_hosts = "127.0.0.0/8,::1"
    config.option.allow_unix_socket = True


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


def skipped(terminal: pytest.TerminalReporter | None) -> list[str]:
    """Each skipped test with its reason."""
    reports = terminal.stats.get("skipped", []) if terminal else []
    return [f"{report.nodeid}: {_reason(report)}" for report in reports]


def _reason(report: pytest.TestReport) -> str:
    where = report.longrepr
    return where[2].removeprefix("Skipped: ") if isinstance(where, tuple) else str(where)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true a skip makes the session fail."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if SKIPS_FAIL and skipped(terminal) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    lines = skipped(terminalreporter)
    if lines:
        title = "SKIPPED, WHICH FAILS THIS RUN" if SKIPS_FAIL else "SKIPPED"
        terminalreporter.section(title, sep="*", red=SKIPS_FAIL, yellow=not SKIPS_FAIL)
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> None:
    """pytest-django's own, with tables that were migrated once."""
    kept = getattr(request.config, "cache", None)
    if kept is None:
        folder = request.getfixturevalue("tmp_path_factory").mktemp("schema")
    else:
        folder = kept.mkdir("schema")
    # Before the name of the test database is asked for.
    request.getfixturevalue("django_db_modify_db_settings")
    with django_db_blocker.unblock(), schema.remembered(folder):
        request.getfixturevalue("django_db_setup")
        _build_once()


def _build_once() -> None:
    """What tests build in their own words is kept beforehand, as the product makes it."""
    from tests.factories import NOW, days, told, world  # noqa: PLC0415 # models need their apps

    if connection.vendor == "sqlite":
        with translation.override("sv"), transaction.atomic():
            world()
            told(NOW + days(1))
            transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    """No test is told that it has asked too often by what another one asked with the same link."""
    cache.clear()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """No test reads in the language that another one's request left behind."""
    with translation.override("sv"):
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL for tests that need one beside the test database; shared by `tests.run`."""
    shared = os.environ.get("TEST_POSTGRES_URL")
    if shared:
        yield shared
    elif servers.postgres_folder() is None:
        pytest.skip("no PostgreSQL server is installed")
    else:
        with servers.postgres() as url:
            yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis of the test's own: a worker of another test would take its tasks away."""
    if servers.redis_program() is None:
        pytest.skip("no Redis server is installed")
    with servers.redis() as url:
        yield url


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A mail server of the test's own."""
    with servers.smtp() as server:
        yield server


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """An empty database of the test's own in the shared PostgreSQL."""
    name = f"fresh_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
