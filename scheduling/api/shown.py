"""A visit's rows as the body that the API answers with."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from core import access, screening
from core.models import User
from partners.models import AccessNeed, SizeBand
from scheduling import links
from scheduling.access import may_see_plan
from scheduling.api.bodies import (
    BookingBody,
    DeliveryBody,
    FollowUpBody,
    GroupBody,
    InvitationBody,
    Named,
    ProposalBody,
    VisitBody,
    WarningBody,
)
from scheduling.api.fields import iso
from scheduling.booking import services, times
from scheduling.insight import holders
from scheduling.models import Booking, FollowUp, Host, Invitation, Library, Proposal, Room, Visit
from scheduling.states import (
    OPEN_STATES,
    AnswerChannel,
    BookingKind,
    InvitationState,
    Judgement,
    ProposalState,
)

#: Shown as they are stored.
_SAME = (
    "place",
    "travel_minutes",
    "meeting_point",
    "followers",
    "fika",
    "diets",
    "interpreter",
    "interpreter_state",
    "diet_counts",
    "calm",
    "card_signup",
    "card_count",
    "photos_agreed",
    "hours_confirmed",
    "busy_override",
    "room_reason",
    "two_hosts",
    "respond_by",
)
_OR_NONE = ("interpreter_by", "travel_by", "tickets_by")
_PLAN = (
    "plan_quiet_place",
    "plan_exit",
    "plan_rules_explained",
    "plan_guards_informed",
    "plan_routine_url",
)


def loaded(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """With all that a body shows, in a fixed number of queries."""
    return rows.prefetch_related(
        "invitations__host__user",
        "invitations__proposals",
        Prefetch("follow_ups", FollowUp.objects.filter(current=True), to_attr="counted"),
    )


def visit_body(booking: Booking, user: User, now: datetime | None = None) -> VisitBody:
    """The visit as ``user`` may see it; ``now`` (not in lists) adds warnings and undo."""
    visit = booking.visit
    contact = visit.contact
    asked = _invitations(booking, user, now)
    return VisitBody(
        id=booking.pk,
        kind=BookingKind(booking.kind),
        state=booking.status,
        version=booking.version,
        start=iso(booking.start),
        end=iso(booking.end),
        bookings=[_booking(booking)],
        groups=[GroupBody(id=row.pk, alias=row.alias) for row in visit.groups.all()],
        programme=Named(id=visit.programme.pk, name=visit.programme.name),
        room=named(visit.room),
        library=named(booking.library),
        host=host_named(visit.host),
        co_host=host_named(visit.co_host) if visit.co_host else None,
        contact=Named(id=contact.pk, name=contact.name) if contact else None,
        cancel_reason=screening.mask(booking.cancel_reason),
        greeting=visit.greeting if access.may_plan(user) else None,
        invitations=[body for guest, body in asked if guest],
        colleagues=[body for guest, body in asked if not guest],
        follow_up=_follow_up(booking),
        warnings=None if now is None else _warnings(booking),
        undo_seconds=None if now is None else _undo_seconds(booking, now),
        **_details(visit),
        **_plan(visit, shown=may_see_plan(user, booking)),
    )


def named(row: Room | Library | None) -> Named | None:
    """A room or a library."""
    return None if row is None else Named(id=row.pk, name=row.name)


def host_named(host: Host) -> Named:
    """A host by the colleague's name."""
    return Named(id=host.pk, name=host.user.name)


def _details(visit: Visit) -> dict[str, Any]:
    return {
        "size_band": visit.size,
        "access_needs": [AccessNeed(need) for need in visit.access_needs],
        **{name: getattr(visit, name) or None for name in _OR_NONE},
        **{name: getattr(visit, name) for name in _SAME},
    }


def _plan(visit: Visit, *, shown: bool) -> dict[str, Any]:
    """The approach plan: for planners and for those who receive the group."""
    return {name: getattr(visit, name) if shown else None for name in _PLAN}


