"""Who takes what: one resolver, no ring, no overlap, and rights only while it lasts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import access, standing_in
from core.errors import Conflict, Forbidden, Invalid
from core.models import AuditEvent, Role, StandIn, User
from tests.factories import NOW, user

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = timezone.localdate(NOW)


@pytest.fixture
def sam() -> User:
    return user("sam", Role.SOCIONOM, "Sam")


@pytest.fixture
def robin() -> User:
    return user("robin", Role.HOST, "Robin")


@pytest.fixture
def kim() -> User:
    return user("kim", Role.MANAGER, "Kim")


def away(person: User, stand_in: User, first: int = 0, last: int = 4, actor: User | None = None):
    return standing_in.go_away(
        actor=actor or person,
        now=NOW,
        person=person,
        stand_in=stand_in,
        first_day=TODAY + timedelta(days=first),
        last_day=TODAY + timedelta(days=last),
    )


def test_the_stand_in_is_responsible_on_both_end_days_and_not_beside_them(
    sam: User, robin: User
) -> None:
    away(sam, robin, 1, 3)
    days = [standing_in.responsible_for(sam, NOW + timedelta(days=n)).first_name for n in range(5)]
    assert days == ["Sam", "Robin", "Robin", "Robin", "Sam"]
    assert standing_in.responsible_for(robin, NOW + timedelta(days=2)) == robin


def test_days_end_at_midnight_in_stockholm(sam: User, robin: User) -> None:
    away(sam, robin, 0, 0)
    last_hour = NOW.replace(hour=22, minute=59)  # 23.59 in Stockholm
    assert standing_in.responsible_for(sam, last_hour) == robin
    assert standing_in.responsible_for(sam, last_hour + timedelta(minutes=1)) == sam


def test_a_stand_in_who_is_away_hands_on_and_a_ring_stays_with_oneself(
    sam: User, robin: User, kim: User
) -> None:
    away(sam, robin)
    away(robin, kim)
    assert standing_in.responsible_for(sam, NOW) == kim
    assert standing_in.covered_by(kim, NOW) == [sam, robin]
    assert standing_in.covered_by(robin, NOW) == []
    away(kim, sam)
    assert [standing_in.responsible_for(one, NOW) for one in (sam, robin, kim)] == [sam, robin, kim]


def test_a_stand_in_who_has_left_covers_nobody(sam: User, robin: User) -> None:
    away(sam, robin)
    User.objects.filter(pk=robin.pk).update(is_active=False)
    assert standing_in.responsible_for(sam, NOW) == sam


def test_a_host_may_plan_while_standing_in_for_a_planner_and_never_else(
    sam: User, robin: User, kim: User
) -> None:
    today = timezone.localdate()
    assert not access.may_plan(User.objects.get(pk=robin.pk))
    row = StandIn.objects.create(
        person=sam, stand_in=robin, first_day=today, last_day=today, created_at=NOW
    )
    assert access.may_plan(User.objects.get(pk=robin.pk))
    assert not access.may_plan(User.objects.get(pk=kim.pk))
    # What is lent is not handed on, and settings stay with those whose they are.
    assert not access.may_administer(User.objects.get(pk=robin.pk))
    assert not standing_in.may_see_to(User.objects.get(pk=robin.pk), kim)
    standing_in.come_back(actor=sam, now=timezone.now(), absence=row)
    assert not access.may_plan(User.objects.get(pk=robin.pk))


def test_standing_in_for_a_host_gives_no_planning(sam: User, robin: User) -> None:
    alex = user("alex", Role.HOST, "Alex")
    today = timezone.localdate()
    StandIn.objects.create(
        person=alex, stand_in=robin, first_day=today, last_day=today, created_at=NOW
    )
    assert not access.may_plan(User.objects.get(pk=robin.pk))


def test_two_absences_of_one_person_never_overlap(sam: User, robin: User, kim: User) -> None:
    first = away(sam, robin, 2, 4)
    for span in ((0, 2), (4, 6), (3, 3), (0, 9)):
        with pytest.raises(Conflict):
            away(sam, kim, *span)
    away(sam, kim, 5, 6)
    away(robin, kim, 2, 4)
    standing_in.come_back(actor=sam, now=NOW, absence=first)
    away(sam, kim, 0, 4)
    assert StandIn.objects.filter(person=sam, ended_at=None).count() == 2


def test_coming_back_early_takes_one_press_and_a_second_changes_nothing(
    sam: User, robin: User
) -> None:
    row = away(sam, robin)
    ended = standing_in.come_back(actor=sam, now=NOW, absence=row)
    again = standing_in.come_back(actor=sam, now=NOW + timedelta(hours=1), absence=row)
    assert ended.ended_at == again.ended_at == NOW
    assert standing_in.responsible_for(sam, NOW) == sam
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["absence.begun", "absence.ended"]


@pytest.mark.parametrize(
    ("first", "last", "field"), [(3, 2, "last_day"), (-3, -1, "last_day"), (0, 400, "last_day")]
)
def test_days_that_cannot_be_are_refused(
    sam: User, robin: User, first: int, last: int, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        away(sam, robin, first, last)
    assert list(caught.value.fields) == [field]


def test_nobody_stands_in_for_themselves(sam: User) -> None:
    with pytest.raises(Invalid) as caught:
        away(sam, sam)
    assert list(caught.value.fields) == ["stand_in"]


def test_the_manager_may_say_that_sam_is_ill_and_a_host_may_not(
    sam: User, robin: User, kim: User
) -> None:
    with pytest.raises(Forbidden):
        away(sam, robin, actor=robin)
    row = away(sam, robin, actor=kim)
    with pytest.raises(Forbidden):
        standing_in.come_back(actor=robin, now=NOW, absence=row)
    assert row.created_by == kim


@given(st.dictionaries(st.integers(1, 6), st.integers(1, 6)))
def test_resolving_always_ends_and_never_with_somebody_who_is_away(present: dict[int, int]) -> None:
    for person in range(1, 7):
        found = standing_in._resolve(person, present)
        assert found == person or found not in present
