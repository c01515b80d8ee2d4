"""Our attacks compared with others: Foolbox's, and plain cross-entropy.

Both are compared in float64, where cross-entropy's own gradient can be trusted. A pixel whose
gradient is at rounding level has no reliable sign in any library: such pixels are counted, and
bounded; all others must agree to 1e-6. The networks here are ours, with our rule for ties in them;
`test_rounding` compares them with plain layers, and float32 with float64.
"""

from typing import Any

import pytest
import torch
from eagerpy import astensor  # type: ignore[attr-defined]
from foolbox.attacks import LinfFastGradientAttack, LinfProjectedGradientDescentAttack
from foolbox.models import PyTorchModel
from torch import Tensor, nn
from torch.nn import functional as F

from fgsm.attack import fgsm, gradient_sign, iterative_fgsm, loss_gradient
from fgsm.catalogue import MODELS, load_model

CPU = torch.device("cpu")
EVERY_MODEL = pytest.mark.parametrize("name", MODELS)


def wrapped(model: nn.Module) -> PyTorchModel:
    return PyTorchModel(model, bounds=(0, 1), device="cpu")


def cross_entropy_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    x = images.double().requires_grad_()
    loss = F.cross_entropy(model(x), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


@EVERY_MODEL
def test_sign_is_that_of_cross_entropy(name: str, builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = builtin
    model = load_model(name, CPU).double()
    ours = gradient_sign(model, images.double(), labels)
    gradient = cross_entropy_gradient(model, images, labels)
    differs = ours != gradient.sign()
    scale = gradient.abs().amax((1, 2, 3), keepdim=True)
    assert (differs & (gradient.abs() > 1e-6 * scale)).sum() == 0
    assert differs.float().mean() < 1e-4


@EVERY_MODEL
def test_gradient_is_that_of_cross_entropy_but_for_its_length(
    name: str, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin[0][::3].double(), builtin[1][::3]  # more than one batch
    model = load_model(name, CPU).double()
    ours = loss_gradient(model, images, labels)
    # Not by `predict`: without a gradient, values that are tied may be larger by a hair.
    others = 1 - model(images).detach().exp().gather(1, labels[:, None])[:, 0]
    unsure = others > 1e-8  # beyond that 1 - p cancels, in float64 too
    assert unsure.float().mean() > 0.8
    expected = cross_entropy_gradient(model, images, labels) / others[:, None, None, None]
    assert expected[unsure].abs().amax((1, 2, 3)).min() > 0.01
    assert torch.allclose(ours[unsure], expected[unsure], rtol=1e-5, atol=1e-6)


@EVERY_MODEL
def test_fgsm_is_foolboxs(name: str, builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = builtin[0][::5].double(), builtin[1][::5]
    epsilons = [0.0, 0.1, 0.3]
    model = load_model(name, CPU).double()
    ours = fgsm(model, images, labels, epsilons)
    _, theirs, _ = LinfFastGradientAttack()(wrapped(model), images, labels, epsilons=epsilons)
    differs = (ours - torch.stack(theirs)).abs() > 1e-6
    gradient = cross_entropy_gradient(model, images, labels).abs()
    scale = gradient.amax((1, 2, 3), keepdim=True)
    assert not (differs & (gradient > 1e-6 * scale)).any()
    assert differs.float().mean() < 1e-4


@EVERY_MODEL
def test_pgd_is_foolboxs(name: str, builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = builtin[0][::20].double(), builtin[1][::20]
    epsilons = [0.1, 0.3]
    model = load_model(name, CPU).double()
    ours = iterative_fgsm(model, images, labels, epsilons, steps=10, step_size=0.025)
    attack = LinfProjectedGradientDescentAttack(abs_stepsize=0.025, steps=10, random_start=False)
    _, theirs, _ = attack(wrapped(model), images, labels, epsilons=epsilons)
    differs = (ours - torch.stack(theirs)).abs() > 1e-6
    assert differs.float().mean() < 1e-4


class StartGiven(LinfProjectedGradientDescentAttack):  # type: ignore[misc]
    """Foolbox's PGD from a start that is not its own."""

    def __init__(self, start: Tensor) -> None:
        super().__init__(abs_stepsize=0.025, steps=10, random_start=True)
        self.start = start

    def get_random_start(self, x0: Any, epsilon: float) -> Any:
        return astensor(self.start)


def pgd(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, steps: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return iterative_fgsm(
        model, images, labels, epsilon, steps=steps, step_size=0.025, generator=generator
    )


def starts_of_pgd(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Where our PGD starts from with the seed 0: the first images that the model is given."""
    seen: list[Tensor] = []
    handle = model.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach()))
    pgd(model, images, labels, epsilon, steps=1)
    handle.remove()
    return seen[0]


@EVERY_MODEL
@pytest.mark.parametrize("epsilon", [0.1, 0.3])
def test_pgd_is_foolboxs_from_the_same_random_start(
    name: str, epsilon: float, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin[0][::20].double(), builtin[1][::20]
    model = load_model(name, CPU).double()
    attack = StartGiven(starts_of_pgd(model, images, labels, epsilon))
    _, theirs, _ = attack(wrapped(model), images, labels, epsilons=epsilon)
    differs = (pgd(model, images, labels, epsilon, steps=10) - theirs).abs() > 1e-6
    assert differs.float().mean() < 1e-4


def test_random_starts_are_spread_as_foolboxs(builtin: tuple[Tensor, Tensor]) -> None:
    """Evenly over the ball: over 78,400 pixels the quantiles agree, to three standard errors."""
    images, labels = torch.full((100, 1, 28, 28), 0.5, dtype=torch.float64), builtin[1][:100]
    model = load_model("softmax", CPU).double()
    torch.manual_seed(0)
    foolboxs = LinfProjectedGradientDescentAttack().get_random_start(astensor(images), 0.3).raw
    start = starts_of_pgd(model, images, labels, 0.3)
    levels = torch.linspace(0, 1, 21, dtype=torch.float64)
    for found in (start, foolboxs):
        assert (found - images).abs().max() <= 0.3
        quantiles = ((found - images).flatten() / 0.6 + 0.5).quantile(levels)
        assert (quantiles - levels).abs().max() < 3 * 0.5 / len(images.flatten()) ** 0.5
