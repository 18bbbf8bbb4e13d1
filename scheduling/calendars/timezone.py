"""Europe/Stockholm: the zone of every wall time, and its hand-written VTIMEZONE."""

from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone
from icalendar.prop import vInline

TZID: Final = "Europe/Stockholm"
STOCKHOLM: Final = ZoneInfo(TZID)

# Rules, no RDATE list: Outlook moves summer occurrences by an hour without them. The onsets are
# wall times before the change (RFC 5545 section 3.6.5; ICAL.md section 0, row 1).
VTIMEZONE: Final = b"""\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")


_RULES: Final = {
    "DAYLIGHT": "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "STANDARD": "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
}


@cache
def _component() -> Timezone:
    component = Timezone.from_ical(VTIMEZONE)
    if not isinstance(component, Timezone):
        raise TypeError("the VTIMEZONE did not parse")
    for observance in component.subcomponents:
        # The library would put BYDAY before BYMONTH; keep the text as written above.
        observance["RRULE"] = vInline(_RULES[str(observance.name)])
    return component


def add_timezone(calendar: Calendar) -> None:
    """Append the VTIMEZONE to `calendar`; call it before any event is added.

    The component is shared between calendars and must not be changed.
    Source: ICAL.md A1 "zone or UTC" (VTIMEZONE before VEVENT).
    """
    calendar.add_component(_component())


def expressible(instant: datetime) -> bool:
    """Tell whether `instant` (aware) has a wall time that names it and no other instant.

    False in the second pass of the hour that an autumn change repeats: RFC 5545 section 3.3.5 reads
    such a wall time as the first pass.
    """
    return instant.astimezone(STOCKHOLM).fold == 0


def wall(instant: datetime) -> datetime:
    """Return `instant` (aware) as Europe/Stockholm wall time; ValueError where it has none."""
    local = instant.astimezone(STOCKHOLM)
    if local.fold:
        raise ValueError(f"{instant.astimezone(UTC)} has no wall time of its own")
    return local
