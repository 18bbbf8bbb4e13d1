"""Many periods read at once hold what each holds alone, for as many queries as one."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.insight import beyond
from scheduling.insight.queries import load, load_each
from scheduling.insight.rows import Period
from scheduling.models import Barrier, Booking, EncounterTally, Instant, Opinion
from tests.factories import NOW, at, day, world
from tests.scheduling.insight import random_world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LATER = NOW + timedelta(days=400)
#: Days that follow each other, with the year's end in Stockholm between them.
PARTS = (
    Period(date(2026, 12, 30), date(2026, 12, 31)),
    Period(date(2027, 1, 1), date(2027, 1, 1)),
    Period(date(2027, 1, 2), date(2027, 1, 3)),
)


@pytest.mark.parametrize("seed", range(3))
def test_each_part_is_what_it_is_alone(seed: int) -> None:
    w = world()
    random_world.make(w, seed, 40)
    for number, booking in enumerate(Booking.objects.order_by("start")):
        Opinion.objects.create(booking=booking, statement="new", face=1 + number % 5, count=number)
    for number, part in enumerate(PARTS):
        EncounterTally.objects.create(on=part.last, part="morning", theme="talk", count=number)
        Barrier.objects.create(kind="debt", on=part.first, solved_on=part.last)
        Barrier.objects.create(kind="debt", on=part.last, solved_on=day(9, 1, 2027))
    assert load_each(PARTS) == tuple(load(one.first, one.last) for one in PARTS)
    together = beyond.load_beside_each(PARTS, LATER)
    assert together == tuple(beyond.load_beside(one, LATER) for one in PARTS)
    assert [one.barriers[0].noted for one in together] == [2, 2, 2]
    assert [one.barriers[0].solved for one in together] == [1, 1, 1]
    assert any(one.opinions for one in together)


def test_no_period_is_no_query() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert load_each(()) == ()
        assert beyond.load_beside_each((), LATER) == ()
    assert len(seen) == 0


def test_ten_years_to_share_cost_as_many_queries_as_one() -> None:
    random_world.make(world(), 1, 5)
    costs = []
    for first in (2018, 2027):
        with CaptureQueriesContext(connection) as seen:
            parts = beyond.shared_parts(
                Period(date(first, 1, 1), date(2027, 12, 31)), LATER + timedelta(days=400)
            )
        costs.append((bool(parts), len(seen)))
    assert costs[0] == costs[1]


def test_an_instant_is_read_to_the_microsecond() -> None:
    for fraction in (0, 120_000, 123_456):
        start = at(1, 9).replace(microsecond=fraction)
        Booking.objects.create(
            kind="meeting",
            state="held",
            start=start,
            end=start + timedelta(hours=1),
            created_at=NOW,
            feed_changed_at=NOW,
        )
    rows = Booking.objects.order_by("start").values_list("start", Instant("start"))
    assert [datetime.fromisoformat(text) for _start, text in rows] == [start for start, _ in rows]
    assert set(Booking.objects.values_list(Instant("cancelled_at"), flat=True)) == {None}
