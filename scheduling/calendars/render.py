"""Snapshots to VEVENT components and bytes; the order of properties is fixed."""

from datetime import UTC, datetime
from typing import Final

from icalendar import Component, Event
from icalendar.prop import vText

from scheduling.calendars.snapshots import EventSnapshot, EventStatus, InvitationSnapshot
from scheduling.calendars.text import DESCRIPTION_LIMIT, SUMMARY_LIMIT, clean_text
from scheduling.calendars.timezone import STOCKHOLM, expressible

CANCELLED_PREFIX: Final = "INSTÄLLT: "

_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class Text(vText):  # type: ignore[misc, unused-ignore]
    r"""TEXT value (RFC 5545 section 3.3.11) that keeps a literal ``\N``.

    The library's own class turns a backslash followed by N into a newline when it writes.
    """

    def to_ical(self) -> bytes:
        """Return the escaped value as UTF-8."""
        return str(self).translate(_ESCAPES).encode()


def add_text(component: Component, name: str, text: str) -> None:
    """Add a TEXT property, also under names the library knows no type for; empty text is left out.

    `text` must be cleaned already, as that of a snapshot is.
    """
    if text:
        component.add(name, Text(text), encode=False)


def add_span(component: Component, start: datetime, end: datetime, *, utc: bool = False) -> None:
    """Add DTSTART and DTEND (aware), as Europe/Stockholm wall times with TZID.

    Both are written in UTC if `utc`, or if one of them lies in the second pass of the repeated
    hour of an autumn change, which a TZID value cannot name (RFC 5545 section 3.3.5 reads it as the
    first pass).
    """
    zone = STOCKHOLM if not utc and expressible(start) and expressible(end) else UTC
    component.add("DTSTART", start.astimezone(zone))
    component.add("DTEND", end.astimezone(zone))


def with_link(description: str, url: str) -> str:
    """Return `description` with `url` at its end: Google and Outlook on the web ignore URL.

    At most 4000 characters, the link always whole. Source: ICAL.md A1 "URL/CONFERENCE".
    """
    if not url or url in description:
        return description
    room = max(DESCRIPTION_LIMIT - len(url) - 2, 1)
    return f"{clean_text(description, room)}\n\n{url}".strip()


def add_details(component: Component, snapshot: EventSnapshot | InvitationSnapshot) -> None:
    """Add LOCATION, DESCRIPTION (with the link) and URL, each only if there is something to say."""
    add_text(component, "LOCATION", snapshot.location)
    add_text(component, "DESCRIPTION", with_link(snapshot.description, snapshot.url))
    if snapshot.url:
        component.add("URL", snapshot.url)


def _summary(snapshot: EventSnapshot) -> str:
    summary = snapshot.summary
    if snapshot.status is EventStatus.CANCELLED and not summary.startswith(CANCELLED_PREFIX):
        summary = clean_text(CANCELLED_PREFIX + summary, SUMMARY_LIMIT)
    return summary


def event(snapshot: EventSnapshot) -> Event:
    """Return the VEVENT of a feed; see `event_block`."""
    cancelled = snapshot.status is EventStatus.CANCELLED
    component = Event()
    component.add("UID", snapshot.uid)
    component.add("DTSTAMP", snapshot.stamp)
    add_span(component, snapshot.start, snapshot.end)
    component.add("SEQUENCE", snapshot.sequence)
    component.add("LAST-MODIFIED", snapshot.last_modified)
    if snapshot.created:
        component.add("CREATED", snapshot.created)
    add_text(component, "SUMMARY", _summary(snapshot))
    add_details(component, snapshot)
    component.add("STATUS", snapshot.status.value)
    component.add("TRANSP", "TRANSPARENT" if snapshot.transparent or cancelled else "OPAQUE")
    if snapshot.categories:
        component.add("CATEGORIES", list(snapshot.categories))
    return component


def event_block(snapshot: EventSnapshot) -> bytes:
    """Return one VEVENT as bytes: CRLF, folded at 75 octets between UTF-8 characters.

    DTSTART and DTEND are Europe/Stockholm wall times (UTC where `add_span` must), DTSTAMP,
    LAST-MODIFIED and CREATED are UTC. A cancelled event says so in SUMMARY and takes no time
    (TRANSPARENT). Equal snapshots give equal bytes. Never raises for a snapshot that exists.

    Source: RFC 5545 sections 3.1, 3.6.1; ICAL.md A2 "Update detection", "cancelled", "TRANSP".
    """
    return bytes(event(snapshot).to_ical(sorted=False))
