"""The servers that other tests trust."""

import os
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_socket import SocketConnectBlockedError

from tests import servers
from tests.mailserver import Answer, MailServer
from tests.processes import folder, process


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "boka+k7@svarta.example"
    message["To"] = "kim@skolan.example"
    message["Subject"] = "Välkomna på studiebesök"
    message.set_content("Hej Kim!\n")
    return message


def send(server: MailServer) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=5) as client:
        client.send_message(a_mail())


class TestMailServer:
    def test_records_the_envelope_and_the_bytes(self, smtp_server: MailServer) -> None:
        send(smtp_server)
        (mail,) = smtp_server.wait_for(1)
        assert mail.sender == "boka+k7@svarta.example"
        assert mail.recipients == ("kim@skolan.example",)
        assert mail.message["Subject"] == "Välkomna på studiebesök"
        assert b"Hej Kim!" in mail.raw

    @pytest.mark.parametrize("answer", [Answer.LATER, Answer.NEVER])
    def test_refuses_when_told_then_accepts(self, smtp_server: MailServer, answer: Answer) -> None:
        smtp_server.answer_next(answer)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(smtp_server)
        assert str(refused.value.smtp_code) == answer.value[:3]
        assert smtp_server.mails == []
        send(smtp_server)
        assert len(smtp_server.mails) == 1
        assert len(smtp_server.attempts) == 2

    def test_closes_after_taking_the_mail(self, smtp_server: MailServer) -> None:
        smtp_server.answer_next(Answer.CLOSE)
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(smtp_server)
        assert len(smtp_server.wait_for(1)) == 1
        send(smtp_server)
        assert len(smtp_server.wait_for(2)) == 2

    def test_says_how_many_came(self, smtp_server: MailServer) -> None:
        with pytest.raises(TimeoutError, match="0 of 1"):
            smtp_server.wait_for(1, seconds=0.05)


class TestWaiting:
    def test_gives_up_at_the_deadline(self) -> None:
        with pytest.raises(TimeoutError, match="never true"):
            servers.wait_until(lambda: False, "never true", seconds=0.1)

    def test_ports_differ_and_are_free(self) -> None:
        with socket.create_server(("127.0.0.1", servers.free_port())):
            assert servers.free_port()

    def test_no_test_reaches_another_machine(self) -> None:
        with pytest.warns(match="A test tried"), pytest.raises(SocketConnectBlockedError):
            socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.process
class TestProcess:
    def test_a_process_that_ends_is_told_with_its_words(self) -> None:
        with (
            folder() as base,
            process(["/bin/sh", "-c", "echo hopeless; exit 3"], base / "log") as server,
            pytest.raises(servers.ServerError, match=r"(?s)\(3\).*hopeless"),
        ):
            server.says("ready")

    def test_a_process_that_does_not_stop_is_ended(self) -> None:
        stubborn = "trap '' TERM; echo up; while :; do sleep 0.05; done"
        with folder() as base:
            with process(["/bin/sh", "-c", stubborn], base / "log", stop_seconds=0.1) as server:
                server.says("up")
            assert server.process.returncode == -9


@pytest.mark.process
class TestDatabases:
    def test_postgres_refuses_an_overlap(self, postgres_url: str) -> None:
        with psycopg.connect(postgres_url) as database:
            database.execute(
                "CREATE TEMP TABLE t (room int, at tstzrange,"
                " EXCLUDE USING gist (room WITH =, at WITH &&))"
            )
            row = "INSERT INTO t VALUES (1, '[2026-01-12 10:00Z, 2026-01-12 11:00Z)')"
            database.execute(row)
            with pytest.raises(psycopg.errors.ExclusionViolation):
                database.execute(row)

    def test_postgres_of_its_own_leaves_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if servers.postgres_folder() is None:
            pytest.skip("no PostgreSQL server is installed")
        made: list[Path] = []

        @contextmanager
        def remembered() -> Iterator[Path]:
            with folder() as path:
                made.append(path)
                yield path

        monkeypatch.setattr(servers, "folder", remembered)
        with servers.postgres() as url, psycopg.connect(url):
            assert made[0].exists()
        assert not made[0].exists()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)

    def test_redis_answers(self, redis_url: str) -> None:
        address = redis_url.removeprefix("redis://").removesuffix("/0").split(":")
        with socket.create_connection((address[0], int(address[1])), timeout=5) as line:
            line.sendall(b"PING\r\n")
            assert line.recv(16) == b"+PONG\r\n"


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_suite_runs_on_the_database_it_was_given() -> None:
    asked = os.environ.get("DATABASE_URL", "sqlite").partition(":")[0]
    assert connection.vendor == asked
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.fixture(params=["sqlite", "postgres"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """A migrated installation: the default one, and the grown one."""
    values: dict[str, str] = {}
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        name = f"visits_{tmp_path.name}".replace("-", "_").lower()[:60]
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        values["DATABASE_URL"] = url.rpartition("/")[0] + f"/{name}"
        values["REDIS_URL"] = request.getfixturevalue("redis_url")
    environment = servers.app_environment(tmp_path, **values)
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    return environment


BOOK = """
from datetime import timedelta
from django.utils import timezone
from scheduling.booking.services import book
from tests.factories import world
w, now = world(), timezone.now()
start = now + timedelta(days=9)
plan = w.plan(start=start, end=start + timedelta(hours=1))
book(actor=w.socionom, now=now, plan=plan)
"""
LOOK = """
from scheduling.models import Message
print("STATE=" + Message.objects.get().state)
"""


@pytest.mark.process
class TestApplication:
    def test_web_server_is_live_and_ready(self, installation: dict[str, str]) -> None:
        with servers.django_server(installation) as web:
            assert web.status("/healthz") == 200
            assert web.status("/readyz") == 200
            assert web.status("/there-is-no-such-page") == 404
        assert web.process.returncode == 0
        assert web.status("/healthz") == 0

    def test_beat_gives_the_worker_work(self, installation: dict[str, str]) -> None:
        # Held for a second, so that no nudge but the beat alone brings it to the worker.
        servers.manage({**installation, "OUTBOX_HOLD_SECONDS": "1"}, "shell", "-c", BOOK)
        with (
            servers.celery_worker(installation) as worker,
            servers.celery_beat(installation),
        ):
            worker.wait_until(
                lambda: "STATE=kept" in servers.manage(installation, "shell", "-c", LOOK),
                "the mail that was due",
            )
        assert worker.process.returncode == 0

    def test_a_command_that_fails_says_so(
        self, tmp_path: Path, installation: dict[str, str]
    ) -> None:
        with pytest.raises(servers.ServerError, match="no_such_command"):
            servers.manage(installation, "no_such_command")


def test_an_environment_holds_nothing_of_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example")
    assert "EMAIL_URL" not in servers.app_environment(tmp_path)
    given = servers.app_environment(tmp_path, EMAIL_URL="smtp://127.0.0.1:25")
    assert given["EMAIL_URL"] == "smtp://127.0.0.1:25"
