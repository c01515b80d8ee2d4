"""What the live stage costs the server: one digit, every epsilon of the page, gradient included.

    python -m benchmarks.sweep [--json] [--check]

On the CPU, with LeNet. The sweep is compared with the one forward pass it cannot do without, over
101 images in the same memory layout; the two are timed alternately. The cold start is the time from
`python app.py` to the first page, compared in the same way with `import torch, gradio` alone.

    sweep, in forward passes   <= 2 of 101 images
    sweep of ten steps         <= 50 of 101 images
    cold start, beyond import  <= 2 s
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

import torch

from benchmarks import common
from fgsm.attack import fgsm, iterative_fgsm
from fgsm.catalogue import EPSILONS, LENET, load_model
from fgsm.digits import builtin_digits
from fgsm.readings import sweep
from tests.browser import running_app

ROUNDS = 100
STARTS = 3


def seconds(function: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def seconds_to_first_page() -> float:
    """From the command to the first page, without stopping the app."""
    with tempfile.TemporaryFile("w") as log:
        start = time.perf_counter()
        with running_app(log):
            return time.perf_counter() - start


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, and the times behind them."""
    # One thread: the work is small, and a second one mostly waits for the first.
    torch.set_num_threads(1)
    model = load_model(LENET.key, torch.device("cpu"))
    images, labels = (tensor[403:404] for tensor in builtin_digits())
    many = images.expand(len(EPSILONS), -1, -1, -1).contiguous()

    def forward() -> object:
        with torch.no_grad():
            return model(many)

    times: dict[str, list[float]] = {"forward": [], "sweep": [], "ten steps": []}
    for _ in range(ROUNDS):
        times["forward"].append(seconds(forward))
        times["sweep"].append(seconds(lambda: sweep(model, images, labels, EPSILONS, fgsm)))
        times["ten steps"].append(
            seconds(lambda: sweep(model, images, labels, EPSILONS, iterative_fgsm))
        )
    middle = {name: median(values) for name, values in times.items()}

    importing = [sys.executable, "-c", "import torch, gradio"]
    imports, starts = [], []
    for _ in range(STARTS):
        imports.append(seconds(lambda: subprocess.run(importing, check=True)))
        starts.append(seconds_to_first_page())
    measured = {
        "sweep, in forward passes": middle["sweep"] / middle["forward"],
        "sweep of ten steps": middle["ten steps"] / middle["forward"],
        "cold start, beyond import": min(starts) - min(imports),
    }
    details: dict[str, object] = {
        f"{name}, ms": round(1000 * value, 2) for name, value in middle.items()
    }
    details["import torch, gradio, s"] = round(min(imports), 2)
    details["first page, s"] = round(min(starts), 2)
    return measured, details


if __name__ == "__main__":
    common.run(__doc__, measure)
