"""Busy time of a calendar as one VFREEBUSY, for readers who may know when but not what."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from scheduling.calendars.freebusy import freebusy
from scheduling.calendars.snapshots import BusyPeriod, Mailbox
from scheduling.feeds import bodies, segments
from scheduling.models import FeedPlace
from scheduling.states import OCCUPYING


def joined(
    built: segments.Built, scope_key: str, variant: str, etag: str, now: datetime
) -> tuple[int, Iterable[bytes]]:
    """The size and the bytes of the calendar's busy time, kept in a file under its ETag.

    Raises Changed where the calendar has become another meanwhile.
    """
    path = bodies.path_of(etag, "ifb")
    if not path.exists():
        data = _render(scope_key, etag, built.last_modified, now)
        if not segments.unchanged(built, scope_key, variant):
            raise segments.Changed
        bodies.keep(path, data)
    return path.stat().st_size, list(bodies.read([path]))


def _render(scope_key: str, etag: str, modified: datetime, now: datetime) -> bytes:
    first, last = segments.window(now)
    times = (
        FeedPlace.objects.filter(
            scope_key=scope_key,
            month__gte=first,
            month__lte=last,
            booking__state__in=[state.value for state in OCCUPYING],
        )
        .order_by("start", "booking_id")
        .values_list("booking__start", "booking__end")
    )
    begin, end = segments.span(now)
    return freebusy(
        [BusyPeriod(start, stop) for start, stop in times],
        window=BusyPeriod(begin, end),
        uid=f"freebusy-{etag.strip(chr(34))}@studiebesok",
        stamp=modified,
        # RFC 5546 wants one; it is the house, never a person.
        organizer=Mailbox(settings.MAIL_FROM, "Studiebesök"),
    )
