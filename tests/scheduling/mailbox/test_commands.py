"""``receive_mail`` as a mail server runs it: bytes in, one line of JSON out, 0 or 75."""

import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.mailbox import intake
from scheduling.models import IncomingMail, Invitation
from tests import eml
from tests.factories import NOW
from tests.processes import BASE_DIR
from tests.servers import app_environment, manage

pytestmark = pytest.mark.django_db


def received(
    raw: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(raw)))
    call_command("receive_mail")
    out, err = capsys.readouterr()
    assert (out.count("\n"), "Traceback" in err) == (1, False)
    found = json.loads(out)
    assert found["action"] in {"reply", "counter", "refresh", "bounce", "review", "ignored"}
    return dict(found)


def test_one_line_of_json(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = eml.render("personal-number", invitation, sent=NOW)
    assert received(raw, monkeypatch, capsys) == {
        "action": "reply",
        "reason": "",
        "attendee": "lo@vagval.example",
        "partstat": "ACCEPTED",
        "comment": "Hon heter Lo, ••••••, ring henne",
        "scope": "series",
    }
    assert received(raw, monkeypatch, capsys) == {"action": "ignored", "reason": "duplicate"}


def test_a_locked_database_is_tried_again(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def locked(**_given: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(intake, "receive", locked)
    with pytest.raises(SystemExit) as caught:
        received(b"Subject: x\n\n", monkeypatch, capsys)
    assert caught.value.code == 75
    assert capsys.readouterr().out == ""


def test_a_defect_of_ours_keeps_the_mail(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_given: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr(intake, "receive", broken)
    found = received(b"Subject: x\n\n", monkeypatch, capsys)
    assert found == {"action": "review", "reason": "unreadable"}
    assert bytes(IncomingMail.objects.get().raw) == b"Subject: x\n\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_mutation_of_a_mail_is_lost_or_breaks(
    data: st.DataObject, invitation: Invitation
) -> None:
    name = data.draw(st.sampled_from(["google-reply", "outlook-counter", "bounce", "forwarded"]))
    raw = bytearray(eml.render(name, invitation, sent=NOW))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.binary(max_size=6))
        raw[place : place + data.draw(st.integers(0, 40))] = piece
        if not raw:
            break
    before = IncomingMail.objects.count()
    found = intake.take(raw=bytes(raw), now=NOW)
    kept = IncomingMail.objects.count() - before
    assert kept == 1 or found.reason == "duplicate"
    assert found.reason != "unreadable"
    json.dumps(found.as_json())


@given(raw=st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_kept(raw: bytes, db: None) -> None:
    assert intake.take(raw=raw, now=NOW).reason != "unreadable"


def test_fetching_needs_a_mailbox(settings: Any) -> None:
    settings.MAILBOX_URL = ""
    with pytest.raises(CommandError):
        call_command("fetch_mail")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    environment = app_environment(tmp_path_factory.mktemp("receive"))
    manage(environment, "migrate", "--verbosity", "0")
    return environment


def piped(environment: dict[str, str], raw: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "receive_mail"],
        cwd=BASE_DIR,
        env=environment,
        input=raw,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.process
@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\xff\xfe", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3000],
    ids=["empty", "binary", "nested"],
)
def test_a_pipe_never_sees_a_traceback(installation: dict[str, str], raw: bytes) -> None:
    done = piped(installation, raw)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 1), done.stderr
    assert json.loads(done.stdout)["action"] == "review"
    assert b"Traceback" not in done.stderr


@pytest.mark.process
def test_a_database_that_is_away_is_ex_tempfail(
    installation: dict[str, str], tmp_path: Path
) -> None:
    away = {**installation, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = piped(away, b"Subject: x\n\n")
    assert (done.returncode, done.stdout) == (75, b"")
    assert b"Traceback" not in done.stderr
