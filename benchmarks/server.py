"""A server under load, seen from outside: its processor time, its memory, its files."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import App, Stage, launch_browser, running_app

MB = 2**20


@contextmanager
def server() -> Iterator[tuple[App, Path]]:
    """An app that believes this machine about addresses, and the folder for its temporary files."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w") as log:
        places = {"GRADIO_TEMP_DIR": folder, "TMPDIR": folder}
        with running_app(log, FGSM_PROXIES="127.0.0.1", **places) as app:
            yield app, Path(folder)


def resources(url: str) -> list[str]:
    """What Chromium asks for when it opens the page, in that order."""
    with sync_playwright() as playwright:
        browser = launch_browser(playwright)
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        Stage(page).open(url)
        page.wait_for_load_state("networkidle")
        browser.close()
    return [each.removeprefix(url.rstrip("/")) for each in asked if each.startswith(url)]


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used so far, all of its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """What a process has in memory, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / MB
    raise RuntimeError(f"process {pid} has ended")


def bytes_in(folder: Path) -> int:
    """The size of all files in a folder and below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@dataclass
class Work:
    """Who used how much of a core since this was made."""

    pid: int
    """The server's."""

    def __post_init__(self) -> None:
        self._start = time.perf_counter(), cpu_of(self.pid), time.process_time()

    def told(self) -> str:
        """Each one's share of a core, in words."""
        now = time.perf_counter(), cpu_of(self.pid), time.process_time()
        seconds, server, client = (b - a for a, b in zip(self._start, now, strict=True))
        return (
            f"server CPU, share of one core {server / seconds:.2f}; "
            f"client CPU, share of one core {client / seconds:.2f}"
        )
