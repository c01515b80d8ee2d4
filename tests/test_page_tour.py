"""The tour, in a real browser."""

import re
from contextlib import nullcontext
from typing import Any

import pytest
from playwright.sync_api import expect

from fgsm.catalogue import EPSILONS
from fgsm.service.request import AttackRequest
from tests.browser import Stage
from tests.helpers import FIRST, PHONE, TARGETS, TOUR, check_step, draw_seven, show_tab, state_of


def test_the_tours_requests_can_be_answered() -> None:
    assert 6 <= len(TOUR) <= 10
    for step in TOUR:
        state = state_of(step)
        assert step["target"] in TARGETS
        assert state.get("tab") in (None, "test-set", "how")
        assert float(state["e"]) in EPSILONS
        AttackRequest.parse({**FIRST, **request_of(step)})


def request_of(step: dict[str, Any]) -> dict[str, Any]:
    """What the stage asks the service for, where the tour's steps differ."""
    state = state_of(step)
    return {
        "index": int(state["d"]),
        "attack": state["a"],
        "model": state["m"],
        "twin": state.get("twin") == "1",
    }


def window(width: int, height: int) -> dict[str, Any]:
    size = {"viewport": {"width": width, "height": height}}
    return {**PHONE, **size} if min(width, height) < 400 else size


IN_ONE_ROW = """() => {
  const buttons = [...document.querySelectorAll(".tour button")];
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  return boxes.every(({ top, height }) => top === boxes[0].top && height < 48);
}"""
"""Whether the buttons are, and the words on each."""
IS_APART = """() => {
  const target = document.querySelector(".is-pointed-at");
  const part = (target.closest(".stage, .choose") ?? target).getBoundingClientRect();
  const tour = document.querySelector(".tour").getBoundingClientRect();
  return tour.right <= part.left || part.right <= tour.left || tour.bottom <= part.top
    || part.bottom <= tour.top;
}"""
"""Whether the words are beside all that they may speak of: the stage, or the choice of digits."""
SHOWS_THE_PICTURES = """() => {
  const { bottom } = document.querySelector(".tour").getBoundingClientRect();
  return [...document.querySelectorAll(".equation canvas")]
    .every((canvas) => canvas.getBoundingClientRect().top >= bottom);
}"""
"""Whether one sees what changes while one drags epsilon."""


@pytest.mark.parametrize(
    "context",
    [window(1280, 800), window(390, 844), window(360, 640), window(844, 390)],
    indirect=True,
    ids=lambda context: "{width}x{height}".format(**context["viewport"]),
)
def test_the_tour_covers_nothing_that_it_speaks_of(stage: Stage) -> None:
    page = stage.page
    desktop = page.viewport_size == {"width": 1280, "height": 800}
    for wide in (False, True) if desktop else (False,):
        if wide:
            page.set_viewport_size({"width": 1920, "height": 1080})
        page.click(".start-tour")
        for number in range(len(TOUR)):
            check_step(stage, number)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.evaluate(IN_ONE_ROW)
            if desktop:
                assert page.evaluate(IS_APART)
            elif page.viewport_size == {"width": 390, "height": 844} and number == 2:
                assert page.evaluate(SHOWS_THE_PICTURES)
            page.click(".tour .next")
        expect(page.locator(".tour")).to_be_hidden()
        assert page.locator(".is-pointed-at").count() == 0


def test_what_was_there_comes_back_after_the_tour(stage: Stage) -> None:
    page = stage.page
    draw_seven(stage)
    with stage.answered():
        page.select_option(".named", "7")
    with stage.answered():
        page.select_option(".model-menu", "lenet-robust")
    stage.set_epsilon(0.2)

    def seen() -> list[Any]:
        # Every 20th pixel, as white or black: painted anew, edges may be a level or two apart.
        pad = page.locator(".pad").evaluate(
            """(pad) => Array.from({ length: 28 * 28 }, (_, i) => pad.getContext("2d")
                 .getImageData(20 * (i % 28), 20 * Math.floor(i / 28), 1, 1).data[0] > 127)"""
        )
        assert any(pad)
        tab = page.locator("#tabs [role=tab][aria-selected=true]").first.inner_text()
        return [stage.shown()["request"], stage.epsilon(), stage.picture("clean"), pad, tab]

    before = seen()
    page.click(".start-tour")
    for number in range(len(TOUR)):
        check_step(stage, number)
        if TOUR[number]["target"] == "pad":  # the visitor draws something else, on a clean pad
            expect(page.locator(".draw")).to_have_class(re.compile("is-empty"))
            draw_seven(stage)
            assert page.is_enabled(".named")
        with stage.answered() if number == len(TOUR) - 1 else nullcontext():
            page.keyboard.press("PageDown")
    expect(page.locator(".tour")).to_be_hidden()
    stage.settle()
    assert seen() == before
    assert page.input_value(".named") == "7"
    show_tab(page, "how")
    page.click(".start-tour")
    check_step(stage, 0)
    # Also after another story that began meanwhile, such as one that was dropped on the page.
    page.evaluate(
        """() => {
             const story = { title: "Another", steps: [{ title: "Another", state: "d=7" }] };
             const file = new File([JSON.stringify(story)], "another.json");
             document.dispatchEvent(new CustomEvent("fgsm-file", { detail: { file } }));
           }"""
    )
    expect(page.locator(".tour h2")).to_have_text("Another")
    page.keyboard.press("Escape")
    expect(page.locator("#how")).to_be_visible()


