"""What becomes of visits, links and calendars when a contact leaves a partner."""

from partners.hooks import Left, register_contact_left, register_rehearsal
from scheduling import links
from scheduling.booking import book, change
from scheduling.feeds import manage
from scheduling.models import Booking, Feed, Invitation, Message, Visit
from scheduling.outbox import preview
from scheduling.states import (
    OPEN_STATES,
    InvitationState,
    MessageState,
    ProposalState,
    VisitState,
)


def contact_left(left: Left) -> None:
    """Feeds die, what waits to be sent to them is not, and open visits go to the successor.

    They get no CANCEL: the visit is not called off, and who has left shall do nothing. The
    successor gets a REQUEST of their own, with a UID and a link of their own (ICAL.md A1, B4).
    """
    for feed in Feed.objects.filter(contact=left.contact, revoked_at=None):
        _revoke(feed, left)
    mails = Message.objects.filter(invitation__contact=left.contact)
    mails.filter(state=MessageState.WAITING.value).update(state=MessageState.SUPERSEDED.value)
    open_states = [state.value for state in OPEN_STATES]
    coming = Booking.objects.filter(state__in=open_states, end__gt=left.now)
    theirs = coming.filter(invitations__contact=left.contact) | coming.filter(
        visit__contact=left.contact
    )
    for pk in theirs.order_by("pk").values_list("pk", flat=True).distinct():
        _pass_on(left, Booking.objects.get(pk=pk))


def _revoke(feed: Feed, left: Left) -> None:
    if left.actor is not None:
        manage.revoke(actor=left.actor, now=left.now, feed=feed)
    else:
        feed.revoked_at = left.now
        feed.save(update_fields=["revoked_at"])


def _pass_on(left: Left, booking: Booking) -> None:
    booking = change.locked(booking)
    if hasattr(booking, "visit") and booking.visit.contact_id == left.contact.pk:
        Visit.objects.filter(pk=booking.pk).update(contact=left.successor)
        booking.visit.contact = left.successor
    old = booking.invitations.filter(contact=left.contact).first()
    live = old is not None and old.status is not InvitationState.WITHDRAWN
    if old is not None:
        _withdraw(old, left)
    made = _invited(left, booking, old) if live else None
    event = change.finish(
        booking,
        actor=left.actor,
        now=left.now,
        verb="visit.contact_passed",
        data={"from": left.contact.pk, "to": left.successor.pk if left.successor else None},
    )
    if made is not None and booking.status is not VisitState.DRAFT:
        change.tell_one(made, booking, event=event, now=left.now)


def _withdraw(row: Invitation, left: Left) -> None:
    row.state = InvitationState.WITHDRAWN.value
    row.save(update_fields=["state"])
    row.calls.filter(done_at=None).update(done_at=left.now, done_by=left.actor)
    row.proposals.filter(state=ProposalState.OPEN.value).update(state=ProposalState.CLOSED.value)


def _invited(left: Left, booking: Booking, old: Invitation | None) -> Invitation | None:
    """The successor's invitation, if they had none that counts."""
    if left.successor is None:
        return None
    own = booking.invitations.filter(contact=left.successor).first()
    if own is None:
        return book.invite(booking, [(left.successor, old.group if old else None)], now=left.now)[0]
    if own.status is not InvitationState.WITHDRAWN:
        return None
    change.ask_again(own)
    links.issue(own)
    return own


def register() -> None:
    """Called once at start."""
    register_contact_left(contact_left)
    register_rehearsal(lambda act, now: preview.by_addressee(preview.of(act, now=now)))
