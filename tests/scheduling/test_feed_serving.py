"""Feeds as a server meets them: in front of Django's stack, from files that cannot be stale."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import icalendar
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date

from config.wsgi import application
from core.models import AuditEvent
from scheduling import links
from scheduling.booking import services
from scheduling.feeds import bodies, busy, found, manage, places, segments, serve
from scheduling.feeds.questions import LookUp
from scheduling.models import (
    Booking,
    Feed,
    FeedBlock,
    FeedLevel,
    FeedPlace,
    FeedScope,
    FeedSegment,
    FeedVariant,
    Programme,
    Room,
)
from scheduling.outbox import deliver
from tests.factories import NOW, World, at, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _as_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has told nobody anything: worlds that are put back have the same keys."""
    monkeypatch.setattr(serve, "_KNOWN", {})


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def feed(w: World) -> Feed:
    return manage.create(actor=w.socionom, now=NOW, scope=FeedScope.ALL)


def address(feed: Feed, kind: str = "ics") -> str:
    token = links.feed_url(feed).rpartition("/")[2].partition(".")[0]
    return f"/feeds/{token}.{kind}"


def ask(
    feed: Feed, kind: str = "ics", now: datetime = NOW, **more: str
) -> tuple[int, dict[str, str], bytes]:
    asked = serve.Asked(more.pop("method", "GET"), address(feed, kind), **more)
    told = serve.respond(asked, now)
    return told.status, dict(told.headers), b"".join(told.body)


def booked(w: World, **changes: Any) -> Booking:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(**changes))
    deliver.deliver_due(clock=lambda: NOW + days(1))
    return booking


def wsgi(path: str, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """One request through the production application, with nothing of Django's test client."""
    got: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *_more: object) -> None:
        got.extend((status, dict(headers)))

    body: Iterable[bytes] = application(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "another.example",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "another.example",
            **environ,
        },
        start,
    )
    return got[0], got[1], b"".join(body)


def test_the_path_in_front_is_the_same_as_the_one_inside(w: World, feed: Feed) -> None:
    booked(w)
    status, headers, body = wsgi(
        address(feed), HTTP_COOKIE="sessionid=x", HTTP_ACCEPT_ENCODING="gzip"
    )
    inside = ask(feed, now=NOW)
    assert status == "200 OK"
    assert body == inside[2]
    assert headers["ETag"] == inside[1]["ETag"]
    assert headers["Content-Length"] == str(len(body))
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not {"Set-Cookie", "Vary", "Location", "Content-Encoding"} & set(headers)
    assert wsgi(address(feed), HTTP_IF_NONE_MATCH=headers["ETag"])[0] == "304 Not Modified"
    assert wsgi(address(feed), "HEAD")[2] == b""
    for method in ("POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"):
        status, headers, body = wsgi(address(feed), method)
        assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


def test_wrong_and_revoked_are_one_404(w: World, feed: Feed) -> None:
    path = address(feed)
    manage.revoke(actor=w.socionom, now=NOW, feed=feed)
    answers = {
        (status, tuple(headers.items()), body)
        for status, headers, body in (
            wsgi(path), wsgi("/feeds/" + "a" * 32 + ".ics"), wsgi("/feeds/"), wsgi("/feeds/x.ics"),
        )
    }  # fmt: skip
    assert {status for status, _headers, _body in answers} == {"404 Not Found"}
    assert len(answers) == 1


def test_letters_that_only_look_alike_are_a_wrong_address(feed: Feed) -> None:
    assert serve.respond(serve.Asked("GET", address(feed)), NOW).status == 200
    alike = address(feed).replace(".ics", ".ic\N{LATIN SMALL LETTER LONG S}")
    assert serve.respond(serve.Asked("GET", alike), NOW).status == 404


