"""The page in a real browser, used as people use it."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FloatRect, Page, Route, expect
from torch import Tensor, nn

from fgsm.attack import predict
from fgsm.ui.stage import FIRST, attack
from tests.browser import App, Stage, running_app

SIZES = ((1280, 800), (1920, 1080), (1366, 650), (1000, 800), (820, 1180), (390, 844), (320, 640))
ZIGZAG = [(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)]  # a seven, in parts of the pad


def strokes(stage: Stage) -> list[tuple[float, float]]:
    """The seven's corners, in pixels of the window."""
    box = stage.page.locator(".pad").bounding_box()
    assert box is not None
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ZIGZAG]


def draw_seven(stage: Stage) -> None:
    stage.page.click("#fgsm-tab-draw")
    stage.page.locator(".pad").scroll_into_view_if_needed()
    first, *others = strokes(stage)
    with stage.answered():
        stage.page.mouse.move(*first)
        stage.page.mouse.down()
        for corner in others:
            stage.page.mouse.move(*corner, steps=10)
        stage.page.mouse.up()


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
    assert stage.text(".moved").startswith("0 of 784 pixels moved")
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
        page.click(".random")
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator(".thumbnails [aria-current]").count() == 1


def test_any_test_digit_by_number(stage: Stage, mnist_root: Path) -> None:
    with stage.answered():
        stage.page.fill(".by-number input", "0")
        stage.page.press(".by-number input", "Enter")
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
    page.wait_for_timeout(500)
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
        seen.add((stage.epsilon(), stage.text(".at")))
        assert f"at ε = {page.input_value('.epsilon .number')}" in stage.text(".at")
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
    page.fill(".by-number input", "")
    page.keyboard.press("b")  # is typing
    page.click("#how-button")
    page.keyboard.press("b")  # and here there is no stage
    stage.settle()
    assert stage.epsilon() == 0.205


@pytest.mark.parametrize("typed", ["", "7", "-1", "0.5001"])
def test_a_number_out_of_range_is_put_right(stage: Stage, typed: str) -> None:
    stage.set_epsilon(0.2)
    stage.page.fill(".epsilon .number", typed)
    stage.page.press(".epsilon .number", "Tab")
    stage.settle()
    assert stage.epsilon() == 0.2 and stage.page.input_value(".epsilon .number") == "0.20"


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
    stage.page.keyboard.press("b")
    stage.settle()
    assert stage.epsilon() == breaking_point


def test_the_chart_sets_epsilon(stage: Stage) -> None:
    box = stage.page.locator(".plot").bounding_box()
    assert box is not None
    stage.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    stage.page.mouse.down()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.4, abs=0.005)
    stage.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50, steps=5)
    stage.page.mouse.up()
    stage.settle()
    assert stage.epsilon() == pytest.approx(0.1, abs=0.005)


def test_draws_with_the_mouse(stage: Stage) -> None:
    before = stage.picture("clean")
    draw_seven(stage)
    assert stage.reading("clean") == 7
    assert stage.picture("clean") != before and max(stage.picture("clean")) > 200
    assert "drawn" in stage.text(".clean figcaption")
    assert stage.text(".named option:checked") == "7?"  # predicted
    stage.set_epsilon(0)
    assert stage.verdict() == "Still 7"
    assert stage.breaking_point() is not None
    stage.page.click(".jump")
    stage.settle()
    assert stage.verdict().startswith("Fooled: 7 →")


def test_a_dot_is_ink(stage: Stage) -> None:
    """Also the first point of every stroke is one: it must not be refused as blank."""
    page = stage.page
    page.click("#fgsm-tab-draw")
    x, y = strokes(stage)[0]
    with stage.answered():
        page.mouse.click(x, y)
    assert "drawn" in stage.text(".clean figcaption") and max(stage.picture("clean")) > 200
    expect(page.locator(".notice")).to_be_hidden()


