"""What a visit costs: requests, bytes on the wire, the server's time, and many visitors at once.

    python -m benchmarks.page [--export] [--json] [--check]

Two visits are real ones, in Chromium: the first has nothing in its cache, the second comes back.
Then a plain client asks for all that the first visit asked for, over six connections, as a browser
would: once for the server's time, and for 50 and for 200 visitors at once. Client and server share
this machine, and the server computes nothing meanwhile. Its time and memory are read from /proc, so
this needs Linux.

    first visit, requests           <= 145
    first visit, on the wire        <= 640 KB
    second visit, requests          <= 6
    second visit, on the wire       <= 3 KB
    server's time for a cold page   <= 80 ms
    50 visitors at once, p95        <= 3 s
    200 visitors at once, slowest   <= 15 s
    answers that were errors        <= 0
    memory after 250 visitors       <= 1.1 of that before
"""

import http.client
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks import common
from benchmarks.host import Host, hosted
from benchmarks.interaction import p95
from benchmarks.visit import in_a_file, visit
from fgsm.export.write import files, one_file
from tests.browser import App, Stage, launch_browser, running_app

EXPORT = """The same without a server: the folder on a host for files, and the one file on a disk.

The host is on this machine, and sends files with gzip, as such hosts do. When the page has what it
needs, all files are fetched once more, to be kept for visits without a network. The file is opened
by browsers that have never seen it. A pick at once is made as soon as the page is ready, while its
engine is still being started: from the opening of the page until the first part is painted.

    first visit, requests               <= 8
    first visit, on the wire            <= 600 KB
    with all that is kept, on the wire  <= 1200 KB
    second visit, requests              <= 1
    one file, size                      <= 1.5 MB
    one file, ready                     <= 1000 ms
    one file, a pick at once            <= 1500 ms
"""

CONNECTIONS = 6
"""How many a browser opens to one host."""
ALONE = 10
"""Visitors who come one after the other, for the server's time."""
FRESH = 5
"""Browsers that open the one file."""

# As soon as the page is ready, a digit is picked; when was that, and when was it painted?
PICK_AT_ONCE = """
window.atOnce = new Promise((done) => {
  const frame = () => new Promise(requestAnimationFrame);
  new PerformanceObserver(async (marks) => {
    const mark = marks.getEntriesByName("fgsm-ready")[0];
    if (!mark) return;
    document.querySelectorAll(".thumbnails button")[1].click();
    const root = document.querySelector(".live");
    while (!root.dataset.shown) await new Promise((later) => setTimeout(later, 1));
    await frame();
    await frame();
    done([mark.startTime, performance.now()]);
  }).observe({ type: "mark" });
});"""


@dataclass
class Visit:
    """What one visit asked the server for."""

    paths: list[str] = field(default_factory=list)
    """What it asked for with GET, in this order, whether or not it was in the cache."""
    requests: int = 0
    """How many went to the server."""
    size: int = 0
    """Bytes on the wire."""


def visited(context: BrowserContext, url: str) -> Visit:
    """Open the page, and wait until it asks for nothing more."""
    visit = Visit()
    kept: set[str] = set()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")

    def note_request(event: dict[str, Any]) -> None:
        asked = event["request"]
        if asked["url"].startswith(url) and asked["method"] == "GET":
            visit.paths.append("/" + asked["url"].removeprefix(url))

    def note_answer(event: dict[str, Any]) -> None:
        answer = event["response"]
        is_kept = answer["fromDiskCache"] or event["requestId"] in kept
        visit.requests += answer["url"].startswith(url) and not is_kept

    def note_end(event: dict[str, Any]) -> None:
        visit.size += int(event["encodedDataLength"])

    session.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    session.on("Network.requestWillBeSent", note_request)
    session.on("Network.responseReceived", note_answer)
    session.on("Network.loadingFinished", note_end)
    Stage(page).open(url)
    page.wait_for_load_state("networkidle")
    page.close()
    return visit