def test_a_fault_is_logged_without_the_address(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(serve, "respond", broken)
    with caplog.at_level(logging.ERROR):
        assert wsgi(address(feed))[0].startswith("500")
    assert "the disk is full" in caplog.text
    assert address(feed) not in caplog.text


@contextmanager
def questions_asked() -> Iterator[list[str]]:
    """What the database is asked meanwhile: by Django, and past it as a poll asks."""
    asked: list[str] = []

    def noted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*values: object) -> Any:
            asked.append(f"{name} {values[0]}")
            return act(*values)

        return acting

    with (
        CaptureQueriesContext(connection) as captured,
        patch.object(segments, "ask", noted("ask", segments.ask)),
        patch.object(LookUp, "rows", noted("look up", LookUp.rows)),
    ):
        yield asked
        asked += [query["sql"] for query in captured]


def test_a_304_is_one_question_and_touches_no_segment(w: World, feed: Feed) -> None:
    booked(w)
    _status, headers, _body = ask(feed)
    with questions_asked() as asked:
        assert ask(feed, if_none_match=headers["ETag"])[0] == 304
    assert len(asked) == 1
    assert "look up" in asked[0]


def staffs(w: World) -> Feed:
    return manage.create(actor=w.socionom, now=NOW, scope=FeedScope.USER)


def partners(w: World) -> Feed:
    return manage.for_contact(contact=w.contact, now=NOW)


def staffs_of_a_partner(w: World) -> Feed:
    return manage.create(
        actor=w.socionom, now=NOW, scope=FeedScope.PARTNER, target=manage.Target(contact=w.contact)
    )


OWNED = pytest.mark.parametrize("made", [staffs, partners, staffs_of_a_partner])


def polled(feed: Feed, now: datetime = NOW) -> str:
    """Polled until the answer is told from memory; the ETag."""
    etag = ask(feed, now=now)[1]["ETag"]
    for _ in range(2):
        assert ask(feed, now=now, if_none_match=etag)[0] == 304
    return etag


@OWNED
def test_a_poll_that_was_answered_before_is_only_compared(
    w: World, made: Callable[[World], Feed]
) -> None:
    booked(w)
    feed = made(w)
    etag = polled(feed)
    with patch.object(found, "find", side_effect=AssertionError), questions_asked() as asked:
        status, headers, body = ask(feed, if_none_match=etag)
    assert (status, body, len(asked)) == (304, b"", 1)
    assert headers == {
        "ETag": etag,
        "Last-Modified": ask(feed)[1]["Last-Modified"],
        "Cache-Control": "private, no-cache",
    }


def owner_goes(w: World, _feed: Feed) -> None:
    type(w.socionom).objects.filter(pk=w.socionom.pk).update(is_active=False)


def contact_goes(w: World, _feed: Feed) -> None:
    type(w.contact).objects.filter(pk=w.contact.pk).update(archived_at=NOW)


def revoked(w: World, feed: Feed) -> None:
    manage.revoke(actor=w.socionom, now=NOW, feed=feed)


@pytest.mark.parametrize(
    ("made", "end"),
    [
        (staffs, owner_goes), (staffs, revoked), (partners, contact_goes), (partners, revoked),
        (staffs_of_a_partner, owner_goes), (staffs_of_a_partner, contact_goes),
    ],
)  # fmt: skip
def test_an_address_that_ends_is_told_from_no_memory(
    w: World, made: Callable[[World], Feed], end: Callable[[World, Feed], None]
) -> None:
    feed = made(w)
    etag = polled(feed)
    end(w, feed)
    assert ask(feed, if_none_match=etag)[0] == 404


def test_an_address_that_was_changed_is_told_from_no_memory(w: World, feed: Feed) -> None:
    etag = polled(feed)
    old = serve.Asked("GET", address(feed), if_none_match=etag)
    manage.rotate(actor=w.socionom, now=NOW, feed=feed)
    assert serve.respond(old, NOW).status == 404
    assert ask(feed, if_none_match=etag)[0] == 304


@OWNED
def test_whatever_changes_ends_what_was_told(w: World, made: Callable[[World], Feed]) -> None:
    feed = made(w)
    etag = polled(feed)
    manage.rename(actor=w.socionom, now=NOW, feed=feed, name="Höstens besök")
    assert ask(feed, if_none_match=etag)[0] == 200
    etag = polled(feed)
    booking = booked(w)
    assert ask(feed, if_none_match=etag)[0] == 200
    etag = polled(feed)
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert ask(feed, if_none_match=etag)[0] == 200
    later = NOW + places.SHOW_CALLED_OFF
    etag = polled(feed, later)
    assert places.drop_due(later) > 0
    assert ask(feed, now=later, if_none_match=etag)[0] == 200


