"""The line above the tabs: the title, which model is shown, the guided tour, and presenting.

The tour and the talk are stories: `stories/` has them, `stories/story.js` says what a story is.
`tour.js` leads through one beside the page, `present/present.js` on a projector.
"""

from pathlib import Path
from typing import Any

from fgsm.card import load_card
from fgsm.catalogue import FGSM, LENET, MODELS, RANDOM
from fgsm.service.all_digits import cards
from fgsm.ui.component import Component

FOLDER = Path(__file__).parent
PRESENT = FOLDER.parent / "present"


def header() -> Component:
    """The title, and a line about the model that the stage shows."""
    own = {key: load_card(model) for key, model in MODELS.items()}
    value = {
        "accuracy": {key: card["accuracy"] for key, card in own.items() if card},
        "curves": curves(),
    }
    templates = [FOLDER / "header.html", FOLDER / "tour.html", PRESENT / "present.html"]
    return Component("header/header.js", templates, value)


def curves() -> list[dict[str, Any]]:
    """The curves of a presentation: every model under FGSM, and LeNet under the control.

    The control shows that size is not what counts. The page has no more of the cards here, as it
    is to be small.
    """
    return [
        {
            "model": series.model,
            "attack": series.attack,
            "source": series.source,
            "n": series.n,
            "points": [[result.epsilon, result.accuracy] for result in series.results],
        }
        for series in cards()
        if series.attack == FGSM.key or (series.attack, series.model) == (RANDOM.key, LENET.key)
    ]
