"""The database itself refuses an overlap, also after it rebuilt the table."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from scheduling.models import Allocation, Booking, NoOverlap, Resource
from tests.factories import NOW, at

pytestmark = pytest.mark.postgres

CONSTRAINT = next(c for c in Allocation._meta.constraints if isinstance(c, NoOverlap))


def booking() -> Booking:
    return Booking.objects.create(
        kind="meeting",
        state="confirmed",
        start=at(1, 10),
        end=at(1, 11),
        feed_changed_at=NOW,
        created_at=NOW,
    )


def take(resource: Resource, start: int, end: int) -> Allocation:
    """From and to in minutes after 1 December 10.00."""
    base = at(1, 10)
    return Allocation.objects.create(
        resource=resource,
        booking=booking(),
        start=base + timedelta(minutes=start),
        end=base + timedelta(minutes=end),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), [(0, 60), (30, 90), (-30, 30), (10, 20), (-10, 90)])
def test_an_overlap_is_refused(start: int, end: int) -> None:
    resource = Resource.objects.create(kind="room")
    take(resource, 0, 60)
    with pytest.raises(IntegrityError), transaction.atomic():
        take(resource, start, end)
    assert Allocation.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), [(60, 90), (-30, 0)])
def test_touching_is_no_overlap(start: int, end: int) -> None:
    resource = Resource.objects.create(kind="room")
    take(resource, 0, 60)
    take(resource, start, end)
    assert Allocation.objects.count() == 2


@pytest.mark.django_db
def test_another_resource_is_free() -> None:
    take(Resource.objects.create(kind="room"), 0, 60)
    take(Resource.objects.create(kind="room"), 0, 60)
    assert Allocation.objects.count() == 2


@pytest.mark.django_db
def test_an_update_into_an_overlap_is_refused() -> None:
    resource = Resource.objects.create(kind="room")
    take(resource, 0, 60)
    second = take(resource, 60, 90)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=second.pk).update(start=at(1, 10, 30))
    second.end = at(1, 12)
    second.save()
    assert Allocation.objects.get(pk=second.pk).end == at(1, 12)


@pytest.mark.django_db
def test_end_before_start_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        take(Resource.objects.create(kind="room"), 60, 60)


def rebuild(editor: Any) -> None:
    """What Django's SQLite schema editor does at many alterations."""
    editor._remake_table(Allocation)


def alter_table() -> None:
    """An alteration that makes SQLite rebuild the table."""
    old = Allocation._meta.get_field("expires_at")
    new: models.Field[Any, Any] = models.DateTimeField(null=True, blank=True, default=NOW)
    new.set_attributes_from_name("expires_at")
    new.model = Allocation
    with connection.schema_editor() as editor:
        editor.alter_field(Allocation, old, new, strict=True)
    nullable: models.Field[Any, Any] = models.CharField(max_length=9, null=True)
    nullable.set_attributes_from_name("note")
    nullable.model = Allocation
    with connection.schema_editor() as editor:
        editor.add_field(Allocation, nullable)
        if connection.vendor == "sqlite":
            rebuild(editor)


@pytest.mark.django_db(transaction=True)
def test_it_survives_an_alteration_of_the_table() -> None:
    alter_table()
    resource = Resource.objects.create(kind="room")
    take(resource, 0, 60)
    with pytest.raises(IntegrityError), transaction.atomic():
        take(resource, 30, 90)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.update(end=at(1, 9))
    assert CONSTRAINT.is_in_place(Allocation)


@pytest.mark.django_db(transaction=True)
def test_the_start_up_check_sees_a_lost_constraint() -> None:
    call_command("check", databases=["default"])
    with connection.schema_editor() as editor:
        if connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE scheduling_allocation DROP CONSTRAINT {CONSTRAINT.name}")
        else:
            editor.execute(f"DROP TRIGGER {CONSTRAINT.trigger_names[0]}")
    try:
        with pytest.raises(SystemCheckError, match=r"scheduling\.E001"):
            call_command("check", databases=["default"])
    finally:
        with connection.schema_editor() as editor:
            if connection.vendor == "postgresql":
                editor.execute(
                    f"ALTER TABLE scheduling_allocation DROP CONSTRAINT {CONSTRAINT.name}_order"
                )
                editor.add_constraint(Allocation, CONSTRAINT)
            else:
                rebuild(editor)
    assert CONSTRAINT.is_in_place(Allocation)


class AnyHistory(TestCase):
    """Whatever is tried, what is stored never overlaps."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200), st.integers(1, 90)), max_size=12)
    )
    def test_no_sequence_leaves_an_overlap(self, tries: list[tuple[int, int, int]]) -> None:
        resources = [Resource.objects.create(kind="room") for _ in range(3)]
        kept: list[tuple[int, int, int]] = []
        for which, start, length in tries:
            end = start + length
            clash = any(r == which and s < end and start < e for r, s, e in kept)
            try:
                with transaction.atomic():
                    take(resources[which], start, end)
            except IntegrityError:
                assert clash
            else:
                assert not clash
                kept.append((which, start, end))
        assert Allocation.objects.count() == len(kept)
