"""A sweep as pictures and numbers to show: eight bits per pixel, and small enough to send at once.

A screen shows 256 levels. Frames are rounded to them here, once, so that what is seen is what was
computed. Next to each other on the epsilon axis two frames differ by a level or two, so they are
sent as differences, compressed: 101 frames of a digit take about 10 KiB instead of 77.
"""

import base64
import zlib
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fgsm.attack import Sweep, predict

LARGEST_CHANGE = 0.5
"""The change that gets the full colour, in pixel units: the largest epsilon of the page."""


def eight_bit(images: Tensor) -> Tensor:
    """Images as an 8-bit file keeps them: rounded to the nearest multiple of 1/255."""
    return (images * 255).round() / 255


def image_frames(images: Tensor) -> Tensor:
    """Images in [0, 1] as uint8, same shape: 0 is black, 255 white."""
    return (images * 255).round().byte()


def change_frames(change: Tensor) -> Tensor:
    """Changes of a pixel as uint8, same shape: 128 is none, 1 and 255 are the largest shown.

    On a square-root scale, which lets small changes be seen and keeps the order of all.
    """
    scaled = (change / LARGEST_CHANGE).clamp(-1, 1)
    return (128 + 127 * scaled.sign() * scaled.abs().sqrt()).round().byte()


def pack(frames: Tensor) -> str:
    """K frames, uint8 `(K, ...)`, as base64 of zlib of each frame minus the one before, mod 256."""
    flat = frames.flatten(1).cpu()
    before = torch.cat([torch.zeros_like(flat[:1]), flat[:-1]])
    differences = flat - before  # of bytes, so it wraps around, and so does the sum that undoes it
    return base64.b64encode(zlib.compress(differences.numpy().tobytes())).decode("ascii")


@dataclass(frozen=True)
class Change:
    """How far an attack moved the pixels of one image, at each of K epsilons."""

    moved: list[int]
    """How many of the 784 pixels are not what they were."""
    largest: list[float]
    """The largest change of a pixel, in pixel units: the L-infinity distance."""
    mean: list[float]
    """The mean absolute change over all 784 pixels."""


def change_of(image: Tensor, adversarial: Tensor) -> Change:
    """Compare one image `(1, 28, 28)` with its adversarial images `(K, 1, 28, 28)`."""
    distance = (adversarial - image).abs().flatten(1)
    return Change(
        moved=(distance > 0).sum(1).tolist(),
        largest=distance.amax(1).tolist(),
        mean=distance.mean(1).tolist(),
    )


def survives_eight_bits(model: nn.Module, swept: Sweep) -> Tensor:
    """bool `(K, N)`: does the model still say the same after the image is saved in 8 bits?"""
    saved = predict(model, eight_bit(swept.adversarial.flatten(0, 1))).argmax(1)
    return saved.view(swept.predictions.shape) == swept.predictions
