"""The tab "Test set": how often the attack works, over thousands of digits.

`accuracy.js` draws the curves of the cards and of a run; `survey.js` and its neighbours show what
happens digit by digit; `run.py` is the run on this device.
"""

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from fgsm import service
from fgsm.catalogue import (
    ARTICLE_EPSILONS,
    BUILTIN,
    FGSM,
    LENET,
    MNIST_TEST,
    MODELS,
    attacks_offered,
)
from fgsm.digits import mnist_available
from fgsm.service.all_digits import cards
from fgsm.service.answer import Series
from fgsm.ui.all_digits.run import download, run, told
from fgsm.ui.component import component
from fgsm.ui.wire import answering, packed

FOLDER = Path(__file__).parent
MISSING = f"{MNIST_TEST.phrase} are not on this machine, so {BUILTIN.phrase} serve."
STOPPED = "Stopped: nothing is running for you now."
IDLE = "A run attacks every digit at every ε, and draws its curve over those above as it goes."


def all_digits(page: gr.Blocks) -> None:
    """The contents of the tab: the cards' curves, a run on this device, and the survey."""
    published = cards()
    accuracy = component(
        "all_digits/accuracy.js", [FOLDER / "accuracy.html"], _value(published, None)
    )

    async def measure(
        model: object, attack: object, epsilons: object
    ) -> AsyncIterator[tuple[dict[str, Any], str]]:
        async for series, line in told(run(model, attack, epsilons)):
            yield gr.skip() if series is None else _value(published, series), _status(line, series)

    def fetch(
        progress: gr.Progress = gr.Progress(track_tqdm=True),  # noqa: B008 (it is how Gradio knows)
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        return _status(download()), *offer()

    def offer() -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the note and the button only while the test set is missing."""
        is_missing = not mnist_available()
        return gr.update(visible=is_missing), gr.update(visible=is_missing)

    with gr.Column(elem_classes="native"):
        gr.Markdown("### Run on this device")
        with gr.Row(equal_height=True, elem_id="run"):
            model = gr.Dropdown(
                [(entry.title, entry.key) for entry in MODELS.values()],
                value=LENET.key,
                label="Model",
                scale=2,
            )
            attack = gr.Dropdown(
                [(entry.name, entry.key) for entry in attacks_offered("runs").values()],
                value=FGSM.key,
                label="Attack",
                scale=3,
            )
            epsilons = gr.Textbox(
                " ".join(f"{epsilon:.2f}" for epsilon in ARTICLE_EPSILONS),
                label="Epsilons",
                max_lines=1,
                scale=4,
            )
            start = gr.Button("Run", variant="primary", scale=0)
            cancel = gr.Button("Cancel", scale=0)
        status = gr.HTML(_status(IDLE), elem_id="run-status", min_height=56)
        is_missing = not mnist_available()
        missing = gr.Markdown(MISSING, visible=is_missing)
        get = gr.Button("Download the test set (11 MB)", visible=is_missing, elem_id="download")

    component(
        "all_digits/survey.js",
        [FOLDER / "survey.html"],
        None,
        [answering(service.counts), answering(service.grid), answering(service.cell)],
    )

    # One run at a time keeps the device busy; later visitors see their place in the queue.
    running = gr.on(
        [start.click, epsilons.submit],
        measure,
        [model, attack, epsilons],
        [accuracy, status],
        concurrency_id="run",
        concurrency_limit=1,
        show_progress_on=status,
        api_name="evaluate",
    )
    stopped: dict[str, Any] = {
        "fn": lambda: _status(STOPPED),
        "outputs": status,
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    cancel.click(**stopped, cancels=[running])
    # Shown last, over messages still on their way when the run was cancelled or failed.
    running.failure(**stopped)
    get.click(
        fetch,
        None,
        [status, missing, get],
        concurrency_id="download",
        concurrency_limit=1,
        show_progress_on=status,
        api_visibility="private",
    ).then(None, js="() => document.dispatchEvent(new CustomEvent('fgsm-mnist'))")
    if is_missing:  # when the page was built; another visitor may have fetched it since
        page.load(offer, None, [missing, get], queue=False, api_visibility="private")


def _status(line: str, series: Series | None = None) -> str:
    """The line about a run, under a bar that says how far it is."""
    n, of = (series.n, series.of) if series else (0, 1)
    return (
        f'<progress value="{n}" max="{of}" aria-label="Digits done"></progress>'
        f"<p>{html.escape(line)}</p>"
    )


def _value(published: list[Series], series: Series | None) -> dict[str, Any]:
    """What `accuracy.js` draws."""
    return {"cards": packed(published), "run": packed(series)}
