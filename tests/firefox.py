"""Firefox, driven by WebDriver BiDi, a W3C protocol that Firefox itself speaks over a WebSocket.

Playwright would download a Firefox of its own; this needs only the Firefox of the machine. The
mouse is Firefox's own: events are trusted, and go to whatever lies at that point of the window.

Source: https://w3c.github.io/webdriver-bidi/
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

Point = tuple[float, float]
START_SECONDS = 60
ANSWER_SECONDS = 60
WAIT_SECONDS = 20
# Keep a new profile from opening or fetching anything by itself.
PREFERENCES = {
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
}


class FirefoxError(RuntimeError):
    """Firefox did not do what it was asked to; the message is its own."""


def firefox_path() -> str | None:
    """A Firefox of this machine, or None."""
    on_mac = "/Applications/Firefox.app/Contents/MacOS/firefox"
    return shutil.which("firefox-esr") or shutil.which("firefox") or shutil.which(on_mac)


@contextmanager
def running_firefox(path: str, folder: Path) -> Iterator["Firefox"]:
    """A headless Firefox with a new profile in that empty folder; it is stopped afterwards.

    Raises:
        FirefoxError: it does not start.
    """
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines), "utf-8")
    log = folder / "log"
    options = ["--headless", "--no-remote", "--profile", str(folder)]
    with log.open("w") as file:
        command = [path, *options, "--remote-debugging-port", "0"]  # any free port
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        address = _address(process, log)
        with connect(f"{address}/session", max_size=None, proxy=None) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that Firefox listens at, from its log."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8")):
            return found[1]
        time.sleep(0.05)
    raise FirefoxError(f"Firefox did not start: {log.read_text('utf-8')[-500:]}")


class Firefox:
    """One window with one page: what a person does with it, and what can be seen in it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.sent = 0
        self.errors: list[str] = []
        """What the console showed as errors, including uncaught exceptions."""
        self.requests: list[str] = []
        """The addresses that the page asked for."""
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.window = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method: str, **parameters: Any) -> Any:
        """The result of a command; events that arrive meanwhile are noted.

        Raises:
            FirefoxError: it answers with an error.
            TimeoutError: it does not answer.
        """
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": parameters}
        self.connection.send(json.dumps(message))
        while True:
            answer = json.loads(self.connection.recv(ANSWER_SECONDS))
            if answer["type"] == "event":
                self._note(answer["method"], answer["params"])
            elif answer["id"] == self.sent:
                if answer["type"] == "error":
                    raise FirefoxError(f"{method}: {answer['message']}")
                return answer["result"]

    def _note(self, event: str, about: dict[str, Any]) -> None:
        if event == "log.entryAdded" and about["level"] == "error":
            self.errors.append(about["text"])
        elif event == "network.beforeRequestSent":
            self.requests.append(about["request"]["url"])

    def resize(self, width: int, height: int) -> None:
        """Make the visible part of the page that many pixels wide and high."""
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.window, viewport=viewport)

    def open(self, url: str) -> None:
        """Go to a page, and wait until it is loaded.

        Where the page before writes its own address meanwhile, Firefox takes that for the end of
        the journey, and answers while the page before is still there; so that page is marked.
        """
        self.evaluate("(window.isLeft = true)")
        self.send("browsingContext.navigate", context=self.window, url=url, wait="complete")
        self.wait("!window.isLeft && document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited if it is a promise.

        Raises:
            FirefoxError: the page raised an error.
        """
        result = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self.window},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise FirefoxError(f"{expression}: {result['exceptionDetails']['text']}")
        text = result["result"].get("value")  # missing if it is undefined
        return None if text is None else json.loads(text)

    def wait(self, expression: str) -> None:
        """Wait until the expression is true in the page.

        Raises:
            TimeoutError: it takes too long.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still not so after {WAIT_SECONDS} s: {expression}")
            time.sleep(0.02)

    def text(self, selector: str) -> str:
        """The visible text of the first element that the selector finds."""
        text: str = self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")
        return re.sub(r"\s+", " ", text).strip()

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of an element, once it is in view and has stopped moving."""
        self.wait(f"document.querySelector({json.dumps(selector)})?.checkVisibility()")
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        self.evaluate(
            f"document.querySelector({json.dumps(selector)})"
            ".scrollIntoView({ block: 'center', behavior: 'instant' })"
        )
        two_frames = "new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))"
        self.wait(f"(async (before) => (await {two_frames}, before === {box}.y))({box}.y)")
        found: dict[str, float] = self.evaluate(box)
        return found["x"], found["y"], found["width"], found["height"]

    def at(self, selector: str, parts: Sequence[Point]) -> list[Point]:
        """Points of an element in window pixels; its corners are (0, 0) and (1, 1)."""
        left, top, width, height = self.box(selector)
        return [(left + x * width, top + y * height) for x, y in parts]

    def click(self, selector: str) -> None:
        """Click in the middle of an element, which nothing may cover."""
        (middle,) = self.at(selector, [(0.5, 0.5)])
        name = json.dumps(selector)
        self.wait(f"document.elementFromPoint{middle}?.closest({name}) !== null")
        self.drag([middle])

    def drag(self, corners: Sequence[Point], steps: int = 10) -> None:
        """Press the mouse at the first point, move it straight from point to point, and release."""
        moves = [corners[0]]
        for (x, y), (to_x, to_y) in pairwise(corners):
            parts = [n / steps for n in range(1, steps + 1)]
            moves += [(x + part * (to_x - x), y + part * (to_y - y)) for part in parts]
        go: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in moves
        ]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        mouse = {"type": "pointer", "id": "mouse", "actions": [go[0], down, *go[1:], up]}
        self.send("input.performActions", context=self.window, actions=[mouse])
