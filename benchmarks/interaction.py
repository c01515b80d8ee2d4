"""What a visitor feels: the live stage in real Chromium, with the app on this machine.

    python -m benchmarks.interaction [--export | --phone] [--json] [--check]

Times are taken inside the page, from the first listener that hears an event until the frame with
its result has been painted: a message that our animation frame posts is delivered right after. The
slider is dragged and the strokes are drawn by the browser's own mouse. Since that mouse waits for
the page between two moves, updates per second are counted in a second drag, of one scripted move
per frame: a move counts only if it is on the page by the next frame. Under iterative FGSM the
picture at the epsilon shown comes first; the whole sweep is among the details.

    slider, event to painted, p95    <= 16.7 ms
    slider, updates per second       >= 55
    slider, requests                 <= 0
    pick to painted, median          <= 100 ms
    ten steps, first picture         <= 100 ms
    drawing, predictions per second  >= 10
    stroke, event to painted, p95    <= 16.7 ms
    page load to ready               <= 2000 ms
    message per pick                 <= 64 KiB
    requests to other hosts          <= 0
"""

import time
from statistics import median, quantiles

from playwright.sync_api import Page, Response

from benchmarks import common
from benchmarks.slowed import how_much_slower, slowed
from benchmarks.visit import Visit, in_a_file, on_a_server, visit
from fgsm.catalogue import FGSM, ITERATIVE

EXPORT = """The same without a server: the page in one file, on a disk, the browser offline.

Answers are computed in the page's own worker. A whole sweep is painted at once, unless the page has
found that it takes long on this machine.

    slider, event to painted, p95    <= 16.7 ms
    slider, updates per second       >= 55
    slider, requests                 <= 0
    pick to painted, median          <= 150 ms
    pick, whole sweep, median        <= 150 ms
    ten steps, first picture         <= 200 ms
    drawing, predictions per second  >= 10
    stroke, event to painted, p95    <= 16.7 ms
    page load to ready               <= 1000 ms
    requests but for the file        <= 0
"""

PHONE = """The page in one file as on a phone: its processes are six times slower.

`benchmarks.slowed` tells how: all of their threads alike, since Chromium's own throttling slows no
worker. How much slower the page and a worker compute then is measured, and claimed too. A sweep
comes in two parts: the epsilon that is shown is in the first, with every tenth of the others. All
101 take 202 passes through the network, half of them to know what saving in 8 bits would leave.

    times slower, page               >= 5.5
    times slower, worker             >= 5.5
    pick to painted, median          <= 300 ms
    pick, whole sweep, median        <= 700 ms
    page load to ready               <= 2500 ms
    requests but for the file        <= 0
"""

MOVES = 200
PICKS = 50
ITERATIVE_PICKS = 15
DRAWING = 3.0  # seconds

# Records, for each event of one kind on an element, how long its result took to be painted.
WATCH = """([selector, kind]) => {
  window.times = [];
  let heard;
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    times.push(performance.now() - heard);
    heard = undefined;
  };
  const target = document.querySelector(selector);
  document.addEventListener(kind, (event) => {
    if (event.target !== target || heard !== undefined) return;
    if (kind === "pointermove" && !event.buttons) return;
    heard = performance.now();
    requestAnimationFrame(() => painted.port2.postMessage(null));
  }, true);
}"""

# Moves the slider in every animation frame; returns how many moves a second were shown in time.
SCRUB = """(moves) => new Promise((done) => {
  const range = document.querySelector("#fgsm-epsilon");
  const root = document.querySelector(".live");
  const start = performance.now();
  let inTime = 0, wanted;
  const step = (move) => {
    if (wanted !== undefined && Number(root.dataset.epsilon) === wanted) inTime += 1;
    if (move === moves) return done((1000 * inTime) / (performance.now() - start));
    wanted = ((move * 7) % 101) / 200;
    range.value = wanted;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => step(move + 1));
  };
  requestAnimationFrame(() => step(0));
})"""

# Clicks one thumbnail after another. A pick is painted when its answer, or the first part of it, is
# on the screen; the whole is there when the page asks for no further part.
PICK = """async (picks) => {
  const root = document.querySelector(".live");
  const frame = () => new Promise(requestAnimationFrame);
  const times = [], wholes = [];
  for (let i = 0; i < picks; i++) {
    const before = root.dataset.shown;
    const begin = performance.now();
    document.querySelectorAll(".thumbnails button")[i % 48].click();
    while (root.dataset.shown === before) await new Promise((done) => setTimeout(done, 1));
    await frame();
    await frame();
    times.push(performance.now() - begin);
    while (root.dataset.asking === "true") await frame();
    wholes.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 400)); // the comparison has its turn
  }
  return [times, wholes];
}"""


def p95(values: list[float]) -> float:
    """The value that nineteen out of twenty stay below."""
    return quantiles(values, n=20)[-1]


