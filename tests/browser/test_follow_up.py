"""J7: the follow-up right after a visit, on a phone, with a network that comes and goes."""

from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests import servers
from tests.browser.house import House, log_in, visitor, watch
from tests.browser.test_journeys import COUNT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

_DAYS = count(2)
BOOK = """
from datetime import timedelta
from django.utils import timezone
from core.models import User
from partners.models import Group
from scheduling.booking import services
from scheduling.models import Host, Programme, Room
now = timezone.now()
start = (now - timedelta(days={days})).replace(hour=3, minute=0, second=0, microsecond=0)
booking = services.book(actor=User.objects.get(username="sam"), now=now, plan=services.VisitPlan(
    groups=(Group.objects.get(alias="Tallarna"),), programme=Programme.objects.first(),
    start=start, end=start + timedelta(hours=1), host=Host.objects.get(user__username="sam"),
    room=Room.objects.get(name="Studion"), already_held=True))
print("booking", booking.pk)
"""
NOTES = """
from scheduling.models import FollowUp
print("notes", *FollowUp.objects.filter(booking={pk}).values_list("version", "attendance", "note"))
"""


@pytest.fixture
def visit(seeded: House) -> int:
    """A visit that is over and that nobody has written about, at an hour no other visit has."""
    printed = servers.manage(seeded.environment, "shell", "-c", BOOK.format(days=next(_DAYS)))
    return int(printed.split("booking ")[1].split()[0])


def notes(house: House, pk: int) -> str:
    """Every version of the visit's note."""
    printed = servers.manage(house.environment, "shell", "-c", NOTES.format(pk=pk))
    return printed.split("notes", 1)[1].strip()


def fill(page: Page, house: House, pk: int, note: str) -> None:
    """Four taps and one line."""
    page.goto(f"{house.url}/besok/{pk}/uppfoljning")
    page.get_by_role("radio", name="Lyckat", exact=True).click()
    page.get_by_role("radio", name="6", exact=True).click()
    page.locator("input[name=worked]").first.click()
    page.locator("input[name=did_not_work]").first.click()
    page.get_by_label("En rad att minnas").fill(note)


def phone(browser: Browser) -> BrowserContext:
    return visitor(browser, 390)


def save(page: Page) -> None:
    page.get_by_role("button", name="Spara uppföljning").click()


def test_six_taps_and_one_line(browser: Browser, seeded: House, visit: int) -> None:
    with phone(browser) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.add_init_script(COUNT)
        fill(page, seeded, visit, "Fikat gav lugn.")
        taps = page.evaluate("window.presses")
        save(page)
        expect(page.get_by_text("Uppföljningen är sparad.")).to_be_visible()
        # And the one that saved.
        assert taps + 1 <= 6
        assert watched.faults == []
    assert notes(seeded, visit) == "(1, 6, 'Fikat gav lugn.')"


def test_without_network_it_is_kept_and_sent_once_by_itself(
    browser: Browser, seeded: House, visit: int
) -> None:
    with phone(browser) as context:
        log_in(context, seeded)
        page = context.new_page()
        fill(page, seeded, visit, "Skrivet i källaren.")
        context.set_offline(True)
        save(page)
        expect(page.get_by_text("Uppföljningen är sparad på den här enheten")).to_be_visible()
        assert notes(seeded, visit) == ""
        context.set_offline(False)
        page.wait_for_url(f"{seeded.url}/")
        expect(page.get_by_text("Uppföljningen är sparad.")).to_be_visible()
    assert notes(seeded, visit) == "(1, 6, 'Skrivet i källaren.')"


def test_the_network_cut_in_the_middle_makes_one_note(
    browser: Browser, seeded: House, visit: int
) -> None:
    """The server has it, the answer is lost: the second sending finds the first."""
    with phone(browser) as context:
        log_in(context, seeded)
        page = context.new_page()
        fill(page, seeded, visit, "Mitt i alltihop.")

        def cut(route: Route) -> None:
            if route.request.method == "POST":
                route.fetch(max_redirects=0)
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route("**/uppfoljning", cut)
        save(page)
        expect(page.get_by_text("Uppföljningen är sparad på den här enheten")).to_be_visible()
        assert notes(seeded, visit) == "(1, 6, 'Mitt i alltihop.')"
        page.unroute("**/uppfoljning")
        # Another page altogether sends what waits.
        page.goto(f"{seeded.url}/kalender/")
        expect(
            page.get_by_text("En uppföljning som väntade på nätet är nu skickad.")
        ).to_be_visible()
        left = page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('later:'))")
        assert left == []
    assert notes(seeded, visit) == "(1, 6, 'Mitt i alltihop.')"


def test_what_the_server_refuses_comes_back_with_everything_typed(
    browser: Browser, seeded: House, visit: int
) -> None:
    with phone(browser) as context:
        log_in(context, seeded)
        page = context.new_page()
        fill(page, seeded, visit, "Deltagaren 811228-9874 var nöjd.")
        save(page)
        expect(page.get_by_role("alert")).to_contain_text("personnummer")
        expect(page.get_by_label("En rad att minnas")).to_have_value(
            "Deltagaren 811228-9874 var nöjd."
        )
        page.get_by_label("En rad att minnas").fill("Gruppen var nöjd.")
        save(page)
        expect(page.get_by_text("Uppföljningen är sparad.")).to_be_visible()
    assert notes(seeded, visit) == "(1, 6, 'Gruppen var nöjd.')"


def test_a_draft_waits_on_another_device(browser: Browser, seeded: House, visit: int) -> None:
    with phone(browser) as context:
        log_in(context, seeded)
        page = context.new_page()
        with page.expect_response("**/utkast") as kept:
            fill(page, seeded, visit, "Halvvägs.")
        assert kept.value.status == 204
    with visitor(browser, 1280) as desk:
        log_in(desk, seeded)
        page = desk.new_page()
        page.goto(f"{seeded.url}/besok/{visit}/uppfoljning")
        expect(page.get_by_label("En rad att minnas")).to_have_value("Halvvägs.")
    with visitor(browser, 1280) as other:
        log_in(other, seeded, "robin")
        page = other.new_page()
        answer = page.goto(f"{seeded.url}/besok/{visit}/uppfoljning")
        assert answer is not None
        assert "Halvvägs." not in page.content()
