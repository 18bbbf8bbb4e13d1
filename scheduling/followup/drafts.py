"""Notes that are not finished (minnesstöd): private to their author, erased after 30 days."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import texts
from core.errors import Invalid
from core.models import User
from scheduling.followup.given import NOTE_LENGTH
from scheduling.models import Booking, FollowUpDraft

#: More fields, or more values in one, than the form has: somebody else wrote this.
MOST_FIELDS, MOST_VALUES = 40, 40

Fields = Mapping[str, Sequence[str]]


@transaction.atomic
def keep(*, actor: User, now: datetime, booking: Booking, fields: Fields) -> FollowUpDraft:
    """Keep what ``actor`` has typed so far; an emptied form keeps nothing.

    ``booking`` comes from ``scheduling.access.visit_to_follow_up``. A draft is no act: it leaves
    no audit row. Raises PersonalData and Invalid with the field, and then nothing is changed.
    """
    if len(fields) > MOST_FIELDS or any(len(values) > MOST_VALUES for values in fields.values()):
        raise Invalid(_("Utkastet har fler fält än formuläret."))
    clean = {
        name: [texts.clean(value, field=name, limit=NOTE_LENGTH) for value in values]
        for name, values in fields.items()
    }
    draft, _made = FollowUpDraft.objects.update_or_create(
        booking=booking, author=actor, defaults={"fields": clean, "at": now}
    )
    return draft


def of(actor: User, booking: Booking) -> FollowUpDraft | None:
    """The actor's own draft; nobody else's is ever read."""
    return FollowUpDraft.objects.filter(booking=booking, author=actor).first()


def drop(actor: User, booking: Booking) -> None:
    """Throw the actor's own draft away: it became a note, or was not wanted."""
    FollowUpDraft.objects.filter(booking=booking, author=actor).delete()
