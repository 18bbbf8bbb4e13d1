"""Import partners from an Excel or CSV file: ``manage.py import_partners FILE [--dry-run]``."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from partners.importing.columns import Field, Part, header_key
from partners.importing.committing import commit
from partners.importing.decoding import LARGEST
from partners.importing.planning import Plan, make_plan
from partners.importing.problems import UnreadableError
from partners.importing.records import Sheet, read
from partners.importing.report import as_json, as_text, unreadable_as_json
from partners.models import ImportState, StagedImport
from partners.services.staging import keep_journal, told_headers

MEANINGS = tuple(meaning.value for meaning in (*Field, *Part))


class Command(BaseCommand):
    """All or nothing. Exit code 0 when committed or dry, 1 when refused or unreadable."""

    help = (
        "Import organisations, groups and contacts from an Excel (.xlsx) or CSV file, all or "
        "nothing: one wrong row refuses the file. Rows that resemble something known are new, "
        "and listed as possible duplicates. Unknown columns are left out, and listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --dry-run, --format, --map."""
        parser.add_argument("file", type=Path, help="with at least a column of organisations")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADER=FIELD",
            help=f"what a header means ({', '.join(MEANINGS)}); nothing after = leaves it out",
        )
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
            sheet = read(content, told_headers() | _told(options["map"]))
            plan, committed = self._carry_out(sheet, path.name, dry_run=options["dry_run"])
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
    def _carry_out(sheet: Sheet, name: str, *, dry_run: bool) -> tuple[Plan, bool]:
        if dry_run:
            return make_plan(sheet), False
        now = timezone.now()
        done = StagedImport(
            filename=name[-200:], uploaded_at=now, committed_at=now, state=ImportState.DONE.value
        )
        try:
            outcome = commit(
                actor=None,
                now=now,
                sheet=sheet,
                journal=lambda batch, links: keep_journal(staged=done, batch=batch, links=links),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        return outcome.plan, outcome.committed


def _told(typed: list[str]) -> dict[str, str]:
    """``--map`` as the reader wants it. Raises CommandError for a field that does not exist."""
    told = {}
    for item in typed:
        header, _, meaning = item.rpartition("=")
        if not header or (meaning and meaning not in MEANINGS):
            raise CommandError(f"--map {item}: HEADER=FIELD, FIELD one of {', '.join(MEANINGS)}")
        told[header_key(header)] = meaning
    return told
