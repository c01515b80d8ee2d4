"""What the cards in `weights/` say, for the page: measured once, on the 10,000 test digits."""

import functools
import json
from typing import Any

from fgsm.model import ARCHITECTURES, WEIGHTS

Series = dict[str, Any]
"""Results of one model under one method: `model`, `method`, `source`, `n`, `results`."""


@functools.cache
def card(name: str) -> dict[str, Any]:
    """The card of a built-in model."""
    content: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))
    return content


def cards() -> list[Series]:
    """The results of every model under every method."""
    return [
        {
            "model": name,
            "method": method,
            "source": "test",
            "n": card(name)["test_digits"],
            "results": results,
        }
        for name in ARCHITECTURES
        for method, results in card(name)["results"].items()
    ]


def error_and_confidence(name: str, epsilon: float) -> tuple[str, str]:
    """Under FGSM: the share of digits misread, and the mean confidence of what is misread."""
    (result,) = (each for each in card(name)["results"]["fgsm"] if each["epsilon"] == epsilon)
    return _percent(1 - result["accuracy"]), _percent(result["mean_confidence_wrong"])


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
