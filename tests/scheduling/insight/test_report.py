"""The report's numbers against plain SQL, their lists, and the cost of asking."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.booking import services as booking_services
from scheduling.followup.services import FollowUpInput, record
from scheduling.insight import queries
from scheduling.insight.as_json import report_json
from scheduling.insight.report import Report, build
from scheduling.insight.rows import Data, Period
from scheduling.insight.visits import Filter, UnknownFilterError
from scheduling.models import (
    Analysis,
    Booking,
    BoundaryCase,
    Effort,
    Interest,
    InterestSignal,
    TrainingSession,
)
from scheduling.states import CAME_STATES, Judgement, VisitState
from tests.factories import NOW, World, at, day, world
from tests.scheduling.insight import random_world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

#: (first, last) and the same as instants written by hand, Stockholm's days in UTC.
PERIODS = [
    (date(2026, 12, 1), date(2026, 12, 31), "2026-11-30 23:00:00", "2026-12-31 23:00:00"),
    (date(2027, 1, 1), date(2027, 1, 1), "2026-12-31 23:00:00", "2027-01-01 23:00:00"),
    (date(2026, 12, 31), date(2027, 1, 2), "2026-12-30 23:00:00", "2027-01-02 23:00:00"),
]


@pytest.fixture
def w() -> World:
    return world()


def report_of(first: date, last: date) -> Report:
    return build(queries.load(first, last))


def sql(text: str, *arguments: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, arguments)
        return cursor.fetchall()


def numbers(text: str, *arguments: object) -> dict[Any, int]:
    return dict(sql(text, *arguments))


WITHIN = """FROM scheduling_booking b JOIN scheduling_visit v ON v.booking_id = b.id
            {more} WHERE b.start >= %s AND b.start < %s AND b.state <> 'draft' {cond}"""
CAME = "AND b.state IN ('held', 'partly_held')"
FOLLOWED = "JOIN scheduling_followup f ON f.booking_id = b.id AND f.current"


def within(select: str, more: str = "", cond: str = "", end: str = "") -> str:
    return f"SELECT {select} {WITHIN.format(more=more, cond=cond)} {end}"


@pytest.mark.parametrize(("seed", "period"), list(product(range(4), PERIODS)))
def test_the_numbers_are_those_of_plain_sql(w: World, seed: int, period: tuple) -> None:
    random_world.make(w, seed, 40)
    first, last, *instants = period
    found = report_of(first, last)
    assert found.planned == sql(within("COUNT(*)"), *instants)[0][0]
    states = numbers(within("b.state, COUNT(*)", end="GROUP BY b.state"), *instants)
    assert {str(s): n for s, n in found.by_state.items() if n and s is not VisitState.DRAFT} == (
        states
    )
    people = sql(within("SUM(f.attendance), COUNT(*)", FOLLOWED, CAME), *instants)[0]
    assert (found.attendance.total, found.attendance.visits) == (people[0] or 0, people[1])
    judged = numbers(
        within("f.judgement, COUNT(*)", FOLLOWED, CAME, "GROUP BY f.judgement"), *instants
    )
    assert {str(j): n for j, n in found.judgement.items() if n} == judged
    through = "JOIN scheduling_visit_groups g ON g.visit_id = v.booking_id"
    held = numbers(within("g.group_id, COUNT(*)", through, CAME, "GROUP BY g.group_id"), *instants)
    assert {line.pk: line.held for line in found.groups} == held
    assert found.returning_2 == sum(n >= 2 for n in held.values())
    assert found.returning_3 == sum(n >= 3 for n in held.values())


@pytest.mark.parametrize(("seed", "period"), list(product(range(4), PERIODS)))
def test_answers_and_times_are_those_of_plain_sql(w: World, seed: int, period: tuple) -> None:
    random_world.make(w, seed, 40)
    first, last, *instants = period
    found = report_of(first, last)
    asked = "JOIN scheduling_invitation i ON i.booking_id = b.id AND i.state <> 'withdrawn'"
    ways = numbers(within("i.channel, COUNT(*)", asked, "", "GROUP BY i.channel"), *instants)
    assert found.unanswered == ways.pop("", 0)
    assert {str(c): n for c, n in found.answers.items() if n} == ways
    yes = """AND (b.state IN ('held', 'partly_held', 'confirmed') OR EXISTS (
        SELECT 1 FROM scheduling_invitation i WHERE i.booking_id = b.id AND i.state <> 'withdrawn'
        AND (i.state = 'accepted' OR EXISTS (SELECT 1 FROM scheduling_answer a
             WHERE a.invitation_id = i.id AND a.state = 'accepted'))))"""
    for column, cond in (("offered", ""), ("accepted", yes), ("held", CAME)):
        expected = numbers(
            within("v.programme_id, COUNT(*)", "", cond, "GROUP BY v.programme_id"), *instants
        )
        assert {p.pk: getattr(p, column) for p in found.programmes if getattr(p, column)} == (
            expected
        )
    rows = Booking.objects.filter(pk__in=[pk for (pk,) in sql(within("b.id"), *instants)])
    days = [(row.start - row.created_at).total_seconds() / 86400 for row in rows]
    assert found.lead_days == (round(median(days), 1) if days else None)


@pytest.mark.parametrize(("seed", "period"), list(product(range(2), PERIODS)))
def test_interests_and_handovers_count_present_versions(w: World, seed: int, period: tuple) -> None:
    random_world.make(w, seed, 40)
    first, last, *_instants = period
    found = report_of(first, last)
    signals = numbers(
        """SELECT n.name, COUNT(*) FROM scheduling_interestsignal s
           JOIN scheduling_interest n ON n.id = s.interest_id
           LEFT JOIN scheduling_followup f ON f.id = s.follow_up_id
           WHERE (f.id IS NULL OR f.current) AND s."on" >= %s AND s."on" <= %s GROUP BY n.name""",
        first.isoformat(),
        last.isoformat(),
    )
    assert {row.name: row.signals for row in found.interests} == signals
    receivers = numbers(
        """SELECT h.receiver, COUNT(*) FROM scheduling_handover h
           LEFT JOIN scheduling_followup f ON f.id = h.follow_up_id
           WHERE (f.id IS NULL OR f.current) AND h."on" >= %s AND h."on" <= %s
           GROUP BY h.receiver""",
        first.isoformat(),
        last.isoformat(),
    )
    assert {str(code): n for code, n in found.handed_over.items() if n} == receivers


def test_every_number_is_as_long_as_its_list(w: World) -> None:
    random_world.make(w, 7, 60)
    period = Period(date(2026, 12, 30), date(2027, 1, 3))
    found = report_of(period.first, period.last)

    def listed(**chosen: Any) -> int:
        wanted = Filter(**chosen)
        again = Filter.parse(dict(pair.split("=") for pair in wanted.query.split("&") if pair))
        assert again == wanted
        return len(queries.list_visits(period, wanted))

    assert listed() == found.planned
    assert listed(state="came") == found.held
    assert listed(state="not_held") == found.not_held
    assert listed(state="ahead") == found.ahead
    assert listed(state="came", next_booked=True) == found.next_booked
    assert listed(state="came", followed_up=True) == found.attendance.visits
    for state, count in found.by_state.items():
        assert listed(state=state.value) == count
    for judgement, count in found.judgement.items():
        assert listed(judgement=judgement) == count
    for month in found.months:
        assert listed(month=month.key) == month.planned
        assert listed(month=month.key, state="came") == month.held
    for group in found.groups:
        assert listed(group=group.pk, state="came") == group.held
    for line in found.programmes:
        assert listed(programme=line.pk) == line.offered
        assert listed(programme=line.pk, accepted=True) == line.accepted
        assert listed(programme=line.pk, state="came") == line.held
    for least, count in ((2, found.returning_2), (3, found.returning_3)):
        rows = queries.list_visits(period, Filter(returning=least))
        times = Counter(group.pk for row in rows for group in row.groups)
        assert sum(n >= least for n in times.values()) == count
        assert all(row.state in CAME_STATES for row in rows)
    for channel, count in found.answers.items():
        rows = queries.list_visits(period, Filter(channel=channel.value))
        assert sum(i.channel is channel for row in rows for i in row.invitations) == count


@pytest.mark.parametrize(
    "query",
    [{"state": "x"}, {"judgement": "x"}, {"programme": "1x"}, {"group": "²"}, {"returning": "-1"}],
)
def test_a_filter_of_no_sense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(UnknownFilterError):
        Filter.parse(query)


def test_one_visit_costs_as_many_queries_as_thirty(w: World) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            report_of(date(2026, 12, 1), date(2027, 1, 31))
        return len(seen)

    random_world.make(w, 1, 1)
    one = cost()
    Interest.objects.create(name="Musik")
    _more(w, 30)
    assert cost() == one
    assert one <= 14


def _more(w: World, count: int) -> None:
    for number in range(count):
        start = at(1, 10) + timedelta(days=number)
        booking = booking_services.book(
            actor=w.socionom, now=NOW, plan=w.plan(start=start, end=start + timedelta(hours=1))
        )
        given = FollowUpInput(
            attendance=5, judgement=Judgement.SUCCESS, interests=("Film", f"Nytt {number}")
        )
        record(actor=w.socionom, now=start + timedelta(hours=2), booking=booking, given=given)


def test_what_is_not_a_visit_is_told_too(w: World) -> None:
    interest = Interest.objects.create(name="Film")
    InterestSignal.objects.create(interest=interest, source="desk", on=day(1))
    effort = Effort.objects.create(
        kind="trial",
        what="Filmkväll",
        starts_on=day(1, 11),
        judgement="less_successful",
        lesson="Boka större rum.",
        decision="end",
    )
    effort.interests.add(interest)
    Effort.objects.create(
        kind="one_off",
        what="Förra året",
        starts_on=day(1, 1, 2025),
        ends_on=day(2, 1, 2025),
        judgement="success",
    )
    BoundaryCase.objects.create(on=day(2), question="Hur långt hjälper vi med bank-id?")
    analysis = Analysis.objects.create(on=day(1), question="Bemötande?", basis="12 besök")
    for state, kind in (
        ("confirmed", "training"),
        ("cancelled_by_us", "training"),
        ("held", "meeting"),
    ):
        booking = Booking.objects.create(
            kind=kind,
            state=state,
            start=at(9, 9),
            end=at(9, 10),
            created_at=NOW,
            feed_changed_at=NOW,
        )
        if kind == "training":
            TrainingSession.objects.create(
                booking=booking, analysis=analysis, topic="Lugnt bemötande", attendance=12
            )
    found = report_of(day(1), day(31))
    assert [(row.name, row.signals, row.planned) for row in found.interests] == [
        ("Film", 1, ("Filmkväll",))
    ]
    assert [row.what for row in found.efforts] == ["Filmkväll"]
    assert found.efforts_by_judgement[Judgement.LESS_SUCCESSFUL] == 1
    assert found.efforts_by_decision["end"] == 1
    assert len(found.boundary_cases) == 1
    assert [(row.topic, row.analysis) for row in found.trainings] == [
        ("Lugnt bemötande", "Bemötande?")
    ]
    assert (found.trained, found.analyses, found.meetings) == (12, 1, 1)


def test_the_report_of_nothing_is_all_noughts() -> None:
    found = build(Data(period=Period(day(1), day(31))))
    plain = report_json(found)
    assert (plain["from"], plain["to"]) == ("2026-12-01", "2026-12-31")
    assert plain["visits"]["planned"] == 0
    assert set(plain["visits"]["by_state"]) == {state.value for state in VisitState}
    assert plain["attendance"] == {"total": 0, "visits": 0, "average": None}
    assert plain["judgement"] == {judgement.value: 0 for judgement in Judgement}
    assert plain["groups"]["unique"] == 0
    assert plain["interests"] == plain["programmes"] == []
    assert plain["efforts"]["by_decision"] == {"continue": 0, "change": 0, "end": 0, "none": 0}


def test_a_day_in_the_night_of_the_clock_change_is_whole() -> None:
    autumn = Period(date(2026, 10, 25), date(2026, 10, 25))
    spring = Period(date(2027, 3, 28), date(2027, 3, 28))
    assert autumn.end - autumn.start == timedelta(hours=25)
    assert spring.end - spring.start == timedelta(hours=23)
