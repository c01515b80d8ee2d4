"""One digit under attack as the JSON message that the stage shows: every epsilon at once."""

import functools
from typing import Literal

import torch
from torch import Tensor, nn

from fgsm.attack import (
    Sweep,
    gradient_sign,
    iterative_fgsm,
    move,
    predict,
    random_direction,
    sweep,
)
from fgsm.checks import Epsilons
from fgsm.digits import MnistMissing, builtin_digits, mnist_digits
from fgsm.drawing import to_mnist
from fgsm.explain import orthogonal_signs, ray
from fgsm.frames import (
    LARGEST_CHANGE,
    change_frames,
    change_of,
    image_frames,
    pack,
    survives_eight_bits,
)
from fgsm.model import ARCHITECTURES, available_device, load_model
from fgsm.survey import EPSILONS
from fgsm.ui.request import Message, Request

TWINS = ("lenet", "lenet-robust")

device = functools.cache(available_device)
model_named = functools.cache(load_model)
test_digits = functools.cache(functools.partial(mnist_digits, train=False))


def attack_message(request: Request) -> Message:
    """Attack the digit with the chosen model, or with both twins.

    Returns:
        `digit`, the image and its label; `stages`, one for each model, see `stage_message`.

    Raises:
        ValueError: there is no digit in the drawing, or the target is the digit's own class.
        MnistMissing: the test set is asked for and not there.
    """
    image, labels = digit_of(request)
    names = TWINS if request.twin else (request.model,)
    return {
        "digit": {
            "source": request.source,
            "frame": pack(image_frames(image)),
            "label": int(labels),
            "named": is_named(request),
        },
        "stages": [stage_message(name, request, image, labels) for name in names],
    }


def compare_message(request: Request) -> Message:
    """The breaking point of the digit under each model, by the same method: null where none.

    With what each model reads in the clean digit, which says why a breaking point is 0.
    """
    image, labels = digit_of(request)
    sweeps = {name: _sweep(name, request, image, labels)[0] for name in ARCHITECTURES}
    return {
        "named": is_named(request),
        "breaking_points": {name: _breaking_point(swept) for name, swept in sweeps.items()},
        "predictions": {name: int(swept.predictions[0]) for name, swept in sweeps.items()},
    }


def digits_here() -> tuple[Literal["test", "builtin"], Tensor, Tensor]:
    """The most digits there are: the name of their source, their images and labels, on the CPU."""
    try:
        return "test", *test_digits()
    except MnistMissing:
        return "builtin", *builtin_digits()


def digit_of(request: Request) -> tuple[Tensor, Tensor]:
    """The image `(1, 1, 28, 28)` and its label `(1,)`, on the device.

    A drawing has no true label: until someone names it, what the shown model reads in it stands
    for it, and is attacked in every model that is compared.
    """
    if request.drawing is None:
        images, labels = builtin_digits() if request.source == "builtin" else test_digits()
        which = slice(request.index, request.index + 1)
        return images[which].to(device()), labels[which].to(device())
    image = to_mnist(request.drawing).to(device())
    if request.label is None:
        return image, predict(model_named(shown_model(request)), image).argmax(1)
    return image, torch.tensor([request.label], device=image.device)


def is_named(request: Request) -> bool:
    """Whether the digit's label is known, or only what a model reads in a drawing."""
    return request.source != "drawing" or request.label is not None


def shown_model(request: Request) -> str:
    """The model on the stage, the first of two."""
    return TWINS[0] if request.twin else request.model


def generator_of(request: Request) -> torch.Generator:
    """Of each built-in or test digit its own, so that what is drawn by lot can be drawn again."""
    return torch.Generator().manual_seed(request.index)


def stage_message(name: str, request: Request, image: Tensor, labels: Tensor) -> Message:
    """One model's sweep. Lists have one entry per epsilon; frames are packed (`fgsm.frames`)."""
    swept, direction, target = _sweep(name, request, image, labels)
    adversarial = swept.adversarial[:, 0]
    change = change_of(image[0], adversarial)
    return {
        "model": name,
        "method": request.method,
        "label": swept.labels.item(),
        "target": target,
        "direction": None if direction is None else pack(change_frames(LARGEST_CHANGE * direction)),
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
    name: str, request: Request, image: Tensor, labels: Tensor
) -> tuple[Sweep, Tensor | None, int | None]:
    """The sweep, the one direction it went (None if there was more than one), and the target."""
    model = model_named(name)
    target = None
    match request.method:
        case "iterative":
            return sweep(model, image, labels, EPSILONS, iterative_fgsm), None, None
        case "fgsm":
            direction = gradient_sign(model, image, labels)
        case "reversed":  # towards the digit's own class: down its loss
            direction = gradient_sign(model, image, labels, targeted=True)
        case "targeted":
            targets = _targets(request, model, image, labels)
            direction = gradient_sign(model, image, targets, targeted=True)
            target = int(targets)
        case "random":
            direction = random_direction(image, generator=generator_of(request))
        case "ray":
            signs = gradient_sign(model, image, labels)
            across = orthogonal_signs(signs, generator=generator_of(request))
            direction, _ = ray(signs, across, *request.ray)

    def along(_model: nn.Module, images: Tensor, _labels: Tensor, epsilons: Epsilons) -> Tensor:
        return move(images, direction, epsilons)

    return sweep(model, image, labels, EPSILONS, along), direction, target


def _targets(request: Request, model: nn.Module, image: Tensor, labels: Tensor) -> Tensor:
    """The wanted class `(1,)`, or the most likely one that is neither label nor prediction.

    A drawing that nobody named changes its label while it is drawn: where it comes to be the
    wanted class, the most likely other one stands in, so that drawing goes on.
    """
    is_own = request.target == labels.item()
    if request.target is not None and not is_own:
        return torch.full_like(labels, request.target)
    if is_own and is_named(request):
        raise ValueError(f"the digit's own class is {request.target}; choose another target")
    log_probs = predict(model, image)
    taken = torch.stack([labels, log_probs.argmax(1)], dim=1)
    return log_probs.scatter(1, taken, -torch.inf).argmax(1)


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
