"""A picture of one digit -> the image MNIST would have made of it.

A network trained on MNIST reads a drawing only if the drawing looks like MNIST: same size, same
place, same grey levels. MNIST's page says how it was made (yann.lecun.com/exdb/mnist):

    "The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20
    pixel box while preserving their aspect ratio. The resulting images contain grey levels as a
    result of the anti-aliasing technique used by the normalization algorithm. The images were
    centered in a 28x28 image by computing the center of mass of the pixels, and translating the
    image so as to position this point at the center of the 28x28 field."

`to_mnist` does the same, after finding out what in the picture is ink. Read it top to bottom.
"""

import math

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from fgsm.frames import eight_bit

Array = npt.NDArray[np.float32]
"""A grey picture, `(height, width)`, in [0, 1]."""

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
MAX_SIDE = 4_000  # pixels; a larger picture is refused, so that memory stays bounded
WORK_SIDE = 1_000  # pixels; a larger picture is shrunk first, so that time and memory stay bounded
MIN_CONTRAST = 0.05  # of the range from black to white; with less, a picture is blank
MIN_INK = 0.1  # of the strongest ink; anything weaker is ground
SPECK = 0.1  # of the largest piece of ink; a smaller piece that touches no other is dirt


def to_mnist(picture: Image.Image | npt.NDArray[np.generic]) -> Tensor:
    """The 28 x 28 image that MNIST would have made of a picture of one digit.

    Args:
        picture: a PIL image, of one of `MODES`; or an array `(H, W)`, `(H, W, 3)` or `(H, W, 4)`,
            uint8 in 0..255 or floating point in [0, 1]. Light ink on a dark ground, dark ink on a
            light one, or ink of any colour on a transparent one; of any size and at any place.

    Returns:
        float32 `(1, 1, 28, 28)` in [0, 1], exactly byte / 255: white ink on black, 20 pixels along
        its longer side, its centre of mass within half a pixel of row 14, column 14.

    Raises:
        TypeError: `picture` is neither a PIL image nor an array.
        ValueError: it is blank, larger than `MAX_SIDE`, or not of a kind listed above.
    """
    image = picture if isinstance(picture, Image.Image) else _image_of(picture)
    ink = _drop_specks(_ink(_shades(image)))
    # On the grey levels of a picture file, which are MNIST's too, it can be saved as it is.
    return eight_bit(torch.from_numpy(_centred(_normalised(_cropped(ink)))))[None, None]


