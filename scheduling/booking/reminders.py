"""Reminders are not queued ahead: what is due is found and written from the present state."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from core import swedish
from scheduling.booking import asking
from scheduling.models import CallTask, Invitation, Message
from scheduling.states import InvitationState, MessageKind, MessageState, VisitState

DAYS_BEFORE = 2
EARLIEST_HOUR, LATEST_HOUR = 8, 17


def in_working_hours(now: datetime) -> bool:
    """Whether what is sent by itself may be sent at ``now`` (Europe/Stockholm)."""
    local = timezone.localtime(now)
    return EARLIEST_HOUR <= local.hour < LATEST_HOUR and swedish.is_working_day(local.date())


def horizon(now: datetime) -> datetime:
    """The end of the second working day after ``now``: visits until then are reminded of."""
    day = swedish.add_working_days(timezone.localdate(now), DAYS_BEFORE)
    return timezone.make_aware(datetime.combine(day, datetime.max.time()))


def due(now: datetime) -> list[int]:
    """Invitations to remind at ``now``: a visit within two working days, not yet reminded.

    Only in working hours (Europe/Stockholm), only for visits that stand, only those who have not
    said no, and not where the invitation itself is younger than a day.
    """
    if not in_working_hours(now):
        return []
    last = horizon(now)
    # A move gives a new SEQUENCE, and with it a reminder of its own.
    reminded = Message.objects.filter(
        invitation=OuterRef("pk"),
        kind=MessageKind.REMINDER.value,
        sequence=OuterRef("sequence"),
        # A nudge weeks ahead is no reminder.
        created_at__gte=OuterRef("booking__start") - timedelta(days=7),
    ).exclude(state=MessageState.SUPERSEDED.value)
    called = CallTask.objects.filter(
        invitation=OuterRef("pk"),
        kind=MessageKind.REMINDER.value,
        created_at__gte=OuterRef("booking__start") - timedelta(days=14),
    )
    unsent = Message.objects.filter(invitation=OuterRef("pk"), state=MessageState.WAITING.value)
    undecided = Message.objects.undecided().filter(invitation=OuterRef("pk"))
    rows = Invitation.objects.filter(
        booking__start__gt=now,
        booking__start__lte=last,
        booking__state__in=[VisitState.OFFERED.value, VisitState.CONFIRMED.value],
        contact__isnull=False,
        state__in=[
            InvitationState.PENDING.value,
            InvitationState.ACCEPTED.value,
            InvitationState.TENTATIVE.value,
        ],
        created_at__lt=now - timedelta(days=1),
    ).exclude(Exists(reminded) | Exists(called) | Exists(unsent) | Exists(undecided))
    return list(rows.order_by("booking__start", "pk").values_list("pk", flat=True))


def remind_due(*, now: datetime) -> int:
    """Remind all that are due; returns how many. Several of one contact are one mail."""
    return asking.ask_all(due=due, kind=MessageKind.REMINDER, verb="visit.reminded", now=now)
