"""The pictures of "How it works", about the digit that is on the stage."""

import functools

import torch
from torch import Tensor

from fgsm import explain
from fgsm.attack import loss_gradient
from fgsm.catalogue import (
    FGSM,
    LENET,
    MNIST_TEST,
    MODELS,
    RANDOM,
    REVERSED,
    SOFTMAX,
    TWINS,
    Aim,
)
from fgsm.frames import change_frames, image_frames
from fgsm.model import SoftmaxRegression
from fgsm.service.answer import (
    ChurchWindow,
    Control,
    Defence,
    Dimension,
    Directions,
    EightBits,
    Linearity,
    Lines,
    Plane,
)
from fgsm.service.digits import digit_of, model_of
from fgsm.service.request import DigitRequest, WindowRequest
from fgsm.service.stage import stage_of
from fgsm.survey import control, load_survey

LINEAR_EPSILONS = tuple(k / 80 for k in range(-40, 41))  # -0.5 … 0.5
LINEAR_ENDS = (0.05, 0.5)
"""Near the digit, and as far as the chart goes."""
DIMENSION_EPSILON = 0.1
DRAWS = 20
SIZES = tuple(range(49, 785, 49))
WINDOW_SIZE = 41
"""Points per side of the church window: every reach that may be asked for is 20 steps of a multiple
of the slider's, so that each point has its epsilon there."""


def directions(request: DigitRequest) -> Directions:
    """The digit moved along the gradient's sign, along random signs, and against the gradient."""
    image, labels = digit_of(request)
    key = request.models[0].key
    stages = [
        stage_of(key, attack, Aim(request.generator()), image, labels)
        for attack in (FGSM, RANDOM, REVERSED)
    ]
    return Directions(request.is_named, stages, control_of(key))


def linearity(request: DigitRequest) -> Linearity:
    """Logits against epsilon and their first-order prediction, for softmax and for a LeNet."""
    image, labels = digit_of(request)
    network = LENET if request.models[0] is SOFTMAX else request.models[0]
    charts = []
    for key in (SOFTMAX.key, network.key):
        found = explain.linearity(model_of(key), image, labels, LINEAR_EPSILONS)
        # Rounded to a thousandth: finer than a chart shows, and half the message's size.
        charts.append(
            Lines(
                model=key,
                logits=found.logits.round(decimals=3),
                first_order=found.first_order.round(decimals=3),
                bends=torch.stack([explain.bend(found, end) for end in LINEAR_ENDS]),
            )
        )
    return Linearity(
        int(labels), request.is_named, list(LINEAR_EPSILONS), list(LINEAR_ENDS), charts
    )


def dimension(request: DigitRequest) -> Dimension:
    """What n pixels take from the linear model's margin, as measured and as expected."""
    image, labels = digit_of(request)
    model = model_of(SOFTMAX.key)
    assert isinstance(model, SoftmaxRegression)
    found = explain.dimension(
        model,
        image,
        labels,
        DIMENSION_EPSILON,
        SIZES,
        generator=request.generator(),
        draws=DRAWS,
    )
    return Dimension(
        label=int(labels),
        named=request.is_named,
        runner_up=found.runner_up,
        epsilon=DIMENSION_EPSILON,
        margin=found.margin,
        slope=found.slope,
        enough=found.enough,
        draws=DRAWS,
        sizes=list(found.sizes),
        mean=found.drops.mean(1),
        least=found.drops.amin(1),
        most=found.drops.amax(1),
    )


def church_window(request: WindowRequest) -> ChurchWindow:
    """What LeNet and its robust twin read on the plane around the digit."""
    return ChurchWindow(
        named=request.is_named,
        reach=request.reach,
        planes=[
            _plane(request.model_copy(update={"model": model.key, "twin": False}))
            for model in TWINS
        ],
    )


def eight_bits(request: DigitRequest) -> EightBits:
    """What saving leaves of small attacks, and how sure the model is before and after."""
    image, labels = digit_of(request)
    key = request.models[0].key
    found = explain.eight_bits(model_of(key), image, labels)
    own = int(labels)
    return EightBits(
        model=key,
        label=own,
        named=request.is_named,
        asked=[round(255 * epsilon, 6) for epsilon in found.epsilons],
        left=found.levels,
        confidence=found.log_probs[:, own].exp().tolist(),
        saved_confidence=found.saved_log_probs[:, own].exp().tolist(),
    )


def defence(request: DigitRequest) -> Defence:
    """The loss gradient of both twins, each scaled to its largest value."""
    image, labels = digit_of(request)
    found = [loss_gradient(model_of(model.key), image, labels) for model in TWINS]
    return Defence(
        digit=image_frames(image),
        models=[model.key for model in TWINS],
        frames=torch.cat([change_frames(each, largest=_largest(each)) for each in found]),
    )


@functools.cache
def control_of(key: str) -> Control | None:
    """Counted over the test set, whose survey is there even if its digits are not."""
    model = MODELS[key]
    if not model.survey.is_file():
        return None
    source = MNIST_TEST.key
    found = control(load_survey(model, source, FGSM), load_survey(model, source, RANDOM))
    return Control(source=source, **vars(found))


def _plane(request: WindowRequest) -> Plane:
    """For an unnamed drawing, the model's own prediction is the label, as on the stage."""
    image, labels = digit_of(request)
    found = explain.church_window(
        model_of(request.model),
        image,
        labels,
        generator=request.generator(),
        size=WINDOW_SIZE,
        reach=request.reach,
    )
    rows = ["".join(map(str, row)) for row in found.predictions.tolist()]
    return Plane(request.model, int(labels), rows)


def _largest(gradient: Tensor) -> float:
    """Its largest absolute value; if all are 0, something above 0, so that all stay 0."""
    return float(gradient.abs().max().clamp(min=torch.finfo().tiny))
