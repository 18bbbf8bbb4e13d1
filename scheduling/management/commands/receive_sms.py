"""``manage.py receive_sms``: one text on standard input, for services that cannot call us."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from scheduling.mailbox import texts


class Command(BaseCommand):
    """Print one JSON object on one line; exit 0 when dealt with, 75 when to be tried again."""

    help = (
        "Take one text on standard input and print what was done with it as JSON. It is a JSON "
        'object with "from", "text" and perhaps "id"; or the words alone, with --from.'
    )
    # A service waits: what is wrong with the installation is found elsewhere.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who wrote, where standard input holds the words alone."""
        parser.add_argument("--from", dest="sender", default="", help="the sender's number")
        parser.add_argument("--id", dest="key", default="", help="the text's number, taken once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for what is no text."""
        raw = sys.stdin.buffer.read(65_536).decode("utf-8", "replace")
        if options["sender"]:
            text = texts.TextIn(options["sender"], raw.strip(), options["key"])
        else:
            text = _from_json(raw)
        try:
            outcome = texts.receive(text, now=timezone.now())
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"try again: {type(error).__name__}")
            sys.exit(os.EX_TEMPFAIL)
        self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=True))


def _from_json(raw: str) -> texts.TextIn:
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    words = found.get("text", found.get("message")) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not found.get("from") or not isinstance(words, str):
        raise CommandError(
            'Write a JSON object such as {"from": "+46701740605", "text": "Ja tack"}, '
            "or name the sender with --from and write the words alone."
        )
    return texts.TextIn(str(found["from"]), words, str(found.get("id") or ""))
