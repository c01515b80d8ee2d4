"""The messages behind the pictures of "How it works", about the digit that is on the stage.

Each function is called by the browser with the stage's request, when its picture is looked at.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from fgsm import explain
from fgsm.attack import loss_gradient
from fgsm.frames import LARGEST_CHANGE, change_frames, image_frames, pack
from fgsm.model import SoftmaxRegression
from fgsm.ui.message import (
    TWINS,
    digit_of,
    generator_of,
    is_named,
    model_named,
    shown_model,
    stage_message,
)
from fgsm.ui.request import RAY, Message, Request, answering

LINEAR_EPSILONS = tuple(k / 80 for k in range(-40, 41))  # -.5 … .5
DIMENSION_EPSILON = 0.1
SIZES = tuple(range(49, 785, 49))


@answering
def directions(data: dict[str, Any]) -> Message:
    """The digit along the gradient's sign, random signs, and against the gradient's sign."""
    request = Request.parse(data)
    image, labels = digit_of(request)
    name = shown_model(request)
    return {
        "named": is_named(request),
        "stages": [
            stage_message(name, replace(request, method=method), image, labels)
            for method in ("fgsm", "random", "reversed")
        ],
    }


@answering
def linearity(data: dict[str, Any]) -> Message:
    """Logits against epsilon and their first-order prediction, for softmax and for a LeNet."""
    request = Request.parse(data)
    image, labels = digit_of(request)
    shown = shown_model(request)
    names = ("softmax", "lenet" if shown == "softmax" else shown)
    lines = [explain.linearity(model_named(name), image, labels, LINEAR_EPSILONS) for name in names]
    return {
        "label": int(labels),
        "named": is_named(request),
        "epsilons": LINEAR_EPSILONS,
        "charts": [
            {"model": name, "logits": _rows(each.logits), "first_order": _rows(each.first_order)}
            for name, each in zip(names, lines, strict=True)
        ],
    }


@answering
def dimension(data: dict[str, Any]) -> Message:
    """What n pixels take from the linear model's margin, measured, and the slope they should."""
    request = Request.parse(data)
    image, labels = digit_of(request)
    model = model_named("softmax")
    assert isinstance(model, SoftmaxRegression)
    found = explain.dimension(
        model, image, labels, DIMENSION_EPSILON, SIZES, generator=generator_of(request)
    )
    return {
        "label": int(labels),
        "named": is_named(request),
        "runner_up": found.runner_up,
        "epsilon": DIMENSION_EPSILON,
        "margin": found.margin,
        "slope": found.slope,
        "enough": found.enough,
        "sizes": found.sizes,
        "mean": found.drops.mean(1).tolist(),
        "least": found.drops.amin(1).tolist(),
        "most": found.drops.amax(1).tolist(),
    }


@answering
def church_window(data: dict[str, Any]) -> Message:
    """What LeNet and its robust twin read on the plane around the digit: rows of digits."""
    request = Request.parse(data)
    return {
        "named": is_named(request),
        "reach": RAY,
        "windows": [_window(replace(request, model=name, twin=False)) for name in TWINS],
    }


@answering
def eight_bits(data: dict[str, Any]) -> Message:
    """What saving leaves of small attacks, and how sure the model is before and after."""
    request = Request.parse(data)
    image, labels = digit_of(request)
    name = shown_model(request)
    found = explain.eight_bits(model_named(name), image, labels)
    own = int(labels)
    return {
        "model": name,
        "label": own,
        "named": is_named(request),
        "asked": [round(255 * epsilon, 6) for epsilon in found.epsilons],
        "left": found.levels.tolist(),
        "confidence": found.log_probs[:, own].exp().tolist(),
        "saved_confidence": found.saved_log_probs[:, own].exp().tolist(),
    }


@answering
def gradients(data: dict[str, Any]) -> Message:
    """The loss gradient of both twins, each scaled to its largest value."""
    request = Request.parse(data)
    image, labels = digit_of(request)
    found = [loss_gradient(model_named(name), image, labels) for name in TWINS]
    return {
        "digit": pack(image_frames(image)),
        "models": TWINS,
        "frames": pack(change_frames(torch.cat([_scaled(each) for each in found]))),
    }


def _window(request: Request) -> Message:
    """As the stage would show this model: an unnamed drawing is what the model itself reads."""
    image, labels = digit_of(request)
    found = explain.church_window(
        model_named(request.model),
        image,
        labels,
        generator=generator_of(request),
        size=2 * RAY + 1,
        reach=RAY / 100,
    )
    rows = ["".join(map(str, row)) for row in found.predictions.tolist()]
    return {"model": request.model, "label": int(labels), "rows": rows}


def _scaled(gradient: Tensor) -> Tensor:
    """So that the largest value gets the full colour; where all are 0, all stay 0."""
    return LARGEST_CHANGE * gradient / gradient.abs().max().clamp(min=torch.finfo().tiny)


def _rows(values: Tensor) -> list[list[float]]:
    """To a thousandth: finer than a chart shows."""
    return [[round(value, 3) for value in row] for row in values.tolist()]
