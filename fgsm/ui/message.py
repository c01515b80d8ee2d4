"""One digit under attack as the JSON message that the stage shows: every epsilon at once."""

import functools
from typing import Any

import torch
from torch import Tensor, nn

from fgsm.attack import (
    Epsilons,
    Sweep,
    gradient_sign,
    iterative_fgsm,
    move,
    predict,
    random_direction,
    sweep,
)
from fgsm.digits import builtin_digits, mnist_digits
from fgsm.drawing import to_mnist
from fgsm.frames import change_frames, change_of, image_frames, pack, survives_eight_bits
from fgsm.model import ARCHITECTURES, available_device, load_model
from fgsm.ui.request import Request

EPSILONS = tuple(k / 200 for k in range(101))  # 0, .005 … .5
TWINS = ("lenet", "lenet-robust")

Message = dict[str, Any]
device = functools.cache(available_device)
model_named = functools.cache(load_model)
test_digits = functools.cache(functools.partial(mnist_digits, train=False))


def attack_message(request: Request) -> Message:
    """Attack the digit with the chosen model, or with both twins.

    Returns:
        `digit`, the image and its label; `stages`, one for each model, see `_stage`.

    Raises:
        ValueError: there is no digit in the drawing, or the target is the digit's own class.
        MnistMissing: the test set is asked for and not there.
    """
    image, label = _digit(request)
    names = TWINS if request.twin else (request.model,)
    return {
        "digit": {
            "frame": pack(image_frames(image)),
            "label": label,
            "named": request.source != "drawing" or request.label is not None,
        },
        "stages": [_stage(name, request, image, label) for name in names],
    }


def compare_message(request: Request) -> Message:
    """The breaking point of the digit under each model, by the same method: null where none."""
    image, label = _digit(request)
    sweeps = {name: _sweep(name, request, image, label)[0] for name in ARCHITECTURES}
    return {"breaking_points": {name: _breaking_point(swept) for name, swept in sweeps.items()}}


def _digit(request: Request) -> tuple[Tensor, int | None]:
    """The image `(1, 1, 28, 28)` on the device, and its label; None for a drawing without one."""
    if request.drawing is not None:
        return to_mnist(request.drawing).to(device()), request.label
    images, labels = builtin_digits() if request.source == "builtin" else test_digits()
    which = slice(request.index, request.index + 1)
    return images[which].to(device()), int(labels[request.index])


def _stage(name: str, request: Request, image: Tensor, label: int | None) -> Message:
    """One model's sweep. Lists have one entry per epsilon; frames are packed (`fgsm.frames`)."""
    swept, direction, target = _sweep(name, request, image, label)
    adversarial = swept.adversarial[:, 0]
    change = change_of(image[0], adversarial)
    return {
        "model": name,
        "method": request.method,
        "label": swept.labels.item(),
        "target": target,
        "direction": None if direction is None else pack(change_frames(direction)),
        "frames": pack(image_frames(adversarial)),
        "changes": pack(change_frames(adversarial - image[0])),
        "probabilities": [_rounded(row) for row in swept.log_probs[:, 0].exp().tolist()],
        "predictions": swept.predictions[:, 0].tolist(),
        "survives": survives_eight_bits(model_named(name), swept)[:, 0].tolist(),
        "moved": change.moved,
        "largest": _rounded(change.largest),
        "mean": _rounded(change.mean),
        "breaking_point": _breaking_point(swept),
        "right_again": _right_again(swept),
    }


def _sweep(
    name: str, request: Request, image: Tensor, label: int | None
) -> tuple[Sweep, Tensor | None, int | None]:
    """The sweep, the one direction it went (None if there was more than one), and the target."""
    model = model_named(name)
    # A drawing has no true label: until someone names it, the prediction stands for it.
    labels = (
        predict(model, image).argmax(1)
        if label is None
        else torch.tensor([label], device=image.device)
    )
    targets = _targets(request.target, model, image, labels)
    match request.method:
        case "iterative":
            return sweep(model, image, labels, EPSILONS, iterative_fgsm), None, None
        case "fgsm":
            direction = gradient_sign(model, image, labels)
        case "reversed":  # towards the digit's own class: the model gets surer
            direction = gradient_sign(model, image, labels, targeted=True)
        case "targeted":
            direction = gradient_sign(model, image, targets, targeted=True)
        case "random":
            generator = torch.Generator().manual_seed(request.index)
            direction = random_direction(image, generator=generator)

    def along(_model: nn.Module, images: Tensor, _labels: Tensor, epsilons: Epsilons) -> Tensor:
        return move(images, direction, epsilons)

    swept = sweep(model, image, labels, EPSILONS, along)
    return swept, direction, int(targets) if request.method == "targeted" else None


def _targets(wanted: int | None, model: nn.Module, image: Tensor, labels: Tensor) -> Tensor:
    """The wanted class `(1,)`, or the most likely one that is not the label."""
    if wanted is None:
        return predict(model, image).scatter(1, labels[:, None], -torch.inf).argmax(1)
    if wanted == labels.item():
        raise ValueError(f"the digit is a {wanted} already; choose another target")
    return torch.full_like(labels, wanted)


def _breaking_point(swept: Sweep) -> float | None:
    """Of the one image: None where nothing fools, since JSON has no infinity."""
    if not swept.fooled.any():
        return None
    return EPSILONS[int(swept.fooled[:, 0].byte().argmax())]


def _right_again(swept: Sweep) -> float | None:
    """The first epsilon above the breaking point at which the one image is read correctly."""
    fooled = swept.fooled[:, 0].tolist()
    later = range(fooled.index(True) + 1, len(fooled)) if True in fooled else ()
    return next((EPSILONS[k] for k in later if not fooled[k]), None)


def _rounded(values: list[float]) -> list[float]:
    """To a millionth: finer than any figure on the page, and half the message."""
    return [round(value, 6) for value in values]
