"""How well our models read what people draw: synthetic strokes that no model was trained on.

    python -m benchmarks.drawings [--json] [--check]

New digits of the styles that are trained on, with some numbers beyond their ranges, and digits of
the held-out styles (`fgsm.styles`). Each is drawn so that its longer side is a part of the pad's,
and read twice: as it is seen, with the pad's brush, and as the pad sends it, drawn anew a tenth as
thick as it is long. The accuracies of every size and style are printed; claimed is what is sent
of drawings that fit on the pad.

    lenet, styles trained on         >= 95 %
    lenet, held-out styles           >= 90 %
    lenet, ones and nines            >= 95 %
    lenet-robust, styles trained on  >= 95 %
    lenet-robust, held-out styles    >= 92 %
    lenet-robust, ones and nines     >= 95 %
    softmax, styles trained on       >= 70 %
    softmax, held-out styles         >= 65 %
    softmax, ones and nines          >= 60 %
"""

import random
from collections.abc import Callable

import torch
from PIL import Image
from torch import Tensor

from benchmarks import common
from fgsm.catalogue import MODELS, load_model
from fgsm.drawing import to_mnist
from fgsm.readings import predict
from fgsm.strokes import BRUSH, HELD_OUT, TRAINED, beyond, on_pad, written
from fgsm.styles import STYLES, Stroke

EACH = 40  # digits of every style
SIZES = (1.2, 0.7, 0.42, 0.3, 0.2)
SENT_INK, SENT_BRUSH = 0.9, 0.09  # as `sent` of `ui/stage/ink.js` has it


def visible(strokes: list[Stroke], size: float) -> list[Stroke]:
    """The strokes as far as the middle of the brush, or its edge, is on the pad."""
    points = [point for stroke in strokes for point in stroke]
    middles, lengths = [], []
    for axis in (0, 1):
        low, high = min(p[axis] for p in points), max(p[axis] for p in points)
        middles.append((low + high) / 2)
        lengths.append(high - low)
    reach = (0.5 + BRUSH / 2) * max(lengths) / (size - BRUSH)
    pieces: list[Stroke] = []
    for stroke in strokes:
        pieces.append([])
        for point in stroke:
            if all(abs(point[axis] - middles[axis]) <= reach for axis in (0, 1)):
                pieces[-1].append(point)
            elif pieces[-1]:
                pieces.append([])
    return [piece for piece in pieces if piece]


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The accuracies claimed, and those of every size and style."""
    torch.set_num_threads(1)
    rng = random.Random(1)
    drawings = [(style, written(style, beyond(rng), rng)) for style in STYLES for _ in range(EACH)]
    labels = torch.tensor([style.digit for style, _ in drawings])
    trained = torch.tensor([style in TRAINED for style, _ in drawings])
    held_out = torch.tensor([style in HELD_OUT for style, _ in drawings])
    ones_and_nines = trained & ((labels == 1) | (labels == 9))
    models = {key: load_model(key, torch.device("cpu")) for key in MODELS}
    measured: dict[str, float] = {}
    details: dict[str, object] = {}

    def read(draw: Callable[[list[Stroke]], Image.Image]) -> dict[str, Tensor]:
        images = torch.cat([to_mnist(draw(strokes)) for _, strokes in drawings])
        return {key: predict(model, images).argmax(1) == labels for key, model in models.items()}

    def percent(right: Tensor, among: Tensor) -> float:
        return 100 * right[among].float().mean().item()

    everything = torch.ones_like(trained)
    for size in SIZES:
        seen = read(lambda strokes, size=size: on_pad(strokes, size, BRUSH))  # type: ignore[misc]
        sent = read(lambda s, size=size: on_pad(visible(s, size), SENT_INK, SENT_BRUSH))  # type: ignore[misc]
        for key in models:
            details[f"{key}, {size:g} of the pad"] = (
                f"{percent(seen[key], everything):.1f} % as seen, "
                f"{percent(sent[key], everything):.1f} % as sent"
            )
    # Drawings that fit on the pad are sent alike, whatever their size.
    for i, style in enumerate(STYLES):
        of_style = torch.zeros_like(trained)
        of_style[EACH * i : EACH * (i + 1)] = True
        accuracies = [f"{percent(right, of_style):.0f}" for right in sent.values()]
        name = f"{style.digit} {style.name}{', held out' if style.held_out else ''}"
        details[name] = " / ".join(accuracies) + f" % ({', '.join(models)})"
    for key, right in sent.items():
        measured[f"{key}, styles trained on"] = percent(right, trained)
        measured[f"{key}, held-out styles"] = percent(right, held_out)
        measured[f"{key}, ones and nines"] = percent(right, ones_and_nines)
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure)
