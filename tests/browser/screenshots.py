"""`make screenshots`: every page, light and dark, at three widths, into screenshots/."""

import re
import sys
import tempfile
from pathlib import Path

from tests.browser.house import WIDTHS, House, chromium, log_in, seeded, visitor
from tests.browser.test_pages import PUBLIC, STAFF, details

FOLDER = Path("screenshots")


def name(path: str) -> str:
    """A file name for a page's address."""
    return "".join(c if c.isalnum() else "-" for c in path).strip("-") or "idag"


def main(only: list[str]) -> None:
    """All pages, or those whose address contains one of ``only``."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, seeded(Path(data)) as house, chromium() as browser:
        answer = house.answer.removeprefix(house.url)
        open_pages = [*PUBLIC, answer, f"{answer}/annan-tid", f"{answer}/prenumerera"]
        groups = ((open_pages, False), ([*STAFF, *details(house, browser)], True))
        for width in WIDTHS:
            for dark in (False, True):
                for paths, signed_in in groups:
                    with visitor(browser, width, dark=dark) as context:
                        if signed_in:
                            log_in(context, house)
                        photograph(context, house, paths, only, f"{width}{'-dark' if dark else ''}")


def photograph(
    context: object, house: House, paths: list[str], only: list[str], suffix: str
) -> None:
    """One picture a page."""
    page = context.new_page()  # type: ignore[attr-defined]
    for path in paths:
        if only and not any(part in path for part in only):
            continue
        page.goto(house.url + path, wait_until="networkidle")
        shown = re.sub(r"[a-z2-7]{32}", "x", path)
        page.screenshot(path=FOLDER / f"{name(shown)}-{suffix}.png", full_page=True)


if __name__ == "__main__":
    main(sys.argv[1:])
