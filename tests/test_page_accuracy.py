"""The accuracy chart of the tab "Test set" in a real browser, and its table."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fgsm.service import all_digits
from fgsm.ui.wire import packed
from tests.browser import App
from tests.helpers import ATTACKS, DESKTOP, NAMES, PHONE, open_tab, table_of


def cards() -> list[dict[str, Any]]:
    """The cards as the page gets them."""
    found: list[dict[str, Any]] = packed(all_digits.cards())
    return found


def curve_of(model: str) -> str:
    """The selector of a model's curves: they have its colour."""
    return f".accuracy path.line[style*='--model-{model})']"


def test_the_table_and_the_curves_are_the_cards(test_tab: Page) -> None:
    check_the_table(test_tab)
    check_the_curves(test_tab)


def check_the_table(test_tab: Page) -> None:
    table = table_of(test_tab)
    assert len(table) == len(cards()) >= 9
    for series in cards():
        row = table[NAMES[series["model"]], ATTACKS[series["attack"]]]
        expected = {r["epsilon"]: f"{100 * r['accuracy']:.2f} %" for r in series["results"]}
        assert {epsilon: cell for epsilon, cell in row.items() if cell} == expected


def check_the_curves(test_tab: Page) -> None:
    for series in cards():
        dashes = {"fgsm": ":not(.dashed, .dotted)", "iterative": ".dashed", "random": ".dotted"}
        if series["attack"] not in dashes:
            continue
        curve = test_tab.locator(curve_of(series["model"]) + dashes[series["attack"]])
        places = re.findall(r"([\d.]+) ([\d.]+)", curve.get_attribute("d") or "")
        results = series["results"]
        epsilons, accuracies = ([r[key] for r in results] for key in ("epsilon", "accuracy"))
        assert [float(x) / 200 for x, _ in places] == pytest.approx(epsilons, abs=1e-3)
        assert [1 - float(y) / 100 for _, y in places] == pytest.approx(accuracies, abs=1e-4)
    assert test_tab.locator(".accuracy path.line").count() == 9
    assert test_tab.inner_text(".accuracy .y-title") == "accuracy on 10,000 MNIST test digits"
    assert test_tab.inner_text(".accuracy .x-title") == "ε"


def test_what_is_said_of_the_curves_is_true() -> None:
    accuracy = {
        (series["model"], series["attack"], result["epsilon"]): result["accuracy"]
        for series in cards()
        for result in series["results"]
    }
    for model in ("lenet", "softmax"):  # FGSM falls far sooner than random signs
        for epsilon in (0.1, 0.2, 0.3):
            assert accuracy[model, "fgsm", epsilon] < accuracy[model, "random", epsilon] - 0.2
    robust = {
        attack: accuracy["lenet-robust", attack, 0.5] for attack in ("fgsm", "random")
    }  # far beyond the epsilon of its training
    assert robust["random"] < robust["fgsm"]
    assert accuracy["lenet-robust", "fgsm", 0.3] > 0.9


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_legend_is_unambiguous(page: Page, app: App, theme: str) -> None:
    """Each entry looks like no other, and the models have the colours of their curves."""
    open_tab(page, f"{app.url}?__theme={theme}", "test-set")
    looks = page.locator(".accuracy .legend span").evaluate_all(
        """(all) => Object.fromEntries(all.map((each) => {
             const style = getComputedStyle(each, "::before");
             return [each.textContent, [style.backgroundColor, style.borderTopStyle, style.width]];
           }))"""
    )
    assert len(looks) == 6
    assert len({tuple(look) for look in looks.values()}) == 6
    for name in ("FGSM", "iterative FGSM (10 steps)", "random signs (control)"):
        assert looks[name][0] == "rgba(0, 0, 0, 0)"  # nothing shines through the gaps
    for model, name in NAMES.items():
        curve = page.locator(curve_of(model)).first
        assert looks[name][0] == curve.evaluate("(path) => getComputedStyle(path).stroke")


