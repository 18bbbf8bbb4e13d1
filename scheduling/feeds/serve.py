"""A subscribed calendar over HTTP: 304 before anything else, otherwise stored bytes as they are.

Called by ``scheduling.feeds.wsgi`` in front of Django's stack, and by the same address inside it.
Source: ICAL.md A2 and E5; RFC 9110 sections 8.8, 13.
"""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

from django.utils.http import http_date, parse_etags, parse_http_date_safe

from core import tokens
from scheduling.calendars import feed as calendar_feed
from scheduling.calendars.snapshots import FeedSnapshot
from scheduling.feeds import bodies, busy, found, segments
from scheduling.models import Feed

logger = logging.getLogger(__name__)

PREFIX = "/feeds/"
_ADDRESS = re.compile(rf"/feeds/([a-z2-7]{{{tokens.TOKEN_LENGTH}}})\.(ics|ifb)", re.I | re.A)
#: A poll must not cost a write: the last fetch is noted at most this often.
NOTE_FETCH_EVERY = timedelta(minutes=15)
_TRIES = 4

#: Nobody but the reader's program keeps a copy.
_CACHE = ("Cache-Control", "private, no-cache")
#: On every answer that has a body. No cookie, no gzip, no redirect.
_ALWAYS = (
    _CACHE,
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
)
#: Whole small bodies of this process.
_BODIES = bodies.Remembered()
#: What this process last told of an address, by its path; the oldest goes when it is full.
_KNOWN: "dict[str, _Known]" = {}
_KNOWN_LIMIT = 2048
_ONE_AT_A_TIME = Lock()


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
    """What a feed answers as long as nothing changes: as .ics or .ifb, its ``kind``."""

    kind: str
    feed: found.Found
    built: segments.Built
    etag: str
    #: Whole seconds since 1970.
    modified: int
    not_modified: Told
    head: bytes
    #: With a body, whatever its size.
    full: tuple[tuple[str, str], ...]
    #: Of the calendar itself.
    size: int


class _Known(NamedTuple):
    """What was told of an address, and what must still be so for it to be told again."""

    check: found.Check
    since: datetime
    until: datetime
    shown: _Shown


def respond(asked: Asked, now: datetime) -> Told:
    """The answer to ``asked``; wrong, cut and revoked addresses are one and the same 404."""
    if asked.method not in {"GET", "HEAD"}:
        return _told(HTTPStatus.METHOD_NOT_ALLOWED, b"", ("Allow", "GET, HEAD"))
    known = _KNOWN.get(asked.path)
    if known is not None and known.since <= now < known.until and known.check.holds():
        with suppress(segments.Changed):
            return _answer(asked, known.shown, now)
    address = _ADDRESS.fullmatch(asked.path)
    if address is None:
        return _missing(asked)
    token, kind = address[1].lower(), address[2].lower()
    fingerprint = tokens.fingerprint(token)
    for _try in range(_TRIES):
        feed = found.find(fingerprint)
        if feed is None:
            return _missing(asked)
        standing = feed.stands(now)
        built = standing or segments.refresh(feed.scope_key, feed.variant, now)
        shown = _shown(kind, feed, built, segments.window(now)[0])
        try:
            told = _answer(asked, shown, now)
        except segments.Changed:
            # Changed between its ETag and its bytes: once more, from the new state.
            continue
        noted = _note(feed, asked.agent, now)
        check = found.check(fingerprint, feed)
        # One that was joined just now is known from its next look-up: this one has its old version.
        if standing and check and asked.path == f"{PREFIX}{token}.{kind}":
            _know(asked.path, _Known(check, now, _until(noted, now), shown))
        return told
    raise segments.Changed


def _know(path: str, known: _Known) -> None:
    with _ONE_AT_A_TIME:
        if len(_KNOWN) >= _KNOWN_LIMIT:
            del _KNOWN[next(iter(_KNOWN))]
        _KNOWN[path] = known


def _until(noted: datetime, now: datetime) -> datetime:
    """When a fetch is to be noted again, or the window may have moved with the hour."""
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(hour, noted + NOTE_FETCH_EVERY)


def _answer(asked: Asked, shown: _Shown, now: datetime) -> Told:
    """304 before anything else; Changed where the bytes are no longer those of the ETag."""
    if _has_it(asked, shown):
        return shown.not_modified
    if shown.kind == "ifb":
        feed = shown.feed
        size, body = busy.joined(shown.built, feed.scope_key, feed.variant, shown.etag, now)
    else:
        size, body = shown.size, _body(shown, now)
    headers = (*_content(size), *shown.full)
    return Told(HTTPStatus.OK, headers, body if asked.method == "GET" else [])


def _body(shown: _Shown, now: datetime) -> Iterable[bytes]:
    """A small body whole, a large one in pieces; which files it is made of is known before."""
    whole = _BODIES.get(shown.etag)
    if whole is not None:
        return [whole]
    calendar = shown.built, shown.feed.scope_key, shown.feed.variant
    if shown.built.size > bodies.SMALL:
        return calendar_feed.join(shown.head, bodies.read(segments.files(*calendar, now)))
    whole = b"".join(calendar_feed.join(shown.head, segments.months(*calendar, now)))
    _BODIES.put(shown.etag, whole)
    return [whole]


@lru_cache(maxsize=512)
def _shown(kind: str, feed: found.Found, built: segments.Built, first: str) -> _Shown:
    """The ETag, and the headers that are the same with and without a body."""
    head, digest = _head(feed.name)
    if kind == "ifb":
        # Its window is part of what it says, and the calendar's name is not.
        digest = first
    etag = calendar_feed.etag([kind, digest, built.etag])
    modified = int(max(built.last_modified, feed.changed_at).timestamp())
    validators = (("ETag", etag), ("Last-Modified", http_date(modified)))
    return _Shown(
        kind,
        feed,
        built,
        etag,
        modified,
        # What has no body has nothing to be indexed, or taken for what it is not.
        Told(HTTPStatus.NOT_MODIFIED, (*validators, _CACHE), []),
        head,
        (*validators, *_ALWAYS),
        len(head) + built.size + len(calendar_feed.tail()),
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


def _note(feed: found.Found, agent: str, now: datetime) -> datetime:
    """Remember that the feed was fetched, at most once in 15 minutes; when that was last noted."""
    last = feed.last_fetched_at
    if last is not None and now - last < NOTE_FETCH_EVERY:
        return last
    Feed.objects.filter(pk=feed.pk).update(last_fetched_at=now, last_client=client_name(agent))
    return now


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
