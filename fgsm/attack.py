"""The Fast Gradient Sign Method and its relatives, as pure functions.

The method (Goodfellow, Shlens, Szegedy 2014, "Explaining and Harnessing Adversarial Examples",
https://arxiv.org/abs/1412.6572, section 4) moves every pixel by the same small amount epsilon,
each in the direction that raises the loss J:

    x~ = clip(x + epsilon * sign(grad_x J(x, y)), 0, 1)

The sign does not depend on epsilon. That is the idea this project is built on: one backward pass
gives the direction, and with it the adversarial images of *all* epsilons.

Words used throughout:

- `model`: any module from images to logits or log-probabilities `(N, C)`.
- `images`: float32 (or float64) `(N, 1, 28, 28)` in [0, 1].
- `labels`: int64 `(N,)`, the classes to move away from, or towards if `targeted`. They are always
  required: to attack the model's own prediction, pass that prediction explicitly.
- `epsilon(s)`: in pixel units, in [0, 1]. One float gives adversarial images of the shape of
  `images`; a sequence of K gives `(K, *images.shape)`.

Functions leave the model as they found it, never modify their arguments, and return tensors
without a graph. A wrong argument raises `ValueError` that names it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fgsm.checks import (
    Epsilons,
    check_classes,
    check_epsilons,
    check_images,
    check_labels,
    check_model,
)

AttackFunction = Callable[[nn.Module, Tensor, Tensor, Sequence[float]], Tensor]
"""`(model, images, labels, epsilons)` -> adversarial images `(K, N, 1, 28, 28)`."""


def gradient_sign(
    model: nn.Module, images: Tensor, labels: Tensor, *, targeted: bool = False
) -> Tensor:
    """The direction of the attack: sign(grad_x J), or its opposite if `targeted`.

    Returns:
        `(N, 1, 28, 28)` of -1, 0 and 1, in the dtype of `images`. Zero where the gradient is zero.

    Raises:
        ValueError: `images` or `labels` are not what the module's docstring asks for.
    """
    signs = loss_gradient(model, images, labels).sign()
    return -signs if targeted else signs


def loss_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """The gradient of the loss with respect to the images.

    The loss is the log-odds against the label (`_batch_gradient` says why). Its gradient is that of
    cross-entropy times a positive number, 1 / (1 - p[y]), one per image.

    Returns:
        `(N, 1, 28, 28)`, in the dtype of `images`.

    Raises:
        ValueError: `images` or `labels` are not what the module's docstring asks for.
    """
    check_images(images)
    check_labels(labels, images)
    check_model(model, images)
    return _loss_gradient(model, images, labels)


def fgsm(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Epsilons,
    *,
    targeted: bool = False,
) -> Tensor:
    """The Fast Gradient Sign Method: all epsilons from one gradient.

    With `targeted`, `labels` are the classes to move towards: x - epsilon * sign(grad_x J(x, t)),
    the one-step target class method (Kurakin et al. 2016, https://arxiv.org/abs/1611.01236).

    Returns:
        Adversarial images, `(N, 1, 28, 28)` for one epsilon, `(K, N, 1, 28, 28)` for K.

    Raises:
        ValueError: an argument is not what the module's docstring asks for.
    """
    return move(images, gradient_sign(model, images, labels, targeted=targeted), epsilons)


def random_sign(images: Tensor, epsilons: Epsilons, *, generator: torch.Generator) -> Tensor:
    """The control: a step as large as FGSM's, in a random direction.

    Args:
        generator: on the CPU, so that a seed gives the same signs on every device.

    Returns:
        `(N, 1, 28, 28)` for one epsilon, `(K, N, 1, 28, 28)` for K, all along one direction.

    Raises:
        ValueError: an argument is not what the module's docstring asks for.
    """
    return move(images, random_direction(images, generator=generator), epsilons)


def random_direction(images: Tensor, *, generator: torch.Generator) -> Tensor:
    """The direction of `random_sign`: a fair coin for each pixel, in the shape of `images`."""
    return torch.randint(0, 2, images.shape, generator=generator).to(images) * 2 - 1


def move(images: Tensor, direction: Tensor, epsilons: Epsilons) -> Tensor:
    """clip(x + epsilon * direction, 0, 1), for one epsilon or for each of K.

    Raises:
        ValueError: `images` or `epsilons` are not what the module's docstring asks for.
    """
    check_images(images)
    check_epsilons(epsilons)
    return (images.detach() + _column(epsilons, images) * direction).clamp(0, 1)


def iterative_fgsm(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Epsilons,
    *,
    targeted: bool = False,
    steps: int = 10,
    step_size: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Several gradient-sign steps, each projected on the epsilon ball and on [0, 1].

    The basic iterative method (Kurakin et al. 2016, https://arxiv.org/abs/1607.02533); with a
    random start, projected gradient descent (Madry et al. 2017, https://arxiv.org/abs/1706.06083).
    Here the gradient is taken anew at every step and for every epsilon.

    Args:
        steps: how many, at least 1.
        step_size: in pixel units; None means 2.5 epsilon / steps, as Madry et al. chose, which
            reaches the border of the ball from anywhere inside it.
        generator: on the CPU; if given, start at a random point of the epsilon ball.

    Returns:
        Adversarial images, `(N, 1, 28, 28)` for one epsilon, `(K, N, 1, 28, 28)` for K.

    Raises:
        ValueError: an argument is not what the module's docstring asks for.
    """
    check_images(images)
    check_labels(labels, images)
    check_model(model, images)
    check_epsilons(epsilons)
    if steps < 1:
        raise ValueError(f"steps is {steps}; there must be at least 1")
    if step_size is not None and not 0 < step_size <= 1:
        raise ValueError(f"step_size is {step_size}; it must be above 0 and at most 1")
    # Every epsilon takes its own path, so K copies of the batch become one batch of K * N.
    radius = _column(epsilons, images)
    size = 2.5 * radius / steps if step_size is None else step_size
    images = images.detach()
    lower, upper = (images - radius).clamp(min=0), (images + radius).clamp(max=1)
    current = images.expand(upper.shape)
    if generator is not None:
        noise = torch.rand(upper.shape, generator=generator, dtype=images.dtype) * 2 - 1
        current = (images + radius * noise.to(images.device)).clamp(0, 1)
    many_labels = labels.expand(upper.shape[:-3]).flatten()
    step = -size if targeted else size
    for _ in range(steps):
        signs = _loss_gradient(model, current.flatten(0, -4), many_labels).sign()
        # The ball is a box, so clamping to its sides is the projection.
        current = (current + step * signs.view(current.shape)).clamp(lower, upper)
    return current


def _loss_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """`loss_gradient` of checked arguments, batch by batch."""
    size = batch_size(images.device)
    batches = zip(images.split(size), labels.split(size), strict=True)
    return torch.cat([_batch_gradient(model, *batch) for batch in batches])


def _batch_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """The gradient with respect to the images: cross-entropy's, times a positive factor.

    For cross-entropy, dJ/dz[y] is p[y] - 1. Where the model is sure, p[y] rounds to 1 in float32,
    this term vanishes, and what is left silently points in a wrong direction. So we take the
    log-odds against y, logsumexp(z[j != y]) - z[y], whose gradient is that of cross-entropy
    divided by 1 - p[y]: the same sign in exact arithmetic, without the cancellation.
    """
    # A clone, so that the caller's tensor stays untouched; and a caller in no_grad or
    # inference_mode still gets a gradient.
    with evaluating(model), torch.inference_mode(False), torch.enable_grad():
        images = images.detach().clone().requires_grad_()
        logits = model(images)
        check_classes(labels, logits)
        own = labels.clone()[:, None]
        others = logits.scatter(1, own, -torch.inf)
        log_odds = others.logsumexp(1) - logits.gather(1, own)[:, 0]
        (gradient,) = torch.autograd.grad(log_odds.sum(), images)
    return gradient


def _column(epsilons: Epsilons, images: Tensor) -> Tensor:
    """Epsilons as a tensor that broadcasts against images: `()` or `(K, 1, 1, 1, 1)`."""
    values = torch.tensor(epsilons, dtype=images.dtype, device=images.device)
    return values if values.dim() == 0 else values.view(-1, 1, 1, 1, 1)


def batch_size(device: torch.device) -> int:
    """How many images at once: as fit a CPU's cache (more is slower), or as keep a GPU busy."""
    return 128 if device.type == "cpu" else 8192


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put every submodule in eval mode, and let CUDA compute in float32; then undo both.

    By default cuDNN rounds what it convolves to TF32, which keeps 10 bits: then probabilities move
    by a few thousandths, and some breaking points with them.
    """
    modes = [(module, module.training) for module in model.modules()]
    for module, _ in modes:
        module.training = False
    allow_tf32 = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = allow_tf32
        for module, training in modes:
            module.training = training
