"""A run on this device, as lines and curves for the page; and the download of the test set."""

import logging
import time
from collections.abc import AsyncIterator, Iterator

from fgsm.catalogue import BUILTIN, DATA_SETS, MNIST_TEST
from fgsm.digits import MnistMissing, mnist_digits
from fgsm.service.all_digits import run as evaluated
from fgsm.service.answer import Series
from fgsm.service.digits import device
from fgsm.service.request import RunRequest
from fgsm.ui.compute import computing

PAUSE = 0.6
"""Seconds between two messages: often enough to look alive, too seldom to cost anything."""
Told = tuple[Series | None, str]
"""The results so far, and a line about them. None in place of results while there are none."""


async def told(running: Iterator[Told]) -> AsyncIterator[Told]:
    """Go through a run, and pass on its results now and then, those of the last batch always.

    Each batch waits its turn, so that a visitor who picks a digit meanwhile waits for one at most.
    """
    last = 0.0
    while (step := await computing(next)(running, None)) is not None:
        series, _ = step
        now = time.monotonic()
        if series is None or series.n == series.of or now - last >= PAUSE:
            last = now
            yield step


def run(model: object, attack: object, epsilons: object) -> Iterator[Told]:
    """Evaluate batch by batch on the test digits, or on the built-in ones if there are none.

    The arguments come from outside, and may be anything: the line says what is wrong with them.
    """
    try:
        request = RunRequest.parse({"model": model, "attack": attack, "epsilons": epsilons})
    except ValueError as error:
        yield None, f"{str(error)[0].upper()}{str(error)[1:]}."
        return
    for series, seconds in evaluated(request):
        title = DATA_SETS[series.source].title
        if series.n == 0:
            yield None, f"Running: 0 of {series.of:,} {title}."
            continue
        done = "Done:" if series.n == series.of else "Running:"
        yield (
            series,
            f"{done} {series.n:,} of {series.of:,} {title}, "
            f"{series.n / seconds:,.0f} digits per second at {len(request.epsilons)} epsilons, "
            f"on {device()}, {seconds:.1f} s.",
        )


def download() -> str:
    """Fetch what is missing or damaged of the test set; returns a sentence on how it went."""
    try:
        mnist_digits(train=False, download=True)
    except MnistMissing as error:
        logging.getLogger(__name__).warning("%s", error)
        return (
            "The test set could not be downloaded: there is no network, or no right to write. "
            f"{BUILTIN.phrase[0].upper()}{BUILTIN.phrase[1:]} work without it."
        )
    return f"{MNIST_TEST.phrase} are here now."
