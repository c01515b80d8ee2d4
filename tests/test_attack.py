"""What must hold of every attack, on a small network with known properties and on real digits."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fgsm.attack import fgsm, gradient_sign, iterative_fgsm, random_sign
from fgsm.model import LeNet, SoftmaxRegression
from fgsm.readings import predict, sweep

EPSILONS = [0.0, 0.05, 0.3, 1.0]
# For the projection: rounding of x + epsilon in float32.
ROUNDING = 1e-6


def control(model: nn.Module, images: Tensor, labels: Tensor, epsilons: Any) -> Tensor:
    return random_sign(images, epsilons, generator=torch.Generator().manual_seed(0))


def targeted(model: nn.Module, images: Tensor, labels: Tensor, epsilons: Any) -> Tensor:
    return fgsm(model, images, labels, epsilons, targeted=True)


def pgd(model: nn.Module, images: Tensor, labels: Tensor, epsilons: Any) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return iterative_fgsm(
        model, images, labels, epsilons, steps=5, step_size=0.01, generator=generator
    )


EVERY_ATTACK = pytest.mark.parametrize("attack", [fgsm, targeted, iterative_fgsm, pgd, control])


@pytest.fixture
def digits(builtin: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Twenty digits, two of each class."""
    images, labels = builtin
    return images[::50], labels[::50]


class Scaled(nn.Module):
    """Multiplies a model's log-probabilities: the same predictions, with more confidence."""

    def __init__(self, model: nn.Module, factor: float) -> None:
        super().__init__()
        self.model, self.factor = model, factor

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.model(images) * self.factor
        return logits


