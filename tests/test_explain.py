"""The numbers behind the explanatory pictures, checked against theory or a plain loop."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fgsm.attack import fgsm, gradient_sign, move
from fgsm.catalogue import MODELS, load_model
from fgsm.explain import (
    FIFTHS_OF_LEVELS,
    Linearity,
    bend,
    church_window,
    dimension,
    eight_bits,
    linearity,
    orthogonal_signs,
    ray,
)
from fgsm.model import Classifier, LeNet, SoftmaxRegression
from fgsm.readings import predict, sweep

CPU = torch.device("cpu")
LINE = [k / 50 for k in range(-25, 26)]  # -.5 … .5
EVERY_MODEL = pytest.mark.parametrize("name", MODELS)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def digit(builtin: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """A 4 that all three models read correctly."""
    return builtin[0][407:408], builtin[1][407:408]


@pytest.fixture
def softmax() -> SoftmaxRegression:
    model = load_model("softmax", CPU)
    assert isinstance(model, SoftmaxRegression)
    return model


def test_a_linear_model_is_foretold_exactly(
    softmax: SoftmaxRegression, digit: tuple[Tensor, Tensor]
) -> None:
    image, label = digit[0].double(), digit[1]
    found = linearity(softmax.double(), image, label, LINE)
    assert found.logits.shape == found.first_order.shape == (51, 10)
    assert torch.allclose(found.logits, found.first_order, rtol=0, atol=1e-10)
    # Every pixel counts, clipped or not, so the slopes are known from the weights alone.
    weights = softmax.linear.weight
    slopes = weights @ gradient_sign(softmax, image, label).flatten()
    assert torch.allclose((found.logits[-1] - found.logits[0]), slopes, rtol=0, atol=1e-10)
    assert slopes[label] < 0 < slopes.max()


def test_lenets_foretold_slopes_are_finite_differences() -> None:
    """On noise: on a digit's black ground max-pooling has ties, where there is no derivative."""
    torch.manual_seed(0)
    model = LeNet().double().train()  # dropout must not disturb
    image, label = torch.rand(1, 1, 28, 28).double(), torch.tensor([3])
    step = 1e-6
    found = linearity(model, image, label, [-step, 0.0, step, 1.0])
    assert model.training and model.conv2_drop.training
    slopes = found.first_order[3] - found.first_order[1]
    differences = (found.logits[2] - found.logits[0]) / (2 * step)
    assert slopes.abs().min() > 1e-3
    assert torch.allclose(slopes, differences, rtol=1e-6, atol=1e-8)
    assert (found.logits[3] - found.first_order[3]).abs().max() > 0.01  # not linear after all


@EVERY_MODEL
def test_both_lines_start_at_the_clean_logits(name: str, digit: tuple[Tensor, Tensor]) -> None:
    model = load_model(name, CPU)
    found = linearity(model, *digit, LINE)
    assert found.epsilons[25] == 0
    for logits in (found.logits[25], found.first_order[25]):
        assert torch.allclose(logits, model.logits(digit[0])[0], atol=1e-4)
        assert logits.argmax() == digit[1]
    # To the right the label loses.
    assert (
        found.first_order[50].log_softmax(0)[digit[1]]
        < found.first_order[25].log_softmax(0)[digit[1]]
    )


def test_a_bend_by_hand() -> None:
    """Of ten logits, the first few: straight, flat, turned back, half as steep, and at rest."""
    grid = (-0.1, 0.0, 0.1, 0.2)
    logits = torch.zeros(4, 10)
    lines = torch.zeros(4, 10)
    start = 5.0
    lines[:, :4] = torch.tensor([[-1.0], [0.0], [1.0], [2.0]])
    logits[:, 0] = lines[:, 0]
    logits[:, 2] = torch.tensor([9.0, 0.0, -1.0, -2.0])  # what is to the left does not count
    logits[:, 3] = torch.tensor([0.0, 0.0, 1.0, 1.0])
    found = Linearity(grid, logits + start, lines + start)
    assert bend(found, 0.2).tolist() == pytest.approx([0, 1, 2, 0.5, 0, 0, 0, 0, 0, 0])
    assert bend(found, 0.1).tolist() == pytest.approx([0, 1, 2, 0, 0, 0, 0, 0, 0, 0])


