"""Training: small runs that can be judged, and what the command writes."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fgsm import train as module
from fgsm.catalogue import LENET, MODELS, SOFTMAX, Model, Recipe, load_model
from fgsm.digits import mnist_digits
from fgsm.model import SoftmaxRegression
from fgsm.readings import predict, sweep
from fgsm.strokes import strokes_to_train_on
from fgsm.train import random_affine, train, without_builtin

CPU = torch.device("cpu")
SHORT = Recipe(epochs=3, batch_size=50, max_learning_rate=0.02)


def short(entry: Model, **changes: Any) -> Model:
    """A model of the catalogue with a short recipe."""
    return replace(entry, recipe=replace(SHORT, **changes))


def accuracy(model: nn.Module, digits: tuple[Tensor, Tensor]) -> float:
    return (predict(model, digits[0]).argmax(1) == digits[1]).float().mean().item()


def test_learns_and_repeats_itself(builtin: tuple[Tensor, Tensor]) -> None:
    models = [train(short(SOFTMAX), *builtin, seed=seed, device=CPU) for seed in (0, 0, 1)]
    weights = [model.get_parameter("linear.weight") for model in models]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert not models[0].training
    assert accuracy(models[0], builtin) > 0.85


def test_dropout_only_where_the_recipe_has_it(builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = builtin[0][::10], builtin[1][::10]
    with_dropout = train(short(LENET, epochs=1), images, labels, seed=0, device=CPU)
    without = train(short(LENET, epochs=1, dropout=False), images, labels, seed=0, device=CPU)
    key = "fc2.weight"
    assert not torch.equal(with_dropout.get_parameter(key), without.get_parameter(key))


def test_the_penalty_keeps_weights_small(builtin: tuple[Tensor, Tensor]) -> None:
    free, held = (
        train(short(SOFTMAX, weight_penalty=penalty), *builtin, seed=0, device=CPU)
        for penalty in (0.0, 0.01)
    )
    assert (
        held.get_parameter("linear.weight").norm()
        < 0.7 * free.get_parameter("linear.weight").norm()
    )


def test_adversarial_training_makes_robust(builtin: tuple[Tensor, Tensor]) -> None:
    plain, robust = (
        train(short(SOFTMAX, epsilon=epsilon, warmup=0.5), *builtin, seed=0, device=CPU)
        for epsilon in (0.0, 0.1)
    )
    survive = [
        (~sweep(model, *builtin, [0.0, 0.1]).wrong[1]).float().mean() for model in (plain, robust)
    ]
    assert survive[1] > survive[0] + 0.2


def test_a_recipe_with_strokes_reads_strokes(builtin: tuple[Tensor, Tensor]) -> None:
    strokes = strokes_to_train_on(300, seed=9)
    without, with_strokes = (
        train(short(SOFTMAX, strokes=count), *builtin, seed=0, device=CPU) for count in (0, 500)
    )
    assert accuracy(with_strokes, strokes) > accuracy(without, strokes) + 0.05


def test_random_affine_moves_digits_a_little(builtin: tuple[Tensor, Tensor]) -> None:
    images = builtin[0][::5]
    moved = random_affine(images, torch.Generator().manual_seed(0))
    again = random_affine(images, torch.Generator().manual_seed(0))
    assert torch.equal(moved, again)
    assert moved.shape == images.shape and moved.min() >= 0 and moved.max() <= 1
    grid = torch.arange(28.0)
    for axis in (2, 3):
        ink = [digits.sum((1, 5 - axis)) for digits in (images, moved)]
        centres = [(weight * grid).sum(1) / weight.sum(1) for weight in ink]
        shift = (centres[1] - centres[0]).abs()
        assert 0.5 < shift.mean() < 2 and shift.max() < 4.5
    ratio = moved.sum((1, 2, 3)) / images.sum((1, 2, 3))
    assert ratio.min() > 0.75 and ratio.max() < 1.35  # scaled by at most 10 % along each side
    assert accuracy(load_model("lenet", CPU), (moved, builtin[1][::5])) > 0.95


def test_the_built_in_digits_are_held_out(mnist_root: Path) -> None:
    images, labels = mnist_digits(train=True, root=mnist_root)
    kept, kept_labels = without_builtin(images, labels)
    assert len(kept) == len(kept_labels) == 59_000
    assert (torch.bincount(labels) - torch.bincount(kept_labels)).tolist() == [100] * 10


def test_writes_weights_and_their_card(
    tmp_path: Path, builtin: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a small stand-in for MNIST: the built-in digits, and some that are not among them."""
    images, labels = builtin
    darker = (images[::20] * 0.9 * 255).round() / 255

    def digits(train: bool, root: Path | None, download: bool) -> tuple[Tensor, Tensor]:
        assert root == Path("somewhere") and download
        if train:
            return torch.cat([images, darker]), torch.cat([labels, labels[::20]])
        return darker, labels[::20]

    monkeypatch.setattr(module, "mnist_digits", digits)
    monkeypatch.setattr("fgsm.card.CARD_EPSILONS", (0.0, 0.1))
    monkeypatch.setitem(MODELS, "softmax", short(SOFTMAX, batch_size=10))
    out = tmp_path / "new"
    module.main(
        ["softmax", "--data", "somewhere", "--epochs", "2", "--seed", "7", "--out", str(out)]
    )

    model = load_model(out / "softmax.pth", CPU)
    assert isinstance(model, SoftmaxRegression)
    card = json.loads((out / "softmax.json").read_text())
    assert card["recipe"]["epochs"] == 2 and card["seed"] == 7
    assert card["held_out_digits"] == 1000 and card["training_digits"] == 50
    assert card["test_digits"] == 50
    assert card["sha256"] == hashlib.sha256((out / "softmax.pth").read_bytes()).hexdigest()
    assert card["accuracy"] == pytest.approx(accuracy(model, (darker, labels[::20])))
    assert card["results"].keys() == {"fgsm", "iterative", "pgd-40", "random"}
    assert [result["epsilon"] for result in card["results"]["fgsm"]] == [0, 0.1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["softmax", "--epochs", "0"], "--epochs is 0"), (["resnet"], "invalid choice: 'resnet'")],
)
def test_bad_arguments_are_named(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        module.main(arguments)
    assert exit_.value.code == 2
    assert words in capsys.readouterr().err
