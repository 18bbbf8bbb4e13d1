"""The numbers of DOMAIN.md §6, exact for 120 visits on 23 November 2026."""

from collections import Counter
from datetime import date

import pytest
from django.utils import timezone

from core import swedish
from core.models import User
from partners.models import Contact, Group, Organisation
from scheduling.models import (
    Analysis,
    Booking,
    BoundaryCase,
    Effort,
    FollowUp,
    Handover,
    InterestSignal,
    Library,
    OpeningHours,
    Programme,
    Room,
    TrainingSession,
)
from scheduling.states import CAME_STATES, VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def visits() -> list[Booking]:
    return list(Booking.objects.visits().with_visit().order_by("start"))


def day_of(booking: Booking) -> date:
    return timezone.localdate(booking.start)


def test_states_before_and_after_the_day(laid_out: date) -> None:
    past = Counter(v.state for v in visits() if day_of(v) < laid_out)
    future = Counter(v.state for v in visits() if day_of(v) >= laid_out)
    assert past == {
        "held": 66,
        "partly_held": 8,
        "none_came": 9,
        "cancelled_by_partner": 10,
        "cancelled_by_us": 3,
    }
    # Seven wait for an answer, two have met a wish for another time.
    assert future == {"confirmed": 11, "offered": 7 + 2, "draft": 3, "declined": 1}
    countered = [v for v in visits() if v.invitations.filter(state="countered").exists()]
    assert [v.state for v in countered] == ["offered"] * 2


def test_months(laid_out: date) -> None:
    months = Counter(f"{day_of(v):%Y-%m}" for v in visits())
    assert months == {
        "2026-02": 9,
        "2026-03": 12,
        "2026-04": 9,
        "2026-05": 11,
        "2026-06": 6,
        "2026-07": 2,
        "2026-08": 5,
        "2026-09": 14,
        "2026-10": 15,
        "2026-11": 13 + 5,
        "2026-12": 9,
        "2027-01": 10,
    }
    november = [v for v in visits() if day_of(v).month == 11]
    assert sum(day_of(v) < laid_out for v in november) == 13


def test_programmes(laid_out: date) -> None:
    assert Counter(v.visit.programme.name for v in visits()) == {
        "Första besöket": 34,
        "Digital hjälp": 24,
        "Lugn läsning": 18,
        "Skrivarcirkel": 16,
        "Låna utan adress": 14,
        "Släktforskning": 8,
        "Tidningar & kaffe": 6,
    }
    assert dict(Programme.objects.values_list("name", "minutes")) == {
        "Första besöket": 75,
        "Låna utan adress": 60,
        "Digital hjälp": 90,
        "Skrivarcirkel": 90,
        "Släktforskning": 90,
        "Lugn läsning": 60,
        "Tidningar & kaffe": 45,
    }
    assert all(v.minutes == v.visit.programme.minutes for v in visits())


def test_judgements_stand_where_somebody_came(laid_out: date) -> None:
    rows = FollowUp.objects.select_related("booking")
    came = [row for row in rows if row.booking.status in CAME_STATES]
    assert Counter(row.judgement for row in came) == {
        "success": 45,
        "partial": 20,
        "less_successful": 9,
    }
    others = [row for row in rows if row.booking.status not in CAME_STATES]
    assert {(row.booking.state, row.judgement, row.attendance) for row in others} == {
        ("none_came", "", 0)
    }
    assert len(others) == 9


def test_weekdays_with_the_sunday_in_place_of_a_saturday(laid_out: date) -> None:
    weekdays = Counter(swedish.weekday_name(day_of(v)) for v in visits())
    assert weekdays == {
        "tisdag": 34,
        "onsdag": 30,
        "torsdag": 32,
        "måndag": 12,
        "fredag": 10,
        "lördag": 1,
        "söndag": 1,
    }


def test_channels_once_a_visit(laid_out: date) -> None:
    channels = Counter(v.invitations.all()[0].channel for v in visits())
    assert channels == {"link": 64, "phone": 28, "sms_link": 18, "": 10}
    waiting = {v.state for v in visits() if v.invitations.all()[0].channel == ""}
    assert waiting == {VisitState.OFFERED.value, VisitState.DRAFT.value}


def test_the_rest_of_the_set(laid_out: date) -> None:
    assert Counter(Effort.objects.values_list("decision", flat=True)) == {
        "continue": 3,
        "change": 3,
        "end": 2,
    }
    assert InterestSignal.objects.count() == 40
    assert (
        Counter(InterestSignal.objects.values_list("interest__name", flat=True))["släktforskning"]
        == 14
    )
    assert Handover.objects.count() == 12
    assert BoundaryCase.objects.count() == 6
    assert Analysis.objects.count() == 5
    assert TrainingSession.objects.count() == 9
    assert set(TrainingSession.objects.values_list("booking__kind", flat=True)) == {"training"}


def test_places_and_people(laid_out: date) -> None:
    main, branch = Library.objects.all()
    assert (main.name, branch.name) == ("Svartåbiblioteket", "Tallkottens filial")
    assert dict(Room.objects.values_list("name", "capacity")) == {
        "Näcken": 12,
        "Studion": 20,
        "Skrivarrummet": 8,
        "Datasalen": 10,
        "Tidningshörnan": 15,
        "Hörsalen": 60,
    }
    assert sorted(branch.hours.values_list("weekday", flat=True)) == [1, 3]
    summer = OpeningHours.objects.filter(first_day=date(2026, 6, 15), last_day=date(2026, 8, 9))
    assert summer.count() == 7
    assert Organisation.objects.count() == 12
    assert Group.objects.count() == 16
    assert Organisation.objects.get(protected=True).name == "Kvinnojouren Blåklint"
    roles = dict(User.objects.values_list("username", "role"))
    assert roles == {
        "sam": "socionom",
        "robin": "host",
        "charlie": "host",
        "alex": "host",
        "mika": "host",
        "kim": "manager",
        "admin": "admin",
    }
    police = Organisation.objects.get(name="Kommunpolisen Centrum")
    assert not police.groups.exists()
    assert Booking.objects.filter(title="Samverkansmöte").count() == 5


def test_phones_and_addresses_are_those_kept_for_fiction(laid_out: date) -> None:
    phones = [*Contact.objects.values_list("phone", flat=True)]
    phones += [*User.objects.values_list("phone", flat=True)]
    phones += [*Library.objects.values_list("phone", flat=True)]
    assert len(phones) == len(set(phones))
    assert all(phone[:8] == "+4670174" and 605 <= int(phone[8:]) <= 699 for phone in phones)
    mail = [*Contact.objects.exclude(email="").values_list("email", flat=True)]
    mail += [*User.objects.values_list("email", flat=True)]
    assert all(address.endswith(".example") for address in mail)
    assert Contact.objects.filter(email="").count() == 3


def test_everything_says_that_it_is_a_demo(laid_out: date) -> None:
    for model in (Organisation, Booking, Effort, Handover, InterestSignal, BoundaryCase, Analysis):
        assert not model._default_manager.filter(is_demo=False).exists(), model
