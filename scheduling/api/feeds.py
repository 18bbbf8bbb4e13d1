"""Calendar addresses: list, make, revoke, rotate."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status

from core import texts
from core.errors import IllegalTransition, Invalid
from partners.models import Contact
from scheduling import access, links
from scheduling.api.bodies import FeedBody, Listed
from scheduling.api.common import Page, answers, known, one, page, user_of
from scheduling.api.fields import iso
from scheduling.api.schemas import FeedIn
from scheduling.feeds import manage
from scheduling.models import Feed, FeedLevel, FeedScope, Host, Library, Programme, Room

router = Router(tags=["feeds"])
NAME_LENGTH = 120


@router.get("", response=answers(Listed[FeedBody]), operation_id="list_feeds")
def list_feeds(request: HttpRequest, query: Query[Page]) -> object:
    """One's own calendars; planners also see those that partners made."""
    user = user_of(request)
    known(request, Page)
    return page(access.feeds_for(user), query, _feed)


@router.post("", response=answers(FeedBody, 201), operation_id="create_feed")
def create_feed(request: HttpRequest, payload: FeedIn) -> object:
    """A new address of one's own visits, a room, a library or a partner's contact."""
    user = user_of(request)
    targets = {"room", "library", "contact", "host", "programme"}
    own = {FeedScope.PARTNER: "contact"}.get(payload.scope, payload.scope.value)
    for field in sorted(targets - {own}):
        if getattr(payload, field) is not None:
            message = _("Fältet hör inte till den valda kalendern. Ta bort det.")
            raise Invalid(message, fields={field: message})
    made = manage.create(
        actor=user,
        now=timezone.now(),
        scope=payload.scope,
        level=payload.level,
        name=texts.clean(payload.name, field="name", limit=NAME_LENGTH),
        target=manage.Target(
            room=one(Room.objects.all(), payload.room, "room"),
            library=one(Library.objects.all(), payload.library, "library"),
            contact=one(Contact.objects.filter(archived_at=None), payload.contact, "contact"),
            host=one(Host.objects.filter(active=True), payload.host, "host"),
            programme=one(Programme.objects.all(), payload.programme, "programme"),
        ),
    )
    return Status(201, _feed(made))


@router.post("/{feed}/revoke", response=answers(FeedBody), operation_id="revoke_feed")
def revoke_feed(request: HttpRequest, feed: int) -> object:
    """The address dies at once; a second time changes nothing."""
    user = user_of(request)
    row = access.feed_for(user, feed)
    manage.revoke(actor=user, now=timezone.now(), feed=row)
    return _feed(row)


@router.post("/{feed}/rotate", response=answers(FeedBody), operation_id="rotate_feed")
def rotate_feed(request: HttpRequest, feed: int) -> object:
    """A new address for the same calendar; the old one dies."""
    user = user_of(request)
    row = access.feed_for(user, feed)
    if row.revoked_at is not None:
        raise IllegalTransition(_("Kalendern är återkallad. Gör en ny."))
    manage.rotate(actor=user, now=timezone.now(), feed=row)
    return _feed(row)


def _feed(row: Feed) -> FeedBody:
    return FeedBody(
        id=row.pk,
        name=row.name,
        scope=FeedScope(row.scope),
        level=FeedLevel(row.level),
        room=row.room_id,
        library=row.library_id,
        contact=row.contact_id,
        host=row.host_id,
        programme=row.programme_id,
        url=links.feed_url(row) if row.revoked_at is None else "",
        created_at=iso(row.created_at),
        revoked_at=iso(row.revoked_at) if row.revoked_at else None,
        last_fetched_at=iso(row.last_fetched_at) if row.last_fetched_at else None,
        last_client=row.last_client,
    )
