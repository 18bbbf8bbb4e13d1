"""Red days, eves, bridge days, hours, hosts' days, partners' wishes and both clock nights."""

from datetime import UTC, date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import swedish
from core.errors import Clash, Forbidden, Invalid
from scheduling.booking import avoiding, places, rules, services, staffing, times
from scheduling.booking.avoiding import AvoidFacts
from scheduling.models import Allocation, AvoidTime, OpeningHours
from tests.factories import NOW, World, at, day, world

RED = {
    2026: "1/1 6/1 3/4 5/4 6/4 1/5 14/5 24/5 6/6 20/6 31/10 25/12 26/12",
    2027: "1/1 6/1 26/3 28/3 29/3 1/5 6/5 16/5 6/6 26/6 6/11 25/12 26/12",
}


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.mark.parametrize("year", RED)
def test_the_red_days_are_those_of_the_list(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    found = " ".join(f"{d.day}/{d.month}" for d in days if swedish.red_day(d))
    assert found == RED[year]


def test_eves_and_bridge_days_of_the_list() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [d for d in days if swedish.eve(d)] == [
        *(date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31))
    ]
    for bridge in (date(2026, 5, 15), date(2027, 1, 4), date(2027, 1, 5), date(2027, 5, 7)):
        assert swedish.bridge_day(bridge), bridge


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.times())
def test_a_wall_time_is_one_instant_or_refused(d: date, t: time) -> None:
    t = t.replace(second=0, microsecond=0)
    try:
        found = swedish.at_wall(d, t)
    except (swedish.ClockGap, swedish.ClockOverlap):
        assert d.month in {3, 10}
        assert d.isoweekday() == 7
        assert time(2) <= t < time(3)
    else:
        assert found.astimezone(UTC).astimezone(swedish.STOCKHOLM).replace(tzinfo=None) == (
            found.replace(tzinfo=None)
        )
        assert (found.date(), found.time()) == (d, t)


def test_both_clock_nights() -> None:
    with pytest.raises(swedish.ClockGap):
        swedish.at_wall(date(2026, 3, 29), time(2, 30))
    with pytest.raises(swedish.ClockOverlap):
        swedish.at_wall(date(2026, 10, 25), time(2, 30))
    for clock in (time(1, 59), time(3)):
        swedish.at_wall(date(2026, 3, 29), clock)
        swedish.at_wall(date(2026, 10, 25), clock)


def test_an_eve_is_closed_or_short_as_the_library_says(w: World) -> None:
    eve = date(2026, 12, 24)
    assert times.hours(w.library, eve, eve)[0].opens is None
    w.library.eve_closes = time(13)
    w.library.save()
    assert (
        times.hours(w.library, eve, eve)[0].opens,
        times.hours(w.library, eve, eve)[0].closes,
    ) == (
        time(9),
        time(13),
    )
    closed = date(2026, 12, 25)
    assert times.hours(w.library, closed, closed)[0].opens is None


def test_a_season_wins_and_is_taken_away(w: World) -> None:
    who = {"actor": w.socionom, "now": NOW, "library": w.library}
    season = {"first": date(2027, 6, 14), "last": date(2027, 8, 15)}
    week = {weekday: (time(10), time(15)) for weekday in range(5)}
    places.add_season(**who, **season, week=week)
    monday = date(2027, 6, 14)
    assert times.hours(w.library, monday, monday)[0].closes == time(15)
    places.add_season(**who, **season, week={0: None})
    assert times.hours(w.library, monday, monday)[0].opens is None
    places.remove_season(**who, **season)
    assert times.hours(w.library, monday, monday)[0].closes == time(19)
    assert OpeningHours.objects.count() == 5


def found_codes(w: World, start: object, end: object, **extra: object) -> list[str]:
    rows = times.warnings(
        start=start, end=end, room=w.room, size=w.group.size, library=w.library, **extra
    )
    return [code for code, _words in rows]


def test_a_host_says_yes_to_an_hour_outside(w: World) -> None:
    assert found_codes(w, at(1, 7), at(1, 8)) == ["outside_hours"]
    assert found_codes(w, at(1, 7), at(1, 8), hours_confirmed=True) == []
    assert found_codes(w, at(1, 23, 30), at(2, 1)) == ["outside_hours"]
    booking = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 7), end=at(1, 8), hours_confirmed=True)
    )
    assert booking.visit.hours_confirmed
    moved = services.move(actor=w.socionom, now=NOW, booking=booking, start=at(2, 7))
    assert not moved.visit.hours_confirmed


