"""Make, show, revoke and rotate feeds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import Invalid
from core.models import User
from partners.models import Contact
from scheduling import links
from scheduling.models import (
    Feed,
    FeedCalendar,
    FeedLevel,
    FeedScope,
    FeedVariant,
    Host,
    Library,
    Programme,
    Room,
)

#: A feed that no program has fetched for so long dies; its owner is warned before.
UNUSED = timedelta(days=180)
WARNED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a feed shows: the object of its scope; none for one's own, everything, the public."""

    room: Room | None = None
    library: Library | None = None
    contact: Contact | None = None
    host: Host | None = None
    programme: Programme | None = None

    def of(self, scope: FeedScope) -> Room | Library | Contact | Host | Programme | None:
        """The object that ``scope`` needs; None where it needs none or lacks it."""
        return {
            FeedScope.ROOM: self.room,
            FeedScope.LIBRARY: self.library,
            FeedScope.PARTNER: self.contact,
            FeedScope.HOST: self.host,
            FeedScope.PROGRAMME: self.programme,
        }.get(scope)


_OWN = frozenset({FeedScope.USER, FeedScope.ALL, FeedScope.PUBLIC})
#: Calendars that inform and take nobody's time (ICAL.md A2 "TRANSP").
_FREE = frozenset({FeedScope.ROOM, FeedScope.LIBRARY, FeedScope.PROGRAMME, FeedScope.PUBLIC})


@transaction.atomic
def create(
    *,
    actor: User,
    now: datetime,
    scope: FeedScope,
    level: FeedLevel = FeedLevel.NEUTRAL,
    name: str = "",
    target: Target | None = None,
) -> Feed:
    """A feed of ``scope`` at ``level``, for whoever may see its content.

    Full detail is for one's own visits and for planners; a partner's and the public feed are
    neutral. Raises Forbidden, and Invalid where the scope's object is missing.
    """
    target = target or Target()
    if level is FeedLevel.FULL and scope is not FeedScope.USER:
        access.require(access.may_plan(actor))
    if scope in {FeedScope.PARTNER, FeedScope.PUBLIC}:
        access.require(access.may_plan(actor))
        level = FeedLevel.NEUTRAL
    chosen = target.of(scope)
    if scope not in _OWN and chosen is None:
        message = _("Välj vad kalendern ska visa.")
        raise Invalid(message, fields={scope.value: message})
    feed = Feed.objects.create(
        name=name or _default_name(scope, actor, chosen),
        scope=scope.value,
        level=level.value,
        scope_key=_key(scope, actor, target),
        variant=_variant(scope, level).value,
        owner=actor,
        user=actor if scope is FeedScope.USER else None,
        room=target.room if scope is FeedScope.ROOM else None,
        library=target.library if scope is FeedScope.LIBRARY else None,
        contact=target.contact if scope is FeedScope.PARTNER else None,
        host=target.host if scope is FeedScope.HOST else None,
        programme=target.programme if scope is FeedScope.PROGRAMME else None,
        created_at=now,
        changed_at=now.replace(microsecond=0),
    )
    links.issue(feed)
    audit.record(now=now, actor=actor, verb="feed.created", target=feed)
    return feed


def _key(scope: FeedScope, actor: User, target: Target) -> str:
    """The places it is joined from (``feeds.places.keys``)."""
    if scope is FeedScope.USER:
        return f"user:{actor.pk}"
    if scope is FeedScope.HOST:
        assert target.host is not None
        return f"user:{target.host.user_id}"
    if scope is FeedScope.PARTNER:
        assert target.contact is not None
        return f"contact:{target.contact.pk}"
    chosen = target.of(scope)
    return scope.value if chosen is None else f"{scope.value}:{chosen.pk}"


