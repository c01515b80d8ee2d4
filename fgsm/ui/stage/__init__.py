"""The live stage: a digit, an attack, and what the model reads at every epsilon.

`stage.html` and the style sheets say what it looks like. `stage.js` ties the others together:
`picker.js`, `pad.js` and `incoming.js` bring a digit, `choosing.js` chooses the attack on it,
`asker.js` asks the server, `panel.js` shows one model's sweep with the plots of `bars.js` and
`confidence.js`, `epsilon.js` moves through it, and `verdict.js` says in words what is seen.
"""

from pathlib import Path

from fgsm import service
from fgsm.service.digits import has_mnist_test
from fgsm.service.listing import FIRST, FIRST_EPSILON
from fgsm.ui.component import Component
from fgsm.ui.compute import computed
from fgsm.ui.wire import answering

FOLDER = Path(__file__).parent


def stage() -> Component:
    """The stage, open on a digit that is already fooled at the epsilon shown."""
    attack, compare = answering(service.attack), answering(service.compare)
    first = FIRST.model_dump()
    return Component(
        "stage/stage.js",
        [FOLDER / "stage.html"],
        value={
            "hasMnist": has_mnist_test(),
            "first": {
                "request": first,
                "epsilon": FIRST_EPSILON,
                # Packed in the computing thread too: a second one that calls PyTorch would make
                # every later answer slower, see `fgsm.ui.compute`.
                "answer": computed(attack, first),
                "comparison": computed(compare, first),
            },
        },
    )
