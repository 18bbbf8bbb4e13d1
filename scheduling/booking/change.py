"""What every change of a visit has in common: one transaction, one audit row, told to all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Clash, IllegalTransition, Stale
from core.models import AuditEvent, User
from scheduling.booking import colleague_mail
from scheduling.feeds import blocks
from scheduling.models import Booking, Invitation
from scheduling.outbox import enqueue
from scheduling.states import InvitationState, MessageKind, VisitEvent, VisitState, next_state

P = ParamSpec("P")
R = TypeVar("R")

_DEADLOCK, _SERIALIZATION = "40P01", "40001"
_TRIES = 3

STATE_WORDS: dict[VisitState, str] = {
    VisitState.DRAFT: "utkast",
    VisitState.OFFERED: "inbjuden",
    VisitState.CONFIRMED: "bekräftad",
    VisitState.DECLINED: "avböjd",
    VisitState.HELD: "genomförd",
    VisitState.PARTLY_HELD: "delvis genomförd",
    VisitState.NONE_CAME: "ingen kom",
    VisitState.CANCELLED_BY_PARTNER: "avbokad av partnern",
    VisitState.CANCELLED_BY_US: "inställd av oss",
}


def service(function: Callable[P, R]) -> Callable[P, R]:
    """One transaction, tried again where the database broke it for the sake of another.

    A deadlock, a failed serialisation and a lock that SQLite waited for in vain are nobody's
    fault. After three tries, or inside a caller's transaction, they become a Clash.
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        inside = transaction.get_connection().in_atomic_block
        for tries_left in reversed(range(1 if inside else _TRIES)):
            try:
                with transaction.atomic(), _one_act():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not _in_each_others_way(error):
                    raise
                if not tries_left:
                    raise Clash(
                        _("Någon annan ändrade samma tider just nu. Försök en gång till.")
                    ) from error
        raise AssertionError("the last try returns or raises")

    return wrapped


#: What the present act has changed, a booking each, newest event last; None outside any act.
_changed: ContextVar[dict[int, tuple[Booking, AuditEvent]] | None] = ContextVar(
    "changed", default=None
)


@contextmanager
def _one_act() -> Iterator[None]:
    """Colleagues are told when the act is whole: once, of what stands, after the partners.

    An act inside another (a series books its dates, a wish is accepted by a move) is a part of it.
    """
    whole = _changed.get()
    if whole is not None:
        before = dict(whole)
        try:
            yield
        except BaseException:
            # Rolled back to here: what the caller makes of it, this part did not happen.
            whole.clear()
            whole.update(before)
            raise
        return
    changed: dict[int, tuple[Booking, AuditEvent]] = {}
    token = _changed.set(changed)
    try:
        yield
        for booking, event in changed.values():
            colleague_mail.follow(booking, event=event)
    finally:
        _changed.reset(token)


def _in_each_others_way(error: OperationalError) -> bool:
    """Whether two transactions met; psycopg and sqlite3 say so in their own codes."""
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", "") in {_DEADLOCK, _SERIALIZATION}
        or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    )


def locked(booking: Booking, expected_version: int | None = None) -> Booking:
    """The booking as it is now, locked for this transaction (SQLite: the write lock is held).

    Raises Stale where the caller saw an older version: two tabs cannot overwrite each other.
    """
    Booking.objects.select_for_update().get(pk=booking.pk)
    fresh = Booking.objects.with_visit().get(pk=booking.pk)
    if expected_version is not None and fresh.version != expected_version:
        raise Stale(
            _("Besöket har ändrats av någon annan sedan du öppnade sidan. Se hur det är nu.")
        )
    return fresh


def step(booking: Booking, event: VisitEvent) -> None:
    """Move the state along the written table, or raise IllegalTransition with the reason."""
    following = next_state(booking.status, event)
    if following is None:
        raise IllegalTransition(
            _("Det går inte: besöket är redan %(state)s.")
            % {"state": _(STATE_WORDS[booking.status])},
            extra={"state": booking.state, "event": event.value},
        )
    booking.state = following.value


def finish(
    booking: Booking,
    *,
    actor: User | None,
    now: datetime,
    verb: str,
    via: str = "",
    data: dict[str, object] | None = None,
) -> AuditEvent:
    """Count the version, store the row and its calendar blocks, write the audit row.

    The colleagues' own invitations follow when the act is whole.
    """
    booking.version += 1
    booking.save()
    blocks.touch(booking, now)
    event = audit.record(now=now, actor=actor, via=via, verb=verb, target=booking, data=data or {})
    changed = _changed.get()
    if changed is None:
        colleague_mail.follow(booking, event=event)
    else:
        changed[booking.pk] = (booking, event)
    return event


def live_invitations(booking: Booking, *, staff: bool = False) -> list[Invitation]:
    """The partners' invitations that still count; with ``staff`` also the colleagues' own.

    The state of a visit follows from the partners' alone.
    """
    rows = booking.invitations.exclude(state=InvitationState.WITHDRAWN.value)
    if not staff:
        rows = rows.filter(contact__isnull=False)
    found = list(rows.select_related("contact", "host__user"))
    for row in found:
        row.booking = booking
    return found


def tell_all(
    booking: Booking,
    *,
    change: MessageKind,
    event: AuditEvent,
    now: datetime,
    reset: bool = True,
) -> None:
    """Tell every live invitation; ``reset`` asks again those who had answered."""
    for invitation in live_invitations(booking):
        if reset and change is not MessageKind.CANCEL:
            ask_again(invitation)
        enqueue.tell(invitation, change=change, event=event, now=now)


def ask_again(invitation: Invitation) -> None:
    """Forget the present answer, which was to another time; its history stays."""
    invitation.state = InvitationState.PENDING.value
    invitation.answered_at = None
    invitation.channel = ""
    invitation.comment = ""
    invitation.save(update_fields=["state", "answered_at", "channel", "comment"])


def arrangement(booking: Booking) -> dict[str, object]:
    """When, where, by whom and in what state, as audit data: what undo puts back."""
    visit = booking.visit
    return {
        **times(booking),
        "state": booking.state,
        "cancelled_at": booking.cancelled_at.isoformat() if booking.cancelled_at else None,
        "room": visit.room_id,
        "host": visit.host_id,
        "co_host": visit.co_host_id,
    }


def answered(booking: Booking) -> list[int]:
    """The invitations with an answer, as audit data: what a move resets and undo restores."""
    return [row.pk for row in live_invitations(booking, staff=True) if row.answered_at]


def times(booking: Booking) -> dict[str, object]:
    """The booking's times as audit data (UTC, ISO 8601)."""
    return {"start": booking.start.isoformat(), "end": booking.end.isoformat()}


def tell_one(invitation: Invitation, booking: Booking, *, event: AuditEvent, now: datetime) -> None:
    """Tell one addressee what stands now."""
    invitation.booking = booking
    enqueue.tell(invitation, change=MessageKind.UPDATE, event=event, now=now)


def tell_end(invitation: Invitation, booking: Booking, *, event: AuditEvent, now: datetime) -> None:
    """Tell one addressee that it is over for them."""
    invitation.booking = booking
    enqueue.tell(invitation, change=MessageKind.CANCEL, event=event, now=now)
