"""Accuracy under attack over a data set, as the article's table and curve give it.

python -m fgsm.evaluate --weights lenet --epsilons 0 0.05 0.1 0.15 0.2 0.25 0.3

With --image FILE, what the model reads in one picture.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from fgsm.attack import AttackFunction, batch_size, fgsm
from fgsm.catalogue import (
    ARTICLE_EPSILONS,
    BUILTIN,
    FGSM,
    LENET,
    MODELS,
    Aim,
    Attack,
    attacks_offered,
    load_model,
)
from fgsm.checks import check_epsilons
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.model import available_device
from fgsm.picture import read_picture
from fgsm.readings import predict, sweep


@dataclass(frozen=True)
class Result:
    """How well a model does at one epsilon."""

    epsilon: float
    correct: int
    """Digits read correctly both before and after the attack, as the article counts."""
    accuracy: float
    mean_confidence_wrong: float | None
    """Mean probability given to the prediction, over predictions that are wrong; None if none."""


@dataclass(frozen=True)
class Evaluation:
    """The results over the first `n` digits, one per epsilon."""

    n: int
    results: tuple[Result, ...]


def evaluate(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Sequence[float],
    attack: AttackFunction = fgsm,
    *,
    size: int | None = None,
) -> Iterator[Evaluation]:
    """Attack every image, batch by batch, yielding the results so far after each batch.

    Memory does not grow with N beyond the images themselves, which may stay on the CPU: batches
    are moved to the model's device.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`, the true classes.
        epsilons: in any order; the results come in the same order.
        size: of a batch; None means `fgsm.attack.batch_size` of the device.

    Raises:
        ValueError: an argument is not what `fgsm.attack` asks for.
    """
    check_epsilons(epsilons)
    device = next(model.parameters()).device
    # Epsilon 0 is always swept: it says which digits are wrong before any attack.
    grid = sorted({0.0, *epsilons})
    columns = [grid.index(epsilon) for epsilon in epsilons]
    correct = torch.zeros(len(grid), dtype=torch.int64)
    wrong = torch.zeros(len(grid), dtype=torch.int64)
    confidence = torch.zeros(len(grid), dtype=torch.float64)
    n = 0
    size = size or batch_size(device)
    for some_images, some_labels in zip(images.split(size), labels.split(size), strict=True):
        swept = sweep(model, some_images.to(device), some_labels.to(device), grid, attack)
        right = ~swept.wrong
        correct += (right & right[0]).sum(1).cpu()
        wrong += swept.wrong.sum(1).cpu()
        confidence += (swept.log_probs.amax(-1).exp() * swept.wrong).sum(1).cpu()
        n += len(some_images)
        yield Evaluation(
            n,
            tuple(
                Result(
                    epsilon=epsilons[i],
                    correct=int(correct[k]),
                    accuracy=int(correct[k]) / n,
                    mean_confidence_wrong=float(confidence[k] / wrong[k]) if wrong[k] else None,
                )
                for i, k in enumerate(columns)
            ),
        )


def unaimed(attack: Attack, seed: int = 0) -> AttackFunction:
    """The attack for a whole data set: without a target, its random choices seeded."""
    return attack.aimed(Aim(torch.Generator().manual_seed(seed)))


def digits_at_once(attack: Attack, epsilons: Sequence[float], device: torch.device) -> int:
    """The batch size for that attack: a batch is about as much work as the article's 7 epsilons.

    So a run reports often, and other requests can be computed between two batches. Only the forward
    passes of the attack's steps are counted: a batch with ten gradients may take three times as
    long.
    """
    most = batch_size(device)
    forwards = max(1, attack.gradients) * len(epsilons)
    return min(most, max(1, most * len(ARTICLE_EPSILONS) // forwards))


def _print_reading(probabilities: Tensor, options: argparse.Namespace) -> None:
    """What is read in one picture, and how sure the model is of each class."""
    prediction, confidences = int(probabilities.argmax()), probabilities.tolist()
    if options.json:
        names = {"weights": str(options.weights), "file": str(options.image)}
        print(json.dumps({**names, "prediction": prediction, "confidences": confidences}))
        return
    print(f"Prediction: {prediction}")
    for digit, confidence in enumerate(confidences):
        print(f"{digit}: {confidence:.4f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line per epsilon, or one for each class of a picture; with `--json`, one object."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.evaluate", description=__doc__)
    add = parser.add_argument
    add("--weights", default=LENET.key, help=f"{', '.join(MODELS)}, or a path")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    source.add_argument("--builtin", action="store_true", help=BUILTIN.phrase)
    source.add_argument("--image", type=Path, metavar="FILE", help="only read this picture")
    attacks = attacks_offered("runs")
    add(
        "--attack",
        choices=attacks,
        default=FGSM.key,
        help="; ".join(f"{key}: {attack.name}" for key, attack in attacks.items()),
    )
    add("--epsilons", type=float, nargs="+", default=ARTICLE_EPSILONS, metavar="E")
    add("--device", help="auto, cuda, mps or cpu")
    add("--limit", type=int, metavar="N", help="only the first N digits")
    add("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    try:
        if options.limit is not None and options.limit < 1:
            raise ValueError(f"--limit is {options.limit}; it must be at least 1")
        check_epsilons(options.epsilons)
        device = available_device(options.device)
        model = load_model(options.weights, device)
        if options.image is not None:
            images, labels = read_picture(options.image.read_bytes()), None
        elif options.builtin:
            images, labels = builtin_digits()
        else:
            images, labels = mnist_digits(train=False, root=options.data, download=True)
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    if labels is None:
        _print_reading(predict(model, images.to(device))[0].exp(), options)
        return
    images, labels = images[: options.limit], labels[: options.limit]
    attack = attacks[options.attack]
    size = digits_at_once(attack, options.epsilons, device)
    start = time.perf_counter()
    with tqdm(total=len(images), unit="digit", file=sys.stderr) as bar:
        evaluations = evaluate(model, images, labels, options.epsilons, unaimed(attack), size=size)
        for evaluation in evaluations:
            bar.update(evaluation.n - bar.n)
    seconds = time.perf_counter() - start
    if options.json:
        report = {
            "weights": str(options.weights),
            "attack": attack.key,
            "device": str(device),
            **asdict(evaluation),
            "seconds": seconds,
        }
        print(json.dumps(report))
    else:
        for result in evaluation.results:
            print(f"Epsilon: {result.epsilon:g}, Accuracy: {result.accuracy:.3f}")


if __name__ == "__main__":
    main()
