"""Accuracy under attack: how much faster than other code, and in how much memory.

    python -m benchmarks.evaluate [--json] [--check]

Ours, Foolbox and the loop of the article this project grew from (the PyTorch tutorial's: batch
size 1, a new gradient for every epsilon) do the same work: LeNet's accuracy under FGSM at seven
epsilons, on the CPU, in one process with two threads. The digits are the MNIST test set if
`fgsm.digits` finds it (see `MNIST_ROOT`), else the built-in ones ten times over.

    faster than Foolbox             >= 4.5 times
    faster than the article's loop  >= 50 times
    counts apart, at any epsilon    <= 1 per 1,000 digits
    memory for 9,000 more digits    <= 16 MB

Each of five rounds takes another thousand digits. Within a round the contenders take turns, twice
each, and the faster time of each counts, so that a busy machine slows all of them alike. The
speed-up is the median over the rounds. The article's loop, being slow, reads every eighth digit:
times are compared per digit and epsilon, and printed as seconds for 10,000 digits.

The others get the model as their own documentation makes it: PyTorch's own layers, in its default
memory layout, with parameters not frozen. Ours does better for its users (quicker pooling,
channels_last, frozen), and that is part of what is measured. Foolbox runs at the batch size that
suits it best. With frozen parameters it is faster; those times are printed too, but nothing is
claimed about them. The article's loop is not charged for a data loader.

No program can be faster than the bare multiplications: seven forward passes and one backward pass,
at the speed at which this machine multiplies large matrices. How many times as long ours takes is
printed, and nothing is claimed about it.

All three give the same counts, except for digits that depend on a pixel whose gradient is at
rounding level. Counts are compared on every eighth digit. For that, the article's loop runs in
float64: in float32 the gradient of its loss goes wrong where the model is sure (`fgsm.attack` says
why), and digits survive that should not. It is timed in float32, as it was written.

Memory is how much the peak of the process grows between evaluating 1,000 digits and evaluating
10,000, all of them loaded beforehand: keeping their adversarial images would take 220 MB. It can be
measured on Linux and macOS.
"""

import re
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import foolbox
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks import common
from fgsm.catalogue import ARTICLE_EPSILONS, LENET, load_model
from fgsm.digits import builtin_digits, mnist_available, mnist_digits
from fgsm.evaluate import evaluate
from tests.reference import plain

CPU = torch.device("cpu")
ROUNDS = 5
DIGITS_PER_ROUND = 1000
TURNS = 2
FOOLBOX_BATCH_SIZES = (64, 128, 256, 512)
SIDE = 1024
"""The side of the large matrices."""
MULTIPLICATIONS = 24 * 24 * 10 * 25 + 8 * 8 * 20 * 250 + 320 * 50 + 50 * 10
"""In the forward pass of one digit through LeNet, layer by layer. The backward pass to the pixels
takes as many."""

Counter = Callable[[Tensor, Tensor], Tensor]
"""(images, labels) -> int64 `(7,)`: how many digits are still read correctly at each epsilon."""


@dataclass
class Contender:
    """One way to do the work, the digits it is given, and its times."""

    count: Counter
    images: Tensor
    labels: Tensor
    seconds: list[float] = field(default_factory=list)
    """Per digit and epsilon, one number per round."""


