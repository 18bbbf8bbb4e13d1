"""``manage.py fetch_mail``: what waits in the mailbox; the beat does the same each minute."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scheduling.mailbox.fetch import fetch


class Command(BaseCommand):
    """Print how many mails were dealt with; exit 75 where it ended early."""

    help = "Fetch the answers that wait in the mailbox (MAILBOX_URL)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError where no mailbox is set."""
        if not settings.MAILBOX_URL:
            raise CommandError("MAILBOX_URL is not set: there is no mailbox to fetch from.")
        fetched = fetch(settings.MAILBOX_URL, clock=timezone.now)
        self.stdout.write(str(fetched.count))
        if fetched.fault:
            self.stderr.write(fetched.fault)
            sys.exit(os.EX_TEMPFAIL)
