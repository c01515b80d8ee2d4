"""The boundary: what a browser may ask of us, checked.

Gradio passes any JSON on to an event handler, so anything at all may arrive here. What leaves is
a `Request` whose every field can be trusted, or a `ValueError` with a sentence for the person.
"""

import base64
import binascii
import functools
import logging
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from fgsm.digits import MnistMissing
from fgsm.model import ARCHITECTURES

Message = dict[str, Any]
Source = Literal["builtin", "test", "drawing"]
Method = Literal["fgsm", "targeted", "iterative", "random", "reversed", "ray"]

DIGITS = {"builtin": 1_000, "test": 10_000}
RAY = 20
"""How far the church window reaches to each side, in hundredths."""
LARGEST_DRAWING = 280
"""Pixels a side."""


@dataclass(frozen=True)
class Request:
    """One digit, and what shall be done to it."""

    source: Source
    index: int
    """Which digit of a data set; 0 for a drawing."""
    drawing: npt.NDArray[np.uint8] | None
    """`(S, S)`, white ink on black; None unless the source is a drawing."""
    label: int | None
    """What the person says the drawing is; None lets the prediction stand for it."""
    method: Method
    target: int | None
    """The class to move towards; None is the clean image's runner-up."""
    ray: tuple[int, int]
    """Where the method "ray" goes: along the gradient's sign and across it, in hundredths."""
    model: str
    twin: bool
    """Show the robust LeNet next to the plain one, whatever `model` says."""

    @classmethod
    def parse(cls, data: dict[str, Any]) -> "Request":
        """Check what came from outside.

        Raises:
            ValueError: something is missing, of the wrong type, or out of range.
        """
        source = cast(Source, choice(data, "source", get_args(Source)))
        is_drawing = source == "drawing"
        return cls(
            source=source,
            index=0 if is_drawing else whole(data, "index", DIGITS[source]),
            drawing=_drawing(data.get("drawing")) if is_drawing else None,
            label=digit_or_none(data, "label") if is_drawing else None,
            method=cast(Method, choice(data, "method", get_args(Method))),
            target=digit_or_none(data, "target"),
            ray=_ray(data.get("ray")),
            model=choice(data, "model", tuple(ARCHITECTURES)),
            twin=flag(data, "twin"),
        )


def answering(function: Callable[[dict[str, Any]], Message]) -> Callable[[object], Message]:
    """A function that anybody may call with anything: what is wrong is answered with a sentence.

    Args:
        function: takes an object of JSON; raises ValueError for what it should not hold.

    Returns:
        The same function of any JSON, which answers `{"error": sentence}` instead of raising.
    """

    logger = logging.getLogger(function.__module__)

    @functools.wraps(function)
    def answer(data: object) -> Message:
        try:
            if not isinstance(data, dict):
                raise ValueError(f"a request is an object, not {_shown(data)}")
            return function(data)
        except MnistMissing as error:  # which names a folder, and that is nobody's business
            logger.info("refused: %s", error)
            return {"error": "The test set is not here; the tab “Test set” can download it."}
        except ValueError as error:
            logger.info("refused: %s", error)
            return {"error": f"{str(error)[0].upper()}{str(error)[1:]}."}
        except Exception:
            # Gradio would tell the browser nothing, as if the connection were lost.
            logger.exception("%s failed", function.__name__)
            return {"error": "The server had an error and could not answer; its log says why."}

    return answer


def choice(data: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = data.get(name)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} is {_shown(value)}; it must be one of {', '.join(choices)}")
    return value


def whole(data: dict[str, Any], name: str, limit: int) -> int:
    value = data.get(name)
    # A bool is an int in Python, but not on the page.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
        raise ValueError(
            f"{name} is {_shown(value)}; it must be a whole number from 0 to {limit - 1}"
        )
    return value


def digit_or_none(data: dict[str, Any], name: str) -> int | None:
    return None if data.get(name) is None else whole(data, name, 10)


def flag(data: dict[str, Any], name: str) -> bool:
    value = data.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {_shown(value)}; it must be true or false")
    return value


def _ray(value: Any) -> tuple[int, int]:
    """A point of the church window that is not its centre; None is a step along the gradient."""
    if value is None:
        return 1, 0
    is_point = isinstance(value, list) and len(value) == 2
    if not is_point or any(type(part) is not int or abs(part) > RAY for part in value):
        raise ValueError(
            f"ray is {_shown(value)}; it must be two whole numbers from -{RAY} to {RAY}"
        )
    along, across = value
    if (along, across) == (0, 0):
        raise ValueError("ray is [0, 0], the digit itself; one of the two must be another number")
    return along, across


def _drawing(value: object) -> npt.NDArray[np.uint8]:
    """Base64 of S x S bytes, S up to `LARGEST_DRAWING`."""
    if not isinstance(value, str):
        raise ValueError(f"drawing is {_shown(value)}; it must be its pixels in base64")
    if len(value) > 4 * (LARGEST_DRAWING**2 // 3 + 1):
        raise ValueError(
            f"drawing has {len(value)} characters; it must be at most "
            f"{LARGEST_DRAWING} pixels a side"
        )
    try:
        pixels = np.frombuffer(base64.b64decode(value, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise ValueError("drawing is not base64; it must be its pixels in base64") from error
    side = int(len(pixels) ** 0.5)
    if side == 0 or side * side != len(pixels):
        raise ValueError(f"drawing has {len(pixels)} pixels; it must be square")
    return pixels.reshape(side, side)


def _shown(value: object) -> str:
    """The value, short enough for a message."""
    return (
        "missing" if value is None else reprlib.repr(value)
    )  # a few items of a few levels, however many there are
