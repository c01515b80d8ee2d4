"""A visit to the page, in real Chromium: to a server's page, or to the page in one file.

What is measured of the one is measured of the other, by the same functions. The file is what
`python -m fgsm.export --one-file` writes; it is opened from the disk, and the browser is offline.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from fgsm.export.write import one_file
from tests.browser import Stage, launch_browser, running_app

Place = Callable[[], AbstractContextManager[str]]
"""Gives the page's address for as long as it is there."""


@contextmanager
def on_a_server() -> Iterator[str]:
    """The page of an app on this machine."""
    with tempfile.TemporaryFile("w") as log, running_app(log) as app:
        yield app.url


@contextmanager
def in_a_file() -> Iterator[str]:
    """The page without a server, as one file on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fgsm.html"
        path.write_text(one_file(), "utf-8")
        yield path.as_uri()


@dataclass
class Visit:
    """A window in which nothing is open yet."""

    url: str
    """The page's address."""
    page: Page
    stage: Stage
    requests: list[str]
    """All addresses that the browser has asked for so far."""

    def foreign(self) -> list[str]:
        """The requests for what is neither the page, nor of its server, nor within it."""
        own = (self.url, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]

    @property
    def browser(self) -> Browser:
        """The browser, which has no other window."""
        browser = self.page.context.browser
        assert browser is not None
        return browser


@contextmanager
def visit(
    place: Place, width: int = 1280, height: int = 800, playwright: Playwright | None = None
) -> Iterator[Visit]:
    """A visitor's browser, for a page at that place; a file's visitor has no network.

    Args:
        place: where the page is.
        width: of the window, in pixels.
        height: of the window, in pixels.
        playwright: for a second visit at the same time; there can be only one Playwright.
    """
    if playwright is None:
        with sync_playwright() as started, visit(place, width, height, started) as visited:
            yield visited
        return
    with place() as url:
        browser = launch_browser(playwright)
        page = browser.new_page(
            viewport={"width": width, "height": height}, offline=url.startswith("file:")
        )
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        yield Visit(url, page, Stage(page), requests)
        browser.close()
