"""What the tabs cost: a run over the test set through the page, and the pictures that explain.

    python -m benchmarks.tabs [--json] [--check]

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
import subprocess
import sys
import tempfile
import time
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks import common
from fgsm.catalogue import LENET
from fgsm.digits import mnist_available
from tests.browser import ROOT, Stage, launch_browser, mnist_root, running_app

ROUNDS = 3
DIGITS = 10
PICTURES = ("directions", "linearity", "dimension", "church window", "eight bits", "defence")

# Opens the tab at a picture; returns the milliseconds until it is drawn.
LOOK = """async (i) => {
  const settled = (test) => new Promise((done) => {
    const ask = () => (test() ? done() : setTimeout(ask, 1));
    ask();
  });
  document.querySelector("#how-button").click();
  await settled(() => document.querySelectorAll(".step")[i]?.checkVisibility());
  const figure = document.querySelectorAll(".step .figure")[i];
  const start = performance.now();
  figure.scrollIntoView({ block: "start" });
  await settled(() => figure.ariaBusy === "true");
  await settled(() => figure.ariaBusy === "false");
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


def milliseconds_of_picture(stage: Stage, i: int) -> list[float]:
    """The time for each of some digits that the picture has not shown yet."""
    times = []
    for n in range(DIGITS):
        with stage.answered():
            stage.show({"index": 97 * (DIGITS * i + n + 1) % 1000}, 0.1)
        times.append(stage.page.evaluate(LOOK, i))
    return times


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, and the times behind them."""
    os.environ["MNIST_ROOT"] = str(mnist_root())  # where the tests look too
    with (
        tempfile.TemporaryFile("w") as log,
        running_app(log) as app,
        sync_playwright() as playwright,
    ):
        browser = launch_browser(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        stage = Stage(page)
        stage.open(app.url)
        page.click("#test-set-button")
        page.wait_for_selector(".survey[aria-busy=false]")
        seconds_of_page(page)  # reads the test set
        commands, pages = [], []
        for _ in range(ROUNDS):
            commands.append(seconds_of_command())
            pages.append(seconds_of_page(page))
        surveys = page.evaluate(SURVEY, DIGITS)
        pictures = [milliseconds_of_picture(stage, i) for i in range(len(PICTURES))]
        browser.close()
    measured = {"run through the page": median(pages) / median(commands)}
    for i, (name, times) in enumerate(zip(PICTURES, pictures, strict=True), 1):
        measured[f"picture {i}, {name}"] = median(times)
    measured["survey of another model"] = median(surveys)
    details: dict[str, object] = {
        "digits": "test set" if mnist_available() else "built-in",
        "command, s": [round(each, 2) for each in commands],
        "page, s": [round(each, 2) for each in pages],
        "slowest picture, ms": round(max(map(max, pictures))),
        "slowest survey, ms": round(max(surveys)),
    }
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure)
