"""What an audience feels: a presentation in real Chromium, on a projector of 1920 x 1080.

    python -m benchmarks.presenting [--export] [--json] [--check]

Epsilon is on its way across the breaking point in the talk's third step. Every place on the way is
counted at which the thumb has moved; the picture is that of the epsilon below it. In a second count
a script moves epsilon in each frame, and a move counts only if its picture is there by the next
frame, as `benchmarks.interaction` counts. A step is timed from its key until its pictures have been
painted. All steps of the talk are fetched at its start; then no request may be made. A link is
timed from the moment the page is ready to ask until the stage shows what the link says.

    glide, updates per second      >= 55
    scripted, updates per second   >= 55
    step to painted, median        <= 100 ms
    requests in a talk             <= 0
    link to shown, median          <= 150 ms
    requests to other hosts        <= 0
"""

from functools import partial
from statistics import median

from playwright.sync_api import Page

from benchmarks import common
from benchmarks.interaction import p95
from benchmarks.visit import Place, in_a_file, on_a_server, visit

EXPORT = """The same without a server: the page in one file, on a disk, the browser offline.

A link has to wait until the worker has started, and has read what it computes with.

    glide, updates per second      >= 55
    scripted, updates per second   >= 55
    step to painted, median        <= 100 ms
    requests in a talk             <= 0
    link to shown, median          <= 250 ms
    requests to other hosts        <= 0
"""

MOVES = 200
ROUNDS = 4
LINKS = (
    "d=210&e=0.2&a=fgsm&m=lenet",
    "d=798&e=0.1&a=random&m=lenet",
    "d=403&e=0.3&a=fgsm&m=lenet&twin=1",
    "d=686&e=0.05&a=targeted&to=3&m=lenet-robust",
    "d=5&e=0.15&a=fgsm&m=softmax&view=change",
)

# The times at which the thumb has moved, until it rests.
GLIDE = """() => new Promise((done) => {
  const times = [];
  const thumb = document.querySelector(".present .thumb");
  let timer;
  new MutationObserver(() => {
    times.push(performance.now());
    clearTimeout(timer);
    timer = setTimeout(() => done(times), 1500);
  }).observe(thumb, { attributeFilter: ["style"] });
})"""

# Moves the stage's slider, which is out of sight, in every animation frame; returns how many moves
# a second were shown in time.
SCRIPTED = """async (moves) => {
  const range = document.querySelector("#fgsm-epsilon");
  const root = document.querySelector(".present");
  const frame = () => new Promise(requestAnimationFrame);
  const start = performance.now();
  let inTime = 0;
  for (let move = 0; move < moves; move++) {
    const wanted = (move * 7) % 101;
    range.value = wanted / 200;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
    if (Number(root.dataset.epsilon) === wanted) inTime += 1;
  }
  return (1000 * inTime) / (performance.now() - start);
}"""

# Presses a key; returns the milliseconds until the pictures of the step have been painted.
STEP = """async (key) => {
  const root = document.querySelector(".live");
  const frame = () => new Promise(requestAnimationFrame);
  const before = root.dataset.shown;
  const start = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  while (root.dataset.shown === before) await new Promise((done) => setTimeout(done));
  await frame();
  await new Promise((done) => setTimeout(done));
  return performance.now() - start;
}"""


def milliseconds_of_link(page: Page, url: str) -> float:
    """From the page being ready to ask until it shows what the link says."""
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_function("performance.getEntriesByName('fgsm-restored').length > 0")
    duration: float = page.evaluate(
        """() => {
             const [ready, shown] = ["fgsm-ready", "fgsm-restored"]
               .map((name) => performance.getEntriesByName(name)[0].startTime);
             return shown - ready;
           }"""
    )
    return duration


def measure_of(place: Place) -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, for the page at a place."""
    with visit(place, width=1920, height=1080) as seen:
        page = seen.page
        seen.stage.open(seen.url)  # once, to warm the browser's cache
        links = [
            milliseconds_of_link(page, f"{seen.url}#{link}") for link in LINKS for _ in range(2)
        ]

        page.goto("about:blank")
        seen.stage.open(f"{seen.url}?present&tour=talk")
        page.wait_for_selector(".present[data-fetched]")
        page.wait_for_load_state("networkidle")
        asked = len(seen.requests)
        page.keyboard.press("PageDown")
        page.wait_for_timeout(500)
        page.keyboard.press("PageDown")
        times = page.evaluate(GLIDE)
        glide = 1000 * (len(times) - 1) / (times[-1] - times[0])
        scripted = page.evaluate(SCRIPTED, MOVES)
        steps = []
        for _ in range(ROUNDS):
            page.keyboard.press("Home")
            page.wait_for_timeout(300)
            steps += [page.evaluate(STEP, "PageDown") for _ in range(5)]
        page.wait_for_timeout(500)
        asked = len(seen.requests) - asked
        foreign = seen.foreign()
    measured = {
        "glide, updates per second": glide,
        "scripted, updates per second": scripted,
        "step to painted, median": median(steps),
        "requests in a talk": asked,
        "link to shown, median": median(links),
        "requests to other hosts": len(foreign),
    }
    details: dict[str, object] = {
        "glide, frames": len(times),
        "step to painted, p95, ms": round(p95(steps), 1),
        "link to shown, p95, ms": round(p95(links), 1),
    }
    return measured, details


if __name__ == "__main__":
    common.run(
        __doc__,
        partial(measure_of, on_a_server),
        export=(EXPORT, partial(measure_of, in_a_file)),
    )
