"""A run of the tab "Test set" in a real browser: progress, cancel, queue, missing digits."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from torch import Tensor

from fgsm.catalogue import ATTACKS as ENTRIES
from fgsm.catalogue import load_model
from fgsm.evaluate import evaluate, unaimed
from fgsm.service.all_digits import cards
from tests.browser import App, Stage, running_app
from tests.helpers import ATTACKS, OFFLINE, PHONE, click_a_tile, open_tab, show_tab, table_of

STOPPED = "Run cancelled."
LONG = "Iterative FGSM (10 steps)"


def choose(page: Page, label: str, name: str) -> None:
    page.select_option(f".run-{label.lower()}", label=name)


def button(page: Page, name: str) -> Locator:
    return page.locator("#test-set").get_by_role("button", name=name, exact=True)


def set_epsilons(page: Page, text: str) -> None:
    page.locator("#run").get_by_label("Epsilons").fill(text)


def status(page: Page) -> Locator:
    return page.locator("#run-status p")


def check_a_short_run(page: Page) -> None:
    """The server is free for another run, which runs to its end."""
    choose(page, "Model", "Softmax")
    set_epsilons(page, ".1")
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 10,000", timeout=60_000)


@pytest.mark.parametrize("attack", ["fgsm", "iterative", "random"])
def test_a_run_on_the_builtin_digits(
    page: Page, bare: App, builtin: tuple[Tensor, Tensor], attack: str
) -> None:
    open_tab(page, bare.url, "test-set")
    choose(page, "Model", "Softmax")
    names = {"iterative": LONG, "random": "Random signs (control)"}
    if attack in names:
        choose(page, "Attack", names[attack])
    set_epsilons(page, ".25, 0 0.07")
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 1,000 of 1,000 built-in digits")
    expect(status(page)).to_contain_text("digits per second at 3 epsilons, on cpu")
    model = load_model("softmax", torch.device("cpu"))
    *_, evaluation = evaluate(model, *builtin, [0.0, 0.07, 0.25], unaimed(ENTRIES[attack]))
    row = table_of(page)["Softmax (your run, 1,000 digits)", ATTACKS[attack]]
    found = {epsilon: float(cell.removesuffix(" %")) for epsilon, cell in row.items() if cell}
    # Another number of threads may change how a borderline digit is read.
    assert found == {
        result.epsilon: pytest.approx(100 * result.accuracy, abs=0.11)
        for result in evaluation.results
    }
    curve = page.locator(".accuracy path.line.run").get_attribute("d") or ""
    assert len(re.findall(r"[\d.]+ [\d.]+", curve)) == 3
    assert page.get_attribute("#run-status progress", "value") == "1000"
    expect(page.locator(".accuracy .legend .run")).to_have_text("your run")
    expect(page.locator(".accuracy .y-title")).to_have_text(
        "accuracy on 10,000 MNIST test digits, your run on 1,000 built-in digits"
    )


def test_a_run_is_seen_to_move_and_ends_as_the_cards(test_tab: Page) -> None:
    page = test_tab
    page.evaluate(
        """() => {
             window.seen = [];
             const look = () => seen.push([
               document.querySelector("#run-status progress").value,
               document.querySelectorAll(".accuracy path.line.run").length,
             ]);
             new MutationObserver(look).observe(document.querySelector("#run-status"),
               { childList: true, subtree: true, attributes: true });
           }"""
    )
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 10,000 of 10,000 MNIST test digits", timeout=60_000)
    seen = page.evaluate("seen")
    progress = [value for value, _ in seen]
    assert progress == sorted(progress)
    assert any(0 < value < 10_000 and curves == 1 for value, curves in seen)
    table = table_of(page)
    ours, card = table["LeNet (your run, 10,000 digits)", "FGSM"], table["LeNet", "FGSM"]
    measured = {epsilon for epsilon, cell in ours.items() if cell}
    assert measured == {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3}
    for epsilon in measured:
        ours_, theirs = (float(row[epsilon].removesuffix(" %")) for row in (ours, card))
        assert ours_ == pytest.approx(theirs, abs=0.03)
    with page.expect_download() as download:
        page.click(".accuracy .csv")
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 1 + sum(len(series.results) for series in cards()) + 7
    assert all(line.startswith("this device,lenet,fgsm,test,") for line in lines[-7:])


def test_who_reads_the_chart_during_a_run_goes_on_reading(test_tab: Page) -> None:
    page = test_tab
    choose(page, "Attack", LONG)
    button(page, "Run").click()
    expect(page.locator(".accuracy path.line.run")).to_have_count(1, timeout=60_000)
    page.locator(".accuracy .plot").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    tip, before = page.locator(".accuracy .tip"), status(page).inner_text()
    expect(tip).to_contain_text("your run: LeNet")
    expect(status(page)).not_to_have_text(before, timeout=20_000)
    expect(tip.locator(".tip-x")).to_have_text("ε = 0.10")
    page.keyboard.press("ArrowRight")
    expect(tip.locator(".tip-x")).to_have_text("ε = 0.15")
    button(page, "Cancel").click()
    expect(status(page)).to_contain_text(STOPPED)


def test_cancel_stops_the_run_and_makes_room_for_another(test_tab: Page) -> None:
    """This is what one sees of it; `test_run` checks that nothing more is computed."""
    page = test_tab
    choose(page, "Attack", LONG)
    button(page, "Run").click()
    expect(status(page)).to_contain_text("digits per second", timeout=60_000)
    button(page, "Cancel").click()
    expect(status(page)).to_have_text(
        re.compile(r"Run cancelled\. It had attacked [\d,]+ of 10,000 MNIST test digits\.")
    )
    said = status(page).inner_text()
    page.wait_for_timeout(2_000)  # for what may still be on its way
    assert status(page).inner_text() == said
    choose(page, "Attack", "FGSM")
    check_a_short_run(page)


def test_what_arrives_after_the_cancel_is_not_shown(test_tab: Page) -> None:
    """On a slow network, an answer may still be on its way."""
    page, held = test_tab, list[Route]()
    choose(page, "Attack", LONG)
    button(page, "Run").click()
    expect(status(page)).to_contain_text("digits per second", timeout=60_000)
    page.route("**/fgsm/ask/*", lambda route: held.append(route))
    while not held:
        page.wait_for_timeout(50)
    button(page, "Cancel").click()
    expect(status(page)).to_contain_text(STOPPED)
    said = status(page).inner_text()
    for route in held:
        route.continue_()
    page.unroute("**/fgsm/ask/*")
    page.wait_for_timeout(1_000)
    assert status(page).inner_text() == said


def test_run_and_cancel_sleep_in_turn(test_tab: Page) -> None:
    """The one that can be of use is awake, and has the focus if the other had it."""
    page, run, cancel = test_tab, button(test_tab, "Run"), button(test_tab, "Cancel")
    expect(cancel).to_be_disabled()
    choose(page, "Attack", LONG)
    run.focus()
    page.keyboard.press("Enter")
    expect(run).to_be_disabled()
    expect(cancel).to_be_focused()
    for each in (run, cancel):  # buttons, no slabs
        box = each.bounding_box()
        assert box is not None and box["width"] < 130 and box["height"] < 45
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text(STOPPED)
    expect(cancel).to_be_disabled()
    expect(run).to_be_focused()


def test_a_run_is_told_aloud_in_a_few_words(test_tab: Page) -> None:
    """A screen reader is told of a place, a start, quarters and the end, in our words only."""
    page = test_tab
    page.evaluate(
        """() => {
             window.said = [];
             const look = () => document.querySelectorAll("[role=status], [aria-live]")
               .forEach(({ textContent }) => {
                 const words = textContent.trim();
                 if (words && !said.includes(words)) said.push(words);
               });
             look();
             said.length = 0;
             new MutationObserver(look).observe(document.body,
               { childList: true, subtree: true, characterData: true });
           }"""
    )
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 10,000", timeout=60_000)
    said = page.evaluate("said.filter((words) => !words.startsWith('Still') && words.length < 200)")
    assert not [
        words for words in said if re.search(r"\w\.\w+|queue", words) and "Done" not in words
    ]
    told = [words for words in said if re.match("Starting|Running|Done", words)]
    assert told[-1].startswith("Done: 10,000 of 10,000 MNIST test digits")
    assert 2 <= len(told) <= 6
    assert set(told[:-1]) <= {
        "Starting.",
        "Running.",
        *(f"Running: {part} % done." for part in (25, 50, 75)),
    }


@pytest.mark.parametrize(
    "context",
    [{**PHONE, "viewport": {"width": w, "height": h}} for w, h in ((360, 640), (390, 844))],
    indirect=True,
)
def test_on_a_phone_the_curve_is_in_sight_while_it_grows(test_tab: Page) -> None:
    page = test_tab
    choose(page, "Attack", LONG)
    button(page, "Run").tap()
    expect(page.locator(".accuracy path.line.run")).to_have_count(1, timeout=60_000)
    expect(page.locator(".accuracy .plot")).to_be_in_viewport(ratio=1)
    expect(status(page)).to_be_in_viewport(ratio=1)
    button(page, "Cancel").tap()
    expect(status(page)).to_contain_text(STOPPED)


def test_a_visitor_who_leaves_stops_the_run(test_tab: Page, app: App, browser: Any) -> None:
    choose(test_tab, "Attack", LONG)
    button(test_tab, "Run").click()
    expect(status(test_tab)).to_contain_text("Running: ", timeout=60_000)
    other = test_tab.context.new_page()
    test_tab.close()
    open_tab(other, app.url, "test-set")
    check_a_short_run(other)


def test_the_second_visitor_waits_for_a_turn_and_gets_it(
    test_tab: Page, app: App, context: BrowserContext
) -> None:
    first, second = test_tab, context.new_page()
    open_tab(second, app.url, "test-set")
    choose(first, "Attack", LONG)
    button(first, "Run").click()
    expect(status(first)).to_contain_text("Running: ", timeout=60_000)
    choose(second, "Model", "Softmax")
    set_epsilons(second, "0 .2")
    button(second, "Run").click()
    expect(status(second)).to_have_text("Waiting: 1 run is ahead of yours.")
    assert second.locator(".accuracy path.line.run").count() == 0
    stage_is_free(second, app)
    button(first, "Cancel").click()
    expect(status(second)).to_contain_text("Done: 10,000", timeout=60_000)
    expect(status(first)).to_contain_text(STOPPED)
    assert ("Softmax (your run, 10,000 digits)", "FGSM") in table_of(second)


def stage_is_free(page: Page, app: App) -> None:
    """While someone's run goes on, another visitor can still attack a digit."""
    show_tab(page, "attack")
    stage = Stage(page)
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    show_tab(page, "test-set")


