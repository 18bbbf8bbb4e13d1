"""What a foreign TZID means, where that is certain (ICAL.md C "zone names"). Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scheduling.calendars.timezone import STOCKHOLM

_PATH: Final = re.compile(r"(?:^|/)([A-Za-z_]+/[A-Za-z_+-]+(?:/[A-Za-z_+-]+)?)$")
#: What Outlook shows for Central Europe, in any language; only Africa has other rules there.
_ONE_HOUR_EAST: Final = re.compile(r"\((?:UTC|GMT)\+0?1[:.]00\)", re.IGNORECASE)
_AFRICA: Final = re.compile(r"afri|casablanca|windhoek", re.IGNORECASE)


def zone_of(name: str, zones: Mapping[str, tzinfo]) -> tzinfo | None:
    """Return the zone a TZID stands for, or None where that is not certain.

    The zone database comes before what the object claims of the same name, also where a program
    puts a path of its own before it; other names mean what their VTIMEZONE in ``zones`` says, or a
    Windows zone, or Central Europe in a spelling of its own.
    """
    known = _known_zones()
    if name.casefold() in known:
        return ZoneInfo(known[name.casefold()])
    if name in zones:
        return zones[name]
    if name in WINDOWS_TO_OLSON:
        return ZoneInfo(WINDOWS_TO_OLSON[name])
    path = _PATH.search(name)
    if path is not None and path[1].casefold() in known:
        return ZoneInfo(known[path[1].casefold()])
    if name.casefold() == "tzone://microsoft/utc":
        return UTC
    east = _ONE_HOUR_EAST.match(name) is not None and _AFRICA.search(name) is None
    return STOCKHOLM if east or "Stockholm" in name or name.startswith("W. Europe") else None


@cache
def _known_zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
