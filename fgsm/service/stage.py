"""One digit under attack, at every epsilon of the grid."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fgsm.catalogue import ATTACKS, EPSILONS, LARGEST_EPSILON, MODELS, Aim, Attack, along
from fgsm.frames import change_frames, change_of, image_frames, survives_eight_bits
from fgsm.readings import Sweep, predict, sweep
from fgsm.service.answer import Attacked, Comparison, Digit, Stage
from fgsm.service.digits import digit_of, model_of
from fgsm.service.pause import pause
from fgsm.service.request import AimedRequest, AttackRequest, CompareRequest


def attack(request: AttackRequest) -> Attacked:
    """Attack the digit with the chosen model, or with both twins.

    Raises:
        ValueError: there is no digit in the drawing, or the target is the digit's own class.
        MnistMissing: the test set is asked for but is not there.
    """
    image, labels = digit_of(request)
    digit = Digit(
        source=request.source,
        frame=image_frames(image),
        label=int(labels),
        named=request.is_named,
    )
    stages = []
    for model in request.models:
        stages.append(_stage(model.key, request, image, labels))
        pause()
    return Attacked(digit, stages)


def compare(request: CompareRequest) -> Comparison:
    """The breaking point of the digit in each of the models, under the same attack.

    Also what each model reads in the clean digit, which explains why some have no breaking point.

    Raises:
        ValueError: as `attack` does; likewise `MnistMissing`.
    """
    image, labels = digit_of(request)
    entry = ATTACKS[request.attack]
    keys = request.compared or tuple(MODELS)
    aims = {key: _aim(request, model_of(key), image, labels) for key in keys}
    sweeps = {}
    for key, aim in aims.items():
        sweeps[key] = sweep(model_of(key), image, labels, EPSILONS, entry.aimed(aim))
        pause()
    return Comparison(
        label=int(labels),
        named=request.is_named,
        breaking_points={key: breaking_point_of(swept) for key, swept in sweeps.items()},
        predictions={key: int(swept.predictions[0]) for key, swept in sweeps.items()},
        targets={key: _target(aim) for key, aim in aims.items()},
        reached={key: reached_of(swept, _target(aims[key])) for key, swept in sweeps.items()},
    )


def stage_of(
    key: str,
    entry: Attack,
    aim: Aim,
    image: Tensor,
    labels: Tensor,
    ks: Sequence[int] = range(len(EPSILONS)),
) -> Stage:
    """One model's sweep of one digit.

    Args:
        key: the model's.
        entry: the attack.
        image: `(1, 1, 28, 28)`.
        labels: `(1,)`.
        ks: which epsilons of the grid; increasing, the first one 0.
    """
    model, direction = model_of(key), None
    attack_images = entry.aimed(aim)
    if entry.direction is not None:  # computed once, because it is shown too
        direction = entry.direction(model, image, labels, aim)
        attack_images = along(direction)
    swept = sweep(model, image, labels, [EPSILONS[k] for k in ks], attack_images)
    adversarial = swept.adversarial[:, 0]
    change = change_of(image[0], adversarial)
    return Stage(
        model=key,
        attack=entry.key,
        label=int(labels),
        target=_target(aim),
        ks=list(ks),
        direction=None if direction is None else change_frames(direction, largest=1),
        frames=image_frames(adversarial),
        changes=change_frames(adversarial - image[0], largest=LARGEST_EPSILON),
        probabilities=swept.log_probs[:, 0].exp(),
        predictions=swept.predictions[:, 0],
        survives=survives_eight_bits(model, swept)[:, 0],
        moved=change.moved,
        saturated=change.saturated,
        idle=None if direction is None else int((direction == 0).sum()),
        largest=change.largest,
        mean=change.mean,
        breaking_point=breaking_point_of(swept),
        right_again=_right_again(swept),
        reached=reached_of(swept, _target(aim)),
    )


def _stage(key: str, request: AttackRequest, image: Tensor, labels: Tensor) -> Stage:
    aim = _aim(request, model_of(key), image, labels)
    ks = request.ks or range(len(EPSILONS))
    return stage_of(key, ATTACKS[request.attack], aim, image, labels, ks)


def _aim(request: AimedRequest, model: nn.Module, image: Tensor, labels: Tensor) -> Aim:
    needs_target = ATTACKS[request.attack].needs_target
    return Aim(
        generator=request.generator(),
        targets=(
            targets_of(request.target, request.is_named, model, image, labels)
            if needs_target
            else None
        ),
        ray=request.ray or Aim.ray,
    )


def targets_of(
    target: int | None, is_named: bool, model: nn.Module, image: Tensor, labels: Tensor
) -> Tensor:
    """The wanted class `(1,)`, or the most likely one that is neither label nor prediction.

    The label of an unnamed drawing changes while it is drawn. If it becomes the wanted class, the
    most likely other class stands in, so that drawing can go on.

    Raises:
        ValueError: the digit is known to be of the wanted class.
    """
    is_own = target == int(labels)
    if target is not None and not is_own:
        return torch.full_like(labels, target)
    if is_own and is_named:
        raise ValueError(f"the digit's own class is {target}; choose another target")
    log_probs = predict(model, image)
    taken = torch.stack([labels, log_probs.argmax(1)], dim=1)
    return log_probs.scatter(1, taken, -torch.inf).argmax(1)


def breaking_point_of(swept: Sweep) -> float | None:
    """The one image's; None if no epsilon fools, since JSON has no infinity."""
    return _first_where(swept.fooled[:, 0].tolist(), swept)


def _right_again(swept: Sweep) -> float | None:
    """The first epsilon after a misreading at which the one image is read correctly."""
    wrong = swept.wrong[:, 0].tolist()
    return _first_where([not now and True in wrong[:i] for i, now in enumerate(wrong)], swept)


def _target(aim: Aim) -> int | None:
    return None if aim.targets is None else int(aim.targets)


def reached_of(swept: Sweep, target: int | None) -> float | None:
    """The first epsilon at which the one image is read as the target."""
    return _first_where([now == target for now in swept.predictions[:, 0].tolist()], swept)


def _first_where(is_so: list[bool], swept: Sweep) -> float | None:
    return swept.epsilons[is_so.index(True)] if True in is_so else None
