"""The tab "Test set" digit by digit in a real browser: grid, confusion, breaking points."""

from pathlib import Path

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fgsm.catalogue import EPSILONS, MODELS
from fgsm.survey import breaking_points, harder_than, load_survey
from tests.browser import App, Stage
from tests.helpers import PHONE, Questions, click_a_tile, open_tab, show_tab


def test_a_tile_leads_to_the_stage(test_tab: Page) -> None:
    stage = Stage(test_tab)
    for number in (0, 14, 29):
        click_a_tile(stage, "test", number)
        assert test_tab.input_value(".by-number input") != ""
        show_tab(test_tab, "test-set")


def captions(page: Page) -> list[str]:
    return page.locator(".rows .tile").all_inner_texts()


def test_others_are_others(test_tab: Page) -> None:
    before = captions(test_tab)
    rows = test_tab.locator(".rows .name").all_inner_texts()
    assert len(before) == 30 and len(rows) == 6 and rows[0].startswith("ε = 0.05")
    test_tab.click(".others")
    test_tab.wait_for_function(
        "(before) => [...document.querySelectorAll('.rows .tile')].map((tile) => tile.innerText)"
        ".join() !== before",
        arg=",".join(before),
    )
    after = captions(test_tab)
    assert len(after) == 30 and after != before
    assert test_tab.locator(".rows .name").all_inner_texts() == rows


@pytest.mark.parametrize("model", ["lenet-robust", "softmax"])
def test_another_model_is_another_survey(test_tab: Page, model: str) -> None:
    page = test_tab
    before = page.inner_text(".breaking .lead")
    page.click(f".survey [data-model={model}]")
    page.wait_for_selector(".survey[aria-busy=false]")
    assert page.get_attribute(f".survey [data-model={model}]", "aria-pressed") == "true"
    assert page.locator(".survey .models [aria-pressed=true]").count() == 1
    surveyed = load_survey(MODELS[model], "test")
    assert page.inner_text(".breaking .lead") != before
    expect(page.locator(".breaking .lead")).to_contain_text(
        f"{int((~surveyed.right_before).sum())} were misread before any attack"
    )
    k = int(page.input_value(".confusion input"))
    assert counts(page) == expected_counts(model, k)
    stage = Stage(page)
    with stage.answered():
        page.locator(".rows .tile").last.click()
    assert stage.shown()["request"]["model"] == model
    assert stage.verdict().startswith("Fooled: ") and stage.epsilon() == 0.3


def counts(page: Page) -> list[list[int]]:
    numbers = page.locator(".confusion tbody button").all_inner_texts()
    return [[int(text or 0) for text in numbers[10 * i : 10 * i + 10]] for i in range(10)]


def expected_counts(model: str, k: int) -> list[list[int]]:
    surveyed = load_survey(MODELS[model], "test")
    cells = torch.zeros(10, 10, dtype=torch.int64)
    for label, prediction in zip(
        surveyed.labels[surveyed.right_before].tolist(),
        surveyed.predictions[k, surveyed.right_before].tolist(),
        strict=True,
    ):
        cells[label, prediction] += 1
    rows: list[list[int]] = cells.tolist()
    return rows


def test_a_row_of_the_confusion_adds_up_to_its_class(test_tab: Page) -> None:
    """With the digits that were misread before, which have a column of their own."""
    page = test_tab
    labels = load_survey(MODELS["lenet"], "test").labels
    classes = labels.bincount(minlength=10).tolist()
    head = page.locator(".confusion thead th").all_inner_texts()
    assert head == [*"0123456789", "misread before"]
    for k in (0, 30, 100):
        page.locator(".confusion input").fill(str(k))
        assert page.get_attribute(".confusion input", "aria-valuetext") == f"{k / 200:.2f}"
        before = [int(text or 0) for text in page.locator(".confusion .before").all_inner_texts()]
        assert [sum(row) + more for row, more in zip(counts(page), before, strict=True)] == classes
    totals = page.locator(".confusion tbody th small").all_inner_texts()
    assert totals == [f"{total:,}" for total in classes]


