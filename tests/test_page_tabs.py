"""What holds for every tab, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import App, Stage
from tests.helpers import FIGURES, PHONE, check_step, look_at, open_tab, serious, show_tab


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