def _variant(scope: FeedScope, level: FeedLevel) -> FeedVariant:
    if level is FeedLevel.BUSY:
        return FeedVariant.BUSY
    if level is FeedLevel.FULL:
        return FeedVariant.FULL
    return FeedVariant.NEUTRAL_FREE if scope in _FREE else FeedVariant.NEUTRAL


def _default_name(scope: FeedScope, actor: User, chosen: Model | None) -> str:
    if scope is FeedScope.ALL:
        return _("Alla studiebesök")
    if scope in {FeedScope.PARTNER, FeedScope.PUBLIC}:
        return _("Besök på biblioteket")
    if chosen is not None:
        return str(chosen)
    return _("Studiebesök – %(name)s") % {"name": actor.first_name or actor.username}


@transaction.atomic
def for_contact(*, contact: Contact, now: datetime) -> Feed:
    """The feed a coordinator makes on the answer page: only what that contact was invited to."""
    feed = Feed.objects.filter(contact=contact, owner=None, revoked_at=None).first()
    if feed is not None:
        return feed
    feed = Feed.objects.create(
        name=_("Besök på biblioteket"),
        scope=FeedScope.PARTNER.value,
        level=FeedLevel.NEUTRAL.value,
        scope_key=f"contact:{contact.pk}",
        variant=FeedVariant.NEUTRAL.value,
        contact=contact,
        created_at=now,
        changed_at=now.replace(microsecond=0),
    )
    links.issue(feed)
    audit.record(now=now, actor=None, via="link", verb="feed.created", target=feed)
    return feed


@transaction.atomic
def rename(*, actor: User, now: datetime, feed: Feed, name: str) -> None:
    """Another name in the reader's calendar. Raises Invalid, PersonalData."""
    clean = texts.clean(name, field="name", limit=120)
    if not clean:
        message = _("Skriv vad kalendern ska heta.")
        raise Invalid(message, fields={"name": message})
    feed.name, feed.changed_at = clean, now.replace(microsecond=0)
    feed.save(update_fields=["name", "changed_at"])
    audit.record(now=now, actor=actor, verb="feed.renamed", target=feed)


def dies_on(feed: Feed) -> date:
    """The day on which it dies unless a program fetches it before."""
    return timezone.localdate((feed.last_fetched_at or feed.created_at) + UNUSED)


def counts(feeds: Iterable[Feed]) -> dict[tuple[str, str], int]:
    """How many events each feed's calendar held at its last fetch."""
    wanted = {feed.scope_key for feed in feeds}
    rows = FeedCalendar.objects.filter(scope_key__in=wanted)
    return {(row.scope_key, row.variant): row.count for row in rows}


def _unfetched(since: datetime) -> QuerySet[Feed]:
    """Living feeds that no program has fetched since then."""
    return Feed.objects.filter(revoked_at=None).filter(
        Q(last_fetched_at__lt=since) | Q(last_fetched_at=None, created_at__lt=since)
    )


def expiring(*, owner: User, now: datetime) -> list[Feed]:
    """Feeds of ``owner`` that die within thirty days unless a program fetches them."""
    return list(_unfetched(now - UNUSED + WARNED).filter(owner=owner).order_by("created_at", "pk"))


@transaction.atomic
def revoke_unused(now: datetime) -> int:
    """Feeds that nothing has fetched in 180 days die; how many."""
    unused = _unfetched(now - UNUSED)
    for feed in unused:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])
        audit.record(now=now, actor=None, via="system", verb="feed.expired", target=feed)
    return len(unused)


@transaction.atomic
def revoke(*, actor: User, now: datetime, feed: Feed) -> None:
    """The address dies at once; a second time changes nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])
        audit.record(now=now, actor=actor, verb="feed.revoked", target=feed)


@transaction.atomic
def rotate(*, actor: User, now: datetime, feed: Feed) -> None:
    """A new address for the same feed; the old one dies."""
    feed.token_epoch += 1
    links.issue(feed)
    audit.record(now=now, actor=actor, verb="feed.rotated", target=feed)