def test_bad_epsilons_get_a_sentence(page: Page, bare: App) -> None:
    open_tab(page, bare.url, "test-set")
    for epsilons, words in (
        ("0 nan", "Epsilon nan is out of range; here it goes from 0 to 0.50."),
        ("a tenth", "'a' is not a number; epsilons are such as 0 0.10 0.20."),
        ("", "No epsilons are given; they must be numbers such as 0 0.10 0.20."),
        ("0 .1 .7", "Epsilon .7 is out of range; here it goes from 0 to 0.50."),
        ("<b>1</b>", "'<b>1</b>' is not a number"),
    ):
        set_epsilons(page, epsilons)
        page.locator("#run").get_by_label("Epsilons").press("Enter")
        expect(status(page)).to_contain_text(words)
        assert not [name for name, _ in table_of(page) if "your run" in name]
        assert page.locator(".accuracy path.line.run").count() == 0


def test_without_the_test_set(page: Page, bare: App) -> None:
    """The page says so and uses the built-in digits; a download says that there is no network."""
    stage = open_tab(page, bare.url, "test-set")
    note = page.get_by_text(
        "MNIST's 10,000 test digits are not on this machine, so runs use the 1,000 built-in digits."
    )
    get = button(page, "Download the test set (2 MB)")
    expect(note).to_be_visible()
    expect(page.locator(".survey .which")).to_have_text("FGSM on the 1,000 built-in digits")
    expect(page.locator(".breaking .lead")).to_contain_text("Of the 1,000 built-in digits")
    assert page.locator(".accuracy path.line").count() == 9  # the cards are of the test set
    get.click()
    expect(status(page)).to_contain_text("The test set could not be downloaded", timeout=60_000)
    expect(status(page)).to_contain_text("The 1,000 built-in digits work without it.")
    expect(note).to_be_visible()
    expect(get).to_be_visible()
    click_a_tile(stage, "builtin")
    assert sources(page) == ["built-in digits"]


