"""Zoom makes everything larger, and all of it can still be read and used."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests.browser import App
from tests.helpers import open_tab, show_tab

SCREENS = ((1280, 800), (1920, 1080))
ZOOMS = (1, 1.1, 1.25, 1.5, 1.75, 2)
KINDS = {
    "attack": [
        *("h1", "#attack-button", ".start-tour", ".sources button", ".classes button"),
        *(".pager output", ".options label", "select", ".explain", ".keys", ".epsilon .number"),
        *(".jump", ".tick", ".clean figcaption", ".reading b", ".reading span", ".toggle button"),
        *(".verdict .words", ".at", ".also", ".detail", ".compare", ".bottom figcaption"),
        *(".column b", ".column .value", ".confidence .x", ".confidence .y", ".line-name"),
    ],
    "test-set": [
        *(".accuracy h2", ".accuracy .lead", ".accuracy .legend", ".accuracy .x", ".accuracy .y"),
        *("#run input", "#run button", "#run-status p", ".survey h2", ".survey h3"),
        *(".confusion th", ".breaking .axis span"),
    ],
    "how": ["#how h2", "#how p", "#how .katex", "#how figcaption", ".figure .tile .title"],
}


@pytest.mark.parametrize("screen", SCREENS)
def test_zoom_makes_type_larger(page: Page, app: App, screen: tuple[int, int]) -> None:
    """A window zoomed to 150 % has two thirds of the pixels of CSS, each half as large again."""
    stage = open_tab(page, app.url, "attack")
    width, height = screen
    sizes: dict[str, list[float]] = {}
    for tab, kinds in KINDS.items():
        show_tab(page, tab)
        if tab == "how":
            page.wait_for_selector(".figure .tile .title")
        for zoom in ZOOMS:
            page.set_viewport_size({"width": int(width / zoom), "height": int(height / zoom)})
            stage.settle()
            found = page.evaluate(
                """(kinds) => kinds.map((kind) => {
                     const isSeen = (each) => each.checkVisibility(); // not a talk
                     const found = [...document.querySelectorAll(kind)];
                     return parseFloat(getComputedStyle(found.find(isSeen) ?? found[0]).fontSize);
                   })""",
                kinds,
            )
            for kind, size in zip(kinds, found, strict=True):
                sizes.setdefault(f"{tab} {kind}", []).append(size * zoom)
    for kind, seen in sizes.items():
        for (before, after), step in zip(pairwise(seen), _steps(), strict=True):
            assert after > before and after >= 0.9 * step * before, (kind, seen)
        assert seen[-1] >= (1.6 if width == 1920 else 1.8) * seen[0], (kind, seen)
        assert min(seen) >= 11, (kind, seen)  # and nothing is tiny to begin with


def _steps() -> list[float]:
    return [after / before for before, after in pairwise(ZOOMS)]
