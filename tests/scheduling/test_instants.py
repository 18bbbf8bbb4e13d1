"""Instants as numbers: the same on both databases, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.models import Allocation, Microseconds
from tests.factories import World, world
from tests.scheduling.views.conftest import booked

pytestmark = pytest.mark.postgres
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOME = st.integers(0, 10**16).map(lambda number: EPOCH + timedelta(microseconds=number))


@pytest.fixture
def w(db: None) -> World:
    return world()


def test_microseconds_are_exact(w: World) -> None:
    booking = booked(w)
    rows = Allocation.objects.filter(booking=booking)[:1]
    row = rows[0]

    @given(SOME, st.integers(1, 10**12))
    def holds(start: datetime, length: int) -> None:
        Allocation.objects.filter(booking=booking).exclude(pk=row.pk).delete()
        end = start + timedelta(microseconds=length)
        Allocation.objects.filter(pk=row.pk).update(start=start, end=end)
        found = rows.values_list(Microseconds("start"), Microseconds("end"))[0]
        assert found == tuple((t - EPOCH) // timedelta(microseconds=1) for t in (start, end))

    holds()
