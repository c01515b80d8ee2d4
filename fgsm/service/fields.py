"""The fields of requests, each with its check.

A check takes anything that JSON can hold. It returns the value that the program will use, or
raises `ValueError` with a sentence that names the field, the value and what would be right.
"""

import re
import reprlib
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from fgsm.catalogue import (
    EPSILONS,
    LARGEST_EPSILON,
    MODELS,
    SOURCES,
    attacks_offered,
)

REACHES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""How far the church window may reach to each side, in pixel units."""
SHORTEST_RAY = 0.001
"""In pixel units. Of a much shorter one float32 would not know where it leads."""
MOST_EPSILONS = 21
"""In a run."""
LONGEST_LINK = 1_200
"""Characters. A QR code of more would have modules too small for a phone's camera."""


def shown(value: object) -> str:
    """The value, short enough for a sentence: a few items of a few levels."""
    return "missing" if value is None else reprlib.repr(value)


# ---- keys of the catalogue ----


def one_of(value: object, info: ValidationInfo, choices: Collection[str]) -> str:
    """The value, which must be one of the choices."""
    if not isinstance(value, str) or value not in choices:
        name = info.field_name
        raise ValueError(f"{name} is {shown(value)}; it must be one of {', '.join(choices)}")
    return value


def _source(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, SOURCES)


def _model(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, MODELS)


def _attack_of_the_stage(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, attacks_offered("stage"))


def _attack_of_a_run(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, attacks_offered("runs"))


def _models(value: object, info: ValidationInfo) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value or len(value) > len(MODELS):
        raise ValueError(
            f"{info.field_name} is {shown(value)}; it must be a list of one to {len(MODELS)} models"
        )
    return tuple(_model(each, info) for each in value)


SourceKey = Annotated[str, BeforeValidator(_source)]
ModelKey = Annotated[str, BeforeValidator(_model)]
ModelKeys = Annotated[tuple[str, ...] | None, BeforeValidator(_models)]
StageAttackKey = Annotated[str, BeforeValidator(_attack_of_the_stage)]
RunAttackKey = Annotated[str, BeforeValidator(_attack_of_a_run)]


# ---- numbers ----


def _whole(value: object, info: ValidationInfo, limit: int) -> int:
    # A bool is an int in Python, but not in JSON.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
        raise ValueError(
            f"{info.field_name} is {shown(value)}; it must be a whole number from 0 to {limit - 1}"
        )
    return value


def _class_or_none(value: object, info: ValidationInfo) -> int | None:
    return None if value is None else _whole(value, info, 10)


def _place_on_the_grid(value: object, info: ValidationInfo) -> int:
    return _whole(value, info, len(EPSILONS))


def _places_on_the_grid(value: object, info: ValidationInfo) -> tuple[int, ...] | None:
    if value is None:
        return None
    places = value if isinstance(value, (list, tuple)) and len(value) <= len(EPSILONS) else ()
    ks = tuple(_place_on_the_grid(k, info) for k in places)
    if not ks or ks[0] != 0 or any(low >= high for low, high in pairwise(ks)):
        raise ValueError(
            f"{info.field_name} is {shown(value)}; it must be a list of whole numbers from 0 to "
            f"{len(EPSILONS) - 1}, increasing, the first one 0"
        )
    return ks


def _seed(value: object, info: ValidationInfo) -> int:
    return _whole(value, info, 2**32)


def _index(value: object, info: ValidationInfo) -> int:
    source = SOURCES.get(info.data.get("source", ""))
    if source is None or source.unnamed:  # if the source is wrong, that is reported first
        return 0
    return _whole(value, info, source.size)


def _flag(value: object, info: ValidationInfo) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{info.field_name} is {shown(value)}; it must be true or false")
    return value


Class = Annotated[int | None, BeforeValidator(_class_or_none)]
"""One of the ten classes, or none."""
EpsilonIndex = Annotated[int, BeforeValidator(_place_on_the_grid)]
EpsilonIndexes = Annotated[tuple[int, ...] | None, BeforeValidator(_places_on_the_grid)]
Seed = Annotated[int, BeforeValidator(_seed)]
DigitIndex = Annotated[int, BeforeValidator(_index)]
"""The index of a digit in the field `source`; 0 for a drawing or a picture."""
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_seed)]