def test_a_name_that_comes_back_is_told_with_its_own_last_modified(w: World, feed: Feed) -> None:
    """Another process has told the first name; a program that held the second polls by date."""
    polled(feed)
    known = dict(serve._KNOWN)
    first = feed.name
    manage.rename(actor=w.socionom, now=NOW + timedelta(minutes=2), feed=feed, name="Höstens besök")
    serve._KNOWN.clear()
    since = ask(feed, now=NOW + timedelta(minutes=2))[1]["Last-Modified"]
    manage.rename(actor=w.socionom, now=NOW + timedelta(minutes=4), feed=feed, name=first)
    for remembered in ({}, known):
        serve._KNOWN.clear()
        serve._KNOWN.update(remembered)
        status, headers, _body = ask(feed, now=NOW + timedelta(minutes=4), if_modified_since=since)
        assert (status, headers["Last-Modified"]) == (
            200,
            http_date((NOW + timedelta(minutes=4)).timestamp()),
        )


def test_a_month_that_begins_ends_what_was_told(w: World, feed: Feed) -> None:
    far = booked(w, start=at(30, 10, month=6, year=2028), end=at(30, 11, month=6, year=2028))
    last = at(30, 23, month=11) + timedelta(minutes=59)
    etag = polled(feed, last)
    status, _headers, body = ask(feed, now=last + timedelta(minutes=1), if_none_match=etag)
    assert (status, far.feed_uid.encode() in body) == (200, True)


def test_a_fetch_is_noted_each_quarter_also_of_what_is_told_from_memory(feed: Feed) -> None:
    etag = polled(feed)
    for minutes, noted in ((14, 0), (15, 15), (29, 15), (31, 31)):
        now = NOW + timedelta(minutes=minutes)
        assert ask(feed, now=now, if_none_match=etag)[0] == 304
        feed.refresh_from_db()
        assert feed.last_fetched_at == NOW + timedelta(minutes=noted)


def test_what_was_told_is_remembered_up_to_a_limit(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "_KNOWN_LIMIT", 2)
    feeds = [made(w) for made in (staffs, partners, staffs_of_a_partner)]
    for feed in feeds[:2]:
        polled(feed)
    assert list(serve._KNOWN) == [address(feed) for feed in feeds[:2]]
    polled(feeds[2])
    assert list(serve._KNOWN) == [address(feed) for feed in feeds[1:]]
    # Other spellings of one address would push out everybody's.
    for _ in range(2):
        shouted = serve.Asked("GET", address(feeds[0]).upper().replace("/FEEDS", "/feeds"))
        assert serve.respond(shouted, NOW).status == 200
    assert list(serve._KNOWN) == [address(feed) for feed in feeds[1:]]


@pytest.mark.parametrize("small", [bodies.SMALL, 0], ids=["small", "large"])
def test_a_warm_get_is_one_question_too(
    w: World, feed: Feed, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SMALL", small)
    booked(w)
    first = ask(feed)[2]
    with questions_asked() as asked:
        assert ask(feed)[2] == first
    assert len(asked) == 1


def test_the_first_get_after_a_change_asks_no_more_for_a_longer_history(
    w: World, feed: Feed
) -> None:
    def after_a_change(booking: Booking, hour: int) -> int:
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(1, hour))
        with questions_asked() as asked:
            ask(feed)
        return len(asked)

    booking = booked(w)
    ask(feed)
    few = after_a_change(booking, 13)
    for month in (1, 2, 3):
        booked(w, start=at(8, 10, month=month, year=2027), end=at(8, 11, month=month, year=2027))
    ask(feed)
    assert after_a_change(booking, 15) == few