def test_answers_while_drawing(stage: Stage) -> None:
    stage.page.click("#fgsm-tab-draw")
    first, second, third = strokes(stage)
    stage.page.mouse.move(*first)
    stage.page.mouse.down()
    with stage.answered():
        stage.page.mouse.move(*second, steps=10)
    with stage.answered():
        stage.page.mouse.move(*third, steps=10)
    stage.page.mouse.up()  # two answers came before the pen was lifted


def test_clear_and_a_second_finger_in_mid_stroke(stage: Stage) -> None:
    page = stage.page
    page.click("#fgsm-tab-draw")
    corners = strokes(stage)
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=3)
    page.evaluate("document.querySelector('.pad-buttons .clear').click()")
    page.mouse.move(*corners[2], steps=3)
    page.mouse.up()
    expect(page.locator(".pad-hint")).to_be_visible()
    page.evaluate(
        """document.querySelector(".pad").dispatchEvent(
             new PointerEvent("pointerdown", { isPrimary: false, button: 0, bubbles: true }))"""
    )
    expect(page.locator(".pad-hint")).to_be_visible()


def test_undo_and_clear(stage: Stage) -> None:
    draw_seven(stage)
    page = stage.page
    ink = """() => document.querySelector(".pad").getContext("2d").getImageData(0, 0, 560, 560)
                     .data.some((value, i) => i % 4 === 0 && value > 0)"""
    assert page.evaluate(ink)
    with stage.answered():
        page.click(".undo")
    assert not page.evaluate(ink)
    expect(page.locator(".pad-hint")).to_be_visible()
    # Pad and stage agree: without a drawing, the stage has the digit that was picked last.
    assert "a 4" in stage.text(".clean figcaption")
    draw_seven(stage)
    with stage.answered():
        page.click(".clear")
    assert not page.evaluate(ink)
    expect(page.locator(".clear")).to_be_disabled()
    expect(page.locator(".named")).to_be_disabled()
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator("[data-index='403'][aria-current]").count() == 1


def test_undo_takes_back_one_stroke(stage: Stage) -> None:
    draw_seven(stage)
    page = stage.page
    seven = stage.picture("clean")
    (x, y), *_ = strokes(stage)
    with stage.answered():
        page.mouse.move(x, y + 60)
        page.mouse.down()
        page.mouse.move(x + 60, y + 60, steps=5)
        page.mouse.up()
    assert stage.picture("clean") != seven
    with stage.answered():
        page.click(".undo")
    assert stage.picture("clean") == seven


def test_the_drawing_comes_back_with_its_tab(stage: Stage) -> None:
    draw_seven(stage)
    page = stage.page
    seven = stage.picture("clean")
    with stage.answered():
        page.select_option(".named", "2")
    page.click("#fgsm-tab-pick")
    assert "a 2" in stage.text(".clean figcaption")  # another tab shows nothing else by itself
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    with stage.answered():
        page.click("#fgsm-tab-draw")
    assert stage.picture("clean") == seven and "a 2" in stage.text(".clean figcaption")
    assert page.input_value(".named") == "2"  # its name too


@pytest.mark.parametrize("target", [1, 7])
def test_drawing_goes_on_when_it_becomes_the_target(stage: Stage, target: int) -> None:
    """A stroke is read as many digits while it grows; one of them may be the target."""
    page = stage.page
    with stage.answered():
        page.select_option(".method", "targeted")
    with stage.answered():
        page.select_option(".target select", str(target))
    draw_seven(stage)
    expect(page.locator(".notice")).to_be_hidden()
    assert stage.reading("clean") == 7
    shown = stage.text(".change figcaption")
    assert not shown.endswith("J7") and (target == 7 or shown.endswith(f"J{target}"))


def test_names_a_drawing(stage: Stage) -> None:
    draw_seven(stage)
    with stage.answered():
        stage.page.select_option(".named", "1")
    assert stage.verdict() == "Wrong before any attack: a 1 read as 7"
    with stage.answered():
        stage.page.select_option(".named", "7")
    stage.set_epsilon(0)
    assert stage.verdict() == "Still 7"
    assert "a 7" in stage.text(".clean figcaption")


