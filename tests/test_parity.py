"""Our attacks compared with others: Foolbox's, and plain cross-entropy.

Both are compared in float64, where cross-entropy's own gradient can be trusted. A pixel whose
gradient is at rounding level has no reliable sign in any library: such pixels are counted, and
bounded; all others must agree to 1e-6. What float32 changes is counted separately.
"""

import pytest
import torch
from foolbox.attacks import LinfFastGradientAttack, LinfProjectedGradientDescentAttack
from foolbox.models import PyTorchModel
from torch import Tensor, nn
from torch.nn import functional as F

from fgsm.attack import fgsm, gradient_sign, iterative_fgsm, loss_gradient
from fgsm.catalogue import MODELS, load_model
from fgsm.readings import predict

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
    others = 1 - predict(model, images).exp().gather(1, labels[:, None])[:, 0]
    unsure = others > 1e-8  # for the others 1 - p cancels, even in float64
    assert unsure.float().mean() > 0.8
    expected = cross_entropy_gradient(model, images, labels) / others[:, None, None, None]
    assert expected[unsure].abs().amax((1, 2, 3)).min() > 0.01
    assert torch.allclose(ours[unsure], expected[unsure], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "bound"),
    # The robust network's first layer compares single pixels with a threshold. Within a stroke
    # neighbours are equal, max-pooling has ties, and rounding decides which neighbour gets the
    # gradient: 0.75 % of all pixels, as many again between two memory layouts in float32.
    [("lenet", 1e-4), ("softmax", 1e-4), ("lenet-robust", 0.01)],
)
def test_float32_gives_the_signs_of_float64(
    name: str, bound: float, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin
    model = load_model(name, CPU)
    single = gradient_sign(model, images, labels)
    double = gradient_sign(model.double(), images.double(), labels)
    assert (single != double).float().mean() < bound


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
