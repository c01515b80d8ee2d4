"""The tabs "Test set" and "How it works", and the tour, in a real browser."""

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect
from torch import Tensor

from fgsm.evaluate import attack_by_name, evaluate
from fgsm.model import load_model
from fgsm.survey import EPSILONS, breaking_points, harder_than, load_survey
from fgsm.ui import header
from fgsm.ui.cards import cards, error_and_confidence
from fgsm.ui.request import Request
from tests.browser import App, Stage, running_app

NAMES = {"lenet": "LeNet", "lenet-robust": "Robust LeNet", "softmax": "Softmax"}
ATTACKS = {
    "fgsm": "FGSM",
    "iterative": "iterative FGSM (10 steps)",
    "random": "random signs (control)",
    "pgd-40": "PGD, 40 steps",
}
FIGURES = ["directions", "linearity", "dimension", "church_window", "eight_bits", "gradients"]
TOUR = json.loads((Path(header.__file__).parent / "tour.json").read_text("utf-8"))
STOPPED = "Stopped: nothing is running for you now."
LONG = "Iterative FGSM (10 steps)"
OFFLINE = {
    name: value
    for proxy in ("http_proxy", "https_proxy", "all_proxy")
    for name, value in ((proxy, "http://127.0.0.1:9"), (proxy.upper(), "http://127.0.0.1:9"))
} | {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app without the test set, and without a network to fetch it."""
    folder = tmp_path_factory.mktemp("bare")
    log = folder / "log"
    settings = {"MNIST_ROOT": str(folder / "mnist"), "GRADIO_TEMP_DIR": str(folder), **OFFLINE}
    with log.open("w") as file, running_app(file, **settings) as app:
        yield app
    assert "Traceback" not in log.read_text()


def open_tab(page: Page, url: str, tab: str) -> Stage:
    stage = Stage(page)
    stage.open(url)
    show_tab(page, tab)
    return stage


def show_tab(page: Page, tab: str) -> None:
    page.click(f"#{tab}-button")
    expect(page.locator(f"#{tab}")).to_be_visible()
    if tab == "test-set":
        page.wait_for_selector(".survey[aria-busy=false]")


@pytest.fixture
def test_tab(page: Page, app: App, mnist_root: Path) -> Page:
    """The tab "Test set", on a machine that has it."""
    open_tab(page, app.url, "test-set")
    return page


@pytest.fixture
def how(page: Page, app: App) -> Stage:
    """The tab "How it works"."""
    return open_tab(page, app.url, "how")


def requests_of(page: Page) -> list[str]:
    """The server functions that the page calls from now on."""
    names: list[str] = []

    def note(data: str | None) -> None:
        if data and (found := re.search(r'"fn_name":\s*"(\w+)"', data)):
            names.append(found[1])

    page.on("request", lambda request: note(request.post_data))
    return names


# ---- accuracy, from the cards ----


def table_of(page: Page) -> dict[tuple[str, str], dict[float, str]]:
    """The table of accuracies: by model and attack, then by epsilon."""
    rows = page.locator(".accuracy table tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    epsilons = [float(name.removeprefix("ε = ")) for name in rows[0][2:]]
    return {(row[0], row[1]): dict(zip(epsilons, row[2:], strict=True)) for row in rows[1:]}


def test_the_table_is_the_cards(test_tab: Page) -> None:
    table = table_of(test_tab)
    assert len(table) == len(cards()) >= 9
    for series in cards():
        row = table[NAMES[series["model"]], ATTACKS[series["method"]]]
        expected = {r["epsilon"]: f"{100 * r['accuracy']:.2f} %" for r in series["results"]}
        assert {epsilon: cell for epsilon, cell in row.items() if cell} == expected


def test_the_curves_are_the_cards(test_tab: Page) -> None:
    for series in cards():
        dashes = {"fgsm": ":not(.dashed, .dotted)", "iterative": ".dashed", "random": ".dotted"}
        if series["method"] not in dashes:
            continue
        curve = test_tab.locator(f".accuracy path.line.{series['model']}{dashes[series['method']]}")
        places = re.findall(r"([\d.]+) ([\d.]+)", curve.get_attribute("d") or "")
        results = series["results"]
        epsilons, accuracies = ([r[key] for r in results] for key in ("epsilon", "accuracy"))
        assert [float(x) / 200 for x, _ in places] == pytest.approx(epsilons, abs=1e-3)
        assert [1 - float(y) / 100 for _, y in places] == pytest.approx(accuracies, abs=1e-4)
    assert test_tab.locator(".accuracy path.line").count() == 9
    assert test_tab.inner_text(".accuracy .y-title") == "accuracy, n = 10,000 digits"
    assert test_tab.inner_text(".accuracy .x-title") == "ε"


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
        curve = page.locator(f".accuracy path.line.{model}").first
        assert looks[name][0] == curve.evaluate("(path) => getComputedStyle(path).stroke")


def test_the_values_under_the_pointer(test_tab: Page) -> None:
    box = test_tab.locator(".accuracy svg").bounding_box()
    assert box is not None
    test_tab.mouse.move(box["x"] + 0.41 * box["width"], box["y"] + box["height"] / 2)
    tip = test_tab.locator(".accuracy .tip")
    expect(tip.locator(".tip-x")).to_have_text("ε = 0.2")
    (result,) = (
        r
        for series in cards()
        if (series["model"], series["method"]) == ("lenet", "fgsm")
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
    assert epsilons == ["ε = 0", "ε = 0.05", "ε = 0.1", "ε = 0.05"]
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(chart.locator(".tip-x")).to_have_text("ε = 0.5")
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
    expect(page.locator(".accuracy .tip-x")).to_have_text("ε = 0.2")
    page.wait_for_timeout(300)
    expect(page.locator(".accuracy .tip")).to_be_visible()
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
        assert of == ["card", series["model"], series["method"], "test"]
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
            "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }"
        )
    test_tab.click(".accuracy .copy")
    if allowed == "granted":
        expect(test_tab.locator(".accuracy .done")).to_have_text("Copied.")
        copied = test_tab.evaluate("navigator.clipboard.readText()")
    else:  # as over plain http from another machine
        expect(test_tab.locator(".accuracy .done")).to_contain_text("press Ctrl+C")
        copied = test_tab.evaluate("getSelection().toString()")
    lines = [line.split("\t") for line in copied.strip().splitlines()]
    assert lines[0][:3] == ["model", "attack", "ε = 0"]
    assert {(line[0], line[1]) for line in lines[1:]} == table_of(test_tab).keys()
    assert len({len(line) for line in lines}) == 1


# ---- a run ----


def choose(page: Page, label: str, name: str) -> None:
    page.locator(f"#run input[aria-label={label}]").click()
    page.get_by_role("option", name=name, exact=True).click()


def button(page: Page, name: str) -> Locator:
    return page.locator("#test-set").get_by_role("button", name=name, exact=True)


def set_epsilons(page: Page, text: str) -> None:
    page.locator("#run").get_by_label("Epsilons").fill(text)


def status(page: Page) -> Locator:
    return page.locator("#run-status p")


def cpu_seconds(app: App) -> float:
    """What the server has computed so far."""
    fields = Path(f"/proc/{app.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_share(app: App, page: Page, seconds: float) -> float:
    before = cpu_seconds(app)
    page.wait_for_timeout(1000 * seconds)
    return (cpu_seconds(app) - before) / seconds


@pytest.mark.parametrize("method", ["fgsm", "iterative", "random"])
def test_a_run_on_the_builtin_digits(
    page: Page, bare: App, builtin: tuple[Tensor, Tensor], method: str
) -> None:
    open_tab(page, bare.url, "test-set")
    choose(page, "Model", "Softmax")
    names = {"iterative": LONG, "random": "Random signs (control)"}
    if method in names:
        choose(page, "Attack", names[method])
    set_epsilons(page, ".25, 0 0.07")
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 1,000 of 1,000 built-in digits")
    expect(status(page)).to_contain_text("digits per second at 3 epsilons, on cpu")
    model = load_model("softmax", torch.device("cpu"))
    *_, evaluation = evaluate(model, *builtin, [0.0, 0.07, 0.25], attack_by_name(method))
    row = table_of(page)["Softmax (your run, 1000 digits)", ATTACKS[method]]
    found = {epsilon: float(cell.removesuffix(" %")) for epsilon, cell in row.items() if cell}
    # Another number of threads may round a digit on the border to the other side.
    assert found == {
        result.epsilon: pytest.approx(100 * result.accuracy, abs=0.11)
        for result in evaluation.results
    }
    curve = page.locator(".accuracy path.line.run").get_attribute("d") or ""
    assert len(re.findall(r"[\d.]+ [\d.]+", curve)) == 3
    assert page.get_attribute("#run-status progress", "value") == "1000"
    expect(page.locator(".accuracy .legend .run")).to_have_text("your run")


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
    assert progress == sorted(progress) and len(set(progress)) > 4
    assert any(0 < value < 10_000 and curves == 1 for value, curves in seen)
    table = table_of(page)
    ours, card = table["LeNet (your run, 10000 digits)", "FGSM"], table["LeNet", "FGSM"]
    measured = {epsilon for epsilon, cell in ours.items() if cell}
    assert measured == {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3}
    for epsilon in measured:
        ours_, theirs = (float(row[epsilon].removesuffix(" %")) for row in (ours, card))
        assert ours_ == pytest.approx(theirs, abs=0.03)
    with page.expect_download() as download:
        page.click(".accuracy .csv")
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 1 + sum(len(series["results"]) for series in cards()) + 7
    assert all(line.startswith("this device,lenet,fgsm,test,") for line in lines[-7:])


def test_cancel_leaves_nothing_running(test_tab: Page, app: App) -> None:
    page = test_tab
    choose(page, "Attack", LONG)
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Running: ", timeout=60_000)
    measures = Path("/proc/self/stat").exists()
    busy = cpu_share(app, page, 1) if measures else 0.0
    button(page, "Cancel").click()
    expect(status(page)).to_have_text(STOPPED, timeout=5_000)
    page.wait_for_timeout(2_000)  # for what may still be on its way
    assert status(page).inner_text() == STOPPED
    if measures:
        assert cpu_share(app, page, 1) < min(0.2, busy / 2)
    choose(page, "Attack", "FGSM")
    choose(page, "Model", "Softmax")
    set_epsilons(page, ".1")
    button(page, "Run").click()
    expect(status(page)).to_contain_text("Done: 10,000", timeout=60_000)


def test_what_arrives_after_the_cancel_does_not_stay(
    context: BrowserContext, app: App, mnist_root: Path
) -> None:
    """On a slow network, messages of the run are still on their way."""
    page = context.new_page()
    page.add_init_script(
        """const get = window.fetch;
           window.fetch = async (...request) => {
             const response = await get(...request);
             if (!String(request[0].url ?? request[0]).includes("queue/data")) return response;
             const late = new TransformStream({
               async transform(chunk, out) {
                 await new Promise((done) => setTimeout(done, 900));
                 out.enqueue(chunk);
               },
             });
             return new Response(response.body.pipeThrough(late), response);
           };"""
    )
    open_tab(page, app.url, "test-set")
    choose(page, "Attack", LONG)
    button(page, "Run").click()
    page.wait_for_timeout(1_500)
    page.evaluate(
        """() => {
             window.said = [];
             const look = () => said.push(document.querySelector("#run-status p").textContent);
             new MutationObserver(look).observe(document.querySelector("#run-status"),
               { childList: true, subtree: true, characterData: true });
           }"""
    )
    button(page, "Cancel").click()
    page.wait_for_function(
        "(stopped) => said.slice(said.indexOf(stopped)).some((line) => line.startsWith('Running'))",
        arg=STOPPED,
    )
    expect(status(page)).to_have_text(STOPPED)


def test_a_visitor_who_leaves_stops_the_run(test_tab: Page, app: App, browser: Any) -> None:
    choose(test_tab, "Attack", LONG)
    button(test_tab, "Run").click()
    expect(status(test_tab)).to_contain_text("Running: ", timeout=60_000)
    other = test_tab.context.new_page()
    test_tab.close()
    open_tab(other, app.url, "test-set")
    choose(other, "Model", "Softmax")
    set_epsilons(other, ".1")
    button(other, "Run").click()
    expect(status(other)).to_contain_text("Done: 10,000", timeout=60_000)


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
    expect(second.locator("#run-status")).to_contain_text("queue: 1/1")
    stage_is_free(second, app)
    button(first, "Cancel").click()
    expect(status(second)).to_contain_text("Done: 10,000", timeout=60_000)
    expect(status(first)).to_have_text(STOPPED)
    assert ("Softmax (your run, 10000 digits)", "FGSM") in table_of(second)


def stage_is_free(page: Page, app: App) -> None:
    """While somebody's run goes on, a digit is attacked all the same."""
    show_tab(page, "attack")
    stage = Stage(page)
    stage.pick(301)
    assert "a 3" in stage.text(".clean figcaption")
    show_tab(page, "test-set")


@pytest.mark.parametrize(
    ("epsilons", "words"),
    [
        ("0 nan", "Epsilon nan is out of range; here it goes from 0 to .5."),
        ("a tenth", "'a' is not a number; epsilons are such as 0 .1 .2."),
        ("", "they must be numbers such as 0 .1 .2."),
        ("0 .1 .7", "Epsilon .7 is out of range; here it goes from 0 to .5."),
        ("<b>1</b>", "'<b>1</b>' is not a number"),
    ],
)
def test_bad_epsilons_get_a_sentence(page: Page, bare: App, epsilons: str, words: str) -> None:
    open_tab(page, bare.url, "test-set")
    set_epsilons(page, epsilons)
    page.locator("#run").get_by_label("Epsilons").press("Enter")
    expect(status(page)).to_contain_text(words)
    assert not [name for name, _ in table_of(page) if "your run" in name]
    assert page.locator(".accuracy path.line.run").count() == 0


def test_without_the_test_set(page: Page, bare: App) -> None:
    """It is said, the built-in digits serve, and a download without network says what is wrong."""
    stage = open_tab(page, bare.url, "test-set")
    note = page.get_by_text("MNIST's 10,000 test digits are not on this machine")
    get = button(page, "Download the test set (11 MB)")
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
    expect(page.locator(".by-number")).to_be_hidden()


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
        button(page, "Download the test set (11 MB)").click()  # which finds that it is there
        note = page.get_by_text("MNIST's 10,000 test digits are not on this machine")

        def is_known() -> None:
            expect(note).to_be_hidden()
            expect(button(page, "Download the test set (11 MB)")).to_be_hidden()
            expect(page.locator(".survey .which")).to_have_text(
                "FGSM on MNIST's 10,000 test digits"
            )

        expect(status(page)).to_contain_text("MNIST's 10,000 test digits are here now.")
        is_known()
        show_tab(page, "attack")
        expect(page.locator(".by-number")).to_be_visible()
        stage.open(app.url)  # and so it stays for whoever comes next
        show_tab(page, "test-set")
        is_known()


# ---- digit by digit ----


def click_a_tile(stage: Stage, source: str, number: int = 7) -> None:
    """Open a digit of the grid, and see on the stage what its caption said."""
    page = stage.page

    def is_other(response: Response) -> bool:  # and not the first grid, which may come late
        data = response.request.post_data or ""
        return '"grid"' in data and '"seed":1}' not in data

    with page.expect_response(is_other) as answer:
        page.click(".others")
    rows = answer.value.json()["rows"]
    digits = [(row["k"], digit) for row in rows for digit in row["digits"]]
    k, digit = digits[number]
    caption = f"{digit['label']} → {digit['prediction']}"
    tile = page.locator(".rows .tile").nth(number)
    expect(tile).to_have_text(caption)
    # What the picture shows is compared with the stage's, pixel by pixel.
    pixels = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
                 .filter((_, i) => i % 4 === 0)"""
    picture = tile.locator("canvas").evaluate(pixels)
    with stage.answered():
        tile.click()
    expect(page.locator("#attack")).to_be_visible()
    assert stage.epsilon() == EPSILONS[k]
    assert stage.verdict() == f"Fooled: {caption}"
    shown = page.evaluate("fgsmStage.shown.request")
    assert (shown["source"], shown["index"], shown["method"]) == (source, digit["index"], "fgsm")
    assert len(picture) == 784 and len(set(picture)) > 10
    apart = sum(a != b for a, b in zip(picture, stage.picture("adversarial"), strict=True))
    assert apart <= 4  # alone or in a batch, a sign or two may round the other way


@pytest.mark.parametrize("number", [0, 14, 29])
def test_a_tile_leads_to_the_stage(page: Page, app: App, mnist_root: Path, number: int) -> None:
    stage = open_tab(page, app.url, "test-set")
    click_a_tile(stage, "test", number)
    if number == 0:
        assert page.input_value(".by-number input") != ""


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
    surveyed = load_survey(model, "test")
    assert page.inner_text(".breaking .lead") != before
    expect(page.locator(".breaking .lead")).to_contain_text(
        f"{int((~surveyed.right_before).sum())} were read wrongly before any attack"
    )
    k = int(page.input_value(".confusion input"))
    assert counts(page) == expected_counts(model, k)
    stage = Stage(page)
    with stage.answered():
        page.locator(".rows .tile").last.click()
    assert page.evaluate("fgsmStage.shown.request.model") == model
    assert stage.verdict().startswith("Fooled: ") and stage.epsilon() == 0.3


def counts(page: Page) -> list[list[int]]:
    numbers = page.locator(".confusion tbody button").all_inner_texts()
    return [[int(text or 0) for text in numbers[10 * i : 10 * i + 10]] for i in range(10)]


def expected_counts(model: str, k: int) -> list[list[int]]:
    surveyed = load_survey(model, "test")
    cells = torch.zeros(10, 10, dtype=torch.int64)
    for label, prediction in zip(
        surveyed.labels[surveyed.right_before].tolist(),
        surveyed.predictions[k, surveyed.right_before].tolist(),
        strict=True,
    ):
        cells[label, prediction] += 1
    rows: list[list[int]] = cells.tolist()
    return rows


def test_the_confusion_follows_epsilon_and_asks_nobody(test_tab: Page) -> None:
    page = test_tab
    assert counts(page) == expected_counts("lenet", 30)
    asked = requests_of(page)
    for k in (31, 60, 100, 0):
        page.locator(".confusion input").fill(str(k))
        assert page.inner_text(".confusion output") == f"{k / 200:.3f}".removesuffix("0")
        assert counts(page) == expected_counts("lenet", k)
    page.wait_for_timeout(300)
    assert asked == []
    assert sum(counts(page)[i][i] for i in range(10)) == sum(map(sum, counts(page)))  # at 0


def test_a_cell_lists_examples(test_tab: Page) -> None:
    page = test_tab
    cell = page.locator(".confusion [data-label='4'][data-prediction='9']")
    count = int(cell.inner_text())
    assert count > 10 and f"{count} of" in (cell.get_attribute("title") or "")
    cell.click()
    tiles = page.locator(".cell .tile")
    expect(tiles).to_have_count(10)
    assert tiles.all_inner_texts() == ["4 → 9"] * 10
    expect(page.locator(".cell p")).to_contain_text(f"{count} of class 4 read as 9 at ε = 0.15")
    page.locator(".confusion input").fill("40")
    expect(page.locator(".cell p")).to_contain_text("at ε = 0.20")
    stage = Stage(page)
    with stage.answered():
        tiles.first.click()
    assert stage.verdict() == "Fooled: 4 → 9" and stage.epsilon() == 0.2
    show_tab(page, "test-set")
    cell.click()
    expect(tiles).to_have_count(0)


@pytest.mark.parametrize("index", [403, 301, 105])
def test_the_mark_is_the_stages_digit(
    page: Page, app: App, mnist_root: Path, builtin: tuple[Tensor, Tensor], index: int
) -> None:
    stage = Stage(page)
    stage.open(app.url)
    if index != 403:
        stage.pick(index)
    point = stage.breaking_point()
    assert point
    expect(page.locator(".compare:not(.is-stale)")).to_be_visible()
    show_tab(page, "test-set")
    share = harder_than(load_survey("lenet", "test"), point)
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
        page.select_option(".method", "random")
    show_tab(page, "test-set")
    expect(page.locator(".breaking .mark")).to_be_hidden()
    expect(page.locator(".breaking .current")).to_have_text("")


def test_each_bar_of_the_breaking_points_is_read_out(test_tab: Page) -> None:
    page, reading = test_tab, test_tab.locator(".breaking .reading")
    counts = breaking_points(load_survey("lenet", "test")).counts.tolist()

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


# ---- how it works ----


def figure(page: Page, name: str) -> Locator:
    return page.locator("#how .figure").nth(FIGURES.index(name))


def look_at(page: Page, name: str) -> Locator:
    """Scroll to a figure, and wait until it is drawn."""
    found = figure(page, name)
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("aria-busy", "false")
    expect(found.locator("figcaption")).not_to_have_text("")
    return found


def test_figures_are_computed_when_looked_at(page: Page, app: App) -> None:
    asked = requests_of(page)
    stage = Stage(page)
    stage.open(app.url)
    page.wait_for_timeout(500)
    assert not set(asked) & set(FIGURES)  # nobody has opened the tab yet
    show_tab(page, "how")
    page.wait_for_timeout(1500)
    in_sight = page.locator("#how .figure").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().top < innerHeight)"
    )
    assert in_sight[0] and not any(in_sight[3:])
    seen = [name for name, is_in_sight in zip(FIGURES, in_sight, strict=True) if is_in_sight]
    assert sorted(set(asked) & set(FIGURES)) == sorted(seen)
    for name in FIGURES:
        drawn = look_at(page, name)
        lines = drawn.locator("path.line[d^=M]").count()
        colours = drawn.locator("canvas").evaluate_all(
            """(all) => all.map((canvas) => new Set(new Uint32Array(canvas.getContext("2d")
                 .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size)"""
        )
        assert lines > 1 or max(colours) > 1, name
    for name in FIGURES:
        assert asked.count(name) == 1, name
    assert page.locator("#how .figure").count() == len(FIGURES)


def test_figures_follow_the_stage_when_looked_at_again(how: Stage) -> None:
    page = how.page
    expect(look_at(page, "directions").locator("figcaption")).to_contain_text("a 4")
    look_at(page, "church_window")
    show_tab(page, "attack")
    asked = requests_of(page)
    how.pick(301)
    page.wait_for_timeout(800)
    assert "a 3" in how.text(".clean figcaption")
    assert not set(asked) & set(FIGURES)  # they are out of sight
    show_tab(page, "how")
    for name in FIGURES:
        drawn = look_at(page, name)
        if name in ("directions", "church_window"):
            expect(drawn.locator("figcaption")).to_contain_text("a 3")
    page.wait_for_timeout(300)
    assert sorted(name for name in asked if name in FIGURES) == sorted(FIGURES)


def test_three_directions_at_every_epsilon(how: Stage) -> None:
    drawn = look_at(how.page, "directions")
    assert "✗" in drawn.locator(".reading").nth(0).inner_text()
    for i in (1, 2):
        assert drawn.locator(".reading").nth(i).inner_text().startswith("✓ 4")
    asked = requests_of(how.page)
    drawn.locator("input").fill("0")
    texts = drawn.locator(".reading").all_inner_texts()
    assert len(set(texts)) == 1 and texts[0].startswith("✓ 4")  # all three are the digit itself
    assert drawn.locator("output").inner_text() == "0.00" and asked == []


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_finger_points_at_the_window_before_it_opens_a_point(how: Stage) -> None:
    page = how.page
    drawn = look_at(page, "church_window")
    canvas, where = drawn.locator("canvas").first, drawn.locator(".where").first
    box = canvas.bounding_box()
    assert box is not None
    cell = box["width"] / 41

    def tap(along: float, across: float) -> None:
        canvas.tap(position={"x": (20.5 + along) * cell, "y": (20.5 - across) * cell})

    tap(-10, 4)
    expect(where).to_contain_text(re.compile("^along −0.10, across 0.04: .*; tap again to see it$"))
    tap(12, 5)  # elsewhere
    expect(where).to_contain_text(re.compile("^along 0.12, across 0.05: .*; tap again to see it$"))
    with how.answered():
        tap(13, 4)  # near enough
    expect(page.locator("#attack")).to_be_visible()
    assert how.epsilon() == pytest.approx(0.17)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
@pytest.mark.parametrize(("along", "across"), [(15, 6), (12, 0), (-9, 0), (3, -16)])
def test_a_point_of_the_window_opens_on_the_stage(
    how: Stage, by: str, along: int, across: int
) -> None:
    page = how.page
    drawn = look_at(page, "church_window")
    canvas, where = drawn.locator("canvas").first, drawn.locator(".where").first
    if by == "mouse":
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        cell = box["width"] / 41
        place = {"x": (20.5 + along) * cell, "y": (20.5 - across) * cell}
        canvas.hover(position=place)  # type: ignore[arg-type]
    else:
        canvas.focus()
        for count, keys in ((along, "ArrowLeft ArrowRight"), (across, "ArrowDown ArrowUp")):
            for _ in range(abs(count)):
                page.keyboard.press(keys.split()[count > 0])
    said = re.fullmatch(r"along (\S+), across (\S+): read as (\d)", where.inner_text())
    assert said is not None
    assert [round(100 * float(part.replace("−", "-"))) for part in said.groups()[:2]] == [
        along,
        across,
    ]
    with how.answered():
        if by == "mouse":
            canvas.click(position=place)  # type: ignore[arg-type]
        else:
            page.keyboard.press("Enter")
    expect(page.locator("#attack")).to_be_visible()
    assert how.epsilon() == pytest.approx((abs(along) + abs(across)) / 100)
    assert how.reading("adversarial") == int(said[3])
    method = "ray" if across else "fgsm" if along > 0 else "reversed"
    assert page.input_value(".method") == method


def test_formulas_are_typeset(how: Stage) -> None:
    page = how.page
    expect(page.locator("#how .katex").nth(10)).to_be_attached()
    assert page.locator("#how .katex-error").count() == 0
    assert page.locator("#how .katex-display").count() >= 3
    texts = page.locator("#how .prose").evaluate_all(
        """(all) => all.map((each) => { const copy = each.cloneNode(true);
             for (const formula of copy.querySelectorAll(".katex")) formula.remove();
             return copy.textContent; }).join()"""
    )
    assert "$" not in texts and "\\" not in texts and "Direction, not size" in texts


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": w, "height": 900}} for w in (1280, 820, 390, 320)],
    indirect=True,
)
def test_no_formula_is_cut_off(how: Stage) -> None:
    wide = how.page.locator("#how .katex-display").evaluate_all(
        """(all) => all.filter((each) => {
             const edge = each.closest(".prose").getBoundingClientRect().right;
             return [...each.querySelectorAll(".base")].some((part) =>
               part.getBoundingClientRect().right > edge + 1);
           }).map((each) => each.textContent)"""
    )
    assert wide == []


def test_the_papers_table_has_our_cards(how: Stage) -> None:
    rows = how.page.locator(".paper tr").all_inner_texts()
    for name, words in (("softmax", "softmax regression"), ("lenet", "LeNet")):
        error, confidence = error_and_confidence(name, 0.25)
        assert any(
            row.startswith(f"{words}, ours") and error in row and confidence in row for row in rows
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_in_both_themes(page: Page, app: App, theme: str) -> None:
    """Neutral is neutral in either: in the church window, and in the gradients."""
    open_tab(page, f"{app.url}?__theme={theme}", "how")
    middle = """(canvas) => [...canvas.getContext("2d").getImageData(canvas.width / 2,
                  canvas.height / 2, 1, 1).data].slice(0, 3)"""
    window = look_at(page, "church_window").locator("canvas").first.evaluate(middle)
    corner = (
        """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data].slice(0, 3)"""
    )
    robust = look_at(page, "gradients").locator("canvas").nth(2).evaluate(corner)
    for colour in (window, robust):
        assert max(colour) - min(colour) < 12  # grey
        assert min(colour) > 180 if theme == "light" else max(colour) < 90


# ---- the tour ----


def test_the_tours_requests_can_be_answered() -> None:
    assert 6 <= len(TOUR) <= 10
    for step in TOUR:
        assert {"title", "text", "target"} <= step.keys()
        assert step.keys() <= {
            *("title", "text", "target", "show", "epsilon", "tab", "open", "side")
        }
        if "tab" in step:
            assert step["tab"] in ("test-set", "how")
        else:
            assert step["epsilon"] in EPSILONS
        if "show" in step:
            Request.parse(step["show"])


def check_step(stage: Stage, number: int) -> None:
    """The words of that step are shown, and it points at what it should, in sight."""
    page, step = stage.page, TOUR[number]
    expect(page.locator(".tour h2")).to_have_text(step["title"])
    expect(page.locator(".tour .count")).to_have_text(f"{number + 1} of {len(TOUR)}")
    target = page.locator(".is-pointed-at")
    page.wait_for_function(
        "(selector) => document.querySelector('.is-pointed-at')?.matches(selector)",
        arg=step["target"],
    )
    expect(target).to_have_count(1)
    expect(target).to_be_in_viewport()
    expect(target).to_have_css("outline-style", "solid")
    # The words do not hide it, or what of it fits the window.
    page.wait_for_function(
        """() => {
             const target = document.querySelector(".is-pointed-at");
             const box = target.getBoundingClientRect();
             const tour = document.querySelector(".tour").getBoundingClientRect();
             const shared = (from, to, min, max) =>
               Math.max(0, Math.min(to, max) - Math.max(from, min));
             const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
             const hidden = shared(box.left, box.right, tour.left, tour.right)
               * shared(top, bottom, tour.top, tour.bottom);
             return bottom > top && hidden < 0.35 * box.width * (bottom - top);
           }"""
    )
    # Of what is taller than the window one sees where it begins.
    page.wait_for_function(
        """() => {
             const { left, top } = document.querySelector(".is-pointed-at").getBoundingClientRect();
             return top >= 0 && !document.elementFromPoint(left + 5, top + 5).closest(".tour");
           }"""
    )
    if "tab" in step:
        expect(page.locator(f"#{step['tab']}")).to_be_visible()
    else:
        expect(page.locator("#attack")).to_be_visible()
        expect(page.locator(".fgsm")).to_have_attribute("data-asking", "false")
        stage.settle()
        assert stage.epsilon() == step["epsilon"]


@pytest.mark.parametrize("context", [DESKTOP, PHONE], indirect=True, ids=["desktop", "phone"])
def test_the_tour_from_start_to_end(stage: Stage) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(len(TOUR)):
        check_step(stage, number)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click(".tour .next")
    expect(page.locator(".tour")).to_be_hidden()
    assert page.locator(".is-pointed-at").count() == 0


def test_the_tour_tells_no_lies(stage: Stage) -> None:
    """What the words say of the stage is to be seen there."""
    page = stage.page
    page.click(".start-tour")
    verdicts = []
    for number, step in enumerate(TOUR):
        check_step(stage, number)
        if "tab" not in step:
            with_answer = step.get("show", {})
            if with_answer:
                page.wait_for_function(
                    "(wanted) => Object.entries(wanted).every(([name, value]) =>"
                    " fgsmStage.shown.request[name] === value)",
                    arg=with_answer,
                )
            panels = page.locator(".fgsm .verdict .words").count()
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


@pytest.mark.parametrize(
    ("step", "where"),
    [
        (0, ".tour .next"),
        (2, "#fgsm-epsilon"),
        (2, ".epsilon .number"),
        (3, ".method"),
        (7, "#run input[type=text] >> nth=-1"),
        (8, ".start-tour"),
        (4, None),
    ],
)
def test_escape_leaves_the_tour_from_anywhere(stage: Stage, step: int, where: str | None) -> None:
    page = stage.page
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


def test_arrow_keys_in_the_tour_keep_their_own_meaning(stage: Stage) -> None:
    page = stage.page
    page.click(".start-tour")
    for number in range(2):
        check_step(stage, number)
        page.click(".tour .next")
    check_step(stage, 2)
    page.focus("#fgsm-epsilon")
    page.keyboard.press("ArrowRight")
    stage.settle()
    assert stage.epsilon() == TOUR[2]["epsilon"] + 0.005  # the slider moved, the tour did not
    expect(page.locator(".tour .count")).to_have_text(f"3 of {len(TOUR)}")


# ---- every tab ----


def serious(page: Page, *selectors: str) -> list[str]:
    """What axe finds of weight in these parts of the page."""
    found = []
    for selector in selectors:
        options = {"resultTypes": ["violations"]}
        violations = Axe().run(page, context=selector, options=options).response["violations"]
        found += [
            f"{violation['id']}: {violation['nodes'][0]['html']}"
            for violation in violations
            if violation["impact"] in ("serious", "critical")
        ]
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, app: App, theme: str, mnist_root: Path) -> None:
    open_tab(page, f"{app.url}?__theme={theme}", "test-set")
    page.click(".accuracy summary")
    page.click(".confusion [data-label='4'][data-prediction='9']")
    expect(page.locator(".cell .tile")).to_have_count(10)
    assert serious(page, ".accuracy", ".survey") == []
    show_tab(page, "how")
    for name in FIGURES:
        look_at(page, name)
    assert serious(page, "#how") == []
    page.click(".start-tour")
    check_step(Stage(page), 0)
    assert serious(page, ".head", ".tour") == []


@pytest.mark.parametrize("context", [PHONE], indirect=True)
@pytest.mark.parametrize("tab", ["attack", "test-set", "how"])
def test_nothing_is_wider_than_a_phone(page: Page, app: App, mnist_root: Path, tab: str) -> None:
    open_tab(page, app.url, tab)
    if tab == "test-set":
        page.click(".accuracy summary")
        page.click(".confusion [data-label='4'][data-prediction='9']")
        expect(page.locator(".cell .tile")).to_have_count(10)
    if tab == "how":
        for name in FIGURES:
            look_at(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Nor is anything cut off: what is wider scrolls in a box of its own.
    wide = page.evaluate(
        """(tab) => [...document.querySelectorAll(`#${tab} *`)].filter((each) =>
             each.checkVisibility() && !each.closest(".scroll, svg, .katex")
             && each.getBoundingClientRect().right > 391)
             .map((each) => each.outerHTML.slice(0, 99))""",
        tab,
    )
    assert wide == []


def test_tabs_of_a_lost_server(browser: Browser, tmp_path: Path) -> None:
    """In a window of its own: Gradio complains of parts of its own that it fetches late."""
    errors: list[str] = []

    def note(error: str) -> None:
        if "/assets/" not in error:
            errors.append(error)

    with (tmp_path / "log").open("w") as log, running_app(log) as app:
        page = browser.new_page(**DESKTOP)  # type: ignore[arg-type]
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: note(str(error)))
        stage = Stage(page)
        stage.open(app.url)
        app.stop()
        page.click("#test-set-button")
        expect(page.locator(".survey .problem")).to_contain_text("The server does not answer")
        assert page.locator(".accuracy path.line").count() == 9  # the cards came with the page
        show_tab(page, "how")
        expect(figure(page, "directions").locator("figcaption")).to_contain_text(
            "The server does not answer"
        )
        assert serious(page, ".survey", "#how .figure") == []
        page.click(".start-tour")
        expect(page.locator(".tour")).to_be_visible()
        page.keyboard.press("Escape")
        stage.set_epsilon(0.3)
        assert stage.verdict().startswith("Fooled: 4")
        with_again = App(log, app.port)
        try:
            with_again.wait()
            show_tab_again(page)
        finally:
            with_again.stop()
        page.close()
    assert errors == []


def show_tab_again(page: Page) -> None:
    """Once the server is back, a click is enough."""
    page.click("#test-set-button")
    page.click(".survey [data-model=lenet]")
    expect(page.locator(".survey .problem")).to_be_hidden()
    expect(page.locator(".rows .tile")).to_have_count(30)
    page.click("#how-button")
    expect(look_at(page, "directions").locator("figcaption")).to_contain_text("a 4")
