"""``manage.py screen_text``: as a mail server or a colleague's script would run it."""

import json
import subprocess
import sys

import pytest

from tests.core.test_screening import CASES

# Each starts a Python of its own.
pytestmark = pytest.mark.large


def judged(data: bytes) -> dict[str, object]:
    """What the command prints for ``data`` on its standard input."""
    run = subprocess.run(
        [sys.executable, "manage.py", "screen_text"], input=data, capture_output=True, check=True
    )
    assert run.stderr == b""
    return json.loads(run.stdout)


@pytest.mark.parametrize("action", ["allow", "warn", "block"])
def test_one_of_each(action):
    case = next(case for case in CASES if case["action"] == action)
    assert judged(case["text"].encode()) == {"action": action, "kinds": case["kinds"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_any_encoding_of_a_swedish_desk(encoding):
    text = "Någon med 811228–9874 på Storgatan 12."
    found = judged(text.encode(encoding))
    assert found == {"action": "block", "kinds": ["personal_identity_number", "street_address"]}


def test_bytes_that_are_no_text_and_nothing_at_all():
    assert judged(b"\x81\x8d\xff 811228-9874 \x00") == {
        "action": "block",
        "kinds": ["personal_identity_number"],
    }
    assert judged(b"") == {"action": "allow", "kinds": []}
