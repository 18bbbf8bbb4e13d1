"""A subscribed calendar over HTTP: 304 before anything else, otherwise stored bytes as they are.

Called by ``scheduling.feeds.wsgi`` in front of Django's stack, and by the same address inside it.
Source: ICAL.md A2 and E5; RFC 9110 sections 8.8, 13.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus

from django.db import connection
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from core import tokens
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.feeds import bodies, busy, segments
from scheduling.models import Feed, FeedCalendar

logger = logging.getLogger(__name__)

PREFIX = "/feeds/"
_ADDRESS = re.compile(rf"/feeds/([a-z2-7]{{{tokens.TOKEN_LENGTH}}})\.(ics|ifb)", re.IGNORECASE)
#: A poll must not cost a write: the last fetch is noted at most this often.
NOTE_FETCH_EVERY = timedelta(minutes=15)
_TRIES = 4

#: On every answer. No cookie, no gzip, no redirect; nobody but the reader's program keeps a copy.
_ALWAYS = (
    ("Cache-Control", "private, no-cache"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
)
#: One question finds the feed, whether those who own it are still here, and what is built.
_FIND = """
SELECT f.id, f.name, f.scope_key, f.variant, f.changed_at, f.last_fetched_at, f.scope,
       c.id, c.version, c.built_version, c.built_window, c.etag, c.size, c.last_modified
FROM scheduling_feed f
LEFT JOIN scheduling_feedcalendar c ON c.scope_key = f.scope_key AND c.variant = f.variant
LEFT JOIN core_user o ON o.id = f.owner_id
LEFT JOIN core_user u ON u.id = f.user_id
LEFT JOIN partners_contact k ON k.id = f.contact_id
WHERE f.token_fingerprint = %s AND f.revoked_at IS NULL
  AND (o.id IS NULL OR o.is_active) AND (u.id IS NULL OR u.is_active)
  AND k.archived_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as a feed looks at it."""

    method: str
    path: str
    if_none_match: str = ""
    if_modified_since: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer; ``body`` is empty for HEAD and for everything that has none."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Found:
    pk: int
    name: str
    changed_at: datetime
    last_fetched_at: datetime | None
    calendar: FeedCalendar


def respond(asked: Asked, now: datetime) -> Told:
    """The answer to ``asked``; wrong, cut and revoked addresses are one and the same 404."""
    if asked.method not in {"GET", "HEAD"}:
        return _told(HTTPStatus.METHOD_NOT_ALLOWED, b"", ("Allow", "GET, HEAD"))
    address = _ADDRESS.fullmatch(asked.path)
    if address is None:
        return _missing(asked)
    token, kind = address[1].lower(), address[2].lower()
    for _try in range(_TRIES):
        found = _find(token)
        if found is None:
            return _missing(asked)
        try:
            return _answer(asked, found, kind, now)
        except bodies.Changed:
            # Changed between its ETag and its bytes: once more, from the new state.
            continue
    raise bodies.Changed


def _find(token: str) -> _Found | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [tokens.fingerprint(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    if row[7] is None:
        calendar = FeedCalendar(scope_key=row[2], variant=row[3])
    else:
        calendar = FeedCalendar(
            id=row[7], scope_key=row[2], variant=row[3], version=row[8], built_version=row[9],
            built_window=row[10], etag=row[11], size=row[12], last_modified=_aware(row[13]),
        )  # fmt: skip
    changed_at = _aware(row[4])
    assert changed_at is not None
    return _Found(row[0], row[1], changed_at, _aware(row[5]), calendar)


def _aware(value: datetime | str | None) -> datetime | None:
    """An instant as a raw question gives it: SQLite keeps text, in UTC."""
    if value is None:
        return None
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _answer(asked: Asked, found: _Found, kind: str, now: datetime) -> Told:
    calendar = found.calendar
    if not segments.stands(calendar, now):
        calendar = segments.refresh(calendar.scope_key, calendar.variant, now)
    _note(found, asked.agent, now)
    head, digest = _head(found.name)
    etag = calendar_feed.etag([kind, digest, calendar.etag])
    assert calendar.last_modified is not None
    modified = max(calendar.last_modified, found.changed_at)
    validators = (("ETag", etag), ("Last-Modified", http_date(modified.timestamp())))
    if _has_it(asked, etag, modified):
        return Told(HTTPStatus.NOT_MODIFIED, (*validators, *_ALWAYS), iter(()))
    if kind == "ifb":
        path = busy.joined(calendar, now)
        size = path.stat().st_size
        pieces = bodies.read(path)
    else:
        path = bodies.joined(calendar)
        size = len(head) + calendar.size + len(calendar_feed.tail())
        pieces = calendar_feed.join(head, bodies.read(path))
    headers = (
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Content-Length", str(size)),
        *validators,
        *_ALWAYS,
    )
    return Told(HTTPStatus.OK, headers, pieces if asked.method == "GET" else iter(()))


@lru_cache(maxsize=1024)
def _head(name: str) -> tuple[bytes, str]:
    """What stands before the first event, and its digest; a feed's name is all that varies."""
    head = calendar_feed.head(
        FeedSnapshot(name=name, description="", color_name="seagreen", color_hex="#1C4F40")
    )
    return head, calendar_feed.digest(head)


def head_of(feed: Feed) -> bytes:
    """The head of ``feed``."""
    return _head(feed.name)[0]


def _has_it(asked: Asked, etag: str, modified: datetime) -> bool:
    """If-None-Match goes before If-Modified-Since, and compares weakly (RFC 9110 13.1.2)."""
    if asked.if_none_match:
        held = parse_etags(asked.if_none_match)
        return held == ["*"] or etag in [item.removeprefix("W/") for item in held]
    since = parse_http_date_safe(asked.if_modified_since) if asked.if_modified_since else None
    return since is not None and int(modified.timestamp()) <= since


def _note(found: _Found, agent: str, now: datetime) -> None:
    """Remember that the feed was fetched, at most once in 15 minutes."""
    last = found.last_fetched_at
    if last is None or now - last >= NOTE_FETCH_EVERY:
        Feed.objects.filter(pk=found.pk).update(last_fetched_at=now, last_client=client_name(agent))


def client_name(agent: str) -> str:
    """The program's name as a person knows it, never its whole signature."""
    known = {
        "Google": "Google Kalender",
        "Outlook": "Outlook",
        "Microsoft": "Outlook",
        "Exchange": "Outlook",
        "Thunderbird": "Thunderbird",
        "Lightning": "Thunderbird",
        "dataaccessd": "Apple Kalender",
        "CalendarAgent": "Apple Kalender",
        "iOS": "Apple Kalender",
        "macOS": "Apple Kalender",
        "ICSx5": "ICSx5",
        "Nextcloud": "Nextcloud",
        "Proton": "Proton",
    }
    for part, name in known.items():
        if part.lower() in agent.lower():
            return name
    first = agent.partition("/")[0].partition(" ")[0]
    return "".join(letter for letter in first if letter.isprintable())[:40]


def _missing(asked: Asked) -> Told:
    body = b"Not found\n"
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *_ALWAYS,
    )
    return Told(HTTPStatus.NOT_FOUND, headers, iter((body,) if asked.method == "GET" else ()))


def _told(status: HTTPStatus, body: bytes, *headers: tuple[str, str]) -> Told:
    always = (("Content-Length", str(len(body))), *headers, *_ALWAYS)
    return Told(status, always, iter((body,) if body else ()))
