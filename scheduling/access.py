"""Load and authorise in one step; shared by pages and API. Missing and forbidden look alike."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from core import access, tokens
from core.errors import Missing
from core.models import User
from scheduling.models import (
    Booking,
    Delegation,
    Feed,
    IncomingMail,
    IncomingText,
    Invitation,
    Message,
    SeriesInvitation,
)
from scheduling.models.mail import IncomingMails
from scheduling.models.texting import IncomingTexts
from scheduling.states import VisitState

Row = TypeVar("Row", bound=Model)


def may_see_plan(user: User, booking: Booking) -> bool:
    """The approach plan is for planners and for those who receive the group (F14)."""
    return access.may_plan(user) or is_host_of(user, booking)


def is_host_of(user: User, booking: Booking) -> bool:
    """Whether the user is host or co-host of the visit."""
    if not hasattr(booking, "visit"):
        return False
    return any(host.user_id == user.pk for host in booking.visit.hosts)


def visits_for(user: User) -> QuerySet[Booking]:
    """Every visit the user may see: all staff see when and where, as the calendar shows it."""
    access.require(user.is_active)
    return Booking.objects.visits().with_visit()


def visit_for(user: User, pk: int) -> Booking:
    """One visit with its details, or Missing."""
    return _one(visits_for(user), pk)


def visit_to_plan(user: User, pk: int) -> Booking:
    """One visit that the user may change."""
    access.require(access.may_plan(user))
    return visit_for(user, pk)


def gatherings_for(user: User) -> QuerySet[Booking]:
    """Every meeting and training session that the user may see; drafts are for planners."""
    access.require(user.is_active)
    rows = Booking.objects.gatherings().with_visit()
    return rows if access.may_plan(user) else rows.exclude(state=VisitState.DRAFT.value)


def gathering_for(user: User, pk: int) -> Booking:
    """One meeting or training session, or Missing."""
    return _one(gatherings_for(user), pk)


def gathering_to_plan(user: User, pk: int) -> Booking:
    """One that the user may change."""
    access.require(access.may_plan(user))
    return gathering_for(user, pk)


def visit_to_follow_up(user: User, pk: int) -> Booking:
    """One visit that the user may write about: planners any, hosts their own."""
    booking = visit_for(user, pk)
    access.require(
        access.may_plan(user) or (access.may_follow_up(user) and is_host_of(user, booking))
    )
    return booking


def invitation_of(booking: Booking, pk: int) -> Invitation:
    """One of the booking's invitations, or Missing."""
    return _one(booking.invitations.select_related("contact", "host__user"), pk)


def invitation_by_token(token: str) -> Invitation:
    """The invitation of an answer link; wrong, cut and revoked links are the same Missing."""
    if len(token) != tokens.TOKEN_LENGTH or not token.isascii():
        raise Missing
    found = (
        Invitation.objects.select_related(
            "contact__organisation",
            "booking__library",
            "booking__visit__programme",
            "booking__visit__room__library",
            "booking__visit__host__user",
            "booking__visit__co_host__user",
        )
        .filter(token_fingerprint=tokens.fingerprint(token.lower()))
        .first()
    )
    if found is None or found.contact is None or found.contact.archived_at is not None:
        raise Missing
    return found


def series_invitation_by_token(token: str) -> SeriesInvitation:
    """The invitation to a whole series; wrong, cut and revoked links are the same Missing."""
    if len(token) != tokens.TOKEN_LENGTH or not token.isascii():
        raise Missing
    rows = SeriesInvitation.objects.select_related("contact__organisation", "series")
    found = rows.filter(token_fingerprint=tokens.fingerprint(token.lower())).first()
    if found is None or found.contact.archived_at is not None:
        raise Missing
    return found


def feeds_for(user: User) -> QuerySet[Feed]:
    """The feeds a user may list: their own; planners also those partners made."""
    own = Q(owner=user)
    if access.may_plan(user):
        own |= Q(owner=None)
    return Feed.objects.filter(own).select_related("user", "room", "library", "contact")


def feed_for(user: User, pk: int) -> Feed:
    """One feed the user may show and revoke."""
    return _one(feeds_for(user), pk)


def messages_for(user: User) -> QuerySet[Message]:
    """What left the house: planners only, since addresses stand in it."""
    access.require(access.may_plan(user))
    return Message.objects.select_related("invitation__contact", "booking__visit__programme")


def message_for(user: User, pk: int) -> Message:
    """One message, or Missing."""
    return _one(messages_for(user), pk)


def incoming_for(user: User) -> IncomingMails:
    """Mails that came in: planners only, since strangers' words stand in them."""
    access.require(access.may_plan(user))
    return IncomingMail.objects.select_related(
        "invitation__contact", "invitation__booking__visit__programme"
    )


def incoming_mail(user: User, pk: int) -> IncomingMail:
    """One mail that came in, or Missing."""
    return _one(incoming_for(user), pk)


def texts_for(user: User) -> IncomingTexts:
    """Texts that came in: planners only, as mails."""
    access.require(access.may_plan(user))
    return IncomingText.objects.select_related(
        "invitation__contact", "invitation__booking__visit__programme"
    )


def incoming_text(user: User, pk: int) -> IncomingText:
    """One text that came in, or Missing."""
    return _one(texts_for(user), pk)


def delegations_for(user: User) -> QuerySet[Delegation]:
    """Colleagues whom partners named: planners only, since names stand in them."""
    access.require(access.may_plan(user))
    return Delegation.objects.select_related(
        "invitation__contact__organisation", "invitation__booking"
    )


def delegation_for(user: User, pk: int) -> Delegation:
    """One of them, or Missing."""
    return _one(delegations_for(user), pk)


def invitation_to_plan(user: User, pk: int) -> Invitation:
    """One invitation, for a planner; or Missing."""
    access.require(access.may_plan(user))
    return _one(Invitation.objects.select_related("booking", "contact"), pk)


def to_look_at(user: User) -> int:
    """How many mails and texts wait for a person; 0 for those who may not see them."""
    if not access.may_plan(user):
        return 0
    return IncomingMail.objects.waiting().count() + IncomingText.objects.waiting().count()


def _one(rows: QuerySet[Row], pk: int) -> Row:
    """The row of that number among those that may be seen, or Missing."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing
    return found
