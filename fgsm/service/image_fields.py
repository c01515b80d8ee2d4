"""The fields of requests that hold images: drawings, pixels and files, each with its check.

What `fgsm.service.fields` says of checks holds here too.
"""

import base64
import binascii
import math
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from fgsm.catalogue import DRAWING, IMAGE
from fgsm.picture import MOST_BYTES
from fgsm.service.fields import shown

LARGEST_DRAWING = 280
"""Pixels per side."""
PIXELS = 28 * 28


def _drawing(value: object, info: ValidationInfo) -> npt.NDArray[np.uint8] | None:
    if info.data.get("source") != DRAWING.key:
        return None
    if not isinstance(value, str):
        raise ValueError(f"drawing is {shown(value)}; it must be its pixels in base64")
    if len(value) > 4 * (LARGEST_DRAWING**2 // 3 + 1):
        raise ValueError(
            f"drawing has {len(value)} characters; it must be at most "
            f"{LARGEST_DRAWING} pixels a side"
        )
    pixels = np.frombuffer(decoded(value, DRAWING.key, "its pixels"), np.uint8)
    side = math.isqrt(len(pixels))
    if side == 0 or side * side != len(pixels):
        raise ValueError(f"drawing has {len(pixels)} pixels; it must be square")
    return pixels.reshape(side, side)


Drawing = Annotated[
    npt.NDArray[np.uint8] | None,
    BeforeValidator(_drawing),
    WithJsonSchema({"type": ["string", "null"]}),
]
"""`(S, S)`, white ink on black; in JSON, base64 of its bytes. None for other sources."""


def _pixels(value: object, info: ValidationInfo) -> npt.NDArray[np.uint8] | None:
    if info.data.get("source") != IMAGE.key:
        return None
    if not isinstance(value, str):
        raise ValueError(f"pixels are {shown(value)}; they must be {PIXELS} bytes in base64")
    if len(value) != 4 * -(-PIXELS // 3):
        raise ValueError(
            f"pixels are {len(value)} characters; they must be {PIXELS} bytes in base64"
        )
    content = decoded(value, "pixels", f"{PIXELS} bytes")
    if len(content) != PIXELS:
        raise ValueError(f"pixels are {len(content)} bytes; they must be {PIXELS}, row by row")
    return np.frombuffer(content, np.uint8).reshape(28, 28)


def _file(value: object, info: ValidationInfo) -> bytes:
    name = str(info.field_name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {shown(value)}; it must be a file's bytes in base64")
    if len(value) > 4 * -(-MOST_BYTES // 3):
        raise ValueError(
            f"{name} has {len(value):,} characters of base64; the file may have {MOST_BYTES:,} "
            "bytes at most"
        )
    return decoded(value, name, "a file's bytes")


def decoded(value: str, name: str, what: str) -> bytes:
    """The bytes that are written in base64."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{name} is not base64; it must be {what} in base64") from error


Pixels = Annotated[
    npt.NDArray[np.uint8] | None,
    BeforeValidator(_pixels),
    WithJsonSchema({"type": ["string", "null"]}),
]
"""`(28, 28)`, white ink on black; in JSON, base64 of its bytes. None for other sources."""
File = Annotated[bytes, BeforeValidator(_file), WithJsonSchema({"type": "string"})]
"""What is in a file; in JSON, in base64."""