# ---- the name of a run ----


def _run_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]{8,64}", value):
        raise ValueError(f"id is {shown(value)}; it must be 8 to 64 letters, digits and hyphens")
    return value


RunId = Annotated[str, BeforeValidator(_run_id)]
"""Made up by the page, and so unlike any other's that nobody cancels someone else's run."""


# ---- the church window, and a point of it ----


def _ray(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    is_point = isinstance(value, (list, tuple)) and len(value) == 2
    if not is_point or not _is_on_the_slider(value):
        raise ValueError(
            f"ray is {shown(value)}; it must be two numbers whose sizes add up to at most "
            f"{LARGEST_EPSILON}"
        )
    if abs(value[0]) + abs(value[1]) < SHORTEST_RAY:
        raise ValueError(
            f"ray is {shown(value)}, the digit itself; the sizes of the two must add up to at "
            f"least {SHORTEST_RAY}"
        )
    return value[0], value[1]


def _is_on_the_slider(parts: Sequence[object]) -> bool:
    epsilon = 0.0
    for part in parts:
        if not isinstance(part, (int, float)) or isinstance(part, bool):
            return False
        if not abs(part) <= LARGEST_EPSILON:  # which NaN fails too
            return False
        epsilon += abs(part)
    return epsilon <= LARGEST_EPSILON + 1e-9  # the sum is rounded


def _reach(value: object) -> float:
    if isinstance(value, bool) or value not in REACHES:
        choices = ", ".join(map(str, REACHES))
        raise ValueError(f"reach is {shown(value)}; it must be one of {choices}")
    return float(REACHES[REACHES.index(value)])


Ray = Annotated[tuple[float, float] | None, BeforeValidator(_ray)]
"""How far along the gradient's sign and across it, in pixel units. Its epsilon is the sum of both
sizes, and the slider must have it."""
Reach = Annotated[float, BeforeValidator(_reach)]


# ---- a link ----


def _link(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_LINK:
        what = shown(value) if not isinstance(value, str) else f"{len(value):,} characters long"
        raise ValueError(f"link is {what}; it must be text of at most {LONGEST_LINK:,} characters")
    if not re.fullmatch(r"https?://[!-~]+", value):
        raise ValueError(
            f"link is {shown(value)}; it must begin with http:// or https://, in printable ASCII"
        )
    return value


Link = Annotated[str, BeforeValidator(_link), WithJsonSchema({"type": "string"})]
"""A link, written as browsers write it."""


# ---- the epsilons of a run ----


def _epsilons(value: object) -> tuple[float, ...]:
    """Numbers separated by spaces or commas, as they are typed."""
    words = re.findall(r"[^\s,;]+", value) if isinstance(value, str) else []
    if not words:
        given = "no epsilons are given" if isinstance(value, str) else f"epsilons are {value!r:.60}"
        raise ValueError(f"{given}; they must be numbers such as 0 0.10 0.20")
    if len(words) > MOST_EPSILONS:
        raise ValueError(f"these are {len(words)} epsilons; there may be {MOST_EPSILONS} at most")
    return tuple(sorted({_epsilon(word) for word in words}))


def _epsilon(word: str) -> float:
    try:
        epsilon = float(word)
    except ValueError:
        raise ValueError(
            f"{word!r:.60} is not a number; epsilons are such as 0 0.10 0.20"
        ) from None
    if not 0 <= epsilon <= LARGEST_EPSILON:  # which NaN fails too
        raise ValueError(
            f"epsilon {word:.60} is out of range; here it goes from 0 to {LARGEST_EPSILON:.2f}"
        )
    return epsilon


Epsilons = Annotated[
    tuple[float, ...], BeforeValidator(_epsilons), WithJsonSchema({"type": "string"})
]
"""In increasing order, each once; in JSON, as they are typed."""
