"""What programs may ask of `fgsm`: plain numbers in, plain numbers out.

The same computations as for the page, but with images as numbers instead of packed frames, and at
any epsilon instead of the slider's. `request` says what may be asked, `answer` what comes back.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fgsm.catalogue import ATTACKS, EPSILONS, MODELS, Aim, along
from fgsm.evaluate import digits_at_once, unaimed
from fgsm.evaluate import evaluate as evaluating
from fgsm.picture import read_picture
from fgsm.readings import predict, sweep
from fgsm.service.digits import data_set, device, model_of
from fgsm.service.pause import pause
from fgsm.service.programs.answer import Attacked, Classified, Evaluated, Reading
from fgsm.service.programs.fields import Known, Picture
from fgsm.service.programs.request import AttackRequest, ClassifyRequest, EvaluateRequest
from fgsm.service.stage import breaking_point_of, reached_of, targets_of


def classify(request: ClassifyRequest) -> Classified:
    """What every model reads in the images.

    Raises:
        ValueError: a file is not a picture, or shows no digit.
        MnistMissing: the test set is asked for but is not there.
    """
    seen = []
    for picture in request.images:
        seen.append(_image_and_label(picture))
        pause()  # reading a file may take a while
    images = torch.cat([image for image, _ in seen])
    readings = {key: _readings(predict(model_of(key), images)) for key in MODELS}
    return {
        "images": [
            {"label": label, "models": {key: readings[key][i] for key in MODELS}}
            for i, (_, label) in enumerate(seen)
        ]
    }


def attack(request: AttackRequest) -> Attacked:
    """The image attacked at each epsilon that was asked for, and where it breaks on the grid.

    Raises:
        ValueError: as `classify` does; or the target is the image's own class, or the label is not
            that of the known digit.
        MnistMissing: as `classify` does.
    """
    model, entry = model_of(request.model), ATTACKS[request.attack]
    image, known = _image_and_label(request.image)
    if known is not None and request.label not in (None, known):
        raise ValueError(f"label is {request.label}; this digit is known to be a {known}")
    label = request.label if known is None else known
    clean = int(predict(model, image).argmax())
    labels = torch.tensor([clean if label is None else label], device=image.device)
    targets = None
    if entry.needs_target:
        targets = targets_of(request.target, label is not None, model, image, labels)
    seed = request.image.index if isinstance(request.image, Known) else 0  # as on the page
    aim = Aim(torch.Generator().manual_seed(seed), targets)
    direction, attack_images = None, entry.aimed(aim)
    if entry.direction is not None:
        direction = entry.direction(model, image, labels, aim)
        attack_images = along(direction)
    target = None if targets is None else int(targets)
    grid = sweep(model, image, labels, EPSILONS, attack_images)
    epsilons = sorted({0.0, *request.epsilons})
    asked = sweep(model, image, labels, epsilons, attack_images)
    readings = _readings(asked.log_probs[:, 0])
    return {
        "model": request.model,
        "attack": request.attack,
        "label": int(labels),
        "target": target,
        "prediction": clean,
        "breaking_point": breaking_point_of(grid),
        "reached": reached_of(grid, target),
        "direction": None if direction is None else direction[0, 0].int().tolist(),
        "steps": [
            {
                "epsilon": epsilon,
                **readings[k],
                "image": _rounded(asked.adversarial[k, 0, 0]),
            }
            for epsilon in request.epsilons
            for k in [epsilons.index(epsilon)]
        ],
    }


def evaluate(request: EvaluateRequest) -> Iterator[Evaluated]:
    """How well the model does under the attack, batch by batch: the last one is the answer.

    Raises:
        MnistMissing: the test set is asked for but is not there.
    """
    images, labels = data_set(request.source)
    which = torch.arange(request.digits) * len(images) // request.digits
    entry, epsilons = ATTACKS[request.attack], request.epsilons
    size = digits_at_once(entry, epsilons, device())
    model = model_of(request.model)
    batches = evaluating(model, images[which], labels[which], epsilons, unaimed(entry), size=size)
    for evaluation in batches:
        yield {
            "model": request.model,
            "attack": request.attack,
            "source": request.source,
            "digits": evaluation.n,
            "results": [
                {
                    "epsilon": result.epsilon,
                    "correct": result.correct,
                    "accuracy": round(result.accuracy, 6),
                    "mean_confidence_wrong": result.mean_confidence_wrong
                    and round(result.mean_confidence_wrong, 6),
                }
                for result in evaluation.results
            ],
        }


def _image_and_label(picture: Picture) -> tuple[Tensor, int | None]:
    """The image `(1, 1, 28, 28)` on the device, and its label if it is known."""
    if isinstance(picture, Known):
        images, labels = data_set(picture.source)
        return images[picture.index][None].to(device()), int(labels[picture.index])
    if isinstance(picture, bytes):
        return read_picture(picture).to(device()), None
    return torch.from_numpy(picture)[None, None].to(device()), None


def _readings(log_probs: Tensor) -> list[Reading]:
    """What is read in each of N images, from `(N, 10)`."""
    return [
        {"prediction": int(row.argmax()), "probabilities": _rounded(row.exp())}
        for row in log_probs.cpu()
    ]


def _rounded(values: Tensor) -> Any:
    """Lists of numbers: a millionth is finer than what eight bits, or float32, can tell apart."""
    return np.round(values.double().cpu().numpy(), 6).tolist()
