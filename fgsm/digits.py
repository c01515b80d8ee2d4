"""Where digits come from: some that ship with the project, and the full MNIST data set.

Images are float32 `(N, 1, 28, 28)` in [0, 1], exactly byte / 255, white ink on black ground;
labels are int64 `(N,)`. MNIST was collected by Yann LeCun, Corinna Cortes and Christopher J.C.
Burges, and is licensed CC BY-SA 3.0.
"""

import functools
import gzip
import hashlib
import os
import time
import urllib.request
import zlib
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

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
"""Where MNIST's files are, packed by gzip; torchvision downloads them from there too."""
LARGEST = 50_000_000
"""Bytes, more than any of the files has, unpacked: what is larger is none of them."""
PATIENCE = 30.0
"""Seconds for which a mirror may be silent."""

# Name and MD5 of the images file and of the labels file, unpacked: so one that was cut short while
# unpacking or copying is noticed too.
_TEST_FILES = (
    ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
)
_TRAINING_FILES = (
    ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
)


FRESH = 2.0
"""Seconds after a change in which a file may change again without another time of change: file
systems keep time coarsely."""

_verdicts: dict[tuple[Path, str], tuple[tuple[int, int], bool]] = {}
"""For files and MD5s: whether they fit, and the size and time of change that the file had then."""


class MnistMissing(RuntimeError):
    """MNIST is not on this machine, or is damaged; the message says what to do."""


@functools.cache
def builtin_digits() -> tuple[Tensor, Tensor]:
    """The digits that ship with the project: images `(1000, 1, 28, 28)`, labels `(1000,)`.

    Ordered by class, equally many of each: `labels[i] == i // PER_CLASS`. They come from MNIST's
    training set, but `fgsm.train` holds them out: our models never saw them. A model trained
    elsewhere probably did. Every caller gets the same two tensors: do not modify them in place.

    Raises:
        FileNotFoundError: the picture that holds them is missing.
        ValueError: it is damaged, or another picture.
    """
    try:
        with Image.open(SPRITE) as sprite:
            pixels = np.asarray(sprite)
        grid = pixels.reshape(10, 28, PER_CLASS, 28)  # class, y, number in class, x
    except FileNotFoundError:
        raise
    except Exception as error:  # what is damaged in a picture decides which kind is raised
        raise ValueError(
            f"{SPRITE} is not the picture of the {BUILTIN_DIGITS:,} built-in digits: truncated or "
            "foreign; get it again from where it came from"
        ) from error
    return _tensors(grid.transpose(0, 2, 1, 3), np.repeat(np.arange(10), PER_CLASS))


def mnist_root() -> Path:
    """The folder that holds `MNIST/raw/`: the variable `MNIST_ROOT`, else the user's cache."""
    if root := os.environ.get("MNIST_ROOT"):
        return Path(root).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / __package__


def mnist_available(root: Path | None = None) -> bool:
    """Whether the MNIST test set lies undamaged in `root`.

    Its files are read, which takes some 20 ms, only when they are new or have changed.
    """
    files = _raw_files(mnist_root() if root is None else root, train=False)
    return all(_is_sound(path, md5) for path, md5 in files)


def mnist_digits(
    train: bool, root: Path | None = None, download: bool = False
) -> tuple[Tensor, Tensor]:
    """All of MNIST: 60,000 training digits, or 10,000 test digits.

    Args:
        train: the training set, else the test set.
        root: the folder that holds `MNIST/raw/`, as torchvision lays it out; None asks
            `mnist_root()`.
        download: fetch what is missing or damaged into `root` (of the test set 2 MB, of the
            training set 10).

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


def _is_sound(path: Path, md5: str) -> bool:
    """Whether the file has that MD5; it is read only if it is new, or has changed."""
    known = _known(path, md5)
    return _verified(path, md5) is not None if known is None else known


def _known(path: Path, md5: str) -> bool | None:
    """What was found about a file that has not changed since; None if nothing is known."""
    state, is_sound = _verdicts.get((path, md5), (None, None))
    return is_sound if state == _state(path) else None


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change of a file; zeros if there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _verified(path: Path, md5: str) -> bytes | None:
    """The content of a file; None if it cannot be read, or its MD5 is wrong."""
    if _known(path, md5) is False:
        return None
    state = _state(path)
    try:
        content = path.read_bytes()
    except OSError:
        return None
    is_sound = _md5_of(content) == md5
    if time.time() - state[1] / 1e9 > FRESH:
        _verdicts[path, md5] = (state, is_sound)
    return content if is_sound else None


def _md5_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _download(root: Path, train: bool) -> None:
    """Download what is missing, and download again what is damaged."""
    for path, md5 in _raw_files(root, train):
        if not _is_sound(path, md5):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, _fetched(f"{path.name}.gz", md5))
            except OSError as error:
                raise MnistMissing(
                    f"MNIST could not be downloaded into {root} (no network, or no right or room "
                    f"to write there?); the {BUILTIN_DIGITS:,} built-in digits work without it"
                ) from error


def _fetched(packed: str, md5: str) -> bytes:
    """A file, unpacked, from the first mirror that has it as it should be.

    Raises:
        OSError: no mirror has.
    """
    problems = []
    for mirror in MIRRORS:
        try:
            with (
                urllib.request.urlopen(mirror + packed, timeout=PATIENCE) as answer,
                gzip.open(answer) as file,
            ):
                content = file.read(LARGEST)
        except (OSError, HTTPException, EOFError, zlib.error) as error:
            problems.append(f"{mirror}: {error}")
        else:
            if _md5_of(content) == md5:
                return content
            problems.append(f"{mirror}: another file than expected")
    raise OSError("; ".join(problems))


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever finds half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _tensors(
    pixels: npt.NDArray[np.uint8], labels: npt.NDArray[np.integer]
) -> tuple[Tensor, Tensor]:
    """Bytes, any shape of N x 28 x 28 values, and N labels -> images and labels."""
    images = pixels.reshape(-1, 1, 28, 28).astype(np.float32)
    images /= 255  # in NumPy, in one thread: an attack may be running meanwhile
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))