def test_what_a_partner_avoids_warns_and_comes_last(w: World) -> None:
    avoiding.add(
        actor=w.socionom,
        now=NOW,
        owner=w.organisation,
        facts=AvoidFacts(weekday=1, start=time(10), end=time(12), reason="husmöte"),
    )
    groups = [w.group]
    (only,) = times.warnings(
        start=at(1, 11), end=at(1, 13), room=w.room, size=w.group.size, library=w.library,
        groups=groups,
    )  # fmt: skip
    assert only == ("avoid", "Partnern undviker helst den tiden: husmöte.")
    assert found_codes(w, at(1, 12), at(1, 13), groups=groups) == []
    assert found_codes(w, at(2, 11), at(2, 12), groups=groups) == []
    day_ = at(1, 0).date()
    found = times.find(
        groups=groups, programme=w.programme, now=NOW, first=day_, last=day_, limit=50
    )
    assert found[-1].start.hour in range(9, 12)
    assert "partnern undviker helst den tiden" in found[-1].reasons
    assert "partnern undviker helst den tiden" not in found[0].reasons


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (AvoidFacts(), "weekday"),
        (AvoidFacts(weekday=7), "weekday"),
        (AvoidFacts(weekday=1, start=time(10)), "end"),
        (AvoidFacts(weekday=1, start=time(10), end=time(10)), "end"),
        (AvoidFacts(first_day=day(2), last_day=day(1)), "last_day"),
        (AvoidFacts(weekday=1, last_day=day(1)), "first_day"),
        (AvoidFacts(weekday=1, reason="850709-9805"), "reason"),
    ],
)
def test_times_of_no_sense_are_refused(w: World, facts: AvoidFacts, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        avoiding.add(actor=w.socionom, now=NOW, owner=w.group, facts=facts)
    assert field in caught.value.fields
    assert not AvoidTime.objects.exists()


def test_off_duty_times_are_not_proposed_and_are_said(w: World) -> None:
    who = {"actor": w.socionom, "now": NOW, "host": w.host}
    staffing.set_working_hours(**who, week={1: (time(8), time(12)), 2: None})
    staffing.set_working_day(**who, day=day(8), hours=None)
    w.other_host.active = False
    w.other_host.save()
    found = times.find(
        groups=[w.group], programme=w.programme, now=NOW, first=day(1), last=day(9), limit=200
    )
    assert {item.start.date() for item in found} == {day(1)}
    assert max(item.end for item in found) <= at(1, 12)
    assert found_codes(w, at(1, 12), at(1, 13), hosts=[w.host]) == ["off_duty"]
    assert found_codes(w, at(1, 10), at(1, 12), hosts=[w.host]) == []
    assert found_codes(w, at(8, 10), at(8, 11), hosts=[w.host]) == ["off_duty"]


def test_a_host_serves_her_branches_only(w: World) -> None:
    branch = places.save_library(
        actor=w.socionom,
        now=NOW,
        facts=places.LibraryFacts(
            name="Tallkotten", address="Tallgatan 2", meeting_point="vid dörren",
            branch_of=w.library,
        ),
    )  # fmt: skip
    assert not w.host.serves(branch.pk)
    staffing.save_host(
        actor=w.socionom,
        now=NOW,
        facts=staffing.HostFacts(
            library=w.library, also_at=[branch, w.library], languages=[" sv ", ""]
        ),
        host=w.host,
        member=w.socionom,
    )
    assert w.host.serves(branch.pk)
    assert (list(w.host.also_at.all()), w.host.languages) == ([branch], ["sv"])


@pytest.mark.postgres
def test_an_absence_takes_the_host_and_a_visit_stands_in_its_way(w: World) -> None:
    who = {"actor": w.socionom, "now": NOW, "host": w.host}
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    with pytest.raises(Clash) as caught:
        staffing.add_absence(**who, start=at(1, 8), end=at(1, 17))
    assert "Sam" in caught.value.message
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    absence = staffing.add_absence(**who, start=at(1, 8), end=at(1, 17))
    with pytest.raises(Clash):
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
    staffing.remove_absence(**who, pk=absence.pk)
    assert not Allocation.objects.filter(booking=absence).exists()
    services.book(actor=w.socionom, now=NOW, plan=w.plan())


def test_own_days_are_ones_own(w: World) -> None:
    robin = w.other_host.user
    staffing.add_absence(actor=robin, now=NOW, host=w.other_host, start=at(1, 8), end=at(1, 9))
    with pytest.raises(Forbidden):
        staffing.add_absence(actor=robin, now=NOW, host=w.host, start=at(1, 8), end=at(1, 9))
    for start, end in ((at(1, 9), at(1, 9)), (at(1, 9), at(1, 8))):
        with pytest.raises(Invalid):
            staffing.add_absence(actor=robin, now=NOW, host=w.other_host, start=start, end=end)


def test_off_duty_over_the_night_when_the_clock_changes() -> None:
    shift = rules.Shift({6: (time(10), time(16))}, {})
    sunday = date(2026, 10, 25)
    spans = list(rules.off_duty(shift, sunday, sunday, swedish.STOCKHOLM))
    hours = [(s.end - s.start) / 3600 for s in spans]
    assert hours == [11, 8]
