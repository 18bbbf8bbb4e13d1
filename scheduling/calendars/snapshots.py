"""Frozen values that calendar objects are made from; nothing here knows a database row.

A snapshot is valid once it exists: text is cleaned and cut, instants are aware and whole seconds,
identifiers are safe. Structural faults raise ValueError, hostile text is cleaned.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from scheduling.calendars.rules import check_rule
from scheduling.calendars.text import (
    CATEGORY_LIMIT,
    DESCRIPTION_LIMIT,
    LOCATION_LIMIT,
    NAME_LIMIT,
    SUMMARY_LIMIT,
    clean_name,
    clean_text,
)
from scheduling.calendars.timezone import wall

PRODID: Final = "-//Studiebesok//Studiebesok 1.0//SV"
MAX_SEQUENCE: Final = 2**31 - 1
ROLES: Final = frozenset({"REQ-PARTICIPANT", "OPT-PARTICIPANT", "CHAIR", "NON-PARTICIPANT"})
PARTSTATS: Final = frozenset({"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"})

_UID = re.compile(r"[A-Za-z0-9._@:+=-]{1,254}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$&'*+=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$&'*+=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_URL = re.compile(r"https?://[^/?#]+(?:[/?#].*)?")


class EventStatus(StrEnum):
    """STATUS of a VEVENT (RFC 5545 section 3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


def _instant(value: datetime, name: str) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError(f"{name} must be aware")
    return value.replace(microsecond=0)


def _utc(value: datetime, name: str) -> datetime:
    return _instant(value, name).astimezone(UTC)


def _uid(value: str) -> str:
    if not _UID.fullmatch(value):
        raise ValueError("a UID is 1-254 ASCII characters without space or slash")
    return value


def _sequence(value: int) -> int:
    if not 0 <= value <= MAX_SEQUENCE:
        raise ValueError("SEQUENCE is outside 0..2^31-1")
    return value


def clean_url(url: str) -> str:
    """Return an absolute http(s) address as ASCII, or "" if `url` is none; never raises."""
    url = quote(clean_text(url, one_line=True), safe="%:/?#[]@!$&'()*+,;=~-._")
    return url if _URL.fullmatch(url) else ""


def _set(snapshot: object, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(snapshot, name, value)


def _set_span(snapshot: "EventSnapshot | InvitationSnapshot | BusyPeriod") -> None:
    start, end = _instant(snapshot.start, "start"), _instant(snapshot.end, "end")
    if end.astimezone(UTC) <= start.astimezone(UTC):
        raise ValueError("end must be after start")
    _set(snapshot, start=start, end=end)


def _set_words(snapshot: "EventSnapshot | InvitationSnapshot") -> None:
    _set(
        snapshot,
        uid=_uid(snapshot.uid),
        sequence=_sequence(snapshot.sequence),
        stamp=_utc(snapshot.stamp, "stamp"),
        summary=clean_text(snapshot.summary, SUMMARY_LIMIT, one_line=True),
        location=clean_text(snapshot.location, LOCATION_LIMIT),
        description=clean_text(snapshot.description, DESCRIPTION_LIMIT),
        url=clean_url(snapshot.url),
        status=EventStatus(snapshot.status),
    )


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail address and a display name, safe in CAL-ADDRESS values and mail headers.

    The domain is kept as IDNA ASCII. ValueError for what is no plain ``local@domain``.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        local, _, domain = self.address.strip().rpartition("@")
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
        if len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
            raise ValueError("not a plain mail address")
        _set(self, address=f"{local}@{domain}", name=clean_name(self.name))


@dataclass(frozen=True, slots=True)
class EventSnapshot:
    """One VEVENT of a feed; never an ATTENDEE or ORGANIZER (ICAL.md A2 "METHOD").

    `stamp`, `last_modified` and `created` are stored instants, never the present time, so equal
    snapshots give equal bytes. `start` and `end` are aware in any zone.
    """

    uid: str
    sequence: int
    stamp: datetime
    last_modified: datetime
    created: datetime | None
    start: datetime
    end: datetime
    summary: str
    location: str = ""
    description: str = ""
    status: EventStatus = EventStatus.CONFIRMED
    transparent: bool = False
    categories: tuple[str, ...] = ()
    url: str = ""

    def __post_init__(self) -> None:
        _set_span(self)
        _set_words(self)
        cleaned = (clean_text(word, CATEGORY_LIMIT, one_line=True) for word in self.categories)
        _set(
            self,
            last_modified=_utc(self.last_modified, "last_modified"),
            created=_utc(self.created, "created") if self.created else None,
            categories=tuple(dict.fromkeys(word for word in cleaned if word)),
        )


@dataclass(frozen=True, slots=True)
class InvitationSnapshot:
    """The iTIP object for one addressee (ARCHITECTURE.md "Identity in calendars").

    `sequence` and `stamp` are the ones to be sent: the caller has counted up. `recurrence_id` is
    the original start of one occurrence and excludes `rrule`; `exdates` (starts of occurrences)
    need `rrule`. A series must start at a wall time of its own (not in the repeated autumn hour).
    """

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    location: str
    description: str
    url: str
    organizer: Mailbox
    attendee: Mailbox
    role: str = "REQ-PARTICIPANT"
    partstat: str = "NEEDS-ACTION"
    status: EventStatus = EventStatus.CONFIRMED
    recurrence_id: datetime | None = None
    rrule: str | None = None
    exdates: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        _set_span(self)
        _set_words(self)
        if self.role not in ROLES or self.partstat not in PARTSTATS:
            raise ValueError("unknown ROLE or PARTSTAT")
        if self.rrule is None and self.exdates:
            raise ValueError("exdates need a rrule")
        if self.rrule is not None:
            if self.recurrence_id is not None:
                raise ValueError("one occurrence carries no rrule")
            check_rule(self.rrule, wall(self.start))
        dates = {wall(_instant(date, "exdate")).astimezone(UTC) for date in self.exdates}
        _set(self, exdates=tuple(wall(date) for date in sorted(dates)))
        if self.recurrence_id is not None:
            _set(self, recurrence_id=wall(_instant(self.recurrence_id, "recurrence_id")))


@dataclass(frozen=True, slots=True)
class FeedSnapshot:
    """What stands in the head of a feed.

    `color_name` is a CSS3 colour name (RFC 7986 section 5.9), `color_hex` is ``#RRGGBB``, and
    `refresh` is whole minutes. ValueError if one of them is something else.
    """

    name: str
    description: str
    color_name: str
    color_hex: str
    refresh: timedelta = timedelta(hours=1)
    prodid: str = PRODID

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z]{3,25}", self.color_name):
            raise ValueError("color_name is no CSS colour name")
        if not re.fullmatch("#[0-9A-Fa-f]{6}", self.color_hex):
            raise ValueError("color_hex is not #RRGGBB")
        if self.refresh < timedelta(minutes=1) or self.refresh % timedelta(minutes=1):
            raise ValueError("refresh must be whole minutes")
        _set(
            self,
            name=clean_text(self.name, NAME_LIMIT, one_line=True),
            description=clean_text(self.description, DESCRIPTION_LIMIT, one_line=True),
            prodid=clean_text(self.prodid, NAME_LIMIT, one_line=True),
        )


@dataclass(frozen=True, slots=True)
class BusyPeriod:
    """A half-open stretch ``[start, end)`` of busy time; both aware, `end` after `start`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _set_span(self)
