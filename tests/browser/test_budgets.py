"""J1, J5, J8 and J9 within their budgets: presses and keys counted by the page, from I dag on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from core.swedish import STOCKHOLM
from tests import servers
from tests.browser.house import House, log_in, visitor, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Counts what a person does, across pages of one tab: presses on the left, keys on the right.
LISTEN = """
const add = name => sessionStorage.setItem(name, 1 + Number(sessionStorage.getItem(name) || 0));
addEventListener('pointerdown', event => { if (event.isTrusted) add('presses'); }, true);
addEventListener('keydown', event => { if (event.isTrusted) add('keys'); }, true);
"""
_HOURS = count(3, 7)
BOOK = """
from datetime import timedelta
from django.utils import timezone
from core.errors import Clash
from core.models import User
from partners.models import Group
from scheduling.booking import services
from scheduling.models import Host, Programme, Room
now = timezone.now()
first = (now + timedelta(hours={hours})).replace(minute=0, second=0, microsecond=0)
group = Group.objects.get(alias="Läsgruppen")
for later in range(6):
    # Whatever the hour of the run: the demo may have a visit just then.
    start = first + timedelta(hours=later)
    try:
        booking = services.book(actor=User.objects.get(username="sam"), now=now,
            plan=services.VisitPlan(groups=(group,),
                programme=Programme.objects.get(name="Första besöket"), two_hosts=False,
                start=start, end=start + timedelta(hours=1),
                host=Host.objects.get(user__username="robin"),
                room=Room.objects.get(name="Skrivarrummet"), room_reason="Vi delar på oss"))
        break
    except Clash:
        continue
services.confirm(actor=User.objects.get(username="sam"), now=now, booking=booking)
print("booking", booking.pk)
"""
CLOSE = """
from datetime import date
from scheduling.models import Closure, Room
library = Room.objects.get(pk={room}).library
row, made = Closure.objects.get_or_create(
    library=library, day=date.fromisoformat("{day}"), defaults={{"reason": "Inventering"}})
print("closed", row.pk if made else 0)
"""
OPEN = """
from scheduling.models import Closure
Closure.objects.filter(pk={pk}).delete()
"""
MAILS = """
from scheduling.models import Booking, Message
booking = Booking.objects.with_visit().get(pk={pk})
message = Message.objects.filter(booking=booking).order_by("-pk").first()
print("mail", booking.state, booking.visit.host.first_name, message.kind, repr(message.text))
"""


@contextmanager
def today(browser: Browser, house: House, width: int = 1280) -> Iterator[Page]:
    """Sam's *I dag*, where every journey begins; nothing may go wrong in the page."""
    with visitor(browser, width) as context:
        log_in(context, house)
        watched = watch(context, house)
        watched.page.add_init_script(LISTEN)
        watched.page.goto(house.url)
        yield watched.page
        assert watched.faults == []


def counted(page: Page, what: str = "presses") -> int:
    """How many there were."""
    return int(page.evaluate(f"Number(sessionStorage.getItem('{what}') || 0)"))


def booked(house: House) -> int:
    """A confirmed visit within hours, at a time that no other of these has."""
    printed = servers.manage(house.environment, "shell", "-c", BOOK.format(hours=next(_HOURS)))
    return int(printed.split("booking ")[1].split()[0])


@contextmanager
def closed(house: House, slot: str, weeks: int) -> Iterator[None]:
    """The library is closed so many weeks after a proposed time, as its form value tells it."""
    start, room, *_hosts = slot.split("|")
    day = datetime.fromisoformat(start).astimezone(STOCKHOLM).date() + timedelta(weeks=weeks)
    script = CLOSE.format(room=room, day=day)
    printed = servers.manage(house.environment, "shell", "-c", script)
    try:
        yield
    finally:
        pk = printed.split("closed ")[1].split()[0]
        servers.manage(house.environment, "shell", "-c", OPEN.format(pk=pk))