@EVERY_MODEL
def test_only_a_linear_model_does_not_bend(name: str, builtin: tuple[Tensor, Tensor]) -> None:
    model = load_model(name, CPU)
    for index in (42, 350, 403, 712):
        image, label = builtin[0][index : index + 1], builtin[1][index : index + 1]
        bends = bend(linearity(model, image, label, LINE), 0.5)
        assert bends.shape == (10,) and (bends >= 0).all() and (bends <= 2).all()
        assert (bends < 1e-4).all() if name == "softmax" else bends.median() > 0.1


SIZES = [1, 10, 50, 100, 200, 400, 600, 783, 784]


def test_all_pixels_take_epsilon_times_the_l1_norm(
    softmax: SoftmaxRegression, digit: tuple[Tensor, Tensor]
) -> None:
    image, label = digit
    found = dimension(softmax, image, label, 0.1, SIZES, generator=seeded())
    logits = image.flatten() @ softmax.linear.weight.T + softmax.linear.bias
    order = logits.argsort(descending=True).tolist()
    assert order[0] == label.item()
    assert found.runner_up == order[1]
    assert found.margin == pytest.approx((logits[order[0]] - logits[order[1]]).item(), abs=1e-5)
    norm = (softmax.linear.weight[order[0]] - softmax.linear.weight[order[1]]).abs().sum().item()
    assert found.drops.shape == (9, 20) and found.sizes == tuple(SIZES)
    assert found.drops[-1].tolist() == pytest.approx([0.1 * norm] * 20, abs=1e-4)
    assert found.slope * 784 == pytest.approx(0.1 * norm, rel=1e-5)
    assert found.drops[-1, 0] > 1


def test_on_average_the_drop_lies_on_the_line(
    softmax: SoftmaxRegression, digit: tuple[Tensor, Tensor]
) -> None:
    """Within four standard errors of a mean of n draws from 784 without replacement."""
    draws, epsilon = 400, 0.1
    found = dimension(softmax, *digit, epsilon, SIZES, generator=seeded(), draws=draws)
    weights = softmax.linear.weight[digit[1]] - softmax.linear.weight[found.runner_up]
    variance = (epsilon * weights.abs()).var(correction=0).item()
    for n, drops in zip(SIZES[:-1], found.drops, strict=False):
        error = (variance * n * (784 - n) / 783 / draws) ** 0.5
        assert drops.mean().item() == pytest.approx(n * found.slope, abs=4 * error + 1e-5)
        assert (
            0.7 < drops.std().item() / (error * draws**0.5) < 1.3
        )  # and they scatter as predicted
    assert (found.drops >= -1e-5).all()
    assert (found.drops.diff(dim=0) >= -1e-5).all()  # a draw only adds pixels


def test_a_misread_digit_has_a_negative_margin(softmax: SoftmaxRegression) -> None:
    image = torch.rand(1, 1, 28, 28, generator=seeded())
    read = softmax(image).argmax(1)
    found = dimension(softmax, image, (read + 1) % 10, 0.1, [784], generator=seeded())
    assert found.margin < 0 and found.runner_up == read.item()


@EVERY_MODEL
def test_signs_across_are_orthogonal(name: str, builtin: tuple[Tensor, Tensor]) -> None:
    model = load_model(name, CPU)
    parities = set()
    for index in range(0, 1000, 50):
        signs = gradient_sign(model, builtin[0][index : index + 1], builtin[1][index : index + 1])
        across = orthogonal_signs(signs, generator=seeded(index))
        assert across.shape == signs.shape and (signs * across).sum() == 0
        assert set(across.unique().tolist()) <= {-1.0, 0.0, 1.0}
        odd = int(signs.count_nonzero()) % 2
        assert across.count_nonzero() == signs.count_nonzero() - odd
        assert ((signs == 0) <= (across == 0)).all()
        parities.add(odd)
    assert name == "softmax" or parities == {0, 1}


