"""What must wait, and for what: an earlier message, a person, the line, the day's cap.

A message that was refused waits for a person, and so does whatever comes after it, to the same
invitation or to the same address: no CANCEL overtakes, and nothing more is sent to an address that
was refused (ICAL.md B3). The line that is down is another thing: nothing is wrong with a message.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from core import swedish
from scheduling.models import Message
from scheduling.models.message import Messages
from scheduling.states import (
    OPEN_STATES,
    Fault,
    InvitationState,
    MessageChannel,
    MessageKind,
    MessageState,
)

OPEN = [MessageState.WAITING.value, MessageState.SENDING.value]
#: Words without news: they can wait for a working day, and are pointless afterwards.
ASKING = [MessageKind.REMINDER.value, MessageKind.NUDGE.value]
#: What tells of an end; it is sent however late, since calendars still show the visit.
_ENDS = [MessageKind.CANCEL.value, MessageKind.TAKEN.value, MessageKind.SERIES_END.value]
_NO = [InvitationState.DECLINED.value, InvitationState.WITHDRAWN.value]
_SILENT = [InvitationState.PENDING.value, InvitationState.TENTATIVE.value]
MORNING = time(8)


def without_blocked(rows: Messages, now: datetime) -> Messages:
    """Without those behind an unsent message, or behind one that waits for a person."""
    before = Message.objects.filter(invitation=OuterRef("invitation"), pk__lt=OuterRef("pk"))
    undecided = Message.objects.undecided()
    refused = undecided.filter(recipient=OuterRef("recipient"), booking__end__gt=now)
    return rows.exclude(
        Exists(before.filter(state__in=OPEN))
        | Exists(undecided.filter(invitation=OuterRef("invitation"), pk__lt=OuterRef("pk")))
        | Exists(refused)
    )


def behind(message: Message) -> Messages:
    """What waits for the decision about ``message``, in the order in which it will go."""
    same = Q(invitation=message.invitation_id, pk__gt=message.pk) | Q(recipient=message.recipient)
    rows = Message.objects.filter(same, state=MessageState.WAITING.value)
    return rows.exclude(pk=message.pk).order_by("pk")


# --- The line ------------------------------------------------------------------------------------
def line_is_down(now: datetime, channel: MessageChannel = MessageChannel.MAIL) -> bool:
    """Whether the last try found nobody, and the next one is not due yet."""
    return _unreached(channel).filter(due_at__gt=now).exists()


def line_is_up(now: datetime, channel: MessageChannel = MessageChannel.MAIL) -> None:
    """Somebody answers: whatever waited for the line alone is due."""
    _unreached(channel).filter(due_at__gt=now).update(due_at=now)


def down_since(channel: MessageChannel = MessageChannel.MAIL) -> datetime | None:
    """When the oldest mail that found nobody was written; None where the line is up."""
    return _unreached(channel).order_by("created_at").values_list("created_at", flat=True).first()


def _unreached(channel: MessageChannel) -> Messages:
    waiting = Message.objects.filter(state=MessageState.WAITING.value, channel=channel.value)
    return waiting.filter(fault=Fault.AWAY.value)


# --- What comes too late -------------------------------------------------------------------------
def drop_too_late(now: datetime) -> int:
    """What need not be said any more is not; returns how many mails stay unsent.

    Nobody is invited to what has been, and nobody is reminded of, or asked about, what has begun,
    is called off or has been answered. The rest of a bundle is written anew when it is due.
    """
    over = Q(booking__end__lte=now) & ~Q(kind__in=[*_ENDS, MessageKind.SERIES.value])
    unsent = Q(state=MessageState.WAITING.value) | Q(
        state=MessageState.BUNDLED.value, carrier__state=MessageState.WAITING.value
    )
    # Of a text that comes too late only what merely asked; news becomes a call (``texting``).
    over &= Q(channel=MessageChannel.MAIL.value)
    rows = Message.objects.filter(unsent).filter(over | _pointless(now))
    return take_back([carrier or pk for pk, carrier in rows.values_list("pk", "carrier")])


def _pointless(now: datetime) -> Q:
    closed = ~Q(booking__state__in=[state.value for state in OPEN_STATES])
    no = Q(invitation__state__in=_NO)
    answered = Q(kind=MessageKind.NUDGE.value) & ~Q(invitation__state__in=_SILENT)
    return Q(kind__in=ASKING) & (Q(booking__start__lte=now) | closed | no | answered)


def take_back(pks: list[int]) -> int:
    """Those of ``pks`` that still wait are not sent, nor what they carry; returns how many."""
    waiting = Message.objects.filter(pk__in=pks, state=MessageState.WAITING.value)
    found = waiting.update(state=MessageState.SUPERSEDED.value)
    Message.objects.filter(
        carrier__in=pks,
        carrier__state=MessageState.SUPERSEDED.value,
        state=MessageState.BUNDLED.value,
    ).update(state=MessageState.SUPERSEDED.value)
    return found


# --- The day's cap -------------------------------------------------------------------------------
def hold_back(now: datetime) -> int:
    """Put off what passes the addressee's cap for the day; returns how many.

    Only automatic messages: those no colleague's act caused, nor the addressee's own choice. News
    about a visit today or tomorrow is never put off. ``OUTBOX_DAILY_CAP`` 0 is no cap.
    """
    cap = settings.OUTBOX_DAILY_CAP
    if not cap:
        return 0
    due = _automatic().filter(state=MessageState.WAITING.value, due_at__lte=now, past_cap=False)
    soon = Q(booking__start__lt=_midnight(now, 2)) & ~Q(kind__in=ASKING)
    by_address = defaultdict(list)
    for row in due.exclude(soon).order_by("due_at", "pk").only("pk", "kind", "recipient"):
        by_address[row.recipient].append(row)
    if not by_address:
        return 0
    had = _had_today(list(by_address), now)
    late = [row for to, rows in by_address.items() for row in rows[max(0, cap - had[to]) :]]
    for row in late:
        Message.objects.filter(pk=row.pk, state=MessageState.WAITING.value).update(
            due_at=_next_morning(now, working=row.kind in ASKING), fault=Fault.CAPPED.value
        )
    return len(late)


def _automatic() -> Messages:
    rows = Message.objects.filter(event__actor=None)
    return rows.exclude(kind=MessageKind.CHOSEN.value)


def _had_today(addresses: list[str], now: datetime) -> defaultdict[str, int]:
    left = Q(sent_at__gte=_midnight(now, 0)) | Q(state=MessageState.SENDING.value)
    rows = _automatic().filter(left, recipient__in=addresses).values_list("recipient")
    return defaultdict(int, rows.annotate(count=Count("pk")).values_list("recipient", "count"))


def _midnight(now: datetime, days: int) -> datetime:
    """The beginning of today, or of a later day, in Stockholm."""
    day = timezone.localdate(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time()))


def _next_morning(now: datetime, *, working: bool) -> datetime:
    today = timezone.localdate(now)
    day = swedish.add_working_days(today, 1) if working else today + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, MORNING))
