"""``manage.py demo_links``: accounts and addresses for a first look."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from scheduling.demo import addresses


class Command(BaseCommand):
    """Print the demo accounts, one answer link and two calendar addresses, a line each."""

    help = "Print the demo accounts, one partner's answer link and calendar addresses."

    def handle(self, *args: Any, **options: Any) -> None:
        """Also where there is no demo: then a sentence that says so."""
        for line in addresses.lines(timezone.now()):
            self.stdout.write(line)