def count_ours(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """`fgsm.evaluate`."""
    for evaluation in evaluate(model, images, labels, ARTICLE_EPSILONS):
        last = evaluation
    return torch.tensor([result.correct for result in last.results])


def count_foolbox(batch_size: int, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Foolbox as its documentation shows it, batch by batch."""
    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device=CPU)
    attack = foolbox.attacks.LinfFastGradientAttack()
    counts = torch.zeros(len(ARTICLE_EPSILONS), dtype=torch.int64)
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        _, _, fooled = attack(wrapped, x, y, epsilons=ARTICLE_EPSILONS)
        counts += (~fooled & ~fooled[0]).sum(1)  # at epsilon 0: wrong before any attack
    return counts


def count_article(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """The article's `test()`, once per epsilon."""
    counts = torch.zeros(len(ARTICLE_EPSILONS), dtype=torch.int64)
    for k, epsilon in enumerate(ARTICLE_EPSILONS):
        for image, label in zip(images.split(1), labels.split(1), strict=True):
            image.requires_grad = True
            output = model(image)
            if output.argmax().item() != label.item():
                continue
            loss = F.nll_loss(output, label)
            model.zero_grad()
            loss.backward()
            assert image.grad is not None
            perturbed = torch.clamp(image + epsilon * image.grad.sign(), 0, 1)
            counts[k] += model(perturbed).argmax().item() == label.item()
    return counts


def count_multiplying(rows: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    """As many multiplications as the work takes, in one product of large matrices."""
    passes = len(ARTICLE_EPSILONS) + 1
    rows[: len(images) * passes * MULTIPLICATIONS // SIDE**2] @ rows[:SIDE]
    return torch.zeros(len(ARTICLE_EPSILONS), dtype=torch.int64)


def race(contenders: Iterable[Contender]) -> None:
    """Let the contenders do the work in turn, and note their times."""
    for number in range(ROUNDS):
        for turn in range(TURNS):
            for contender in contenders:
                images, labels = contender.images[number::ROUNDS], contender.labels[number::ROUNDS]
                start = time.perf_counter()
                contender.count(images, labels)
                seconds = (time.perf_counter() - start) / (len(images) * len(ARTICLE_EPSILONS))
                if turn == 0:
                    contender.seconds.append(seconds)
                else:
                    contender.seconds[-1] = min(contender.seconds[-1], seconds)


def speedup(ours: Contender, other: Contender) -> float:
    """How many times as fast we are, in the median round."""
    return median(b / a for a, b in zip(ours.seconds, other.seconds, strict=True))


def apart(counts: Iterable[Tensor], digits: int) -> float:
    """The largest difference between counts at any epsilon, per 1,000 digits."""
    table = torch.stack([*counts])
    return 1000 * int((table.amax(0) - table.amin(0)).max()) / digits


def memory_growth(count: Counter, images: Tensor, labels: Tensor) -> float:
    """How much, in MB, the peak memory grows from the first 1,000 digits to all of them."""
    count(images[:1000], labels[:1000])
    before = peak_memory()
    count(images, labels)
    return peak_memory() - before


def peak_memory() -> float:
    """The most memory, in MB, that this process has held so far."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, where getrusage starts at the peak of the parent process
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, and the times of all contenders."""
    torch.set_num_threads(2)
    if mnist_available():
        source, (images, labels) = "MNIST test set", mnist_digits(train=False)
    else:
        source, (images, labels) = "built-in", builtin_digits()
        images, labels = images.repeat(10, 1, 1, 1), labels.repeat(10)

    lenet = load_model(LENET.key, CPU)
    count = partial(count_ours, lenet)
    memory = memory_growth(count, images, labels)  # first, while nobody else has raised the peak

    usual, frozen = plain(lenet), plain(lenet).requires_grad_(False)
    raced = images[: ROUNDS * DIGITS_PER_ROUND], labels[: ROUNDS * DIGITS_PER_ROUND]
    few_images, few_labels = raced[0][::8], raced[1][::8]
    ours = Contender(count, *raced)
    article = Contender(partial(count_article, usual), few_images, few_labels)
    foolboxes = {
        f"Foolbox at batch {size}": Contender(partial(count_foolbox, size, usual), *raced)
        for size in FOOLBOX_BATCH_SIZES
    }
    helped = {
        f"Foolbox at {size}, frozen": Contender(partial(count_foolbox, size, frozen), *raced)
        for size in FOOLBOX_BATCH_SIZES
    }
    rows = torch.ones(DIGITS_PER_ROUND * 10 * MULTIPLICATIONS // SIDE**2, SIDE)
    floor = Contender(partial(count_multiplying, rows), *raced)
    contenders = {
        "the multiplications": floor,
        "ours": ours,
        **foolboxes,
        **helped,
        "the article's loop": article,
    }
    race(contenders.values())

    counts = [
        count(few_images, few_labels),
        count_foolbox(FOOLBOX_BATCH_SIZES[-1], usual, few_images, few_labels),
        count_article(usual.double(), few_images.double(), few_labels),
    ]
    best = min(foolboxes.values(), key=lambda contender: median(contender.seconds))
    measured = {
        "faster than Foolbox": speedup(ours, best),
        "faster than the article's loop": speedup(ours, article),
        "counts apart, at any epsilon": apart(counts, len(few_images)),
        "memory for 9,000 more digits": memory,
    }
    details: dict[str, object] = {"digits": f"{len(images):,} ({source})"}
    for name, contender in contenders.items():
        seconds = median(contender.seconds) * 10_000 * len(ARTICLE_EPSILONS)
        details[f"{name}, seconds"] = round(seconds, 2)
    details["ours, in times of the multiplications"] = round(speedup(floor, ours), 2)
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure)
