"""Which calendars a booking stands in, kept as rows with the change that made it so.

A change marks what it touches, before and after, in its own transaction: the calendars' versions
grow, and the months are to be joined anew. Its cost follows the booking's own few rows, not the
history.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from scheduling.feeds import segments
from scheduling.models import (
    Booking,
    FeedCalendar,
    FeedPlace,
    FeedSegment,
    ResourceKind,
)
from scheduling.states import CALLED_OFF, BookingKind, InvitationState, VisitState

#: How long a called-off booking is still shown, as called off.
SHOW_CALLED_OFF = timedelta(days=14)

#: A calendar and the month in it.
Spot = tuple[str, str]


def month_of(start: datetime) -> str:
    """The month in Stockholm, "2026-11"."""
    return f"{timezone.localtime(start):%Y-%m}"


def keys(booking: Booking, invited: Iterable[int] | None = None) -> frozenset[str]:
    """The calendars that ``booking`` stands in; a draft stands in none.

    ``invited`` are the contacts still invited, where the caller knows them already.
    """
    if booking.status is VisitState.DRAFT:
        return frozenset()
    found = {"all"}
    if hasattr(booking, "visit"):
        found |= _keys_of_visit(booking)
        contacts = _invited(booking) if invited is None else invited
        found |= {f"contact:{contact}" for contact in contacts}
    else:
        found |= _keys_of_resources(booking)
    return frozenset(found)


def _keys_of_visit(booking: Booking) -> set[str]:
    visit = booking.visit
    found = {f"programme:{visit.programme_id}"}
    found |= {f"user:{host.user_id}" for host in visit.hosts}
    if visit.room_id is not None:
        found.add(f"room:{visit.room_id}")
    if booking.kind == BookingKind.STUDY_VISIT.value and booking.library_id is not None:
        found.add(f"library:{booking.library_id}")
    # What is protected is never public, whatever was ticked.
    if booking.public and not any(g.organisation.protected for g in visit.groups.all()):
        found.add("public")
    return found


def _invited(booking: Booking) -> Iterable[int]:
    """Read anew: the change may have invited somebody."""
    rows = booking.invitations.exclude(state=InvitationState.WITHDRAWN.value)
    return rows.filter(contact__isnull=False).values_list("contact_id", flat=True)


def _keys_of_resources(booking: Booking) -> set[str]:
    """A meeting or a session: whom it is with, also when it is off. An absence: whom it takes."""
    if hasattr(booking, "gathering"):
        gathering = booking.gathering
        met = {f"user:{pk}" for pk in gathering.hosts.values_list("user_id", flat=True)}
        return met | ({f"room:{gathering.room_id}"} if gathering.room_id is not None else set())
    found = set()
    rows = booking.allocations.select_related("resource__room", "resource__host")
    for row in rows:
        if row.resource.kind == ResourceKind.ROOM.value:
            found.add(f"room:{row.resource.room.pk}")
        elif row.resource.kind == ResourceKind.HOST.value:
            found.add(f"user:{row.resource.host.user_id}")
    return found


def rows(booking: Booking, invited: Iterable[int] | None = None) -> list[FeedPlace]:
    """The places of ``booking`` as it is, not stored; ``invited`` as for ``keys``."""
    month = month_of(booking.start)
    drop_at = booking.feed_changed_at + SHOW_CALLED_OFF if booking.status in CALLED_OFF else None
    return [
        FeedPlace(booking=booking, scope_key=key, month=month, start=booking.start, drop_at=drop_at)
        for key in sorted(keys(booking, invited))
    ]


def sync(booking: Booking, now: datetime) -> None:
    """Keep the places of ``booking`` and mark every calendar that shows it, or did.

    What was called off and has left the calendars does not come back with a change that nobody
    sees. Called inside the transaction of the change, after the blocks are stored.
    """
    before = {(row.scope_key, row.month) for row in booking.places.all()}
    wanted = [row for row in rows(booking) if row.drop_at is None or row.drop_at > now]
    gone = {key for key, _month in before} - {row.scope_key for row in wanted}
    if gone:
        FeedPlace.objects.filter(booking=booking, scope_key__in=gone).delete()
    FeedPlace.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["booking", "scope_key"],
        update_fields=["month", "start", "drop_at"],
    )
    mark(before | {(row.scope_key, row.month) for row in wanted}, now)


def mark(spots: Iterable[Spot], now: datetime) -> None:
    """Calendars with somebody to read them are joined anew by their next GET.

    The calendars' rows are locked first, in one order: whoever joins segments meanwhile is waited
    for, and the month that they joined is marked after them (see ``segments.refresh``). They are
    joined as soon as the change is committed; where that fails, it is logged and left to the GET.
    """
    begun = time.monotonic()
    spots = set(spots)
    touched = list(
        FeedCalendar.objects.select_for_update()
        .filter(scope_key__in={key for key, _month in spots})
        .order_by("pk")
        .values_list("pk", "scope_key", "variant")
    )
    if not touched:
        return
    FeedCalendar.objects.filter(pk__in=[pk for pk, _key, _variant in touched]).update(
        version=F("version") + 1
    )
    FeedSegment.objects.bulk_create(
        [
            FeedSegment(calendar_id=pk, month=month, digest="", size=0, count=0)
            for pk, key, _variant in touched
            for month in sorted({month for other, month in spots if other == key})
        ],
        update_conflicts=True,
        unique_fields=["calendar", "month"],
        update_fields=["digest"],
    )
    calendars = [(key, variant) for _pk, key, variant in touched]

    def ahead() -> None:
        segments.join_ahead(calendars, now, begun)

    transaction.on_commit(ahead, robust=True)


@transaction.atomic
def drop_due(now: datetime) -> int:
    """Take what was called off two weeks ago out of every calendar; how many places went.

    The part of time alone; the sweep calls it each minute.
    """
    due = FeedPlace.objects.filter(drop_at__lte=now)
    spots = set(due.values_list("scope_key", "month"))
    if not spots:
        return 0
    mark(spots, now)
    return due.delete()[0]
