"""What holds for every tab, in a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import App, Stage, running_app
from tests.helpers import DESKTOP, FIGURES, PHONE, check_step, figure, look_at, open_tab, show_tab


def serious(page: Page, *selectors: str) -> list[str]:
    """The serious problems that axe finds in these parts of the page."""
    found = []
    for selector in selectors:
        options = {"resultTypes": ["violations"]}
        violations = Axe().run(page, context=selector, options=options).response["violations"]
        found += [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in violations
            if violation["impact"] in ("serious", "critical")
        ]
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, app: App, theme: str, mnist_root: Path) -> None:
    open_tab(page, f"{app.url}?__theme={theme}", "test-set")
    page.click(".accuracy summary")
    page.click(".confusion [data-label='4'][data-prediction='9']")
    expect(page.locator(".cell .tile")).to_have_count(10)
    assert serious(page, ".accuracy", ".survey") == []
    show_tab(page, "how")
    for name in FIGURES:
        look_at(page, name)
    assert serious(page, "#how") == []
    page.click(".start-tour")
    check_step(Stage(page), 0)
    assert serious(page, ".head", ".tour") == []


@pytest.mark.parametrize("context", [PHONE], indirect=True)
@pytest.mark.parametrize("tab", ["attack", "test-set", "how"])
def test_nothing_is_wider_than_a_phone(page: Page, app: App, mnist_root: Path, tab: str) -> None:
    open_tab(page, app.url, tab)
    if tab == "test-set":
        page.click(".accuracy summary")
        page.click(".confusion [data-label='4'][data-prediction='9']")
        expect(page.locator(".cell .tile")).to_have_count(10)
    if tab == "how":
        for name in FIGURES:
            look_at(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Nor is anything cut off: wide parts scroll in boxes of their own.
    wide = page.evaluate(
        """(tab) => [...document.querySelectorAll(`#${tab} *`)].filter((each) =>
             each.checkVisibility() && !each.closest(".scroll, svg, .katex")
             && each.getBoundingClientRect().right > 391)
             .map((each) => each.outerHTML.slice(0, 99))""",
        tab,
    )
    assert wide == []


def test_tabs_of_a_lost_server(browser: Browser, tmp_path: Path) -> None:
    """In a separate window, because Gradio logs errors about its own parts that it loads late."""
    errors: list[str] = []

    def note(error: str) -> None:
        if "/assets/" not in error:
            errors.append(error)

    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        page = browser.new_page(**DESKTOP)  # type: ignore[arg-type]
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: note(str(error)))
        stage = Stage(page)
        stage.open(app.url)
        page.wait_for_load_state("networkidle")
        app.stop()
        page.click("#test-set-button")
        expect(page.locator(".connection")).to_contain_text("Connection lost")
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
        with_again = App(log, app.port)
        try:
            with_again.wait()
            # What was asked is answered, without a click.
            expect(page.locator(".connection")).to_have_text("The connection is back.")
            page.click("#test-set-button")
            expect(page.locator(".rows .tile")).to_have_count(30)
            page.click("#how-button")
            expect(look_at(page, "directions").locator("figcaption")).to_contain_text("a 4")
            assert page.get_by_test_id("toast-body").count() == 0
        finally:
            with_again.stop()
        page.close()
    assert errors == []
