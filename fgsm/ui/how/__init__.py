"""The tab "How it works": the argument in words, with a picture of each step, computed live."""

from pathlib import Path
from typing import Any

from fgsm.card import load_card
from fgsm.catalogue import (
    FGSM,
    ITERATIVE,
    LARGEST_EPSILON,
    LENET,
    RANDOM,
    ROBUST,
    SOFTMAX,
    Attack,
    Model,
    Recipe,
)
from fgsm.service import FIGURES, defence
from fgsm.service.all_digits import cards
from fgsm.ui.component import Component
from fgsm.ui.wire import packed

FOLDER = Path(__file__).parent
PAPER_EPSILON = 0.25
NOT_MEASURED = "not measured"
NUMBERS = {5: "five"}
"""Small numbers as words, which read better in a sentence."""


def steps() -> list[tuple[str, Component]]:
    """Each step of the argument: the words of `text.md`, and the picture beside them.

    The words are Markdown, with formulas between dollars. The picture is what a function of the
    service computes, and the script of the same name draws.
    """
    figures = [
        Component(
            "how/figure.js",
            [FOLDER / "figure.html"],
            {
                "figure": function.__name__,
                "cards": packed(cards()) if function is defence else [],
            },
        )
        for function in FIGURES
    ]
    return list(zip(_texts(), figures, strict=True))


def _texts() -> list[str]:
    """The steps in words, with the numbers of the robust twin's recipe and card filled in."""
    trained, largest = ROBUST.recipe.epsilon, LARGEST_EPSILON
    text = _filled(
        (FOLDER / "text.md").read_text("utf-8"),
        {
            "ROBUST_HELD": read_correctly(ROBUST, FGSM, trained),
            "PLAIN_HELD": read_correctly(LENET, FGSM, trained),
            "UNDER_FGSM": read_correctly(ROBUST, FGSM, largest),
            "UNDER_STEPS": read_correctly(ROBUST, ITERATIVE, largest),
            "UNDER_RANDOM": read_correctly(ROBUST, RANDOM, largest),
            "DIFFERENCES": differences(LENET.recipe, ROBUST.recipe),
        },
    )
    return text.split("\n---\n")


def _filled(text: str, words: dict[str, str]) -> str:
    """The text with its words in capitals replaced, also those of the robust twin's recipe."""
    recipe = ROBUST.recipe
    steps = NUMBERS.get(recipe.steps, str(recipe.steps))
    # In this order: UNDER_STEPS holds the word STEPS.
    for word, instead in {**words, "STEPS": steps, "TRAINED": f"{recipe.epsilon:.2f}"}.items():
        text = text.replace(word, instead)
    return text


def differences(plain: Recipe, robust: Recipe) -> str:
    """How the robust twin's training differs from the plain one's, apart from the attack."""
    found = []
    if robust.epochs != plain.epochs:
        found.append(f"for {robust.epochs} epochs instead of {plain.epochs}")
    for name, theirs, own in (
        ("dropout", plain.dropout, robust.dropout),
        ("augmentation", plain.augmented, robust.augmented),
    ):
        if bool(theirs) != bool(own):
            found.append(f"{'with' if own else 'without'} {name}")
    if not found:
        return "in the same way otherwise"
    return " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))


def paper() -> str:
    """What stands below the steps, in Markdown.

    Our figures, from the cards, next to those of Goodfellow et al. 2014, sections 4 and 6.
    """
    rows = [
        ("softmax regression, the paper's", "99.9 %", "79.3 %"),
        ("softmax regression, ours", *error_and_confidence(SOFTMAX)),
        ("maxout network, the paper's", "89.4 %", "97.6 %"),
        ("LeNet, ours", *error_and_confidence(LENET)),
        ("maxout network trained on FGSM images, the paper's", "17.9 %", "81.4 %"),
        ("robust LeNet, ours", *error_and_confidence(ROBUST)),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    text = (FOLDER / "paper.md").read_text("utf-8")
    return _filled(text, {"TABLE": table})


def error_and_confidence(model: Model) -> tuple[str, str]:
    """The share of digits misread at the paper's epsilon, and the mean confidence in those."""
    result = _result(model, FGSM, PAPER_EPSILON)
    if result is None:
        return NOT_MEASURED, NOT_MEASURED
    return _percent(1 - result["accuracy"]), _percent(result["mean_confidence_wrong"])


def read_correctly(model: Model, attack: Attack, epsilon: float) -> str:
    """The share of MNIST's test digits that the model reads correctly under an attack."""
    result = _result(model, attack, epsilon)
    return NOT_MEASURED if result is None else _percent(result["accuracy"])


def _result(model: Model, attack: Attack, epsilon: float) -> dict[str, Any] | None:
    """What the model's card says; None if it has none, or says nothing about that."""
    card = load_card(model) or {"results": {}}
    results: list[dict[str, Any]] = card["results"].get(attack.key, [])
    return next((each for each in results if each["epsilon"] == epsilon), None)


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
