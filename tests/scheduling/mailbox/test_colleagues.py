"""A colleague, and a meeting's contact, answer from their calendars."""

from datetime import timedelta

import pytest

from scheduling.booking import gatherings, services
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.insight import today as insight
from scheduling.mailbox.intake import take
from scheduling.models import Booking, Invitation
from scheduling.outbox import deliver
from scheduling.states import InvitationState, VisitState
from tests import eml
from tests.factories import NOW, World, at
from tests.scheduling.mailbox.conftest import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def visit(w: World) -> Booking:
    """Robin meets the group and has his bookings by mail."""
    w.other_host.user.calendar_invitations = True
    w.other_host.user.save()
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan(host=w.other_host))
    deliver.deliver_due(clock=lambda: NOW)
    return made


def post(name: str, invitation: Invitation) -> dict[str, object]:
    invitation.refresh_from_db()
    raw = eml.render(name, invitation, sent=LATER - timedelta(minutes=1))
    return take(raw=raw, now=LATER).as_json()


@pytest.mark.parametrize(
    ("name", "state"),
    [("decline", "declined"), ("accept", "accepted"), ("google-counter", "countered")],
)
def test_a_hosts_answer_is_hers_and_the_visit_stays(
    w: World, visit: Booking, name: str, state: str
) -> None:
    own = visit.invitations.get(host=w.other_host)
    assert post(name, own)["action"] in {"reply", "counter"}
    own.refresh_from_db()
    visit.refresh_from_db()
    assert (own.state, visit.status) == (state, VisitState.OFFERED)
    assert (visit.start, visit.allocations.count()) == (at(1, 10), 3)
    needs = insight.needs_of(w.socionom, LATER)
    assert len(needs.cannot) == (state != "accepted")
    assert needs.wishes == []


def test_a_hosts_answer_to_the_old_time_is_stale(w: World, visit: Booking) -> None:
    own = visit.invitations.get(host=w.other_host)
    raw = eml.render("decline", own, sent=LATER - timedelta(minutes=1))
    services.move(actor=w.socionom, now=LATER, booking=visit, start=at(3, 13))
    deliver.deliver_due(clock=lambda: LATER)
    assert take(raw=raw, now=LATER).as_json()["reason"] == "stale"
    own.refresh_from_db()
    assert own.status is InvitationState.PENDING


def test_a_meetings_contact_answers_and_wishes(w: World) -> None:
    plan = GatheringPlan(
        title="Möte", start=at(4, 14), end=at(4, 15), hosts=(w.host,), contacts=(w.contact,),
        room=w.room,
    )  # fmt: skip
    booking = gatherings.book_gathering(actor=w.socionom, now=NOW, plan=plan)
    deliver.deliver_due(clock=lambda: NOW)
    row = booking.invitations.get()
    assert post("accept", row)["partstat"] == "ACCEPTED"
    assert post("google-counter", row)["action"] == "counter"
    booking.refresh_from_db()
    assert (booking.status, booking.start) == (VisitState.CONFIRMED, at(4, 14))
    (shown,) = insight.needs_of(w.socionom, LATER).meetings
    assert shown == row
    services.accept_proposal(actor=w.socionom, now=LATER, proposal=row.proposals.latest("pk"))
    booking.refresh_from_db()
    assert booking.start == at(6, 14)
