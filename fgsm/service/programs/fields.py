"""The fields of what programs ask, each with its check and with the JSON schema that says so.

What `fgsm.service.fields` says of checks holds here too.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeGuard

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

from fgsm.catalogue import BUILTIN, DATA_SETS, LARGEST_EPSILON, MNIST_TEST, MODELS, attacks_offered
from fgsm.picture import MOST_BYTES
from fgsm.service.fields import (
    MOST_EPSILONS,
    Class,
    ModelKey,
    RunAttackKey,
    one_of,
    shown,
)
from fgsm.service.image_fields import decoded

MOST_IMAGES = 100
"""To classify at once."""
SHORTEST_FILE = 64
"""Characters of base64. What is shorter is no picture file, but a digit's name with a mistake."""
KINDS = (
    f"a built-in digit's number from 0 to {BUILTIN.size - 1}, test-0 to "
    f"test-{MNIST_TEST.size - 1}, 28 rows of 28 numbers from 0 to 1, or a picture file in base64"
)


@dataclass(frozen=True)
class Known:
    """A digit of a data set."""

    source: str
    index: int


Picture = Known | npt.NDArray[np.float32] | bytes
"""A known digit, 28 x 28 numbers in [0, 1] with white ink on black, or what is in a file."""


def _whole(value: object) -> object:
    """In JSON 403.0 is the same number as 403."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# ---- images ----


def _picture(value: object, name: str) -> Picture:
    value = _whole(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < BUILTIN.size:
        return Known(BUILTIN.key, value)
    if isinstance(value, str):
        found = re.fullmatch(r"test-(\d{1,5})", value, re.ASCII)
        if found and int(found[1]) < MNIST_TEST.size:
            return Known(MNIST_TEST.key, int(found[1]))
        if len(value) >= SHORTEST_FILE:
            return _file(value, name)
    if isinstance(value, list):
        return _numbers(value, name)
    raise ValueError(f"{name} is {shown(value)}; it must be {KINDS}")


def _file(value: str, name: str) -> bytes:
    """What is in a file; it is read where there is time for that."""
    _, comma, after = value.partition(";base64,")  # as in a data URL
    encoded = after if comma else value
    if len(encoded) > 4 * -(-MOST_BYTES // 3):
        raise ValueError(
            f"{name} has {len(encoded):,} characters of base64; the file may have "
            f"{MOST_BYTES:,} bytes at most"
        )
    return decoded(encoded, name, "a picture file")


def _numbers(rows: list[object], name: str) -> npt.NDArray[np.float32]:
    if len(rows) != 28:
        raise ValueError(f"{name} has {len(rows)} rows; it must be 28 rows of 28 numbers")
    for y, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 28:
            what = f"{len(row)} numbers" if isinstance(row, list) else shown(row)
            raise ValueError(f"row {y} of {name} is {what}; it must be 28 numbers")
        for x, number in enumerate(row):
            if not _is_number(number) or not 0 <= number <= 1:  # which NaN fails too
                raise ValueError(
                    f"row {y} of {name} has {shown(number)} in column {x}; it must be a number "
                    "from 0 to 1"
                )
    return np.array(rows, dtype=np.float32)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _image(value: object, info: ValidationInfo) -> Picture:
    return _picture(value, str(info.field_name))


def _images(value: object, info: ValidationInfo) -> tuple[Picture, ...]:
    name = info.field_name
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name} is {shown(value)}; it must be a list of images")
    if len(value) > MOST_IMAGES:
        raise ValueError(f"{name} has {len(value):,} images; there may be {MOST_IMAGES} at most")
    return tuple(_picture(each, f"{name}[{i}]") for i, each in enumerate(value))


def _list_of(count: int, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": count, "maxItems": count, "items": items}


_BASE64 = (
    r"^(data:image/[a-z]+;base64,)?([A-Za-z0-9+/]{4}){16,}"
    r"([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
)
_IMAGE: dict[str, Any] = {
    "description": f"{KINDS[0].upper()}{KINDS[1:]} or as a data URL.",
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": BUILTIN.size - 1},
        {"type": "string", "pattern": r"^test-[0-9]{1,4}$"},
        {"type": "string", "pattern": _BASE64, "maxLength": 4 * -(-MOST_BYTES // 3)},
        _list_of(28, _list_of(28, {"type": "number", "minimum": 0, "maximum": 1})),
    ],
}
Image = Annotated[Picture, PlainValidator(_image), WithJsonSchema(_IMAGE)]
Images = Annotated[
    tuple[Picture, ...],
    PlainValidator(_images),
    WithJsonSchema({"type": "array", "minItems": 1, "maxItems": MOST_IMAGES, "items": _IMAGE}),
]

# ---- epsilons ----


def _epsilons(value: object, info: ValidationInfo) -> tuple[float, ...]:
    """One number, or a list of some, in any order."""
    name = info.field_name
    numbers = value if isinstance(value, (list, tuple)) else [value]
    if value is None or not numbers:
        raise ValueError(f"{name} is {shown(value)}; it must be a number, or a list of some")
    if len(numbers) > MOST_EPSILONS:
        raise ValueError(
            f"{name} has {len(numbers):,} numbers; there may be {MOST_EPSILONS} at most"
        )
    for number in numbers:
        if not _is_number(number) or not 0 <= number <= LARGEST_EPSILON:  # which NaN fails too
            raise ValueError(
                f"{name} has {shown(number)}; each must be a number from 0 to {LARGEST_EPSILON}"
            )
    return tuple(map(float, numbers))


_EPSILON = {"type": "number", "minimum": 0, "maximum": LARGEST_EPSILON}
Epsilons = Annotated[
    tuple[float, ...],
    PlainValidator(_epsilons),
    WithJsonSchema(
        {
            "description": "How far each pixel may move, in pixel units; one number or several.",
            "anyOf": [
                _EPSILON,
                {"type": "array", "minItems": 1, "maxItems": MOST_EPSILONS, "items": _EPSILON},
            ],
        }
    ),
]

# ---- keys of the catalogue, classes, how many digits ----


def _attack_of_the_menu(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, attacks_offered("menu"))


def _data_set(value: object, info: ValidationInfo) -> str:
    return one_of(value, info, DATA_SETS)


def _digits(value: object, info: ValidationInfo) -> int:
    size = DATA_SETS[info.data["source"]].size if "source" in info.data else MNIST_TEST.size
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= size:
        raise ValueError(
            f"{info.field_name} is {shown(value)}; it must be a whole number from 1 to {size}"
        )
    return value


MenuAttackKey = Annotated[
    str,
    BeforeValidator(_attack_of_the_menu),
    WithJsonSchema({"enum": list(attacks_offered("menu"))}),
]
EvaluatedAttackKey = Annotated[
    RunAttackKey, WithJsonSchema({"enum": list(attacks_offered("runs"))})
]
AnyModelKey = Annotated[ModelKey, WithJsonSchema({"enum": list(MODELS)})]
DataSetKey = Annotated[str, BeforeValidator(_data_set), WithJsonSchema({"enum": list(DATA_SETS)})]
AnyClass = Annotated[
    Class,
    BeforeValidator(_whole),
    WithJsonSchema({"type": ["integer", "null"], "minimum": 0, "maximum": 9}),
]
Digits = Annotated[
    int,
    BeforeValidator(_digits),
    BeforeValidator(_whole),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MNIST_TEST.size}),
]
