"""What goes by itself in words alone, reminders and nudges: one mail where several are due to one.

A calendar mail is about one UID and stays one mail; words to the same contact about three visits
are kinder as one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from core import audit
from scheduling.booking import change
from scheduling.models import Invitation
from scheduling.outbox import enqueue
from scheduling.states import VISIT_KINDS, MessageKind

Due = Callable[[datetime], list[int]]


def ask_all(*, due: Due, kind: MessageKind, verb: str, now: datetime) -> int:
    """Ask every invitation that is ``due``, addressee by addressee; returns how many."""
    pks = due(now)
    rows = Invitation.objects.filter(pk__in=pks).select_related("contact", "host", "booking")
    together: dict[tuple[object, ...], list[int]] = {}
    for row in sorted(rows, key=lambda row: pks.index(row.pk)):
        # Only visits have words that go together; anything else is a mail of its own.
        alone = None if row.booking.kind in VISIT_KINDS else row.pk
        together.setdefault((row.contact_id, row.mail_tag, alone), []).append(row.pk)
    return sum(_ask(pks=each, due=due, kind=kind, verb=verb, now=now) for each in together.values())


@change.service
def _ask(*, pks: Iterable[int], due: Due, kind: MessageKind, verb: str, now: datetime) -> int:
    """One addressee; those of the visits that are still due once they are locked."""
    rows = list(Invitation.objects.filter(pk__in=pks).select_related("booking"))
    # Always in the same order, so that nobody waits for each other.
    for row in sorted(rows, key=lambda row: row.booking_id):
        row.booking = change.locked(row.booking)
    still = due(now)
    rows = [row for row in rows if row.pk in still]
    rows.sort(key=lambda row: (row.booking.start, row.pk))
    events = [
        audit.record(
            now=now,
            actor=None,
            via="system",
            verb=verb,
            target=row.booking,
            data={"invitations": [row.pk]},
        )
        for row in rows
    ]
    if len(rows) > 1 and rows[0].email:
        enqueue.remind_together(rows, events=events, now=now, kind=kind)
    else:
        for row, event in zip(rows, events, strict=True):
            enqueue.remind(row, event=event, now=now, kind=kind)
    return len(rows)
