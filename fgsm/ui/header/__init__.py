"""The line above the tabs: the title, which model is shown, the guided tour, and presenting.

The tour and the talk are stories: `stories/` has them, `stories/story.js` says what a story is.
`tour.js` leads through one beside the page, `present/present.js` on a projector.
"""

from pathlib import Path

import gradio as gr

from fgsm import service
from fgsm.card import load_card
from fgsm.catalogue import MODELS
from fgsm.service.all_digits import cards
from fgsm.ui.component import component
from fgsm.ui.wire import answering, packed

FOLDER = Path(__file__).parent
PRESENT = FOLDER.parent / "present"


def header() -> gr.HTML:
    """The title, and a line about the model that the stage shows."""
    own = {key: load_card(model) for key, model in MODELS.items()}
    value = {
        "accuracy": {key: card["accuracy"] for key, card in own.items() if card},
        "cards": packed(cards()),
    }
    templates = [FOLDER / "header.html", FOLDER / "tour.html", PRESENT / "present.html"]
    return component("header/header.js", templates, value, [answering(service.qr)])
