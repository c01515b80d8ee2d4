"""`fgsm.show`: in a notebook that is run; on Colab, as far as that can be told here; elsewhere."""

import re
import subprocess
import sys
import types
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Page, expect
from torch import Tensor

from fgsm.ui import notebook
from fgsm.ui.link import link
from tests.browser import READY, ROOT

CELLS = [
    # Gradio's imports warn, where there are no widgets for progress bars.
    "import fgsm, gradio; image = fgsm.builtin_digits()[0][705]",
    'fgsm.show(12, epsilon=0.3, attack="random")',
    'fgsm.show(image=image, label=7, epsilon=0.1, hide=["point"], height=500)',
    "fgsm.show(epsilon=30)",
    "import gc, gradio.http_server as http\n"
    "print(sum(type(each) is http.Server for each in gc.get_objects()))",
]


@pytest.fixture(scope="module")
def outputs() -> Iterator[list[list[Any]]]:
    """What each of `CELLS` put out; the notebook's kernel goes on as long as the tests do."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        kernel_name="python3",
        timeout=120,
        allow_errors=True,
        resources={"metadata": {"path": str(ROOT)}},
    )
    with ThreadPoolExecutor(1) as thread:  # in ours, Playwright runs an event loop
        kernel = client.setup_kernel()
        thread.submit(kernel.__enter__).result()
        try:
            done = [
                thread.submit(client.execute_cell, cell, i).result() for i, cell in enumerate(cells)
            ]
            yield [cell["outputs"] for cell in done]
        finally:
            thread.submit(kernel.__exit__, None, None, None).result()


def framed(output: list[Any]) -> str:
    """The address of the one frame that a cell put out, and nothing else."""
    (shown,) = output
    frames = re.findall(r'<iframe [^>]*src="([^"]*)"', shown["data"]["text/html"])
    assert len(frames) == 1
    address = unescape(frames[0])
    assert shown["data"]["text/plain"] == address
    return address


def test_a_notebook_shows_the_page(
    outputs: list[list[Any]], builtin: tuple[Tensor, Tensor]
) -> None:
    _, first, second, wrong, servers = outputs
    home, _, fragment = framed(first).partition("?embed#")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", home)
    assert fragment == link(12, epsilon=0.3, attack="random")
    image = builtin[0][705]
    hidden = link(image=image, label=7, epsilon=0.1, hide=["point"])
    assert framed(second) == f"{home}?embed#{hidden}"
    assert "height: 720px" in first[0]["data"]["text/html"]
    assert "height: 500px" in second[0]["data"]["text/html"]
    names = [
        re.findall(r'iframe id="([\w-]+)"', each[0]["data"]["text/html"])
        for each in (first, second)
    ]
    assert names[0] != names[1]
    assert (wrong[0]["ename"], wrong[0]["evalue"][:13]) == ("ValueError", "epsilon is 30")
    assert servers[0]["text"] == "1\n"
    with urllib.request.urlopen(f"{home}?embed") as answer:
        assert answer.status == 200


def test_what_it_shows_in_a_browser(page: Page, outputs: list[list[Any]]) -> None:
    """The cell's output in a document, as a notebook would have it: as high as the page."""
    source = "".join(output[0]["data"]["text/html"] for output in outputs[1:3])
    home = framed(outputs[1]).partition("?")[0]
    page.route("**/notebook", lambda route: route.fulfill(body=source, content_type="text/html"))
    page.goto(f"{home}notebook")
    for frame, digit, epsilon in ((0, "0", "0.30"), (1, "7", "0.10")):
        inside = page.frame_locator("iframe").nth(frame)
        expect(inside.locator(READY)).to_have_attribute("data-epsilon", epsilon)
        expect(inside.locator(".clean .reading b")).to_have_text(digit)
    expect(inside.locator(".also")).to_be_hidden()
    page.wait_for_function(
        "Array.from(frames).every(({ document: { documentElement: root }, innerHeight }) =>"
        " root.scrollHeight === innerHeight)"
    )


def test_elsewhere_it_prints_the_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served = types.SimpleNamespace(local_url="http://127.0.0.1:7861/", share_url=None)
    monkeypatch.setattr(notebook, "_served", lambda: served)
    notebook.show(403)
    assert capsys.readouterr().out == "http://127.0.0.1:7861/#d=403&e=0.12&a=fgsm&m=lenet\n"


def test_on_colab_its_own_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio would make a public address there, if it were not told otherwise."""
    asked: list[Any] = []
    output = types.ModuleType("google.colab.output")
    output.serve_kernel_port_as_iframe = lambda port, **more: asked.append((port, more))  # type: ignore[attr-defined]
    colab = types.ModuleType("google.colab")
    colab.output = output  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setattr(notebook, "colab_check", lambda: True)
    served = types.SimpleNamespace(local_url="http://127.0.0.1:7861/", share_url=None)
    monkeypatch.setattr(notebook, "_served", lambda: served)
    notebook.show(5, height=600)
    fragment = "d=5&e=0.12&a=fgsm&m=lenet"
    assert asked == [(7861, {"path": f"/?embed#{fragment}", "height": "600"})]


def test_it_is_public_only_if_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[dict[str, Any]] = []
    monkeypatch.setattr(notebook, "_page", lambda: types.SimpleNamespace(is_running=False))
    monkeypatch.setattr(notebook, "launch", lambda _demo, **more: launched.append(more))
    for value in ("", "True"):
        monkeypatch.setenv("GRADIO_SHARE", value)
        notebook._served()
    assert [each["share"] for each in launched] == [False, True]
    assert all(each["quiet"] and each["prevent_thread_lock"] for each in launched)


def test_the_science_is_imported_without_the_page() -> None:
    code = "import sys; from fgsm import sweep; sys.exit('gradio' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