def test_a_refusal_restores_the_name(stage: Stage) -> None:
    draw_seven(stage)
    page = stage.page
    with stage.answered():
        page.select_option(".method", "targeted")
    with stage.answered():
        page.select_option(".target select", "3")
    page.select_option(".named", "3")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 3")
    assert page.input_value(".named") == ""
    page.keyboard.press("Escape")
    expect(page.locator(".notice")).to_be_hidden()


def test_an_unnamed_drawing_is_not_misread(stage: Stage) -> None:
    """Another model may read something else in it; who is right, nobody knows."""
    draw_seven(stage)
    expect(stage.page.locator(".compare.is-stale")).to_have_count(0)
    assert "misread" not in stage.text(".compare")
    with stage.answered():
        stage.page.select_option(".named", "1")
    expect(stage.page.locator(".compare .is-shown b")).to_have_text("misread as 7")


def test_draws_with_the_keyboard(stage: Stage) -> None:
    page = stage.page
    page.click("#fgsm-tab-draw")
    page.focus(".pad")
    with stage.answered():
        page.keyboard.press(" ")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.keyboard.press(" ")
    assert stage.reading("clean") == 1  # a straight line down


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}],
    indirect=True,
)
def test_a_phone(stage: Stage) -> None:
    page = stage.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = [page.locator(selector).first.bounding_box() for selector in (".equation", ".sources")]
    assert tops[0] is not None and tops[1] is not None and tops[0]["y"] < tops[1]["y"]
    epsilon = page.locator(".epsilon").bounding_box()  # at hand, however far down its place is
    assert epsilon is not None and epsilon["y"] + epsilon["height"] <= 844
    page.tap("#fgsm-tab-draw")
    page.locator(".pad").scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    client = page.context.new_cdp_session(page)

    def touch(kind: str, points: list[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    first, second, third = strokes(stage)
    with stage.answered():
        touch("touchStart", [first])
        for start, end in ((first, second), (second, third)):
            for part in range(1, 11):
                touch(
                    "touchMove",
                    [tuple(a + (b - a) * part / 10 for a, b in zip(start, end, strict=True))],  # type: ignore[list-item]
                )
        touch("touchEnd", [])
    assert stage.reading("clean") == 7
    assert page.evaluate("scrollY") == scrolled  # the finger drew, the page stayed
    assert page.locator(".verdict").is_visible()
    seen = page.locator(".verdict").bounding_box()
    assert seen is not None and seen["y"] >= 0 and seen["y"] + 30 < 844  # beside the pad


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}],
    indirect=True,
)
def test_a_finger_on_the_chart(stage: Stage) -> None:
    """Up and down scrolls the page, a tap or a drag to the side sets epsilon."""
    page = stage.page
    page.locator(".plot").first.scroll_into_view_if_needed()
    box = page.locator(".plot").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    client = page.context.new_cdp_session(page)

    def swipe(right: float, down: float) -> None:
        client.send(
            "Input.dispatchTouchEvent",
            {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]},
        )
        for part in (0.2, 0.4, 0.6, 0.8, 1):
            place = {"x": x + part * right, "y": y + part * down}
            client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        stage.settle()

    before, scrolled = stage.epsilon(), page.evaluate("scrollY")
    swipe(2, -150)
    assert stage.epsilon() == before
    assert page.evaluate("scrollY") > scrolled
    page.evaluate("(top) => scrollTo(0, top)", scrolled)
    swipe(-0.5 * box["width"], 3)
    assert stage.epsilon() == pytest.approx(0.15, abs=0.01)
    swipe(0, 0)
    assert stage.epsilon() == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize("method", ["fgsm", "targeted", "iterative", "random", "reversed"])
