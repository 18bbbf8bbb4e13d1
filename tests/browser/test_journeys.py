"""Journeys in a real browser, counted in presses."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.house import House, log_in, visitor, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COUNT = """
window.presses = 0;
addEventListener('click', event => { if (event.isTrusted) window.presses += 1; }, true);
"""


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
        page.get_by_label("Dag", exact=True).fill("2027-02-09")
        page.get_by_label("Klockan", exact=True).fill("13:00")
        expect(page.locator(".letter")).to_contain_text("tisdag 9 februari 2027 kl. 13.00–14.15")
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
