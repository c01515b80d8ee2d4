"""What the attacks require of their arguments; a check raises `ValueError` with the value found.

The docstring of `fgsm.attack` says what the arguments mean.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

Epsilons = float | Sequence[float]


def check_images(images: Tensor) -> None:
    """Raise `ValueError` unless images are float `(N, 1, 28, 28)` in [0, 1], N > 0."""
    if images.dim() != 4 or images.shape[1:] != (1, 28, 28) or len(images) == 0:
        raise ValueError(f"images have shape {tuple(images.shape)}; it must be (N, 1, 28, 28)")
    if images.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"images are {images.dtype}; they must be float32 or float64 in [0, 1]")
    low, high = (bound.item() for bound in images.detach().aminmax())
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"images range from {low} to {high}; they must lie in [0, 1]")


def check_labels(labels: Tensor, images: Tensor) -> None:
    """Raise `ValueError` unless labels are int64 `(N,)` on the device of the N images."""
    if labels.dtype != torch.int64:
        raise ValueError(f"labels are {labels.dtype}; they must be int64")
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels have shape {tuple(labels.shape)}; it must be ({len(images)},)")
    if labels.device != images.device:
        raise ValueError(f"labels are on {labels.device}; the images are on {images.device}")


def check_model(model: nn.Module, images: Tensor) -> None:
    """Raise `ValueError` unless the model's parameters have the images' dtype and device."""
    for parameter in model.parameters():
        if (parameter.dtype, parameter.device) != (images.dtype, images.device):
            raise ValueError(
                f"images are {images.dtype} on {images.device}; "
                f"the model is {parameter.dtype} on {parameter.device}"
            )


def check_epsilons(epsilons: Epsilons) -> None:
    """Raise `ValueError` unless epsilons are one number, or a sequence of some, in [0, 1]."""
    values: Sequence[object] = epsilons if isinstance(epsilons, Sequence) else [epsilons]
    if not values:
        raise ValueError("epsilons are empty; there must be at least one")
    for value in values:
        if not (isinstance(value, (int, float)) and 0 <= value <= 1):  # which NaN fails too
            raise ValueError(f"epsilon is {value!r}; it must be a number in [0, 1]")


def check_classes(labels: Tensor, logits: Tensor) -> None:
    """Raise `ValueError` unless every label is a class of the model."""
    low, high = (bound.item() for bound in labels.aminmax())
    if not 0 <= low <= high < logits.shape[1]:
        raise ValueError(
            f"labels range from {low} to {high}; they must lie in [0, {logits.shape[1] - 1}]"
        )
