"""Journeys in a real browser, counted in presses."""

from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from core import swedish
from tests import servers
from tests.browser.house import House, log_in, visitor, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COUNT = """
window.presses = 0;
addEventListener('click', event => { if (event.isTrusted) window.presses += 1; }, true);
"""


#: Just now, so that it is of this half-year on its first day too; where they go nobody else is.
LESS = """
from datetime import timedelta
from django.utils import timezone
from core.errors import Clash
from core.models import User
from partners.models import Group
from scheduling.booking import services
from scheduling.followup.services import FollowUpInput, record
from scheduling.models import Host, Programme
from scheduling.states import BookingKind, Judgement
now, sam = timezone.now(), User.objects.get(username="sam")
start = now - timedelta(minutes=1)
groups = Group.objects.filter(archived_at=None, organisation__protected=False, two_hosts=False)
programme = Programme.objects.filter(hosts_required=1).first()
for group, host in [(group, host) for group in groups for host in Host.objects.all()]:
    try:
        booking = services.book(actor=sam, now=now, plan=services.VisitPlan(
            groups=(group,), programme=programme, start=start, end=start + timedelta(minutes=5),
            host=host, kind=BookingKind.OUTREACH_VISIT, place="Torget", already_held=True))
        break
    except Clash:
        continue
record(actor=sam, now=now, booking=booking, given=FollowUpInput(
    attendance=3, judgement=Judgement.LESS_SUCCESSFUL, did_not_work=("För kort tid",)))
"""


def working_day_in_ten_weeks() -> datetime:
    """At 13, on a Tuesday, or else the next day that is no day off."""
    day = datetime.now(swedish.STOCKHOLM).date() + timedelta(weeks=10)
    day += timedelta(days=(1 - day.weekday()) % 7)
    while day.weekday() > 4 or swedish.red_day(day) or swedish.eve(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(13), tzinfo=swedish.STOCKHOLM)


def test_j1_a_return_visit_for_a_known_group(browser: Browser, seeded: House) -> None:
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.add_init_script(COUNT)
        page.goto(f"{seeded.url}/grupper/")
        page.get_by_role("link", name="Läsgruppen").first.click()
        page.get_by_role("link", name="Boka igen").first.click()
        expect(page.locator(".letter")).to_be_visible()
        page.get_by_role("button", name="Skicka inbjudan").click()
        expect(page.get_by_text("Inbjuden").first).to_be_visible()
        expect(page.get_by_role("button", name="Ångra")).to_be_visible()
        assert watched.faults == []


def test_j2_a_new_partner_group_and_first_visit_on_one_page(
    browser: Browser, seeded: House
) -> None:
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.goto(f"{seeded.url}/boka/")
        page.get_by_text("Ny partner och grupp").click()
        page.get_by_label("Organisation", exact=True).fill("Föreningen Gryning")
        page.get_by_label("Gruppens alias").fill("Gryningsgruppen")
        page.get_by_label("Kontaktens namn").fill("Lo Åström")
        page.get_by_label("Kontaktens e-post").fill("lo@gryning.example")
        page.get_by_label("Första besöket").check()
        start = working_day_in_ten_weeks()
        page.get_by_label("Dag", exact=True).fill(start.date().isoformat())
        page.get_by_label("Klockan", exact=True).fill("13:00")
        told = swedish.long_when(start, start + timedelta(minutes=75))
        expect(page.locator(".letter")).to_contain_text(told)
        page.get_by_role("button", name="Skicka inbjudan").click()
        expect(page.get_by_role("heading", name="Första besöket")).to_be_visible()
        expect(page.get_by_text("Gryningsgruppen").first).to_be_visible()
        assert watched.faults == []


def test_a_preview_that_comes_late_takes_nothing_that_was_typed(
    browser: Browser, seeded: House
) -> None:
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        page = watch(context, seeded).page
        held: list[Route] = []

        def hold_first(route: Route) -> None:
            if route.request.method == "POST" and not held:
                held.append(route)
            else:
                route.continue_()

        page.goto(f"{seeded.url}/boka/")
        page.route("**/boka/", hold_first)
        page.get_by_text("Ny partner och grupp").click()
        with page.expect_request(lambda request: request.method == "POST"):
            page.get_by_label("Första besöket").check()
        alias = page.get_by_label("Gruppens alias")
        alias.press_sequentially("Sena gruppen")
        with page.expect_response(lambda response: response.request.method == "POST") as late:
            held[0].continue_()
        late.value.finished()
        expect(alias).to_have_value("Sena gruppen")
        with page.expect_response(lambda response: response.request.method == "POST") as fresh:
            alias.blur()
        fresh.value.finished()
        expect(page.get_by_text("Välj en egen tid").first).to_be_visible()
        expect(alias).to_have_value("Sena gruppen")


def test_j11_the_manager_reads_the_half_years_report(browser: Browser, seeded: House) -> None:
    """Three clicks from the start to a readable draft with what did not work."""
    servers.manage(seeded.environment, "shell", "-c", LESS)
    with visitor(browser, 1280) as context:
        log_in(context, seeded, "kim")
        watched = watch(context, seeded)
        page = watched.page
        clicks = 0

        def click(name: str) -> None:
            nonlocal clicks
            page.get_by_role("link", name=name).first.click()
            clicks += 1

        page.goto(f"{seeded.url}/")
        click("Öppna chefsvyn")
        expect(page.get_by_role("heading", name="Behöver beslut")).to_be_visible()
        assert watched.axe() == []
        assert page.locator("main form").count() == 0
        click("Rapport 1 ")
        expect(page.get_by_role("heading", name="Vad blev det av besöken?")).to_be_visible()
        click("Vad som inte fungerat")
        expect(page.get_by_role("heading", name="Vad som inte fungerat")).to_be_in_viewport()
        assert clicks <= 3
        number = page.locator("#mindre a[href*=judgement]").first
        told = number.inner_text()
        number.click()
        expect(page.locator(".count")).to_have_text(f"{told} besök.")
        assert watched.faults == []
