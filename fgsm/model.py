"""The networks under attack, the device they run on, and how their weights are read.

Every model maps images, float32 `(N, 1, 28, 28)` in [0, 1], to log-probabilities `(N, 10)`.
Whatever normalisation a model wants lives inside it, so that epsilon is always in pixel units.
"""

import os
from abc import ABC, abstractmethod
from io import BytesIO
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fgsm.files import GET_IT_AGAIN, BadFile, content_of, foreign

_HERE = Path(__file__).resolve().parent
WEIGHTS = _HERE / "weights" if (_HERE / "weights").is_dir() else _HERE.parent / "weights"
"""Where our weights, their cards and surveys are: inside the package where it is installed, at the
top level of a checkout."""


class Classifier(nn.Module, ABC):
    """What the built-in models have in common: logits, and the log-probabilities that follow."""

    @abstractmethod
    def logits(self, images: Tensor) -> Tensor:
        """Scores `(N, 10)` of images: log-probabilities up to a constant per image."""

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities `(N, 10)` of images `(N, 1, 28, 28)`."""
        return F.log_softmax(self.logits(images), dim=1)


class LeNet(Classifier):
    """The article's network: two convolutions, two linear layers, 21,840 parameters.

    Source: the PyTorch FGSM tutorial, whose model is that of PyTorch's basic MNIST example.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def logits(self, images: Tensor) -> Tensor:
        """Scores `(N, 10)` of images `(N, 1, 28, 28)`."""
        x = F.relu(convolve_and_pool(self.conv1, images))
        x = F.relu(self.conv2_drop(convolve_and_pool(self.conv2, x)))
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.dropout(x, training=self.training)
        scores: Tensor = self.fc2(x)
        return scores


EQUAL = 2.0**-22
"""Values that differ by less count as equal: twice the spacing of float32 numbers at 1."""

NEGLIGIBLE = 1e-5
"""Smaller weights are the remains of weights that training drove to 0."""


def convolve_and_pool(convolution: nn.Conv2d, x: Tensor) -> Tensor:
    """`F.max_pool2d(convolution(x), 2)`, with a gradient that does not depend on the processor.

    In the black ground and inside the strokes of a digit, several values of a pooling window are
    often equal. Rounding would then decide which of them gets the gradient, and with it the signs:
    differently in float32 and float64, and on different processors. So while gradients are
    recorded, `first_of_the_largest` breaks ties by a rule. Without gradients only the maximum
    matters.

    Args:
        convolution: square, without padding, stride 1; with an even number of outputs per side.
        x: `(N, C, H, H)`.
    """
    if torch.is_grad_enabled():
        return first_of_the_largest(convolution, x)
    # The same values as F.max_pool2d, to the last bit, in a third of the time on a CPU.
    x = convolution(x)
    rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])


def first_of_the_largest(convolution: nn.Conv2d, x: Tensor) -> Tensor:
    """Convolve and pool; among values of a window that are practically equal, take the first.

    Two values are practically equal if they differ by no more than `EQUAL`, which allows for
    rounding, plus what the `NEGLIGIBLE` weights of a filter can add up to. The first layer of the
    robust network is full of negligible weights: most of its filters see a single pixel. Inside a
    stroke, where pixels are equal, only those weights would decide, and in float32 their effect
    cannot be told from rounding.
    """
    weight = convolution.weight
    sizes = weight.detach().abs()
    tie = EQUAL + float(sizes.where(sizes < NEGLIGIBLE, 0).sum((1, 2, 3)).max())
    # A 2 x 2 window sees a patch one pixel larger than the kernel. The kernel is placed at each of
    # its four positions in the patch, row by row, and every patch is multiplied by all four. On a
    # CPU this takes no longer than convolution and pooling, whose backward pass is slow there.
    moves = [(right, 1 - right, down, 1 - down) for down in (0, 1) for right in (0, 1)]
    kernels = torch.cat([F.pad(weight, move) for move in moves])
    patches = F.unfold(x, kernels.shape[-1], stride=2)
    largest, *others = (kernels.flatten(1) @ patches).chunk(4, dim=1)
    for value in others:
        # Only a lead larger than the tie counts; then the gradient goes to the new leader.
        largest = largest + F.threshold(value - largest, tie, 0.0)
    if convolution.bias is not None:
        largest = largest + convolution.bias[:, None]
    side = (x.shape[-1] - weight.shape[-1] + 1) // 2
    return largest.view(len(x), len(weight), side, side)


class SoftmaxRegression(Classifier):
    """The linear classifier 784 -> 10, for the part of the theory that is exact.

    Source: the "shallow softmax classifier" of Goodfellow et al. 2014, section 4.
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def logits(self, images: Tensor) -> Tensor:
        """Scores `(N, 10)` of images `(N, 1, 28, 28)`."""
        scores: Tensor = self.linear(images.flatten(1))
        return scores


def available_device(wanted: str | None = None) -> torch.device:
    """The device to run on: CUDA, else Apple MPS, else CPU.

    Args:
        wanted: "cuda", "mps", "cpu" or "auto"; None reads the variable `FGSM_DEVICE`.

    Raises:
        ValueError: the wanted device is unknown, or this machine does not have it.
    """
    name = "device" if wanted else "FGSM_DEVICE"
    wanted = wanted or os.environ.get("FGSM_DEVICE") or "auto"
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    here = [name for name, is_here in present.items() if is_here]
    if wanted == "auto":
        return torch.device(here[0])
    if wanted not in present:
        raise ValueError(f"{name} is {wanted!r}; it must be auto, cuda, mps or cpu")
    if wanted not in here:
        raise ValueError(f"{name} {wanted!r} is not available here; there is {' and '.join(here)}")
    return torch.device(wanted)


def read_weights(path: Path, device: torch.device | None = None) -> Classifier:
    """A model ready to be attacked: on its device, in eval mode, its parameters frozen.

    Args:
        path: of a `state_dict` of `LeNet` or `SoftmaxRegression`.
        device: where to put it; None means `available_device()`.

    Raises:
        OSError: the file cannot be read.
        BadFile: it does not hold the weights of one of our architectures.
    """
    content = BytesIO(content_of(path))
    try:
        # weights_only: a checkpoint is data, and must not be able to run code.
        state = torch.load(content, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises many kinds of error on foreign files
        raise foreign(path, "PyTorch weights") from error
    for architecture in (LeNet, SoftmaxRegression):
        model: Classifier = architecture()
        if isinstance(state, dict) and state.keys() == model.state_dict().keys():
            break
    else:
        raise BadFile(
            f"{path} does not hold the weights of LeNet or SoftmaxRegression; {GET_IT_AGAIN}"
        )
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise BadFile(f"{path} holds weights of the wrong shape; {GET_IT_AGAIN}") from error
    if not all(parameter.isfinite().all() for parameter in model.parameters()):
        raise BadFile(f"{path} holds weights that are not finite; {GET_IT_AGAIN}")
    # channels_last: the same convolutions up to rounding, 1.6 times as fast on a CPU.
    model.to(device or available_device()).to(memory_format=torch.channels_last)
    return model.eval().requires_grad_(False)
