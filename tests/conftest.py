"""What several tests share: digits, models, one browser, and things that may be missing.

`python -m pytest` uses what the machine has. `python -m pytest --bare` hides it, see below.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    WebError,
    expect,
    sync_playwright,
)
from torch import Tensor, nn

from fgsm.catalogue import load_model
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from tests import browser as machine
from tests.browser import App, Stage, launch_browser, running_app
from tests.helpers import DESKTOP, OFFLINE, missing, open_tab

VIEWPORT = pytest.StashKey[ViewportSize]()
KEEPER = "<link rel=icon href=data:,><title>Keeps the process of our pages</title>"

# With two threads, tests take ten times as long when another process is busy: they wait for each
# other. The apps that the tests start run beside another test process too.
torch.set_num_threads(1)
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# No test is about how soon something appears. By default, Playwright waits only five seconds.
expect.set_options(timeout=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--bare`."""
    parser.addoption(
        "--bare",
        action="store_true",
        help="as on a machine that has no MNIST, nothing beside the checkout, and no network; "
        "only those tests that may then go another way",
    )


def pytest_configure(config: pytest.Config) -> None:
    """With `--bare`, hide what the tests, and the apps they start, would find here."""
    config.addinivalue_line("markers", "without_a_server: of the page that finds nothing anywhere")
    if not config.getoption("bare"):
        return
    empty = tempfile.TemporaryDirectory()
    config.add_cleanup(empty.cleanup)
    machine.SHARED = Path(empty.name) / "shared"
    os.environ.pop("MNIST_ROOT", None)
    os.environ.update(XDG_CACHE_HOME=empty.name, **OFFLINE)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--bare`, leave out the tests that do not depend on it, judging by their fixtures."""
    if not config.getoption("bare"):
        return
    config.hook.pytest_deselected(items=[item for item in items if not is_changed_by_bare(item)])
    items[:] = [item for item in items if is_changed_by_bare(item)]


def is_changed_by_bare(item: pytest.Item) -> bool:
    """Whether the test uses what may be missing, or an app that may find it.

    The page without a server never finds anything; nor does the app `bare`. A test that starts an
    app of its own opens it in a browser.
    """
    if item.get_closest_marker("without_a_server"):
        return False
    used = set(getattr(item, "fixturenames", ()))
    return bool(used & {"mnist_root", "oracle", "app"}) or (
        "browser" in used and "bare" not in used
    )


@pytest.fixture(scope="session")
def builtin() -> tuple[Tensor, Tensor]:
    """The 1,000 digits of the package."""
    return builtin_digits()


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Where all of MNIST is, in torchvision's layout; without it the test is skipped.

    Under CI it fails instead, if MNIST_ROOT or a folder beside the checkout promises MNIST.
    """
    root = machine.mnist_root()
    try:
        for train in (False, True):
            mnist_digits(train, root)
    except MnistMissing as error:
        promised = os.environ.get("MNIST_ROOT") or (machine.SHARED / "mnist").exists()
        missing(str(error), expected=bool(promised))
    return root


@pytest.fixture(scope="session")
def mnist_test(mnist_root: Path) -> tuple[Tensor, Tensor]:
    """The 10,000 digits of MNIST's test set."""
    return mnist_digits(train=False, root=mnist_root)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, mnist_test: tuple[Tensor, Tensor]) -> None:
    """The service finds the test set, in this process."""
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)


@pytest.fixture(scope="session")
def oracle() -> Path:
    """The article's own weights, with known counts; without them the test is skipped."""
    folder = machine.SHARED / "oracle"
    path = folder / "lenet_mnist_model.pth"
    if not path.is_file():
        reason = f"no {path}: the article's weights are not part of this repository"
        missing(reason, expected=folder.exists())
    return path


@pytest.fixture(scope="session")
def lenet() -> nn.Module:
    """Our plain LeNet, on the CPU."""
    return load_model("lenet", torch.device("cpu"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without it the test is skipped, or fails where the whole check runs."""
    with sync_playwright() as playwright:
        try:
            browser = launch_browser(playwright)
        except Error as error:
            missing(f"no Chromium to be had: {error.message.splitlines()[0]}", expected=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app that all browser tests share: it never fails, and keeps no visitor's file."""
    folder = tmp_path_factory.mktemp("app")
    log, uploads = folder / "log", folder / "uploads"
    with log.open("w") as file, running_app(file, GRADIO_TEMP_DIR=str(uploads)) as app:
        yield app
    assert "Traceback" not in log.read_text()
    assert not [path for path in uploads.rglob("*") if path.is_file()]  # no interaction leaves one


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Callable[[dict[str, Any]], BrowserContext]:
    """Windows by their options, each kept with all that it has loaded: a page opens in a third of
    the time. Every test has pages of its own in it; `context` closes them, and takes back what was
    stored, routed or permitted. It cannot take back an init script: add those to pages."""
    kept: dict[str, BrowserContext] = {}

    def window(options: dict[str, Any]) -> BrowserContext:
        key = json.dumps(options, sort_keys=True)
        if key not in kept:
            kept[key] = browser.new_context(**options)
            keep_the_process(kept[key])
        return kept[key]

    return window


def keep_the_process(context: BrowserContext) -> None:
    """Leave a page open, so that the process of our pages, and what it has compiled, stays."""
    page = context.new_page()
    page.route("**", lambda route: route.fulfill(content_type="text/html", body=KEEPER))
    page.goto("http://127.0.0.1/")  # which is never asked


@pytest.fixture
def context(
    windows: Callable[[dict[str, Any]], BrowserContext], request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A desktop window, unless the test says otherwise. No errors, no requests to other hosts."""
    options: dict[str, Any] = {**DESKTOP, **getattr(request, "param", {})}
    request.node.stash[VIEWPORT] = options["viewport"]
    context = windows({**options, **DESKTOP})
    errors: list[str] = []
    foreign: list[str] = []

    def note_exception(error: WebError) -> None:
        errors.append(str(error.error))

    def note_error(message: ConsoleMessage) -> None:
        # It is not our error if the browser misses a server that was stopped, or busy, on purpose,
        # or a network: without one, it still looks for a newer service worker.
        missed = "ERR_CONNECTION|ERR_SOCKET|ERR_INTERNET_DISCONNECTED|status of 503"
        if message.type == "error" and not re.search(missed, message.text):
            errors.append(message.text)

    def note_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:")):
            foreign.append(request.url)

    if "permissions" in options:
        context.grant_permissions(options["permissions"])
    context.on("weberror", note_exception)
    context.on("console", note_error)
    context.on("request", note_request)
    yield context
    _, *pages = context.pages
    for page in pages:
        page.evaluate("/^(http|file)/.test(location.protocol) && localStorage.clear()")
        page.close()
    context.unroute_all()
    context.clear_permissions()
    context.remove_listener("weberror", note_exception)
    context.remove_listener("console", note_error)
    context.remove_listener("request", note_request)
    assert errors == []
    assert foreign == []


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Page:
    """An empty page of that window."""
    page = context.new_page()
    page.set_viewport_size(request.node.stash[VIEWPORT])
    page.set_default_timeout(20_000)
    return page


@pytest.fixture
def stage(page: Page, app: App) -> Stage:
    """The live stage, just opened."""
    stage = Stage(page)
    stage.open(app.url)
    return stage


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app without the test set, and without a network to fetch it."""
    folder = tmp_path_factory.mktemp("bare")
    log = folder / "log"
    settings = {"MNIST_ROOT": str(folder / "mnist"), "GRADIO_TEMP_DIR": str(folder), **OFFLINE}
    with log.open("w") as file, running_app(file, **settings) as app:
        yield app
    assert "Traceback" not in log.read_text()


@pytest.fixture
def test_tab(page: Page, app: App, mnist_root: Path) -> Page:
    """The tab "Test set", on a machine that has it."""
    open_tab(page, app.url, "test-set")
    return page


@pytest.fixture
def how(page: Page, app: App) -> Stage:
    """The tab "How it works"."""
    return open_tab(page, app.url, "how")
