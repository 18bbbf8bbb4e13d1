"""The visit's facts: given, changed, kept back until two hosts are there, and erased in time."""

from datetime import timedelta

import pytest

from core.errors import IllegalTransition, Invalid
from core.models import AuditEvent
from partners.models import AccessNeed, SizeBand
from scheduling.booking import services
from scheduling.booking.services import Details, Reply
from scheduling.followup import retention
from scheduling.models import Booking, Diet, FeedBlock, InterpreterState, Side, Travel, Visit
from scheduling.states import AnswerChannel, InvitationState, VisitState
from tests.factories import NOW, World, at, world

pytestmark = pytest.mark.django_db
YES = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)


@pytest.fixture
def w() -> World:
    return world()


def change(w: World, booking: Booking, **changes: object) -> Visit:
    return services.change_details(
        actor=w.socionom, now=NOW, booking=booking, details=Details(**changes)
    ).visit


def test_facts_are_changed_and_the_rest_stays(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(diet_counts={Diet.VEGAN: 1}))
    visit = change(
        w,
        booking,
        size_band=SizeBand.B11_15,
        access_needs=(AccessNeed.WHEELCHAIR, AccessNeed.QUIET),
        diet_counts={Diet.GLUTEN_FREE: 2, Diet.VEGAN: 0},
        interpreter_state=InterpreterState.BOOKED,
        interpreter_by=Side.PARTNER,
        travel_by=Travel.BUS,
        card_count=4,
    )
    visit.refresh_from_db()
    assert visit.diet_counts == {"gluten_free": 2}
    assert visit.access_needs == ["quiet", "wheelchair"]
    assert (visit.size, visit.card_signup, visit.card_count) == (SizeBand.B11_15, True, 4)
    assert (visit.interpreter_by, visit.travel_by) == ("partner", "bus")
    assert not visit.photos_agreed
    visit = change(w, booking, interpreter_by="", card_signup=False)
    assert (visit.interpreter_by, visit.card_count, visit.diet_counts) == (
        *("", None), {"gluten_free": 2},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"diet_counts": {Diet.VEGAN: 31}}, "diet_counts"),
        ({"diet_counts": {Diet.VEGAN: -1}}, "diet_counts"),
        ({"card_count": 31}, "card_count"),
        ({"plan_routine_url": "javascript:alert(1)"}, "plan_routine_url"),
        ({"travel_minutes": 241}, "travel_minutes"),
    ],
)
def test_facts_of_no_sense_are_refused(w: World, changes: dict[str, object], field: str) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    with pytest.raises(Invalid) as caught:
        change(w, booking, **changes)
    assert caught.value.fields.keys() == {field}
    booking.refresh_from_db()
    assert booking.version == 1


def lacking(w: World) -> Booking:
    """Offered with one host, though its plan wants two."""
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    Visit.objects.filter(pk=booking.pk).update(two_hosts=True)
    return Booking.objects.with_visit().get(pk=booking.pk)


def test_a_yes_does_not_confirm_what_lacks_a_host_until_she_is_there(w: World) -> None:
    booking = lacking(w)
    invitation = booking.invitations.get()
    services.answer(invitation=invitation, reply=YES, now=NOW)
    booking.refresh_from_db()
    assert booking.status is VisitState.OFFERED
    invitation.refresh_from_db()
    assert invitation.status is InvitationState.ACCEPTED
    with pytest.raises(IllegalTransition):
        services.confirm(actor=w.socionom, now=NOW, booking=booking)
    change(w, booking, co_host=w.other_host)
    booking.refresh_from_db()
    assert booking.state == VisitState.CONFIRMED.value


def test_a_no_that_becomes_a_yes_holds_the_slot_but_confirms_nothing(w: World) -> None:
    booking = lacking(w)
    invitation = booking.invitations.get()
    no = Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=invitation, reply=no, now=NOW)
    assert not booking.allocations.exists()
    services.answer(invitation=invitation, reply=YES, now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_at) == (VisitState.OFFERED, None)
    assert booking.allocations.count() == 3


def test_a_second_host_confirms_nothing_that_no_partner_answered(w: World) -> None:
    booking = lacking(w)
    change(w, booking, co_host=w.other_host)
    booking.refresh_from_db()
    assert booking.status is VisitState.OFFERED


def test_diets_and_needs_are_erased_after_seven_days_and_nothing_else(w: World) -> None:
    booking = services.book(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(
            diet_counts={Diet.VEGAN: 2}, diets="1 selleri", access_needs=(AccessNeed.QUIET,)
        ),
    )
    other = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(9, 10), end=at(9, 11), diets="1 selleri")
    )
    before = list(FeedBlock.objects.order_by("pk").values())
    version = Booking.objects.get(pk=booking.pk).version
    due = at(1, 11, 15) + timedelta(days=7)
    assert retention.run_all(due) == []
    (run,) = retention.run_all(due + timedelta(seconds=1))
    assert (run.key, run.rows) == ("care", 1)
    assert retention.run_all(due + timedelta(seconds=1)) == []
    visit = Visit.objects.get(pk=booking.pk)
    assert (visit.diets, visit.diet_counts, visit.access_needs) == ("", {}, [])
    assert (visit.size, visit.fika) == (w.group.size, True)
    assert Visit.objects.get(pk=other.pk).diets == "1 selleri"
    assert list(FeedBlock.objects.order_by("pk").values()) == before
    assert Booking.objects.get(pk=booking.pk).version == version
    assert AuditEvent.objects.filter(verb="retention.run").count() == 1
