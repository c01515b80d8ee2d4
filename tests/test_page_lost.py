"""The page when its server is lost and comes back, in a real browser."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser import App, Stage, running_app
from tests.helpers import DESKTOP, connection, figure, look_at, open_tab, serious, show_tab

Visitor = Iterator[None]
"""What a visitor does, in four parts: while the server is there, right after it is lost, a while
later, and when it is back."""
GRADIO_SPEAKS = 4.0
"""Seconds for what Gradio might have to say."""


def toasts(page: Page) -> Locator:
    """Gradio's own messages, which would say the same in other words."""
    return page.get_by_test_id("toast-body")


def attacking(page: Page, app: App) -> Visitor:
    """On the stage: what is on the page keeps working, and what was asked for comes later."""
    stage = Stage(page)
    stage.open(app.url)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.isTheSamePage = true")
    yield
    page.click(".thumbnails [data-index='100']")
    expect(connection(page)).to_contain_text("Connection lost.")
    assert serious(page, ".gradio-container") == []
    stage.set_epsilon(0.3)
    assert stage.epsilon() == 0.3 and stage.verdict().startswith("Fooled: 4")
    yield
    yield
    page.wait_for_function(
        "document.querySelector('.clean figcaption').textContent.includes('a 1')"
    )
    expect(page.locator(".notice")).to_be_hidden()
    assert page.evaluate("window.isTheSamePage")


def running(page: Page, app: App) -> Visitor:
    """In the tab "Test set": a run that was going on, and another model's survey."""
    open_tab(page, app.url, "test-set")
    page.evaluate("window.isTheSamePage = true")
    page.select_option(".run-attack", "iterative")
    page.fill(".run-epsilons", "0 0.1 0.2 0.3")
    page.click("#run [type=submit]")
    line = page.locator("#run-status p")
    expect(line).to_contain_text("digits per second", timeout=60_000)
    yield
    expect(connection(page)).to_contain_text("Connection lost.")
    page.click(".survey [data-model=softmax]")
    since = time.monotonic()
    yield
    page.wait_for_timeout(1_000 * max(0, since + GRADIO_SPEAKS - time.monotonic()))
    assert toasts(page).count() == 0
    before, survey = line.inner_text(), page.locator(".breaking .lead").inner_text()
    yield
    page.wait_for_selector(".survey[aria-busy=false]")
    expect(page.locator(".survey .problem")).to_be_hidden()
    expect(page.locator(".breaking .lead")).not_to_have_text(survey)
    expect(line).not_to_have_text(before)
    expect(line).to_contain_text("digits per second", timeout=60_000)
    page.click("#run .cancel")
    expect(line).to_contain_text("Run cancelled.")
    assert toasts(page).count() == 0
    assert page.evaluate("window.isTheSamePage")


def looking_around(page: Page, app: App) -> Visitor:
    """In tabs that are opened for the first time once the server is lost."""
    stage = Stage(page)
    stage.open(app.url)
    page.wait_for_load_state("networkidle")
    yield
    page.click("#test-set-button")
    expect(connection(page)).to_contain_text("Connection lost")
    assert page.locator(".accuracy path.line").count() == 9  # the cards came with the page
    show_tab(page, "how")
    expect(figure(page, "directions")).to_have_attribute("aria-busy", "true")
    assert serious(page, ".survey", "#how .figure") == []
    page.click(".start-tour")
    expect(page.locator(".tour")).to_be_visible()
    page.keyboard.press("Escape")  # back to the tab where one was
    show_tab(page, "attack")
    stage.set_epsilon(0.3)
    assert stage.verdict().startswith("Fooled: 4")
    yield
    yield
    # What was asked is answered, without a click.
    page.click("#test-set-button")
    expect(page.locator(".rows .tile")).to_have_count(30)
    page.click("#how-button")
    expect(look_at(page, "directions").locator("figcaption")).to_contain_text("a 4")
    assert toasts(page).count() == 0


@pytest.fixture
def late_window(browser: Browser) -> Iterator[Page]:
    """A separate window, because Gradio logs errors about its own parts that it loads late."""
    errors: list[str] = []

    def note(error: str) -> None:
        if "/assets/" not in error:
            errors.append(error)

    page = browser.new_page(**DESKTOP)  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: note(str(error)))
    yield page
    page.close()
    assert errors == []


def test_a_lost_server(
    page: Page, context: BrowserContext, late_window: Page, tmp_path: Path
) -> None:
    """For three visitors at once, as every server takes its time to start."""
    pages = page, late_window, context.new_page()
    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        kinds = attacking, looking_around, running
        visitors = [kind(page, app) for kind, page in zip(kinds, pages, strict=True)]
        for visitor in visitors:
            next(visitor)
        app.stop()
        for _ in ("right after", "a while later"):
            for visitor in reversed(visitors):
                next(visitor)
        with_again = App(log, app.port)
        try:
            with_again.wait()
            for page in pages:
                expect(connection(page)).to_have_text("The connection is back.")
            for visitor in reversed(visitors):
                assert next(visitor, "done") == "done"
            for page in pages:  # good news does not stay
                expect(connection(page)).to_have_text("", timeout=20_000)
        finally:
            with_again.stop()


def test_a_server_with_another_page_says_so(page: Page, app: App) -> None:
    """It was started anew after an update, and has other files by now.

    It was gone before it answered what a link asks for, which is not forgotten.
    """
    is_up = [False]

    def answer(route: Route) -> None:
        if route.request.method == "HEAD" and is_up[0]:
            route.fulfill(status=200, headers={"Cache-Control": "no-cache"})
        elif route.request.method == "GET" or is_up[0]:
            route.continue_()
        else:
            route.abort("connectionfailed")

    page.add_init_script("console.error = console.warn = () => {}")
    page.route("**/fgsm/ask/*", answer)
    page.route("**/connection.js", answer)
    page.goto(f"{app.url}#d=705&e=0.3")
    expect(connection(page)).to_contain_text("Connection lost")
    expect(page.locator(".verdict .words")).to_have_text("Fooled:\n4 → 9")
    is_up[0] = True
    expect(connection(page)).to_contain_text("please load the page again")
    expect(page.locator(".verdict .words")).to_have_text("Fooled:\n7 → 1")
