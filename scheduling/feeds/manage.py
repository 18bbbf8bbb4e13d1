"""Make, show, revoke and rotate feeds."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import access, audit
from core.errors import Forbidden, Invalid
from core.models import User
from partners.models import Contact
from scheduling import links
from scheduling.models import Feed, FeedLevel, FeedScope, Library, Room


@transaction.atomic
def create(
    *,
    actor: User,
    now: datetime,
    scope: FeedScope,
    level: FeedLevel = FeedLevel.NEUTRAL,
    name: str = "",
    room: Room | None = None,
    library: Library | None = None,
    contact: Contact | None = None,
) -> Feed:
    """A feed of the actor's own visits, a room, a library or a partner's contact.

    Full detail is for one's own visits and for planners; raises Invalid where the scope's object
    is missing.
    """
    if level is FeedLevel.FULL and scope is not FeedScope.USER and not access.may_plan(actor):
        raise Forbidden
    if scope is FeedScope.PARTNER:
        access.require(access.may_plan(actor))
        level = FeedLevel.NEUTRAL
    target = {FeedScope.ROOM: room, FeedScope.LIBRARY: library, FeedScope.PARTNER: contact}
    if scope in target and target[scope] is None:
        message = _("Välj vad kalendern ska visa.")
        raise Invalid(message, fields={scope.value: message})
    feed = Feed.objects.create(
        name=name or _default_name(scope, actor, room, library, contact),
        scope=scope.value,
        level=level.value,
        owner=actor,
        user=actor if scope is FeedScope.USER else None,
        room=room if scope is FeedScope.ROOM else None,
        library=library if scope is FeedScope.LIBRARY else None,
        contact=contact if scope is FeedScope.PARTNER else None,
        created_at=now,
    )
    links.issue(feed)
    audit.record(now=now, actor=actor, verb="feed.created", target=feed)
    return feed


def _default_name(
    scope: FeedScope,
    actor: User,
    room: Room | None,
    library: Library | None,
    contact: Contact | None,
) -> str:
    if scope is FeedScope.ROOM and room is not None:
        return room.name
    if scope is FeedScope.LIBRARY and library is not None:
        return library.name
    if scope is FeedScope.PARTNER and contact is not None:
        return _("Besök på biblioteket")
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
        contact=contact,
        created_at=now,
    )
    links.issue(feed)
    audit.record(now=now, actor=None, via="link", verb="feed.created", target=feed)
    return feed


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
