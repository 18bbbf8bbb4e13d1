"""Each page at three widths, in both schemes, seeded and empty: axe, console, hosts, overflow."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.house import WIDTHS, House, log_in, visitor, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Every staff page; ``{visit}`` and the like are found on the pages themselves.
STAFF = [
    "/",
    "/kalender/",
    "/kalender/?vy=dag",
    "/kalender/?vy=dag&per=vard",
    "/kalender/?vy=manad",
    "/kalender/?vy=lista",
    "/boka/",
    "/grupper/",
    "/organisationer/",
    "/organisationer/ny",
    "/organisationer/import/",
    "/organisationer/dubbletter/",
    "/insatser/",
    "/insatser/vad-fungerade",
    "/gransen/",
    "/moten/",
    "/kompetens/",
    "/rapport/",
    "/utskick/",
    "/utskick/att-titta-pa/",
    "/floden/",
    "/installningar/",
]
PUBLIC = ["/konto/login/", "/integritet", "/tillganglighet", "/svar/" + "a" * 32, "/finns-inte"]


def details(house: House, browser: Browser) -> list[str]:
    """One page of each kind that needs a row, found by following links."""
    with visitor(browser, 1280) as context:
        log_in(context, house)
        page = context.new_page()
        found = []
        for start, pattern in (
            ("/grupper/", r"^/grupper/\d+/$"),
            ("/organisationer/", r"^/organisationer/\d+/?$"),
            ("/utskick/", r"^/utskick/\d+/?$"),
            ("/kalender/?vy=lista", r"^/besok/\d+$"),
        ):
            page.goto(house.url + start)
            links = page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
            matching = [link for link in links if link and re.match(pattern, link)]
            assert matching, (start, pattern, links)
            found.append(matching[0])
        visit = found[-1]
        group = found[0].strip("/").split("/")[-1]
        number = visit.rsplit("/", 1)[-1]
        return [
            *found,
            f"{visit}/flytta",
            f"{visit}/andra",
            f"{visit}/avboka",
            f"{visit}/rum",
            f"{visit}/vard",
            f"/vard/{number}",
            f"/boka/?group={group}",
            f"/grupper/{group}/andra",
        ]


def look(browser: Browser, house: House, paths: list[str], width: int, *, signed_in: bool) -> None:
    faults = []
    for dark in (False, True):
        with visitor(browser, width, dark=dark) as context:
            if signed_in:
                log_in(context, house)
            watched = watch(context, house, 404)
            for path in paths:
                watched.page.goto(house.url + path, wait_until="networkidle")
                where = f"{path} at {width}{' dark' if dark else ''}"
                faults += [f"{where}: {line}" for line in watched.axe()]
                if watched.overflow():
                    faults.append(f"{where}: wider than the screen")
            faults += watched.faults
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_pages_with_the_demo_library(browser: Browser, seeded: House, width: int) -> None:
    look(browser, seeded, STAFF, width, signed_in=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_one_thing(browser: Browser, seeded: House, width: int) -> None:
    look(browser, seeded, details(seeded, browser), width, signed_in=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_pages_with_nothing_in_them(browser: Browser, empty: House, width: int) -> None:
    look(browser, empty, STAFF, width, signed_in=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_without_an_account(browser: Browser, seeded: House, width: int) -> None:
    answer = seeded.answer.removeprefix(seeded.url)
    paths = [*PUBLIC, answer, f"{answer}/annan-tid", f"{answer}/prenumerera"]
    look(browser, seeded, paths, width, signed_in=False)
