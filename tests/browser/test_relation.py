"""The relation's journeys, counted in real presses, and its printed page."""

import io

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.house import WIDTHS, House, log_in, visitor, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Trusted presses of a pointer, added up over every page of the tab.
COUNT = """
addEventListener('pointerdown', event => {
  if (!event.isTrusted) return;
  sessionStorage.presses = Number(sessionStorage.presses || 0) + 1;
}, true);
"""


def presses(page: Page) -> int:
    return int(page.evaluate("Number(sessionStorage.presses || 0)"))


@pytest.mark.parametrize("width", [320, 1280])
def test_a_contact_is_noted_in_three_taps_from_i_dag_and_undone(
    browser: Browser, seeded: House, width: int
) -> None:
    with visitor(browser, width) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.add_init_script(COUNT)
        page.goto(f"{seeded.url}/")
        page.locator(".quick").get_by_role("link", name="Anteckna kontakt").click()
        page.get_by_label("Lärcentrum Eken").click()
        page.get_by_role("button", name="Samtal").click()
        expect(page.get_by_text("Antecknat: samtal med Lärcentrum Eken.")).to_be_visible()
        assert presses(page) == 3
        page.get_by_role("button", name="Ångra").first.click()
        expect(page.get_by_text("Anteckningen är borttagen.")).to_be_visible()
        assert watched.faults == []


def test_on_a_partners_own_page_one_tap_is_enough(browser: Browser, seeded: House) -> None:
    with visitor(browser, 320, script=False) as context:
        log_in(context, seeded)
        page = watch(context, seeded).page
        page.goto(f"{seeded.url}/natverk/")
        page.get_by_role("link", name="Nattvärden").click()
        page.get_by_role("button", name="I korridoren").click()
        expect(page.get_by_role("status").filter(has_text="i korridoren")).to_be_visible()


def test_a_stand_in_in_four_clicks_and_back_in_one(browser: Browser, seeded: House) -> None:
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.add_init_script(COUNT)
        page.goto(f"{seeded.url}/")
        page.get_by_role("link", name="Jag är borta").click()
        page.get_by_label("Bara i dag").click()
        page.get_by_label("Mika Forslund, biblioteksassistent").click()
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Sparat. Mika Forslund tar över under tiden.")).to_be_visible()
        assert presses(page) == 4
        with visitor(browser, 320) as other:
            log_in(other, seeded, "mika")
            theirs = watch(other, seeded)
            theirs.page.goto(f"{seeded.url}/")
            expect(theirs.page.get_by_text("Du tar över efter Sam Lindqvist")).to_be_visible()
            expect(theirs.page.get_by_text("· för Sam").first).to_be_visible()
            assert theirs.faults == []
        page.goto(f"{seeded.url}/")
        page.get_by_role("button", name="Jag är tillbaka").click()
        expect(page.get_by_text("Frånvaron är avslutad.")).to_be_visible()
        assert watched.faults == []


def printed(browser: Browser, house: House, path: str) -> PdfReader:
    with visitor(browser, 1280) as context:
        log_in(context, house)
        page = context.new_page()
        page.goto(house.url + path)
        return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def test_the_desks_list_prints_on_one_a4_with_role_numbers_only(
    browser: Browser, seeded: House
) -> None:
    pdf = printed(browser, seeded, "/natverk/kontaktlista")
    (sheet,) = pdf.pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    text = sheet.extract_text()
    for words in ("Kontaktlista för", "Områdespolis", "070-174 06 40", "Mottagningen", "112"):
        assert words in text
    # Neither the protected organisation, nor a contact, nor what is only for the screen.
    for words in ("Blåklint", "070-174 06 45", "Mikael", "070-174 06 34", "I dag", "Logga ut"):
        assert words not in text


@pytest.mark.parametrize("width", WIDTHS)
def test_the_relations_pages(browser: Browser, seeded: House, width: int) -> None:
    faults = []
    for dark in (False, True):
        with visitor(browser, width, dark=dark) as context:
            log_in(context, seeded)
            watched = watch(context, seeded)
            page = watched.page
            page.goto(f"{seeded.url}/natverk/")
            channel = page.get_by_role("link", name="Områdespolis").get_attribute("href")
            home = page.get_by_role("link", name="Dagcentret Hörnstenen").get_attribute("href")
            page.goto(f"{seeded.url}/relationer/")
            group = page.locator("#grupper ~ ul a").first.get_attribute("href")
            for path in (
                "/natverk/", "/natverk/kontaktlista", "/natverk/kanal/ny", "/relationer/",
                "/kontakt/", "/borta/", "/insatser/ny", channel, f"{channel}/andra", home,
                f"{home}/lage", f"{home}/nasta-steg", f"{home}/overenskommelser/ny",
                f"{home}/kanaler/ny", group, f"{group}overlamning",
            ):  # fmt: skip
                page.goto(f"{seeded.url}{path}", wait_until="networkidle")
                where = f"{path} at {width}{' dark' if dark else ''}"
                faults += [f"{where}: {line}" for line in watched.axe()]
                if watched.overflow():
                    faults.append(f"{where}: wider than the screen")
            faults += watched.faults
    assert faults == []
