"""The line above the tabs: the title, which model is shown, and the guided tour (`tour.json`)."""

import json
from pathlib import Path

import gradio as gr

from fgsm.card import load_card
from fgsm.catalogue import MODELS
from fgsm.ui.component import component

FOLDER = Path(__file__).parent


def header() -> gr.HTML:
    """The title, and a line about the model that the stage shows."""
    cards = {key: load_card(model) for key, model in MODELS.items()}
    value = {
        "accuracy": {key: card["accuracy"] for key, card in cards.items() if card},
        "tour": json.loads((FOLDER / "tour.json").read_text("utf-8")),
    }
    return component("header/header.js", [FOLDER / "header.html", FOLDER / "tour.html"], value)
