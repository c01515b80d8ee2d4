"""The messages behind the grid of fooled digits, the confusion view and the breaking points."""

import functools
from typing import Any

import torch

from fgsm.attack import fgsm
from fgsm.frames import image_frames, pack
from fgsm.model import ARCHITECTURES
from fgsm.survey import (
    EPSILONS,
    Survey,
    breaking_points,
    confusion,
    examples,
    harder_than,
    load_survey,
)
from fgsm.ui.message import device, digits_here, model_named
from fgsm.ui.request import Message, answering, choice, digit_or_none, whole

GRID = (10, 20, 30, 40, 50, 60)  # the article's epsilons: .05 … .3
GRID_DIGITS = 5
CELL_DIGITS = 10

surveyed = functools.cache(load_survey)


@answering
def survey(data: dict[str, Any]) -> Message:
    """All that is counted of one model: lists have one entry for each epsilon."""
    source, _, _ = digits_here()
    return _counts(choice(data, "model", tuple(ARCHITECTURES)), source)


@functools.cache
def _counts(name: str, source: str) -> Message:
    counted = surveyed(name, source)
    breaking = breaking_points(counted)
    return {
        "model": name,
        "source": source,
        "n": len(counted.labels),
        "confusion": confusion(counted).tolist(),
        "breaking": breaking.counts.tolist(),
        "never": breaking.never,
        "wrong_before": breaking.wrong_before,
        "harder_than": [harder_than(counted, epsilon) for epsilon in EPSILONS],
        "harder_than_never": harder_than(counted, float("inf")),
    }


@answering
def grid(data: dict[str, Any]) -> Message:
    """The article's picture: for each of its epsilons some digits that are fooled, by lot."""
    name = choice(data, "model", tuple(ARCHITECTURES))
    generator = torch.Generator().manual_seed(whole(data, "seed", 2**32))
    source, _, _ = digits_here()
    counted = surveyed(name, source)
    rows = [(k, examples(counted, k, GRID_DIGITS, generator=generator).tolist()) for k in GRID]
    return {
        "source": source,
        "rows": [
            {"k": k, "fooled": int(counted.fooled[k].sum()), "digits": _digits(counted, k, indexes)}
            for k, indexes in rows
        ],
        "frames": pack(torch.cat([_frames(name, k, indexes) for k, indexes in rows])),
    }


@answering
def cell(data: dict[str, Any]) -> Message:
    """Digits of one class that are read as another at one epsilon, by lot."""
    name = choice(data, "model", tuple(ARCHITECTURES))
    k = whole(data, "k", len(EPSILONS))
    source, _, _ = digits_here()
    counted = surveyed(name, source)
    indexes = examples(
        counted,
        k,
        CELL_DIGITS,
        generator=torch.Generator().manual_seed(whole(data, "seed", 2**32)),
        label=digit_or_none(data, "label"),
        prediction=digit_or_none(data, "prediction"),
    ).tolist()
    return {
        "source": source,
        "k": k,
        "digits": _digits(counted, k, indexes),
        "frames": pack(_frames(name, k, indexes)),
    }


def _digits(counted: Survey, k: int, indexes: list[int]) -> list[Message]:
    return [
        {
            "index": index,
            "label": int(counted.labels[index]),
            "prediction": int(counted.predictions[k, index]),
        }
        for index in indexes
    ]


def _frames(name: str, k: int, indexes: list[int]) -> torch.Tensor:
    """The adversarial images as uint8 `(len(indexes), 1, 28, 28)`."""
    _, images, labels = digits_here()
    some, their = images[indexes].to(device()), labels[indexes].to(device())
    if not indexes:
        return some.byte()
    return image_frames(fgsm(model_named(name), some, their, EPSILONS[k]))