def last_mail(house: House, pk: int) -> str:
    """The visit's state and host, and the newest mail about it."""
    printed = servers.manage(house.environment, "shell", "-c", MAILS.format(pk=pk))
    return printed.split("mail ", 1)[1]


def test_j1_a_return_visit_takes_four_presses(browser: Browser, seeded: House) -> None:
    with today(browser, seeded) as page:
        page.get_by_role("link", name="Grupper", exact=True).first.click()
        page.get_by_role("link", name="Läsgruppen").first.click()
        page.get_by_role("link", name="Boka igen").first.click()
        expect(page.locator(".letter")).to_be_visible()
        page.get_by_role("button", name="Skicka inbjudan").click()
        expect(page.get_by_text("Inbjuden").first).to_be_visible()
        expect(page.get_by_role("button", name="Ångra")).to_be_visible()
        assert counted(page) <= 4


def test_j1_by_keyboard_alone(browser: Browser, seeded: House) -> None:
    with today(browser, seeded) as page:

        def press(name: str | re.Pattern[str], role: str = "link") -> None:
            target = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
            for _ in range(80):
                page.keyboard.press("Tab")
                if target.evaluate("element => element === document.activeElement"):
                    break
            expect(target).to_be_focused()
            page.keyboard.press("Enter")

        press("Grupper")
        page.wait_for_url("**/grupper/")
        press("Läsgruppen")
        page.wait_for_url("**/grupper/*")
        press("Boka igen")
        expect(page.locator(".letter")).to_be_visible()
        press("Skicka inbjudan", "button")
        expect(page.get_by_text("Inbjuden").first).to_be_visible()
        assert counted(page) == 0
        assert counted(page, "keys") > 4


def test_j5_three_hours_before_it_is_another_day(browser: Browser, seeded: House) -> None:
    pk = booked(seeded)
    with today(browser, seeded) as page:
        page.locator(f".coming a[href='/besok/{pk}']").click()
        before = page.locator("p.when time").inner_text()
        page.get_by_role("link", name="Flytta", exact=True).click()
        page.get_by_role("button", name="Flytta hit").first.click()
        expect(page.get_by_text("Alla som är inbjudna får veta det")).to_be_visible()
        expect(page.locator("p.when time")).not_to_have_text(before)
        expect(page.get_by_role("button", name="Ångra")).to_be_visible()
        assert counted(page) <= 3
    assert last_mail(seeded, pk).startswith("offered ")


def test_j8_every_other_week_eight_times(browser: Browser, seeded: House) -> None:
    with today(browser, seeded) as page:
        page.get_by_role("link", name="Grupper", exact=True).first.click()
        page.get_by_role("link", name="Läsgruppen").first.click()
        page.get_by_role("link", name="Boka igen").first.click()
        expect(page.locator(".letter")).to_be_visible()
        slot = page.locator("input[name=slot]:checked").get_attribute("value") or ""
        with closed(seeded, slot, weeks=2):
            page.get_by_label("Upprepa").click()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(page.get_by_label("Antal gånger")).to_have_value("8")
            expect(page.get_by_text("De här dagarna hoppas över")).to_be_visible()
            page.get_by_role("button", name="Skicka inbjudan").click()
            expect(page.get_by_text("Inbjuden").first).to_be_visible()
        assert counted(page) <= 5


def test_j9_the_host_is_ill_and_a_colleague_takes_over(browser: Browser, seeded: House) -> None:
    pk = booked(seeded)
    with today(browser, seeded, 390) as page:
        page.locator(f".coming a[href='/besok/{pk}']").click()
        page.get_by_role("link", name="Värden kan inte").click()
        page.get_by_role("button", name=re.compile("tar över$")).first.click()
        expect(page.get_by_text("Alla som är inbjudna får veta det")).to_be_visible()
        assert counted(page) <= 3
    state, host, kind, text = last_mail(seeded, pk).split(maxsplit=3)
    # A first invitation that still waited is replaced, so that it is the first one they read.
    assert (state, kind) in {("confirmed", "update"), ("confirmed", "request")}
    assert host != "Robin"
    assert host in text
