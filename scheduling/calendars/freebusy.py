"""Busy time as one VFREEBUSY, for readers who may know when but not what."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, FreeBusy

from scheduling.calendars.itip import address
from scheduling.calendars.render import add_text
from scheduling.calendars.snapshots import PRODID, BusyPeriod, Mailbox

#: As RFC 5545 section 3.3.5 writes an instant.
_UTC = "%Y%m%dT%H%M%SZ"


def merge(periods: Iterable[BusyPeriod]) -> tuple[BusyPeriod, ...]:
    """Return the periods in UTC, sorted, with overlapping and touching ones made one."""
    merged: list[BusyPeriod] = []
    spans = sorted((p.start.astimezone(UTC), p.end.astimezone(UTC)) for p in periods)
    for start, end in spans:
        if merged and start <= merged[-1].end:
            merged[-1] = BusyPeriod(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(BusyPeriod(start, end))
    return tuple(merged)


def _clip(periods: Iterable[BusyPeriod], window: BusyPeriod) -> list[BusyPeriod]:
    return [
        BusyPeriod(max(p.start, window.start), min(p.end, window.end))
        for p in periods
        if p.start < window.end and p.end > window.start
    ]


def freebusy(
    periods: Iterable[BusyPeriod],
    *,
    window: BusyPeriod,
    uid: str,
    stamp: datetime,
    organizer: Mailbox,
    prodid: str = PRODID,
) -> bytes:
    """Return a VCALENDAR with METHOD:PUBLISH and one VFREEBUSY over `window`.

    The periods are cut to the window and merged; all times are written in UTC. `stamp` is a stored
    aware instant. ValueError for a naive `stamp`.

    Source: RFC 5545 section 3.6.4; RFC 5546 section 3.3.1; ICAL.md A2 "VFREEBUSY".
    """
    if stamp.tzinfo is None:
        raise ValueError("stamp must be aware")
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    add_text(calendar, "PRODID", prodid)
    calendar.add("METHOD", "PUBLISH")
    component = FreeBusy()
    component.add("UID", uid)
    component.add("DTSTAMP", stamp.astimezone(UTC))
    component.add("ORGANIZER", address(organizer))
    component.add("DTSTART", window.start.astimezone(UTC))
    component.add("DTEND", window.end.astimezone(UTC))
    calendar.add_component(component)
    head, end, tail = bytes(calendar.to_ical(sorted=False)).rpartition(b"END:VFREEBUSY\r\n")
    return head + b"".join(map(_line, merge(_clip(periods, window)))) + end + tail


def _line(period: BusyPeriod) -> bytes:
    """Two instants in UTC: there is nothing to escape or to fold, and a house has thousands.

    PERIOD is the default type of FREEBUSY.
    """
    return f"FREEBUSY;FBTYPE=BUSY:{period.start:{_UTC}}/{period.end:{_UTC}}\r\n".encode()