def seconds(app: App) -> float:
    """The computing time of the app's process so far."""
    numbers = Path(f"/proc/{app.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def memory(app: App) -> float:
    """Of the app's process, in MB."""
    pages = Path(f"/proc/{app.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def fetched(app: App, paths: list[str]) -> int:
    """Ask for paths, one after the other over one connection; returns how many were refused."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=120)
    refused = 0
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"})
        answer = connection.getresponse()
        answer.read()
        refused += answer.status != 200
    connection.close()
    return refused


def cold_page(app: App, paths: list[str], _visitor: int = 0) -> tuple[float, int]:
    """The seconds that a visitor waits for everything, and how much of it was refused."""
    start = time.perf_counter()
    page, *files = paths
    refused = fetched(app, [page])
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        parts = [files[i::CONNECTIONS] for i in range(CONNECTIONS)]
        refused += sum(threads.map(partial(fetched, app), parts))
    return time.perf_counter() - start, refused


def at_once(app: App, paths: list[str], visitors: int) -> tuple[list[float], int]:
    """Each visitor's seconds, and how many answers were errors."""
    with ThreadPoolExecutor(visitors) as threads:
        visits = list(threads.map(partial(cold_page, app, paths), range(visitors)))
    return [waited for waited, _ in visits], sum(refused for _, refused in visits)


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims."""
    with (
        tempfile.TemporaryFile("w") as log,
        running_app(log) as app,
        sync_playwright() as playwright,
    ):
        browser = launch_browser(playwright)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        first, second = (visited(context, app.url) for _ in range(2))
        browser.close()
        before, resident = seconds(app), memory(app)
        alone = [cold_page(app, first.paths) for _ in range(ALONE)]
        cost = (seconds(app) - before) / ALONE
        fifty, errors_of_fifty = at_once(app, first.paths, 50)
        many, errors_of_many = at_once(app, first.paths, 200)
        left = memory(app)
    measured = {
        "first visit, requests": first.requests,
        "first visit, on the wire": first.size / 1024,
        "second visit, requests": second.requests,
        "second visit, on the wire": second.size / 1024,
        "server's time for a cold page": 1000 * cost,
        "50 visitors at once, p95": p95(fifty),
        "200 visitors at once, slowest": max(many),
        "answers that were errors": sum(n for _, n in alone) + errors_of_fifty + errors_of_many,
        "memory after 250 visitors": left / resident,
    }
    details: dict[str, object] = {
        "one visitor, ms": round(1000 * min(waited for waited, _ in alone)),
        "200 visitors at once, p95, s": round(p95(many), 2),
        "memory, MB": f"{resident:.0f}, then {left:.0f}",
    }
    return measured, details


def opened_at_host(context: BrowserContext, host: Host, is_kept: bool) -> tuple[list[str], float]:
    """Open the host's page; returns the paths asked for, and the KB that the host sent.

    Args:
        context: a visitor.
        host: the host.
        is_kept: wait until all files are kept for visits without a network.
    """
    asked, sent = len(host.requests), host.sent
    page = context.new_page()
    Stage(page).open(host.url)
    page.wait_for_load_state("networkidle")
    if is_kept:
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.close()
    return host.requests[asked:], (host.sent - sent) / 1024


def measure_export() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims without a server."""
    with hosted(files()) as host, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        plain = browser.new_context(service_workers="block")
        first, size = opened_at_host(plain, host, is_kept=False)
        context = browser.new_context()
        _, whole = opened_at_host(context, host, is_kept=True)
        second, _ = opened_at_host(context, host, is_kept=True)
        browser.close()
    fresh = [opened_afresh() for _ in range(FRESH)]
    measured = {
        "first visit, requests": len(first),
        "first visit, on the wire": size,
        "with all that is kept, on the wire": whole,
        "second visit, requests": len(second),
        "one file, size": len(one_file().encode()) / 1e6,
        "one file, ready": median(ready for ready, _ in fresh),
        "one file, a pick at once": median(picked for _, picked in fresh),
    }
    details: dict[str, object] = {
        "asked for in a first visit": " ".join(first),
        "asked for in a second visit": " ".join(second),
    }
    return measured, details


def opened_afresh() -> tuple[float, float]:
    """The milliseconds until the file is ready, and until a pick that is made then is painted."""
    with visit(in_a_file) as seen:
        seen.page.add_init_script(PICK_AT_ONCE)
        seen.page.goto(seen.url)
        ready, picked = seen.page.evaluate("atOnce")
    return ready, picked


if __name__ == "__main__":
    common.run(__doc__, measure, export=(EXPORT, measure_export))
