"""What FGSM, and its control, do to every digit of a data set at every epsilon of the page's grid.

    python -m fgsm.survey --data ~/mnist

Attacking 10,000 digits at 101 epsilons takes a minute; so the predictions, digit by digit, are
computed once and kept beside the weights, in `KEY-survey.npz`. Everything else here counts them:
which digits are fooled (in the sense of `fgsm.readings`), what they are read as, at which epsilon
they break, and how many of them random signs would have fooled too.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fgsm.attack import batch_size, gradient_sign, random_direction
from fgsm.catalogue import (
    BUILTIN,
    DATA_SETS,
    EPSILONS,
    FGSM,
    MNIST_TEST,
    MODELS,
    RANDOM,
    Attack,
    Model,
    along,
    load_model,
)
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.files import BadFile, content_of, foreign, sha256_of
from fgsm.readings import Readings, sweep

SURVEYED = (FGSM, RANDOM)
"""The attacks that a survey holds: the method and its control."""


@dataclass(frozen=True)
class BreakingPoints:
    """How many of N digits break at which epsilon. The three counts add up to N."""

    counts: Tensor
    """int64 `(K,)`: digits whose breaking point is this epsilon of the grid."""
    never: int
    """Digits that no epsilon of the grid fools."""
    misread: int
    """Digits that are misread before the attack."""


@dataclass(frozen=True)
class Control:
    """How many of the digits that FGSM fools would have been fooled by random signs too."""

    right_before: int
    """Digits read correctly before any attack; all that follows are some of these."""
    fooled: Tensor
    """int64 `(K,)`: digits that FGSM fools at each epsilon."""
    by_chance: Tensor
    """int64 `(K,)`: those of them that random signs fool at the same epsilon."""
    breaking: int
    """Digits that FGSM fools at any epsilon of the grid: those that have a breaking point."""
    by_chance_there: int
    """Those of them that random signs fool at the digit's own breaking point."""


def survey(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Sequence[float] = EPSILONS,
    directions: Tensor | None = None,
) -> Readings:
    """Move every image along its direction, batch by batch, and keep the predictions.

    Memory does not grow with N beyond the arguments themselves, which may stay on the CPU.

    Args:
        images: float32 `(N, 1, 28, 28)` in [0, 1].
        labels: int64 `(N,)`, the true classes.
        epsilons: increasing, the first one 0.
        directions: in the shape of the images; None means FGSM's.

    Raises:
        ValueError: an argument is not what `fgsm.readings.sweep` asks for.
    """
    device = next(model.parameters()).device
    size = batch_size(device)
    predictions = []
    for start in range(0, len(images), size):
        batch = slice(start, start + size)
        some_images, some_labels = images[batch].to(device), labels[batch].to(device)
        if directions is None:
            some_directions = gradient_sign(model, some_images, some_labels)
        else:
            some_directions = directions[batch].to(device)
        swept = sweep(model, some_images, some_labels, epsilons, along(some_directions))
        predictions.append(swept.predictions.cpu())
    return Readings(tuple(epsilons), labels.cpu(), torch.cat(predictions, dim=1))


def random_signs(images: Tensor) -> Tensor:
    """The control's direction of every image of a data set.

    Each is drawn with the image's index as its seed, as the page does when it shows that digit, so
    that the survey counts what the page shows.
    """
    signs = [
        random_direction(images[i : i + 1], generator=torch.Generator().manual_seed(i))
        for i in range(len(images))
    ]
    return torch.cat(signs)


def control(attacked: Readings, at_random: Readings) -> Control:
    """Compare what FGSM and what random signs do to the same digits at the same epsilons."""
    both = attacked.fooled & at_random.fooled
    grid = torch.tensor(attacked.epsilons)[:, None]
    is_there = attacked.breaking_point == grid
    return Control(
        right_before=int(attacked.right_before.sum()),
        fooled=attacked.fooled.sum(1),
        by_chance=both.sum(1),
        breaking=int(is_there.sum()),
        by_chance_there=int((both & is_there).sum()),
    )


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


