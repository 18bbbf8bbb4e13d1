"""The same rows for the same day and seed; other days, other numbers."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from time import perf_counter

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from core.errors import Invalid
from scheduling.booking import times
from scheduling.demo import days, others, plan, seed
from scheduling.models import Allocation, Booking, FeedBlock, Invitation, Message
from scheduling.states import CALLED_OFF
from tests.scheduling.demo.conftest import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

#: Salted or keyed; and ids, which a sequence goes on counting after a rollback.
_SECRET = {"password", "token_fingerprint"}
_SHOWS_IDS = {"raw", "text", "calendar", "block", "digest", "data"}


Dump = dict[str, list[tuple[str, ...]]]


def laid_out_anew(**options: object) -> Dump:
    """What stands there then; the database is as it was before."""
    with transaction.atomic():
        seed.seed(**{"today": DAY, **options})  # type: ignore[arg-type]
        found = dump()
        transaction.set_rollback(True)
    return found


def dump() -> Dump:
    """Every row of every model of the house, by place instead of id."""
    places: dict[tuple[str, object], int] = {}
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in _OURS]
    for model in models:
        keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
        places.update({(model._meta.label, key): n for n, key in enumerate(keys)})
    found = {}
    for model in models:
        rows = []
        for row in model._default_manager.order_by("pk"):
            values: list[object] = []
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if field.name in _SECRET | _SHOWS_IDS or field.primary_key:
                    continue
                if field.is_relation:
                    value = places.get((field.related_model._meta.label, value))
                elif field.name == "object_id":
                    value = places.get(("scheduling.Booking", value))
                elif field.name == "scope_key":
                    value = str(value).partition(":")[0]
                values.append(value)
            rows.append(tuple(str(value) for value in values))
        # Django links many to many in the order of a set of ids; calendars' places follow ids too.
        by_id = model._meta.auto_created or model._meta.label == "scheduling.FeedPlace"
        found[model._meta.label] = sorted(rows) if by_id else rows
    return found


_OURS = {"core", "partners", "scheduling", "account"}


@pytest.mark.large
def test_two_runs_on_empty_databases_are_equal() -> None:
    first, second = laid_out_anew(), laid_out_anew()
    assert first.keys() == second.keys()
    for label, rows in first.items():
        assert rows == second[label], label
    assert len(first["scheduling.Booking"]) > 120


@pytest.mark.large
def test_another_seed_gives_other_identities_and_the_same_calendar() -> None:
    first, other = laid_out_anew(), laid_out_anew(seed="2")
    assert first["scheduling.Booking"] != other["scheduling.Booking"]
    assert first["scheduling.Visit"] == other["scheduling.Visit"]
    assert first["partners.Contact"] != other["partners.Contact"]


@pytest.mark.large
def test_a_larger_calendar_is_repeatable_too() -> None:
    assert laid_out_anew(count=300) == laid_out_anew(count=300)


OTHER_DAYS = [
    date(2025, 3, 6),
    date(2026, 1, 1),
    date(2026, 12, 24),
    date(2027, 6, 13),
    date(2028, 2, 29),
    date(2031, 8, 2),
]


@pytest.mark.large
@pytest.mark.parametrize("today", OTHER_DAYS)
def test_any_other_day_has_120_visits_on_open_days(today: date) -> None:
    seed.seed(today=today)
    visits = Booking.objects.visits().with_visit()
    assert visits.count() == 120
    monday = today - timedelta(days=today.weekday())
    for booking in visits:
        day = timezone.localdate(booking.start)
        (hours,) = times.hours(booking.library, day, day)  # type: ignore[arg-type]
        assert hours.opens, booking
        over = booking.state not in {"draft", "offered", "confirmed", "declined"}
        assert (day < monday) is over
        assert booking.allocations.exists() is (booking.status not in CALLED_OFF)
    assert not Message.objects.exclude(state="kept").exists()


def test_edge_cases_find_their_days() -> None:
    for today in (*OTHER_DAYS, *(DAY + timedelta(days=11 * n) for n in range(60))):
        found = plan.core(today, days.Occupied())
        marked = {mark: v.start.date() for v in found for mark in v.marks}
        bridges = [v.start.date() for v in found if "bridge" in v.marks]
        assert all(days.is_bridge(day) for day in bridges), today
        assert days.is_clock_change(marked["clock_change"]), today
        same = {v.start for v in found if "same_hour" in v.marks}
        assert len(same) == 1, today
    assert plan.core(date(2032, 6, 1), days.Occupied())


def test_week_53_is_found_where_there_is_one() -> None:
    for today in (date(2026, 3, 2), date(2026, 11, 23), date(2032, 1, 15)):
        found = plan.core(today, days.Occupied())
        (visit,) = [v for v in found if "week53" in v.marks]
        assert visit.start.isocalendar().week == 53, today


def test_planning_needs_no_django() -> None:
    pure = [
        "days",
        "fill",
        "lessons",
        "others",
        "people",
        "plan",
        "story",
        "table",
        "timeline",
        "words",
    ]
    program = (
        "import sys, importlib\n"
        f"for name in {pure}: importlib.import_module('scheduling.demo.' + name)\n"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.large
def test_every_day_of_two_years_can_be_planned() -> None:
    for offset in range(0, 730, 3):
        occupied = days.Occupied()
        today = date(2026, 1, 1) + timedelta(days=offset)
        assert len(plan.core(today, occupied)) == 120
        assert len(others.others(today, occupied)) >= 25


@pytest.mark.large
def test_five_hundred_are_quick_and_do_not_overlap() -> None:
    begun = perf_counter()
    assert seed.seed(today=DAY, count=500) == 500
    assert perf_counter() - begun < 20
    assert Booking.objects.visits().count() == 500
    assert FeedBlock.objects.count() == 4 * Booking.objects.count()
    assert Invitation.objects.exclude(booking__visit=None).count() == 501
    assert Allocation.objects.count() > 1000
    assert Counter(Booking.objects.visits().values_list("state", flat=True))["held"] > 200


def test_a_few_are_an_even_choice() -> None:
    assert seed.seed(today=DAY, count=7) == 7
    months = {v.start.month for v in Booking.objects.visits()}
    assert len(months) >= 5


@pytest.mark.parametrize(
    "options", [{"count": 0}, {"count": 99_999_999}, {"today": date(1066, 1, 1)}]
)
def test_what_cannot_be_laid_out_is_refused_with_a_sentence(options: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        seed.seed(**{"today": DAY, **options})  # type: ignore[arg-type]
    assert not Booking.objects.exists()
