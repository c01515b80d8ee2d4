"""The line above the tabs: the title, which model runs where, and the guided tour (`tour.json`)."""

import json
from pathlib import Path

import gradio as gr

from fgsm.model import ARCHITECTURES
from fgsm.ui.cards import card
from fgsm.ui.component import WORDS, component
from fgsm.ui.message import device

FOLDER = Path(__file__).parent
FILES = [
    WORDS,
    *(FOLDER / f"{name}.{kind}" for name in ("header", "tour") for kind in ("html", "css", "js")),
]


def header() -> gr.HTML:
    """The title, and a line about the model that the stage shows."""
    value = {
        "accuracy": {name: card(name)["accuracy"] for name in ARCHITECTURES},
        "device": str(device()),
        "tour": json.loads((FOLDER / "tour.json").read_text("utf-8")),
    }
    return component(FILES, value)
