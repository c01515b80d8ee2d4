"""The tab "How it works": the argument in words, with a picture of each step, computed live."""

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from fgsm.ui.cards import cards, error_and_confidence
from fgsm.ui.component import FRAMES, LINES, WORDS, component
from fgsm.ui.how.figures import (
    church_window,
    dimension,
    directions,
    eight_bits,
    gradients,
    linearity,
)
from fgsm.ui.request import Message

FOLDER = Path(__file__).parent
FIGURES = (
    ("directions.js", directions),
    ("linearity.js", linearity),
    ("dimension.js", dimension),
    ("window.js", church_window),
    ("eight_bits.js", eight_bits),
    ("defence.js", gradients),
)
"""The pictures, in the order of the steps in `text.md`."""

FORMULAS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]


def how_it_works() -> None:
    """The contents of the tab."""
    steps = (FOLDER / "text.md").read_text("utf-8").split("\n---\n")
    for text, (script, function) in zip(steps, FIGURES, strict=True):
        with gr.Row(elem_classes=["native", "step"]):
            with gr.Column(scale=2, min_width=320):
                gr.Markdown(text, latex_delimiters=FORMULAS)
            with gr.Column(scale=3, min_width=320):
                _figure(script, function)
    gr.Markdown(_paper(), latex_delimiters=FORMULAS, elem_classes=["native", "paper"])


def _figure(script: str, function: Callable[[object], Message]) -> gr.HTML:
    names = ("figure.html", "figure.css", "figure.js", script)
    return component(
        [WORDS, FRAMES, *LINES, *(FOLDER / name for name in names)],
        {"figure": function.__name__, "cards": cards() if function is gradients else []},
        [function],
    )


def _paper() -> str:
    """Our figures, from the cards, beside those of Goodfellow et al. 2014, sections 4 and 6."""
    rows = [
        ("softmax regression, the paper's", "99.9 %", "79.3 %"),
        ("softmax regression, ours", *error_and_confidence("softmax", 0.25)),
        ("maxout network, the paper's", "89.4 %", "97.6 %"),
        ("LeNet, ours", *error_and_confidence("lenet", 0.25)),
        ("maxout network trained on FGSM images, the paper's", "17.9 %", "81.4 %"),
        ("robust LeNet, ours", *error_and_confidence("lenet-robust", 0.25)),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (FOLDER / "paper.md").read_text("utf-8").replace("TABLE", table)
