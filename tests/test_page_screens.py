"""The page on a phone, on paper, in forced colours, and at 200 % zoom."""

import io
import re
import zlib
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import App, Stage
from tests.helpers import PHONE, show_tab

PHONES = [
    {**PHONE, "viewport": {"width": width, "height": height}}
    for width, height in ((360, 640), (390, 844), (844, 390))
]
phones = pytest.mark.parametrize("context", PHONES, indirect=True)


def covered(page: Page) -> list[str]:
    """What of pictures and verdicts lies under the box of epsilon."""
    found: list[str] = page.evaluate(
        """() => {
             const box = (each) => each.getBoundingClientRect();
             const over = box(document.querySelector(".epsilon"));
             return [...document.querySelectorAll(".verdict, .equation canvas")]
               .filter((each) => box(each).bottom > over.top && box(each).top < over.bottom)
               .map((each) => each.outerHTML.slice(0, 60));
           }"""
    )
    return found


@phones
def test_a_phone(stage: Stage) -> None:
    check_that_attack_and_model_are_within_reach(stage)
    check_that_the_box_of_epsilon_covers_neither_verdict_nor_pictures(stage)
    check_that_the_toggles_do_not_wrap(stage)
    check_that_targets_are_large_enough_for_a_finger(stage)


def check_that_the_box_of_epsilon_covers_neither_verdict_nor_pictures(stage: Stage) -> None:
    page = stage.page
    size = page.viewport_size
    assert size is not None
    slider = page.locator("#fgsm-epsilon").bounding_box()
    assert slider is not None
    assert slider["y"] < size["height"], "without scrolling there would be nothing to drag"
    for tab in ("pick", "draw"):
        page.click(f"#fgsm-tab-{tab}")
        for top in range(0, 1600, 100):
            page.evaluate("(top) => scrollTo(0, top)", top)
            stage.settle()
            assert covered(page) == [], (tab, top)
    page.click("#fgsm-tab-pick")


def check_that_attack_and_model_are_within_reach(stage: Stage) -> None:
    """One screen shows the verdict and both menus."""
    page = stage.page
    boxes = [
        page.locator(name).bounding_box() for name in (".verdict", ".attack-menu", ".model-menu")
    ]
    size = page.viewport_size
    assert size is not None
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3 and max(tops) + 44 - min(tops) <= size["height"]


def check_that_targets_are_large_enough_for_a_finger(stage: Stage) -> None:
    page = stage.page
    small = """() => [...document.querySelectorAll(
        "#attack :is(button, select, input, .pad), .head button, #tabs > .tab-wrapper [role=tab]")]
      .filter((each) => each.checkVisibility()
        && !each.closest("[aria-hidden=true], .overflow-menu, .visually-hidden"))
      .map((each) => [each, (each.closest("label.switch") ?? each).getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
      .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 80)} ${width}x${height}`)"""
    assert page.evaluate(small) == []
    page.click("#fgsm-tab-draw")
    page.click(".start-tour")
    expect(page.locator(".tour h2")).to_be_visible()
    assert page.evaluate(small.replace(".head button", ".tour button")) == []


