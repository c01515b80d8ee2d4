"""Whether the engine in the browser answers what the package answers: every digit, every attack.

    python -m benchmarks.exactness [--json] [--check] [--digits N] [--iterative N]

Each built-in digit is attacked by each model's every attack of the stage at all 101 epsilons, in
Node and with PyTorch on the CPU. What every stage says is compared: pictures byte by byte, counts,
predictions, breaking points.

Both hold the same images to the last bit, but PyTorch adds up in float32, the engine in double
precision. So PyTorch's rounding may decide the sign of a gradient that is nearly 0, or a reading
that is nearly a tie; there the engine is to say what PyTorch says with a gradient in double
precision. In ten steps rounding has ten chances, and each step leads further from there.

    what rounding does not explain             <= 0 values
    log-probabilities, apart at most           <= 50 millionths
    close to a tie, of 10,000 readings         <= 1
    another sign, of 10,000 directions         <= 10
    another prediction, of 10,000              <= 1
    another breaking point, of 10,000          <= 1
    iterative: another path, of 10,000         <= 100
    iterative: another prediction, of 10,000   <= 2
"""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks import common
from fgsm.catalogue import ITERATIVE, MODELS
from fgsm.digits import BUILTIN_DIGITS
from tests.engine import IN_STEPS, KINDS, Tally, asked, compare


def counted(kind: str, model: str, digits: int) -> Tally:
    """One attack on one model, over built-in digits spread over all classes."""
    indexes = range(0, BUILTIN_DIGITS, -(-BUILTIN_DIGITS // digits))
    tally = Tally()
    with TemporaryDirectory() as folder:
        compare(Path(folder), asked(kind, model, indexes), tally)
    return tally


def of_10_000(tallies: Sequence[Tally], what: str, all_of_them: str) -> float:
    """How often something was counted."""
    counts, of_them = (
        sum(getattr(tally, name) for tally in tallies) for name in (what, all_of_them)
    )
    return float(10_000 * counts / of_them)


def measure(digits: int, iterative: int) -> tuple[dict[str, float], dict[str, object]]:
    """The figures of the claims, and what was counted for each attack and model."""
    torch.set_num_threads(1)  # one digit at a time is too little work for more
    start = time.perf_counter()
    tallies = {
        (kind, model): counted(kind, model, iterative if kind == IN_STEPS else digits)
        for kind in KINDS
        for model in MODELS
    }
    steps = [tally for (kind, _), tally in tallies.items() if kind == IN_STEPS]
    others = [tally for (kind, _), tally in tallies.items() if kind != IN_STEPS]
    unexplained = [what for tally in tallies.values() for what in tally.wrong]
    measured = {
        "what rounding does not explain": len(unexplained),
        "log-probabilities, apart at most": 1e6 * max(each.log_probs for each in tallies.values()),
        "close to a tie, of 10,000 readings": of_10_000(others + steps, "close", "pictures"),
        "another sign, of 10,000 directions": of_10_000(others, "other_directions", "stages"),
        "another prediction, of 10,000": of_10_000(others, "other_readings", "pictures"),
        "another breaking point, of 10,000": of_10_000(others, "other_breaking_points", "stages"),
        "iterative: another path, of 10,000": of_10_000(steps, "other_pictures", "pictures"),
        "iterative: another prediction, of 10,000": of_10_000(steps, "other_readings", "pictures"),
    }
    details: dict[str, object] = {
        f"{kind}, {model}": tally for (kind, model), tally in tallies.items()
    }
    return measured, {
        **{name: str(tally) for name, tally in details.items()},
        "not explained": unexplained[:10],
        "seconds": round(time.perf_counter() - start),
    }


if __name__ == "__main__":
    common.run(
        __doc__,
        measure,
        {
            "digits": (BUILTIN_DIGITS, "how many built-in digits are attacked, 1,000 at most"),
            ITERATIVE.key: (100, "how many of them in ten steps, which takes seconds for each"),
        },
    )
