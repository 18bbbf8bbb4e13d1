"""The feed as calendar programs meet it, and the page where one makes it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling import links
from scheduling.booking import services
from scheduling.feeds import manage
from scheduling.feeds.serve import client_name
from scheduling.models import Feed, FeedLevel, FeedScope
from tests.factories import NOW, World, at
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def feed(w: World) -> Feed:
    return manage.create(actor=w.socionom, now=NOW, scope=FeedScope.USER)


@pytest.fixture
def path(feed: Feed) -> str:
    return "/feeds/" + links.feed_url(feed).rpartition("/")[2]


def test_get(client: Client, w: World, path: str) -> None:
    booked(w)
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    body = response.getvalue()
    assert response["Content-Length"] == str(len(body))
    assert response["ETag"].startswith('"')
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"SUMMARY:Studiebes" in body
    assert "Content-Encoding" not in response.headers
    assert not response.cookies


def test_a_cookie_and_gzip_change_nothing(client: Client, w: World, path: str) -> None:
    client.force_login(w.socionom)
    response = client.get(path, headers={"accept-encoding": "gzip"})
    assert not response.cookies
    assert "Content-Encoding" not in response.headers


def test_head_is_get_without_a_body(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.getvalue() == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control"):
        assert head[name] == got[name]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a" , W/{} ', "*"])
def test_who_has_it_gets_304(client: Client, path: str, form: str) -> None:
    etag = client.get(path)["ETag"]
    response = client.get(path, headers={"if-none-match": form.format(etag)})
    assert response.status_code == 304
    assert response.getvalue() == b""
    assert (response["ETag"], response["Cache-Control"]) == (etag, "private, no-cache")


@pytest.mark.parametrize("header", ['"other"', "nonsense", "", '"'])
def test_who_has_something_else_gets_it_all(client: Client, path: str, header: str) -> None:
    assert client.get(path, headers={"if-none-match": header}).status_code == 200


def test_a_304_reads_no_block_and_writes_nothing(client: Client, w: World, path: str) -> None:
    booked(w)
    etag = client.get(path)["ETag"]
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers={"if-none-match": etag})
    sql = [query["sql"] for query in captured]
    assert len(sql) <= 3
    assert not any(text.startswith(("UPDATE", "INSERT")) for text in sql)
    assert not any('"scheduling_feedblock"."block"' in text for text in sql)


def test_a_change_changes_the_etag(client: Client, w: World, path: str) -> None:
    booking = booked(w)
    before = client.get(path)["ETag"]
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, 13))
    assert client.get(path)["ETag"] != before


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_other_methods_are_told_which_there_are(path: str, method: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = getattr(strict, method)(path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_wrong_cut_and_revoked_are_the_same_404(
    client: Client, w: World, feed: Feed, path: str
) -> None:
    cut = [path[:-5] + ".ics", path[:-4], path[:-20], "/feeds/", "/feeds/x/y.ics", path + "x"]
    wrong = "/feeds/" + "a" * 32 + ".ics"
    manage.revoke(actor=w.socionom, now=NOW, feed=feed)
    answers = [client.get(address) for address in (wrong, path, *cut[:3], *cut[4:])]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.getvalue() for answer in answers} == {b"Not found\n"}
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_the_last_fetch_is_kept_with_the_program(client: Client, feed: Feed, path: str) -> None:
    client.get(path, headers={"user-agent": "Google-Calendar-Importer"})
    feed.refresh_from_db()
    assert (feed.last_fetched_at, feed.last_client) == (NOW, "Google Kalender")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Microsoft.Exchange/15.20", "Outlook"),
        ("Mozilla/5.0 (X11) Gecko Thunderbird/128.0", "Thunderbird"),
        ("iOS/18.1 (22B83) dataaccessd/1.0", "Apple Kalender"),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("x\x00y" * 50, ("xy" * 50)[:40]),
    ],
)
def test_client_names(agent: str, name: str) -> None:
    assert client_name(agent) == name


# --- The page ------------------------------------------------------------------------------------


def test_a_feed_in_two_clicks(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    client.get(reverse("feeds"))
    response = client.post(reverse("feeds"), {"scope": "user", "level": "neutral"}, follow=True)
    assert response.status_code == 200
    text = response.content.decode()
    feed = Feed.objects.get()
    assert links.feed_url(feed) in text
    assert "webcal://" in text
    assert response["Cache-Control"] == "private, no-store"
    picture = client.get(reverse("feed_qr", args=[feed.pk]))
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")


@pytest.mark.parametrize("scope", ["room", "library"])
def test_a_room_and_a_library(client: Client, w: World, scope: str) -> None:
    row = {"room": w.room, "library": w.library}[scope]
    client.force_login(w.socionom)
    client.post(reverse("feeds"), {"scope": f"{scope}:{row.pk}", "level": "busy"})
    feed = Feed.objects.get()
    assert (feed.scope, feed.level, getattr(feed, scope)) == (scope, FeedLevel.BUSY.value, row)


def test_an_unknown_choice_is_told_at_its_field(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    response = client.post(reverse("feeds"), {"scope": "room:999", "level": "neutral"})
    assert response.status_code == 422
    assert not Feed.objects.exists()


def test_the_manager_cannot_make_a_full_one(client: Client, w: World) -> None:
    client.force_login(w.manager)
    form = {"scope": f"room:{w.room.pk}", "level": "full"}
    assert client.post(reverse("feeds"), form).status_code == 422
    assert not Feed.objects.exists()


def test_an_old_address_asks_for_the_password_again(client: Client, w: World, feed: Feed) -> None:
    client.force_login(w.socionom)
    for name in ("feed_show", "feed_qr"):
        response = client.get(reverse(name, args=[feed.pk]))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_reauthenticate"))


def test_revoke_and_rotate(client: Client, w: World, feed: Feed, path: str) -> None:
    client.force_login(w.socionom)
    client.post(reverse("feed_rotate", args=[feed.pk]))
    assert client.get(path).status_code == 404
    feed.refresh_from_db()
    fresh = "/feeds/" + links.feed_url(feed).rpartition("/")[2]
    assert client.get(fresh).status_code == 200
    client.post(reverse("feed_revoke", args=[feed.pk]))
    assert client.get(fresh).status_code == 404
    assert client.get(reverse("feed_show", args=[feed.pk])).status_code in {302, 404}
    assert client.post(reverse("feed_rotate", args=[feed.pk])).status_code == 404


def test_somebody_elses_feed_is_not_there(client: Client, w: World, feed: Feed) -> None:
    client.force_login(w.other_host.user)
    for name in ("feed_revoke", "feed_rotate"):
        assert client.post(reverse(name, args=[feed.pk])).status_code == 404
    feed.refresh_from_db()
    assert feed.revoked_at is None


def test_the_list_and_its_queries(client: Client, w: World, feed: Feed) -> None:
    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("feeds"))
        return len(captured)

    assert "Inte hämtat än." in page(client, w.socionom, reverse("feeds"))
    one = count()
    for scope, target in (
        (FeedScope.ROOM, manage.Target(room=w.room)),
        (FeedScope.USER, manage.Target()),
    ):
        manage.create(actor=w.socionom, now=NOW, scope=scope, target=target)
    assert count() == one


def test_no_feed_is_a_calm_sentence(client: Client, w: World) -> None:
    assert "Du har inget flöde än." in page(client, w.manager, reverse("feeds"))


def test_a_feed_about_to_end_is_told_on_today(client: Client, w: World, feed: Feed) -> None:
    def lines() -> str:
        return page(client, w.socionom, reverse("today"))

    assert "för ingen kalender hämtar den" not in lines()
    Feed.objects.update(created_at=NOW - manage.UNUSED + manage.WARNED - timedelta(days=1))
    assert "slutar gälla tis 1 dec, för ingen kalender hämtar den." in lines()
    assert "för ingen kalender hämtar den" not in page(client, w.manager, reverse("today"))
    Feed.objects.update(last_fetched_at=NOW - timedelta(days=1))
    assert "för ingen kalender hämtar den" not in lines()
