"""What the stage looks like in a real browser: it fits, and nothing collides, is cut or jumps."""

from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Page, ViewportSize, expect

from tests.browser import App, Stage
from tests.helpers import draw_seven, strokes

SIZES = ((1280, 800), (1920, 1080), (1366, 650), (1000, 800), (820, 1180), (390, 844), (320, 640))


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
    # Epsilon is in view, however far down the page its place is.
    epsilon = page.locator(".epsilon").bounding_box()
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
    page.click("#fgsm-tab-pick")  # which moves to the end of the page, with the digits below it
    for name in ("#fgsm-tab-pick", ".thumbnails", ".pager"):
        expect(page.locator(name)).to_be_in_viewport(ratio=0.95)
    page.click("#fgsm-tab-draw")
    for name in ("#fgsm-tab-draw", ".pad"):
        expect(page.locator(name)).to_be_in_viewport(ratio=0.95)


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}],
    indirect=True,
)
def test_a_finger_on_the_chart(stage: Stage) -> None:
    """Up and down scrolls the page, a tap or a drag to the side sets epsilon."""
    page = stage.page
    page.locator(".live .plot").first.scroll_into_view_if_needed()
    box = page.locator(".live .plot").first.bounding_box()
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

    def comes_to(wanted: float) -> None:
        page.wait_for_function(
            """(wanted) => {
                 const { epsilon } = document.querySelector(".live").dataset;
                 return Math.abs(Number(epsilon) - wanted) < 0.011;
               }""",
            arg=wanted,
        )

    before, scrolled = stage.epsilon(), page.evaluate("scrollY")
    swipe(2, -150)
    assert stage.epsilon() == before
    assert page.evaluate("scrollY") > scrolled
    page.evaluate("(top) => scrollTo(0, top)", scrolled)
    swipe(-0.5 * box["width"], 3)
    comes_to(0.15)
    swipe(0, 0)
    comes_to(0.4)


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
def test_fits_the_window_and_nothing_collides(stage: Stage) -> None:
    size = stage.page.viewport_size
    assert size is not None
    check_that_it_fits(stage, size)
    if size["width"] in (1280, 1000, 390, 320):
        check_that_nothing_collides(stage)


def check_that_it_fits(stage: Stage, size: ViewportSize) -> None:
    """With one panel and with two, of which none touches the other."""
    page = stage.page
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
        assert page.evaluate(COLLISIONS) == [], twin
        assert page.evaluate(BESIDE_THE_TABS) == [], twin


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (820, 1180), (390, 844))],
    indirect=True,
)
def test_nothing_jumps_when_another_digit_comes(stage: Stage) -> None:
    def places() -> Any:
        return stage.page.evaluate(
            """() => {
               scrollTo(0, 0); // epsilon sticks to the top of the window when it is scrolled
               return [".equation", ".epsilon", ".compare", ".bottom", ".options"].map((name) => {
                 const box = document.querySelector(name).getBoundingClientRect();
                 return [box.x, box.y, box.width, box.height].map(Math.round);
               });
             }"""
        )

    before = places()
    for index in (0, 105, 240, 345, 437, 500, 611, 847, 901):
        stage.pick(index)
        for epsilon in (0, 0.05, 0.5):
            stage.set_epsilon(epsilon)
            assert places() == before, (index, epsilon, stage.verdict(), stage.text(".also"))


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (1000, 800), (390, 844))],
    indirect=True,
)
def test_nothing_jumps_when_another_attack_comes(stage: Stage) -> None:
    """However long its name is, which is in view, and what is said of it below the slider."""
    page = stage.page
    with stage.answered():
        page.select_option(".model-menu", "lenet-robust")
    found = set()
    for attack in ("random", "targeted", "reversed"):
        with stage.answered():
            page.select_option(".attack-menu", attack)
        over, *places = page.evaluate(
            """() => {
                 const name = document.createRange();
                 name.selectNodeContents(document.querySelector(".what"));
                 const box = (each) => document.querySelector(each).getBoundingClientRect();
                 return [name.getBoundingClientRect().right - box(".top").right,
                   ...[".clean canvas", ".verdict"].map((each) => box(each).top - box(".top").top),
                   ...[".bound", ".bottom"].map((each) => box(each).top - box(".compare").top)];
               }"""
        )
        assert over <= 0, attack
        found.add(tuple(places))
    assert len(found) == 1


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
  for (const part of document.querySelectorAll(".top")) {
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


BESIDE_THE_TABS = """() => {
  const box = (each) => {
    const range = document.createRange();
    range.selectNode(each);
    return range.getBoundingClientRect();
  };
  const about = document.querySelector(".about");
  const [tabs, line] = [document.querySelector("#how-button"), about]
    .map((each) => each.getBoundingClientRect());
  return [...about.childNodes].filter((each) => {
    const { left, right, top, bottom } = box(each);
    const isSeen = right > left && top < line.bottom;
    const isLevel = top < tabs.bottom && bottom > tabs.top;
    return isSeen && (left < line.left || (isLevel && left < tabs.right));
  }).map((each) => each.textContent);
}"""
"""What of the line about the models touches the tabs, or is cut."""


def check_that_nothing_collides(stage: Stage) -> None:
    """Of two panels, whatever they say."""
    page = stage.page
    with stage.answered():
        page.select_option(".attack-menu", "targeted")
    with stage.answered():
        page.select_option(".attack-menu", "random")
    assert page.evaluate(COLLISIONS) == []  # where both break late, or not at all
    with stage.answered():
        page.select_option(".attack-menu", "fgsm")
    for index in (403, 800, 437, 345, 611):
        if index != 403:
            stage.pick(index)
        for epsilon in (0, 0.085, 0.335):
            stage.set_epsilon(epsilon)
            assert page.evaluate(COLLISIONS) == [], (index, epsilon)


CUT = """() => [...document.querySelectorAll("select")].filter((each) => each.checkVisibility())
  .flatMap((select) => {
    const style = getComputedStyle(select);
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - 20;
    return [...select.options].map((option) => option.text)
      .filter((text) => pen.measureText(text).width > room);
  })"""


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": h}} for w, h in ((1280, 800), (1366, 650), (320, 640))],
    indirect=True,
)
def test_no_option_is_cut(stage: Stage) -> None:
    """The longest option of each select fits beside its arrow; also the name of a drawing."""
    cut = stage.page.evaluate(CUT)
    draw_seven(stage)
    with stage.answered():
        stage.page.select_option(".attack-menu", "targeted")
    cut += stage.page.evaluate(CUT)
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
                 const mark = chart.querySelector(".mark span");
                 const boxes = [mark, ...chart.querySelectorAll(".line-name")];
                 return mark ? boxes.map((each) => each.getBoundingClientRect().toJSON()) : [];
               })"""
        )
        for texts in filter(None, charts):
            seen += 1
            assert not [pair for pair in combinations(texts, 2) if overlap(*pair)], index
    assert seen >= 10