def test_keys_step_the_tour_whatever_has_the_focus(stage: Stage) -> None:
    page = stage.page
    for where in (
        "#fgsm-epsilon",
        ".attack-menu",
        ".thumbnails button",
        ".jump",
        "#how-button",
        None,
    ):
        page.click(".start-tour")
        check_step(stage, 0)
        for key, number in (("PageDown", 1), (" ", 2), ("Enter", 3), ("PageUp", 2)):
            if where:
                page.locator(where).first.focus()
            else:
                page.evaluate("document.activeElement.blur()")
            page.keyboard.press(key)
            check_step(stage, number)
        page.keyboard.press("Escape")


def test_keys_in_the_tour_keep_their_own_meaning(stage: Stage) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(2):
        check_step(stage, number)
        page.click(".tour .next")
    check_step(stage, 2)
    page.focus("#fgsm-epsilon")
    page.keyboard.press("ArrowRight")
    stage.settle()
    # The slider moved, the tour did not.
    assert stage.epsilon() == float(state_of(TOUR[2])["e"]) + 0.005
    check_step_is_still(stage, 2)
    for number in range(3, 7):
        page.keyboard.press("PageDown")
        check_step(stage, number)
    page.focus(".pad")
    with stage.answered():
        page.keyboard.press(" ")
        page.keyboard.press("ArrowDown")
    check_step_is_still(stage, 6)
    page.keyboard.press("PageDown")
    check_step(stage, 7)
    page.locator("#run input[type=text]").last.focus()
    page.keyboard.press(" ")
    check_step_is_still(stage, 7)


def check_step_is_still(stage: Stage, number: int) -> None:
    stage.settle()
    expect(stage.page.locator(".tour h2")).to_have_text(TOUR[number]["title"])
    expect(stage.page.locator(".tour .count")).to_have_text(f"{number + 1} of {len(TOUR)}")


def test_the_tours_words_are_announced_once_a_step(stage: Stage) -> None:
    page = stage.page
    words = page.locator(".tour .words")
    assert words.get_attribute("aria-live") == "polite"
    assert words.get_attribute("aria-atomic") == "true"
    page.evaluate(
        """() => {
             window.announced = [];
             const words = document.querySelector(".tour .words");
             const isSeen = () => announced.push(words.checkVisibility() && words.textContent);
             new MutationObserver(isSeen).observe(words, { childList: true, subtree: true });
           }"""
    )
    page.click(".start-tour")
    for number in range(3):
        check_step(stage, number)
        page.keyboard.press("PageDown")
    check_step(stage, 3)
    said = page.evaluate("announced")
    assert len(said) == 4
    for text, step in zip(said, TOUR, strict=False):
        assert step["title"] in text and step["text"] in text


def test_the_tour_tells_no_lies(stage: Stage) -> None:
    """What the words say about the stage can be seen on it."""
    page = stage.page
    page.click(".start-tour")
    verdicts = []
    for number, step in enumerate(TOUR):
        check_step(stage, number)
        if "tab" not in state_of(step):
            assert stage.shown()["request"].items() >= request_of(step).items()
            panels = page.locator(".live .verdict .words").count()
            verdicts.append([stage.verdict(i) for i in range(panels)])
        page.keyboard.press("ArrowRight")
    assert verdicts[0] == verdicts[1] == ["Still 4"]
    assert verdicts[2][0].startswith("Fooled: 4 → ") and verdicts[2] == verdicts[3]
    assert verdicts[4] == ["Still 4"]  # random signs
    assert verdicts[5][0].startswith("Fooled: 4") and verdicts[5][1] == "Still 4"  # twins


def test_the_tour_by_keyboard(stage: Stage) -> None:
    page = stage.page
    page.focus(".start-tour")
    page.keyboard.press("Enter")
    for number in range(len(TOUR)):
        check_step(stage, number)
        if number + 1 < len(TOUR):
            page.keyboard.press("ArrowRight")
    for number in reversed(range(len(TOUR) - 1)):
        page.keyboard.press("ArrowLeft")
        check_step(stage, number)
    expect(page.locator(".tour .back")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    check_step(stage, 0)
    page.focus(".tour .next")
    page.keyboard.press("Enter")
    check_step(stage, 1)


def test_escape_leaves_the_tour_from_anywhere(stage: Stage) -> None:
    page = stage.page
    places: dict[int, list[str | None]] = {
        0: [".tour .next"],
        2: ["#fgsm-epsilon", ".epsilon .number"],
        3: [".attack-menu"],
        4: [None],
        7: [".run-epsilons"],
        8: [".start-tour"],
    }
    for step, where in ((step, where) for step, all_ in places.items() for where in all_):
        page.click(".start-tour")
        for number in range(step):
            check_step(stage, number)
            page.click(".tour .next")
        check_step(stage, step)
        if where:
            page.locator(where).first.focus()
        else:
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Escape")
        expect(page.locator(".tour")).to_be_hidden()
        assert page.locator(".is-pointed-at").count() == 0
        assert page.evaluate("document.activeElement.className") == "start-tour"
    page.keyboard.press("Enter")
    check_step(stage, 0)