@EVERY_ATTACK
def test_stays_in_the_ball_and_in_range(
    attack: Callable[..., Tensor], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    adversarial = attack(lenet, images, labels, EPSILONS)
    assert adversarial.shape == (4, 20, 1, 28, 28)
    assert adversarial.min() >= 0 and adversarial.max() <= 1
    for epsilon, some in zip(EPSILONS, adversarial, strict=True):
        assert (some - images).abs().max() <= epsilon + ROUNDING
    assert (adversarial[-1] - images).abs().max() > 0.04  # and it does move


@EVERY_ATTACK
def test_zero_epsilon_is_the_input_bit_for_bit(
    attack: Callable[..., Tensor], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    assert torch.equal(attack(lenet, images, labels, 0.0), images)
    assert torch.equal(attack(lenet, images, labels, EPSILONS)[0], images)


@EVERY_ATTACK
def test_one_epsilon_is_a_row_of_many(
    attack: Callable[..., Tensor], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    one = attack(lenet, images, labels, 0.3)
    assert one.shape == images.shape
    if attack is pgd:  # its random start depends on the shape
        return
    # Batches of another size may round differently, where a gradient is almost zero.
    assert ((one - attack(lenet, images, labels, EPSILONS)[2]).abs() > ROUNDING).sum() <= 5


@pytest.mark.parametrize("attack", [fgsm, targeted, iterative_fgsm])
def test_a_batch_gives_what_its_images_give(
    attack: Callable[..., Tensor], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    together = attack(lenet, images, labels, 0.1)
    alone = torch.cat(
        [attack(lenet, images[i : i + 1], labels[i : i + 1], 0.1) for i in range(len(images))]
    )
    assert ((together - alone).abs() > ROUNDING).sum() <= 5


@EVERY_ATTACK
def test_leaves_everything_as_it_was(
    attack: Callable[..., Tensor], digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    before = images.clone()
    model = LeNet()
    model.train()
    model.conv2_drop.eval()
    model.fc1.requires_grad_(False)
    model(images).sum().backward()
    modes = [module.training for module in model.modules()]
    state = {key: value.clone() for key, value in model.state_dict().items()}
    parameters = [(p.requires_grad, p.grad, p._version) for p in model.parameters()]
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]

    swept = sweep(model, images, labels, EPSILONS, attack)

    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    for p, (requires_grad, grad, version), gradient in zip(
        model.parameters(), parameters, gradients, strict=True
    ):
        assert (p.requires_grad, p._version) == (requires_grad, version)
        assert p.grad is grad
        assert (grad is None) == (gradient is None)
        if grad is not None and gradient is not None:
            assert torch.equal(grad, gradient)
    assert torch.equal(images, before) and images.grad is None and not images.requires_grad
    assert not swept.adversarial.requires_grad and not swept.log_probs.requires_grad


def test_no_graph_leaks_out_of_an_image_that_wants_a_gradient(
    lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    wanting = images.clone().requires_grad_()
    for attack in (fgsm, iterative_fgsm, pgd, control):
        swept = sweep(lenet, wanting, labels, EPSILONS, attack)
        assert not swept.adversarial.requires_grad and not swept.log_probs.requires_grad
    assert not gradient_sign(lenet, wanting, labels).requires_grad
    assert wanting.grad is None


def test_dropout_is_off_during_the_attack(digits: tuple[Tensor, Tensor]) -> None:
    images, labels = digits
    model = LeNet().train()
    assert torch.equal(gradient_sign(model, images, labels), gradient_sign(model, images, labels))


def test_mode_is_restored_after_an_exception(digits: tuple[Tensor, Tensor]) -> None:
    class Broken(LeNet):
        def forward(self, images: Tensor) -> Tensor:
            raise ZeroDivisionError

    images, labels = digits
    model = Broken().train()
    model.fc1.eval()
    for call in (gradient_sign, lambda *_: predict(model, images)):
        with pytest.raises(ZeroDivisionError):
            call(model, images, labels)
        assert model.training and model.conv1.training and not model.fc1.training


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_works_for_callers_without_gradients(
    mode: Callable[[], Any], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    one_step = fgsm(lenet, images, labels, 0.1)
    two_steps = iterative_fgsm(lenet, images, labels, 0.1, steps=2)
    with mode():
        images, labels = images.clone(), labels.clone()
        assert torch.equal(fgsm(lenet, images, labels, 0.1), one_step)
        assert torch.equal(iterative_fgsm(lenet, images, labels, 0.1, steps=2), two_steps)


def test_agrees_with_finite_differences() -> None:
    """On noise: on a digit's black ground max-pooling has ties, where there is no derivative."""
    torch.manual_seed(0)
    model = LeNet().double()
    images, labels = torch.rand(2, 1, 28, 28).double(), torch.tensor([3, 8])
    step, rows = 1e-6, torch.arange(2)

    def loss(x: Tensor) -> Tensor:
        return -predict(model, x)[rows, labels]

    slope = torch.empty_like(images)
    for pixel in range(784):
        push = torch.zeros(784, dtype=torch.float64)
        push[pixel] = step
        push = push.view(1, 1, 28, 28)
        change = (loss(images + push) - loss(images - push)) / (2 * step)
        slope.view(2, 784)[:, pixel] = change
    clear = slope.abs() > 1e-6
    assert clear.sum() > 1000
    assert torch.equal(gradient_sign(model, images, labels)[clear], slope.sign()[clear])


@pytest.mark.parametrize("factor", [8.0, 32.0, 1000.0])
def test_confident_models_are_attacked_as_well(
    factor: float, lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    """In float32, 1 - p[y] rounds to 0 here. The loss in float64 shows the right direction."""
    images, labels = builtin
    confident = Scaled(lenet, factor)
    survive = (~sweep(confident, images, labels, [0.0, 0.3]).wrong[1]).sum()
    unscaled = (~sweep(lenet, images, labels, [0.0, 0.3]).wrong[1]).sum()
    assert survive <= 1.1 * unscaled + 10

    x = images.clone().requires_grad_()
    nn.functional.cross_entropy(confident(x), labels, reduction="sum").backward()
    assert x.grad is not None
    naive = (images + 0.3 * x.grad.sign()).clamp(0, 1)
    naive_survive = (predict(lenet, naive).argmax(1) == labels).sum()
    assert naive_survive > 1.5 * survive + 50  # what this project would be without the log-odds


def test_zero_gradient_changes_nothing(digits: tuple[Tensor, Tensor]) -> None:
    images, _ = digits
    model = LeNet()
    nn.init.zeros_(model.conv1.weight)  # no pixel has any influence
    labels = predict(model, images).argmax(1)
    for attack in (fgsm, targeted, iterative_fgsm):
        swept = sweep(model, images, labels, EPSILONS, attack)
        assert torch.equal(swept.adversarial, images.expand_as(swept.adversarial))
        assert not swept.fooled.any()
        assert swept.breaking_point.isinf().all() and swept.monotone.all()


@pytest.mark.parametrize("attack", [fgsm, iterative_fgsm])
def test_targeted_goes_down_the_targets_loss(
    attack: Callable[..., Tensor], lenet: nn.Module, digits: tuple[Tensor, Tensor]
) -> None:
    images, labels = digits
    targets = (labels + 1) % 10
    towards = attack(lenet, images, targets, [0.0, 0.01], targeted=True)
    rows = torch.arange(len(images))
    before, after = (-predict(lenet, x)[rows, targets] for x in towards)
    assert (after < before).all()
    away = attack(lenet, images, targets, 0.01)
    assert (-predict(lenet, away)[rows, targets] > before).all()


def test_iterations_fool_more_than_one_step_and_random_signs_fewer(
    lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin
    left = [
        (~sweep(lenet, images, labels, [0.0, 0.2], attack).wrong[1]).float().mean().item()
        for attack in (iterative_fgsm, fgsm, control)
    ]
    assert left[0] < left[1] < left[2] and left[2] > 0.9


def test_random_signs_are_signs_and_repeatable(digits: tuple[Tensor, Tensor]) -> None:
    grey = torch.full_like(digits[0], 0.5)
    one = control(nn.Identity(), grey, digits[1], 0.25)
    assert torch.equal(one, control(nn.Identity(), grey, digits[1], 0.25))
    assert set(one.unique().tolist()) == {0.25, 0.75}
    assert abs((one > 0.5).float().mean() - 0.5) < 0.02


def test_one_gradient_serves_every_epsilon(lenet: nn.Module, digits: tuple[Tensor, Tensor]) -> None:
    passes = []

    class Counting(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            passes.append((len(images), torch.is_grad_enabled()))
            log_probs: Tensor = lenet(images)
            return log_probs

    images, labels = digits[0][:1], digits[1][:1]
    swept = sweep(Counting(), images, labels, [k / 100 for k in range(101)])
    assert passes == [(1, True), (101, False)]  # one backward, and one batched forward pass
    assert swept.predictions.shape == (101, 1)


def test_sweep_reads_each_image_at_each_epsilon(
    lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin[0][::7], builtin[1][::7]
    grid = [k / 50 for k in range(51)]
    swept = sweep(lenet, images, labels, grid)
    assert swept.log_probs.shape == (51, len(images), 10)
    assert torch.allclose(swept.log_probs.exp().sum(-1), torch.ones(()))
    direction = gradient_sign(lenet, images, labels)
    for k, epsilon in enumerate(grid):
        by_hand = (images + epsilon * direction).clamp(0, 1)
        assert ((swept.adversarial[k] - by_hand).abs() > ROUNDING).float().mean() < 1e-4
    predictions = swept.predictions
    for n, label in enumerate(labels.tolist()):
        was_right = predictions[0, n] == label
        fooling = [grid[k] for k in range(51) if was_right and predictions[k, n] != label]
        expected = fooling[0] if fooling else float("inf")
        assert swept.breaking_point[n].item() == pytest.approx(expected)
        first = grid.index(fooling[0]) if fooling else 51
        assert swept.monotone[n].item() == (len(fooling) == 51 - first)
    assert not swept.monotone.all()  # some are right again at a larger epsilon


def test_a_misread_image_is_never_fooled() -> None:
    torch.manual_seed(0)
    model = SoftmaxRegression()
    image = torch.rand(1, 1, 28, 28)
    wrong = (predict(model, image).argmax(1) + 1) % 10
    swept = sweep(model, image, wrong, [0.0, 0.1])
    assert swept.wrong.all() and not swept.fooled.any()
    assert swept.breaking_point.isinf().all() and swept.monotone.all()


IMAGE = torch.rand(2, 1, 28, 28)
LABEL = torch.tensor([1, 2])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": IMAGE[0]}, r"images have shape \(1, 28, 28\)"),
        ({"images": IMAGE[:0]}, r"images have shape \(0, 1, 28, 28\)"),
        ({"images": torch.rand(2, 3, 28, 28)}, r"images have shape \(2, 3, 28, 28\)"),
        ({"images": (IMAGE * 255).byte()}, "images are torch.uint8"),
        ({"images": IMAGE.half()}, "images are torch.float16"),
        ({"images": IMAGE * 255}, "images range from .* to 2"),
        ({"images": IMAGE - 1}, "images range from -"),
        ({"images": IMAGE * torch.nan}, "images range from nan"),
        ({"labels": LABEL.int()}, "labels are torch.int32"),
        ({"labels": LABEL[:1]}, r"labels have shape \(1,\)"),
        ({"labels": torch.tensor([1, 10])}, "labels range from 1 to 10"),
        ({"labels": torch.tensor([-1, 0])}, "labels range from -1 to 0"),
        ({"epsilons": float("nan")}, "epsilon is nan"),
        ({"epsilons": -0.1}, "epsilon is -0.1"),
        ({"epsilons": 1.5}, "epsilon is 1.5"),
        ({"epsilons": [0.1, 25.5]}, "epsilon is 25.5"),
        ({"epsilons": []}, "epsilons are empty"),
        ({"epsilons": [0.1, "0.2"]}, "epsilon is '0.2'; it must be a number"),
        ({"epsilons": torch.tensor(0.1)}, r"epsilon is tensor\(0.1"),
        ({"images": IMAGE.double()}, "images are torch.float64 on cpu; the model is torch.float32"),
    ],
)
def test_wrong_arguments_are_named(change: dict[str, Any], words: str) -> None:
    arguments = {"images": IMAGE, "labels": LABEL, "epsilons": [0.0, 0.1], **change}
    model = SoftmaxRegression()
    for attack in (fgsm, iterative_fgsm):
        with pytest.raises(ValueError, match=words):
            attack(model, **arguments)
    if isinstance(arguments["epsilons"], list):
        with pytest.raises(ValueError, match=words):
            sweep(model, **arguments)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"steps": 0}, "steps is 0"), ({"step_size": float("nan")}, "step_size is nan")],
)
def test_wrong_options_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        iterative_fgsm(SoftmaxRegression(), IMAGE, LABEL, 0.1, **options)


def test_sweep_wants_increasing_epsilons() -> None:
    with pytest.raises(ValueError, match="must increase"):
        sweep(SoftmaxRegression(), IMAGE, LABEL, [0.0, 0.1, 0.1])


def test_sweep_wants_the_clean_image_first() -> None:
    with pytest.raises(ValueError, match=r"epsilons start at 0\.1; they must start at 0"):
        sweep(SoftmaxRegression(), IMAGE, LABEL, [0.1, 0.2])


def test_models_are_read_in_float32_on_cuda_too(
    builtin: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an H100, TF32 moved probabilities by 2e-3, and breaking points; without it none differ."""
    seen: list[bool] = []
    model = LeNet()
    logits = model.logits

    def noting(images: Tensor) -> Tensor:
        seen.append(torch.backends.cudnn.allow_tf32)
        return logits(images)

    monkeypatch.setattr(model, "logits", noting)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    sweep(model, builtin[0][:1], builtin[1][:1], [0.0, 0.1])
    assert seen == [False, False]  # for the gradient, and for the readings
    assert torch.backends.cudnn.allow_tf32 is True