def save_surveys(path: Path, sha256: str, surveys: Mapping[str, Mapping[str, Readings]]) -> None:
    """Write the surveys of one model, by source and attack, with the SHA-256 of its weights.

    All attacks on a source share its digits and its epsilons.
    """
    arrays: dict[str, Any] = {"sha256": np.array(sha256)}
    for source, by_attack in surveys.items():
        for attack, readings in by_attack.items():
            arrays[f"{source}_epsilons"] = np.array(readings.epsilons)
            arrays[f"{source}_labels"] = readings.labels.numpy().astype(np.uint8)
            # By digit: along epsilon a prediction changes once or twice, which compresses well.
            predictions = readings.predictions.T.numpy().astype(np.uint8)
            arrays[_name_of_predictions(source, attack)] = predictions
    np.savez_compressed(path, **arrays)


def load_survey(model: Model, source: str, attack: Attack = FGSM) -> Readings:
    """The survey of a model of the catalogue, read in a few ms from the file beside its weights.

    Args:
        source: a key in `DATA_SETS`. The digits themselves need not be on this machine.
        attack: one of `SURVEYED`.

    Raises:
        FileNotFoundError: the weights or the survey are missing.
        OSError: one of them cannot be read.
        ValueError: there is no such source, or the attack is not surveyed.
        BadFile: the survey was made from other weights, or its file is damaged.
    """
    if source not in DATA_SETS:
        raise ValueError(f"source is {source!r}; it must be one of {', '.join(DATA_SETS)}")
    if attack not in SURVEYED:
        names = ", ".join(each.key for each in SURVEYED)
        raise ValueError(f"attack is {attack.key!r}; it must be one of {names}")
    ((labels, by_digit),) = _read(model, [(source, attack)])
    return Readings(EPSILONS, labels.long(), by_digit.long().T.contiguous())


def check_survey(model: Model) -> None:
    """Raise what `load_survey` would, whatever part of the model's survey it were asked for."""
    _read(model, [(source, attack) for source in DATA_SETS for attack in SURVEYED])


def _read(model: Model, wanted: Sequence[tuple[str, Attack]]) -> list[tuple[Tensor, Tensor]]:
    """For each source and attack: the labels `(N,)`, and by digit the predictions `(N, K)`."""
    path = model.survey
    content = BytesIO(content_of(path))
    try:
        with np.load(content, allow_pickle=False) as arrays:
            made_from = str(arrays["sha256"])
            found = [_part(arrays, source, attack) for source, attack in wanted]
    except Exception as error:  # what is damaged in an archive decides which kind is raised
        raise foreign(path, "a survey") from error
    if made_from != sha256_of(model.weights):
        raise BadFile(f"{path} was made from other weights; run python -m fgsm.survey {model.key}")
    return found


def _part(arrays: Mapping[str, Any], source: str, attack: Attack) -> tuple[Tensor, Tensor]:
    """The labels and the predictions of a source, which must be on the page's grid.

    Raises:
        KeyError, ValueError: they are not there, or are something else.
    """
    labels = torch.from_numpy(arrays[f"{source}_labels"])
    by_digit = torch.from_numpy(arrays[_name_of_predictions(source, attack.key)])
    if not (
        arrays[f"{source}_epsilons"].tolist() == list(EPSILONS)
        and by_digit.shape == (len(labels), len(EPSILONS))
        and all(each.min() >= 0 and each.max() <= 9 for each in (labels, by_digit))
    ):
        raise ValueError(f"there are no readings of {source} here")
    return labels, by_digit


def _name_of_predictions(source: str, attack: str) -> str:
    return f"{source}_{attack}_predictions"


def _surveys(model: nn.Module, images: Tensor, labels: Tensor) -> dict[str, Readings]:
    """One data set's surveys, by attack."""
    return {
        FGSM.key: survey(model, images, labels),
        RANDOM.key: survey(model, images, labels, directions=random_signs(images)),
    }


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
            surveys = {source: _surveys(model, *digits[source]) for source in DATA_SETS}
            save_surveys(entry.survey, sha256_of(entry.weights), surveys)
            print(f"{entry.survey}: {entry.survey.stat().st_size / 1000:.0f} kB")
    except (ValueError, OSError, MnistMissing) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
