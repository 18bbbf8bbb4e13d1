"""``manage.py receive_mail``: one raw message on standard input, for a mail server's pipe."""

import json
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from scheduling.mailbox.intake import TryAgain, take

#: sysexits.h: the mail server keeps the message and tries again.
EX_TEMPFAIL = os.EX_TEMPFAIL


class Command(BaseCommand):
    """Print one JSON object on one line; exit 0 when dealt with, 75 when to be tried again."""

    help = "Take one raw mail on standard input and print what was done with it as JSON."
    # A mail server waits: what is wrong with the installation is found elsewhere.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def handle(self, *args: Any, **options: Any) -> None:
        """Never prints a traceback, whatever the bytes are."""
        try:
            outcome = take(raw=sys.stdin.buffer.read(), now=timezone.now())
        except TryAgain as error:
            self.stderr.write(f"try again: {error}")
            sys.exit(EX_TEMPFAIL)
        self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=True))
