"""Which feed an address names, as long as those who own it are still here, and what is built.

One question for each request. Nothing of its answer is taken for granted by the next: an address
dies with the transaction that ends it.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from scheduling.feeds import segments
from scheduling.feeds.questions import LookUp, Value

_FIND = LookUp(
    "studiebesok_feed",
    """
SELECT f.id, f.name, f.scope_key, f.variant, f.changed_at, f.last_fetched_at,
       f.owner_id, f.user_id, f.contact_id,
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


class Found(NamedTuple):
    """A feed, and its calendar as it was last joined; that part is None before its first GET."""

    pk: int
    name: str
    scope_key: str
    variant: str
    changed_at: datetime
    last_fetched_at: datetime | None
    owner: int | None
    user: int | None
    contact: int | None
    version: int
    built_version: int
    built_window: str
    built: segments.Built | None

    def stands(self, now: datetime) -> segments.Built | None:
        """The calendar, unless something has changed since it was joined."""
        standing = segments.stands(self.version, self.built_version, self.built_window, now)
        return self.built if standing else None


def find(fingerprint: str) -> Found | None:
    """The living feed of a token's ``fingerprint``."""
    row = _FIND.row(fingerprint)
    return None if row is None else _typed(row)


@lru_cache(maxsize=512)
def _typed(row: tuple[Any, ...]) -> Found:
    """The row with its types; equal rows are read once."""
    values = [value.decode() if isinstance(value, bytes) else value for value in row]
    pk, name, scope_key, variant, changed_at, fetched_at, *rest = values
    owner, user, contact, number, version, built_version, built_window, *shown = rest
    etag, size, count, modified = shown
    built = None
    if number is not None and modified is not None:
        built = segments.Built(int(number), etag, int(size), int(count), segments.aware(modified))
    return Found(
        int(pk),
        name,
        scope_key,
        variant,
        segments.aware(changed_at),
        None if fetched_at is None else segments.aware(fetched_at),
        _key(owner),
        _key(user),
        _key(contact),
        int(version or 0),
        int(built_version or 0),
        built_window or "",
        built,
    )


def _key(value: str | int | None) -> int | None:
    return None if value is None else int(value)


class Check(NamedTuple):
    """Everything that a feed's answers hang on but for the time, as it was once found."""

    question: LookUp
    values: tuple[Value, ...]

    def holds(self) -> bool:
        """Whether all of it is so now: the server compares, nothing is read."""
        return self.question.row(*self.values) is not None


def check(fingerprint: str, feed: Found) -> Check | None:
    """What to ask so that ``feed`` need not be read again; None where that cannot be told.

    Within one hour (``segments.window``) an unchanged name, version and ETag give the same bytes,
    and an unchanged ``changed_at`` the same Last-Modified; the ETag also tells a database that was
    put back meanwhile. All rows are named by their keys, which is half the work of looking for them
    (measured).
    """
    if feed.built is None or feed.user not in {None, feed.owner}:
        return None
    keys = [key for key in (feed.owner, feed.contact) if key is not None]
    question = _CHECKS[feed.owner is not None, feed.contact is not None]
    changed_at = connection.ops.adapt_datetimefield_value(feed.changed_at)
    values: tuple[Value, ...] = (
        *(feed.pk, fingerprint, feed.name, changed_at),
        *(feed.built.pk, feed.version, feed.built.etag),
        *keys,
    )
    return Check(question, values)


def _check(*, owner: bool, contact: bool) -> LookUp:
    """One question for each kind of owner: what is not there is not looked up."""
    tables = ["scheduling_feed f", "scheduling_feedcalendar c"]
    must = [
        "f.id = %s", "f.token_fingerprint = %s", "f.name = %s", "f.changed_at = %s",
        "c.id = %s", "c.version = %s", "c.etag = %s", "c.built_version = c.version",
        "f.revoked_at IS NULL", "c.scope_key = f.scope_key", "c.variant = f.variant",
        "(f.user_id IS NULL OR f.user_id = f.owner_id)",
    ]  # fmt: skip
    if owner:
        tables.append("core_user u")
        must += ["u.id = %s", "f.owner_id = u.id", "u.is_active"]
    else:
        must.append("f.owner_id IS NULL")
    if contact:
        tables.append("partners_contact k")
        must += ["k.id = %s", "f.contact_id = k.id", "k.archived_at IS NULL"]
    else:
        must.append("f.contact_id IS NULL")
    return LookUp(
        f"studiebesok_check_{owner:d}{contact:d}",
        f"SELECT 1 FROM {', '.join(tables)} WHERE {' AND '.join(must)}",  # noqa: S608 - our own
    )


_CHECKS = {
    (owner, contact): _check(owner=owner, contact=contact)
    for owner in (True, False)
    for contact in (True, False)
}
