"""An installation for faults: a database with one partner, workers, and the broker's other end."""

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery

from tests.processes import BASE_DIR

#: What every program of a test begins with.
BEGIN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.utils import timezone
from datetime import timedelta
from core import clock
from core.models import User
from scheduling.booking import services
from scheduling.models import Booking, Message
from scheduling.outbox import deliver
from tests import factories
"""
BOOK = """
w = factories.World.__new__(factories.World)
from partners.models import Group
from scheduling.models import Host, Programme, Room
sam = User.objects.get(username="sam")
plan = lambda days: services.VisitPlan(
    groups=(Group.objects.get(),), programme=Programme.objects.get(),
    start=start + timedelta(days=days), end=start + timedelta(days=days, hours=1),
    host=Host.objects.get(user=sam), room=Room.objects.get(name="Studion"),
)
start = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=20)
for day in range(int(sys.argv[1])):
    services.book(actor=sam, now=timezone.now(), plan=plan(day))
"""
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
SEND = "print(deliver.deliver_due(clock=clock.now))"


@dataclass
class House:
    """Where it keeps its rows, and how it reaches mail and broker."""

    environment: dict[str, str]

    def run(self, program: str, *arguments: object, **values: str) -> str:
        """One program in a process of its own, to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", BEGIN + program, *map(str, arguments)],
            env={**self.environment, **values},
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, program: str, *arguments: object) -> "subprocess.Popen[str]":
        """The same, not waited for."""
        return subprocess.Popen(
            [sys.executable, "-c", BEGIN + program, *map(str, arguments)],
            env=self.environment,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def at(self, seconds: int) -> dict[str, str]:
        """The environment of a worker whose clock is ahead."""
        return {**self.environment, "CLOCK_AHEAD_SECONDS": str(seconds)}

    def wake(self) -> None:
        """What a change does: ask a worker for the outbox."""
        with Celery(broker=self.environment["REDIS_URL"]) as app:
            app.send_task("scheduling.deliver_due")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database itself."""
        url = self.environment.get("DATABASE_URL", "")
        if url.startswith("postgresql"):
            with psycopg.connect(url) as connection:
                return connection.execute(sql).fetchall()  # type: ignore[call-overload, no-any-return] # a literal
        with sqlite3.connect(Path(self.environment["DATA_DIR"]) / "studiebesok.sqlite3") as file:
            return file.execute(sql).fetchall()

    def states(self) -> dict[str, int]:
        """How many mails stand how."""
        rows = self.query("SELECT state, count(*) FROM scheduling_message GROUP BY state")
        return {state: int(number) for state, number in rows}


def prepared(environment: dict[str, str]) -> None:
    """Tables, and a library with one partner."""
    House(environment).run(MIGRATE + "factories.world()")


def copy_of(template: Path, data: Path) -> None:
    """A prepared SQLite database of the test's own."""
    data.mkdir(exist_ok=True)
    for file in template.glob("studiebesok.sqlite3*"):
        shutil.copy(file, data / file.name)


def said(process: "subprocess.Popen[str]") -> Any:
    """What a started program printed, as JSON; it must have ended well."""
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return json.loads(out)
