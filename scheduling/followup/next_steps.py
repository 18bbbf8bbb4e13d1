"""What was agreed to do next, and done."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict
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


@transaction.atomic
def move(*, actor: User, now: datetime, follow_up: FollowUp, due: date) -> FollowUp:
    """Another day for the agreed next step. Raises Conflict where it is done already."""
    moved = FollowUp.objects.filter(pk=follow_up.pk, next_step_done_at=None)
    if not moved.update(next_step_due=due):
        raise Conflict(_("Steget är redan avprickat."))
    audit.record(
        now=now,
        actor=actor,
        verb="next_step.moved",
        target=follow_up.booking,
        data={"follow_up": follow_up.pk, "due": due.isoformat()},
    )
    follow_up.refresh_from_db()
    return follow_up
