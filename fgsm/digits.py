"""Where digits come from: some that ship with the project, and the full MNIST data set.

Images are float32 `(N, 1, 28, 28)` in [0, 1], exactly byte / 255, white ink on black ground;
labels are int64 `(N,)`. MNIST was collected by Yann LeCun, Corinna Cortes and Christopher J.C.
Burges, and is licensed CC BY-SA 3.0.
"""

import functools
import hashlib
import os
from http.client import HTTPException
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

SPRITE = Path(__file__).with_name("digits.png")
"""10 rows, one per class, of `PER_CLASS` digits; built by `scripts/make_digits.py`."""
PER_CLASS = 100
BUILTIN_DIGITS = 10 * PER_CLASS
TEST_DIGITS = 10_000

# Name and MD5 of the images file and of the labels file, unpacked. torchvision knows the MD5 of the
# packed files only, so it cannot notice one that was cut short while unpacking or copying.
_TEST_FILES = (
    ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
)
_TRAINING_FILES = (
    ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
)


class MnistMissing(RuntimeError):
    """MNIST is not on this machine, or is damaged; the message says what to do."""


@functools.cache
def builtin_digits() -> tuple[Tensor, Tensor]:
    """The digits that ship with the project: images `(1000, 1, 28, 28)`, labels `(1000,)`.

    Ordered by class, equally many of each: `labels[i] == i // PER_CLASS`. They come from MNIST's
    training set, but `fgsm.train` holds them out: our models never saw them. A model trained
    elsewhere probably did. Every caller gets the same two tensors: do not modify them in place.
    """
    with Image.open(SPRITE) as sprite:
        pixels = np.asarray(sprite)
    grid = pixels.reshape(10, 28, PER_CLASS, 28)  # class, y, number in class, x
    return _tensors(grid.transpose(0, 2, 1, 3), np.repeat(np.arange(10), PER_CLASS))


def mnist_root() -> Path:
    """The folder that holds `MNIST/raw/`: the variable `MNIST_ROOT`, else the user's cache."""
    if root := os.environ.get("MNIST_ROOT"):
        return Path(root).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / __package__


def mnist_available(root: Path | None = None) -> bool:
    """Whether the MNIST test set lies undamaged in `root`; takes some 20 ms."""
    return None not in _contents(mnist_root() if root is None else root, train=False)


def mnist_digits(
    train: bool, root: Path | None = None, download: bool = False
) -> tuple[Tensor, Tensor]:
    """All of MNIST: 60,000 training digits, or 10,000 test digits.

    Args:
        train: the training set, else the test set.
        root: the folder that holds `MNIST/raw/`, as torchvision lays it out; None asks
            `mnist_root()`.
        download: fetch what is missing or damaged (11 MB) into `root`, through torchvision.

    Raises:
        MnistMissing: the files are missing or damaged, or could not be downloaded.
    """
    root = mnist_root() if root is None else root
    images, labels = _contents(root, train)
    if download and (images is None or labels is None):
        _download(root, train)
        images, labels = _contents(root, train)
    if images is None or labels is None:
        wanted = "the MNIST training set" if train else "the MNIST test set"
        raise MnistMissing(
            f"{wanted} is missing or damaged in {root}: set "
            "MNIST_ROOT to the folder that holds MNIST/raw, or allow the download (download=True)"
        )
    # The format is idx: a header, whose content the MD5 has vouched for, then one byte per value.
    return _tensors(
        np.frombuffer(images, np.uint8, offset=16), np.frombuffer(labels, np.uint8, offset=8)
    )


def _raw_files(root: Path, train: bool) -> list[tuple[Path, str]]:
    """Path and MD5 of the images file and of the labels file."""
    files = _TRAINING_FILES if train else _TEST_FILES
    return [(root / "MNIST" / "raw" / name, md5) for name, md5 in files]


def _contents(root: Path, train: bool) -> list[bytes | None]:
    """The images file and the labels file; None for one that is missing or damaged."""
    return [_verified(path, md5) for path, md5 in _raw_files(root, train)]


def _verified(path: Path, md5: str) -> bytes | None:
    """The content of a file; None if it cannot be read, or its MD5 is wrong."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return content if found == md5 else None


def _download(root: Path, train: bool) -> None:
    """Let torchvision download what is missing, and download again what is damaged."""
    from torchvision.datasets import MNIST  # here, because importing it takes a second or two

    try:
        for path, md5 in _raw_files(root, train):
            if _verified(path, md5) is None:
                path.unlink(missing_ok=True)  # torchvision replaces no existing file
        MNIST(root, train=train, download=True)
    except (OSError, RuntimeError, HTTPException) as error:
        raise MnistMissing(
            f"MNIST could not be downloaded into {root} (no network, or no right to write there?); "
            f"the {BUILTIN_DIGITS:,} built-in digits work without it"
        ) from error


def _tensors(
    pixels: npt.NDArray[np.uint8], labels: npt.NDArray[np.integer]
) -> tuple[Tensor, Tensor]:
    """Bytes, any shape of N x 28 x 28 values, and N labels -> images and labels."""
    images = pixels.reshape(-1, 1, 28, 28).astype(np.float32)
    images /= 255  # in NumPy, in one thread: an attack may be running meanwhile
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))