def _booking(booking: Booking) -> BookingBody:
    return BookingBody(
        id=booking.pk,
        kind=BookingKind(booking.kind),
        state=booking.status,
        start=iso(booking.start),
        end=iso(booking.end),
        room=named(booking.visit.room),
        hosts=[host_named(host) for host in booking.visit.hosts],
    )


def _invitations(
    booking: Booking, user: User, now: datetime | None
) -> list[tuple[bool, InvitationBody]]:
    """Whether each addressee is a partner's contact; in one visit, for planners, what she holds."""
    rows: dict[int, holders.Holder] = {}
    if now is not None and access.may_plan(user):
        rows = {row.invitation.pk: row for row in holders.of(booking, now)}
    return [
        (row.contact_id is not None, invitation_body(row, user, rows.get(row.pk)))
        for row in booking.invitations.all()
    ]


def _holds(row: holders.Holder) -> DeliveryBody:
    news = row.news
    return DeliveryBody(
        message=news.pk if news else None,
        state=news.status if news else None,
        sequence=news.sequence if news else None,
        error=screening.mask(news.error) if news else "",
        sent_sequence=row.sent_sequence,
        sent_at=iso(row.sent_at) if row.sent_at else None,
        bounced_at=iso(row.bounced_at) if row.bounced_at else None,
        confirmed_sequence=row.confirmed_sequence,
        feed_fetched_at=iso(row.feed_fetched_at) if row.feed_fetched_at else None,
        feed_is_older=row.feed_is_older,
        belief=row.belief,
        undecided=row.undecided.pk if row.undecided else None,
    )


def invitation_body(
    row: Invitation, user: User, holder: holders.Holder | None = None
) -> InvitationBody:
    """Who was asked and what they said, as ``user`` may see it."""
    planner = access.may_plan(user)
    live = row.status is not InvitationState.WITHDRAWN
    return InvitationBody(
        id=row.pk,
        contact=row.contact_id,
        host=row.host_id,
        group=row.group_id,
        name=row.name,
        email=row.email if planner else None,
        state=row.status,
        answered_at=iso(row.answered_at) if row.answered_at else None,
        channel=AnswerChannel(row.channel) if row.channel else None,
        size_band=SizeBand(row.size_band) if row.size_band else None,
        comment=screening.mask(row.comment) if planner else None,
        sequence=row.sequence,
        answer_url=links.answer_url(row) if planner and live and row.contact_id else None,
        proposals=[_proposal(wish, planner=planner) for wish in row.proposals.all()],
        delivery=_holds(holder) if holder else None,
    )


def _proposal(row: Proposal, *, planner: bool) -> ProposalBody:
    return ProposalBody(
        id=row.pk,
        start=iso(row.start) if row.start else None,
        end=iso(row.end) if row.end else None,
        text=screening.mask(row.text) if planner else None,
        state=ProposalState(row.state),
        outdated=row.outdated,
    )


def _follow_up(booking: Booking) -> FollowUpBody | None:
    counted: list[FollowUp] | None = getattr(booking, "counted", None)
    if not counted:
        return None
    row = counted[0]
    return FollowUpBody(
        attendance=row.attendance,
        judgement=Judgement(row.judgement) if row.judgement else None,
        next_booking=row.next_booking_id,
    )


def _warnings(booking: Booking) -> list[WarningBody]:
    visit = booking.visit
    library = booking.library or visit.host.library
    if booking.status not in OPEN_STATES:
        return []
    found = times.warnings(
        start=booking.start,
        end=booking.end,
        room=visit.room,
        size=visit.size,
        library=library,
        hosts=visit.hosts,
        groups=list(visit.groups.all()),
        hours_confirmed=visit.hours_confirmed,
    )
    return [WarningBody(code=code, message=message) for code, message in found]


def _undo_seconds(booking: Booking, now: datetime) -> int:
    event = services.undoable(booking, now)
    return services.seconds_left(event, now) if event else 0
