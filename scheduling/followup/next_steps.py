"""What was agreed to do next, and done."""

from datetime import datetime

from django.db import transaction

from core import audit
from core.models import User
from scheduling.models import FollowUp


@transaction.atomic
def done(*, actor: User, now: datetime, follow_up: FollowUp) -> FollowUp:
    """The agreed next step is done; a second press changes nothing."""
    ended = FollowUp.objects.filter(pk=follow_up.pk, next_step_done_at=None).update(
        next_step_done_at=now
    )
    if ended:
        audit.record(
            now=now,
            actor=actor,
            verb="next_step.done",
            target=follow_up.booking,
            data={"follow_up": follow_up.pk},
        )
    follow_up.refresh_from_db()
    return follow_up