def test_each_method(stage: Stage, method: str) -> None:
    page = stage.page
    fools = method in ("fgsm", "targeted", "iterative")
    with stage.answered():
        page.select_option(".model", "softmax" if fools else "lenet-robust")
    if method != "fgsm":
        with stage.answered():
            page.select_option(".method", method)
    assert page.locator(".target").is_visible() == (method == "targeted")
    stage.set_epsilon(0.3)
    if fools:
        assert stage.verdict().startswith("Fooled: 4 →")
    else:
        assert stage.verdict() == "Still 4"
        assert page.is_disabled(".jump") == (stage.breaking_point() is None)
    if method == "iterative":
        expect(page.locator("[data-view=direction]")).to_be_disabled()


def test_a_chosen_target(stage: Stage) -> None:
    with stage.answered():
        stage.page.select_option(".method", "targeted")
    with stage.answered():
        stage.page.select_option(".target select", "9")
    assert "−ε" in stage.text(".change figcaption")
    stage.set_epsilon(0.25)
    assert stage.verdict() == "Fooled: 4 → 9" and "as targeted" in stage.text(".at")


def test_a_refusal_changes_nothing(stage: Stage) -> None:
    page = stage.page
    with stage.answered():
        page.select_option(".method", "targeted")
    with stage.answered():
        page.select_option(".target select", "3")
    page.select_option(".target select", "4")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 4")
    assert page.input_value(".target select") == "3"
    page.click(".classes button:nth-child(5)")  # threes
    page.click("[data-index='301']")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 3")
    assert "a 4" in stage.text(".clean figcaption")
    assert page.locator("[data-index='301'][aria-current]").count() == 0
    with stage.answered():
        page.select_option(".method", "fgsm")  # which has no target
    expect(page.locator(".notice")).to_be_hidden()
    with stage.answered():
        page.click("[data-index='301']")
    assert "a 3" in stage.text(".clean figcaption")


