"""A running house and a browser that notes whatever should not happen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from tests import servers

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (320, 768, 1280)
PASSWORD = "lugn-tid-48"
AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class House:
    """Where it stands, and links into it."""

    url: str
    environment: dict[str, str]
    answer: str = ""


@contextmanager
def seeded(data_dir: Path, *, empty: bool = False) -> Iterator[House]:
    """A server with the demo library, or with an administrator and nothing else."""
    environment = servers.app_environment(data_dir, OUTBOX_HOLD_SECONDS="10")
    servers.manage(environment, "migrate", "--verbosity", "0")
    servers.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    port = servers.free_port()
    environment["BASE_URL"] = f"http://127.0.0.1:{port}"
    if empty:
        servers.manage(
            environment,
            "shell",
            "-c",
            "from core.models import User; User.objects.create_user('sam', 'sam@svarta.example', "
            f"'{PASSWORD}', first_name='Sam', role='socionom')",
        )
    else:
        servers.manage(environment, "seed_demo")
    links = "" if empty else servers.manage(environment, "demo_links")
    words = [word for word in links.split() if "/svar/" in word]
    with servers.django_server(environment, port=port) as web:
        yield House(web.url, environment, words[0] if words else "")


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def axe(self) -> list[str]:
        """Accessibility findings, a line each."""
        found = Axe().run(self.page, options=AXE_OPTIONS).response["violations"]
        return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]

    def overflow(self) -> bool:
        """Whether the page can be pushed sideways."""
        wider: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wider


#: A form that asks anew while an answer is on its way takes that question back (``hx-sync``). One
#: that failed says more: htmx:sendError, htmx:responseError or htmx:timeout.
REPLACED = ("htmx:sendAbort,", "htmx:afterRequest,")


def watch(context: BrowserContext, house: House, *expected: int) -> Watched:
    """A new page; console errors, page errors and requests to another host are faults."""
    page = context.new_page()
    watched = Watched(page)

    def console(message: ConsoleMessage) -> None:
        wanted = any(f"status of {status}" in message.text for status in expected)
        wanted |= message.text.startswith(REPLACED)
        if message.type in {"error", "warning"} and not wanted:
            watched.faults.append(f"console: {message.text}")

    def request(made: Request) -> None:
        if not made.url.startswith((house.url, "data:", "blob:")):
            watched.faults.append(f"another host: {made.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: watched.faults.append(f"script: {error}"))
    page.on("request", request)
    return watched


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def visitor(
    browser: Browser, width: int, *, dark: bool = False, script: bool = True
) -> BrowserContext:
    """A person in Sweden with a screen of ``width``."""
    return browser.new_context(
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
    )


def log_in(context: BrowserContext, house: House, name: str = "sam") -> None:
    """Through the login page, as a person does."""
    page = context.new_page()
    page.goto(f"{house.url}/konto/login/")
    page.locator("input[name=login]").fill(f"{name}@svarta.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url(f"{house.url}/")
    page.close()