def _image_of(array: npt.NDArray[np.generic]) -> Image.Image:
    """An array as a PIL image of mode L, RGB or RGBA."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"picture is a {type(array).__name__}; it must be a PIL image or an array")
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,), (4,)):
        raise ValueError(
            f"picture has the shape {array.shape}; it must be (H, W), (H, W, 3) or (H, W, 4)"
        )
    _check_size(width=array.shape[1], height=array.shape[0])
    if np.issubdtype(array.dtype, np.floating):
        low, high = array.min(), array.max()  # both are NaN if any value is
        if not (low >= 0 and high <= 1):
            raise ValueError(f"picture has values from {low} to {high}; floats must be in [0, 1]")
        scaled = array * 255
        array = np.rint(scaled, out=scaled).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ValueError(f"picture is of {array.dtype}; it must be uint8 or floating point")
    return Image.fromarray(array)


def _check_size(width: int, height: int) -> None:
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(
            f"picture is {width} pixels wide and {height} high; both must be 1 to {MAX_SIDE}"
        )


def _shades(image: Image.Image) -> Array:
    """Whatever tells ink from ground in the picture: its brightness, or its opacity."""
    _check_size(*image.size)
    if image.mode not in MODES:
        raise ValueError(f"picture is of mode {image.mode}; convert it to {', '.join(MODES)}")
    transparent = image.has_transparency_data
    image = image.convert("RGBA").convert("LA") if transparent else image.convert("L")
    image = image.reduce(math.ceil(max(image.size) / WORK_SIDE))
    shades: Array = np.asarray(image, dtype=np.float32) / np.float32(255)
    if not transparent:
        return shades
    brightness: Array = shades[..., 0]
    opacity: Array = shades[..., 1]
    # On a transparent ground whatever is opaque is ink. Its colour says nothing: laid on the black
    # ground of MNIST, black ink would be lost.
    return opacity if np.median(_border(opacity)) < 0.5 else brightness * opacity


def _border(shades: Array) -> Array:
    """The outermost pixels, where a picture of one digit shows its ground."""
    return np.concatenate([shades[0], shades[-1], shades[:, 0], shades[:, -1]])


def _ink(shades: Array) -> Array:
    """How far each pixel is from the ground: 1 for the strongest ink, 0 for ground."""
    border = _border(shades)
    ground = np.median(border)
    ink: Array = shades - ground
    # Ink may be lighter or darker than the ground. Cubes keep the sign, and let a few strong pixels
    # (ink) outweigh many weak ones (shadow).
    if (ink * ink * ink).sum() < 0:
        ink = -ink
    strongest = ink.max()
    if strongest < MIN_CONTRAST:
        raise ValueError(
            f"picture is blank: no pixel differs from its ground, grey level {ground:.2f}, by "
            f"{MIN_CONTRAST} or more; draw a digit that stands out"
        )
    # The ground of a photograph is uneven; that of a drawing is not, and every grey level counts.
    unevenness = np.median(np.abs(border - ground))
    ink[ink < np.clip(6 * unevenness, MIN_INK * strongest, 0.5 * strongest)] = 0
    ink /= strongest
    return ink


def _drop_specks(ink: Array) -> Array:
    """Remove dirt: pieces of ink that touch no other, and are much smaller than the largest.

    A speck far from the digit would enlarge the box around the ink, and so shrink the digit.
    Pieces are found as runs of ink within a row, joined where they touch runs of the next row.
    """
    ink = np.pad(ink, ((0, 0), (0, 1)))  # a column of ground, so that no run reaches the next row
    width = ink.shape[1]
    flat = ink.ravel()
    edges = np.flatnonzero(np.diff(flat > 0, prepend=False))
    starts, ends = edges[::2], edges[1::2]
    # Run i touches the runs first[i] to last[i] - 1 of the next row, corner to corner included.
    first = np.searchsorted(ends, starts + width)
    last = np.searchsorted(starts, ends + width, side="right")

    parent = list(range(len(starts)))  # a forest of runs: each tree is one piece

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]  # halves the path for the next search
            run = parent[run]
        return run

    for run, (begin, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for neighbour in range(begin, end):
            parent[root(neighbour)] = root(run)

    piece = np.array([root(run) for run in range(len(starts))])
    weight = np.bincount(piece, weights=np.add.reduceat(flat, edges)[::2])
    dirt = weight[piece] < SPECK * weight.max()
    for start, end in zip(starts[dirt], ends[dirt], strict=True):
        flat[start:end] = 0
    return ink[:, :-1]


def _cropped(ink: Array) -> Array:
    """The smallest box that holds all ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _normalised(ink: Array) -> Array:
    """Scale to 20 pixels along the longer side, and to full strength.

    Each new pixel is the mean of the area it covers: the anti-aliasing that MNIST's grey levels
    come from. An MNIST digit whose pixels were enlarged to squares comes back almost unchanged.
    """
    height, width = ink.shape
    scale = 20 / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small: Array = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))
    # A hairline covers only a part of each pixel, and comes out too faint to be read. In most MNIST
    # digits at least a quarter of the inked pixels have full strength, so scale the ink until that
    # holds. For strokes as wide as MNIST's it holds already.
    full = np.percentile(small[small > 0], 75)
    return (small / full).clip(max=1).astype(np.float32)


def _centred(ink: Array) -> Array:
    """Place the ink in 28 x 28 pixels, its centre of mass at row 14, column 14.

    The ink moves by whole pixels, as in MNIST, where centres are spread evenly over 13.5 to 14.5.
    """
    height, width = ink.shape
    centre_y = np.average(np.arange(height), weights=ink.sum(axis=1))
    centre_x = np.average(np.arange(width), weights=ink.sum(axis=0))
    # A lopsided scribble can have its centre so far off that it would not fit: keep it inside.
    top = min(max(round(14 - centre_y), 0), 28 - height)
    left = min(max(round(14 - centre_x), 0), 28 - width)
    image = np.zeros((28, 28), dtype=np.float32)
    image[top : top + height, left : left + width] = ink
    return image
