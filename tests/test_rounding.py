"""Which way the attack goes must not depend on the processor.

Processors add in different orders, so their sums differ in the last bits. Where the values of a
pooling window are equal, these bits would decide. `fgsm.model.convolve_and_pool` has a rule
instead; here it is held to its promise, for every model, over the 1,000 built-in digits.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from foolbox.attacks import LinfFastGradientAttack
from foolbox.models import PyTorchModel
from torch import Tensor, nn
from torch.nn import functional as F

from fgsm.attack import fgsm, gradient_sign
from fgsm.catalogue import MODELS, load_model
from fgsm.model import EQUAL, NEGLIGIBLE, Classifier, LeNet, convolve_and_pool
from tests.reference import plain

CPU = torch.device("cpu")
APART = 1e-4
"""The share of signs that may differ."""

Digits = tuple[Tensor, Tensor]
Signs = Callable[[Classifier, Tensor, Tensor], Tensor]


@pytest.fixture(scope="module", params=[*MODELS, "the article's"])
def weights(request: pytest.FixtureRequest) -> str | Path:
    """Every model: ours by name, and the article's by its path."""
    if request.param in MODELS:
        return str(request.param)
    path: Path = request.getfixturevalue("oracle")
    return path


@pytest.fixture(scope="module")
def usual(weights: str | Path, builtin: Digits) -> Tensor:
    """The signs as everybody gets them: float32, channels_last, batches of 128, one thread."""
    return gradient_sign(load_model(weights, CPU), *builtin)


def in_float64(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    return gradient_sign(model.double(), images.double(), labels).float()


def contiguous(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    return gradient_sign(model.to(memory_format=torch.contiguous_format), images, labels)


def one_by_one(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    pairs = zip(images.split(1), labels.split(1), strict=True)
    return torch.cat([gradient_sign(model, *pair) for pair in pairs])


def two_threads(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        return gradient_sign(model, images, labels)
    finally:
        torch.set_num_threads(threads)


def without_onednn(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    with torch.backends.mkldnn.flags(enabled=False):
        return gradient_sign(model, images, labels)


@pytest.mark.parametrize(
    "elsewhere", [in_float64, contiguous, one_by_one, two_threads, without_onednn]
)
def test_signs_are_the_same_elsewhere(
    elsewhere: Signs, weights: str | Path, usual: Tensor, builtin: Digits
) -> None:
    signs = elsewhere(load_model(weights, CPU), *builtin)
    assert (signs != usual).double().mean() < APART


def test_the_reference_depends_on_the_processor(builtin: Digits) -> None:
    """What the rule is for: of the robust network's signs, rounding would decide one in 150."""
    reference = plain(load_model("lenet-robust", CPU))
    single = gradient_sign(reference, *builtin)
    double = gradient_sign(reference.double(), builtin[0].double(), builtin[1])
    assert (single != double).double().mean() > 10 * APART


@pytest.mark.parametrize("gradient", [True, False])
def test_values_are_those_of_the_reference(
    gradient: bool, weights: str | Path, builtin: Digits
) -> None:
    images = builtin[0][::5]
    model = load_model(weights, CPU)
    reference = plain(model).to(memory_format=torch.channels_last)
    with torch.set_grad_enabled(gradient):
        ours, theirs = model.logits(images), reference.logits(images)
    assert torch.allclose(ours, theirs, rtol=0, atol=1e-4)
    assert gradient or torch.equal(ours, theirs)


def tied(model: LeNet, images: Tensor, margin: float) -> Tensor:
    """bool `(N, 1, 28, 28)`: pixels that a pooling window sees whose two largest values are close.

    Args:
        margin: how close, at most. Windows that ReLU silences do not count.
    """
    seen, x = torch.zeros_like(images), images
    for depth, convolution in enumerate([model.conv1, model.conv2]):
        values = F.pixel_unshuffle(convolution(x), 2).unflatten(1, (-1, 4))
        largest, second = values.topk(2, dim=2).values.unbind(2)
        close = (largest - second < margin) & (largest > 0)
        spot = close.any(1, keepdim=True).to(images.dtype)
        for _ in range(depth + 1):  # a window of 2 x 2 behind a kernel of 5 x 5 sees 6 x 6
            spot = F.conv_transpose2d(spot, spot.new_ones(1, 1, 6, 6), stride=2)
        seen, x = seen + spot, F.relu(largest)
    return seen > 0


def test_fgsm_is_foolboxs_on_the_reference_where_nothing_is_tied(
    weights: str | Path, builtin: Digits
) -> None:
    images, labels = builtin[0].double(), builtin[1]
    model = load_model(weights, CPU).double()
    reference = PyTorchModel(plain(model), bounds=(0, 1), device="cpu")
    _, theirs, _ = LinfFastGradientAttack()(reference, images, labels, epsilons=0.1)
    differs = (fgsm(model, images, labels, 0.1) - theirs).abs() > 1e-6
    if isinstance(model, LeNet):
        ties = tied(model, images, 5e-5)
        assert 0.001 < ties.double().mean() < 0.99  # there are some, and not only ties
        differs = differs[~ties]
    assert differs.double().mean() < APART


def gradient_of_window(convolution: nn.Conv2d, pixels: list[list[float]]) -> Tensor:
    x = torch.tensor([[pixels]]).requires_grad_()
    return torch.autograd.grad(convolve_and_pool(convolution, x).sum(), x)[0][0, 0]


def test_among_equals_the_first_gets_the_gradient() -> None:
    identity = nn.Conv2d(1, 1, kernel_size=1)
    nn.init.ones_(identity.weight)
    first, last = torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    second, third = first.flip(1), last.flip(1)
    close = 0.5 + EQUAL / 2
    assert torch.equal(gradient_of_window(identity, [[0.5, 0.5], [0.5, 0.5]]), first)
    assert torch.equal(gradient_of_window(identity, [[0.5, 0.5], [0.5, close]]), first)
    assert torch.equal(gradient_of_window(identity, [[0.4, 0.5], [0.5, 0.5]]), second)
    assert torch.equal(gradient_of_window(identity, [[0.4, 0.4], [close, 0.5]]), third)
    assert torch.equal(gradient_of_window(identity, [[0.5, 0.5], [0.5, 0.50001]]), last)


@pytest.mark.parametrize(("share", "winner"), [(0.5, (1, 1)), (2.0, (1, 2))])
def test_negligible_weights_decide_nothing(share: float, winner: tuple[int, int]) -> None:
    """A filter that sees one pixel, and a corner next to it a little; on a stroke."""
    single = nn.Conv2d(1, 1, kernel_size=3).requires_grad_(False)
    nn.init.zeros_(single.weight)
    single.weight[0, 0, 1, 1] = 1
    single.weight[0, 0, 0, 0] = -share * NEGLIGIBLE
    stroke = torch.ones(4, 4)
    stroke[0, 1] = 0  # so the corner lowers the first value, but not the second
    gradient = gradient_of_window(single, stroke.tolist())
    assert gradient.argmax() == 4 * winner[0] + winner[1]


def test_weights_are_trained_as_by_the_reference() -> None:
    """On noise, which has no ties."""
    torch.manual_seed(0)
    model = LeNet().double()
    reference = plain(model).train()
    images = torch.rand(8, 1, 28, 28).double()
    gradients = []
    for network in (model, reference):
        torch.manual_seed(1)  # the same dropout
        loss = network(images)[:, 3].sum()
        gradients.append(torch.autograd.grad(loss, [*network.parameters()]))
    for ours, theirs in zip(*gradients, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-12)
