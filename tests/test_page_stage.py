"""The stage in a real browser: digits, epsilon and the plots, as people use them."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import Stage
from tests.helpers import FIRST, Questions, ask


def test_opens_on_a_digit_already_fooled(stage: Stage) -> None:
    assert stage.verdict().startswith("Fooled: 4 →")
    assert stage.reading("clean") == 4 and stage.reading("adversarial") != 4
    assert stage.breaking_point() is not None and stage.epsilon() > (stage.breaking_point() or 1)


def test_zero_epsilon_is_the_clean_digit(stage: Stage) -> None:
    stage.set_epsilon(0)
    assert stage.picture("adversarial") == stage.picture("clean")
    assert stage.reading("adversarial") == stage.reading("clean")
    assert stage.text(".adversarial .reading span") == stage.text(".clean .reading span")
    assert stage.verdict() == "Still 4"
    assert stage.text(".moved") == "0 of 784 pixels moved."
    assert stage.text(".survives") == ""  # nothing was attacked
    stage.page.click("[data-view=change]")
    assert len(set(stage.picture("change"))) == 1  # neutral everywhere


def test_picks_with_the_mouse(stage: Stage) -> None:
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    assert stage.page.get_attribute("[data-index='301']", "aria-current") == "true"
    assert stage.page.locator("[aria-current]").count() == 1


def test_picks_with_the_keyboard(stage: Stage) -> None:
    page = stage.page
    page.focus(".thumbnails [data-index='0']")
    for key, digit in (("ArrowRight", 1), ("ArrowDown", 9), ("ArrowLeft", 8), ("ArrowUp", 0)):
        with stage.answered():
            page.keyboard.press(key)
        assert stage.text(".clean figcaption").endswith(f" {digit}")
    page.keyboard.press("ArrowUp")  # there is nothing above
    assert page.evaluate("document.activeElement.dataset.index") == "0"


def test_pages_classes_and_random(stage: Stage) -> None:
    page = stage.page
    page.click(".classes button:nth-child(6)")  # fours
    names = page.locator(".thumbnails button").evaluate_all("all => all.map(b => b.ariaLabel)")
    assert len(names) == 48 and all(name.startswith("A 4, number 4") for name in names)
    page.click(".pager .next")
    page.click(".pager .next")
    assert stage.text(".page") == "3 / 3" and page.locator(".thumbnails button").count() == 4
    page.click(".pager .previous")
    assert stage.text(".page") == "2 / 3"
    with stage.answered():
        page.click(".any")
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator(".thumbnails [aria-current]").count() == 1


def test_any_built_in_digit_by_number(stage: Stage) -> None:
    page = stage.page
    assert page.input_value(".by-number input") == "403"
    page.click(".classes button:nth-child(2)")  # only zeros are shown
    with stage.answered():
        page.fill(".by-number input", "999")
        page.press(".by-number input", "Enter")
    assert "a 9" in stage.text(".clean figcaption")
    expect(page.locator("[data-index='999'][aria-current]")).to_be_visible()
    with stage.answered():
        page.click("[data-index='899']")
    assert page.input_value(".by-number input") == "899"
    page.fill(".by-number input", "1000")
    page.press(".by-number input", "Enter")
    expect(page.locator(".notice")).to_contain_text("Index is 1000; it must be")


def test_any_test_digit_by_number(stage: Stage, mnist_root: Path) -> None:
    with stage.answered():
        stage.page.fill(".by-number input", "0")
        stage.page.select_option(".by-number select", label="MNIST test digits")
    assert "a 7" in stage.text(".clean figcaption")  # MNIST's test set begins with a seven
    stage.page.fill(".by-number input", "10000")
    stage.page.press(".by-number input", "Enter")
    expect(stage.page.locator(".notice")).to_contain_text("from 0 to 9999")
    assert "a 7" in stage.text(".clean figcaption")
    stage.page.click(".notice .close")
    expect(stage.page.locator(".notice")).to_be_hidden()
    stage.page.click(".by-number input")
    stage.page.keyboard.type("--")  # no number at all
    stage.page.keyboard.press("Enter")
    expect(stage.page.locator(".notice")).to_contain_text("from 0 to 9999")


def test_dragging_asks_nobody(stage: Stage) -> None:
    page = stage.page
    Questions(page).until_quiet()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator(".epsilon input[type=range]").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    seen = set()
    for step in range(20):
        page.mouse.move(box["x"] + box["width"] * step / 20, middle)
        stage.settle()
        seen.add((stage.epsilon(), stage.text(".live .at")))
        assert f"at ε = {page.input_value('.epsilon .number')}" in stage.text(".live .at")
    page.mouse.up()
    assert len(seen) >= 19
    assert requests == []


def test_keys_and_buttons_move_epsilon(stage: Stage) -> None:
    page = stage.page
    stage.set_epsilon(0.2)
    page.click(".up")
    page.click(".up")
    page.click(".down")
    stage.settle()
    assert stage.epsilon() == 0.205
    page.focus(".epsilon input[type=range]")
    page.keyboard.press("ArrowRight")
    stage.settle()
    assert stage.epsilon() == 0.21
    page.keyboard.press("-")
    stage.settle()
    assert stage.epsilon() == 0.205
    page.keyboard.press("Home")
    page.keyboard.press("-")
    stage.settle()
    assert stage.epsilon() == 0


def test_shortcuts_work_wherever_the_focus_is(stage: Stage) -> None:
    page = stage.page
    stage.set_epsilon(0.2)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("+")  # as on a fresh page, where nothing has the focus
    stage.settle()
    assert stage.epsilon() == 0.205
    page.focus("[data-index='403']")
    for _ in range(3):  # the thumbnails are replaced each time
        with stage.answered():
            page.keyboard.press("r")
        assert page.evaluate("document.activeElement.hasAttribute('aria-current')")
    page.click(".epsilon .number")
    page.keyboard.press(".")  # this is typing
    page.click("#how-button")
    page.keyboard.press(".")  # and here the stage is not visible
    stage.settle()
    assert stage.epsilon() == 0.205


def test_a_number_out_of_range_is_put_right(stage: Stage) -> None:
    stage.set_epsilon(0.2)
    for typed in ("", "7", "-1", "0.5001"):
        stage.page.fill(".epsilon .number", typed)
        stage.page.press(".epsilon .number", "Tab")
        stage.settle()
        shown = stage.page.input_value(".epsilon .number")
        assert stage.epsilon() == 0.2 and shown == "0.20", typed


def test_the_page_says_why_pixels_did_not_move_and_what_saving_does(stage: Stage) -> None:
    answer = ask("attack", FIRST)["stages"][0]
    for k in (24, 100):
        stage.set_epsilon(k / 200)
        held = 784 - answer["moved"][k] - answer["idle"]
        words = stage.text(".moved")
        assert words.startswith(f"{answer['moved'][k]} of 784 pixels moved; {held} were black or ")
        assert words.endswith(f"white already, {answer['idle']} have no gradient.")
        assert stage.text(".survives") == (
            "Same reading after saving as PNG"
            if answer["survives"][k]
            else "Another reading after saving as PNG"
        )
    assert "ε* is the smallest ε of the slider that fools" in stage.text(".bound")


def test_jumps_to_the_breaking_point(stage: Stage) -> None:
    stage.set_epsilon(0.4)
    stage.page.click(".jump")
    stage.settle()
    breaking_point = stage.breaking_point()
    assert breaking_point is not None and stage.epsilon() == breaking_point
    assert stage.verdict().startswith("Fooled")
    stage.page.click(".down")
    stage.settle()
    assert stage.verdict() == "Still 4"
    stage.page.keyboard.press(".")
    stage.settle()
    assert stage.epsilon() == breaking_point


def test_the_chart_sets_epsilon(stage: Stage) -> None:
    box = stage.page.locator(".live .plot").bounding_box()
    assert box is not None
    stage.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    stage.page.mouse.down()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.4, abs=0.005)
    stage.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50, steps=5)
    stage.page.mouse.up()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.1, abs=0.005)


def test_the_number_of_a_bar_stands_on_its_bar(stage: Stage) -> None:
    for epsilon in (0, 0.085, 0.12):
        stage.set_epsilon(epsilon)
        off = stage.page.evaluate(
            """() => [...document.querySelectorAll(".column")].flatMap((column) => {
                 const value = column.querySelector(".value");
                 if (!value.textContent) return [];
                 const range = document.createRange();
                 range.selectNodeContents(value);
                 const [text, bar] = [range, column.querySelector("i.adversarial")]
                   .map((each) => each.getBoundingClientRect());
                 const right = (text.left + text.right - bar.left - bar.right) / 2;
                 const up = bar.top - text.bottom;
                 const isOn = Math.abs(right) < 4 && up > -4 && up < 6;
                 return isOn ? [] : [[value.textContent, right, up]];
               })"""
        )
        assert off == []


def test_winning_lines_have_colours_of_their_own(stage: Stage) -> None:
    answer = ask("attack", FIRST)["stages"][0]
    winners = set(answer["predictions"]) - {answer["label"]}
    assert len(winners) > 1
    strokes, names = stage.page.evaluate(
        """() => [["path.winner", "stroke"], [".line-name.winner", "color"]].map(([which, what]) =>
             [...document.querySelectorAll(`.chart ${which}`)]
               .map((each) => getComputedStyle(each)[what]))"""
    )
    assert len(set(strokes)) == len(winners) and sorted(strokes) == sorted(names)


def test_the_playhead_passes_behind_the_names(stage: Stage) -> None:
    hidden = stage.page.evaluate(
        """() => [...document.querySelectorAll(".line-name, .mark span")].every((name) => {
             const playhead = document.querySelector(".playhead");
             const order = playhead.compareDocumentPosition(name);
             const { backgroundColor } = getComputedStyle(name);
             return order & Node.DOCUMENT_POSITION_FOLLOWING && !backgroundColor.endsWith(", 0)");
           })"""
    )
    assert hidden
