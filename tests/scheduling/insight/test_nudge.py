"""The nudge after a visit: on I dag, for host, co-host and socionom, until somebody wrote."""

from datetime import timedelta

import pytest

from core.models import Role, User
from scheduling.booking import services
from scheduling.followup.services import FollowUpInput, record
from scheduling.insight import today
from scheduling.models import Booking
from scheduling.states import Judgement, VisitState
from tests.factories import NOW, World, at, user, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def booking(w: World) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=w.plan(co_host=w.other_host))


def nudged(member: User, booking: Booking, minutes: int = 0) -> bool:
    moment = booking.end + timedelta(minutes=minutes)
    return booking in today.needs_of(member, moment).follow_ups


def test_from_its_end_on_for_those_who_met_the_group_and_the_socionom(
    w: World, booking: Booking
) -> None:
    stranger = user("alex", Role.HOST, "Alex")
    assert not nudged(w.socionom, booking, -1)
    for member in (w.socionom, w.other_host.user):
        assert nudged(member, booking)
        assert [row.pk for row in today.needs_of(member, booking.end).follow_ups] == [booking.pk]
    assert not nudged(stranger, booking)


@pytest.mark.parametrize(
    "state",
    [
        VisitState.NONE_CAME, VisitState.CANCELLED_BY_US, VisitState.CANCELLED_BY_PARTNER,
        VisitState.DECLINED, VisitState.DRAFT,
    ],
)  # fmt: skip
def test_not_for_what_did_not_take_place(w: World, booking: Booking, state: VisitState) -> None:
    Booking.objects.update(state=state.value)
    assert not nudged(w.socionom, booking)
    assert not nudged(w.other_host.user, booking)


def test_gone_for_all_as_soon_as_one_wrote(w: World, booking: Booking) -> None:
    given = FollowUpInput(attendance=6, judgement=Judgement.SUCCESS)
    record(actor=w.other_host.user, now=at(1, 12), booking=booking, given=given)
    for member in (w.socionom, w.other_host.user, w.manager):
        assert not nudged(member, booking, 60)