def test_a_digit_misread_before_any_attack(
    stage: Stage, lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    prediction = predict(lenet, builtin[0]).argmax(1)
    index = int((prediction != builtin[1]).nonzero()[0])
    label = index // 100
    stage.page.click(f".classes button:nth-child({label + 2})")
    for _ in range(index % 100 // 48):
        stage.page.click(".pager .next")
    with stage.answered():
        stage.page.click(f"[data-index='{index}']")
    stage.set_epsilon(0)
    article = "an" if label == 8 else "a"
    words = f"Wrong before any attack: {article} {label} read as {int(prediction[index])}"
    assert stage.verdict() == words
    expect(stage.page.locator(".jump")).to_be_disabled()
    expect(stage.page.locator(".breaks")).to_be_hidden()
    expect(stage.page.locator(".compare .is-shown b")).to_have_text(
        f"misread as {int(prediction[index])}"
    )


def test_an_attack_may_put_a_misread_digit_right(stage: Stage) -> None:
    """And where it does, the page says so."""
    asked = {**FIRST, "method": "reversed"}  # towards the label: plain FGSM leads away from it
    answers = ((index, attack({**asked, "index": index})["stages"][0]) for index in range(1000))
    index, right = next(
        (index, answer["right_again"])
        for index, answer in answers
        if answer["breaking_point"] == 0 and answer["right_again"] is not None
    )
    with stage.answered():
        stage.page.select_option(".method", "reversed")
    with stage.answered():
        stage.page.evaluate("(asked) => fgsmStage.show(asked, 0)", {**asked, "index": index})
    before, label = stage.reading("clean"), index // 100
    assert stage.verdict().startswith("Wrong before any attack")
    assert stage.text(".also") == f"put right at ε = {right:.3f}".removesuffix("0")
    stage.set_epsilon(right)
    assert stage.reading("adversarial") == label
    assert stage.verdict() == f"Put right: {before} → {label}"


@pytest.mark.parametrize("model", ["lenet-robust", "softmax"])
def test_each_model_and_the_comparison(stage: Stage, model: str) -> None:
    with stage.answered():
        stage.page.select_option(".model", model)
    names = {"lenet": "LeNet", "lenet-robust": "Robust LeNet", "softmax": "Softmax"}
    expect(stage.page.locator(".compare .is-shown")).to_contain_text(names[model])
    point = stage.breaking_point()
    shown = stage.text(".compare .is-shown b")
    assert shown == ("> 0.5" if point is None else f"{point:.3f}".removesuffix("0"))


def test_twins_side_by_side(stage: Stage) -> None:
    with stage.answered():
        stage.page.check(".twin")
    assert [stage.text(".model-name", i) for i in (0, 1)] == ["LeNet", "Robust LeNet"]
    assert stage.picture("clean", 0) == stage.picture("clean", 1)
    assert stage.picture("change", 0) != stage.picture("change", 1)
    stage.set_epsilon(0.15)
    assert stage.verdict(0).startswith("Fooled") and stage.verdict(1).startswith("Still")
    with stage.answered():
        stage.page.uncheck(".twin")
    assert stage.page.locator(".verdict").count() == 1


def test_dark_mode_is_another_neutral(page: Page, app: App) -> None:
    neutral = []
    for theme in ("light", "dark"):
        stage = Stage(page)
        stage.open(f"{app.url}?__theme={theme}")
        stage.set_epsilon(0)
        page.click("[data-view=change]")
        neutral.append(stage.picture("change")[0])
    assert neutral[0] > 180 and neutral[1] < 90


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in SIZES],
    indirect=True,
)
def test_fits_the_window(stage: Stage) -> None:
    page = stage.page
    size = page.viewport_size
    assert size is not None
    for twin in (False, True):
        if twin:
            with stage.answered():
                page.check(".twin")
        width, height = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert width <= size["width"]
        if size["width"] > size["height"]:  # a desktop sees all of it without scrolling
            assert height <= size["height"]


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (820, 1180), (390, 844))],
    indirect=True,
)
def test_nothing_jumps_when_another_digit_comes(stage: Stage) -> None:
    def places() -> Any:
        return stage.page.evaluate(
            """() => [".equation", ".epsilon", ".compare", ".bottom", ".options"].map((name) => {
                 const box = document.querySelector(name).getBoundingClientRect();
                 return [box.x, box.y + scrollY, box.width, box.height].map(Math.round);
               })"""
        )

    before = places()
    for index in (0, 105, 240, 345, 437, 500, 611, 847, 901):
        stage.pick(index)
        for epsilon in (0, 0.05, 0.5):
            stage.set_epsilon(epsilon)
            assert places() == before, (index, epsilon, stage.verdict(), stage.text(".also"))


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


COLLISIONS = """() => {
  const box = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const found = [];
  const words = ".equation figcaption, .reading, .verdict, .at, .also, .survives, .detail";
  for (const part of document.querySelectorAll(".top, .live")) {
    const texts = [...part.querySelectorAll(`${words}, b, small`)]
      .filter((each) => each.checkVisibility() && box(each).width);
    for (const one of texts) {
      if (box(one).right > innerWidth || box(one).left < 0) found.push(one.outerHTML);
      for (const other of texts) {
        if (one === other || one.contains(other) || other.contains(one)) continue;
        const [a, b] = [box(one), box(other)];
        // A line's box is a little higher than its letters.
        if (a.left < b.right && b.left < a.right && a.top < b.bottom - 4 && b.top < a.bottom - 4)
          found.push(`${one.outerHTML} touches ${other.outerHTML}`);
      }
    }
  }
  const card = document.querySelector(".epsilon").getBoundingClientRect();
  for (const each of document.querySelectorAll(".breaks, .tick, .jump")) {
    const { left, right } = each.checkVisibility() ? box(each) : card;
    if (left < card.left || right > card.right) found.push(`${each.outerHTML} leaves the card`);
  }
  return found;
}"""


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in SIZES if w in (1280, 1000, 390, 320)],
    indirect=True,
)
def test_nothing_collides(stage: Stage) -> None:
    page = stage.page
    assert page.evaluate(COLLISIONS) == []
    with stage.answered():
        page.check(".twin")
    with stage.answered():
        page.select_option(".method", "targeted")
    with stage.answered():
        page.select_option(".method", "random")
    assert page.evaluate(COLLISIONS) == []  # where both break late, or not at all
    with stage.answered():
        page.select_option(".method", "fgsm")
    for index in (403, 800, 437, 345, 611):
        if index != 403:
            stage.pick(index)
        for epsilon in (0, 0.085, 0.335):
            stage.set_epsilon(epsilon)
            assert page.evaluate(COLLISIONS) == [], (index, epsilon)


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (1366, 650), (320, 640))],
    indirect=True,
)
def test_no_option_is_cut(stage: Stage) -> None:
    """The longest option of each select fits beside its arrow; also the name of a drawing."""
    draw_seven(stage)
    with stage.answered():
        stage.page.select_option(".method", "targeted")
    cut = stage.page.locator("select").evaluate_all(
        """(all) => all.flatMap((select) => {
             const style = getComputedStyle(select);
             const pen = new OffscreenCanvas(1, 1).getContext("2d");
             pen.font = style.font;
             const room = select.clientWidth - parseFloat(style.paddingLeft) - 20;
             return [...select.options].map((option) => option.text)
               .filter((text) => pen.measureText(text).width > room);
           })"""
    )
    assert cut == []


