"""A browser that computes six times slower, as a phone beside a laptop.

Chromium's own throttling (`Emulation.setCPUThrottlingRate`) slows the page's main thread, but no
worker, and in the page without a server it is a worker that computes. So we do to the browser's
renderer processes from outside what Chromium does to that one thread: they are stopped and go on
in turn, all their threads at once. Whoever measures with this says how much slower a known
computation was in both threads (`how_much_slower`). Processes that put the picture on the screen
are not slowed; a phone has a GPU for that.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

TIMES = 6
RUNS = 0.002
"""Seconds for which processes run before they are stopped again; a frame takes 0.017."""
ROUNDS = 5

# Computes for about a tenth of a second, in the page or in a worker; returns the milliseconds.
KNOWN = """() => {
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < 1e8; i++) sum = (sum + i * 7) | 0;
  return performance.now() - start + 0 * sum;
}"""
START_WORKER = """(known) => {
  const code = `const known = ${known}; onmessage = () => postMessage(known());`;
  window.knowing = new Worker(URL.createObjectURL(new Blob([code])));
}"""
IN_WORKER = """() => new Promise((done) => {
  knowing.onmessage = ({ data }) => done(data);
  knowing.postMessage(null);
})"""


@contextmanager
def slowed(browser: Browser) -> Iterator[list[int]]:
    """The pages that are open in a browser, and their workers, compute six times slower.

    Gives the ids of their processes.
    """
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [each["id"] for each in processes if each["type"] == "renderer"]
    with held_back(pids):
        yield pids


@contextmanager
def held_back(pids: list[int]) -> Iterator[None]:
    """Processes run for a sixth of the time."""
    over = threading.Event()
    thread = threading.Thread(target=_hold_back, args=(pids, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _hold_back(pids: list[int], over: threading.Event) -> None:
    """Stop processes for five times as long as they run, again and again until it is over."""
    owed = 0.0  # seconds to wait; what a wait was too long is owed to them
    stopped = time.perf_counter()
    while not over.is_set():
        time.sleep(max(owed, 0))
        start = time.perf_counter()  # before they go on: they may take our place on the processor
        owed -= start - stopped
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        time.sleep(RUNS)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        stopped = time.perf_counter()
        owed += (TIMES - 1) * (stopped - start)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def how_much_slower(page: Page, pids: list[int]) -> dict[str, float]:
    """How many times longer a known computation takes than the processor computes for it.

    What else the machine does can only make it more.

    Args:
        page: a page that is slowed.
        pids: the processes that are slowed.
    """
    page.evaluate(START_WORKER, KNOWN)
    return {
        "times slower, page": _times(pids, lambda: page.evaluate(KNOWN)),
        "times slower, worker": _times(pids, lambda: page.evaluate(IN_WORKER)),
    }


def _times(pids: list[int], compute: Callable[[], float]) -> float:
    compute()  # compiles it
    before = _computed(pids)
    milliseconds = sum(compute() for _ in range(ROUNDS))
    # Of the thread that computes: to be stopped costs the other threads some time too.
    seconds = max(now - before.get(thread, 0) for thread, now in _computed(pids).items())
    return milliseconds / 1000 / seconds


def _computed(pids: list[int]) -> dict[str, float]:
    """Seconds of processor time that each thread of some processes has used, by its id."""
    threads = [thread for pid in pids for thread in Path(f"/proc/{pid}/task").iterdir()]
    return {
        thread.name: int((thread / "schedstat").read_text("ascii").split()[0]) / 1e9
        for thread in threads
    }
