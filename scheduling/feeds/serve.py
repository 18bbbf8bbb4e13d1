"""A subscribed calendar over HTTP: 304 before anything else, otherwise stored bytes as they are.

Called by ``scheduling.feeds.wsgi`` in front of Django's stack, and by the same address inside it.
Source: ICAL.md A2 and E5; RFC 9110 sections 8.8, 13.
"""

import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from django.utils.http import http_date, parse_etags, parse_http_date_safe

from core import tokens
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.feeds import bodies, busy, segments
from scheduling.feeds.questions import LookUp
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
#: One question finds the feed, whether those who own it are still here, and what is built. Nothing
#: of it is remembered: an address dies with the transaction that ends it.
_FIND = LookUp(
    "studiebesok_feed",
    """
SELECT f.id, f.name, f.scope_key, f.variant, f.changed_at, f.last_fetched_at,
       c.id, c.version, c.built_version, c.built_window, c.etag, c.size, c.count, c.last_modified
FROM scheduling_feed f
LEFT JOIN scheduling_feedcalendar c ON c.scope_key = f.scope_key AND c.variant = f.variant
WHERE f.token_fingerprint = %s AND f.revoked_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM core_user u WHERE u.id IN (f.owner_id, f.user_id)
                  AND NOT u.is_active)
  AND NOT EXISTS (SELECT 1 FROM partners_contact k WHERE k.id = f.contact_id
                  AND k.archived_at IS NOT NULL)
""",
)
#: Whole small bodies of this process.
_BODIES = bodies.Remembered()


class Asked(NamedTuple):
    """A request, as far as a feed looks at it."""

    method: str
    path: str
    if_none_match: str = ""
    if_modified_since: str = ""
    agent: str = ""


class Told(NamedTuple):
    """The answer; ``body`` is empty for HEAD and all that has none, one piece where it is small."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: Iterable[bytes]


class _Shown(NamedTuple):
    """What a calendar answers as long as nothing changes; ``same`` is its 304."""

    etag: str
    #: Whole seconds since 1970.
    modified: int
    same: Told
    head: bytes
    full: tuple[tuple[str, str], ...]


class _Found(NamedTuple):
    """The row of ``_FIND``; the calendar's part is None before its first GET."""

    pk: int
    name: str
    scope_key: str
    variant: str
    changed_at: datetime
    last_fetched_at: datetime | None
    version: int
    built_version: int
    built_window: str
    built: segments.Built | None


def respond(asked: Asked, now: datetime) -> Told:
    """The answer to ``asked``; wrong, cut and revoked addresses are one and the same 404."""
    if asked.method not in {"GET", "HEAD"}:
        return _told(HTTPStatus.METHOD_NOT_ALLOWED, b"", ("Allow", "GET, HEAD"))
    address = _ADDRESS.fullmatch(asked.path)
    if address is None:
        return _missing(asked)
    token, kind = address[1].lower(), address[2].lower()
    for _try in range(_TRIES):
        row = _FIND.row(tokens.fingerprint(token))
        if row is None:
            return _missing(asked)
        try:
            return _answer(asked, _found(row), kind, now)
        except segments.Changed:
            # Changed between its ETag and its bytes: once more, from the new state.
            continue
    raise segments.Changed


@lru_cache(maxsize=512)
def _found(row: tuple[Any, ...]) -> _Found:
    """The row with its types; equal rows are read once."""
    values = [value.decode() if isinstance(value, bytes) else value for value in row]
    pk, name, scope_key, variant, changed_at, fetched_at, *calendar = values
    number, version, built_version, built_window, etag, size, count, modified = calendar
    built = None
    if number is not None and modified is not None:
        built = segments.Built(int(number), etag, int(size), int(count), segments.aware(modified))
    return _Found(
        int(pk),
        name,
        scope_key,
        variant,
        segments.aware(changed_at),
        None if fetched_at is None else segments.aware(fetched_at),
        int(version or 0),
        int(built_version or 0),
        built_window or "",
        built,
    )


def _built(found: _Found, now: datetime) -> segments.Built:
    """The calendar as it stands, joined first where something has changed."""
    stands = segments.stands(found.version, found.built_version, found.built_window, now)
    if found.built is not None and stands:
        return found.built
    return segments.refresh(found.scope_key, found.variant, now)


def _answer(asked: Asked, found: _Found, kind: str, now: datetime) -> Told:
    built = _built(found, now)
    _note(found, asked.agent, now)
    shown = _shown(kind, found, built, segments.window(now)[0])
    if _has_it(asked, shown):
        return shown.same
    if kind == "ifb":
        size, body = busy.joined(built, found.scope_key, found.variant, shown.etag, now)
        headers = (*_content(size), *shown.same.headers)
    else:
        headers, body = shown.full, _body(found, built, shown, now)
    return Told(HTTPStatus.OK, headers, body if asked.method == "GET" else [])


def _body(found: _Found, built: segments.Built, shown: _Shown, now: datetime) -> Iterable[bytes]:
    """A small body whole, a large one in pieces; which files it is made of is known before."""
    whole = _BODIES.get(shown.etag)
    if whole is not None:
        return [whole]
    if built.size > bodies.SMALL:
        files = segments.files(built, found.scope_key, found.variant, now)
        return calendar_feed.join(shown.head, bodies.read(files))
    months = segments.months(built, found.scope_key, found.variant, now)
    whole = b"".join(calendar_feed.join(shown.head, months))
    _BODIES.put(shown.etag, whole)
    return [whole]


@lru_cache(maxsize=512)
def _shown(kind: str, found: _Found, built: segments.Built, first: str) -> _Shown:
    """The ETag, and the headers that are the same with and without a body."""
    head, digest = _head(found.name)
    if kind == "ifb":
        # Its window is part of what it says, and the calendar's name is not.
        digest = first
    etag = calendar_feed.etag([kind, digest, built.etag])
    modified = int(max(built.last_modified, found.changed_at).timestamp())
    validators = (("ETag", etag), ("Last-Modified", http_date(modified)), *_ALWAYS)
    size = len(head) + built.size + len(calendar_feed.tail())
    return _Shown(
        etag,
        modified,
        Told(HTTPStatus.NOT_MODIFIED, validators, []),
        head,
        (*_content(size), *validators),
    )


def _content(size: int) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", "text/calendar; charset=utf-8"), ("Content-Length", str(size)))


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


def _has_it(asked: Asked, shown: _Shown) -> bool:
    """If-None-Match goes before If-Modified-Since, and compares weakly (RFC 9110 13.1.2)."""
    if asked.if_none_match == shown.etag:
        return True
    if asked.if_none_match:
        held = parse_etags(asked.if_none_match)
        return held == ["*"] or shown.etag in [item.removeprefix("W/") for item in held]
    since = parse_http_date_safe(asked.if_modified_since) if asked.if_modified_since else None
    return since is not None and shown.modified <= since


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
    return Told(HTTPStatus.NOT_FOUND, headers, [body] if asked.method == "GET" else [])


def _told(status: HTTPStatus, body: bytes, *headers: tuple[str, str]) -> Told:
    always = (("Content-Length", str(len(body))), *headers, *_ALWAYS)
    return Told(status, always, [body] if body else [])
