"""``manage.py seed_demo``: the demo library, in an empty database."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from scheduling.demo import seed


def _day(text: str) -> date:
    """A date, for argparse."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    """Lay out the demo library; refuses where anything is there already."""

    help = "Lay out the demo library around today in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, which seed, which day."""
        parser.add_argument(
            "--visits", type=int, default=seed.USUAL, help=f"how many visits ({seed.USUAL})"
        )
        parser.add_argument("--seed", default="1", help="the same seed gives the same rows")
        parser.add_argument("--today", type=_day, help="the day it is laid around, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction: all of it or nothing."""
        today = options["today"] or timezone.localdate()
        try:
            count = seed.seed(today=today, count=options["visits"], seed=str(options["seed"]))
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["verbosity"]:
            self.stdout.write(f"The demo library stands, with {count} visits around {today}.")