def test_signs_across_are_drawn_by_the_generator() -> None:
    signs = torch.ones(1, 1, 28, 28)
    draws = torch.stack([orthogonal_signs(signs, generator=seeded(seed)) for seed in range(400)])
    assert torch.equal(draws[0], orthogonal_signs(signs, generator=seeded(0)))
    assert (signs == 1).all()  # not modified
    # Each pixel is flipped in half of the draws: 5 standard deviations of a fair coin.
    assert draws.mean(0).abs().max() < 5 / 400**0.5
    assert orthogonal_signs(torch.tensor([1.0, -1.0, 1.0]), generator=seeded()).sum().abs() <= 2


@EVERY_MODEL
def test_the_middle_row_is_the_attack_and_its_reverse(
    name: str, builtin: tuple[Tensor, Tensor]
) -> None:
    model = load_model(name, CPU)
    seen = set()
    for index in (120, 407, 555, 803):
        image, label = builtin[0][index : index + 1], builtin[1][index : index + 1]
        window = church_window(model, image, label, generator=seeded(), size=21, reach=0.5)
        assert window.predictions.shape == (21, 21) and window.predictions.dtype == torch.uint8
        assert len(window.offsets) == 21 and window.offsets[10] == 0
        assert (window.offsets[0], window.offsets[-1]) == (-0.5, 0.5)
        row = window.predictions[10].tolist()
        grid = window.offsets[10:]
        assert row[10:] == sweep(model, image, label, grid).predictions[:, 0].tolist()

        def reverse(model: nn.Module, x: Tensor, y: Tensor, epsilons: Any) -> Tensor:
            return fgsm(model, x, y, epsilons, targeted=True)

        back = sweep(model, image, label, grid, reverse).predictions[:, 0].tolist()
        assert row[10::-1] == back
        seen |= set(window.predictions.unique().tolist())
    assert len(seen) > 2  # there was something to compare


def test_each_point_of_the_window_is_at_the_end_of_its_ray(
    lenet: nn.Module, digit: tuple[Tensor, Tensor]
) -> None:
    image, label = digit
    window = church_window(lenet, image, label, generator=seeded(3), size=11)
    signs = gradient_sign(lenet, image, label)
    across = orthogonal_signs(signs, generator=seeded(3))
    for row, b in enumerate(reversed(window.offsets)):
        for column, a in enumerate(window.offsets):
            if (a, b) == (0, 0):
                continue
            direction, epsilon = ray(signs, across, a, b)
            assert direction.abs().max() == pytest.approx(1)
            assert epsilon == pytest.approx(abs(a) + abs(b))
            at_the_end = move(image, direction, epsilon)
            by_hand = (image + a * signs + b * across).clamp(0, 1)
            assert torch.allclose(at_the_end, by_hand, atol=1e-6)
            assert predict(lenet, at_the_end).argmax() == window.predictions[row, column]
    assert len(window.predictions.unique()) > 1
    # Top and bottom differ: the rows are not upside down.
    assert not torch.equal(window.predictions, window.predictions.flip(0))


def test_no_ray_leads_to_the_digit_itself() -> None:
    with pytest.raises(ValueError, match="a and b are 0"):
        ray(torch.ones(1, 1, 28, 28), torch.ones(1, 1, 28, 28), 0.0, 0.0)


