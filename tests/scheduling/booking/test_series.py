"""Series: rules on the wall, skipped days, clashes, one UID, each date its own."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from core.errors import Clash, Invalid
from scheduling.booking import alter, series, services
from scheduling.booking.answers import Reply
from scheduling.calendars.recurrence import TooManyDates, Weekly, at_wall
from scheduling.models import Allocation, Booking, Invitation, Message, Series
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, days, world

YES = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
NO = Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
DB = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    ("first", "offsets"), [(date(2026, 3, 23), {1, 2}), (date(2026, 10, 19), {1, 2})]
)
def test_ten_stays_ten_across_the_clock_change(first: date, offsets: set[int]) -> None:
    found = [at_wall(day, time(10)) for day in Weekly(first=first, count=3).days()]
    assert [one.hour for one in found] == [10, 10, 10]
    assert {one.utcoffset() for one in found} == {timedelta(hours=hour) for hour in offsets}


def test_fortnightly_through_week_53() -> None:
    found = Weekly(first=date(2026, 12, 29), weeks=2, count=3).days()
    assert found == [date(2026, 12, 29), date(2027, 1, 12), date(2027, 1, 26)]


@given(
    first=st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    weeks=st.integers(1, 8),
    count=st.integers(1, 13),
)
def test_every_date_is_on_the_weekday_and_evenly_apart(first: date, weeks: int, count: int) -> None:
    found = Weekly(first=first, weeks=weeks, count=count).days()
    assert found == [first + timedelta(weeks=weeks * number) for number in range(count)]
    assert Weekly(first=first, weeks=weeks, until=found[-1]).days() == found


@pytest.mark.parametrize("count", [201, 10_000, 10**9])
def test_too_many_dates(count: int) -> None:
    with pytest.raises(TooManyDates):
        Weekly(first=date(2026, 1, 1), count=count)
    with pytest.raises(Invalid, match="högst 200"):
        series.weekly(first=date(2026, 1, 1), count=count)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_wall_time_of_the_change_itself_is_none(day: date) -> None:
    with pytest.raises(ValueError, match="skipped or shown twice"):
        at_wall(day, time(2, 30))


def fortnightly(w: World, count: int = 8, **extra: object) -> series.SeriesPlan:
    return series.SeriesPlan(
        visit=w.plan(),
        weekly=series.weekly(first=date(2026, 12, 1), weeks=2, count=count),
        **extra,  # type: ignore[arg-type]
    )


def weekly_from(w: World, first: date, count: int) -> series.SeriesPlan:
    start = at_wall(first, time(10))
    return series.SeriesPlan(
        visit=w.plan(start=start, end=start + timedelta(minutes=75)),
        weekly=series.weekly(first=first, count=count),
    )


def parsed(message: Message) -> tuple[Calendar, object]:
    calendar = Calendar.from_ical(bytes(message.calendar or b""))
    return calendar, calendar.walk("VEVENT")[0]


@pytest.mark.django_db
@pytest.mark.postgres
class TestSeries:
    """On both databases."""

    @pytest.fixture
    def w(self) -> World:
        return world()

    def test_one_uid_with_rule_and_each_date_a_booking(self, w: World) -> None:
        made = series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w))
        rows = list(made.bookings.all())
        assert len(rows) == 8
        assert Allocation.objects.count() == 24
        assert {row.state for row in rows} == {"offered"}
        message = Message.objects.get()
        calendar, event = parsed(message)
        assert calendar["METHOD"] == "REQUEST"
        assert dict(event["RRULE"]) == {  # type: ignore[index]
            "FREQ": ["WEEKLY"],
            "INTERVAL": [2],
            "COUNT": [8],
            "BYDAY": ["TU"],
        }
        assert event["UID"] == made.invitations.get().ical_uid  # type: ignore[index]
        assert message.text.count("kl.") >= 8

    @pytest.mark.parametrize(
        ("first", "hours"), [(date(2027, 3, 16), [9, 9, 8]), (date(2027, 10, 19), [8, 8, 9])]
    )
    def test_a_booked_series_stands_at_ten_across_the_clock_change(
        self, w: World, first: date, hours: list[int]
    ) -> None:
        # 28 March and 31 October 2027.
        made = series.book_series(actor=w.socionom, now=NOW, plan=weekly_from(w, first, 3))
        starts = [row.start for row in made.bookings.all()]
        assert [start.astimezone(UTC).hour for start in starts] == hours
        assert {timezone.localtime(start).time() for start in starts} == {time(10)}
        assert {row.end - row.start for row in made.bookings.all()} == {timedelta(minutes=75)}

    def test_every_other_week_from_week_53_keeps_fourteen_days(self, w: World) -> None:
        plan = series.SeriesPlan(
            visit=w.plan(start=at(29, 10), end=at(29, 11, 15)),
            weekly=series.weekly(first=date(2026, 12, 29), weeks=2, count=3),
        )
        made = series.book_series(actor=w.socionom, now=NOW, plan=plan)
        days_ = [timezone.localdate(row.start) for row in made.bookings.all()]
        assert days_ == [date(2026, 12, 29), date(2027, 1, 12), date(2027, 1, 26)]
        assert [day.isocalendar().week for day in days_] == [53, 2, 4]

    def test_red_days_and_eves_are_skipped_and_become_exdates(self, w: World) -> None:
        plan = weekly_from(w, date(2026, 12, 17), 4)
        found = series.outline(plan=plan, now=NOW)
        assert [row.day for row in found.skipped] == [date(2026, 12, 24), date(2026, 12, 31)]
        assert not Booking.objects.exists()
        series.book_series(actor=w.socionom, now=NOW, plan=plan)
        raw = bytes(Message.objects.get().calendar or b"")
        assert b"EXDATE;TZID=Europe/Stockholm:20261224T100000" in raw
        assert b"EXDATE;TZID=Europe/Stockholm:20261231T100000" in raw
        assert b"COUNT=4" in raw

    def test_closures_are_skipped(self, w: World) -> None:
        w.library.closures.create(day=date(2026, 12, 15), reason="Inventering")
        found = series.outline(plan=fortnightly(w, 3), now=NOW)
        assert [(row.day, row.reason) for row in found.skipped] == [
            (date(2026, 12, 15), "Inventering")
        ]

    def test_clashes_are_named_with_a_way_out(self, w: World) -> None:
        w.other_room.capacity = 10
        w.other_room.save()
        other = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
        taken = w.plan(
            groups=(other,),
            contacts=(w.contact,),
            start=at(15, 10),
            end=at(15, 11, 15),
            host=w.other_host,
        )
        services.book(actor=w.socionom, now=NOW, plan=taken)
        plan = fortnightly(w, 3)
        with pytest.raises(Clash, match="1 av 3 krockar") as caught:
            series.book_series(actor=w.socionom, now=NOW, plan=plan)
        row = caught.value.extra["dates"][0]  # type: ignore[index]
        assert (row["day"], row["room"]) == ("2026-12-15", w.other_room.pk)
        assert not Series.objects.exists()
        way_out = {date(2026, 12, 15): series.Instead(room=w.other_room)}
        made = series.book_series(
            actor=w.socionom, now=NOW, plan=fortnightly(w, 3, instead=way_out)
        )
        assert [row.visit.room for row in made.bookings.all()] == [w.room, w.other_room, w.room]
        assert made.regular
        skipping = fortnightly(w, 3, skip=frozenset({date(2026, 12, 15)}))
        assert len(series.outline(plan=skipping, now=NOW).visits) == 2

    def test_moving_one_date_tells_of_that_date_alone(self, w: World) -> None:
        made = series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w, 3))
        deliver.deliver_due(clock=lambda: NOW + days(1))
        second = made.bookings.all()[1]
        alter.move(actor=w.socionom, now=NOW, booking=second, start=at(16, 10))
        message = Message.objects.latest("pk")
        calendar, event = parsed(message)
        assert (message.kind, calendar["METHOD"]) == ("update", "REQUEST")
        assert event["UID"] == made.invitations.get().ical_uid  # type: ignore[index]
        assert event["RECURRENCE-ID"].dt == at(15, 10)  # type: ignore[index]
        assert event["DTSTART"].dt == at(16, 10)  # type: ignore[index]
        assert event["SEQUENCE"] == 1  # type: ignore[index]
        assert "RRULE" not in event  # type: ignore[operator]
        row = made.invitations.get()
        assert series.find_instance(row, datetime(2026, 12, 15, 9, tzinfo=UTC)) == second
        assert series.find_instance(row, datetime(2026, 12, 16, 9, tzinfo=UTC)) is None

    def test_cancelling_one_date_leaves_the_rest(self, w: World) -> None:
        made = series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w, 3))
        deliver.deliver_due(clock=lambda: NOW + days(1))
        alter.cancel(actor=w.socionom, now=NOW, booking=made.bookings.all()[1])
        calendar, event = parsed(Message.objects.latest("pk"))
        assert calendar["METHOD"] == "CANCEL"
        assert event["RECURRENCE-ID"].dt == at(15, 10)  # type: ignore[index]
        assert [row.state for row in made.bookings.all()] == [
            "offered",
            "cancelled_by_us",
            "offered",
        ]

    def test_yes_to_all_and_no_to_one(self, w: World) -> None:
        made = series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w, 3))
        row = made.invitations.get()
        series.answer_all(row=row, reply=YES, now=NOW)
        second = made.bookings.all()[1]
        series.answer(row=row, replies={second.pk: NO}, now=NOW)
        assert [one.state for one in made.bookings.all()] == [
            "confirmed",
            "cancelled_by_partner",
            "confirmed",
        ]
        assert Message.objects.filter(kind="chosen").count() == 0

    def test_a_list_of_dates_has_a_request_per_yes(self, w: World) -> None:
        plan = series.SeriesPlan(visit=w.plan(), days=(date(2026, 12, 1), date(2026, 12, 9)))
        made = series.book_series(actor=w.socionom, now=NOW, plan=plan)
        assert (made.rule, Message.objects.get().calendar) == ("", None)
        deliver.deliver_due(clock=lambda: NOW + days(1))
        series.answer_all(row=made.invitations.get(), reply=YES, now=NOW)
        sent = list(Message.objects.filter(kind="chosen"))
        own = set(
            Invitation.objects.filter(booking__series=made).values_list("ical_uid", flat=True)
        )
        assert {parsed(message)[1]["UID"] for message in sent} == own  # type: ignore[index]
        assert len(own) == 2

    def test_the_whole_is_cancelled_with_one_object(self, w: World) -> None:
        made = series.book_series(actor=w.socionom, now=NOW, plan=fortnightly(w, 3))
        deliver.deliver_due(clock=lambda: NOW + days(1))
        assert series.cancel_remaining(actor=w.socionom, now=NOW, series=made) == 3
        assert not Allocation.objects.exists()
        calendar, event = parsed(Message.objects.latest("pk"))
        assert (calendar["METHOD"], event["SEQUENCE"]) == ("CANCEL", 1)  # type: ignore[index]
        assert "RECURRENCE-ID" not in event  # type: ignore[operator]


@pytest.mark.django_db
@pytest.mark.postgres
def test_the_ways_of_a_clashing_date_are_free_and_on_that_day() -> None:
    w = world()
    other = w.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    taken = w.plan(groups=(other,), contacts=(w.contact,), start=at(15, 10), end=at(15, 11, 15))
    services.book(actor=w.socionom, now=NOW, plan=taken)
    (clash,) = series.outline(plan=fortnightly(w, 3), now=NOW).clashes
    # Skrivarrummet is free, but has no places for ten.
    assert clash.ways
    assert clash.room is None
    assert {timezone.localdate(way.start) for way in clash.ways} == {date(2026, 12, 15)}
    for way in clash.ways:
        instead = {
            clash.day: series.Instead(
                start=way.start, room=way.room, host=way.host, co_host=way.co_host
            )
        }
        assert series.outline(plan=fortnightly(w, 3, instead=instead), now=NOW).clashes == []


@pytest.mark.django_db
@pytest.mark.postgres
def test_two_dates_that_choose_the_same_time_clash_and_nothing_is_booked() -> None:
    w = world()
    same = series.Instead(start=at(16, 10))
    plan = fortnightly(w, 3, instead={date(2026, 12, 1): same, date(2026, 12, 15): same})
    with pytest.raises(Clash, match="1 av 3 krockar: ons 16 dec") as caught:
        series.book_series(actor=w.socionom, now=NOW, plan=plan)
    rows: Any = caught.value.extra["dates"]
    (row,) = rows
    assert "Studion är upptagen ons 16 dec" in row["message"]
    assert row["ways_out"]
    assert not Booking.objects.exists()
