"""What stands ahead: for *I dag*, a host, a channel or an organisation."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core import access
from core.models import User
from partners.models import Channel, Organisation
from scheduling.models import Booking, Invitation, Proposal
from scheduling.states import CALLED_OFF, InvitationState, ProposalState, VisitState

COMING = 8


def values(states: Iterable[object]) -> list[str]:
    """States as the database has them."""
    return [str(state) for state in states]


def hosted_by(user: User) -> Q:
    """Bookings whose host or co-host the user is."""
    return Q(visit__host__user=user) | Q(visit__co_host__user=user)


def visits(user: User, now: datetime) -> list[Booking]:
    """Visits from this morning on that still stand, the nearest eight; a host's own."""
    morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Booking.objects.visits().with_visit().filter(start__gte=morning)
    rows = rows.exclude(state__in=values(CALLED_OFF))
    if not access.may_plan(user):
        rows = rows.exclude(state=VisitState.DRAFT.value)
    if user.role == "host" and not access.may_plan(user):
        rows = rows.filter(hosted_by(user))
    open_wish = Proposal.objects.filter(
        invitation__booking=OuterRef("pk"),
        invitation__contact__isnull=False,
        state=ProposalState.OPEN.value,
    )
    return list(rows.annotate(countered=Exists(open_wish))[:COMING])


def gatherings(user: User, now: datetime) -> list[Booking]:
    """Meetings and sessions from this morning on, the nearest eight; a host's own."""
    morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Booking.objects.gatherings().with_visit().filter(start__gte=morning)
    rows = rows.filter(state__in=[VisitState.CONFIRMED.value, VisitState.HELD.value])
    if user.role == "host" and not access.may_plan(user):
        own = Booking.objects.filter(gathering__hosts__user=user).values("pk")
        rows = rows.filter(pk__in=own)
    return list(rows.prefetch_related("gathering__hosts__user").order_by("start", "pk")[:COMING])


def meetings_with(of: Channel | Organisation, now: datetime) -> list[Booking]:
    """The meetings to come with a channel or an organisation, the nearest first."""
    rows = Booking.objects.gatherings().filter(end__gt=now, state=VisitState.CONFIRMED.value)
    if isinstance(of, Channel):
        rows = rows.filter(gathering__channel=of)
    else:
        asked = Invitation.objects.filter(booking=OuterRef("pk"), contact__organisation=of).exclude(
            state=InvitationState.WITHDRAWN.value
        )
        rows = rows.filter(Q(Exists(asked)) | Q(gathering__channel__organisation=of))
    return list(rows.order_by("start", "pk")[:3])