@pytest.mark.parametrize(
    "context",
    [{**PHONE, "viewport": {"width": w, "height": h}} for w, h in ((360, 640), (390, 844))],
    indirect=True,
)
def test_on_a_phone(test_tab: Page) -> None:
    """Targets for fingers; what is cut says so; and a tap on a digit lands on its pictures."""
    page = test_tab
    small = page.locator("#test-set :is(button, select, input, summary)").evaluate_all(
        """(all) => all.filter((each) => each.checkVisibility() && !each.disabled)
             .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 80)])
             .filter(([{ width, height }]) => width < 43.9 || height < 43.9)
             .map(([, html]) => html)"""
    )
    assert small == []
    tops = page.locator(".survey .models button").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().top)"
    )
    assert len(set(tops)) == 1  # they do not wrap
    expect(page.locator(".confusion .cut")).to_be_visible()
    page.locator(".accuracy summary").tap()
    expect(page.locator(".accuracy .cut")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage = Stage(page)
    with stage.answered():
        page.locator(".rows .tile").last.tap()
    pictures = page.locator(".equation canvas")
    for i in range(3):
        expect(pictures.nth(i)).to_be_in_viewport(ratio=1)
        assert pictures.nth(i).evaluate(
            """(canvas) => {
                 const { left, right, bottom } = canvas.getBoundingClientRect();
                 return document.elementFromPoint((left + right) / 2, bottom - 2) === canvas;
               }"""
        )  # nothing sticks over it


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_who_cannot_see_finds_the_way(page: Page, app: App, theme: str) -> None:
    open_tab(page, f"{app.url}?__theme={theme}", "test-set")
    headings = page.locator("#test-set :is(h2, h3)").evaluate_all(
        "(all) => all.map((each) => each.tagName + ' ' + each.firstChild.textContent.trim())"
    )
    assert headings == [
        "H2 How often does it work?",
        "H3 Run on this device",
        "H2 Digit by digit",
        "H3 Fooled digits",
        "H3 Which digits turn into which",
        "H3 Where digits break",
    ]
    for chart in (".accuracy .plot", ".breaking .bars"):
        assert page.get_attribute(chart, "tabindex") == "0"
        assert len(page.get_attribute(chart, "aria-label") or "") > 60
    sliders = page.locator("#test-set input[type=range]")
    assert all(each.get_attribute("aria-valuetext") for each in sliders.all())
    violations = Axe().run(page, "#test-set").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []


def test_the_confusion_follows_epsilon_and_asks_nobody(test_tab: Page) -> None:
    page = test_tab
    expect(page.locator(".confusion .cut")).to_be_hidden()  # a table that fits says nothing
    assert counts(page) == expected_counts("lenet", 30)
    asked = Questions(page)
    asked.until_quiet()
    asked.clear()
    for k in (31, 60, 100, 0):
        page.locator(".confusion input").fill(str(k))
        assert page.inner_text(".confusion output") == f"{k / 200:.3f}".removesuffix("0")
        assert counts(page) == expected_counts("lenet", k)
    page.wait_for_timeout(300)
    assert asked == []
    assert sum(counts(page)[i][i] for i in range(10)) == sum(map(sum, counts(page)))  # at epsilon 0


def test_a_cell_lists_examples(test_tab: Page) -> None:
    page = test_tab
    cell = page.locator(".confusion [data-label='4'][data-prediction='9']")
    count = int(cell.inner_text())
    assert count > 10 and f"{count} of" in (cell.get_attribute("title") or "")
    cell.click()
    tiles = page.locator(".cell .tile")
    expect(tiles).to_have_count(10)
    assert tiles.all_inner_texts() == ["4 → 9"] * 10
    expect(page.locator(".cell p")).to_contain_text(f"{count} of class 4 are read as 9 at ε = 0.15")
    page.locator(".confusion input").fill("40")
    expect(page.locator(".cell p")).to_contain_text("at ε = 0.20")
    stage = Stage(page)
    with stage.answered():
        tiles.first.click()
    assert stage.verdict() == "Fooled: 4 → 9" and stage.epsilon() == 0.2
    show_tab(page, "test-set")
    cell.click()
    expect(tiles).to_have_count(0)


def test_the_mark_is_the_stages_digit(stage: Stage, mnist_root: Path) -> None:
    for index in (403, 301, 105):
        if index != 403:
            show_tab(stage.page, "attack")
            stage.pick(index)
        check_the_mark(stage)


def check_the_mark(stage: Stage) -> None:
    page = stage.page
    point = stage.breaking_point()
    assert point
    expect(page.locator(".compare:not(.is-partial)")).to_be_visible()
    show_tab(page, "test-set")
    share = harder_than(load_survey(MODELS["lenet"], "test"), point)
    text = f"breaks at ε* = {point:.3f}".removesuffix("0")
    expect(page.locator(".breaking .current")).to_have_text(
        f"The digit on the stage {text}: "
        f"harder to fool than {100 * share:.1f} % of those read correctly."
    )
    left = page.locator(".breaking .mark").evaluate("(mark) => parseFloat(mark.style.left)")
    assert left == pytest.approx(100 * (200 * point + 0.5) / 101, abs=0.01)


def test_no_mark_for_another_attack(page: Page, app: App, mnist_root: Path) -> None:
    stage = open_tab(page, app.url, "test-set")
    expect(page.locator(".breaking .mark")).to_be_visible()
    show_tab(page, "attack")
    with stage.answered():
        page.select_option(".attack-menu", "random")
    show_tab(page, "test-set")
    expect(page.locator(".breaking .mark")).to_be_hidden()
    expect(page.locator(".breaking .current")).to_have_text("")


def test_breaking_points_are_explained_and_each_bar_is_read_out(test_tab: Page) -> None:
    page, reading = test_tab, test_tab.locator(".breaking .reading")
    text = page.locator(".breaking").inner_text()
    assert "Digits per 0.005-wide bin" in text
    assert "an upper bound, for this attack and this grid" in text
    counts = breaking_points(load_survey(MODELS["lenet"], "test")).counts.tolist()

    def words(k: int) -> str:
        number = f"{EPSILONS[k]:.3f}".removesuffix("0")
        plural = "digit breaks" if counts[k] == 1 else "digits break"
        return f"ε* = {number}: {counts[k]:,} {plural} there."

    expect(reading).to_contain_text("arrow keys")
    bars = page.locator(".breaking .bars")
    bars.focus()
    for k in range(4):
        page.keyboard.press("ArrowRight")
        expect(reading).to_have_text(words(k))
    page.keyboard.press("ArrowLeft")
    expect(reading).to_have_text(words(2))
    for k in (0, 23, 100):
        bar = bars.locator("i").nth(k).bounding_box()
        assert bar is not None
        page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] - 1)
        expect(reading).to_have_text(words(k))
    assert bars.locator(".read").count() == 1
