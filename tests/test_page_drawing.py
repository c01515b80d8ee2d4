"""Drawing in a real browser: by mouse, finger or keyboard; naming, undoing, live answers."""

import pytest
import torch
from playwright.sync_api import expect

from fgsm.drawing import to_mnist
from fgsm.strokes import on_pad
from tests.browser import Stage
from tests.helpers import ZIGZAG, draw_seven, strokes


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
    """Every stroke begins as a dot, which must not be refused as blank."""
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


def inked(stage: Stage, *places: tuple[float, float]) -> list[bool]:
    """Whether there is ink at these places of the pad, in fractions of its sides."""
    found: list[bool] = stage.page.evaluate(
        """(places) => places.map(([x, y]) => document.querySelector(".pad").getContext("2d")
                         .getImageData(560 * x, 560 * y, 1, 1).data[0] > 0)""",
        places,
    )
    return found


class Hands:
    """Fingers, palms and a pen on the pad, through Chromium's own protocol."""

    def __init__(self, stage: Stage) -> None:
        stage.page.click("#fgsm-tab-draw")
        stage.page.locator(".pad").scroll_into_view_if_needed()
        box = stage.page.locator(".pad").bounding_box()
        assert box is not None
        self.box = box
        self.devtools = stage.page.context.new_cdp_session(stage.page)

    def _at(self, place: tuple[float, float]) -> dict[str, float]:
        x, y = place
        return {
            "x": self.box["x"] + x * self.box["width"],
            "y": self.box["y"] + y * self.box["height"],
        }

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """All fingers that lie on the pad: "touchStart", "touchMove", "touchEnd", "touchCancel"."""
        points = [{**self._at(place), "id": number} for number, place in enumerate(places)]
        self.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pen(self, kind: str, place: tuple[float, float]) -> None:
        """The pen: "mousePressed", "mouseMoved", "mouseReleased"."""
        button = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        event = {"type": kind, **self._at(place), **button}
        self.devtools.send("Input.dispatchMouseEvent", event)


def test_a_second_finger_does_not_draw_along(stage: Stage) -> None:
    hands = Hands(stage)
    hands.touch("touchStart", (0.3, 0.2))
    hands.touch("touchStart", (0.3, 0.2), (0.8, 0.2))
    hands.touch("touchMove", (0.3, 0.5), (0.8, 0.5))
    hands.touch("touchMove", (0.3, 0.8), (0.8, 0.8))
    hands.touch("touchEnd")
    assert inked(stage, (0.3, 0.35), (0.3, 0.65)) == [True, True]
    assert inked(stage, (0.8, 0.2), (0.8, 0.5), (0.8, 0.8), (0.55, 0.5)) == [False] * 4
    hands.touch("touchStart", (0.8, 0.2))  # the next stroke may be anywhere
    hands.touch("touchMove", (0.8, 0.8))
    hands.touch("touchEnd")
    assert inked(stage, (0.8, 0.5)) == [True]


def test_a_palm_does_not_draw_along_with_a_pen(stage: Stage) -> None:
    hands = Hands(stage)
    hands.touch("touchStart", (0.8, 0.7))  # the palm, before the pen
    hands.touch("touchMove", (0.8, 0.9))
    assert inked(stage, (0.8, 0.8)) == [True]  # nobody knows yet that it is one
    hands.pen("mousePressed", (0.3, 0.2))
    hands.touch("touchMove", (0.6, 0.9))
    hands.pen("mouseMoved", (0.3, 0.6))
    hands.pen("mouseReleased", (0.3, 0.6))
    hands.touch("touchMove", (0.5, 0.9))
    hands.touch("touchEnd")
    hands.touch("touchStart", (0.7, 0.9))  # and between two strokes
    hands.touch("touchMove", (0.9, 0.9))
    hands.touch("touchEnd")
    hands.pen("mousePressed", (0.5, 0.2))
    hands.pen("mouseMoved", (0.5, 0.6))
    hands.pen("mouseReleased", (0.5, 0.6))
    assert inked(stage, (0.3, 0.4), (0.5, 0.4), (0.4, 0.4)) == [True, True, False]
    assert inked(stage, (0.8, 0.8), (0.7, 0.9), (0.8, 0.9), (0.5, 0.9)) == [False] * 4


