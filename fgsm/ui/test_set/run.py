"""Accuracy under attack, measured on this device for the page."""

import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict

from fgsm.digits import MnistMissing, mnist_digits
from fgsm.evaluate import METHODS, attack_by_name, digits_at_once, evaluate
from fgsm.model import ARCHITECTURES
from fgsm.ui.cards import Series
from fgsm.ui.compute import computing
from fgsm.ui.message import device, digits_here, model_named
from fgsm.ui.request import choice

MOST_EPSILONS = 21
LARGEST_EPSILON = 0.5  # of the page
DIGITS = {"test": "MNIST test digits", "builtin": "built-in digits"}
PAUSE = 0.6
"""Seconds between two messages: often enough to look alive, too seldom to cost anything."""
Told = tuple[Series | None, str]
"""The results so far, with `of`, how many digits there will be; and a line about them. None in
place of results while there are none."""


async def told(running: Iterator[Told]) -> AsyncIterator[Told]:
    """Go through a run, and tell of it now and then; of its last batch always.

    Each batch is computed in its turn, so that who picks a digit meanwhile waits for one only.
    """
    last = 0.0
    while (step := await computing(next)(running, None)) is not None:
        series, _ = step
        now = time.monotonic()
        if series is None or series["n"] == series["of"] or now - last >= PAUSE:
            last = now
            yield step


def run(model: object, method: object, epsilons: object) -> Iterator[Told]:
    """Evaluate batch by batch on the test digits, or on the built-in ones if there are none.

    The arguments come from outside, and may be anything: what is wrong is said in the line.
    """
    try:
        name = choice({"model": model}, "model", tuple(ARCHITECTURES))
        attack = choice({"attack": method}, "attack", METHODS)
        grid = parse_epsilons(epsilons)
    except ValueError as error:
        yield None, f"{error}."
        return
    source, images, labels = digits_here()
    yield None, f"Running: 0 of {len(images):,} {DIGITS[source]}."
    size = digits_at_once(attack, grid, device())
    start = time.perf_counter()
    for evaluation in evaluate(
        model_named(name), images, labels, grid, attack_by_name(attack), size=size
    ):
        seconds = time.perf_counter() - start
        series = {
            "model": name,
            "method": attack,
            "source": source,
            "of": len(images),
            **asdict(evaluation),
        }
        speed = evaluation.n / seconds
        done = "Done:" if evaluation.n == len(images) else "Running:"
        yield (
            series,
            f"{done} {evaluation.n:,} of {len(images):,} {DIGITS[source]}, "
            f"{speed:,.0f} digits per second at {len(grid)} epsilons, on {device()}, "
            f"{seconds:.1f} s.",
        )


def download() -> str:
    """Fetch the test set, or what is missing or damaged of it; says how it went."""
    try:
        mnist_digits(train=False, download=True)
    except MnistMissing as error:
        logging.getLogger(__name__).warning("%s", error)
        return (
            "The test set could not be downloaded: there is no network, or no right to write. "
            "The 1,000 built-in digits work without it."
        )
    return "MNIST's 10,000 test digits are here now."


def parse_epsilons(text: object) -> list[float]:
    """Numbers separated by spaces or commas, in increasing order, each once.

    Raises:
        ValueError: what cannot be read, or lies outside 0 … .5.
    """
    words = re.findall(r"[^\s,;]+", text) if isinstance(text, str) else []
    if not words:
        raise ValueError(f"Epsilons are {text!r:.60}; they must be numbers such as 0 .1 .2")
    if len(words) > MOST_EPSILONS:
        raise ValueError(f"These are {len(words)} epsilons; there may be {MOST_EPSILONS} at most")
    return sorted({_epsilon(word) for word in words})


def _epsilon(word: str) -> float:
    try:
        epsilon = float(word)
    except ValueError:
        raise ValueError(f"{word!r:.60} is not a number; epsilons are such as 0 .1 .2") from None
    if not 0 <= epsilon <= LARGEST_EPSILON:  # which NaN is not either
        raise ValueError(f"Epsilon {word:.60} is out of range; here it goes from 0 to .5")
    return epsilon
