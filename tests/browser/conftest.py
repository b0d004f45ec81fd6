"""A real Chromium, and pages that remember what went wrong on them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Request, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import enter, missing

CHROMIUM = Path("/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")  # the same engine without a browser's own windows: half the work
SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage"]
# As a machine without a GPU: software draws what is WebGL, and the page itself is drawn the plain way.
WEBGL = ["--enable-unsafe-swiftshader"]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_S = 40


@dataclass
class Visit:
    """An open page with its faults: script errors, and requests to another host.

    A `base` that bears a token gives the browser a session of the same account.
    """

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = enter(self.page.context, self.base)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def go(self, path: str, **query: str) -> "Visit":
        """Open a page of the service."""
        self.page.goto(f"{self.base}{path}{'?' if query else ''}{urlencode(query)}", wait_until="load")
        return self

    def see(self, selector: str) -> Locator:
        """The element, once it can be seen."""
        found = self.page.locator(selector).first
        found.wait_for(state="visible")
        return found

    def gone(self, selector: str) -> None:
        """Wait until there is no such element."""
        self.page.locator(selector).first.wait_for(state="detached")

    def text(self, selector: str) -> str:
        """What the element says."""
        return self.see(selector).inner_text()

    def each(self, selector: str, attribute: str) -> list[str]:
        """One attribute of every such element."""
        return [str(one.get_attribute(attribute)) for one in self.page.locator(selector).all()]

    def texts(self, selector: str) -> list[str]:
        """What every such element says."""
        return self.page.locator(selector).all_inner_texts()

    def until(self, expression: str) -> None:
        """Wait until the script's expression holds (the pages forbid the eval that Playwright's own wait needs)."""
        late = time.monotonic() + PATIENCE_S
        while (said := self._told(expression)) is not True:
            assert time.monotonic() < late, f"never came true: {expression} {said}"
            self.page.wait_for_timeout(40)

    def _told(self, expression: str) -> object:
        """True or False, or why it cannot be told: a page on its way to another one has nothing to ask."""
        try:
            return bool(self.page.evaluate(expression))
        except PlaywrightError as error:
            return error


Visitor = Callable[..., Visit]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, stopped after this folder's tests: it keeps an event loop running meanwhile."""
    if not CHROMIUM.exists():
        missing("Chromium")
    with sync_playwright() as running:
        yield running


def launched(playwright: Playwright, *switches: str, program: Path = CHROMIUM) -> Browser:
    """A Chromium of the system."""
    return playwright.chromium.launch(executable_path=str(program), args=[*SWITCHES, *switches])


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser that draws maps with WebGL, in software."""
    browser = launched(playwright, *WEBGL)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def light_chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser without WebGL: maps are drawn the simple way, and tests of the panel go three times as fast."""
    program = SHELL if SHELL.exists() else CHROMIUM
    browser = launched(playwright, "--disable-3d-apis", "--disable-gpu", program=program)
    yield browser
    browser.close()


def profile(browser: Browser, *, phone: bool = False, **options: Any) -> BrowserContext:
    """A fresh profile of a desk's or a phone's browser."""
    size = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESK}
    context = browser.new_context(locale="zh-CN", **size, **options)
    context.set_default_timeout(PATIENCE_S * 1000)
    return context


@pytest.fixture(scope="package")
def desk_profile(light_chromium: Browser) -> Iterator[BrowserContext]:
    """One profile for many tests: what it has fetched once stays fetched."""
    context = profile(light_chromium)
    yield context
    context.close()


@pytest.fixture
def visit(desk_profile: BrowserContext, service_url: str) -> Iterator[Visit]:
    """An empty page on a desk, which remembers nothing of the test before."""
    one = Visit(desk_profile.new_page(), service_url)
    yield one
    if one.page.url.startswith(one.base):
        one.page.evaluate("localStorage.clear()")
    one.page.goto("about:blank")  # a page that is on its way somewhere may never be closed
    one.page.close()
    desk_profile.clear_cookies()


@pytest.fixture
def phone(light_chromium: Browser, service_url: str) -> Iterator[Visit]:
    """An empty page on a phone that knows where it is."""
    where = {"latitude": 22.53, "longitude": 114.02}
    context = profile(light_chromium, phone=True, geolocation=where, permissions=["geolocation"])
    yield Visit(context.new_page(), service_url)
    context.close()


@pytest.fixture(scope="session")
def api(service_url: str) -> Iterator[httpx.Client]:
    """The service without a browser, to compare with."""
    with httpx.Client(base_url=f"{service_url}/api/v1", params={"lang": "zh"}, timeout=30) as client:
        yield client
