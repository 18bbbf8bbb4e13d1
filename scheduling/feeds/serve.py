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
from typing import Any, NamedTuple

from django.db import OperationalError, connection
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from core import tokens
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.feeds import bodies, busy, segments
from scheduling.models import Feed

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
SELECT f.id, f.name, f.scope_key, f.variant, f.changed_at, f.last_fetched_at,
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


class _Found(NamedTuple):
    """The row of ``_FIND``, in its order; the calendar's part is None before its first GET."""

    pk: int
    name: str
    scope_key: str
    variant: str
    changed_at: datetime | str
    last_fetched_at: datetime | str | None
    calendar: int | None
    version: int
    built_version: int
    built_window: str
    etag: str
    size: int
    last_modified: datetime | str | None


class _Built(NamedTuple):
    """What is told of a calendar that stands."""

    pk: int
    etag: str
    size: int
    last_modified: datetime


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
    try:
        row = _row(token)
    except OperationalError:
        # A connection that was idle may have died; a new one is asked once.
        if connection.in_atomic_block:
            raise
        connection.close()
        row = _row(token)
    return None if row is None else _Found._make(row)


def _row(token: str) -> tuple[Any, ...] | None:
    values = [tokens.fingerprint(token)]
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FIND, values)
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
    # Planned once for each connection: five tables take longer to plan than to read.
    import psycopg  # noqa: PLC0415 - a house on SQLite need not have it

    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as prepared:
        try:
            prepared.execute(_FIND, values, prepare=True)
        except psycopg.OperationalError as error:
            raise OperationalError(*error.args) from error
        return prepared.fetchone()


@lru_cache(maxsize=4096)
def _aware(value: datetime | str) -> datetime:
    """An instant as a raw question gives it: SQLite keeps text, in UTC."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _built(found: _Found, now: datetime) -> _Built:
    """The calendar as it stands, joined first where something has changed."""
    if (
        found.calendar is not None
        and found.last_modified is not None
        and segments.stands(found.version, found.built_version, found.built_window, now)
    ):
        return _Built(found.calendar, found.etag, found.size, _aware(found.last_modified))
    calendar = segments.refresh(found.scope_key, found.variant, now)
    assert calendar.last_modified is not None
    return _Built(calendar.pk, calendar.etag, calendar.size, calendar.last_modified)


def _answer(asked: Asked, found: _Found, kind: str, now: datetime) -> Told:
    built = _built(found, now)
    _note(found, asked.agent, now)
    head, digest = _head(found.name)
    modified = max(built.last_modified, _aware(found.changed_at))
    etag, validators = _validators(kind, digest, built.etag, modified)
    if _has_it(asked, etag, modified):
        return Told(HTTPStatus.NOT_MODIFIED, validators, iter(()))
    if kind == "ifb":
        path = busy.joined(found.scope_key, built.etag, built.last_modified, now)
        size = path.stat().st_size
        pieces = bodies.read(path)
    else:
        size = len(head) + built.size + len(calendar_feed.tail())
        pieces = calendar_feed.join(head, bodies.pieces(built.pk, built.etag))
    headers = (
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Content-Length", str(size)),
        *validators,
    )
    return Told(HTTPStatus.OK, headers, pieces if asked.method == "GET" else iter(()))


@lru_cache(maxsize=4096)
def _validators(
    kind: str, head: str, calendar: str, modified: datetime
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The ETag, and the headers that are the same with and without a body."""
    etag = calendar_feed.etag([kind, head, calendar])
    stamp = http_date(modified.timestamp())
    return etag, (("ETag", etag), ("Last-Modified", stamp), *_ALWAYS)


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
    if last is None or now - _aware(last) >= NOTE_FETCH_EVERY:
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
