"""J3 and J4 as a coordinator does them: an old phone, 320 px, taps counted by the page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests import servers
from tests.browser.house import House, Watched, log_in, visitor, watch
from tests.browser.test_budgets import LISTEN, counted

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Beyond what the demo plans; a series takes three of them.
_WEEKS = count(30, 4)
BOOK = """
from datetime import timedelta
from django.utils import timezone
from core import swedish
from core.models import User
from partners.models import Group
from scheduling import links
from scheduling.booking import series, services
from scheduling.models import Host, Message, Programme, Room
now = timezone.now()
start = timezone.localtime(now + timedelta(weeks={weeks})).replace(
    hour=10, minute=0, second=0, microsecond=0)
monday = start - timedelta(days=start.weekday())
# Whatever the day of the run: a weekday that is no red day or eve on any of the dates.
start = next(
    first for first in (monday + timedelta(days=day) for day in (1, 2, 3, 4, 0))
    if not any(
        swedish.red_day(on.date()) or swedish.eve(on.date())
        for on in (first + timedelta(weeks=week) for week in range({dates}))
    )
)
sam = User.objects.get(username="sam")
plan = services.VisitPlan(groups=(Group.objects.get(alias="Läsgruppen"),), start=start,
    end=start + timedelta(hours=1), programme=Programme.objects.get(name="Första besöket"),
    host=Host.objects.get(user__username="robin"), room=Room.objects.get(name="Skrivarrummet"),
    room_reason="Vi delar på oss", two_hosts=False)
if {dates} > 1:
    made = series.book_series(actor=sam, now=now, plan=series.SeriesPlan(
        visit=plan, weekly=series.weekly(first=start.date(), count={dates})))
    print("made", links.series_path(made.invitations.get()), made.bookings.first().pk)
else:
    booking = services.book(actor=sam, now=now, plan=plan)
    Message.objects.filter(booking=booking).update(state="sent", sent_at=now)
    print("made", links.answer_path(booking.invitations.first()), booking.pk)
"""
STATE = """
from scheduling.models import Booking, Message
booking = Booking.objects.get(pk={pk})
waiting = Message.objects.filter(booking=booking).exclude(state="superseded").order_by("-pk")
print("state", booking.state, booking.start.isoformat(), [row.kind for row in waiting][:1])
"""


def invited(house: House, dates: int = 1) -> tuple[str, int]:
    """A fresh visit (or series) some weeks on, already sent: the link's path, and its id."""
    script = BOOK.format(weeks=next(_WEEKS), dates=dates)
    printed = servers.manage(house.environment, "shell", "-c", script).split("made ")[1].split()
    return printed[0], int(printed[1])


def state(house: House, pk: int) -> str:
    printed = servers.manage(house.environment, "shell", "-c", STATE.format(pk=pk))
    return printed.split("state ", 1)[1]


@contextmanager
def phone(browser: Browser, house: House, *, script: bool = True) -> Iterator[Watched]:
    """A phone with no cookie at the end, and nothing gone wrong."""
    with visitor(browser, 320, script=script) as context:
        watched = watch(context, house)
        if script:
            watched.page.add_init_script(LISTEN)
        yield watched
        assert context.cookies() == []
        assert watched.faults == []


def weigh(page: Page, address: str) -> int:
    """Bytes of the page with all its assets, as they are before the server packs them."""
    heard: list[Response] = []

    def hear(response: Response) -> None:
        heard.append(response)

    page.on("response", hear)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", hear)
    return sum(len(response.body()) for response in heard)


@pytest.mark.parametrize("script", [True, False])
def test_j3_yes_in_two_taps(browser: Browser, seeded: House, script: bool) -> None:
    """Opening is one tap, yes the other; the size is optional."""
    path, pk = invited(seeded)
    with phone(browser, seeded, script=script) as watched:
        page = watched.page
        page.goto(seeded.url + path)
        page.get_by_label("4–6").check()
        page.get_by_role("button", name="Ja, vi kommer").click()
        expect(page.get_by_role("heading", name="Tack! Ni kommer.")).to_be_visible()
        expect(page.get_by_text("Ungefär 4–6 personer.")).to_be_visible()
        if script:
            assert counted(page) <= 2
    assert state(seeded, pk).startswith("confirmed ")


