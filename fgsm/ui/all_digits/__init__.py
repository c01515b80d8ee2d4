"""The tab "Test set": how often the attack works, over thousands of digits.

`accuracy.js` draws the curves of the cards and of a run; `running.js` asks for the run, which
`run.py` computes on this device; `survey.js` and its neighbours show what happens digit by digit.
"""

from pathlib import Path

from fgsm import service
from fgsm.catalogue import ARTICLE_EPSILONS, FGSM, LENET
from fgsm.digits import mnist_available
from fgsm.service.all_digits import cards
from fgsm.ui.all_digits.run import Runs, download
from fgsm.ui.component import component
from fgsm.ui.stage import has_mnist
from fgsm.ui.wire import answering, packed

FOLDER = Path(__file__).parent


def all_digits() -> None:
    """The contents of the tab: the cards' curves with a run on this device, and the survey."""
    runs = Runs()
    component(
        "all_digits/accuracy.js",
        [FOLDER / "accuracy.html"],
        {
            "cards": packed(cards()),
            "hasMnist": mnist_available(),
            "first": {
                "model": LENET.key,
                "attack": FGSM.key,
                "epsilons": " ".join(f"{epsilon:.2f}" for epsilon in ARTICLE_EPSILONS),
            },
        },
        [runs.follow, runs.cancel, download, has_mnist],
    )
    component(
        "all_digits/survey.js",
        [FOLDER / "survey.html"],
        None,
        [answering(service.counts), answering(service.grid), answering(service.cell)],
    )
