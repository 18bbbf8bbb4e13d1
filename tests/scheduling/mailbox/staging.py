"""What stands before a mail comes, and what can be seen after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from scheduling.booking import series, services
from scheduling.mailbox.intake import take
from scheduling.models import (
    Booking,
    IncomingAnswer,
    IncomingMail,
    Invitation,
    Message,
    SeriesInvitation,
)
from scheduling.outbox import deliver
from tests import eml
from tests.factories import World, at, day
from tests.scheduling.mailbox.conftest import LATER, Post
from tests.scheduling.mailbox.test_shapes import EXPECTED

Off = Callable[[pytest.MonkeyPatch], None]
Expectation = tuple[dict[str, Any], str]
SOON, AT_LAST = LATER + timedelta(minutes=5), LATER + timedelta(hours=1)
#: When a mail handed in at AT_LAST came: what stands for a stamp that cannot be.
WRITTEN = AT_LAST


@dataclass(frozen=True, slots=True)
class Stage:
    """A visit that was booked and told, and its addressee's hand."""

    w: World
    booking: Booking
    post: Post

    def states(self) -> str:
        """The state of the invitation, or of a series the first two dates'."""
        rows = Invitation.objects.exclude(contact__email="mo@vagval.example")
        if rows.filter(booking__series=None).count() < rows.count():
            rows = rows.exclude(booking__series=None).order_by("booking__start")[:2]
        return " ".join(row.state for row in rows)


def _no_more(stage: Stage) -> Stage:
    return stage


def _not_asked(_stage: Stage) -> object:
    return None


@dataclass(frozen=True, slots=True)
class Proof:
    """A mail whose expectation fails when its rule is ``off``; ``effect`` is what else is seen."""

    mail: str
    off: Off
    expected: Expectation | None = None
    before: Callable[[Stage], Stage | None] = _no_more
    changes: Mapping[str, str] = field(default_factory=dict)
    effect: Callable[[Stage], object] = _not_asked
    seen: object = None

    def holds(self, stage: Stage) -> bool:
        """Whether all is as expected once the mail has come."""
        said, state = self.expected or EXPECTED[self.mail]
        stage = self.before(stage) or stage
        found = stage.post(self.mail, now=AT_LAST, **self.changes)
        told = {key: found.get(key) for key in said} == said
        return told and stage.states() == state and self.effect(stage) == self.seen


def _sent(stage: Stage) -> None:
    deliver.deliver_due(clock=lambda: SOON)


def moved(stage: Stage) -> None:
    """By us, to another day."""
    services.move(actor=stage.w.socionom, now=SOON, booking=stage.booking, start=at(3, 13))
    _sent(stage)


def answered_then_moved(stage: Stage) -> None:
    """A yes to the old time."""
    stage.post("accept", now=SOON)
    moved(stage)


def answered_at_once(stage: Stage) -> None:
    """A yes with the same stamp as the mail that is to come."""
    stage.post("accept", now=AT_LAST)


def declined_later(stage: Stage) -> None:
    """A no that was written after the mail that is to come."""
    stage.post("decline", now=AT_LAST + timedelta(minutes=9))


def cancelled(stage: Stage) -> None:
    """By us."""
    services.cancel(actor=stage.w.socionom, now=SOON, booking=stage.booking)
    _sent(stage)


def cancelled_for_the_partner(stage: Stage) -> None:
    """By staff, as when the partner rang."""
    services.cancel(actor=stage.w.socionom, now=SOON, booking=stage.booking, by_partner=True)
    _sent(stage)


def with_a_colleague(stage: Stage) -> None:
    """One more contact is invited."""
    mo = stage.w.organisation.contacts.get(email="mo@vagval.example")
    services.add_contact(actor=stage.w.socionom, now=SOON, booking=stage.booking, contact_pk=mo.pk)
    _sent(stage)


def no_longer_invited(stage: Stage) -> None:
    """The visit stands without the addressee."""
    row = stage.booking.invitations.get()
    services.remove_contact(actor=stage.w.socionom, now=SOON, booking=stage.booking, invitation=row)
    _sent(stage)


def not_sent_yet(_stage: Stage) -> None:
    """The invitation waits in the outbox."""
    Message.objects.update(state="waiting")


def refreshed(stage: Stage) -> None:
    """The addressee has asked already."""
    stage.post("refresh", now=SOON)
    _sent(stage)


def wrote_in_words(stage: Stage) -> None:
    """The very mail that comes once more."""
    stage.post("words", now=AT_LAST)


def a_series(stage: Stage) -> Stage:
    """Four Tuesdays from the eighth; its answers are about the whole."""
    start = at(8, 10)
    visit = stage.w.plan(start=start, end=start + timedelta(minutes=75))
    plan = series.SeriesPlan(visit=visit, weekly=series.weekly(first=day(8), count=4))
    made = series.book_series(actor=stage.w.socionom, now=SOON, plan=plan)
    _sent(stage)
    whole = SeriesInvitation.objects.get()
    first = Invitation.objects.get(booking=made.bookings.order_by("start").first())

    def post(name: str, now: Any = AT_LAST, **changes: str) -> dict[str, Any]:
        changes = {"uid": whole.ical_uid, **changes}
        raw = eml.render(name, first, sent=now - timedelta(minutes=1), **changes)
        return take(raw=raw, now=now).as_json()

    return replace(stage, post=post)


def a_series_with_a_no(stage: Stage) -> Stage:
    """A no to the second date alone."""
    stage = a_series(stage)
    stage.post("two-events", now=SOON, **SECOND)
    return stage


#: ``two-events`` of a series: a yes to the first date and a no to the second.
SECOND = {"later": "20261215T090000Z"}


def times(stage: Stage) -> object:
    """When the visit is."""
    booking = Booking.objects.get(pk=stage.booking.pk)
    return booking.start, booking.end


def stored(name: str) -> Callable[[Stage], object]:
    """A field of the newest answer that is kept."""
    return lambda _stage: list(IncomingAnswer.objects.values_list(name, flat=True))[-1]


def waiting(_stage: Stage) -> object:
    """How many mails wait for a person."""
    return IncomingMail.objects.waiting().count()


def last_sent(_stage: Stage) -> object:
    """Whether the newest mail of ours is a CANCEL, and says CANCELLED."""
    calendar = bytes(Message.objects.latest("pk").calendar or b"")
    return b"METHOD:CANCEL" in calendar, b"STATUS:CANCELLED" in calendar
