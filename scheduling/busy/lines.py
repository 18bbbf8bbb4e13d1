"""A foreign calendar's octets to components, properties and instants. Pure and tolerant.

Missing END lines, lone line feeds, a byte order mark, unknown zones and broken values are met in
real calendars (ICAL.md C); none of them costs more than its own event.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
_LINE_END = re.compile(rb"\r*\n|\r")
_PROPERTY = re.compile(r"([A-Za-z0-9-]+)((?:;[^:\";]*(?:\"[^\"]*\"[^:\";]*)*)*):(.*)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?",
    re.ASCII,
)
_WANTED: Final = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "EXRULE",
    "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY",
})  # fmt: skip
_LONGEST_LINE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Value:
    """A property's value and its parameters, their names in upper case."""

    text: str
    params: Mapping[str, str]


@dataclass(slots=True)
class Component:
    """A VEVENT or VFREEBUSY, with only the properties that say when."""

    name: str
    values: dict[str, list[Value]] = field(default_factory=dict)

    def first(self, name: str) -> Value | None:
        """The property's first value, if it has any."""
        found = self.values.get(name)
        return found[0] if found else None

    def word(self, name: str) -> str:
        """The first value in upper case; empty where there is none."""
        value = self.first(name)
        return value.text.strip().upper() if value else ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in a zone, or a whole day."""

    wall: datetime
    zone: tzinfo
    whole_day: bool

    @property
    def instant(self) -> datetime:
        """In UTC; a wall time that a change of the clock skips or repeats is read as RFC 5545."""
        return self.on(self.wall.date())

    def on(self, day: date) -> datetime:
        """The instant (UTC) of the same wall time on another day."""
        return datetime.combine(day, self.wall.time(), tzinfo=self.zone).astimezone(UTC)


def looks_like_calendar(data: bytes) -> bool:
    """Whether the first words are a calendar's: an HTML page of a login is the usual other."""
    return data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() == b"BEGIN:VCALENDAR"


def components(data: bytes) -> Iterator[Component]:
    """Each event and free-busy object; alarms, zones and what else is nested are passed over."""
    current: Component | None = None
    depth = 0
    for line in _lines(data):
        word, _, name = line[:64].strip().upper().partition(":")
        opens = word == "BEGIN"
        if opens and name in {"VEVENT", "VFREEBUSY"}:
            if current is not None:
                yield current  # Its END line is missing.
            current, depth = Component(name), 0
        elif current is None:
            continue
        elif word == "END" and name == current.name:
            yield current
            current = None
        elif opens or word == "END":
            depth = depth + 1 if opens else max(depth - 1, 0)
        elif depth == 0:
            _keep(current, line)
    if current is not None:
        yield current


def _lines(data: bytes) -> Iterator[str]:
    """Unfolded before they are decoded: a fold may split a character."""
    tidy = _LINE_END.sub(b"\n", data.removeprefix(b"\xef\xbb\xbf"))
    for line in re.sub(rb"\n[ \t]", b"", tidy).split(b"\n"):
        if line:
            yield line.decode("utf-8", errors="replace")


def _keep(component: Component, line: str) -> None:
    name = re.split("[;:]", line[:64], maxsplit=1)[0].upper()
    if name not in _WANTED or len(line) > _LONGEST_LINE:
        return
    found = _PROPERTY.fullmatch(line)
    if found is None:
        return
    pairs = (part.partition("=") for part in found[2].split(";") if part)
    params = {key.upper(): value.strip('"') for key, _, value in pairs}
    component.values.setdefault(name, []).append(Value(found[3].strip(), params))


def moment(value: Value) -> Moment | None:
    """What a DTSTART, DTEND, RDATE, EXDATE or RECURRENCE-ID says; None where it says nothing."""
    found = _MOMENT.fullmatch(value.text.strip().upper())
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return Moment(datetime.combine(day, time()), STOCKHOLM, whole_day=True)
        clock = time(int(found[4]), int(found[5]), min(int(found[6]), 59))
    except ValueError:
        return None
    zone = UTC if found[7] else zone_of(value.params.get("TZID", ""))
    return Moment(datetime.combine(day, clock), zone, whole_day=False)


def moments(component: Component, name: str) -> Iterator[Moment]:
    """Every date of a list property; of a period its start."""
    for value in component.values.get(name, []):
        for text in value.text.split(","):
            found = moment(Value(text.partition("/")[0], value.params))
            if found is not None:
                yield found


def duration(text: str) -> timedelta | None:
    """A DURATION such as PT1H30M; None where it is none, or points backwards."""
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None or found[1] == "-":
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The zone that a TZID means: IANA's name, Windows' name, or a path that ends in IANA's.

    Stockholm for none and for what nobody knows ("Customized Time Zone"): it is the calendar of
    somebody who works here. VTIMEZONE objects are not read: they are wrong too often (ICAL.md C).
    """
    known = _known_zones()
    tidy = re.sub(r" \d$", "", name.strip().strip('"'))
    ends = "/".join(tidy.split("/")[-2:])
    for candidate in (tidy, ends, WINDOWS_TO_OLSON.get(tidy, "")):
        if candidate in known:
            return ZoneInfo(candidate)
    return UTC if tidy.upper() in {"UTC", "GMT", "Z"} else STOCKHOLM


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())
