"""Chefsvy: what it counts, who sees it, and that no situation is told to the manager anywhere."""

import json
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.api import api
from core import tokens
from core.models import ApiToken, User
from partners.models import ContactLog
from scheduling.booking import services
from scheduling.insight import manager, periods
from scheduling.models import (
    Answer,
    Barrier,
    Booking,
    BoundaryCase,
    Effort,
    FollowUp,
    FollowUpDraft,
    InterestSignal,
    Invitation,
    Proposal,
    Visit,
)
from scheduling.states import VisitState
from tests.factories import NOW, World, at, day, days, demo_library, world

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
#: A page of a kind is like its siblings: so many of each are read, and all visits with notes.
OF_EACH = 3


@pytest.fixture
def w() -> World:
    return world()


def test_an_empty_house_has_nothing_to_decide_but_its_rules(w: World) -> None:
    found = manager.overview(NOW)
    assert (found.week, found.unowned, found.cases, found.efforts) == ((), (), (), ())
    assert found.to_decide == len(found.rules) == 9
    assert found.monday == day(2, 11)


def test_each_risk_and_each_decision(w: World) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    Visit.objects.update(two_hosts=True)
    late = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(2, 10, month=11), end=at(2, 11, month=11))
    )
    Barrier.objects.create(kind="debt", on=day(1, 11))
    Barrier.objects.create(kind="debt", on=day(1, 11), owner=w.manager)
    Barrier.objects.create(kind="debt", on=day(1, 11), solved_on=day(2, 11), solution="x")
    BoundaryCase.objects.create(on=day(1, 11), question="Bank-id?")
    BoundaryCase.objects.create(on=day(1, 11), question="Posten?", outcome="Nej.")
    for judgement, decision, ends in (
        ("success", "", None),
        ("too_early", "", None),
        ("too_early", "", day(1, 11)),
        ("success", "end", None),
    ):
        Effort.objects.create(
            kind="trial", what="x", starts_on=day(1, 10), ends_on=ends, judgement=judgement,
            decision=decision,
        )  # fmt: skip
    found = manager.overview(NOW)
    assert [booking.pk for booking in found.week] == [late.pk]
    risks = found.risks
    assert (risks.without_second_host, risks.late_follow_ups, risks.barriers) == (1, 0, 2)
    assert (len(found.unowned), len(found.cases), len(found.efforts)) == (1, 1, 2)
    assert manager.overview(late.end + days(3)).risks.late_follow_ups == 1
    assert manager.overview(late.end + days(3) - timedelta(seconds=1)).risks.late_follow_ups == 0


@pytest.mark.parametrize(
    ("today", "term", "half"),
    [
        (day(1, 1), (day(15, 8, 2025), day(22, 12, 2025)), (day(1, 1), day(30, 6))),
        (day(7, 1), (day(7, 1), day(15, 6)), (day(1, 1), day(30, 6))),
        (day(14, 8), (day(7, 1), day(15, 6)), (day(1, 7), day(31, 12))),
        (day(15, 8), (day(15, 8), day(22, 12)), (day(1, 7), day(31, 12))),
    ],
)
def test_the_term_that_began_last(today: object, term: object, half: object) -> None:
    found = periods.this_term(today)  # type: ignore[arg-type]
    assert (found.first, found.last) == term
    found = periods.this_half(today)  # type: ignore[arg-type]
    assert (found.first, found.last) == half


def test_who_may_see_it(w: World, client: Client) -> None:
    for user, status in ((w.manager, 200), (w.socionom, 200), (w.other_host.user, 403)):
        client.force_login(user)
        assert client.get("/chef/").status_code == status
        assert client.get("/api/v1/manager/overview").status_code == status
    client.logout()
    assert client.get("/chef/").status_code == 302
    assert client.get("/api/v1/manager/overview").status_code == 401


def test_the_page_has_no_act_and_the_start_leads_to_it(w: World, client: Client) -> None:
    client.force_login(w.manager)
    text = client.get("/chef/").content.decode()
    main = text.partition("<main")[2].partition("</main")[0]
    assert "<form" not in main
    assert 'href="/chef/"' in client.get("/").content.decode()
    assert client.post("/chef/").status_code == 405


