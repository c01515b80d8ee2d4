"""A sweep as pictures of eight bits per pixel, and how far its pixels moved.

A screen shows 256 levels. Frames are rounded to them here, once, so that what is seen is what was
computed.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from fgsm.readings import Sweep, predict


def eight_bit(images: Tensor) -> Tensor:
    """Images as an 8-bit file keeps them: rounded to the nearest multiple of 1/255."""
    return (images * 255).round() / 255


def image_frames(images: Tensor) -> Tensor:
    """Images in [0, 1] as uint8, same shape: 0 is black, 255 white."""
    return (images * 255).round().byte()


def change_frames(change: Tensor, largest: float) -> Tensor:
    """Changes of a pixel as uint8, same shape: 128 is none, 1 and 255 are the largest shown.

    The scale is a square root, which makes small changes visible and keeps the order of all.

    Args:
        largest: the change that gets the full colour, above 0. Larger changes look the same.
    """
    scaled = (change / largest).clamp(-1, 1)
    return (128 + 127 * scaled.sign() * scaled.abs().sqrt()).round().byte()


@dataclass(frozen=True)
class Change:
    """How far an attack moved the pixels of one image, at each of K epsilons."""

    moved: Tensor
    """int64 `(K,)`: how many of the 784 pixels have changed."""
    saturated: Tensor
    """int64 `(K,)`: how many of the others were black or white, and so may have been held back by
    the range of pixels."""
    largest: Tensor
    """`(K,)`: the largest change of a pixel, in pixel units: the L-infinity distance."""
    mean: Tensor
    """`(K,)`: the mean absolute change over all 784 pixels, in pixel units."""


def change_of(image: Tensor, adversarial: Tensor) -> Change:
    """Compare one image `(1, 28, 28)` with its adversarial images `(K, 1, 28, 28)`."""
    distance = (adversarial - image).abs().flatten(1)
    moved = distance > 0
    at_a_bound = ((image == 0) | (image == 1)).flatten()
    return Change(
        moved=moved.sum(1),
        saturated=(at_a_bound & ~moved).sum(1),
        largest=distance.amax(1),
        mean=distance.mean(1),
    )


def survives_eight_bits(model: nn.Module, swept: Sweep) -> Tensor:
    """bool `(K, N)`: does the model still say the same after the image is saved in 8 bits?"""
    saved = predict(model, eight_bit(swept.adversarial.flatten(0, 1))).argmax(1)
    return saved.view(swept.predictions.shape) == swept.predictions