def test_the_values_under_the_pointer(test_tab: Page) -> None:
    box = test_tab.locator(".accuracy svg").bounding_box()
    assert box is not None
    test_tab.mouse.move(box["x"] + 0.41 * box["width"], box["y"] + box["height"] / 2)
    tip = test_tab.locator(".accuracy .tip")
    expect(tip.locator(".tip-x")).to_have_text("ε = 0.20")
    (result,) = (
        r
        for series in cards()
        if (series["model"], series["attack"]) == ("lenet", "fgsm")
        for r in series["results"]
        if r["epsilon"] == 0.2
    )
    row = tip.locator(".tip-row").filter(has_text=re.compile("^LeNet, FGSM"))
    expect(row.locator(".tip-value")).to_have_text(f"{100 * result['accuracy']:.2f} %")
    assert tip.locator(".tip-row").count() == 9
    test_tab.mouse.move(box["x"], box["y"] - 100)
    expect(tip).to_be_hidden()


def test_the_values_by_the_arrow_keys(test_tab: Page) -> None:
    page, chart = test_tab, test_tab.locator(".accuracy .chart")
    chart.locator(".plot").focus()
    epsilons = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        epsilons.append(chart.locator(".tip-x").inner_text())
    assert epsilons == ["ε = 0.00", "ε = 0.05", "ε = 0.10", "ε = 0.05"]
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(chart.locator(".tip-x")).to_have_text("ε = 0.50")
    page.keyboard.press("Escape")
    expect(chart.locator(".tip")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(chart.locator(".tip")).to_be_visible()
    page.keyboard.press("Tab")
    expect(chart.locator(".tip")).to_be_hidden()


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_the_values_by_a_finger_stay_until_it_taps_elsewhere(test_tab: Page) -> None:
    page = test_tab
    plot = page.locator(".accuracy .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    plot.tap(position={"x": 0.4 * box["width"], "y": box["height"] / 2})
    expect(page.locator(".accuracy .tip-x")).to_have_text("ε = 0.20")
    page.wait_for_timeout(300)
    for part in (0.02, 0.4, 0.6, 0.98):  # all of it must be on the screen
        plot.tap(position={"x": part * box["width"], "y": box["height"] / 2})
        tip = page.locator(".accuracy .tip").bounding_box()
        assert tip is not None and tip["x"] >= 0 and tip["x"] + tip["width"] <= 390
    page.locator(".survey h3").first.tap()
    expect(page.locator(".accuracy .tip")).to_be_hidden()


def test_the_csv_is_the_cards(test_tab: Page) -> None:
    with test_tab.expect_download() as download:
        test_tab.click(".accuracy .csv")
    assert download.value.suggested_filename == "fgsm-accuracy.csv"
    with Path(download.value.path()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [(series, result) for series in cards() for result in series["results"]]
    assert len(rows) == len(expected) >= 99
    for row, (series, result) in zip(rows, expected, strict=True):
        of = [row[name] for name in ("measured", "model", "attack", "digits")]
        assert of == ["card", series["model"], series["attack"], "test"]
        assert float(row["epsilon"]) == result["epsilon"]
        assert (int(row["correct"]), int(row["n"])) == (result["correct"], series["n"])
        assert float(row["accuracy"]) == result["accuracy"]
        confidence = result["mean_confidence_wrong"]
        assert (
            row["mean_confidence_wrong"] == ""
            if confidence is None
            else (float(row["mean_confidence_wrong"]) == confidence)
        )


@pytest.mark.parametrize(
    "context",
    [{**DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]}, DESKTOP],
    indirect=True,
)
def test_the_table_can_be_copied(test_tab: Page) -> None:
    allowed = test_tab.evaluate(
        "navigator.permissions.query({ name: 'clipboard-read' }).then(({ state }) => state)"
    )
    if allowed != "granted":
        test_tab.evaluate(
            """() => {
                 navigator.clipboard.writeText = () => Promise.reject(new Error());
                 document.execCommand = () => false;
               }"""
        )
    test_tab.click(".accuracy .copy")
    if allowed == "granted":
        expect(test_tab.locator(".accuracy .done")).to_have_text("Copied.")
        copied = test_tab.evaluate("navigator.clipboard.readText()")
    else:  # as where neither way to copy is left
        expect(test_tab.locator(".accuracy .done")).to_contain_text("press Ctrl+C")
        copied = test_tab.evaluate("getSelection().toString()")
    lines = [line.split("\t") for line in copied.strip().splitlines()]
    assert lines[0][:3] == ["model", "attack", "ε = 0.00"]
    assert {(line[0], line[1]) for line in lines[1:]} == table_of(test_tab).keys()
    assert len({len(line) for line in lines}) == 1