def drag(page: Page) -> None:
    """Drag the slider to and fro with the mouse."""
    box = page.locator("#fgsm-epsilon").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for move in range(MOVES):
        part = 0.1 + 0.8 * abs((move * 7 % 200) / 100 - 1)
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()


def draw(page: Page, seconds: float) -> None:
    """Draw rings with the mouse for that many seconds."""
    page.click("#fgsm-tab-draw")
    box = page.locator(".pad").bounding_box()
    assert box is not None
    corners = [(0.5, 0.2), (0.75, 0.35), (0.75, 0.7), (0.5, 0.85), (0.25, 0.7), (0.25, 0.35)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for place in places:
            page.mouse.move(*place, steps=8)
    page.mouse.up()


def opened(seen: Visit) -> float:
    """Open the page; returns the milliseconds until it was ready."""
    seen.stage.open(seen.url)
    load: float = seen.page.evaluate("performance.getEntriesByName('fgsm-ready')[0].startTime")
    return load


Measured = dict[str, float]
Details = dict[str, object]


def felt(seen: Visit) -> tuple[Measured, Details]:
    """What is claimed of both pages."""
    page, stage = seen.page, seen.stage
    opened(seen)  # once, to warm the browser's cache, as on a visitor's second visit
    load = opened(seen)
    page.wait_for_timeout(500)

    asked = len(seen.requests)
    page.evaluate(WATCH, ["#fgsm-epsilon", "input"])
    drag(page)
    slider = page.evaluate("times")
    updates = page.evaluate(SCRUB, MOVES)
    asked = len(seen.requests) - asked

    picks, sweeps = page.evaluate(PICK, PICKS)
    with stage.answered():
        page.select_option(".attack-menu", ITERATIVE.key)
    firsts, wholes = page.evaluate(PICK, ITERATIVE_PICKS)
    with stage.answered():
        page.select_option(".attack-menu", FGSM.key)

    answers = stage.answers()
    page.evaluate(WATCH, [".pad", "pointermove"])
    draw(page, DRAWING)
    predictions = (stage.answers() - answers) / DRAWING
    strokes = page.evaluate("times")
    measured = {
        "slider, event to painted, p95": p95(slider),
        "slider, updates per second": updates,
        "slider, requests": asked,
        "pick to painted, median": median(picks),
        "pick, whole sweep, median": median(sweeps),
        "ten steps, first picture": median(firsts),
        "drawing, predictions per second": predictions,
        "stroke, event to painted, p95": p95(strokes),
        "page load to ready": load,
    }
    details: Details = {
        "slider, median, ms": round(median(slider), 2),
        "slider, moves painted": f"{len(slider)} of {MOVES}",
        "stroke, median, ms": round(median(strokes), 2),
        "pick to painted, p95, ms": round(p95(picks), 1),
        "ten steps, whole sweep, median, ms": round(median(wholes), 1),
    }
    return measured, details


def measure() -> tuple[Measured, Details]:
    """The figures of the claims, with a server."""
    responses: list[Response] = []
    with visit(on_a_server) as seen:
        seen.page.on("response", lambda response: responses.append(response))
        measured, details = felt(seen)
        answers = [each for each in responses if each.url.endswith("/fgsm/ask/attack")]
        sizes = [len(each.body()) for each in answers[:PICKS]]
        foreign = seen.foreign()
    del measured["pick, whole sweep, median"]  # under FGSM the server's answer is always whole
    measured["message per pick"] = max(sizes) / 1024
    measured["requests to other hosts"] = len(foreign)
    return measured, details


def measure_export() -> tuple[Measured, Details]:
    """The figures of the claims without a server."""
    with visit(in_a_file) as seen:
        measured, details = felt(seen)
        measured["requests but for the file"] = len(seen.foreign())
    return measured, details


def measure_phone() -> tuple[Measured, Details]:
    """The figures of the claims on a phone."""
    with visit(in_a_file, width=390, height=844) as seen:
        opened(seen)
        with slowed(seen.browser) as pids:
            slower = how_much_slower(seen.page, pids)
            loads = [opened(seen) for _ in range(3)]
            picks, sweeps = seen.page.evaluate(PICK, PICKS)
            seen.page.evaluate(WATCH, ["#fgsm-epsilon", "input"])
            drag(seen.page)
            slider = seen.page.evaluate("times")
        foreign = seen.foreign()
    measured = {
        **slower,
        "pick to painted, median": median(picks),
        "pick, whole sweep, median": median(sweeps),
        "page load to ready": median(loads),
        "requests but for the file": len(foreign),
    }
    details: Details = {
        "pick to painted, p95, ms": round(p95(picks), 1),
        "pick, whole sweep, p95, ms": round(p95(sweeps), 1),
        "slider, event to painted, p95, ms": round(p95(slider), 1),
    }
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure, export=(EXPORT, measure_export), phone=(PHONE, measure_phone))
