"""The live stage: a component of our own, whose files stand beside this one.

`stage.html` and the `STYLES` say what it looks like. The scripts are joined into one, in the order
of `SCRIPTS`, because Gradio runs a single piece of JavaScript per component: `plots.js` and
`panel.js` show one model's sweep, `picker.js` and `pad.js` choose a digit, `asker.js` asks for it,
`stage.js`, `choosing.js` and `controls.js` tie them together.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from fgsm.digits import SPRITE, mnist_available
from fgsm.ui.component import FRAMES, WORDS, component
from fgsm.ui.compute import computed
from fgsm.ui.message import attack_message, compare_message
from fgsm.ui.request import Message, Request, answering

FOLDER = Path(__file__).parent
SCRIPTS = (
    "plots.js",
    "panel.js",
    "picker.js",
    "pad.js",
    "asker.js",
    "stage.js",
    "choosing.js",
    "controls.js",
)
# The whole comes last: what it says of small windows goes before what its parts say of any.
STYLES = ("choosing.css", "plots.css", "stage.css")
FILES = [WORDS, FRAMES, *(FOLDER / name for name in ("stage.html", *STYLES, *SCRIPTS))]
FIRST = {"source": "builtin", "index": 403, "method": "fgsm", "model": "lenet", "twin": False}
FIRST_EPSILON = 0.12


def stage() -> gr.HTML:
    """The stage, open on a digit that is already fooled at the epsilon shown."""
    gr.set_static_paths(SPRITE)
    return component(
        FILES,
        value={
            "settings": {
                # Relative to Gradio's root, which the browser knows: behind a proxy we do not.
                "sprite": f"gradio_api/file={quote(SPRITE.as_posix())}",
                "hasTestSet": mnist_available(),
            },
            "first": {
                "request": FIRST,
                "epsilon": FIRST_EPSILON,
                "answer": computed(attack, FIRST),
                "comparison": computed(compare, FIRST),
            },
        },
        server_functions=[attack, compare, has_test_set],
    )


def has_test_set(_data: object) -> bool:
    """Called by the browser: whether the test set has come since the page was built."""
    return mnist_available()


@answering
def attack(data: dict[str, Any]) -> Message:
    """Called by the browser: `attack_message`."""
    return attack_message(Request.parse(data))


@answering
def compare(data: dict[str, Any]) -> Message:
    """Called by the browser: `compare_message`."""
    return compare_message(Request.parse(data))
