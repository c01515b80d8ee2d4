"""The line above the tabs: the title, and which model runs where."""

import json
from pathlib import Path

import gradio as gr

from fgsm.model import ARCHITECTURES, WEIGHTS
from fgsm.ui.component import WORDS, component
from fgsm.ui.message import device

FOLDER = Path(__file__).parent
FILES = [WORDS, *(FOLDER / name for name in ("header.html", "header.css", "header.js"))]


def header() -> gr.HTML:
    """The title, and a line about the model that the stage shows."""
    value = {
        "accuracy": {name: _card_accuracy(name) for name in ARCHITECTURES},
        "device": str(device()),
    }
    return component(FILES, value)


def _card_accuracy(name: str) -> float:
    """The accuracy on clean digits that the card of a built-in model states."""
    accuracy: float = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))["accuracy"]
    return accuracy
