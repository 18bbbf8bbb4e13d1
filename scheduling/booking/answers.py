"""The one door for every answer, however it came: link, mail, phone, SMS."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, texts
from core.errors import Clash, IllegalTransition, Invalid
from core.models import User
from partners.models import SizeBand
from scheduling.booking import allocate, alter, change, facts, gatherings, needs
from scheduling.booking.needs import Needs
from scheduling.models import Answer, Booking, Invitation, Proposal
from scheduling.outbox import enqueue
from scheduling.states import (
    CALLED_OFF,
    OUTCOME_STATES,
    AnswerChannel,
    InvitationState,
    OfferState,
    ProposalState,
    VisitEvent,
    VisitState,
)

MOST_PROPOSALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Another time: aware instants, or words."""

    start: datetime | None = None
    end: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an addressee said."""

    state: InvitationState
    channel: AnswerChannel
    size_band: SizeBand | None = None
    comment: str = ""
    wishes: tuple[Wish, ...] = ()
    #: What the group needs; None where nothing was said of it.
    needs: Needs | None = None


_ANSWERS = {
    InvitationState.ACCEPTED,
    InvitationState.DECLINED,
    InvitationState.TENTATIVE,
    InvitationState.COUNTERED,
    # A colleague was named: delegation.ask, or a calendar's PARTSTAT=DELEGATED.
    InvitationState.DELEGATED,
}


@change.service
def answer(
    *, invitation: Invitation, reply: Reply, now: datetime, actor: User | None = None
) -> Invitation:
    """Take an answer. It can be changed until the visit starts; the latest counts.

    ``actor`` is the colleague who took it down, None where the addressee answered. The same answer
    again changes nothing. Raises Invalid, PersonalData, IllegalTransition, Clash (a late yes to a
    time that went to somebody else).
    """
    booking = change.locked(invitation.booking)
    invitation = Invitation.objects.select_related("contact", "host__user").get(pk=invitation.pk)
    invitation.booking = booking
    comment, wishes = _checked(booking, reply, now)
    said = needs.checked(reply.needs) if reply.needs is not None else None
    if reply.state is InvitationState.ACCEPTED:
        _refuse_without_choice(booking)
    refuse_when_over(booking, invitation, now)
    told_needs = needs.is_new(invitation, said)
    if not told_needs and not _is_new(invitation, reply, comment, wishes):
        return invitation
    if said is not None and told_needs:
        needs.keep(booking, invitation, said, now)
    _keep(invitation, reply, comment, wishes, now=now, actor=actor)
    _follow(booking, invitation, now)
    change.finish(
        booking,
        actor=actor,
        now=now,
        verb=f"invitation.{reply.state.value}",
        via=reply.channel.value,
        data={"invitation": invitation.pk},
    )
    return invitation


def _checked(booking: Booking, reply: Reply, now: datetime) -> tuple[str, tuple[Wish, ...]]:
    if reply.state not in _ANSWERS:
        message = _("Svaret kan vara ja, nej, kanske eller en annan tid.")
        raise Invalid(message, fields={"answer": message})
    comment = texts.clean(reply.comment, field="comment", limit=1000)
    wishes = tuple(_checked_wish(wish, booking, now) for wish in reply.wishes)
    if len(wishes) > MOST_PROPOSALS:
        message = _("Föreslå högst tre tider.")
        raise Invalid(message, fields={"proposals": message})
    if reply.state is InvitationState.COUNTERED and not wishes:
        message = _("Skriv vilken tid som passar bättre.")
        raise Invalid(message, fields={"proposals": message})
    return comment, wishes


def _checked_wish(wish: Wish, booking: Booking, now: datetime) -> Wish:
    text = texts.clean(wish.text, field="proposals", limit=300)
    if wish.start is None:
        if not text:
            message = _("Skriv vilken tid som passar bättre.")
            raise Invalid(message, fields={"proposals": message})
        return Wish(text=text)
    end = wish.end or wish.start + (booking.end - booking.start)
    if wish.start < now or end <= wish.start or end - wish.start > timedelta(hours=12):
        message = _("Den föreslagna tiden har redan varit eller slutar innan den börjar.")
        raise Invalid(message, fields={"proposals": message})
    return Wish(start=wish.start, end=end, text=text)


def refuse_when_over(booking: Booking, invitation: Invitation, now: datetime) -> None:
    """Raise IllegalTransition, with what to do instead, where no answer can count any more."""
    if not hasattr(booking, "visit"):
        _refuse_when_met(booking, invitation, now)
        return
    if booking.status in OUTCOME_STATES or (
        booking.start <= now and booking.status not in CALLED_OFF
    ):
        raise IllegalTransition(_("Besöket har redan börjat. Ring oss i stället."))
    if booking.status is VisitState.CANCELLED_BY_US:
        raise IllegalTransition(_("Besöket är inställt. Hör gärna av er om en ny tid."))
    if booking.status is VisitState.DRAFT:
        raise IllegalTransition(_("Inbjudan är inte skickad än."))
    if invitation.status is InvitationState.WITHDRAWN:
        raise IllegalTransition(_("Inbjudan gäller inte längre. Ring oss gärna."))
    if booking.start <= now:
        raise IllegalTransition(_("Tiden har redan varit. Hör gärna av er om en ny tid."))


def _refuse_when_met(booking: Booking, invitation: Invitation, now: datetime) -> None:
    if booking.status in CALLED_OFF:
        raise IllegalTransition(_("Det är inställt. Hör gärna av dig om en ny tid."))
    if booking.status is VisitState.DRAFT:
        raise IllegalTransition(_("Inbjudan är inte skickad än."))
    if invitation.status is InvitationState.WITHDRAWN:
        raise IllegalTransition(_("Inbjudan gäller inte längre. Ring oss gärna."))
    if booking.status in OUTCOME_STATES or booking.start <= now:
        raise IllegalTransition(_("Tiden har redan varit. Ring oss gärna."))


def _refuse_without_choice(booking: Booking) -> None:
    """A bare yes cannot say which of the offered times is meant: ``offers.choose`` does."""
    if booking.offered_times.filter(state=OfferState.OPEN.value).exists():
        message = _("Välj vilken av tiderna som passar.")
        raise Invalid(message, fields={"tid": message})


def _is_new(invitation: Invitation, reply: Reply, comment: str, wishes: tuple[Wish, ...]) -> bool:
    same = (
        invitation.state == reply.state.value
        and invitation.comment == comment
        and (reply.size_band is None or invitation.size_band == reply.size_band.value)
    )
    return not same or bool(wishes)


def _keep(
    invitation: Invitation,
    reply: Reply,
    comment: str,
    wishes: tuple[Wish, ...],
    *,
    now: datetime,
    actor: User | None,
) -> None:
    invitation.state = reply.state.value
    invitation.answered_at = now
    invitation.channel = reply.channel.value
    invitation.comment = comment
    if reply.size_band is not None:
        invitation.size_band = reply.size_band.value
    invitation.save()
    invitation.calls.filter(done_at=None).update(done_at=now, done_by=actor)
    Answer.objects.create(
        invitation=invitation,
        at=now,
        state=reply.state.value,
        channel=reply.channel.value,
        size_band=reply.size_band.value if reply.size_band else "",
        comment=comment,
        by=actor,
    )
    # One open set of wishes an addressee: a newer answer replaces it.
    invitation.proposals.filter(state=ProposalState.OPEN.value).update(
        state=ProposalState.CLOSED.value
    )
    Proposal.objects.bulk_create(
        Proposal(
            invitation=invitation, start=wish.start, end=wish.end, text=wish.text, created_at=now
        )
        for wish in wishes
    )


def _follow(booking: Booking, changed: Invitation, now: datetime) -> None:
    """The visit's state follows from its partners' invitations; staff's do not decide."""
    if changed.contact_id is None or not hasattr(booking, "visit"):
        # A meeting's time stands, whoever can come: its planner reads the answers.
        return
    partners = change.live_invitations(booking)
    states = {row.status for row in partners}
    if _each_group_has_a_yes(partners):
        if booking.visit.lacks_host:
            # The partner comes, but the plan wants two hosts: I dag asks for the second.
            if booking.status in CALLED_OFF:
                allocate.take(booking, now=now)
                booking.cancelled_at = None
            booking.state = VisitState.OFFERED.value
        elif booking.status is not VisitState.CONFIRMED:
            _take_again(booking, now)
            change.step(booking, VisitEvent.ACCEPT)
        _widen(booking, changed)
        return
    if states == {InvitationState.DECLINED} and booking.status not in CALLED_OFF:
        change.step(booking, VisitEvent.DECLINE)
        booking.cancelled_at = now
        allocate.release(booking)
        return
    if booking.status is VisitState.CONFIRMED:
        # A yes was taken back for a wish or a maybe: the time is offered again, and still held.
        booking.state = VisitState.OFFERED.value
    elif booking.status in CALLED_OFF and states != {InvitationState.DECLINED}:
        # "No" became "another time" or "maybe": hold the slot again if it is free.
        _reopen(booking, now)