def sources(page: Page) -> list[str]:
    """Of which digits one can be called by its number."""
    return page.locator(".by-number option:not([disabled])").all_text_contents()


def test_the_test_set_is_used_as_soon_as_it_has_come(
    page: Page, tmp_path: Path, mnist_root: Path
) -> None:
    root = tmp_path / "mnist"
    with (
        (tmp_path / "log").open("w") as log,
        running_app(log, MNIST_ROOT=str(root), **OFFLINE) as app,
    ):
        stage = open_tab(page, app.url, "test-set")
        expect(page.locator(".survey .which")).to_contain_text("built-in")
        shutil.copytree(mnist_root / "MNIST" / "raw", root / "MNIST" / "raw")
        button(page, "Download the test set (2 MB)").click()  # which finds that it is there
        note = page.get_by_text("MNIST's 10,000 test digits are not on this machine")

        def is_known() -> None:
            expect(note).to_be_hidden()
            expect(button(page, "Download the test set (2 MB)")).to_be_hidden()
            expect(page.locator(".survey .which")).to_have_text(
                "FGSM on MNIST's 10,000 test digits"
            )

        expect(status(page)).to_contain_text("MNIST's 10,000 test digits are here now.")
        is_known()
        show_tab(page, "attack")
        expect(page.locator(".by-number select")).to_be_enabled()
        assert sources(page) == ["built-in digits", "MNIST test digits"]
        stage.open(app.url)  # and it stays so for the next visitor
        show_tab(page, "test-set")
        is_known()
