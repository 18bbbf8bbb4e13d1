"""Undo of what was done to a whole series, for as long as every one of its mails waits."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from core import audit
from core.errors import IllegalTransition
from core.models import AuditEvent, User
from scheduling.booking import allocate, change, undo
from scheduling.feeds import blocks
from scheduling.models import Booking, Message, Series
from scheduling.states import OCCUPYING, MessageKind, MessageState, VisitState

BOOKED, CANCELLED = "series.booked", "series.cancelled"
UNDOABLE = frozenset({BOOKED, CANCELLED})
_OF_THE_WHOLE = [MessageKind.SERIES.value, MessageKind.SERIES_END.value]


def undoable(series: Series, now: datetime) -> AuditEvent | None:
    """The last act on the whole, if it can still be taken back; None otherwise.

    Every mail of it still waits, and nothing else has happened to any of its dates.
    """
    rows = AuditEvent.objects.filter(object_type="series", object_id=series.pk)
    event = rows.order_by("-pk").first()
    if event is None or event.verb not in UNDOABLE:
        return None
    dates = series.bookings.values_list("pk", flat=True)
    newer = AuditEvent.objects.filter(
        object_type="booking", object_id__in=list(dates), pk__gt=event.pk
    )
    messages = Message.objects.filter(event__in=_acts(series, event))
    left = messages.exclude(state=MessageState.WAITING.value, due_at__gt=now)
    return event if messages.exists() and not left.exists() and not newer.exists() else None


def _acts(series: Series, event: AuditEvent) -> list[AuditEvent]:
    """The act itself, and what it did to each date, in the order of the dates."""
    if event.verb == BOOKED:
        dates, verb = list(series.bookings.values_list("pk", flat=True)), "visit.booked"
    else:
        dates, verb = event.data["dates"], "visit.cancelled_by_us"
    rows = AuditEvent.objects.filter(
        object_type="booking", object_id__in=dates, verb=verb, pk__lt=event.pk
    )
    newest = {row.object_id: row for row in rows.order_by("pk")}
    return [event, *(newest[pk] for pk in dates)]


def seconds_left(series: Series, event: AuditEvent, now: datetime) -> int:
    """Whole seconds until the first of the act's mails is due."""
    due = Message.objects.filter(event__in=_acts(series, event)).order_by("due_at")
    first = due.values_list("due_at", flat=True).first()
    return max(0, int((first - now).total_seconds())) if first else 0


@change.service
def take_back(*, actor: User, now: datetime, series: Series) -> Booking:
    """Take back the last act on the whole; returns the first date that it concerned.

    A series that was booked is gone then: nobody was told of it, and its first date stays as a
    draft, so that nothing typed is lost. Raises IllegalTransition where a mail has left or
    something newer happened; Clash where a date's time went to somebody else meanwhile.
    """
    series = Series.objects.select_for_update().get(pk=series.pk)
    event = undoable(series, now)
    if event is None:
        raise IllegalTransition(
            _("Mejlen har redan gått, eller så har något datum ändrats. Ändra ett datum i taget.")
        )
    if event.verb == BOOKED:
        return _unbook(actor, now, series, event)
    return _restore(actor, now, series, event)


def _unbook(actor: User, now: datetime, series: Series, event: AuditEvent) -> Booking:
    for act in _acts(series, event):
        undo.take_back_messages(act)
    first, *others = [change.locked(row) for row in series.bookings.order_by("start", "pk")]
    data: dict[str, object] = {"undone": event.verb}
    for row in others:
        allocate.release(row)
        # A draft is in no calendar: the feeds forget it before the row goes.
        row.state = VisitState.DRAFT.value
        row.save(update_fields=["state"])
        blocks.touch(row, now)
        audit.record(now=now, actor=actor, verb="visit.undone", target=row, data=data)
        row.delete()
    first.state, first.series, first.original_start = VisitState.DRAFT.value, None, None
    allocate.take(first, now=now)
    change.finish(first, actor=actor, now=now, verb="visit.undone", data=data)
    series.delete()
    return first


def _restore(actor: User, now: datetime, series: Series, event: AuditEvent) -> Booking:
    whole, *acts = _acts(series, event)
    undo.take_back_messages(whole)
    rows = []
    for act in acts:
        booking = change.locked(Booking(pk=act.object_id))
        undo.take_back_messages(act)
        undo.put_back(booking, act)
        if booking.status in OCCUPYING:
            allocate.take(booking, now=now)
        change.finish(
            booking, actor=actor, now=now, verb="visit.undone", data={"undone": event.verb}
        )
        rows.append(booking)
    series.cancelled_at = None
    series.save(update_fields=["cancelled_at"])
    for row in series.invitations.all():
        told = Message.objects.filter(
            booking__series=series, invitation__contact=row.contact, kind__in=_OF_THE_WHOLE
        ).exclude(state=MessageState.SUPERSEDED.value)
        row.sequence = told.aggregate(Max("sequence"))["sequence__max"] or 0
        row.significant_sequence = row.sequence
        row.save(update_fields=["sequence", "significant_sequence"])
    return rows[0]
