"""A house for each fault, its database copied from one that was prepared once."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.faults.house import House, copy_of, prepared
from tests.mailserver import MailServer


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared database."""
    data = tmp_path_factory.mktemp("template")
    prepared(servers.app_environment(data))
    return data


@pytest.fixture
def make(template: Path, tmp_path: Path) -> Callable[..., House]:
    """A house with the settings given, its rows in SQLite."""

    def make_house(**values: str) -> House:
        copy_of(template, tmp_path / "data")
        return House(servers.app_environment(tmp_path / "data", **values))

    return make_house


@pytest.fixture(scope="session")
def postgres_template(template: Path, postgres_url: str) -> Iterator[str]:
    """The name of a prepared PostgreSQL database, which new ones are copied from."""
    name = f"template_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        prepared(servers.app_environment(template, DATABASE_URL=url))
        yield name
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def copied_postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """A prepared PostgreSQL database of the test's own."""
    name = f"copy_{secrets.token_hex(6)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(postgres_template)))
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, make: Callable[..., House], smtp_server: MailServer
) -> Iterator[House]:
    """A house that sends to ``smtp_server``; once on each database."""
    values = {"EMAIL_URL": smtp_server.url, "REDIS_URL": request.getfixturevalue("redis_url")}
    if request.param == "sqlite":
        yield make(**values)
        return
    yield make(DATABASE_URL=request.getfixturevalue("copied_postgres"), **values)
