"""The stage for people who see, hear or move differently."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import App, Stage
from tests.helpers import FIRST, ask, open_tab, show_tab


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


def test_shortcuts_rest_on_the_pad_and_can_be_turned_off(stage: Stage, app: App) -> None:
    page = stage.page
    stage.set_epsilon(0.2)
    page.click("#fgsm-tab-draw")
    page.focus(".pad")
    for key in ("+", ".", "r", "p"):
        page.keyboard.press(key)
    stage.settle()
    assert stage.epsilon() == 0.2 and "a 4" in stage.text(".clean figcaption")
    page.uncheck(".shortcuts")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("+")
    stage.settle()
    assert stage.epsilon() == 0.2
    stage.open(app.url)  # remembered
    expect(page.locator(".shortcuts")).not_to_be_checked()
    page.keyboard.press("+")
    stage.settle()
    assert stage.epsilon() == 0.12
    page.check(".shortcuts")
    page.keyboard.press("+")
    stage.settle()
    assert stage.epsilon() == 0.125


def test_the_chart_is_read_and_moved_by_keyboard(stage: Stage) -> None:
    page = stage.page
    plot = page.get_by_role("slider", name="Confidence")
    plot.focus()
    for key, epsilon in (
        *(("ArrowRight", 0.125), ("ArrowDown", 0.12), ("PageUp", 0.17), ("Home", 0)),
        *(("End", 0.5), ("PageDown", 0.45)),
    ):
        page.keyboard.press(key)
        stage.settle()
        assert stage.epsilon() == epsilon
    said = plot.get_attribute("aria-valuetext") or ""
    read = ask("attack", FIRST)["stages"][0]["predictions"][90]
    assert said.startswith(f"epsilon 0.45: {read} ")
    assert plot.get_attribute("aria-valuenow") == "0.45"


def test_every_tab_has_headings_and_every_slider_a_value_in_words(page: Page, app: App) -> None:
    stage = open_tab(page, app.url, "attack")
    for tab in ("attack", "test-set", "how"):
        show_tab(page, tab)
        if tab == "how":
            page.wait_for_selector(".figure .slider")
        expect(page.locator(f"#{tab}").get_by_role("heading", level=2).nth(1)).to_be_visible()
        assert page.get_by_role("heading", level=1).count() == 1
        for slider in page.locator(f"#{tab} input[type=range]").all():
            assert slider.get_attribute("aria-valuetext"), tab
    show_tab(page, "attack")
    stage.settle()


def test_a_formula_is_said_not_spelt(stage: Stage) -> None:
    page = stage.page
    formula = page.locator(".change figcaption [role=img]")
    for attack, said in (
        ("fgsm", "epsilon times the sign of the gradient of the loss"),
        ("targeted", "minus epsilon times the sign of the gradient of the loss towards 9"),
        ("random", "epsilon times random signs"),
        ("iterative", "x tilde minus x"),
    ):
        if attack != "fgsm":
            with stage.answered():
                page.select_option(".attack-menu", attack)
        target = str(stage.text(".change figcaption"))[-1]
        expected = said.replace("9", target) if attack == "targeted" else said
        expect(formula).to_have_attribute("aria-label", expected)
