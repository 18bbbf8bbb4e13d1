"""Boka by real presses: a room too small with its reason, and a series whose dates clash."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from core.swedish import STOCKHOLM
from tests import servers
from tests.browser.house import House, log_in, visitor, watch
from tests.browser.test_journeys import working_day_in_ten_weeks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AWAY = """
from datetime import datetime, timedelta
from django.utils import timezone
from core.errors import Clash
from scheduling.booking import staffing
from scheduling.models import Host
host = Host.objects.get(pk={host})
start = datetime.fromisoformat("{start}")
try:
    staffing.add_absence(actor=host.user, now=timezone.now(), host=host, start=start,
                         end=start + timedelta(minutes=15))
except Clash:
    print("is busy already")
"""

#: The house is shared: what was booked here stands in nobody else's way.
END = """
from django.utils import timezone
from core.models import User
from scheduling.booking import series, staffing
from scheduling.models import Host, Series
now, host = timezone.now(), Host.objects.get(pk={host})
sam = User.objects.get(username="sam")
series.cancel_remaining(actor=sam, now=now, series=Series.objects.latest("pk"))
for row in staffing.absences(host).filter(created_by=host.user, start__gt=now):
    staffing.remove_absence(actor=host.user, now=now, host=host, pk=row.pk)
"""


def away(house: House, slot: str, weeks: int) -> None:
    """The host of a proposed time is away so many weeks after it, as its form value tells it."""
    start, _room, host, _co_host = slot.split("|")
    at = datetime.fromisoformat(start).astimezone(STOCKHOLM) + timedelta(weeks=weeks)
    script = AWAY.format(host=host, start=at.isoformat())
    servers.manage(house.environment, "shell", "-c", script)


def press(page: Page, what: str, *, script: bool) -> None:
    """A label; with scripts the page then asks anew by itself, else by its button."""
    if script:
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.locator(what).first.click()
    else:
        page.locator(what).first.click()
        page.get_by_role("button", name="Visa mejlet").click()


@pytest.mark.parametrize(("width", "script"), [(320, True), (1280, False)])
def test_a_room_too_small_and_why_it_will_do(
    browser: Browser, seeded: House, width: int, script: bool
) -> None:
    with visitor(browser, width, script=script) as context:
        log_in(context, seeded)
        watched = watch(context, seeded, 422)
        page = watched.page
        page.goto(f"{seeded.url}/boka/")
        page.get_by_label("Vilka kommer?").select_option(label=group_label(page))
        if not script:
            page.get_by_role("button", name="Visa mejlet").click()
        page.get_by_label("Första besöket").check()
        if page.get_by_label("En egen tid", exact=True).count():
            page.get_by_label("En egen tid", exact=True).check()
        own = page.locator("details:has(#id_own_date)")
        if own.get_attribute("open") is None:
            own.locator("summary").click()
        day = working_day_in_ten_weeks() + timedelta(weeks=2 if script else 3)
        page.get_by_label("Dag", exact=True).fill(day.date().isoformat())
        page.get_by_label("Klockan", exact=True).fill("15:00")
        page.get_by_label("Rum", exact=True).select_option(label=room_label(page))
        page.get_by_text("Mötesplats, antal, tolk och fika").click()
        page.get_by_label("Ungefär hur många?").select_option("16-25")
        if script:
            # Asked for as soon as it is known, and before anything is sent.
            expect(page.locator("#litet_rum")).to_be_visible()
        page.get_by_role("button", name="Skicka inbjudan").click()
        error = page.locator(".errors")
        expect(error).to_contain_text("Skriv kort varför det går ändå")
        expect(page.get_by_label("Klockan", exact=True)).to_have_value("15:00")
        assert not script or watched.axe() == []
        assert not watched.overflow()
        press(page, "label:has-text('Delar på oss')", script=script)
        expect(page.get_by_label("Delar på oss", exact=True)).to_be_checked()
        page.get_by_role("button", name="Skicka inbjudan").click()
        expect(page.get_by_text("Rummet är litet, men: Delar på oss").first).to_be_visible()
        assert watched.faults == []


def group_label(page: Page) -> str:
    """Läsgruppen, as the list writes it."""
    options = page.get_by_label("Vilka kommer?").locator("option").all_inner_texts()
    return next(one for one in options if one.startswith("Läsgruppen"))


def room_label(page: Page) -> str:
    """Skrivarrummet, as the list writes it."""
    options = page.get_by_label("Rum", exact=True).locator("option").all_inner_texts()
    return next(one for one in options if one.startswith("Skrivarrummet"))


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, False)])
def test_each_clashing_date_of_a_series_goes_its_own_way(
    browser: Browser, seeded: House, width: int, script: bool
) -> None:
    with visitor(browser, width, script=script) as context:
        log_in(context, seeded)
        watched = watch(context, seeded, 409)
        page = watched.page
        page.goto(f"{seeded.url}/grupper/")
        page.get_by_role("link", name="Läsgruppen").first.click()
        page.get_by_role("link", name="Boka igen").first.click()
        if not script:
            page.get_by_role("button", name="Visa mejlet").click()
        expect(page.locator(".letter")).to_be_visible()
        slot = page.locator("input[name=slot]:checked").get_attribute("value") or ""
        away(seeded, slot, weeks=4)
        page.get_by_label("Upprepa").select_option("2")
        if not script:
            page.get_by_role("button", name="Visa mejlet").click()
        expect(
            page.get_by_role("heading", name=re.compile(r"\d av \d datum krockar"))
        ).to_be_visible()
        assert not script or watched.axe() == []
        assert not watched.overflow()
        dates = page.locator("fieldset[id^=datum_]")
        ids = [dates.nth(number).get_attribute("id") for number in range(dates.count())]
        for one in ids:
            press(page, f"label[for={one}_1], label[for={one}_0]", script=script)
            expect(page.locator(f"[name={one}]:checked")).to_have_count(1)
        expect(page.locator(".letter")).to_be_visible()
        page.get_by_role("button", name="Skicka inbjudan").click()
        expect(page.get_by_text("Inbjuden").first).to_be_visible()
        assert watched.faults == []
    servers.manage(seeded.environment, "shell", "-c", END.format(host=slot.split("|")[2]))