@pytest.mark.django_db(transaction=True)
def test_the_look_up_outlives_its_connection_and_what_was_prepared_on_it() -> None:
    feed = manage.create(actor=world().socionom, now=NOW, scope=FeedScope.ALL)
    etag = polled(feed)

    def answers() -> tuple[int, int]:
        return ask(feed)[0], ask(feed, if_none_match=etag)[0]

    assert answers() == (200, 304)
    with suppress(RuntimeError), transaction.atomic():
        Feed.objects.update(name="Rullas tillbaka")
        raise RuntimeError
    assert answers() == (200, 304)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert answers() == (200, 304)
        server = connection.connection.pgconn
        for kind in ("text", "varchar(120)"):
            # "cached plan must not change result type": no reason to lose the connection.
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE scheduling_feed ALTER COLUMN name TYPE {kind}")
            assert answers() == (200, 304)
        assert connection.connection.pgconn is server
        connection.connection.pgconn.finish()
    assert answers() == (200, 304)
    manage.revoke(actor=feed.owner or world().socionom, now=NOW, feed=feed)
    assert answers() == (404, 404)


def test_if_none_match_goes_before_if_modified_since(w: World, feed: Feed) -> None:
    booked(w)
    _status, headers, _body = ask(feed)
    since = headers["Last-Modified"]
    assert ask(feed, if_modified_since=since)[0] == 304
    assert ask(feed, if_none_match='"other"', if_modified_since=since)[0] == 200
    assert ask(feed, if_modified_since="nonsense")[0] == 200


def test_last_modified_moves_when_something_leaves(w: World, feed: Feed) -> None:
    """A visit called off and, two weeks later, gone: nothing that is left was changed."""
    booking = booked(w)
    kept = booked(w, start=at(8, 10), end=at(8, 11))
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    _status, before, body = ask(feed)
    assert b"INST\xc3\x84LLT" in body
    later = NOW + timedelta(days=14, minutes=1)
    assert places.drop_due(NOW + timedelta(days=13)) == 0
    gone = FeedPlace.objects.filter(booking=booking).count()
    assert places.drop_due(later) == gone > 0
    assert places.drop_due(later) == 0
    status, after, body = ask(feed, now=later, if_modified_since=before["Last-Modified"])
    assert (status, b"INST\xc3\x84LLT" in body, kept.feed_uid.encode() in body) == (
        200,
        False,
        True,
    )
    assert after["ETag"] != before["ETag"]


@pytest.mark.django_db(transaction=True)
def test_what_time_takes_out_is_taken_outside_every_transaction() -> None:
    """As the sweep calls it: on PostgreSQL rows are locked in a transaction or not at all."""
    w = world()
    feed = manage.create(actor=w.socionom, now=NOW, scope=FeedScope.ALL)
    booking = booked(w)
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert booking.feed_uid.encode() in ask(feed)[2]
    gone = FeedPlace.objects.filter(booking=booking).count()
    later = NOW + places.SHOW_CALLED_OFF
    assert places.drop_due(later) == gone > 0
    assert booking.feed_uid.encode() not in ask(feed, now=later)[2]


def test_an_unseen_change_changes_no_byte(w: World, feed: Feed) -> None:
    booking = booked(w)
    _status, before, body = ask(feed)
    services.change_details(
        actor=w.socionom, now=NOW + days(1), booking=booking,
        details=services.Details(diets="2 glutenfritt"),
    )  # fmt: skip
    _status, after, again = ask(feed, now=NOW + days(1))
    assert (after["ETag"], again) == (before["ETag"], body)
    booking.refresh_from_db()
    assert booking.feed_sequence == 0


def joined() -> list[str]:
    """Months with something in them that need not be joined anew."""
    rows = FeedSegment.objects.exclude(digest="").filter(size__gt=0)
    return sorted(rows.values_list("month", flat=True))


def test_a_change_takes_only_its_own_month(w: World, feed: Feed) -> None:
    booked(w)
    moved = booked(w, start=at(12, 10, month=1, year=2027), end=at(12, 11, month=1, year=2027))
    ask(feed)
    assert joined() == ["2026-12", "2027-01"]
    services.move(actor=w.socionom, now=NOW, booking=moved, start=at(9, 10, month=2, year=2027))
    assert joined() == ["2026-12"]
    assert ask(feed)[0] == 200
    assert joined() == ["2026-12", "2027-02"]


