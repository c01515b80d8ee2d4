"""What a model reads in images under attack: at each of K epsilons, in each of N images.

`Readings` holds the predictions, and says which images are fooled and where they break. The terms
mean the same for one digit on the page and for a whole data set. As in the article, an image that
is misread before the attack is never fooled: there is nothing left to fool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from fgsm.attack import AttackFunction, batch_size, evaluating, fgsm
from fgsm.checks import check_classes, check_epsilons, check_images, check_labels, check_model


@dataclass(frozen=True)
class Readings:
    """Predictions of N images at each of K epsilons."""

    epsilons: tuple[float, ...]
    """K of them, increasing, the first one 0: the clean images."""
    labels: Tensor
    """int64 `(N,)`: the true classes."""
    predictions: Tensor
    """int64 `(K, N)`."""

    @property
    def wrong(self) -> Tensor:
        """bool `(K, N)`: is the prediction another class than the label?"""
        return self.predictions != self.labels

    @property
    def right_before(self) -> Tensor:
        """bool `(N,)`: is the clean image read correctly?"""
        return ~self.wrong[0]

    @property
    def fooled(self) -> Tensor:
        """bool `(K, N)`: is the clean image read correctly, and not at this epsilon?"""
        return self.right_before & self.wrong

    @property
    def breaking_point(self) -> Tensor:
        """`(N,)`: the smallest epsilon of the grid that fools; infinity where none does.

        It is infinity also where the clean image is misread. Bisection would be faster, but wrong:
        success is not always monotone in epsilon.
        """
        grid = torch.tensor(self.epsilons, device=self.labels.device)[:, None]
        return grid.where(self.fooled, torch.inf).amin(0)

    @property
    def monotone(self) -> Tensor:
        """bool `(N,)`: once fooled, is the image fooled at every larger epsilon too?"""
        return (self.fooled[1:] >= self.fooled[:-1]).all(0)


@dataclass(frozen=True)
class Sweep(Readings):
    """Readings, with the images that were read and the model's log-probabilities."""

    adversarial: Tensor
    """`(K, N, 1, 28, 28)` in [0, 1]."""
    log_probs: Tensor
    """`(K, N, C)`."""


def sweep(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Sequence[float],
    attack: AttackFunction = fgsm,
) -> Sweep:
    """Attack each image at each epsilon and read what the model makes of it.

    With `fgsm` this costs one backward pass over N images and one forward pass over K * N.

    Args:
        labels: the true classes, which `Readings.wrong` compares with. They are also passed to
            `attack`; to attack something else, bind it: `lambda model, images, _, epsilons:
            fgsm(model, images, targets, epsilons, targeted=True)`.
        epsilons: increasing, the first one 0.

    Raises:
        ValueError: an argument is not what the docstring of `fgsm.attack` asks for, or the
            epsilons do not start at 0 or do not increase.
    """
    check_images(images)
    check_labels(labels, images)
    check_model(model, images)
    check_epsilons(epsilons)
    grid = tuple(float(epsilon) for epsilon in epsilons)
    if grid[0] != 0:
        raise ValueError(f"epsilons start at {grid[0]}; they must start at 0, the clean image")
    if any(low >= high for low, high in pairwise(grid)):
        raise ValueError(f"epsilons are {grid}; they must increase")
    adversarial = attack(model, images, labels, grid)
    log_probs = predict(model, adversarial.flatten(0, 1)).unflatten(0, (len(grid), -1))
    check_classes(labels, log_probs[0])
    return Sweep(grid, labels, log_probs.argmax(-1), adversarial, log_probs)


def predict(model: nn.Module, images: Tensor) -> Tensor:
    """Log-probabilities `(N, C)`, in eval mode and without a graph."""
    with evaluating(model), torch.no_grad():
        outputs = [model(batch) for batch in images.split(batch_size(images.device))]
    # Log-probabilities stay as they are, so a model may give either these or logits.
    return torch.cat(outputs).log_softmax(1)
