"""What FGSM does to every digit of a data set at every epsilon of the page's grid.

    python -m fgsm.survey --data ~/mnist

Attacking 10,000 digits at 101 epsilons takes a minute; so the predictions, digit by digit, are
computed once and kept beside the weights, in `KEY-survey.npz`. Everything else here counts them:
which digits are fooled (in the sense of `fgsm.readings`), what they are read as, and at which
epsilon they break.
"""

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor, nn

from fgsm.attack import batch_size
from fgsm.catalogue import BUILTIN, DATA_SETS, EPSILONS, MNIST_TEST, MODELS, Model, load_model
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.readings import Readings, sweep


@dataclass(frozen=True)
class BreakingPoints:
    """How many of N digits break at which epsilon. The three counts add up to N."""

    counts: Tensor
    """int64 `(K,)`: digits whose breaking point is this epsilon of the grid."""
    never: int
    """Digits that no epsilon of the grid fools."""
    misread: int
    """Digits that are misread before the attack."""


def survey(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float] = EPSILONS
) -> Readings:
    """Attack every image with FGSM, batch by batch, and keep the predictions.

    Memory does not grow with N beyond the images themselves, which may stay on the CPU.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`, the true classes.
        epsilons: increasing, the first one 0.

    Raises:
        ValueError: an argument is not what `fgsm.readings.sweep` asks for.
    """
    device = next(model.parameters()).device
    size = batch_size(device)
    predictions = [
        sweep(model, some_images.to(device), some_labels.to(device), epsilons).predictions.cpu()
        for some_images, some_labels in zip(images.split(size), labels.split(size), strict=True)
    ]
    return Readings(tuple(epsilons), labels.cpu(), torch.cat(predictions, dim=1))


def confusion(readings: Readings) -> Tensor:
    """What digits are read as: counts of the digits that were read correctly before the attack.

    Returns:
        int64 `(K, 10, 10)`: row = label, column = prediction. The diagonal counts digits still
        right, every other cell digits fooled; a row has the same sum at every epsilon.
    """
    kept = readings.right_before
    cells = readings.labels[kept] * 10 + readings.predictions[:, kept]
    return torch.stack([row.bincount(minlength=100) for row in cells]).view(-1, 10, 10)


def breaking_points(readings: Readings) -> BreakingPoints:
    """How many digits break at each epsilon of the grid."""
    grid = torch.tensor(readings.epsilons)[:, None]
    never = readings.right_before & ~readings.fooled.any(0)
    return BreakingPoints(
        counts=(readings.breaking_point == grid).sum(1),
        never=int(never.sum()),
        misread=int((~readings.right_before).sum()),
    )


def harder_than(readings: Readings, breaking_point: float) -> float:
    """The share of digits, in [0, 1], that break at a smaller epsilon than a given digit does.

    Only digits read correctly before the attack count: the others have no breaking point.

    Args:
        breaking_point: that of the given digit, on the same grid; infinity if it never breaks.
    """
    # PyTorch compares in float32, the tensor's type: .1 on the grid is not above .1 in float64.
    easier = readings.breaking_point < breaking_point
    return int(easier.sum()) / int(readings.right_before.sum())


def examples(
    readings: Readings,
    k: int,
    count: int,
    *,
    generator: torch.Generator,
    label: int | None = None,
    prediction: int | None = None,
) -> Tensor:
    """Digits that are fooled at the k-th epsilon, chosen at random, none twice.

    Args:
        count: how many; there may be fewer.
        label: only digits of this class.
        prediction: only digits read as this class.

    Returns:
        int64 `(at most count,)`: their indexes among the N digits.

    Raises:
        IndexError: the grid has no k-th epsilon.
    """
    wanted = readings.fooled[k]
    if label is not None:
        wanted = wanted & (readings.labels == label)
    if prediction is not None:
        wanted = wanted & (readings.predictions[k] == prediction)
    indexes = wanted.nonzero()[:, 0]
    return indexes[torch.randperm(len(indexes), generator=generator)[:count]]


def save_surveys(path: Path, sha256: str, surveys: Mapping[str, Readings]) -> None:
    """Write the surveys of one model, by source, with the SHA-256 of its weights file."""
    arrays: dict[str, Any] = {"sha256": np.array(sha256)}
    for source, readings in surveys.items():
        arrays[f"{source}_epsilons"] = np.array(readings.epsilons)
        arrays[f"{source}_labels"] = readings.labels.numpy().astype(np.uint8)
        # Stored by digit: along epsilon a prediction changes once or twice, which compresses well.
        arrays[f"{source}_predictions"] = readings.predictions.T.numpy().astype(np.uint8)
    np.savez_compressed(path, **arrays)


def load_survey(model: Model, source: str) -> Readings:
    """The survey of a model of the catalogue, read in a few ms from the file beside its weights.

    Args:
        source: a key in `DATA_SETS`. The digits themselves need not be on this machine.

    Raises:
        FileNotFoundError: the weights or the survey are missing.
        ValueError: there is no such source, the survey was made from other weights, or its file is
            damaged.
    """
    if source not in DATA_SETS:
        raise ValueError(f"source is {source!r}; it must be one of {', '.join(DATA_SETS)}")
    path = model.survey
    try:
        with np.load(path, allow_pickle=False) as arrays:
            made_from = str(arrays["sha256"])
            epsilons = tuple(arrays[f"{source}_epsilons"].tolist())
            labels = torch.from_numpy(arrays[f"{source}_labels"]).long()
            predictions = torch.from_numpy(arrays[f"{source}_predictions"]).long().T.contiguous()
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as a survey: truncated or foreign") from error
    if made_from != _sha256(model.weights):
        raise ValueError(
            f"{path} was made from other weights; run python -m fgsm.survey {model.key}"
        )
    return Readings(epsilons, labels, predictions)


def _sha256(weights: Path) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Survey models on every data set, and write their files."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.survey", description=__doc__)
    add = parser.add_argument
    add("keys", nargs="*", metavar="MODEL", help=f"of {', '.join(MODELS)}; default: all")
    add("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    options = parser.parse_args(arguments)
    try:
        if unknown := [key for key in options.keys if key not in MODELS]:
            raise ValueError(f"model is {unknown[0]!r}; it must be one of {', '.join(MODELS)}")
        digits = {
            BUILTIN.key: builtin_digits(),
            MNIST_TEST.key: mnist_digits(train=False, root=options.data, download=True),
        }
        for entry in [MODELS[key] for key in options.keys or MODELS]:
            model = load_model(entry.key)
            surveys = {source: survey(model, *digits[source]) for source in DATA_SETS}
            save_surveys(entry.survey, _sha256(entry.weights), surveys)
            print(f"{entry.survey}: {entry.survey.stat().st_size / 1000:.0f} kB")
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
