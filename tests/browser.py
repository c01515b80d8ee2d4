"""A real app, in a real browser: what the browser tests and the interaction benchmark share."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from playwright.sync_api import Browser, Page, Playwright

import fgsm.digits

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
"""What may lie beside a checkout without being part of it: MNIST, the article's own weights."""
READY = ".live[data-state=ready]:not([data-asking=true])"
"""The stage shows all of what was asked for."""


def mnist_root() -> Path:
    """Where the tests, and the app that they start, look for MNIST: where `MNIST_ROOT` says.

    Without it, in the folder beside the checkout if there is one, otherwise where any app looks.
    """
    beside = SHARED / "mnist"
    is_beside = not os.environ.get("MNIST_ROOT") and beside.is_dir()
    return beside if is_beside else fgsm.digits.mnist_root()


def browser_path() -> str | None:
    """A Chromium of this machine; None leaves the search to Playwright."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    return None


def launch_browser(playwright: Playwright) -> Browser:
    """Headless Chromium that contacts nobody by itself; as root it must run without its sandbox."""
    quiet = ["gpu", "quic", "background-networking", "component-update", "sync"]
    arguments = ["--no-first-run", *(f"--disable-{name}" for name in quiet)]
    arguments.append("--process-per-site")  # what one page has compiled, the next one finds there
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=browser_path(), args=arguments)


class App:
    """`python app.py` on a free port, as a user starts it."""

    def __init__(
        self,
        log: TextIO,
        port: int | None = None,
        program: Sequence[str] = ("app.py",),
        **environment: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        settings = {
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_SERVER_PORT": str(self.port),
            "MNIST_ROOT": str(mnist_root()),
        }
        self.process = subprocess.Popen(
            [sys.executable, *program],
            cwd=ROOT,
            env={**os.environ, **settings, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def wait(self, seconds: float = 120) -> None:
        """Wait until the page is served."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"app.py ended with code {self.process.returncode}")
            try:
                with urllib.request.urlopen(self.url, timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"app.py did not answer in {seconds} s")

    def stop(self) -> None:
        """End the server, and wait until its port is free."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running_app(
    log: TextIO, program: Sequence[str] = ("app.py",), **environment: str
) -> Iterator[App]:
    """An app that answers; it is stopped afterwards."""
    app = App(log, None, program, **environment)
    try:
        app.wait()
        yield app
    finally:
        app.stop()


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class Stage:
    """The page as a person sees it: words and pictures out, clicks and strokes in."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector(READY, state="attached")  # a presentation hides it

    def show(self, request: dict[str, Any], epsilon: float) -> None:
        """Show a digit on the stage, as the other tabs do; whatever is left out is as at first."""
        self._module("({ stage }, [request, k]) => stage.show(request, k)", request, epsilon)

    def shown(self) -> dict[str, Any]:
        """What the stage tells the other tabs."""
        shown: dict[str, Any] = self._module("({ shown }) => shown")
        return shown

    def _module(self, function: str, request: object = None, epsilon: float = 0) -> Any:
        """Call a function with the exports of `stage/shown.js`."""
        return self.page.evaluate(
            f"""async ([request, epsilon]) => {{
                  const page = document.querySelector("link[rel=modulepreload][href$='page.js']");
                  const at = (path) => window.modules?.[path] ?? import(new URL(path, page.href));
                  const {{ indexOf }} = await at("shared/words.js");
                  return ({function})(await at("stage/shown.js"), [request, indexOf(epsilon)]);
                }}""",
            [request, epsilon],
        )

    def answers(self) -> int:
        """How many answers of the server have been shown so far."""
        return int(self.page.get_attribute(".live", "data-shown") or 0)

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Run the body, then wait until a new answer is shown and no other is pending."""
        before = self.answers()
        yield
        self.page.wait_for_function(
            """(before) => {
                 const { shown, asking } = document.querySelector(".live").dataset;
                 return Number(shown) > before && asking === "false";
               }""",
            arg=before,
        )
        self.settle()

    def settle(self) -> None:
        """Wait until two frames have been painted."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def text(self, selector: str, panel: int = 0) -> str:
        return re.sub(r"\s+", " ", self.page.locator(selector).nth(panel).inner_text()).strip()

    def verdict(self, panel: int = 0) -> str:
        return self.text(".verdict .words", panel)

    def reading(self, figure: str, panel: int = 0) -> int:
        """The digit under a picture: "clean" or "adversarial"."""
        return int(self.text(f".{figure} .reading b", panel))

    def breaking_point(self, panel: int = 0) -> float | None:
        found = re.search(r"ε\* = ([\d.]+)", self.text(".also", panel))
        return float(found[1]) if found else None

    def picture(self, figure: str, panel: int = 0) -> list[int]:
        """The 784 red values of a picture: "clean", "change" or "adversarial"."""
        pixels: list[int] = (
            self.page.locator(f".{figure} canvas")
            .nth(panel)
            .evaluate(
                """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
                 .filter((_, i) => i % 4 === 0)"""
            )
        )
        return pixels

    def epsilon(self) -> float:
        return float(self.page.get_attribute(".live", "data-epsilon") or "nan")

    def set_epsilon(self, epsilon: float) -> None:
        self.page.fill(".epsilon .number", f"{epsilon}")
        self.page.press(".epsilon .number", "Enter")
        self.settle()

    def pick(self, index: int) -> None:
        """Click the thumbnail of one of the first digits of its class."""
        self.page.click(f".classes button:nth-child({index // 100 + 2})")
        with self.answered():
            self.page.click(f".thumbnails [data-index='{index}']")