def _each_group_has_a_yes(partners: list[Invitation]) -> bool:
    yes = [row for row in partners if row.status is InvitationState.ACCEPTED]
    if not yes:
        return False
    asked = {row.group_id for row in partners if row.group_id is not None}
    answered = {row.group_id for row in yes if row.group_id is not None}
    return asked <= answered


def _take_again(booking: Booking, now: datetime) -> None:
    if booking.status in CALLED_OFF:
        allocate.take(booking, now=now)
        booking.cancelled_at = None


def _reopen(booking: Booking, now: datetime) -> None:
    try:
        allocate.take(booking, now=now)
    except Clash:
        # Somebody else has the time by now. The wish stands all the same.
        allocate.release(booking)
        return
    booking.state, booking.cancelled_at = VisitState.OFFERED.value, None


def _widen(booking: Booking, changed: Invitation) -> None:
    """A larger group than thought is what the host must see first."""
    if changed.size_band and SizeBand(changed.size_band).most > booking.visit.size.most:
        booking.visit.size_band = changed.size_band
        booking.visit.save(update_fields=["size_band"])


@change.service
def confirm(*, actor: User, now: datetime, booking: Booking, version: int | None = None) -> Booking:
    """Staff says that the visit stands, as when all was agreed in a talk."""
    booking = change.locked(booking, version)
    facts.require_hosts(booking)
    _take_again(booking, now)
    change.step(booking, VisitEvent.ACCEPT)
    change.finish(booking, actor=actor, now=now, verb="visit.confirmed")
    return booking