def test_queries_do_not_grow(w: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            manager.overview(at(1, 8))
        return len(seen)

    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    one = count()
    for hour in (13, 15):
        services.book(
            actor=w.socionom, now=NOW, plan=w.plan(start=at(1, hour), end=at(1, hour + 1))
        )
    assert count() == one


@pytest.fixture
def kim() -> Iterator[Client]:
    """The manager of the demo library, whose every situation text bears a mark."""
    demo_library(TODAY.date())
    with time_machine.travel(TODAY, tick=False):
        client = Client()
        client.force_login(User.objects.get(username="kim"))
        yield client


def marked() -> None:
    """Put a mark into every text about a situation."""
    sam = User.objects.get(username="sam")
    FollowUp.objects.update(note="Märkt-anteckning", next_step="Märkt-steg", next_step_due=TODAY)
    FollowUp.objects.update(next_step_done_at=None)
    InterestSignal.objects.update(line="Märkt-rad")
    ContactLog.objects.update(line="Märkt-kontakt")
    Answer.objects.update(comment="Märkt-svar")
    Invitation.objects.update(comment="Märkt-svar")
    Proposal.objects.update(text="Märkt-förslag")
    Booking.objects.exclude(cancel_reason="").update(cancel_reason="Märkt-skäl")
    booking = Booking.objects.filter(state=VisitState.HELD.value).latest("start")
    FollowUpDraft.objects.create(
        booking=booking, author=sam, fields={"note": ["Märkt-utkast"]}, at=TODAY
    )


def addresses(html: str) -> set[str]:
    found = re.findall(r'(?:href|hx-get)="(/[^"#]*)', html)
    return {url.replace("&amp;", "&") for url in found}


def kind(url: str) -> str:
    """Pages of one kind: without their numbers and their query's values."""
    path, _, query = url.partition("?")
    keys = sorted(part.split("=")[0] for part in query.split("&"))
    return re.sub(r"\d+", "0", path) + "?" + ",".join(keys)


def walk(client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links, with its text; files count as pages."""
    queue, seen, read = deque(starts), set(starts), dict[str, int]()
    while queue:
        url = queue.popleft()
        if url.startswith(("/static/", "/konto/", "/api/")):
            continue
        read[kind(url)] = read.get(kind(url), 0) + 1
        if read[kind(url)] > OF_EACH and url not in starts:
            continue
        response = client.get(url)
        assert response.status_code < (400 if url in starts else 500), url
        text = response.getvalue().decode("utf-8", "replace")
        yield url, text
        for found in sorted(addresses(text) - seen):
            seen.add(found)
            queue.append(found)


@pytest.mark.large
@pytest.mark.timeout(120)
def test_the_manager_reads_no_situation_on_any_page(kim: Client) -> None:
    marked()
    noted = [
        reverse("visit", args=[pk]) for pk in FollowUp.objects.values_list("booking", flat=True)[:5]
    ]
    pages = dict(walk(kim, ["/", "/chef/", "/rapport/", *noted]))
    assert len(pages) > 60
    assert [url for url, text in pages.items() if "Märkt-" in text] == []


def test_those_who_met_the_group_do_read_them(kim: Client) -> None:
    """The walk's twin: what it looks for stands on the same pages for the socionom."""
    marked()
    kim.force_login(User.objects.get(username="sam"))
    pk = FollowUp.objects.filter(current=True).values_list("booking", flat=True)[0]
    assert "Märkt-" in kim.get(reverse("visit", args=[pk])).content.decode()
    assert "Märkt-steg" in kim.get("/").content.decode()


@pytest.mark.large
@pytest.mark.timeout(120)
def test_nor_in_the_api(kim: Client) -> None:
    marked()
    secret = "the manager's"
    ApiToken.objects.create(
        user=User.objects.get(username="kim"), name="x", created_at=TODAY,
        fingerprint=tokens.fingerprint(secret),
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}"}
    ids = {"visit": list(FollowUp.objects.values_list("booking", flat=True)[:3])}
    answered, told = 0, []
    for path, acts in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        if "get" not in acts:
            continue
        names = re.findall(r"{(\w+)}", path)
        choices = ids.get(names[0], [1, 2, 3]) if names else [0]
        for pk in choices:
            response = Client().get(re.sub(r"{\w+}", str(pk), path), headers=headers)
            assert response.status_code < 500, path
            answered += response.status_code == 200
            if "Märkt-" in json.dumps(response.getvalue().decode(), ensure_ascii=False):
                told.append(path)
    assert answered > 40
    assert told == []