def test_bars_keep_their_width(stage: Stage) -> None:
    page = stage.page
    with stage.answered():
        page.check(".twin")
    widths = set()
    for epsilon in (0, 0.05, 0.1, 0.3):
        stage.set_epsilon(epsilon)
        boxes = page.locator(".columns .column").evaluate_all("all => all.map(c => c.clientWidth)")
        widths.update(boxes)
    assert max(widths) - min(widths) <= 1, widths  # rounded to whole pixels


def test_the_keyboards_pen_is_where_it_draws(stage: Stage) -> None:
    page = stage.page
    page.click("#fgsm-tab-draw")
    page.focus(".pad")
    page.keyboard.press("Shift")  # a key, so that the focus shows
    pad, pen = (page.locator(name).bounding_box() for name in (".pad", ".pen"))
    assert pad is not None and pen is not None
    for start, length in (("x", "width"), ("y", "height")):
        middles = [box[start] + box[length] / 2 for box in (pad, pen)]  # type: ignore[literal-required]
        assert middles[0] == pytest.approx(middles[1], abs=1)


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (390, 844))],
    indirect=True,
)
def test_the_breaking_point_is_not_written_over_a_name(stage: Stage) -> None:
    page = stage.page
    with stage.answered():
        page.check(".twin")
    seen = 0
    for index in (0, 105, 240, 345, 403, 437, 500, 611, 847, 901):
        if index != 403:
            stage.pick(index)
        charts = page.locator(".chart").evaluate_all(
            """(all) => all.map((chart) => {
                 const mark = chart.querySelector(".mark");
                 const boxes = [...chart.querySelectorAll(".line-name")];
                 if (!mark.hidden) boxes.unshift(mark.firstChild);
                 const plain = (each) => each.getBoundingClientRect().toJSON();
                 return mark.hidden ? [] : boxes.map(plain);
               })"""
        )
        for mark, *names in filter(None, charts):
            seen += 1
            assert not any(overlap(mark, name) for name in names), index
    assert seen >= 10


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
        found = Axe().run(page, context=".fgsm", options=options).response["violations"]
        return [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in found
            if violation["impact"] in ("serious", "critical")
        ]

    assert violations() == []
    with stage.answered():
        page.check(".twin")
    with stage.answered():
        page.select_option(".method", "targeted")
    page.click("#fgsm-tab-draw")
    assert violations() == []


