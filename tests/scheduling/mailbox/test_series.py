"""A regular series by mail: the whole, one date, and what each does not touch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from scheduling.booking import alter, series, services
from scheduling.mailbox.intake import take
from scheduling.models import (
    Booking,
    IncomingAnswer,
    Invitation,
    Message,
    Proposal,
    SeriesInvitation,
)
from scheduling.outbox import deliver
from tests import eml
from tests.factories import World, at, day
from tests.scheduling.mailbox.conftest import LATER, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Reply = Callable[..., dict[str, Any]]


@pytest.fixture
def dates(w: World) -> list[Booking]:
    """Four Tuesdays in December at ten; the one mail of the whole has left."""
    plan = series.SeriesPlan(visit=w.plan(), weekly=series.weekly(first=day(1), count=4))
    made = series.book_series(actor=w.socionom, now=NOW, plan=plan)
    deliver.deliver_due(clock=lambda: NOW)
    found = list(made.bookings.order_by("start"))
    assert [row.start.day for row in found] == [1, 8, 15, 22]
    return found


@pytest.fixture
def reply(dates: list[Booking]) -> Reply:
    """Hand in a template about the series; ``recurrence`` names one date."""

    def sent(
        name: str, recurrence: datetime | None = None, now: datetime = LATER, **changes: str
    ) -> dict[str, Any]:
        whole = SeriesInvitation.objects.get()
        first = Invitation.objects.get(booking=dates[0])
        changes = {"uid": whole.ical_uid, "sequence": str(whole.sequence), **changes}
        raw = eml.render(name, first, sent=now - timedelta(minutes=1), **changes)
        if recurrence is not None:
            line = f"RECURRENCE-ID:{recurrence.astimezone(UTC):%Y%m%dT%H%M%SZ}"
            raw = raw.replace(b"END:VEVENT", line.encode() + b"\nEND:VEVENT")
        return take(raw=raw, now=now).as_json()

    return sent


def states() -> list[tuple[str, str]]:
    rows = Invitation.objects.order_by("booking__original_start")
    return [(row.booking.state, row.state) for row in rows.select_related("booking")]


YES, NO, OPEN = ("confirmed", "accepted"), ("declined", "declined"), ("offered", "pending")


def test_a_yes_to_the_whole_is_a_yes_to_each_date(reply: Reply) -> None:
    found = reply("accept")
    assert (found["action"], found["scope"], found["partstat"]) == ("reply", "series", "ACCEPTED")
    assert "answers" not in found
    assert states() == [YES] * 4
    assert IncomingAnswer.objects.filter(action="reply").count() == 4
    assert reply("accept") == {"action": "ignored", "reason": "duplicate"}


def test_one_date_is_answered_alone(reply: Reply) -> None:
    reply("accept")
    found = reply("decline", at(15, 10), LATER + timedelta(hours=1))
    assert (found["action"], found["scope"]) == ("reply", "instance")
    assert found["recurrence_id"] == "2026-12-15T09:00:00Z"
    assert [row[1] for row in states()] == ["accepted", "accepted", "declined", "accepted"]


def test_two_dates_in_one_mail(reply: Reply) -> None:
    found = reply("two-events", later="20261208T090000Z")
    assert [row["partstat"] for row in found["answers"]] == ["ACCEPTED", "DECLINED"]
    assert states() == [YES, NO, OPEN, OPEN]


def test_a_date_that_is_not_in_the_series_waits_for_a_person(reply: Reply) -> None:
    found = reply("accept", at(23, 10))
    assert (found["action"], found["reason"]) == ("review", "unknown_instance")
    assert states() == [OPEN] * 4


def test_an_answer_to_the_whole_does_not_count_for_a_date_moved_since(
    w: World, dates: list[Booking], reply: Reply
) -> None:
    services.move(actor=w.socionom, now=NOW, booking=dates[1], start=at(9, 13))
    deliver.deliver_due(clock=lambda: LATER)
    later = LATER + timedelta(hours=1)
    assert reply("accept", now=later)["action"] == "reply"
    assert states() == [YES, OPEN, YES, YES]
    # Its RECURRENCE-ID is still the date of the rule; the answer is to its own SEQUENCE.
    moved = Invitation.objects.get(booking=dates[1])
    assert moved.sequence == 1
    found = reply("accept", at(8, 10), later + timedelta(hours=1), sequence="1")
    assert (found["action"], found["scope"]) == ("reply", "instance")
    assert states() == [YES] * 4


def test_a_cancelled_date_stays_cancelled(w: World, dates: list[Booking], reply: Reply) -> None:
    alter.cancel(actor=w.socionom, now=NOW, booking=dates[0])
    assert reply("accept")["action"] == "reply"
    assert states() == [("cancelled_by_us", "pending"), YES, YES, YES]
    found = reply("accept", at(1, 10), LATER + timedelta(hours=1))
    assert (found["action"], found["reason"]) == ("ignored", "cancelled")


def test_another_time_for_one_date_is_a_wish_and_for_the_whole_a_question(
    dates: list[Booking], reply: Reply
) -> None:
    found = reply("thunderbird-counter")
    assert (found["action"], found["reason"]) == ("review", "series_counter")
    assert not Proposal.objects.exists()
    later = LATER + timedelta(hours=1)
    found = reply("thunderbird-counter", at(15, 10), later)
    assert (found["action"], found["scope"]) == ("counter", "instance")
    assert Proposal.objects.get().invitation.booking == dates[2]


def test_a_refresh_brings_the_rule_once_more(dates: list[Booking], reply: Reply) -> None:
    assert reply("refresh")["action"] == "refresh"
    message = dates[0].messages.latest("pk")
    (event,) = Calendar.from_ical(bytes(message.calendar or b"")).walk("VEVENT")
    assert str(event["UID"]) == SeriesInvitation.objects.get().ical_uid
    assert (message.kind, int(event["SEQUENCE"]), "RRULE" in event) == ("series", 0, True)
    assert reply("refresh", now=LATER + timedelta(minutes=9))["reason"] == "refresh_too_soon"


def told(message: Message) -> tuple[str, str, list[str]]:
    """METHOD, RECURRENCE-ID and EXDATEs of a mail of ours, as written."""
    calendar = Calendar.from_ical(bytes(message.calendar or b""))
    (event,) = calendar.walk("VEVENT")
    out = event.get("EXDATE", [])
    days = [day for row in (out if isinstance(out, list) else [out]) for day in row.dts]
    recurrence = event.get("RECURRENCE-ID")
    return (
        str(calendar["METHOD"]),
        f"{recurrence.dt:%d %H:%M}" if recurrence else "",
        [f"{day.dt:%d %H:%M}" for day in days],
    )


def test_a_refresh_brings_what_became_of_each_date(
    w: World, dates: list[Booking], reply: Reply
) -> None:
    """The first date is called off and the third moved: neither is told as the rule has it."""
    alter.cancel(actor=w.socionom, now=NOW, booking=dates[0])
    services.move(actor=w.socionom, now=NOW, booking=dates[2], start=at(16, 13))
    deliver.deliver_due(clock=lambda: NOW)
    before = Message.objects.latest("pk").pk
    assert reply("refresh")["action"] == "refresh"
    sent = [told(row) for row in Message.objects.filter(pk__gt=before).order_by("pk")]
    assert sent == [
        ("REQUEST", "", ["01 10:00"]),
        ("CANCEL", "01 10:00", []),
        ("REQUEST", "15 10:00", []),
    ]
    # Nothing was changed by asking: an answer to the whole still counts.
    assert SeriesInvitation.objects.get().sequence == 0
    assert reply("accept", now=LATER + timedelta(hours=1))["action"] == "reply"


def test_a_refresh_of_one_date_brings_its_own_mail_or_the_rule(
    w: World, dates: list[Booking], reply: Reply
) -> None:
    services.move(actor=w.socionom, now=NOW, booking=dates[2], start=at(16, 13))
    deliver.deliver_due(clock=lambda: NOW)
    assert reply("refresh", at(15, 10))["action"] == "refresh"
    assert told(Message.objects.latest("pk")) == ("REQUEST", "15 10:00", [])
    deliver.deliver_due(clock=lambda: LATER)
    found = reply("refresh", at(22, 10), LATER + timedelta(hours=2))
    assert (found["action"], found["scope"]) == ("refresh", "instance")
    assert Message.objects.filter(kind="series").count() == 2


def test_a_date_answered_alone_keeps_its_answer(reply: Reply) -> None:
    reply("decline", at(8, 10))
    found = reply("accept", now=LATER + timedelta(hours=1))
    assert (found["action"], found["scope"]) == ("reply", "series")
    assert [row[1] for row in states()] == ["accepted", "declined", "accepted", "accepted"]
    kept = IncomingAnswer.objects.get(reason="own_answer")
    assert (kept.action, kept.invitation.booking.start) == ("ignored", at(8, 10))


def test_the_whole_comes_before_its_dates_in_one_mail(reply: Reply) -> None:
    """Both written at the same instant: the date first, then the whole."""
    found = reply("date-then-whole", later="20261208T090000Z")
    assert [row["scope"] for row in found["answers"]] == ["series", "instance"]
    assert [row[1] for row in states()] == ["accepted", "declined", "accepted", "accepted"]


def test_nothing_is_sent_about_a_series_that_is_over(reply: Reply) -> None:
    assert reply("refresh", now=at(2, 9))["action"] == "refresh"
    before = Message.objects.count()
    assert reply("refresh", now=at(23, 9))["reason"] == "over"
    assert Message.objects.count() == before