@EVERY_MODEL
def test_eight_bits_are_a_staircase(name: str, digit: tuple[Tensor, Tensor]) -> None:
    image, label = digit
    model = load_model(name, CPU)
    found = eight_bits(model, image, label)
    # Never halfway between levels: k fifths are nearest to (k + 2) // 5.
    assert found.levels.tolist() == [(k + 2) // 5 for k in range(41)]
    assert found.epsilons == FIFTHS_OF_LEVELS
    clean = predict(model, image)
    below = [k for k, epsilon in enumerate(found.epsilons) if epsilon < 1 / 510]
    assert below == [0, 1, 2]
    for k in below:
        assert torch.allclose(found.saved_log_probs[k], clean[0], atol=1e-5)
    assert (found.log_probs[2] - clean[0]).abs().max() > 1e-4  # unsaved, it does change
    for k in (17, 40):  # by hand: each pixel as a byte and back
        attacked = fgsm(model, image, label, found.epsilons[k])
        assert torch.allclose(found.log_probs[k], predict(model, attacked)[0], atol=1e-4)
        as_bytes = [round(255 * value) for value in attacked.flatten().tolist()]
        saved = (torch.tensor(as_bytes) / 255).view(1, 1, 28, 28)
        assert torch.allclose(found.saved_log_probs[k], predict(model, saved)[0], atol=1e-4)
    # Saving rounds epsilon to whole levels: 0.6 becomes 1, and so does 1.4.
    assert torch.allclose(found.saved_log_probs[3], found.saved_log_probs[7], atol=1e-4)
    assert (found.log_probs[3] - found.log_probs[7]).abs().max() > 1e-3


PICTURES: list[Callable[[Classifier, Tensor, Tensor], object]] = [
    lambda model, image, label: linearity(model, image, label, LINE),
    lambda model, image, label: church_window(model, image, label, generator=seeded(), size=5),
    eight_bits,
]


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (torch.rand(2, 1, 28, 28), torch.tensor([1, 2]), "there are 2 images"),
        (torch.rand(1, 28, 28), torch.tensor([1]), r"images have shape \(1, 28, 28\)"),
        (torch.rand(1, 1, 28, 28), torch.tensor([10]), "labels range from 10"),
        (torch.rand(1, 1, 28, 28), torch.tensor([1.0]), "labels are torch.float32"),
        (torch.rand(1, 1, 28, 28).double(), torch.tensor([1]), "images are torch.float64"),
    ],
)
def test_wrong_digits_are_named(
    picture: Callable[..., object], images: Tensor, labels: Tensor, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        picture(SoftmaxRegression(), images, labels)
    with pytest.raises(ValueError, match=words):
        dimension(SoftmaxRegression(), images, labels, 0.1, [784], generator=seeded())


def test_wrong_options_are_named(softmax: SoftmaxRegression, digit: tuple[Tensor, Tensor]) -> None:
    for epsilon in (1.5, float("nan")):
        with pytest.raises(ValueError, match=f"epsilon is {epsilon}"):
            linearity(softmax, *digit, [0.0, epsilon])
        with pytest.raises(ValueError, match=f"epsilon is {epsilon}"):
            dimension(softmax, *digit, epsilon, [784], generator=seeded())
    for n in (0, 785):
        with pytest.raises(ValueError, match=f"size is {n}"):
            dimension(softmax, *digit, 0.1, [n], generator=seeded())
    for size in (1, 4):
        with pytest.raises(ValueError, match=f"size is {size}"):
            church_window(softmax, *digit, generator=seeded(), size=size)
    with pytest.raises(ValueError, match="reach is 0"):
        church_window(softmax, *digit, generator=seeded(), reach=0)


def test_leaves_image_and_modes_as_they_were(digit: tuple[Tensor, Tensor]) -> None:
    model = LeNet().train()
    wanting = digit[0].clone().requires_grad_()
    for picture in PICTURES:
        found = picture(model, wanting, digit[1])
        assert model.training and model.conv2_drop.training
        for value in vars(found).values():
            assert not (isinstance(value, Tensor) and value.requires_grad)
    assert torch.equal(wanting, digit[0]) and wanting.grad is None
    assert all(parameter.grad is None for parameter in model.parameters())
