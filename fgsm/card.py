"""The card of a model: how the model was made, and how accurate it is under attack.

    python -m fgsm.card lenet --data ~/mnist

Measures a model of the catalogue again on MNIST's test set, under every attack that the catalogue
offers for cards, and rewrites `weights/KEY.json`, except for what the file says about training.
`fgsm.train` writes the first card, with the weights.
"""

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from fgsm.catalogue import CARD_EPSILONS, MODELS, Model, attacks_offered
from fgsm.digits import MnistMissing, mnist_digits
from fgsm.evaluate import Result, evaluate, unaimed
from fgsm.files import BadFile, content_of, foreign, sha256_of
from fgsm.model import read_weights

Card = dict[str, Any]


def measure(model: Model, images: Tensor, labels: Tensor) -> Card:
    """How well the model's weights do on these digits, under each attack."""
    network = read_weights(model.weights)
    results = {}
    for key, attack in attacks_offered("cards").items():
        with tqdm(total=len(images), unit="digit", desc=attack.name) as bar:
            for evaluation in evaluate(network, images, labels, CARD_EPSILONS, unaimed(attack)):
                bar.update(evaluation.n - bar.n)
        results[key] = [asdict(result) for result in evaluation.results]
    return {
        "name": model.key,
        "architecture": model.architecture.__name__,
        "recipe": asdict(model.recipe),
        "sha256": sha256_of(model.weights),
        "test_digits": len(images),
        "accuracy": results[next(iter(results))][0]["accuracy"],
        "results": results,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def write_card(model: Model, card: Card) -> None:
    """Write the card beside the weights."""
    model.card.write_text(json.dumps(card, indent=1) + "\n")


def load_card(model: Model) -> Card | None:
    """The card of a model; None if it has none yet.

    Raises:
        OSError: the file cannot be read.
        BadFile: it does not hold a card.
    """
    if not model.card.exists():
        return None
    content = content_of(model.card)
    try:
        card: Card = json.loads(content)
        is_card = (
            isinstance(card["sha256"], str)
            and isinstance(card["accuracy"], float)
            and isinstance(card["test_digits"], int)
            and all(
                isinstance(Result(**each).accuracy, float)
                for results in card["results"].values()
                for each in results
            )
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise foreign(model.card, "a card") from error
    if not is_card:
        raise foreign(model.card, "a card")
    return card


def check_card(model: Model) -> None:
    """Raise `BadFile` if the model has a card that is damaged, or about other weights."""
    card = load_card(model)
    if card is not None and card["sha256"] != sha256_of(model.weights):
        raise BadFile(
            f"{model.card} is about other weights than {model.weights}; get both again from where "
            f"they came from, or run python -m fgsm.card {model.key}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure models, and rewrite their cards."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.card", description=__doc__)
    add = parser.add_argument
    add("keys", nargs="+", choices=MODELS, metavar="MODEL", help=f"of {', '.join(MODELS)}")
    add("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    options = parser.parse_args(arguments)
    try:
        images, labels = mnist_digits(train=False, root=options.data, download=True)
        for model in [MODELS[key] for key in options.keys]:
            write_card(model, {**(load_card(model) or {}), **measure(model, images, labels)})
            print(model.card)
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