def test_a_touch_that_the_system_cancels_is_no_stroke(stage: Stage) -> None:
    hands = Hands(stage)
    hands.touch("touchStart", (0.3, 0.2))
    hands.touch("touchMove", (0.3, 0.8))
    hands.touch("touchCancel")
    assert inked(stage, (0.3, 0.5)) == [False]


def test_a_drawing_that_is_cut_off_says_so(stage: Stage) -> None:
    page = stage.page
    hands = Hands(stage)
    words = page.locator(".cut-off")
    before = page.locator(".pad-buttons").bounding_box()
    hands.touch("touchStart", (0.5, 0.4))
    hands.touch("touchMove", (0.5, 0.9))
    expect(words).to_have_text("")
    hands.touch("touchMove", (0.5, 1.1))
    hands.touch("touchEnd")
    expect(words).to_have_text("Cut off at the border: draw smaller")
    expect(words).to_have_attribute("role", "status")
    assert page.locator(".pad-buttons").bounding_box() == before  # nothing jumps
    page.click(".undo")
    expect(words).to_have_text("")


def test_how_large_one_draws_does_not_matter(stage: Stage) -> None:
    """It is read as strokes are that the models are trained on, a tenth as thick as long."""
    stage.page.click("#fgsm-tab-draw")
    for size in (0.25, 0.4, 1.1):
        check_a_drawing_of(stage, size)
        with stage.answered():
            stage.page.click(".clear")


def check_a_drawing_of(stage: Stage, size: float) -> None:
    page = stage.page
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    first, *others = [
        (box["x"] + box["width"] * size * x, box["y"] + box["height"] * size * y) for x, y in ZIGZAG
    ]
    with stage.answered():
        page.mouse.move(*first)
        page.mouse.down()
        for corner in others:
            page.mouse.move(*corner, steps=10)
        page.mouse.up()
    seen = torch.tensor(stage.picture("clean")).view(28, 28) / 255
    expected = to_mnist(on_pad([ZIGZAG], 0.9, 0.09))[0, 0]
    assert (seen - expected).abs().mean() < 0.02, size


def test_clear_in_mid_stroke(stage: Stage) -> None:
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
    assert "a 2" in stage.text(
        ".clean figcaption"
    )  # changing the tab alone changes nothing on the stage
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    with stage.answered():
        page.click("#fgsm-tab-draw")
    assert stage.picture("clean") == seven and "a 2" in stage.text(".clean figcaption")
    assert page.input_value(".named") == "2"  # and its name


@pytest.mark.parametrize("target", [1, 7])
def test_drawing_goes_on_when_it_becomes_the_target(stage: Stage, target: int) -> None:
    """A stroke is read as various digits while it grows; one of them may be the target."""
    page = stage.page
    with stage.answered():
        page.select_option(".attack-menu", "targeted")
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
        page.select_option(".attack-menu", "targeted")
    with stage.answered():
        page.select_option(".target select", "3")
    page.select_option(".named", "3")
    expect(page.locator(".notice")).to_contain_text("The digit's own class is 3")
    assert page.input_value(".named") == ""
    page.keyboard.press("Escape")
    expect(page.locator(".notice")).to_be_hidden()


def test_an_unnamed_drawing_is_not_misread(stage: Stage) -> None:
    """Another model may read something else in it; nobody knows which is right."""
    draw_seven(stage)
    expect(stage.page.locator(".compare.is-partial")).to_have_count(0)
    assert "misread" not in stage.text(".compare")
    with stage.answered():
        stage.page.select_option(".named", "1")
    expect(stage.page.locator(".compare .is-shown b")).to_have_text("already misread (7)")


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
