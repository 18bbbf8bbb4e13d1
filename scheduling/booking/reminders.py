"""Reminders are not queued ahead: what is due is found and written from the present state."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from core import audit, swedish
from scheduling.booking import asking, change
from scheduling.models import CallTask, Invitation, Message
from scheduling.outbox import enqueue, sms, store
from scheduling.states import InvitationState, MessageChannel, MessageKind, MessageState, VisitState

DAYS_BEFORE = 2
TEXT_DAYS_BEFORE = 1
EARLIEST_HOUR, LATEST_HOUR = 8, 17


def in_working_hours(now: datetime) -> bool:
    """Whether what is sent by itself may be sent at ``now`` (Europe/Stockholm)."""
    local = timezone.localtime(now)
    return EARLIEST_HOUR <= local.hour < LATEST_HOUR and swedish.is_working_day(local.date())


def horizon(now: datetime, within: int = DAYS_BEFORE) -> datetime:
    """The end of the ``within``-th working day after ``now``: visits until then are near."""
    day = swedish.add_working_days(timezone.localdate(now), within)
    return timezone.make_aware(datetime.combine(day, datetime.max.time()))


def due(now: datetime) -> list[int]:
    """Invitations to remind at ``now``: a visit within two working days, not yet reminded.

    Only in working hours (Europe/Stockholm), only for visits that stand, only those who have not
    said no, and not where the invitation itself is younger than a day. Whom texts reach instead of
    mails is reminded the day before (``texts_due``).
    """
    rows = _to_remind(now, within=DAYS_BEFORE, channel=MessageChannel.MAIL)
    return [row.pk for row in rows if row.email or not sms.wants_texts(row.contact)]


def texts_due(now: datetime) -> list[int]:
    """Invitations to remind by a text at ``now``: the working day before the visit.

    As ``due``, of those who want texts, also beside a mail; not where news came within half a day.
    """
    lately = Message.objects.filter(
        invitation=OuterRef("pk"), created_at__gt=now - timedelta(hours=12)
    )
    every = _to_remind(now, within=TEXT_DAYS_BEFORE, channel=MessageChannel.SMS)
    # A meeting has no words of its own as a text.
    rows = every.filter(booking__visit__isnull=False)
    return [row.pk for row in rows.exclude(Exists(lately)) if sms.wants_texts(row.contact)]


def _to_remind(now: datetime, *, within: int, channel: MessageChannel) -> QuerySet[Invitation]:
    if not in_working_hours(now):
        return Invitation.objects.none()
    last = horizon(now, within)
    # A move gives a new SEQUENCE, and with it a reminder of its own.
    reminded = Message.objects.filter(
        invitation=OuterRef("pk"),
        kind=MessageKind.REMINDER.value,
        channel=channel.value,
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
    return rows.select_related("contact").order_by("booking__start", "pk")


@change.service
def remind_by_text(*, invitation_pk: int, now: datetime) -> bool:
    """Text one the day before; False where the visit changed meanwhile or it was done already."""
    invitation = Invitation.objects.select_related("booking").get(pk=invitation_pk)
    booking = change.locked(invitation.booking)
    if invitation_pk not in texts_due(now):
        return False
    invitation = Invitation.objects.select_related("contact").get(pk=invitation_pk)
    invitation.booking = booking
    event = audit.record(now=now, actor=None, via="system", verb="visit.reminded", target=booking)
    if invitation.email:
        store.text(invitation, kind=MessageKind.REMINDER, event=event, now=now)
    else:
        enqueue.remind(invitation, event=event, now=now)
    return True


def remind_due(*, now: datetime) -> int:
    """Remind all that are due; returns how many. Several of one contact are one mail."""
    told = asking.ask_all(due=due, kind=MessageKind.REMINDER, verb="visit.reminded", now=now)
    return told + sum(remind_by_text(invitation_pk=pk, now=now) for pk in texts_due(now))
