"""Import partners from a CSV file: ``manage.py import_partners FILE [--dry-run]``."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from partners.importing.committing import commit
from partners.importing.decoding import LARGEST
from partners.importing.planning import Plan, make_plan
from partners.importing.problems import UnreadableError
from partners.importing.records import read
from partners.importing.report import as_json, as_text, unreadable_as_json


class Command(BaseCommand):
    """All or nothing. Exit code 0 when committed or dry, 1 when refused or unreadable."""

    help = "Import organisations, groups and contacts from a CSV file, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --dry-run, --format."""
        parser.add_argument("file", type=Path, help="CSV with at least the column Organisation")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one report; refuse by exit code."""
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        try:
            plan, committed = self._carry_out(content, dry_run=options["dry_run"])
            report = as_json(plan, committed=committed)
        except UnreadableError as error:
            plan, committed = None, False
            report = unreadable_as_json(error.problem)
        if options["format"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(as_text(report, dry_run=options["dry_run"]))
        if plan is None or not (committed or options["dry_run"]):
            raise SystemExit(1)

    @staticmethod
    def _carry_out(content: bytes, *, dry_run: bool) -> tuple[Plan, bool]:
        sheet = read(content)
        if dry_run:
            return make_plan(sheet), False
        try:
            outcome = commit(actor=None, now=timezone.now(), sheet=sheet)
        except DomainError as error:
            raise CommandError(error.message) from error
        return outcome.plan, outcome.committed
