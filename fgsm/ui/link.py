"""Links to the page, as `fgsm/ui/shared/state.js` reads them: `d=403&e=0.12&a=fgsm&m=lenet`."""

import base64
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from fgsm.catalogue import ATTACKS, BUILTIN, DRAWING, EPSILONS, IMAGE, LARGEST_EPSILON
from fgsm.frames import image_frames
from fgsm.service.listing import FIRST, FIRST_EPSILON
from fgsm.service.request import AimedRequest

Image: TypeAlias = Tensor | npt.NDArray[np.floating[Any]] | Sequence[Sequence[float]]
"""One digit, white ink on black, in [0, 1]: 28 x 28, perhaps within dimensions of one."""
HIDEABLE = (
    "picker",
    "options",
    "epsilon",
    "point",
    "verdict",
    "bars",
    "chart",
    "compare",
    "tabs",
    "tour",
)
"""What a link can hide; `state.js` has the same list."""
PIXELS = 28 * 28
LONGEST_RUN = 255
RAW, RUNS = b"\x00", b"\x01"


def link(
    digit: int | str | None = None,
    *,
    image: Image | None = None,
    label: int | None = None,
    epsilon: float = FIRST_EPSILON,
    attack: str = FIRST.attack,
    target: int | None = None,
    model: str = FIRST.model,
    twin: bool = False,
    hide: Sequence[str] = (),
) -> str:
    """What follows the `#` in the address of the page that shows this.

    Args:
        digit: the number of a built-in digit; or, as links have it, `"test-17"` for a digit of
            MNIST's test set, or what follows `d=` in a link. By default the page's first digit.
        image: an image, instead of a digit. It is rounded to eight bits.
        label: what the image is. Without it, what the model reads in it is attacked.
        epsilon: in pixel units; the nearest that the slider has.
        attack: a key of `fgsm.catalogue.ATTACKS` that the stage has.
        target: the class to move towards, for an attack that has one; by default the runner-up.
        model: a key of `fgsm.catalogue.MODELS`.
        twin: show LeNet beside its robust twin, whatever `model` says.
        hide: what to leave away, of `HIDEABLE`.

    Raises:
        ValueError: something is out of range, or there is no such thing.
    """
    if image is None:
        source, which = _digit(FIRST.index if digit is None else digit)
    elif digit is None:
        source, which = IMAGE.key, packed_image(image)
    else:
        raise ValueError(f"there is a digit, {digit!r}, and an image; give one of them")
    if label is not None and source not in (IMAGE.key, DRAWING.key):
        raise ValueError(f"label is {label!r}; only an image or a drawing can be given one")
    if unknown := [name for name in hide if name not in HIDEABLE]:
        raise ValueError(f"hide has {unknown[0]!r}; it may have {', '.join(HIDEABLE)}")
    if not 0 <= epsilon <= LARGEST_EPSILON:  # which NaN fails too
        raise ValueError(
            f"epsilon is {epsilon}; it goes from 0 to {LARGEST_EPSILON}, in pixel units: "
            "divide levels of grey by 255"
        )
    # The rest is checked as if the page had asked; what it would ask of an image does not matter.
    is_numbered = source not in (IMAGE.key, DRAWING.key)
    asked = {
        "source": source if is_numbered else FIRST.source,
        "index": int(which) if is_numbered else FIRST.index,
        "label": label,
        "attack": attack,
        "target": target,
        "model": model,
    }
    AimedRequest.parse(asked)
    if target is not None and not ATTACKS[attack].needs_target:
        raise ValueError(f"target is {target}; the attack {attack!r} has none")
    values = {
        "d": which if source == BUILTIN.key else f"{source}-{which}",
        "is": label,
        "e": _in_decimals(min(EPSILONS, key=lambda each: abs(each - epsilon))),
        "a": attack,
        "to": target,
        "m": model,
        "twin": "1" if twin else None,
        "hide": ",".join(hide) or None,
    }
    return "&".join(f"{name}={value}" for name, value in values.items() if value is not None)


def packed_image(image: Image) -> str:
    """An image as text for a link: its bytes or, if that is shorter, its runs of equal bytes.

    Raises:
        ValueError: it is not one image of 28 x 28 pixels in [0, 1].
    """
    pixels = image_frames(_checked(image)).numpy().tobytes()
    runs = bytearray(RUNS)
    for value, equal in groupby(pixels):
        count = sum(1 for _ in equal)
        whole, rest = divmod(count, LONGEST_RUN)
        for length in [LONGEST_RUN] * whole + [rest] * (rest > 0):
            runs += bytes([length, value])
    packed = bytes(runs) if len(runs) <= PIXELS else RAW + pixels
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _digit(digit: int | str) -> tuple[str, str]:
    """Its source, and its number or its packed strokes or pixels."""
    match = re.fullmatch(r"(?:([a-z]+)-)?([\w-]+)", str(digit), re.ASCII)
    source, which = (match[1] or BUILTIN.key, match[2]) if match else (None, "")
    if source in (IMAGE.key, DRAWING.key) and isinstance(digit, str):
        return source, which
    if source is None or not which.isdigit():
        raise ValueError(f'digit is {digit!r:.60}; it must be a number such as 403, or "test-17"')
    return source, which


def _checked(image: Image) -> Tensor:
    """The image `(28, 28)` on the CPU, if it is one."""
    tensor = torch.as_tensor(np.asarray(image) if not isinstance(image, Tensor) else image)
    tensor = tensor.detach().cpu()
    if tensor.numel() != PIXELS or tensor.shape[-2:] != (28, 28):
        raise ValueError(f"image has the shape {tuple(tensor.shape)}; it must be 28 x 28 pixels")
    if not tensor.is_floating_point():
        raise ValueError(f"image is of {tensor.dtype}; it must be of floats: divide bytes by 255")
    low, high = float(tensor.min()), float(tensor.max())
    if not (low >= 0 and high <= 1):  # which NaN fails too
        raise ValueError(
            f"image goes from {low:.3g} to {high:.3g}; it must be in [0, 1]: undo its normalisation"
        )
    return tensor.reshape(28, 28)


def _in_decimals(epsilon: float) -> str:
    """An epsilon of the slider, with two decimals, or three where it needs them."""
    return f"{epsilon:.3f}".removesuffix("0")