def test_j3_in_easy_swedish_and_with_needs(browser: Browser, seeded: House) -> None:
    path, pk = invited(seeded)
    with phone(browser, seeded) as watched:
        page = watched.page
        page.goto(seeded.url + path)
        page.get_by_role("link", name="Lätt svenska").click()
        expect(page.get_by_text("Du får gå när du vill.")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "sv-x-lattlast"
        assert watched.axe() == []
        page.get_by_text("Behöver ni något särskilt?").click()
        page.get_by_label("Rullstol").check()
        page.get_by_label("Tolk på vilket språk?").fill("arabiska")
        page.get_by_role("button", name="Ja, vi kommer").click()
        # The language stays in the address; nothing else remembers it.
        expect(page.get_by_text("Vi ses!")).to_be_visible()
        assert page.url.endswith("?sprak=latt")
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        page = watch(context, seeded).page
        page.goto(f"{seeded.url}/besok/{pk}")
        expect(page.get_by_text("Rullstol, Tolk: arabiska")).to_be_visible()
        page.get_by_role("button", name="Sett").click()
        expect(page.get_by_role("heading", name="Från partnern")).to_have_count(0)
        expect(page.get_by_text("Rullstol")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_j4_another_time_in_four_taps_and_taken_with_one_click(
    browser: Browser, seeded: House, script: bool
) -> None:
    path, pk = invited(seeded)
    before = state(seeded, pk)
    with phone(browser, seeded, script=script) as watched:
        page = watched.page
        page.goto(seeded.url + path)
        page.get_by_role("link", name="Föreslå annan tid").click()
        # The first day stands open: opening the mail's link, this, a time, send.
        page.locator("details[open] .chip").first.click()
        page.get_by_role("button", name="Skicka förslaget").click()
        expect(page.get_by_role("heading", name="Tack! Vi tittar på ert förslag.")).to_be_visible()
        if script:
            assert counted(page) <= 3
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        page = watch(context, seeded).page
        page.add_init_script(LISTEN)
        page.goto(f"{seeded.url}/besok/{pk}")
        page.get_by_role("button", name="Ta den tiden").click()
        expect(page.get_by_text("Alla får veta det.")).to_be_visible()
        assert counted(page) <= 1
    after = state(seeded, pk)
    assert after.split()[1] != before.split()[1]
    # The newest mail of the visit is the new invitation; it waits for its ten seconds.
    assert after.startswith("offered ")
    assert "update" in after


def test_three_times_on_several_days(browser: Browser, seeded: House) -> None:
    path, pk = invited(seeded)
    with phone(browser, seeded) as watched:
        page = watched.page
        page.goto(f"{seeded.url}{path}/annan-tid")
        for number in range(1, 3):
            page.locator("details").nth(number).locator("summary").click()
        for number in range(3):
            page.locator("details").nth(number).locator(".chip").first.click()
        assert watched.axe() == []
        page.get_by_role("button", name="Skicka förslaget").click()
        expect(page.get_by_role("heading", name="Tack! Vi tittar på ert förslag.")).to_be_visible()
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        page = watch(context, seeded).page
        page.goto(f"{seeded.url}/besok/{pk}")
        expect(page.get_by_role("button", name="Ta den tiden")).to_have_count(3)


def test_hand_over_and_one_click_by_staff(browser: Browser, seeded: House) -> None:
    path, pk = invited(seeded)
    with phone(browser, seeded) as watched:
        page = watched.page
        page.goto(seeded.url + path)
        page.get_by_role("link", name="Lämna över till en kollega").click()
        page.get_by_label("Vad heter din kollega?").fill("Alex Ek")
        page.get_by_label("E-post").fill(f"alex{pk}@strimman.example")
        page.get_by_role("button", name="Skicka").click()
        expect(page.get_by_role("heading", name="Tack! Vi har fått det.")).to_be_visible()
        assert watched.axe() == []
    with visitor(browser, 1280) as context:
        log_in(context, seeded)
        watched = watch(context, seeded)
        page = watched.page
        page.goto(f"{seeded.url}/")
        expect(page.get_by_text("får en ny kontakt: Alex Ek")).to_be_visible()
        page.get_by_role("button", name="Bjud in Alex").click()
        expect(page.get_by_text("Alex Ek är inbjuden.")).to_be_visible()
        assert watched.faults == []


@pytest.mark.parametrize("script", [True, False])
def test_yes_to_all_dates_and_no_to_one(browser: Browser, seeded: House, script: bool) -> None:
    path, _pk = invited(seeded, dates=3)
    with phone(browser, seeded, script=script) as watched:
        page = watched.page
        page.goto(seeded.url + path)
        page.get_by_role("button", name="Ja till alla").click()
        expect(page.get_by_role("heading", name="Tack för svaret")).to_be_visible()
        page.get_by_label("Nej", exact=True).last.check()
        page.get_by_role("button", name="Skicka svaren").click()
        expect(page.locator("input[value=nej]:checked")).to_have_count(1)
        expect(page.locator("input[value=ja]:checked")).to_have_count(2)
        # axe is a script: without them there is none to ask.
        assert not script or watched.axe() == []


def test_light_large_and_printable(browser: Browser, seeded: House) -> None:
    """Under 50 kB with all assets, 44 px, both schemes, 200 per cent, one page of paper."""
    path, _pk = invited(seeded)
    series_path, _first = invited(seeded, dates=3)
    ways = ["", "/annan-tid", "/kollega", "/skriv-ut", "/mina-uppgifter", "/prenumerera"]
    paths = [*(f"{path}{way}?sprak={key}" for way in ways for key in ("sv", "latt")), series_path]
    for dark in (False, True):
        with visitor(browser, 320, dark=dark) as context:
            watched = watch(context, seeded)
            for address in paths:
                assert weigh(watched.page, seeded.url + address) < 50_000, address
                assert watched.axe() == [], address
                assert small(watched.page) == [], address
                for size in ("100%", "200%"):
                    # As a phone's own setting for larger text does.
                    watched.page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
                    assert not watched.overflow(), (address, size)
            assert watched.faults == []
    with visitor(browser, 1280) as context:
        page = watch(context, seeded).page
        page.goto(f"{seeded.url}{path}/skriv-ut")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "21.3333px"
        assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 1


def small(page: Page) -> list[str]:
    """Targets under 44 px."""
    found: list[str] = page.locator(".tap, .btn, .chip, summary, .input, .tick").evaluate_all(
        "all => all.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)"
        ".map(e => e.outerHTML.slice(0, 90))"
    )
    return found
