"""The download of the test set, where it is no visitor's to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fgsm.digits import mnist_digits
from fgsm.ui.all_digits.run import download
from fgsm.ui.settings import settings
from fgsm.ui.turns import Visitor
from tests.browser import App, running_app
from tests.helpers import OFFLINE, ask, awaited, open_tab

REFUSED = "The test set can be downloaded only by whoever runs this server."


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app without the test set, whose visitors may not download it."""
    folder = tmp_path_factory.mktemp("public")
    root = str(folder / "mnist")
    with (
        (folder / "log").open("w") as log,
        running_app(log, MNIST_ROOT=root, FGSM_DOWNLOAD="0", **OFFLINE) as app,
    ):
        yield app
    assert not (folder / "mnist").exists()


def test_a_visitor_of_a_public_server_is_offered_no_download(page: Page, public: App) -> None:
    open_tab(page, public.url, "test-set")
    expect(page.locator(".missing span")).to_have_text(
        "MNIST's 10,000 test digits are not on this server, so runs use the 1,000 built-in digits."
    )
    expect(page.locator(".missing button")).to_be_hidden()
    expect(page.locator(".survey .which")).to_have_text("FGSM on the 1,000 built-in digits")


def test_who_asks_for_it_all_the_same_is_refused(page: Page, public: App) -> None:
    answer = page.request.post(
        f"{public.url}fgsm/ask/download", data={}, headers={"X-Fgsm-Page": "somebody-else"}
    )
    assert answer.json() == {"error": REFUSED}


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The owner says no; there is no test set."""
    monkeypatch.setenv("FGSM_DOWNLOAD", "0")
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_digits(train=False))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_no_network_is_asked(forbidden: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("it was asked"))
    assert awaited(download(None, Visitor("", ""))) == {"error": REFUSED}


def test_no_sentence_promises_it(forbidden: None) -> None:
    request = {"source": "test", "index": 3, "attack": "fgsm", "model": "lenet"}
    assert ask("attack", request) == {"error": "The test set is not here."}


def test_where_it_is_offered_the_sentence_says_where(
    forbidden: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FGSM_DOWNLOAD", "1")
    request = {"source": "test", "index": 3, "attack": "fgsm", "model": "lenet"}
    said = "The test set is not here; the tab “Test set” can download it."
    assert ask("attack", request) == {"error": said}
