"""What a first look at the demo needs: accounts, one answer link, two calendar addresses."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.models import ROLE_LABELS, Role, User
from partners.models import Organisation
from scheduling import links
from scheduling.demo.data import DEMO_PASSWORD, MAIN, STAFF
from scheduling.feeds import manage
from scheduling.models import Feed, FeedScope, Invitation, Library
from scheduling.states import InvitationState, VisitState


def lines(now: datetime) -> list[str]:
    """A line each; one sentence where there is no demo library."""
    planner = User.objects.filter(email=STAFF[0].email, is_active=True).first()
    if planner is None or not Organisation.objects.filter(is_demo=True).exists():
        return [_("Här finns inget demobibliotek. `manage.py seed_demo` lägger ut ett.")]
    return [*_accounts(), _answer_link(now), *_feeds(planner, now)]


def _accounts() -> list[str]:
    present = set(
        User.objects.filter(
            is_active=True, email__in=[person.email for person in STAFF]
        ).values_list("email", flat=True)
    )
    return [
        f"{person.email:<24} {DEMO_PASSWORD}  {ROLE_LABELS[Role(person.role)]}"
        for person in STAFF
        if person.email in present
    ]


def _answer_link(now: datetime) -> str:
    """The answer page of the nearest offer that still waits."""
    waiting = (
        Invitation.objects.filter(
            booking__state=VisitState.OFFERED.value,
            booking__start__gt=now,
            booking__is_demo=True,
            state=InvitationState.PENDING.value,
            contact__archived_at=None,
            token_fingerprint__isnull=False,
        )
        .exclude(contact__email="")
        .order_by("booking__start", "pk")
    )
    for invitation in waiting:
        address = links.answer_url(invitation)
        if address:
            return _("En partners svarssida: %(url)s") % {"url": address}
    return _("En partners svarssida: ingen inbjudan väntar på svar just nu.")


def _feeds(planner: User, now: datetime) -> list[str]:
    own = _feed(planner, FeedScope.USER, now)
    found = [_("Kalenderflöde, %(name)s: %(url)s") % {"name": planner.name, "url": own}]
    library = Library.objects.filter(name=MAIN).first()
    if library is not None:
        url = _feed(planner, FeedScope.LIBRARY, now, library)
        found.append(_("Kalenderflöde, %(name)s: %(url)s") % {"name": library.name, "url": url})
    return found


def _feed(planner: User, scope: FeedScope, now: datetime, library: Library | None = None) -> str:
    """The planner's living feed of that scope, made where there is none."""
    rows = Feed.objects.filter(
        owner=planner, scope=scope.value, library=library, revoked_at=None
    ).order_by("pk")
    for feed in rows:
        if url := links.feed_url(feed):
            return url
    target = manage.Target(library=library)
    feed = manage.create(actor=planner, now=now, scope=scope, target=target)
    return links.feed_url(feed)
