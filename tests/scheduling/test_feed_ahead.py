"""A change joins what it has marked once it is committed; a GET relies on nothing of it."""

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from scheduling import links
from scheduling.booking import services
from scheduling.feeds import manage, segments, serve
from scheduling.models import Booking, Feed, FeedCalendar, FeedScope
from tests.factories import NOW, World, at, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def feed(w: World) -> Feed:
    feed = manage.create(actor=w.socionom, now=NOW, scope=FeedScope.ALL)
    ask(feed)
    return feed


def ask(feed: Feed, now: datetime = NOW) -> tuple[dict[str, str], bytes]:
    path = "/feeds" + links.feed_url(feed).rpartition("/feeds")[2]
    told = serve.respond(serve.Asked("GET", path), now)
    return dict(told.headers), b"".join(told.body)


def booked(w: World) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=w.plan())


def waiting() -> list[str]:
    """Calendars that the next GET has to join."""
    return [row.scope_key for row in FeedCalendar.objects.all() if row.version != row.built_version]


def no_joining(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(segments, "refresh", refused)


def test_the_first_get_after_a_change_finds_it_joined(
    w: World, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = booked(w)
    assert waiting() == []
    no_joining(monkeypatch)
    headers, body = ask(feed)
    assert booking.feed_uid.encode() in body
    assert headers["Content-Length"] == str(len(body))


def test_where_joining_fails_the_change_stands_and_the_get_joins(
    w: World, feed: Feed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        no_joining(broken)
        booking = booked(w)
    assert "the disk is full" in caplog.text
    assert waiting() == ["all"]
    assert booking.feed_uid.encode() in ask(feed)[1]
    assert waiting() == []


def test_what_is_rolled_back_is_not_joined(w: World, feed: Feed) -> None:
    before = ask(feed)
    with suppress(RuntimeError), transaction.atomic():
        booked(w)
        raise RuntimeError
    assert ask(feed) == before


def test_a_calendar_that_nobody_fetched_this_month_is_left_to_its_get(w: World, feed: Feed) -> None:
    later = at(1, 8, month=2, year=2027)
    booking = booked(w)
    services.move(actor=w.socionom, now=later, booking=booking, start=at(9, 10, month=2, year=2027))
    assert waiting() == ["all"]
    assert b"20270209T" in ask(feed, now=later)[1]
    assert waiting() == []


def test_last_modified_is_when_the_change_could_be_seen(w: World, feed: Feed) -> None:
    """A transaction of five seconds: a reader's own clock lay between its begin and its end."""
    booking = booked(w)
    before = ask(feed)[0]
    FeedCalendar.objects.update(built_version=0, etag="another")
    (row,) = FeedCalendar.objects.all()
    segments.join_ahead([("all", row.variant)], NOW + timedelta(hours=1), time.monotonic() - 5)
    row.refresh_from_db()
    assert row.last_modified == NOW + timedelta(hours=1, seconds=5)
    headers, body = ask(feed)
    assert headers["ETag"] == before["ETag"]
    assert booking.feed_uid.encode() in body


def test_many_changes_of_one_transaction_are_joined_once(
    w: World, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[Any] = []
    refresh = segments.refresh

    def counted(*args: Any) -> segments.Built:
        joined.append(args)
        return refresh(*args)

    monkeypatch.setattr(segments, "refresh", counted)
    with transaction.atomic():
        first = booked(w)
        services.move(actor=w.socionom, now=NOW, booking=first, start=at(9, 10))
    assert len(joined) == 1
