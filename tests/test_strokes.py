"""Synthetic strokes: whether they are digits, varied, repeatable, and read by our models."""

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fgsm.catalogue import MODELS, load_model
from fgsm.drawing import to_mnist
from fgsm.readings import predict
from fgsm.strokes import BRUSH, HELD_OUT, TRAINED, beyond, on_pad, strokes_to_train_on, written
from fgsm.styles import STYLES, Style, arc, curve

CPU = torch.device("cpu")


def drawn(styles: list[Style], each: int, seed: int = 1) -> tuple[Tensor, Tensor]:
    """Some digits of each style, none of which was trained on."""
    rng = random.Random(seed)
    images, labels = [], []
    for style in styles:
        for _ in range(each):
            images.append(to_mnist(on_pad(written(style, beyond(rng), rng), 0.9, 0.09)))
            labels.append(style.digit)
    return torch.cat(images), torch.tensor(labels)


def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    return (predict(model, images).argmax(1) == labels).float().mean().item()


def test_every_class_has_styles_to_train_on_and_one_to_test_on() -> None:
    for digit in range(10):
        names = [style.name for style in STYLES if style.digit == digit]
        assert len(names) == len(set(names))
        assert sum(style.digit == digit for style in TRAINED) >= 3
        assert sum(style.digit == digit for style in HELD_OUT) == 1


def test_strokes_are_seeded_and_balanced() -> None:
    images, labels = strokes_to_train_on(40, seed=3)
    again, _ = strokes_to_train_on(40, seed=3)
    other, _ = strokes_to_train_on(40, seed=4)
    assert torch.equal(images, again) and not torch.equal(images, other)
    assert torch.bincount(labels).tolist() == [4] * 10
    assert images.shape == (40, 1, 28, 28) and images.dtype == torch.float32
    assert images.min() == 0 and images.max() == 1


def test_strokes_look_like_mnist(builtin: tuple[Tensor, Tensor]) -> None:
    """As much ink, and as much of it grey."""
    images, _ = strokes_to_train_on(200)
    for measure in (lambda x: x.mean(), lambda x: ((x > 0.1) & (x < 0.9)).float().mean()):
        assert measure(images).item() == pytest.approx(measure(builtin[0]).item(), rel=0.35)


def test_no_two_digits_of_a_style_are_alike() -> None:
    for style in STYLES:
        images, _ = drawn([style], 6)
        apart = torch.pdist(images.flatten(1))
        assert apart.min() > 1, style


def test_numbers_to_test_on_lie_beyond_those_trained_on() -> None:
    r = beyond(random.Random(0))
    numbers = np.array([r(2, 4) for _ in range(4_000)])
    outside = (numbers < 2) | (numbers > 4)
    assert 0.07 < outside.mean() < 0.13
    assert numbers.min() > 1.7 - 1e-9 and numbers.max() < 4.3 + 1e-9


def test_a_curve_goes_through_its_points_and_an_arc_as_on_a_clock() -> None:
    points = [(0.0, 0.0), (1.0, 0.5), (0.5, 1.0)]
    line = curve(*points)
    assert all(any(np.allclose(point, other) for other in line) for point in points)
    assert np.allclose(
        arc(0, 0, 2, 1, 0, 90), [(0, -1), (1, -0.866), (1.732, -0.5), (2, 0)], atol=1e-3
    )


@pytest.mark.parametrize("size", [0.3, 0.7, 1.0])
def test_the_ink_is_as_large_and_as_thick_as_asked_for(size: float) -> None:
    picture = np.asarray(on_pad([[(0, 0), (0, 1)], [(0.2, 1), (0.2, 0)]], size, BRUSH))
    rows, columns = (np.flatnonzero(picture.max(axis)) for axis in (1, 0))
    assert len(rows) == pytest.approx(112 * size, abs=2)
    assert columns[-1] + 1 - columns[0] == pytest.approx(
        112 * (BRUSH + 0.2 * (size - BRUSH)), abs=2
    )
    outer = np.asarray(on_pad([[(0, 0), (0, 1)]], 1.3, BRUSH))
    assert outer[0].any() and outer[-1].any()  # cut off


@pytest.mark.parametrize(
    ("key", "trained", "held_out"),
    [("lenet", 0.93, 0.88), ("lenet-robust", 0.94, 0.9), ("softmax", 0.7, 0.6)],
)
def test_our_models_read_strokes(key: str, trained: float, held_out: float) -> None:
    assert key in MODELS
    model = load_model(key, CPU)
    assert accuracy(model, *drawn(TRAINED, 10)) >= trained
    assert accuracy(model, *drawn(HELD_OUT, 40)) >= held_out
