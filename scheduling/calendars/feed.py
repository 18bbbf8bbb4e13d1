"""A feed is a head, stored VEVENT blocks and a tail, joined without rendering anything again."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta

from icalendar import Calendar

from scheduling.calendars.render import add_text
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.calendars.timezone import TZID, add_timezone

_TAIL = b"END:VCALENDAR\r\n"


def _duration(feed: FeedSnapshot) -> str:
    hours, minutes = divmod(feed.refresh // timedelta(minutes=1), 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")


def head(feed: FeedSnapshot) -> bytes:
    """Return everything before the first VEVENT, ending in CRLF; there is no METHOD.

    Equal snapshots give equal bytes. Source: RFC 7986 sections 5.1-5.9; ICAL.md A2 "Name",
    "Interval", "Colour", "METHOD".
    """
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    add_text(calendar, "PRODID", feed.prodid)
    calendar.add("CALSCALE", "GREGORIAN")
    add_text(calendar, "NAME", feed.name)
    add_text(calendar, "X-WR-CALNAME", feed.name)
    add_text(calendar, "X-WR-TIMEZONE", TZID)
    add_text(calendar, "DESCRIPTION", feed.description)
    add_text(calendar, "X-WR-CALDESC", feed.description)
    calendar.add("REFRESH-INTERVAL", feed.refresh, parameters={"VALUE": "DURATION"})
    add_text(calendar, "X-PUBLISHED-TTL", _duration(feed))
    add_text(calendar, "COLOR", feed.color_name)
    add_text(calendar, "X-APPLE-CALENDAR-COLOR", feed.color_hex)
    add_timezone(calendar)
    whole = bytes(calendar.to_ical(sorted=False))
    return whole.removesuffix(_TAIL)


def tail() -> bytes:
    """Return everything after the last VEVENT."""
    return _TAIL


def join(head: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `head`, the blocks (or segments of several blocks) as they are, and the tail."""
    yield head
    yield from blocks
    yield tail()


def digest(block: bytes) -> str:
    """Return the SHA-256 of a block, a segment or a head as 64 hexadecimal digits."""
    return hashlib.sha256(block).hexdigest()


def etag(digests: Iterable[bytes | str]) -> str:
    """Return the strong ETag, with its quotes, of what is joined from pieces with these digests.

    Order counts, and so does where one digest ends. Pass the digest of the head as well. Needs no
    block, so it is known before the first byte is sent.

    Source: RFC 9110 section 8.8.3; ICAL.md A2 "HEAD, GET, ETag" (DTSTAMP is stored, so whole blocks
    may be digested).
    """
    total = hashlib.sha256()
    for piece in digests:
        data = piece.encode() if isinstance(piece, str) else piece
        total.update(len(data).to_bytes(4, "big") + data)
    return f'"{total.hexdigest()[:40]}"'
