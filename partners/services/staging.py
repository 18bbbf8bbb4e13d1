"""A file that waits between its preview and "Importera"."""

from datetime import datetime, timedelta

from django.db import transaction

from core.audit import record
from core.errors import Missing
from core.models import User
from partners.models import StagedImport
from partners.services.writing import permit

KEPT = timedelta(days=1)


@transaction.atomic
def stage_import(*, actor: User, now: datetime, filename: str, content: bytes) -> StagedImport:
    """Keep ``content`` for a day, for its uploader alone. Raises Forbidden."""
    permit(actor)
    name = filename.replace("\0", "")[-200:]
    staged = StagedImport.objects.create(
        uploaded_by=actor, filename=name, content=content, uploaded_at=now
    )
    record(now=now, actor=actor, verb="import.staged", target=staged)
    return staged


def staged_import(*, actor: User, now: datetime, pk: int) -> StagedImport:
    """The file that ``actor`` uploaded and that still waits. Raises Forbidden, Missing."""
    permit(actor)
    waiting = StagedImport.objects.filter(uploaded_at__gt=now - KEPT, committed_at=None)
    staged = waiting.filter(pk=pk, uploaded_by=actor).first()
    if staged is None:
        raise Missing
    return staged


@transaction.atomic
def finish_import(*, actor: User, now: datetime, staged: StagedImport) -> None:
    """Erase the content of a file that was carried out. Raises Forbidden."""
    permit(actor)
    staged.content = b""
    staged.committed_at = now
    staged.save(update_fields=["content", "committed_at"])
    record(now=now, actor=actor, verb="import.committed", target=staged)


def erase_staged_imports(*, now: datetime) -> int:
    """Erase what has waited longer than a day; how many there were. For the daily housekeeping."""
    return StagedImport.objects.filter(uploaded_at__lte=now - KEPT).delete()[0]
