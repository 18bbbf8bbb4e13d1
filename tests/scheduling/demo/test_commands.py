"""The three commands as somebody types them."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import tokens
from core.models import ApiToken, Role, User
from scheduling import access
from scheduling.feeds import serve
from scheduling.models import Booking, Feed
from tests.factories import user

pytestmark = [pytest.mark.django_db, pytest.mark.large]


def run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_seed_demo_lays_out_around_today_and_says_so() -> None:
    out, _ = run("seed_demo", "--visits", "12")
    assert "12 visits" in out
    assert Booking.objects.visits().count() == 12
    with pytest.raises(CommandError, match="inte tom"):
        run("seed_demo")


def test_seed_demo_takes_a_day_and_a_seed() -> None:
    run("seed_demo", "--visits", "120", "--today", "2025-03-06", "--seed", "x")
    assert Booking.objects.visits().filter(start__year=2024).exists()


def test_seed_demo_refuses_nonsense() -> None:
    with pytest.raises(CommandError):
        run("seed_demo", "--visits", "0")
    with pytest.raises(CommandError):
        run("seed_demo", "--today", "today")


def test_demo_links_without_a_demo_is_one_sentence() -> None:
    out, _ = run("demo_links")
    assert out.count("\n") == 1
    assert "seed_demo" in out
    assert not Feed.objects.exists()


def test_demo_links_prints_accounts_and_addresses_that_work() -> None:
    run("seed_demo")
    out, _ = run("demo_links")
    lines = out.splitlines()
    assert lines[0].split() == ["sam@svarta.example", "lugn-tid-48", "socionom"]
    assert len([line for line in lines if "lugn-tid-48" in line]) == 7
    base = re.escape(settings.BASE_URL)
    (answer,) = re.findall(rf"{base}/svar/([a-z2-7]{{32}})$", out, re.MULTILINE)
    invitation = access.invitation_by_token(answer)
    assert invitation.booking.start > timezone.now()
    own, library = re.findall(rf"{base}/feeds/([a-z2-7]{{32}})\.ics$", out, re.MULTILINE)
    told = serve.respond(serve.Asked("GET", f"/feeds/{own}.ics"), timezone.now())
    assert b"BEGIN:VEVENT" in b"".join(told.body)
    assert serve.respond(serve.Asked("HEAD", f"/feeds/{library}.ics"), timezone.now()).status == 200
    # Asked again, it shows the same ones.
    assert run("demo_links")[0] == out
    assert Feed.objects.count() == 2


def test_demo_links_says_when_no_offer_waits() -> None:
    run("seed_demo", "--today", "2020-01-07")
    assert "ingen inbjudan väntar" in run("demo_links")[0]


def test_demo_links_leaves_out_accounts_that_are_gone() -> None:
    run("seed_demo", "--visits", "5")
    User.objects.filter(username="mika").update(is_active=False)
    assert "mika@" not in run("demo_links")[0]


@pytest.mark.parametrize("name", ["sam", "sam@svarta.example", "SAM@svarta.example"])
def test_create_token_prints_the_token_and_keeps_its_fingerprint(name: str) -> None:
    sam = user("sam", Role.SOCIONOM, "Sam")
    out, err = run("create_token", name, "--name", "skript")
    token = out.removesuffix("\n")
    assert re.fullmatch("[a-z2-7]{32}", token)
    assert not err
    row = ApiToken.objects.get()
    assert (row.user, row.name, row.fingerprint) == (sam, "skript", tokens.fingerprint(token))
    assert row.revoked_at is None


def test_create_token_gives_another_each_time() -> None:
    user("sam", Role.SOCIONOM, "Sam")
    assert run("create_token", "sam") != run("create_token", "sam")
    assert all(row.name for row in ApiToken.objects.all())


def test_create_token_refuses_the_unknown_and_the_inactive() -> None:
    user("sam", Role.SOCIONOM, "Sam", is_active=False)
    with pytest.raises(CommandError, match="no user 'nobody'") as caught:
        run("create_token", "nobody")
    assert caught.value.returncode == 1
    with pytest.raises(CommandError, match="not active"):
        run("create_token", "sam")
    assert not ApiToken.objects.exists()
