"""How often the attack works: cards, surveys of every digit, and a run on this device."""

import functools
import time
from collections.abc import Generator
from typing import NamedTuple

import torch
from torch import Tensor

from fgsm.attack import fgsm
from fgsm.card import load_card
from fgsm.catalogue import ARTICLE_EPSILONS, ATTACKS, EPSILONS, MNIST_TEST, MODELS, load_model
from fgsm.evaluate import Result, digits_at_once, evaluate, unaimed
from fgsm.frames import image_frames
from fgsm.readings import Readings
from fgsm.service.answer import Cell, Counts, FooledDigit, Grid, GridRow, Series
from fgsm.service.digits import device, digits_here, model_of
from fgsm.service.request import CellRequest, GridRequest, RunRequest, SurveyRequest
from fgsm.survey import breaking_points, confusion, examples, harder_than, load_survey

GRID = tuple(EPSILONS.index(epsilon) for epsilon in ARTICLE_EPSILONS[1:])
"""The indexes in `EPSILONS` of the rows of the article's picture."""
GRID_DIGITS = 5
CELL_DIGITS = 10


def cards() -> list[Series]:
    """The accuracies on the cards of all models that have one."""
    found = {model.key: card for model in MODELS.values() if (card := load_card(model))}
    return [
        Series(
            model=key,
            attack=attack,
            source=MNIST_TEST.key,
            n=card["test_digits"],
            of=None,
            results=tuple(Result(**result) for result in results),
        )
        for key, card in found.items()
        for attack, results in card["results"].items()
    ]


def readings_of(request: RunRequest) -> int:
    """What a run costs: digits × epsilons × the passes through the network that each takes."""
    _, images, _ = digits_here()
    return len(images) * len(request.epsilons) * (1 + ATTACKS[request.attack].gradients)


class Step(NamedTuple):
    """How far a run is."""

    series: Series
    """The results so far."""
    seconds: float
    """How long they took."""
    device: str
    """What they are computed on."""


def run(request: RunRequest, on: torch.device | None = None) -> Generator[Step, None, None]:
    """Evaluate batch by batch on the larger data set that is here.

    Args:
        on: the device, and a model of its own there; None means the model and the device that all
            answers are computed with.

    Returns:
        A step after each batch; at first, one with the results of no digit at all.
    """
    model = load_model(request.model, on) if on else model_of(request.model)
    on = on or device()
    source, images, labels = digits_here()
    attack, epsilons = ATTACKS[request.attack], request.epsilons

    def step(n: int, results: tuple[Result, ...], seconds: float) -> Step:
        series = Series(request.model, attack.key, source.key, n, len(images), results)
        return Step(series, seconds, str(on))

    yield step(0, (), 0.0)
    size = digits_at_once(attack, epsilons, on)
    start = time.perf_counter()
    for evaluation in evaluate(model, images, labels, epsilons, unaimed(attack), size=size):
        yield step(evaluation.n, evaluation.results, time.perf_counter() - start)


def counts(request: SurveyRequest) -> Counts:
    """All counts for one model, from its survey.

    Raises:
        ValueError: the model has not been surveyed yet.
    """
    source, _, _ = digits_here()
    return _counts(request.model, source.key)


def grid(request: GridRequest) -> Grid:
    """Some fooled digits for each of the article's epsilons, chosen at random.

    Raises:
        ValueError: the model has not been surveyed yet.
    """
    source, _, _ = digits_here()
    generator = torch.Generator().manual_seed(request.seed)
    readings = _readings(request.model, source.key)
    drawn = [(k, examples(readings, k, GRID_DIGITS, generator=generator).tolist()) for k in GRID]
    return Grid(
        source=source.key,
        columns=GRID_DIGITS,
        rows=[
            GridRow(k, int(readings.fooled[k].sum()), _digits(readings, k, indexes))
            for k, indexes in drawn
        ],
        frames=torch.cat([_frames(request.model, k, indexes) for k, indexes in drawn]),
    )


def cell(request: CellRequest) -> Cell:
    """Digits of one class that are read as another at one epsilon, chosen at random.

    Raises:
        ValueError: the model has not been surveyed yet.
    """
    source, _, _ = digits_here()
    readings = _readings(request.model, source.key)
    indexes = examples(
        readings,
        request.k,
        CELL_DIGITS,
        generator=torch.Generator().manual_seed(request.seed),
        label=request.label,
        prediction=request.prediction,
    ).tolist()
    return Cell(
        source=source.key,
        k=request.k,
        digits=_digits(readings, request.k, indexes),
        frames=_frames(request.model, request.k, indexes),
    )


@functools.cache
def _readings(key: str, source: str) -> Readings:
    model = MODELS[key]
    if not model.survey.is_file():
        raise ValueError(
            f"{model.title} has not been surveyed yet; run python -m fgsm.survey {key}"
        )
    return load_survey(model, source)


@functools.cache
def _counts(key: str, source: str) -> Counts:
    readings = _readings(key, source)
    breaking = breaking_points(readings)
    return Counts(
        model=key,
        source=source,
        n=len(readings.labels),
        confusion=confusion(readings),
        breaking=breaking.counts,
        never=breaking.never,
        misread=breaking.misread,
        misread_before=readings.labels[~readings.right_before].bincount(minlength=10),
        harder_than=[harder_than(readings, epsilon) for epsilon in EPSILONS],
        harder_than_never=harder_than(readings, float("inf")),
    )


def _digits(readings: Readings, k: int, indexes: list[int]) -> list[FooledDigit]:
    return [
        FooledDigit(index, int(readings.labels[index]), int(readings.predictions[k, index]))
        for index in indexes
    ]


def _frames(key: str, k: int, indexes: list[int]) -> Tensor:
    """The adversarial images as uint8 `(len(indexes), 1, 28, 28)`."""
    _, images, labels = digits_here()
    some, their = images[indexes].to(device()), labels[indexes].to(device())
    if not indexes:
        return some.byte()
    return image_frames(fgsm(model_of(key), some, their, EPSILONS[k]))
