"""J12: an interest caught, tried and closed with a lesson; presses counted by the page."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.house import House
from tests.browser.test_budgets import counted, today

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("width", [390, 1280])
def test_j12_from_one_tap_to_a_lesson(browser: Browser, seeded: House, width: int) -> None:
    with today(browser, seeded, width) as page:
        page.goto(f"{seeded.url}/insatser/")
        usual = page.locator("button[name=tapped]").first
        name = usual.inner_text()
        usual.click()
        expect(page.get_by_text(f"Fångat: {name}.")).to_be_visible()
        assert counted(page) == 1

        start = page.get_by_role("link", name="Skapa insats").first
        before = counted(page)
        start.click()
        what = page.get_by_label("Vad gör vi?").input_value()
        assert what.startswith("Prova ")
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Insatsen är sparad.")).to_be_visible()
        assert counted(page) - before == 2

        before = counted(page)
        row = page.locator("li.row", has=page.get_by_role("heading", name=what)).first
        row.get_by_role("link", name="Bedöm och besluta").click()
        page.get_by_label("Mindre lyckat").check()
        page.get_by_label("Lärdom").fill("Kvällar passar bättre.")
        page.get_by_label("Avsluta").check()
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Beslutet är sparat.")).to_be_visible()
        # Four presses, and one into the line.
        assert counted(page) - before <= 5
        expect(page.locator("li.row", has_text="Kvällar passar bättre.").first).to_be_visible()
