"""A picture file from anywhere -> an image that the models can read.

Whoever sends a file may have made it to do harm: a small file can announce a picture that fills the
memory, hide megabytes in a comment, or break off in the middle. So the size is checked before
anything is decoded, only a few formats are read, and of these only the first frame. Nothing is
written to a disk.
"""

import io
import struct

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from fgsm.drawing import to_mnist

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MOST_BYTES = 1_000_000
MOST_PIXELS = 4_000_000
MOST_SCANS = 100
"""Of a progressive JPEG, which encoders write in about ten; each scan visits every pixel again."""
LIGHT = 0.6
"""The ground of a picture that is as light as this, or lighter, is paper."""

Bytes = npt.NDArray[np.uint8]


def read_picture(content: bytes) -> Tensor:
    """The image that a picture file shows.

    A picture of 28 x 28 pixels on a ground that is not light is taken as it is, grey level for grey
    level: a digit of MNIST's, or an adversarial image that was saved. Any other goes through
    `fgsm.drawing.to_mnist`.

    Args:
        content: the file's bytes, at most `MOST_BYTES`, in one of `FORMATS`; at most `MOST_PIXELS`.

    Returns:
        float32 `(1, 1, 28, 28)` in [0, 1], exactly byte / 255.

    Raises:
        ValueError: it is too large, broken, blank, or not a picture of these formats.
    """
    if not content:
        raise ValueError("picture has 0 bytes; it must be a picture file")
    if len(content) > MOST_BYTES:
        raise ValueError(f"picture has {len(content):,} bytes; it may have {MOST_BYTES:,} at most")
    _check_scans(content)
    _check_canvas(content)
    picture = _opened(content)
    grey = _grey(picture) if picture.size == (28, 28) else None
    return to_mnist(picture) if grey is None else as_it_is(grey)


def as_it_is(pixels: Bytes) -> Tensor:
    """Bytes `(28, 28)`, white ink on black, as an image `(1, 1, 28, 28)`: exactly byte / 255."""
    return torch.tensor(pixels, dtype=torch.float32)[None, None] / 255


def _opened(content: bytes) -> Image.Image:
    """The first frame, upright, in one of the modes that `to_mnist` takes."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as file:
            _check_size(*file.size)  # before it is decoded
            file.load()
            return _eight_bit(ImageOps.exif_transpose(file))
    except TooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise ValueError(f"picture is too large: {error}") from error
    except UnidentifiedImageError:
        raise ValueError(
            f"picture is not one that can be read: it is no file of {', '.join(FORMATS[:-1])} or "
            f"{FORMATS[-1]}; its first bytes are {content[:8].hex(' ')}"
        ) from None
    except Exception as error:
        # Pillow raises whatever a broken file leads it to: OSError, SyntaxError, struct.error …
        raise ValueError(f"picture is broken: {error!s:.100}") from error


class TooLarge(ValueError):
    """A picture has more pixels than are read."""


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise TooLarge(
            f"picture is {width} x {height} pixels, {width * height:,} in all; it may have "
            f"{MOST_PIXELS:,} at most"
        )


def _check_scans(content: bytes) -> None:
    if content[:2] != b"\xff\xd8":
        return
    # Within compressed data a byte FF is never followed by DA, except where a scan starts.
    scans = content.count(b"\xff\xda")
    if scans > MOST_SCANS:
        raise ValueError(f"picture has {scans:,} scans; a JPEG may have {MOST_SCANS} at most")


def _check_canvas(content: bytes) -> None:
    """The size of an extended WebP, for whose canvas Pillow asks memory as soon as it opens it."""
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        width, height = (
            1 + struct.unpack("<I", content[at : at + 3] + b"\0")[0] for at in (24, 27)
        )
        _check_size(width, height)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """The picture in a mode of eight bits a channel that is grey, coloured or transparent."""
    if picture.mode.startswith("I"):  # grey levels of 16 bits
        levels = np.asarray(picture, dtype=np.float64)
        return Image.fromarray(np.rint(levels / 257).clip(0, 255).astype(np.uint8))
    if picture.mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        return picture
    return picture.convert("RGB")


def _grey(picture: Image.Image) -> Bytes | None:
    """Its grey levels, if they are taken as they are: opaque, on a ground that is not light."""
    if picture.has_transparency_data:
        alpha = np.asarray(picture.convert("RGBA").getchannel("A"))
        if alpha.min() < 255:
            return None
        picture = picture.convert("RGB")
    grey: Bytes = np.asarray(picture.convert("L"))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return grey if np.median(border) < 255 * LIGHT else None
