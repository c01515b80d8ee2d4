"""What FGSM does to every digit of a data set at every epsilon of the page's grid.

    python -m fgsm.survey --data ~/mnist

Attacking 10,000 digits at 101 epsilons takes a minute; so the predictions, digit by digit, are
computed once and kept beside the weights, in `NAME-survey.npz`. Everything else here counts them:
which digits are fooled, as what they are read, and at which epsilon they break.

As in the article, a digit counts as fooled only if it was read correctly before the attack.
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

from fgsm.attack import batch_size, sweep
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.model import ARCHITECTURES, WEIGHTS, load_model

EPSILONS = tuple(k / 200 for k in range(101))  # 0, .005 … .5
SOURCES = ("builtin", "test")
"""The 1,000 digits of the package, and MNIST's 10,000 test digits."""


@dataclass(frozen=True)
class Survey:
    """What a model reads in each of N digits at each of K epsilons."""

    epsilons: tuple[float, ...]
    """K of them, increasing, the first one 0."""
    labels: Tensor
    """int64 `(N,)`: the true classes."""
    predictions: Tensor
    """int64 `(K, N)`."""

    @property
    def right_before(self) -> Tensor:
        """bool `(N,)`: is the prediction right before the attack?"""
        return self.predictions[0] == self.labels

    @property
    def fooled(self) -> Tensor:
        """bool `(K, N)`: is the prediction right before the attack, and wrong at this epsilon?"""
        return self.right_before & (self.predictions != self.labels)

    @property
    def breaking_point(self) -> Tensor:
        """`(N,)`: the smallest epsilon that fools; infinity where none does.

        Infinity too where the prediction is wrong before the attack: there is nothing to break.
        """
        return torch.tensor(self.epsilons)[:, None].where(self.fooled, torch.inf).amin(0)


@dataclass(frozen=True)
class BreakingPoints:
    """How many of N digits break where. The three counts add up to N."""

    counts: Tensor
    """int64 `(K,)`: digits whose breaking point is this epsilon of the grid."""
    never: int
    """Digits that no epsilon of the grid fools."""
    wrong_before: int
    """Digits that are wrong before the attack."""


def survey(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float] = EPSILONS
) -> Survey:
    """Attack every image with FGSM, batch by batch, and keep the predictions.

    Memory does not grow with N beyond the images themselves, which may stay on the CPU.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`, the true classes.
        epsilons: increasing, the first one 0.

    Raises:
        ValueError: an argument is not what `fgsm.attack` asks for, or epsilon 0 is missing.
    """
    if epsilons[0] != 0:
        raise ValueError(f"epsilons start at {epsilons[0]}; they must start at 0, the clean digit")
    device = next(model.parameters()).device
    size = batch_size(device)
    predictions = [
        sweep(model, some_images.to(device), some_labels.to(device), epsilons).predictions.cpu()
        for some_images, some_labels in zip(images.split(size), labels.split(size), strict=True)
    ]
    return Survey(tuple(epsilons), labels.cpu(), torch.cat(predictions, dim=1))


def confusion(surveyed: Survey) -> Tensor:
    """As what digits are read: counts of the digits that were right before the attack.

    Returns:
        int64 `(K, 10, 10)`: row = label, column = prediction. The diagonal counts digits still
        right, all else digits fooled; the sum of a row is the same at every epsilon.
    """
    kept = surveyed.right_before
    cells = surveyed.labels[kept] * 10 + surveyed.predictions[:, kept]
    return torch.stack([row.bincount(minlength=100) for row in cells]).view(-1, 10, 10)


def breaking_points(surveyed: Survey) -> BreakingPoints:
    """How many digits break at each epsilon of the grid."""
    grid = torch.tensor(surveyed.epsilons)[:, None]
    never = surveyed.right_before & ~surveyed.fooled.any(0)
    return BreakingPoints(
        counts=(surveyed.breaking_point == grid).sum(1),
        never=int(never.sum()),
        wrong_before=int((~surveyed.right_before).sum()),
    )


