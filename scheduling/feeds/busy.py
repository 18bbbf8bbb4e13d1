"""Busy time of a calendar as one VFREEBUSY, for readers who may know when but not what."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from scheduling.calendars.freebusy import freebusy
from scheduling.calendars.snapshots import BusyPeriod, Mailbox
from scheduling.feeds import bodies, segments
from scheduling.models import FeedCalendar, FeedPlace
from scheduling.states import OCCUPYING


def joined(calendar: FeedCalendar, now: datetime) -> Path:
    """The file of the calendar's busy time, made where it lacks.

    Its name is the ETag of the events, so it is made anew whenever one of them changes.
    """
    path = bodies.path_of(calendar.etag, "ifb")
    if not path.exists():
        bodies.keep(path, iter((_render(calendar, now),)))
    return path


def _render(calendar: FeedCalendar, now: datetime) -> bytes:
    first, last = segments.window(now)
    times = (
        FeedPlace.objects.filter(
            scope_key=calendar.scope_key,
            month__gte=first,
            month__lte=last,
            booking__state__in=[state.value for state in OCCUPYING],
        )
        .order_by("start", "booking_id")
        .values_list("booking__start", "booking__end")
    )
    begin, end = segments.span(now)
    assert calendar.last_modified is not None
    return freebusy(
        [BusyPeriod(start, stop) for start, stop in times],
        window=BusyPeriod(begin, end),
        uid=f"freebusy-{calendar.etag.strip(chr(34))}@studiebesok",
        stamp=calendar.last_modified,
        # RFC 5546 wants one; it is the house, never a person.
        organizer=Mailbox(settings.MAIL_FROM, "Studiebesök"),
    )
