"""What every benchmark shares: its options, its bounds, and how it reports.

The bounds are lines of the benchmark's docstring, so that people read the same text that `--check`
compares with. Such a line is indented: `the claim  >= 4.5 unit`, with two spaces or
more before the comparison, which is `>=` or `<=`.
"""

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import torch

_BOUND = re.compile(r"^ +(\S.*?) {2,}([<>]=) ([\d.]+) ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """A figure, and the bound that the docstring promises."""

    name: str
    measured: float
    comparison: str
    bound: float
    unit: str
    holds: bool


def claims(docstring: str, measured: Mapping[str, float]) -> list[Claim]:
    """Set what was measured against the docstring's bounds.

    Raises:
        ValueError: the docstring makes other claims than those that were measured.
    """
    promised = {name: rest for name, *rest in _BOUND.findall(docstring)}
    if promised.keys() != measured.keys():
        raise ValueError(f"claimed are {list(promised)}; measured were {list(measured)}")
    found = []
    for name, (comparison, bound, unit) in promised.items():
        value, limit = measured[name], float(bound)
        holds = value >= limit if comparison == ">=" else value <= limit
        found.append(Claim(name, value, comparison, limit, unit, holds))
    return found


Measure = Callable[..., tuple[Mapping[str, float], Mapping[str, object]]]
"""Returns the figure for each claim, and anything else worth printing with them."""


def run(
    docstring: str,
    measure: Measure,
    numbers: Mapping[str, tuple[int, str]] | None = None,
    **others: tuple[str, Measure],
) -> None:
    """Parse the command line, measure, report; with `--check`, exit with 1 if a bound is missed.

    Args:
        docstring: what is claimed.
        numbers: what `measure` takes, by name, each an option with a default and a help text.
        others: other claims, and how they are measured, by the option that chooses them.
    """
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=docstring, formatter_class=style)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bound is missed")
    numbers = numbers or {}
    for name, (default, text) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=text)
    chosen = parser.add_mutually_exclusive_group()
    for name, (text, _) in others.items():
        chosen.add_argument(
            f"--{name}",
            action="store_const",
            dest="chosen",
            const=others[name],
            default=(docstring, measure),
            help=text.partition("\n")[0],
        )
    options = parser.parse_args()
    docstring, measure = options.chosen if others else (docstring, measure)
    measured, details = measure(**{name: getattr(options, name) for name in numbers})
    found = claims(docstring, measured)
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    about = {**versions, "cpus": os.cpu_count(), "threads": torch.get_num_threads(), **details}
    if options.json:
        print(json.dumps({**about, "claims": [asdict(claim) for claim in found]}))
    else:
        for key, value in about.items():
            print(f"{key:32} {value}")
        for claim in found:
            print(
                f"{claim.name:32} {claim.measured:.2f} {claim.unit}, "
                f"{'as claimed' if claim.holds else 'MISSED'}: {claim.comparison} {claim.bound:g}"
            )
    if options.check and not all(claim.holds for claim in found):
        sys.exit(1)
