"""What only a voice can carry: a call that was made."""

from datetime import datetime

from django.db import transaction

from core import audit
from core.models import User
from scheduling.models import CallTask


@transaction.atomic
def done(*, actor: User, now: datetime, task: CallTask) -> CallTask:
    """The contact has heard of it; a second press changes nothing."""
    closed = CallTask.objects.filter(pk=task.pk, done_at=None).update(done_at=now, done_by=actor)
    if closed:
        booking = task.invitation.booking
        audit.record(
            now=now,
            actor=actor,
            via="phone",
            verb="call.done",
            target=booking,
            data={"invitation": task.invitation_id, "kind": task.kind},
        )
    task.refresh_from_db()
    return task
