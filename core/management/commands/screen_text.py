"""``manage.py screen_text``: judge a text for personal data."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from core import screening


class Command(BaseCommand):
    """Standard input in, one JSON object out; the text itself is never printed."""

    help = (
        "Läser en text från standard in och skriver ett JSON-objekt: "
        '{"action": "block"|"warn"|"allow", "kinds": [...]}. Texten själv skrivs aldrig ut.'
    )
    # A judgement needs neither database nor settings of a running house.
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge all of standard input as one text (see ``core.screening.screen``)."""
        verdict = screening.screen(_decoded(sys.stdin.buffer.read()))
        answer = {"action": verdict.action.value, "kinds": list(verdict.kinds)}
        self.stdout.write(json.dumps(answer))


def _decoded(data: bytes) -> str:
    """UTF-8 with or without a BOM, UTF-16 with one; what is neither is Windows-1252.

    A byte that even Windows-1252 leaves open becomes U+FFFD: the digits around it still count.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")
