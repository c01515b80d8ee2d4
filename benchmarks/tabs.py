"""What the tabs cost: a run over the test set through the page, and the pictures that explain.

    python -m benchmarks.tabs [--export] [--json] [--check]

The run is FGSM at the article's 7 epsilons on LeNet: from the click to the last figure on the page,
in real Chromium, compared with the computing time that `python -m fgsm.evaluate` reports; the two
are timed alternately. Without MNIST's test set both take the 1,000 built-in digits, which is too
short a run to say much.

A picture is timed from the moment its tab is opened on a new digit, scrolled to the picture, until
it has been drawn and a frame has been painted; the figure is the median over digits. The survey
(counts, histogram and the grid's thirty pictures) is timed in the same way, from the click on
another model.

    run through the page       <= 1.3 of the command's time
    picture 1, directions      <= 300 ms
    picture 2, linearity       <= 300 ms
    picture 3, dimension       <= 300 ms
    picture 4, church window   <= 300 ms
    picture 5, eight bits      <= 300 ms
    picture 6, defence         <= 300 ms
    survey of another model    <= 500 ms
"""

import json
import os
import re
import subprocess
import sys
import time
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import common
from benchmarks.visit import Visit, in_a_file, on_a_server, visit
from fgsm.catalogue import LENET
from fgsm.digits import mnist_available
from tests.browser import ROOT, Stage, mnist_root

EXPORT = """The same without a server: the page in one file, on a disk, the browser offline.

Its runs are on the 1,000 built-in digits, computed in one worker by plain JavaScript. PyTorch does
the same several times faster on the same machine; how many times is measured: both pages run in
turn, and the figures are digits a second from the click to the last figure on the page. The church
windows are 3,362 passes through a network, which take a second; other answers do not wait for them.

    run, digits a second              >= 100
    a server's, times as many         <= 20
    picture 1, directions             <= 300 ms
    picture 2, linearity              <= 300 ms
    picture 3, dimension              <= 300 ms
    picture 4, church window          <= 1500 ms
    picture 5, eight bits             <= 300 ms
    picture 6, defence                <= 300 ms
    survey of another model           <= 500 ms
"""

ROUNDS = 3
DIGITS = 10
PICTURES = ("directions", "linearity", "dimension", "church window", "eight bits", "defence")

# Opens the tab at a picture that was drawn before; returns the milliseconds until it is drawn anew.
LOOK = """async (i) => {
  const figure = document.querySelectorAll(".step .figure")[i];
  const drawn = new Promise((done) => {
    new MutationObserver((_, observer) => {
      if (figure.ariaBusy === "true") return;
      observer.disconnect();
      done();
    }).observe(figure, { attributeFilter: ["aria-busy"] });
  });
  document.querySelector("#how-button").click();
  while (!figure.checkVisibility()) await new Promise((done) => setTimeout(done, 1));
  const start = performance.now();
  figure.scrollIntoView({ block: "start" });
  await drawn;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""

# Clicks the models in turn; returns the milliseconds until each one's survey is shown.
SURVEY = """async (clicks) => {
  const survey = document.querySelector(".survey");
  const buttons = [...survey.querySelectorAll(".models button")];
  const times = [];
  for (let i = 1; i <= clicks; i++) {
    const start = performance.now();
    buttons[i % buttons.length].click();
    while (survey.ariaBusy === "true") await new Promise((done) => setTimeout(done, 1));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""


def seconds_of_command() -> float:
    """The computing time that the command reports: without importing or reading files."""
    command = [sys.executable, "-m", "fgsm.evaluate", "--weights", LENET.key, "--json"]
    if not mnist_available():
        command.append("--builtin")
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    seconds: float = json.loads(printed)["seconds"]
    return seconds


def seconds_of_page(page: Page) -> float:
    """From the click to the last figure on the page."""
    start = time.perf_counter()
    page.click("#run [type=submit]")
    for word in ("Running", "Done"):
        # Every 50 ms: looking at every frame would slow down the run that is measured.
        page.wait_for_function(
            "(word) => document.querySelector('#run-status p').textContent.startsWith(word)",
            arg=word,
            polling=50,
        )
    return time.perf_counter() - start


def digits_a_second(page: Page) -> float:
    """Of a run through the page: as many as it says that it took."""
    seconds = seconds_of_page(page)
    said = page.locator("#run-status p").inner_text()
    found = re.match(r"Done: ([\d,]+) of", said)
    assert found, said
    return int(found[1].replace(",", "")) / seconds


def milliseconds_of_picture(stage: Stage, i: int) -> list[float]:
    """The time for each of some digits that the picture has not shown yet."""
    times = []
    for n in range(DIGITS):
        with stage.answered():
            index = 97 * (DIGITS * i + n + 1) % 1000
            stage.page.evaluate("(index) => { location.hash = `d=${index}&e=0.1` }", index)
        times.append(stage.page.evaluate(LOOK, i))
    return times


def open_test_set(seen: Visit) -> None:
    """Open the page and the tab, and run once, which reads the digits."""
    seen.stage.open(seen.url)
    seen.page.click("#test-set-button")
    seen.page.wait_for_selector(".survey[aria-busy=false]")
    seconds_of_page(seen.page)


def explained(seen: Visit) -> tuple[dict[str, float], dict[str, object]]:
    """What is claimed of both pages: the survey, and the pictures that explain."""
    page = seen.page
    surveys = page.evaluate(SURVEY, DIGITS)
    page.click("#how-button")
    for figure in page.locator(".step .figure").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("aria-busy", "false")
    pictures = [milliseconds_of_picture(seen.stage, i) for i in range(len(PICTURES))]
    measured = {
        f"picture {i}, {name}": median(times)
        for i, (name, times) in enumerate(zip(PICTURES, pictures, strict=True), 1)
    }
    measured["survey of another model"] = median(surveys)
    details: dict[str, object] = {
        "slowest picture, ms": round(max(map(max, pictures))),
        "slowest survey, ms": round(max(surveys)),
    }
    return measured, details


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, and the times behind them."""
    with visit(on_a_server) as seen:
        open_test_set(seen)
        commands, pages = [], []
        for _ in range(ROUNDS):
            commands.append(seconds_of_command())
            pages.append(seconds_of_page(seen.page))
        measured, details = explained(seen)
    measured["run through the page"] = median(pages) / median(commands)
    details |= {
        "digits": "test set" if mnist_available() else "built-in",
        "command, s": [round(each, 2) for each in commands],
        "page, s": [round(each, 2) for each in pages],
    }
    return measured, details


def measure_export() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims without a server; the runs are those of both pages in turn."""
    with (
        sync_playwright() as playwright,
        visit(in_a_file, playwright=playwright) as seen,
        visit(on_a_server, playwright=playwright) as beside,
    ):
        open_test_set(seen)
        open_test_set(beside)
        here, there = [], []
        for _ in range(ROUNDS):
            here.append(digits_a_second(seen.page))
            there.append(digits_a_second(beside.page))
        measured, details = explained(seen)
    measured["run, digits a second"] = median(here)
    measured["a server's, times as many"] = median(there) / median(here)
    details |= {
        "a server's digits": "test set" if mnist_available() else "built-in",
        "in the page, digits a second": [round(each) for each in here],
        "on the server, digits a second": [round(each) for each in there],
    }
    return measured, details


if __name__ == "__main__":
    os.environ["MNIST_ROOT"] = str(mnist_root())  # where the tests look too
    common.run(__doc__, measure, export=(EXPORT, measure_export))
