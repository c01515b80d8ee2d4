"""Synthetic pen strokes: digits as many people would draw them on the pad, without any people.

MNIST's writers were American, and wrote on paper. On a pad, people of all countries draw: a 1 has
a flag and a foot, a 7 a bar. `fgsm.styles` has formulas for such digits; here each gets a hand of
its own, is drawn with the pad's brush, and becomes an MNIST image like any drawing.

    python -m scripts.make_contact_sheet

shows what comes out.
"""

import math
import random

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from fgsm.drawing import to_mnist
from fgsm.styles import STYLES, Range, Stroke, Style

BRUSH = 0.085  # of the pad's side, as in `ui/stage/ink.js`
SENT = 112  # pixels along the side of the picture that the pad sends
FINE = 4  # drawn that many times larger, and shrunk, for smooth edges
SIZES = (0.5, 1.0)  # of the pad, of drawings to train on: the brush is 17 % to 8.5 % of the digit
BEYOND = 0.15  # of a range: how far outside it the numbers of a digit to test on may lie
OFTEN = 0.1  # how often one does
TRAINED = [style for style in STYLES if not style.held_out]
HELD_OUT = [style for style in STYLES if style.held_out]


def strokes_to_train_on(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Digits as the pad sends them, of all classes and styles in turn.

    Returns:
        images float32 `(count, 1, 28, 28)` in [0, 1], labels int64 `(count,)`.
    """
    rng = random.Random(seed)
    images, labels = [], []
    for i in range(count):
        digit = i % 10
        style = rng.choice([style for style in TRAINED if style.digit == digit])
        strokes = written(style, rng.uniform, rng)
        images.append(to_mnist(on_pad(strokes, rng.uniform(*SIZES), BRUSH)))
        labels.append(digit)
    return torch.cat(images), torch.tensor(labels)


def beyond(rng: random.Random) -> Range:
    """Ranges for digits to test on: some numbers lie outside, where no training went.

    A digit is made of about twenty numbers, so in most digits there are one or two.
    """

    def number(low: float, high: float) -> float:
        if rng.random() >= OFTEN:
            return rng.uniform(low, high)
        outside = rng.uniform(0, BEYOND) * (high - low)
        return rng.choice([low - outside, high + outside])

    return number


def written(style: Style, r: Range, rng: random.Random) -> list[Stroke]:
    """One digit of a style, in one person's hand.

    Args:
        r: where the numbers that make up shape and hand come from: `rng.uniform`, or `beyond`.
    """
    width, lean, turn = r(0.5, 1.1), r(-0.2, 0.5), math.radians(r(-10, 10))
    narrowing, waist, bend = r(-0.3, 0.3), r(-0.08, 0.08), r(-0.06, 0.06)
    tremor, haste = abs(r(-0.02, 0.02)), abs(r(-5, 5))
    strokes = []
    for stroke in style.strokes(r):
        points = np.array(stroke) - 0.5
        x, y = points[:, 0], points[:, 1]
        points = np.stack(
            [
                width * x * (1 + 2 * narrowing * y) - lean * y + bend * np.cos(2 * math.pi * y),
                y + waist * np.cos(math.pi * y) + bend * np.cos(2 * math.pi * x),
            ],
            axis=1,
        )
        points = _cutting_corners(points, round(haste))
        points += tremor * _waves(len(points), rng)
        points += [rng.gauss(0, 0.015), rng.gauss(0, 0.015)]  # where the pen is set down
        rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        strokes.append([(float(x), float(y)) for x, y in points @ rotation])
    return strokes


def _cutting_corners(points: npt.NDArray[np.float64], haste: int) -> npt.NDArray[np.float64]:
    """A hand in haste cuts corners: each point becomes the mean of its neighbours."""
    padded = np.pad(points, ((haste, haste), (0, 0)), mode="edge")
    window = np.ones(2 * haste + 1) / (2 * haste + 1)
    return np.stack([np.convolve(padded[:, i], window, mode="valid") for i in (0, 1)], axis=1)


def _waves(length: int, rng: random.Random) -> npt.NDArray[np.float64]:
    """The tremor of a hand: slow waves along a stroke, for x and for y."""
    along = np.arange(length) / 10
    waves = np.zeros((length, 2))
    for i in (0, 1):
        for frequency in (0.7, 1.6, 3.1):
            phase = rng.uniform(0, 2 * math.pi)
            waves[:, i] += rng.gauss(0, 1) * np.sin(frequency * along + phase)
    return waves


def on_pad(strokes: list[Stroke], size: float, brush: float) -> Image.Image:
    """The picture that the pad would send of strokes drawn in its middle.

    Args:
        size: the longer side of the ink. What lies outside the pad is cut off.
        brush: the thickness of the strokes; both as parts of the pad's side.

    Returns:
        `SENT` x `SENT` pixels, white on black.
    """
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    side = FINE * SENT
    scale = (size - brush) * side / max(*(high - low), 1e-9)
    radius = brush * side / 2
    picture = Image.new("L", (side, side))
    draw = ImageDraw.Draw(picture)
    for stroke in strokes:
        dots = (np.array(stroke) - (low + high) / 2) * scale + side / 2
        draw.line([tuple(dot) for dot in dots], fill=255, width=round(2 * radius))
        for x, y in dots:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return picture.reduce(FINE)