def test_the_window_moves_with_the_months(w: World, feed: Feed) -> None:
    far = booked(w, start=at(30, 10, month=6, year=2028), end=at(30, 11, month=6, year=2028))
    assert far.feed_uid.encode() not in ask(feed)[2]
    assert far.feed_uid.encode() in ask(feed, now=at(1, 8, month=12))[2]
    assert far.feed_uid.encode() not in ask(feed, now=at(1, 8, month=7, year=2029))[2]
    assert far.feed_uid.encode() in ask(feed, now=at(30, 8, month=6, year=2029))[2]


def test_files_are_named_by_what_they_hold_and_swept(
    w: World, feed: Feed, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SMALL", 0)
    settings.FEED_CACHE_DIR = tmp_path / "feeds"
    booking = booked(w)
    first = ask(feed)[2]
    (file,) = (tmp_path / "feeds").iterdir()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem
    assert file.read_bytes() in first
    # Another machine, or a folder emptied: joined again from the blocks.
    file.unlink()
    assert ask(feed)[2] == first
    late = file.stat().st_mtime + bodies.UNUSED + 1
    assert bodies.sweep(segments.current(), now=late) == 0
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    assert ask(feed)[2] != first
    assert bodies.sweep(segments.current()) == 0
    assert bodies.sweep(segments.current(), now=late) == 1
    assert not file.exists()
    assert ask(feed)[2] != first


def test_blocks_changed_past_every_service_are_joined_anew(
    w: World, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restored dump, a shell: what the rows promise lies nowhere, and is not promised again."""
    monkeypatch.setattr(bodies, "SMALL", 0)
    booking = booked(w)
    before = ask(feed)
    for row in FeedSegment.objects.all():
        bodies.path_of(row.digest, "month").unlink()
    FeedBlock.objects.filter(booking=booking).delete()
    status, headers, body = ask(feed)
    assert (status, booking.feed_uid.encode() in body) == (200, False)
    assert headers["ETag"] != before[1]["ETag"]
    assert headers["Content-Length"] == str(len(body))


def test_small_bodies_are_remembered_up_to_a_limit() -> None:
    remembered = bodies.Remembered(limit=10)
    remembered.put("a", b"12345")
    remembered.put("b", b"12345")
    remembered.put("b", b"12345")
    assert remembered.get("a") == b"12345"
    remembered.put("c", b"1")
    assert (remembered.get("a"), remembered.get("b")) == (b"12345", None)


def test_free_busy_is_merged_and_in_utc(w: World) -> None:
    feed = manage.create(
        actor=w.socionom, now=NOW, scope=FeedScope.HOST, level=FeedLevel.BUSY,
        target=manage.Target(host=w.host),
    )  # fmt: skip
    booked(w, start=at(1, 10), end=at(1, 11))
    booked(w, start=at(1, 11), end=at(1, 12))
    off = booked(w, start=at(2, 10), end=at(2, 11))
    services.cancel(actor=w.socionom, now=NOW, booking=off)
    status, headers, body = ask(feed, "ifb")
    assert (status, headers["Content-Length"]) == (200, str(len(body)))
    calendar = icalendar.Calendar.from_ical(body)
    (component,) = calendar.walk("VFREEBUSY")
    assert calendar["METHOD"] == "PUBLISH"
    assert component["FREEBUSY"].to_ical() == b"20261201T090000Z/20261201T110000Z"
    assert ask(feed, "ifb", if_none_match=headers["ETag"])[0] == 304
    assert b"Lo Berg" not in body


def test_busy_time_that_changes_while_it_is_read_is_kept_under_no_name(
    w: World, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = booked(w)
    before = ask(feed)[1]
    render = busy._render
    off: list[object] = []

    def late(*args: Any) -> bytes:
        data = render(*args)
        if not off:
            off.append(booking)
            services.cancel(actor=w.socionom, now=NOW, booking=booking)
        return data

    monkeypatch.setattr(busy, "_render", late)
    kept = len(list(bodies.path_of("any", "ifb").parent.glob("*.ifb")))
    status, _headers, body = ask(feed, "ifb")
    assert (status, b"FREEBUSY;" in body) == (200, False)
    assert ask(feed)[1]["ETag"] != before["ETag"]
    assert len(list(bodies.path_of("any", "ifb").parent.glob("*.ifb"))) == kept + 1


def test_a_rename_moves_the_validators(w: World, feed: Feed) -> None:
    _status, before, _body = ask(feed)
    manage.rename(actor=w.socionom, now=NOW + days(1), feed=feed, name="Höstens besök")
    status, after, body = ask(feed, if_modified_since=before["Last-Modified"])
    assert (status, "NAME:Höstens besök".encode() in body) == (200, True)
    assert after["ETag"] != before["ETag"]


def test_a_feed_nobody_fetches_dies_after_180_days(w: World, feed: Feed) -> None:
    other = manage.create(actor=w.socionom, now=NOW, scope=FeedScope.USER)
    ask(feed, now=NOW + days(100))
    assert manage.revoke_unused(NOW + days(180)) == 0
    assert manage.dies_on(other) == (NOW + days(180)).date()
    assert manage.revoke_unused(NOW + days(181)) == 1
    other.refresh_from_db()
    assert other.revoked_at == NOW + days(181)
    assert AuditEvent.objects.get(verb="feed.expired").object_id == other.pk


def test_it_dies_with_its_owner(w: World, feed: Feed) -> None:
    assert ask(feed)[0] == 200
    w.socionom.is_active = False
    w.socionom.save()
    assert ask(feed)[0] == 404


HOSTILE = [
    "rad\nBEGIN:VEVENT\r\nUID:x", "nul\x00mitt i", "u\u2028rad", "å" * 5000, "🌲" * 40,
    "END:VCALENDAR", "\\n;,:\"", "\ud7ff\uffff",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_one_bad_title_never_breaks_a_feed(w: World, text: str) -> None:
    feed = manage.create(actor=w.socionom, now=NOW, scope=FeedScope.ALL, level=FeedLevel.FULL)
    if "\x00" not in text:
        # Straight into the rows, past every form: as an import or a shell might.
        Programme.objects.update(name=text[:80])
        Room.objects.filter(pk=w.room.pk).update(name=text[:80])
    w.programme.refresh_from_db()
    w.room.refresh_from_db()
    bad = booked(w)
    good = booked(w, start=at(8, 10), end=at(8, 11))
    body = ask(feed)[2]
    calendar = icalendar.Calendar.from_ical(body)
    assert {str(event["UID"]) for event in calendar.walk("VEVENT")} == {bad.feed_uid, good.feed_uid}
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_every_scope_and_level_tells_no_more_than_it_may(w: World) -> None:
    """Nobody's name, phone, category, head count or token; aliases on the full level alone."""
    booked(w, diets="2 glutenfritt", greeting="Varmt välkomna hit")
    Booking.objects.update(public=True)
    for booking in Booking.objects.with_visit():
        places.sync(booking, NOW)
    target = manage.Target(
        room=w.room, library=w.library, contact=w.contact, host=w.host, programme=w.programme
    )
    made = [
        manage.create(actor=w.socionom, now=NOW, scope=scope, level=level, target=target)
        for scope in FeedScope
        for level in FeedLevel
    ]
    never = [
        "Lo Berg", "lo@vagval.example", "+46701740605", "070-174", "Vägval Fri", "7-10", "7–10",
        "own_experience", "glutenfritt", "Varmt välkomna", "ATTENDEE", "ORGANIZER", "METHOD",
        w.contact.mail_tag, *(row.ical_uid for row in Booking.objects.get().invitations.all()),
    ]  # fmt: skip
    for feed in made:
        text = ask(feed)[2].decode().replace("\r\n ", "")
        assert "BEGIN:VEVENT" in text, feed.scope
        assert [word for word in never if word in text] == [], feed.scope
        assert ("Tisdagsgruppen" in text) == (feed.variant == FeedVariant.FULL.value)
        busy = feed.variant == FeedVariant.BUSY.value
        assert (
            "Studion" in text.replace(f"NAME:{feed.name}", "").replace(f"CALNAME:{feed.name}", "")
        ) != busy
        if feed.scope in {"partner", "public"}:
            assert feed.level == "neutral"