def test_every_control_is_reached_with_the_tab_key(stage: Stage) -> None:
    page = stage.page
    controls = page.locator(".fgsm :is(button, input, select, canvas.pad)").evaluate_all(
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
        if not page.evaluate("Boolean(document.activeElement.closest('.fgsm'))"):
            break
        reached.add(name)
        assert outline != "none", name  # and it shows where we are
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


@pytest.mark.parametrize("data", [None, [], {}, "x", {"source": "builtin", "index": 1e9}])
def test_any_json_gets_a_sentence(stage: Stage, app: App, data: object) -> None:
    """Sent to where the page sends its requests, as anybody could."""
    page = stage.page
    with page.expect_request(lambda request: "component_server" in request.url) as sent:
        page.click(".random")
    body: dict[str, Any] = {**(sent.value.post_data_json or {}), "data": data}
    response = page.request.post(sent.value.url, data=body)
    assert response.ok and set(response.json()) == {"error"}
    assert page.request.post(sent.value.url, data={**body, "fn_name": "stage"}).status == 404


def test_nothing_can_be_uploaded(stage: Stage, app: App) -> None:
    file = {"name": "large.bin", "mimeType": "application/octet-stream", "buffer": bytes(100_000)}
    response = stage.page.request.post(
        f"{app.url}gradio_api/upload",
        multipart={"files": file},  # type: ignore[dict-item]
    )
    assert response.status == 413


def test_a_slow_server_is_waited_for_aloud(stage: Stage) -> None:
    page = stage.page
    held: list[Route] = []
    page.route("**/component_server**", lambda route: held.append(route))
    page.click(".random")
    expect(page.locator(".notice")).to_contain_text("Still waiting")
    stage.set_epsilon(0.3)
    assert stage.epsilon() == 0.3
    with stage.answered():
        for route in held:
            route.continue_()
        page.unroute("**/component_server**")
    expect(page.locator(".notice")).to_be_hidden()


def test_an_error_of_the_server_is_no_lost_connection(page: Page, app: App) -> None:
    stage = Stage(page)
    stage.open(app.url)
    # What Gradio's own script writes about it would count as an error of the page.
    page.evaluate("console.error = console.warn = () => {}")
    page.route("**/component_server**", lambda route: route.abort("connectionfailed"))
    page.click("[data-index='100']")
    expect(page.locator(".notice")).to_contain_text("could not compute this")
    assert page.locator("[data-index='403'][aria-current]").count() == 1
    page.unroute("**/component_server**")
    with stage.answered():
        page.click("[data-index='100']")
    expect(page.locator(".notice")).to_be_hidden()


def test_gradios_monitoring_is_closed(stage: Stage, app: App) -> None:
    for path in ("monitoring", "monitoring/summary"):
        assert stage.page.request.get(f"{app.url}{path}").status == 403


@pytest.mark.parametrize("context", [{"reduced_motion": "reduce"}], indirect=True)
def test_reduced_motion(stage: Stage) -> None:
    moving = """() => [...document.querySelectorAll(".ours, .ours *")].filter((each) => {
        const { transitionDuration, animationName } = getComputedStyle(each);
        return animationName !== "none" || parseFloat(transitionDuration) > 0;
    }).map((each) => each.className)"""
    assert stage.page.evaluate(moving) == []
    stage.page.emulate_media(reduced_motion="no-preference")
    assert stage.page.evaluate(moving) != []  # so the question finds what moves


def test_a_lost_server(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        stage = Stage(page)
        stage.open(app.url)
        app.stop()
        page.click(".thumbnails [data-index='100']")
        expect(page.locator(".notice")).to_contain_text("Connection lost")
        serious = [
            v
            for v in Axe().run(page, ".fgsm").response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []
        stage.set_epsilon(0.3)  # what is on the page keeps working
        assert stage.epsilon() == 0.3 and stage.verdict().startswith("Fooled: 4")
        with_again = App(log, app.port)
        try:
            with_again.wait()
            page.wait_for_function(
                "document.querySelector('.clean figcaption').textContent.includes('a 1')"
            )
            expect(page.locator(".notice")).to_be_hidden()
        finally:
            with_again.stop()
