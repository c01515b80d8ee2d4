"""Why the attack works: the numbers behind the page's explanatory pictures.

One function per picture. Each takes one digit, as a batch of one: `image`, float32 `(1, 1, 28, 28)`
in [0, 1], and `label`, int64 `(1,)`. It raises `ValueError` if they are anything else, and takes
less than a tenth of a second on one CPU core.

- `linearity`: logits in epsilon, and the straight lines that the gradient predicts; `bend` measures
  how far they part.
- `dimension`: many small changes add up: the damage grows with the number of pixels.
- `church_window`: what is read around a digit, along the attack's direction and across it.
- `eight_bits`: a change smaller than half a grey level does not survive saving.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fgsm.attack import evaluating, fgsm, gradient_sign
from fgsm.checks import check_classes, check_images, check_labels, check_model
from fgsm.frames import eight_bit, image_frames
from fgsm.model import Classifier, SoftmaxRegression
from fgsm.readings import predict

FIFTHS_OF_LEVELS = tuple(k / 5 / 255 for k in range(41))
"""0 to 8/255, in fifths of a grey level: none is halfway between two levels."""


@dataclass(frozen=True)
class Linearity:
    """The logits of one digit along the direction of the attack, at K epsilons."""

    epsilons: tuple[float, ...]
    logits: Tensor
    """`(K, 10)`, as the model gives them."""
    first_order: Tensor
    """`(K, 10)`, as the gradient at the digit predicts them: straight lines."""


def linearity(
    model: Classifier, image: Tensor, label: Tensor, epsilons: Sequence[float]
) -> Linearity:
    """Logits of x + epsilon * sign(grad_x J), and z(x) + epsilon * <grad_x z, sign(grad_x J)>.

    Source: Goodfellow et al. 2014, figure 4. The images are not clipped to [0, 1]: clipping would
    bend even the lines of a linear model, for which both results agree.

    ReLU and max-pooling have kinks, and a digit's black ground lies on some: all patches there are
    alike, so the maximum has ties. The slope is the one that backpropagation takes at a kink.

    Args:
        epsilons: in [-1, 1], in any order; those below 0 go down the loss.

    Raises:
        ValueError: an argument is not what this module's docstring asks for.
    """
    for epsilon in epsilons:
        if not -1 <= epsilon <= 1:  # which NaN fails too
            raise ValueError(f"epsilon is {epsilon}; it must lie in [-1, 1]")
    _check_digit(model, image, label)
    direction = gradient_sign(model, image, label)
    steps = torch.tensor(epsilons, dtype=image.dtype, device=image.device)
    clean, gradients = _logit_gradients(model, image)
    slopes = (gradients * direction).sum((1, 2, 3))
    with evaluating(model), torch.no_grad():
        logits = model.logits(image + steps.view(-1, 1, 1, 1) * direction)
    return Linearity(tuple(epsilons), logits, clean + steps[:, None] * slopes)


def bend(found: Linearity, epsilon: float) -> Tensor:
    """How far each logit strays from its straight line on the way from the digit to epsilon.

    The largest distance between logit and line, divided by the furthest that either of them moves
    from where both begin. So 0 is a straight line; at 1 the prediction is off by as much as there
    was to predict; 2, the most there can be, is as far in the opposite direction.

    Args:
        found: at epsilons among which 0 is.
        epsilon: where the way ends, above 0.

    Returns:
        `(10,)`, in [0, 2]; 0 for a logit that does not move, nor was to.
    """
    way = torch.tensor([0 <= each <= epsilon for each in found.epsilons])
    start = found.first_order[found.epsilons.index(0)]
    logits, lines = found.logits[way] - start, found.first_order[way] - start
    furthest = torch.maximum(logits.abs(), lines.abs()).amax(0)
    return (logits - lines).abs().amax(0) / furthest.clamp(min=torch.finfo().tiny)


def _logit_gradients(model: Classifier, image: Tensor) -> tuple[Tensor, Tensor]:
    """The logits of one image, `(10,)`, and the gradient of each, `(10, 1, 28, 28)`."""
    with evaluating(model), torch.inference_mode(False), torch.enable_grad():
        # Ten copies of the image, one per logit: one backward pass gives all ten gradients.
        copies = image.detach().repeat(10, 1, 1, 1).requires_grad_()
        own = model.logits(copies).diagonal()
        (gradients,) = torch.autograd.grad(own.sum(), copies)
    return own.detach(), gradients


@dataclass(frozen=True)
class Dimension:
    """How far a linear model's margin falls when only n of the 784 pixels may change."""

    margin: float
    """The logit of the digit's label minus that of the runner-up; below 0 if misread."""
    runner_up: int
    """The class, other than the label, with the highest logit."""
    slope: float
    """What one pixel takes from the margin, on average: epsilon * mean |w|."""
    enough: int | None
    """How many pixels use up the margin, on average; None if 784 do not, 0 if misread."""
    sizes: tuple[int, ...]
    """The numbers n of pixels, S of them."""
    drops: Tensor
    """`(S, draws)`: what n pixels took from the margin, for each draw of n pixels."""