def check_that_the_toggles_do_not_wrap(stage: Stage) -> None:
    for twin in (False, True):
        if twin:
            with stage.answered():
                stage.page.check(".twin")
        boxes = stage.page.locator(".toggle button").evaluate_all(
            """(all) => all.map((each) => {
                 const { top, height } = each.getBoundingClientRect();
                 return [Math.round(top), height, each.scrollWidth - each.clientWidth];
               })"""
        )
        for one, other in zip(boxes[::2], boxes[1::2], strict=True):
            assert one == other and one[1] < 50 and one[2] <= 0, boxes
    label = stage.page.locator("label.switch:has(.twin)")
    assert label.evaluate("(each) => each.clientHeight") <= 45
    with stage.answered():
        stage.page.uncheck(".twin")


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_swipe_on_the_adversarial_image_moves_epsilon(stage: Stage) -> None:
    page = stage.page
    box = page.locator(".adversarial canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    client = page.context.new_cdp_session(page)

    def swipe(right: float, down: float) -> None:
        def touch(kind: str, *points: dict[str, float]) -> None:
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        touch("touchStart", {"x": x, "y": y})
        for part in range(1, 11):
            touch("touchMove", {"x": x + right * part / 10, "y": y + down * part / 10})
        touch("touchEnd")
        stage.settle()

    assert stage.epsilon() == 0.12
    swipe(-78, 4)  # a fifth of the window's width: a fifth of all epsilons
    assert stage.epsilon() == pytest.approx(0.02, abs=0.006)
    swipe(39, -4)
    assert stage.epsilon() == pytest.approx(0.07, abs=0.006)
    before = stage.epsilon()
    swipe(3, -150)  # this scrolls
    assert stage.epsilon() == before
    assert page.evaluate("scrollY") > 50


@pytest.mark.parametrize("zoom", [1.5, 2])
def test_a_zoomed_page_is_read_and_used(page: Page, app: App, zoom: float) -> None:
    """At 1280x800, zoomed: nothing is wider than the window, and nothing is cut or overlaps."""
    page.set_viewport_size({"width": int(1280 / zoom), "height": int(800 / zoom)})
    stage = Stage(page)
    stage.open(app.url)
    touching = """() => {
        const controls = "#attack :is(button, select, label, input, output)";
        const all = [...document.querySelectorAll(controls)]
          .filter((each) => each.checkVisibility() && !each.closest(".thumbnails"));
        const box = (each) => each.getBoundingClientRect();
        return all.flatMap((one) => all.filter((other) =>
          one !== other && !one.contains(other) && !other.contains(one)
          && box(one).left < box(other).right - 1 && box(other).left < box(one).right - 1
          && box(one).top < box(other).bottom - 1 && box(other).top < box(one).bottom - 1)
          .map((other) => `${one.outerHTML.slice(0, 80)} / ${other.outerHTML.slice(0, 80)}`));
      }"""
    cut = """() => [...document.querySelectorAll("body *")].filter((each) =>
        each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1
        && !each.closest(".scroll, svg, .katex, table, .unseen, .overflow-menu"))
        .map((each) => each.outerHTML.slice(0, 90))"""
    with stage.answered():
        page.check(".twin")
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(touching) == []
    for tab in ("attack", "test-set", "how"):
        show_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(cut) == [], tab
    show_tab(page, "attack")
    page.click("#fgsm-tab-draw")
    page.click("#fgsm-tab-pick")
    with stage.answered():
        page.uncheck(".twin")
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    stage.set_epsilon(0)
    assert stage.verdict() == "Still 3"


def colours(page: Page, selector: str, name: str = "background-color") -> str:
    value: str = page.locator(selector).first.evaluate(
        "(each, name) => getComputedStyle(each).getPropertyValue(name)", name
    )
    return value


@pytest.mark.parametrize("context", [{"forced_colors": "active"}], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_show_what_is_told_by_colour(page: Page, app: App, theme: str) -> None:
    stage = Stage(page)
    stage.open(f"{app.url}?__theme={theme}")
    colours_of_picture = page.locator(".change canvas").first.evaluate(
        """(canvas) => new Set(new Uint32Array(
             canvas.getContext("2d").getImageData(0, 0, 28, 28).data.buffer)).size"""
    )
    assert colours_of_picture == 3  # darker, unchanged, lighter
    paper = colours(page, "body")
    bars = {colours(page, f".column i.{name}") for name in ("clean", "adversarial")}
    assert len(bars) == 2 and paper not in bars and "rgba(0, 0, 0, 0)" not in bars
    for chosen, other in (
        ("#fgsm-tab-pick", "#fgsm-tab-draw"),
        (".toggle [aria-pressed=true]", ".toggle [aria-pressed=false]"),
        (".column.predicted b", ".column:not(.predicted) b"),
    ):
        assert colours(page, chosen) != colours(page, other), chosen
    assert colours(page, ".equation canvas", "outline-style") == "solid"
    assert colours(page, ".thumbnails [aria-current]", "outline-color") != colours(
        page, ".thumbnails button:not([aria-current])", "outline-color"
    )
    # The slider's track is no element; its place in a picture is not paper.
    box = page.locator("#fgsm-epsilon").bounding_box()
    assert box is not None
    clip = {"x": box["x"] + box["width"] * 0.7, "y": box["y"], "width": 4, "height": box["height"]}
    assert len(set(pixels(page, clip))) > 1


def pixels(page: Page, clip: Any) -> list[bytes]:
    """The rows of that part of the window."""
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    data = picture.tobytes()
    return [data[i : i + 3 * picture.width] for i in range(0, len(data), 3 * picture.width)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_printed_page_has_bars_pictures_and_slider(page: Page, app: App, theme: str) -> None:
    stage = Stage(page)
    stage.open(f"{app.url}?__theme={theme}")
    printed = page.pdf(format="A4")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", printed, re.DOTALL)
    drawn = b" ".join(filter(None, map(inflated, streams)))
    orange, grey, track = b".851 .3725 .0078 rg", b".6314 .6314 .6667 rg", b".8314 .8314 .8471 rg"
    for colour in (orange, grey, track):  # bars and the slider's thumb; clean bars; the slider
        assert colour in drawn, colour
    assert printed.count(b"/Subtype /Image") >= 3
    page.emulate_media(media="print")
    assert (
        page.locator(".ours *").evaluate_all(
            """(all) => all.filter((each) => each.checkVisibility()
             && ["sticky", "fixed"].includes(getComputedStyle(each).position))
             .map((each) => each.className)"""
        )
        == []
    )
    assert colours(page, ".verdict .words", "color") == "rgb(185, 28, 28)"
    assert colours(page, ".clean .reading b", "color") == "rgb(0, 0, 0)"  # in the dark theme too


def inflated(stream: bytes) -> bytes | None:
    """A stream of a PDF, if it is one that is compressed."""
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return None
