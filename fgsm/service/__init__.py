"""Requests and answers: what the page, the command line and others may ask of `fgsm`.

`request` says what may be asked and checks it, `answer` what comes back. The functions between them
are in `stage` (one digit under attack), `figures` (the pictures that explain why), `all_digits`
(how often it works), `incoming` (pictures that people bring) and `codes` (links as QR codes). Plain
values and tensors go in and out: nothing here knows of a browser.
"""

from collections.abc import Callable
from typing import Any

from fgsm.service.all_digits import cell, counts, grid
from fgsm.service.codes import qr
from fgsm.service.figures import (
    church_window,
    defence,
    dimension,
    directions,
    eight_bits,
    linearity,
)
from fgsm.service.incoming import picture
from fgsm.service.stage import attack, compare

__all__ = [
    "FIGURES",
    "FUNCTIONS",
    "attack",
    "cell",
    "church_window",
    "compare",
    "counts",
    "defence",
    "dimension",
    "directions",
    "eight_bits",
    "grid",
    "linearity",
    "picture",
    "qr",
]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (
        attack,
        compare,
        directions,
        linearity,
        dimension,
        church_window,
        eight_bits,
        defence,
        counts,
        grid,
        cell,
        picture,
        qr,
    )
}
"""Each takes the request and returns the answer that its annotations name."""
FIGURES = (directions, linearity, dimension, church_window, eight_bits, defence)
"""In the order in which "How it works" tells its argument."""
