"""Eight processes for one slot: one wins, the others are told, nothing overlaps."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import processes

pytestmark = pytest.mark.process

RACER = """
import json, sys
import django
django.setup()
from django.utils import timezone
from core.errors import DomainError
from core.models import User
from partners.models import Group
from scheduling.booking.services import VisitPlan, book
from scheduling.models import Host, Programme, Room
from tests.factories import at

number = int(sys.argv[1])
group = list(Group.objects.order_by("pk"))[number]
host = list(Host.objects.order_by("pk"))[number]
plan = VisitPlan(
    groups=(group,), programme=Programme.objects.get(), start=at(1, 10), end=at(1, 11, 15),
    host=host, room=Room.objects.get(name="Studion"),
)
sys.stdin.readline()
try:
    book(actor=User.objects.get(username="sam"), now=at(2, 9, month=11), plan=plan)
    print(json.dumps({"won": True}))
except DomainError as error:
    print(json.dumps({"won": False, "code": error.code, "message": error.message}))
"""
PREPARE = """
import django
django.setup()
from tests.factories import NOW, host, user, world
from core.models import Role
from partners.models import Group
w = world()
for number in range(7):
    Group.objects.create(organisation=w.organisation, alias=f"Grupp {number}", created_at=NOW)
    host(user(f"vard{number}", Role.HOST, f"Värd{number}"), w.library)
"""
COUNT = """
import django
django.setup()
from scheduling.models import Allocation, Booking, Message
print(Booking.objects.count(), Allocation.objects.count(), Message.objects.count())
"""


def python(code: str, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        cwd=processes.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out: str = done.stdout
    return out


def start(environment: dict[str, str], *program: str) -> list[dict[str, Any]]:
    """Eight processes of the program, let go together; what each printed."""
    python(
        "import django; django.setup()\nfrom django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)",
        environment,
    )
    python(PREPARE, environment)
    racers = [
        subprocess.Popen(
            [sys.executable, *program, str(number)],
            env=environment,
            cwd=processes.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    results = []
    for racer in racers:
        out, err = racer.communicate(timeout=170)
        assert racer.returncode == 0, err
        results.append(json.loads(out))
    return results


def race(environment: dict[str, str]) -> None:
    results = start(environment, "-c", RACER)
    losers = [result for result in results if not result["won"]]
    assert len(losers) == 7
    assert {loser["code"] for loser in losers} == {"clash"}
    assert all("Studion är upptagen tis 1 dec" in loser["message"] for loser in losers)
    assert python(COUNT, environment).split()[:2] == ["1", "3"]


OVERLAPS = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        'SELECT count(*) FROM scheduling_allocation a JOIN scheduling_allocation b'
        ' ON a.resource_id = b.resource_id AND a.id < b.id'
        ' AND a.start < b."end" AND b.start < a."end"'
    )
    overlaps = cursor.fetchone()[0]
from scheduling.models import Allocation, Booking
standing = Booking.objects.filter(state__in=['draft', 'offered', 'confirmed'])
print(overlaps, standing.count(), Allocation.objects.count(),
      Allocation.objects.exclude(booking__in=standing).count())
"""


def crowd(environment: dict[str, str]) -> None:
    """2,000 attempts on a handful of slots: nobody meets anything but a clear answer."""
    results = start(environment, "-m", "tests.journeys.racer")
    outcomes = sum((Counter(result["outcomes"]) for result in results), Counter())
    assert outcomes.total() == 8 * 250
    # To move or cancel what somebody else has just cancelled is refused with its state.
    assert set(outcomes) == {"done", "clash", "illegal_transition"}
    assert outcomes["done"] > 100
    assert outcomes["clash"] > 100
    messages = {message for result in results for message in result["messages"]}
    clear = (" är upptagen ", "Det går inte: besöket är redan inställd av oss.")
    assert [message for message in messages if not any(word in message for word in clear)] == []
    overlaps, standing, allocations, orphans = map(int, python(OVERLAPS, environment).split())
    assert (overlaps, orphans) == (0, 0)
    # Room, host and group, each once.
    assert allocations == 3 * standing


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'race.sqlite3'}",
    }


def test_on_sqlite(environment: dict[str, str]) -> None:
    race(environment)


def test_on_postgresql(environment: dict[str, str], fresh_postgres_url: str) -> None:
    race({**environment, "DATABASE_URL": fresh_postgres_url})


@pytest.mark.timeout(300)
def test_a_crowd_on_sqlite(environment: dict[str, str]) -> None:
    crowd(environment)


@pytest.mark.timeout(300)
def test_a_crowd_on_postgresql(environment: dict[str, str], fresh_postgres_url: str) -> None:
    crowd({**environment, "DATABASE_URL": fresh_postgres_url})