@change.service
def accept_proposal(*, actor: User, now: datetime, proposal: Proposal) -> Booking:
    """One click: the visit moves to the wished time, and all are told.

    Whoever proposed it said yes to it by that. Raises Clash where the time is taken, Invalid where
    the wish is in words only.
    """
    booking = proposal.invitation.booking
    if proposal.start is None or proposal.end is None:
        raise Invalid(_("Förslaget är i ord. Välj en tid och flytta besöket."))
    access.require(access.may_plan(actor))
    if proposal.state != ProposalState.OPEN.value:
        raise IllegalTransition(_("Förslaget är redan besvarat."))
    Proposal.objects.filter(pk=proposal.pk).update(state=ProposalState.ACCEPTED.value)
    if not hasattr(booking, "visit"):
        plan = gatherings.plan_of(booking, start=proposal.start, end=proposal.end)
        return gatherings.change_gathering(actor=actor, now=now, booking=booking, plan=plan)
    return alter.move(
        actor=actor,
        now=now,
        booking=booking,
        start=proposal.start,
        end=proposal.end,
        # One click answers the partner: the room is the visit's own, with what was said of it.
        room_reason=None,
    )


@change.service
def decline_proposal(*, actor: User, now: datetime, proposal: Proposal) -> Booking:
    """The offered time stands; whoever wished for another is told so kindly, by mail or phone."""
    access.require(access.may_plan(actor))
    booking = change.locked(proposal.invitation.booking)
    by_calendar = proposal.based_on is not None and not proposal.outdated
    if Proposal.objects.get(pk=proposal.pk).state != ProposalState.OPEN.value:
        raise IllegalTransition(_("Förslaget är redan besvarat."))
    # The answer is to all that was wished for at once.
    Proposal.objects.filter(invitation=proposal.invitation, state=ProposalState.OPEN.value).update(
        state=ProposalState.DECLINED.value
    )
    event = change.finish(booking, actor=actor, now=now, verb="proposal.declined")
    proposal.invitation.booking = booking
    enqueue.decline_counter(proposal.invitation, event=event, now=now, by_calendar=by_calendar)
    return booking


def is_free(booking: Booking, wish: Proposal, now: datetime | None = None) -> bool:
    """Whether the wished time is free for all that the visit needs, buffers and travel included."""
    if wish.start is None or wish.end is None:
        return False
    free = allocate.could_be_at if hasattr(booking, "visit") else allocate.gathering_could_be
    return free(booking, wish.start, wish.end, now or timezone.now())
