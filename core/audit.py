"""Write what was done, in the transaction in which it was done."""

from datetime import datetime

from django.db import models

from core.models import AuditEvent, User


def record(
    *,
    now: datetime,
    actor: User | None,
    verb: str,
    target: models.Model,
    via: str = "",
    data: dict[str, object] | None = None,
) -> AuditEvent:
    """One row: ``verb`` is a domain verb ("visit.moved"), ``data`` identifiers and times only."""
    return AuditEvent.objects.create(
        at=now,
        actor=actor,
        via=via,
        verb=verb,
        object_type=target._meta.model_name or "",
        object_id=target.pk,
        data=data or {},
    )