def harder_than(surveyed: Survey, breaking_point: float) -> float:
    """The share of digits, in [0, 1], that break at a smaller epsilon than a given digit does.

    Of the digits right before the attack: the others have no breaking point to compare.

    Args:
        breaking_point: of the given digit, on the same grid; infinity if it never breaks.
    """
    # PyTorch compares in float32, the tensor's type: .1 on the grid is not above .1 in float64.
    easier = surveyed.breaking_point < breaking_point
    return int(easier.sum()) / int(surveyed.right_before.sum())


def examples(
    surveyed: Survey,
    k: int,
    count: int,
    *,
    generator: torch.Generator,
    label: int | None = None,
    prediction: int | None = None,
) -> Tensor:
    """Digits that are fooled at the k-th epsilon, drawn at random, none twice.

    Args:
        count: how many; there may be fewer.
        label: only digits of this class.
        prediction: only digits read as this class.

    Returns:
        int64 `(at most count,)`: their indexes among the N digits.

    Raises:
        IndexError: the grid has no k-th epsilon.
    """
    wanted = surveyed.fooled[k]
    if label is not None:
        wanted = wanted & (surveyed.labels == label)
    if prediction is not None:
        wanted = wanted & (surveyed.predictions[k] == prediction)
    indexes = wanted.nonzero()[:, 0]
    return indexes[torch.randperm(len(indexes), generator=generator)[:count]]


def save_surveys(path: Path, sha256: str, surveys: Mapping[str, Survey]) -> None:
    """Write the surveys of one model, by source, with the SHA-256 of its weights file."""
    arrays: dict[str, Any] = {"sha256": np.array(sha256)}
    for source, surveyed in surveys.items():
        arrays[f"{source}_epsilons"] = np.array(surveyed.epsilons)
        arrays[f"{source}_labels"] = surveyed.labels.numpy().astype(np.uint8)
        # Digit by digit: along epsilon a prediction changes once or twice, so this compresses well.
        arrays[f"{source}_predictions"] = surveyed.predictions.T.numpy().astype(np.uint8)
    np.savez_compressed(path, **arrays)


def load_survey(name: str, source: str, folder: Path = WEIGHTS) -> Survey:
    """The survey of a built-in model that is kept beside its weights; in a few ms.

    Args:
        name: a name in `ARCHITECTURES`.
        source: "builtin" or "test". The test set itself need not be on this machine.
        folder: where `NAME.pth` and `NAME-survey.npz` are.

    Raises:
        FileNotFoundError: one of the two files is missing.
        ValueError: there is no such source, the survey was made from other weights, or its file is
            damaged.
    """
    if source not in SOURCES:
        raise ValueError(f"source is {source!r}; it must be one of {', '.join(SOURCES)}")
    path = folder / f"{name}-survey.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            made_from = str(arrays["sha256"])
            epsilons = tuple(arrays[f"{source}_epsilons"].tolist())
            labels = torch.from_numpy(arrays[f"{source}_labels"]).long()
            predictions = torch.from_numpy(arrays[f"{source}_predictions"]).long().T.contiguous()
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as a survey: truncated or foreign") from error
    if made_from != _sha256(folder / f"{name}.pth"):
        raise ValueError(f"{path} was made from other weights; run python -m fgsm.survey {name}")
    return Survey(epsilons, labels, predictions)


def _sha256(weights: Path) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Survey models on the built-in digits and on the test set, and write their files."""
    parser = argparse.ArgumentParser(prog="python -m fgsm.survey", description=__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"of {', '.join(ARCHITECTURES)}; default: all")
    add("--data", type=Path, metavar="DIR", help="where MNIST is, or shall be")
    add(
        "--weights",
        type=Path,
        default=WEIGHTS,
        metavar="DIR",
        help="of NAME.pth and NAME-survey.npz",
    )
    options = parser.parse_args(arguments)
    try:
        digits = {
            "builtin": builtin_digits(),
            "test": mnist_digits(train=False, root=options.data, download=True),
        }
        for name in options.names or ARCHITECTURES:
            weights = options.weights / f"{name}.pth"
            model = load_model(weights)
            surveys = {source: survey(model, *digits[source]) for source in SOURCES}
            path = options.weights / f"{name}-survey.npz"
            save_surveys(path, _sha256(weights), surveys)
            print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