def dimension(
    model: SoftmaxRegression,
    image: Tensor,
    label: Tensor,
    epsilon: float,
    sizes: Sequence[int],
    *,
    generator: torch.Generator,
    draws: int = 20,
) -> Dimension:
    """Attack random subsets of the pixels: each pixel adds its share, however small epsilon is.

    The margin between the label y and another class j is linear, with the weights w = w_y - w_j.
    Moving n pixels by -epsilon * sign(w) lowers it by epsilon times the sum of their |w|: on
    average epsilon * n * mean |w|. No pixel moves far; the effect grows with the dimension.

    Source: Goodfellow et al. 2014, section 3. Images are not clipped to [0, 1], which would cut off
    part of most changes.

    Args:
        epsilon: in [0, 1].
        sizes: numbers of pixels, each 1 to 784.
        generator: on the CPU. Each draw ranks the pixels at random; those of the first n ranks are
            moved.

    Raises:
        ValueError: an argument is not what this module's docstring asks for.
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is {epsilon}; it must lie in [0, 1]")
    for n in sizes:
        if not 1 <= n <= 784:
            raise ValueError(f"size is {n}; it must lie in [1, 784]")
    _check_digit(model, image, label)
    with torch.no_grad():
        clean = model.logits(image)
        check_classes(label, clean)
        own, runner_up = int(label), int(clean.index_fill(1, label, -torch.inf).argmax())
        weights = model.linear.weight[own] - model.linear.weight[runner_up]

        def margins(images: Tensor) -> Tensor:
            logits = model.logits(images)
            return logits[:, own] - logits[:, runner_up]

        ranks = [torch.randperm(784, generator=generator) for _ in range(draws)]
        rank = torch.stack(ranks).to(image.device)
        chosen = rank < torch.tensor(sizes, device=image.device)[:, None, None]
        moved = image.flatten() - epsilon * weights.sign() * chosen
        margin = float(margins(image))
        slope = epsilon * float(weights.abs().mean())
        enough = max(math.ceil(margin / slope), 0) if slope > 0 else None
        left = margins(moved.view(-1, 1, 28, 28)).view(len(sizes), draws)
        return Dimension(
            margin=margin,
            runner_up=runner_up,
            slope=slope,
            enough=enough if enough is not None and enough <= 784 else None,
            sizes=tuple(sizes),
            drops=margin - left,
        )


@dataclass(frozen=True)
class ChurchWindow:
    """What a model reads on a plane through one digit, which lies at its centre."""

    offsets: tuple[float, ...]
    """S of them, from -reach to reach: the columns' a and, in reverse order, the rows' b."""
    predictions: Tensor
    """uint8 `(S, S)`: the class read at a * s + b * r from the digit. The top row has b = reach,
    the left column a = -reach, so it can be shown as it is."""


def church_window(
    model: nn.Module,
    image: Tensor,
    label: Tensor,
    *,
    generator: torch.Generator,
    size: int = 41,
    reach: float = 0.2,
) -> ChurchWindow:
    """Read clip(x + a * s + b * r, 0, 1), where s is the attack's direction and r a random one.

    To the right the loss rises, as with FGSM; up and down is the direction of `orthogonal_signs`.
    Where the border between two classes is vertical, only the step to the right matters.

    Source: Warde-Farley & Goodfellow 2016, "Adversarial Perturbations of Deep Neural Networks".

    Args:
        generator: on the CPU, for r.
        size: points per side, odd, so that the digit is one of them.
        reach: the largest a and b, above 0 and at most 1.

    Raises:
        ValueError: an argument is not what this module's docstring asks for.
    """
    if size < 3 or size % 2 == 0:
        raise ValueError(f"size is {size}; it must be odd, and at least 3")
    if not 0 < reach <= 1:
        raise ValueError(f"reach is {reach}; it must be above 0 and at most 1")
    _check_digit(model, image, label)
    signs = gradient_sign(model, image, label)
    across = orthogonal_signs(signs, generator=generator)
    half = size // 2
    offsets = tuple(reach * k / half for k in range(-half, half + 1))
    a = torch.tensor(offsets, dtype=image.dtype, device=image.device).view(-1, 1, 1, 1)
    b = a.flip(0).unsqueeze(1)
    plane = (image.detach() + a * signs + b * across).clamp(0, 1)
    predictions = predict(model, plane.flatten(0, 1)).argmax(1)
    return ChurchWindow(offsets, predictions.view(size, size).byte())


def orthogonal_signs(signs: Tensor, *, generator: torch.Generator) -> Tensor:
    """Random signs r with s * r = 0 exactly: the given ones, half of them flipped.

    Pixels where s is 0 stay 0; if the number of the others is odd, one of them becomes 0.

    Args:
        signs: s, of -1, 0 and 1, in any shape.
        generator: on the CPU. The same s and the same seed give the same r.

    Returns:
        r, in the shape of `signs`.
    """
    across = signs.flatten().clone()
    pixels = across.nonzero()[:, 0]
    order = pixels[torch.randperm(len(pixels), generator=generator).to(pixels.device)]
    half = len(order) // 2
    across[order[:half]] *= -1
    across[order[2 * half :]] = 0
    return across.view(signs.shape)


def ray(signs: Tensor, across: Tensor, a: float, b: float) -> tuple[Tensor, float]:
    """The straight line from the digit to the point (a, b) of its church window.

    Returns:
        The direction d = (a * s + b * r) / (|a| + |b|), in [-1, 1], and the point's epsilon,
        |a| + |b|: pixels where s and r agree move by that much. `move(image, d, epsilon)` is the
        image at the point.

    Raises:
        ValueError: the point is the digit itself.
    """
    epsilon = abs(a) + abs(b)
    if epsilon == 0:
        raise ValueError("a and b are 0; no ray leads from the digit to itself")
    return (a * signs + b * across) / epsilon, epsilon


@dataclass(frozen=True)
class EightBits:
    """What saving in 8 bits leaves of an attack on one digit, at each of K epsilons."""

    epsilons: tuple[float, ...]
    levels: Tensor
    """int64 `(K,)`: the largest change of a pixel after saving, in grey levels of 1/255."""
    log_probs: Tensor
    """`(K, 10)`, of the adversarial images as computed."""
    saved_log_probs: Tensor
    """`(K, 10)`, of the same images saved in 8 bits."""


def eight_bits(
    model: nn.Module, image: Tensor, label: Tensor, epsilons: Sequence[float] = FIFTHS_OF_LEVELS
) -> EightBits:
    """Attack with FGSM, save the image as a file does, and read it again.

    An image that is exact in 8 bits, as MNIST's are, does not change at all below
    epsilon = 1/510, half a grey level.

    Source: Goodfellow et al. 2014, section 3: "the precision of an individual input feature is
    limited", so that a classifier need not tell apart what the sensor cannot.

    Args:
        epsilons: in [0, 1].

    Raises:
        ValueError: an argument is not what this module's docstring asks for.
    """
    _check_digit(model, image, label)
    adversarial = fgsm(model, image, label, epsilons)[:, 0]
    change = image_frames(adversarial).long() - image_frames(image).long()
    return EightBits(
        epsilons=tuple(epsilons),
        levels=change.abs().amax((1, 2, 3)),
        log_probs=predict(model, adversarial),
        saved_log_probs=predict(model, eight_bit(adversarial)),
    )


def _check_digit(model: nn.Module, image: Tensor, label: Tensor) -> None:
    """Raise `ValueError` unless it is one digit that the model can read."""
    check_images(image)
    check_labels(label, image)
    check_model(model, image)
    if len(image) != 1:
        raise ValueError(f"there are {len(image)} images; there must be one")
