"""Who took the register along (DOMAIN.md §3, "Logging")."""

from datetime import datetime

from core.audit import record
from core.models import User
from partners.services.writing import permit


def note_export(*, actor: User, now: datetime) -> None:
    """One audit row for a file that leaves the house. Raises Forbidden."""
    permit(actor)
    record(now=now, actor=actor, verb="register.exported", target=actor)
