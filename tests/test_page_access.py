"""The stage for people who see, hear or move differently."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import App, Stage


def test_the_verdict_is_announced_once_per_change(stage: Stage) -> None:
    page = stage.page
    assert page.get_attribute(".verdict", "aria-live") == "polite"
    page.evaluate(
        """() => {
             window.announced = 0;
             const whatever = { childList: true, characterData: true, subtree: true };
             new MutationObserver((all) => (announced += all.length))
               .observe(document.querySelector(".verdict"), whatever);
           }"""
    )
    start = stage.epsilon()
    for step in range(1, 4):
        stage.set_epsilon(round(start + 0.005 * step, 3))
    assert page.evaluate("announced") == 0
    stage.set_epsilon(0)
    assert page.evaluate("announced") == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (390, 844))],
    indirect=True,
)
def test_axe_finds_nothing_serious(page: Page, app: App, theme: str) -> None:
    stage = Stage(page)
    stage.open(f"{app.url}?__theme={theme}")

    def violations() -> list[str]:
        options = {"resultTypes": ["violations"]}
        found = Axe().run(page, context=".live", options=options).response["violations"]
        return [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in found
            if violation["impact"] in ("serious", "critical")
        ]

    assert violations() == []
    with stage.answered():
        page.check(".twin")
    with stage.answered():
        page.select_option(".attack-menu", "targeted")
    page.click("#fgsm-tab-draw")
    assert violations() == []


def test_every_control_is_reached_with_the_tab_key(stage: Stage) -> None:
    page = stage.page
    controls = page.locator(".live :is(button, input, select, canvas.pad)").evaluate_all(
        """(all) => all.filter((each) => each.checkVisibility() && !each.disabled
                                         && each.tabIndex >= 0).length"""
    )
    reached = set()
    page.focus("#fgsm-tab-pick")
    for _ in range(controls + 20):
        name, outline = page.evaluate(
            """() => { const each = document.activeElement;
                       return [each.outerHTML, getComputedStyle(each).outlineStyle]; }"""
        )
        if not page.evaluate("Boolean(document.activeElement.closest('.live'))"):
            break
        reached.add(name)
        assert outline != "none", name  # the focus must be visible
        page.keyboard.press("Tab")
    assert len(reached) >= controls


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}],
    indirect=True,
)
def test_at_200_percent_zoom(stage: Stage) -> None:
    """A desktop window zoomed to 200 % is a window of half the size."""
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 640
    stage.set_epsilon(0)
    assert stage.verdict() == "Still 4"


@pytest.mark.parametrize("context", [{"reduced_motion": "reduce"}], indirect=True)
def test_reduced_motion(stage: Stage) -> None:
    moving = """() => [...document.querySelectorAll(".ours, .ours *")].filter((each) => {
        const { transitionDuration, animationName } = getComputedStyle(each);
        return animationName !== "none" || parseFloat(transitionDuration) > 0;
    }).map((each) => each.className)"""
    assert stage.page.evaluate(moving) == []
    stage.page.emulate_media(reduced_motion="no-preference")
    assert stage.page.evaluate(moving) != []  # so the check does find what moves
