"""The tab "Test set": how often the attack works, over thousands of digits.

`accuracy.js` draws the curves of the cards and of a run; `running.js` asks for the run, which
`run.py` computes on this device; `survey.js` and its neighbours show what happens digit by digit.
"""

from pathlib import Path

from fgsm.catalogue import ARTICLE_EPSILONS, FGSM, LENET
from fgsm.service.all_digits import cards
from fgsm.service.digits import has_mnist_test
from fgsm.ui.component import Component
from fgsm.ui.settings import settings
from fgsm.ui.wire import packed

FOLDER = Path(__file__).parent


def accuracy() -> Component:
    """The cards' curves, and a run on this device."""
    may_download = settings().download
    return Component(
        "all_digits/accuracy.js",
        [FOLDER / "accuracy.html"],
        {
            "cards": packed(cards()),
            "hasMnist": has_mnist_test(),
            "mayDownload": may_download,
            "place": "on this machine" if may_download else "on this server",
            "first": {
                "model": LENET.key,
                "attack": FGSM.key,
                "epsilons": " ".join(f"{epsilon:.2f}" for epsilon in ARTICLE_EPSILONS),
            },
        },
    )


def survey() -> Component:
    """Digit by digit: which are fooled, where, and as what."""
    return Component("all_digits/survey.js", [FOLDER / "survey.html"], None)
