"""What the browser tests share: Chromium, and the page opened in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WIDE = {"viewport": {"width": 1400, "height": 1000}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}
PATIENCE = 120_000  # milliseconds; a shared machine can be slow
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The colour of a pane's canvas at a fraction of its width and height.
PIXEL = """([canvas, x, y]) => [...canvas.getContext("2d").getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]"""


class Visit:
    """A page opened in the browser, with every request and complaint it made."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )

    def pixel(self, pane: int, x: float = 0.5, y: float = 0.2) -> list[int]:
        canvas = self.page.locator(".pane canvas").nth(pane).element_handle()
        return self.page.evaluate(PIXEL, [canvas, x, y])

    def turn_to(self, title: str) -> None:
        """Turn to a tab or section, also where a narrow page folds it away under "More tabs"."""
        tab = self.page.get_by_role("tab", name=title, exact=True)
        if tab.count():
            tab.click()
            return
        folded = self.page.locator(".overflow-dropdown button").filter(has_text=title)
        menu = self.page.locator(".overflow-menu").filter(has=folded)
        menu.get_by_label("More tabs").click()
        folded.click()

    def settle(self) -> None:
        """Wait until what was changed is drawn."""
        self.page.evaluate("() => new Promise((r) => requestAnimationFrame(() => setTimeout(r)))")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed: put `chromium` on the PATH to drive the page")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser context for each kind of screen; its pages share what was fetched and compiled."""
    made: dict[str, BrowserContext] = {}

    def context(**settings: object) -> BrowserContext:
        key = repr(sorted(settings.items()))
        if key not in made:
            made[key] = browser.new_context(**settings)
            made[key].set_default_timeout(PATIENCE)
        return made[key]

    yield context
    for one in made.values():
        one.close()


@contextmanager
def opened(context: BrowserContext, address: str) -> Iterator[Visit]:
    """A page of its own at an address; afterwards, nothing left this machine or broke."""
    visit = Visit(context.new_page())
    visit.page.goto(address)
    visit.page.wait_for_selector(".masthead")
    yield visit
    visit.page.close()
    hosts = {url.split("/")[2].split(":")[0] for url in visit.requests if url.startswith("http")}
    assert hosts == {"127.0.0.1"}
    assert not visit.complaints


@pytest.fixture
def visit(contexts: Callable[..., BrowserContext], served_page: str) -> Iterator[Visit]:
    """The page on a wide screen, its first tab worked out."""
    with opened(contexts(**WIDE), served_page) as visit:
        visit.page.wait_for_selector(".panes[data-state=ready]")
        yield visit


@pytest.fixture
def phone(contexts: Callable[..., BrowserContext], served_page: str) -> Iterator[Visit]:
    """The page on a dark phone, its first tab worked out."""
    with opened(contexts(**PHONE), served_page) as visit:
        visit.page.wait_for_selector(".panes[data-state=ready]")
        yield visit


@pytest.fixture
def open_at(
    contexts: Callable[..., BrowserContext], served_page: str
) -> Iterator[Callable[[str], Visit]]:
    """Opens the page at a link, `open_at("?tab=models")`, as often as asked, on a wide screen."""
    with ExitStack() as visits:

        def open_link(query: str = "") -> Visit:
            return visits.enter_context(opened(contexts(**WIDE), served_page + query))

        yield open_link
