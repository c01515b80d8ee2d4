"""The tab "How it works": the argument in words, with a picture of each step, computed live."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from fgsm.card import load_card
from fgsm.catalogue import FGSM, LENET, ROBUST, SOFTMAX, Model
from fgsm.service import FIGURES, defence
from fgsm.service.all_digits import cards
from fgsm.ui.component import component
from fgsm.ui.wire import answering, packed

FOLDER = Path(__file__).parent
PAPER_EPSILON = 0.25
FORMULAS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
NUMBERS = {5: "five"}
"""Small numbers as words, which read better in a sentence."""


def how_it_works() -> None:
    """The contents of the tab: each step of `text.md`, with its picture beside it."""
    for text, function in zip(_steps(), FIGURES, strict=True):
        with gr.Row(elem_classes=["native", "step"]):
            with gr.Column(scale=2, min_width=320):
                gr.Markdown(text, latex_delimiters=FORMULAS)
            with gr.Column(scale=3, min_width=320):
                _figure(function)
    gr.Markdown(_paper(), latex_delimiters=FORMULAS, elem_classes=["native", "paper"])


def _figure(function: Callable[[Any], Any]) -> gr.HTML:
    """The picture that the function computes, and the script of the same name draws."""
    return component(
        "how/figure.js",
        [FOLDER / "figure.html"],
        {
            "figure": function.__name__,
            "cards": packed(cards()) if function is defence else [],
        },
        [answering(function)],
    )


def _steps() -> list[str]:
    """The steps in words, with the numbers of the robust twin's recipe filled in."""
    text = (FOLDER / "text.md").read_text("utf-8")
    return _with_recipe(text).split("\n---\n")


def _with_recipe(text: str) -> str:
    recipe = ROBUST.recipe
    text = text.replace("STEPS", NUMBERS.get(recipe.steps, str(recipe.steps)))
    return text.replace("TRAINED", f"{recipe.epsilon:.2f}")


def _paper() -> str:
    """Our figures, from the cards, next to those of Goodfellow et al. 2014, sections 4 and 6."""
    rows = [
        ("softmax regression, the paper's", "99.9 %", "79.3 %"),
        ("softmax regression, ours", *error_and_confidence(SOFTMAX)),
        ("maxout network, the paper's", "89.4 %", "97.6 %"),
        ("LeNet, ours", *error_and_confidence(LENET)),
        ("maxout network trained on FGSM images, the paper's", "17.9 %", "81.4 %"),
        ("robust LeNet, ours", *error_and_confidence(ROBUST)),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    text = (FOLDER / "paper.md").read_text("utf-8")
    return _with_recipe(text).replace("TABLE", table)


def error_and_confidence(model: Model) -> tuple[str, str]:
    """The share of digits misread at the paper's epsilon, and the mean confidence in those."""
    card = load_card(model)
    if card is None:
        return "not measured", "not measured"
    results = card["results"][FGSM.key]
    (result,) = (each for each in results if each["epsilon"] == PAPER_EPSILON)
    return _percent(1 - result["accuracy"]), _percent(result["mean_confidence_wrong"])


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
