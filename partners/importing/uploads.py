"""A file that comes in, by page or API: judged, staged, set going; decisions; "go on"."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from celery import current_app
from django.db.models.functions import Length
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.models import User
from partners.importing import jobs
from partners.importing.decisions import Decisions
from partners.importing.mapping import must_ask
from partners.importing.tables import tables
from partners.models import ImportState, StagedImport
from partners.services import staging


def receive(
    *, actor: User, now: datetime, filename: str, content: bytes, language: str
) -> StagedImport:
    """Stage ``content`` and set the work going, or wait for what its headers mean.

    Raises Forbidden, UnreadableError; then nothing is kept.
    """
    sheets = tables(content)
    ask = must_ask(sheets, staging.told_headers())
    staged = staging.stage_import(
        actor=actor,
        now=now,
        filename=filename,
        content=content,
        state=ImportState.MAPPING if ask else ImportState.WAITING,
        language=language,
    )
    if not ask:
        start(staged)
    return staged


def start(staged: StagedImport) -> None:
    """Do what ``staged`` waits for: at once where it is small, by a worker where there is one."""
    large = StagedImport.objects.annotate(size=Length("content")).filter(size__gt=jobs.SMALL)
    if large.filter(pk=staged.pk).exists():
        try:
            current_app.send_task("scheduling.work_on_import", args=[staged.pk], expires=3600)
        except (OperationalError, OSError):
            pass  # no broker: it is done here, below
        else:
            return
    jobs.work_on(staged.pk, now=timezone.now())
    staged.refresh_from_db(fields=["state", "problem", "summary", "committed_at"])


def explain(
    *, actor: User, now: datetime, staged: StagedImport, meanings: Mapping[str, str]
) -> None:
    """Remember what headers mean (by key), and read the file with that. Raises Forbidden."""
    staging.remember_headers(actor=actor, now=now, meanings=meanings)
    staging.read_again(actor=actor, now=now, staged=staged, decisions=staged.decisions)
    start(staged)


def decide(
    *,
    actor: User,
    now: datetime,
    staged: StagedImport,
    choices: Mapping[int, str],
    rows: Iterable[int] = (),
    afresh: bool = False,
) -> None:
    """Read the file again with decisions: ``afresh``, or beside those that were made before.

    ``choices`` are "same" or "leave" (anything else: new) by the place of the duplicate in the
    summary; ``rows`` are left out. Raises Forbidden.
    """
    same, leave = {}, set()
    for at, found in enumerate(staged.summary["duplicates"]):
        choice = choices.get(at, "")
        if choice == "same" and found["other"]:
            same[tuple(found["key"])] = tuple(found["other"])
        elif choice == "leave":
            leave.add(tuple(found["key"]))
    made = Decisions(same, frozenset(leave), frozenset(rows))
    if not afresh:
        made = Decisions.of_json(staged.decisions).and_also(made)
    staging.read_again(actor=actor, now=now, staged=staged, decisions=made.as_json())
    start(staged)


def go_on(*, actor: User, now: datetime, staged: StagedImport, seen: str) -> bool:
    """Set the storing going if ``seen`` is the plan that stands and it may be stored.

    False where nothing was set going. Raises Forbidden.
    """
    ready = staged.state == ImportState.READY.value and staged.summary["fit"]
    if not ready or seen != staged.summary["digest"]:
        return False
    if not staging.ask_to_commit(actor=actor, now=now, staged=staged):
        return False
    start(staged)
    return True
