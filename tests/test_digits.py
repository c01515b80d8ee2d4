"""Where digits come from, and what happens when MNIST is missing, damaged or out of reach."""

import errno
import functools
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision.datasets import MNIST

from fgsm import digits
from fgsm.digits import (
    SPRITE,
    MnistMissing,
    builtin_digits,
    mnist_available,
    mnist_digits,
    mnist_root,
)


def test_builtin_digits_are_images_and_labels() -> None:
    images, labels = builtin_digits()
    assert images.shape == (1000, 1, 28, 28)
    assert images.dtype == torch.float32
    assert images.min() == 0
    assert images.max() == 1
    assert torch.equal(images, (images * 255).round() / 255)
    assert labels.dtype == torch.int64
    assert torch.equal(labels, torch.arange(1000) // 100)
    assert images.flatten(1).unique(dim=0).shape[0] == 1000


def test_builtin_digits_are_cached() -> None:
    assert builtin_digits()[0] is builtin_digits()[0]


@pytest.mark.parametrize("content", [b"no picture", SPRITE.read_bytes()[:5000], "another picture"])
def test_another_sprite_is_one_sentence(
    content: bytes | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sprite = tmp_path / "digits.png"
    if isinstance(content, bytes):
        sprite.write_bytes(content)
    else:
        Image.new("RGB", (2800, 280)).save(sprite)
    monkeypatch.setattr(digits, "SPRITE", sprite)
    with pytest.raises(ValueError, match=r"digits\.png is not the picture of the 1,000 built-in"):
        builtin_digits.__wrapped__()


def test_builtin_digits_are_bytes_of_the_training_set(mnist_root: Path) -> None:
    images, labels = mnist_digits(train=True, root=mnist_root)
    known = dict(zip(as_bytes(images), labels.tolist(), strict=True))
    ours, our_labels = builtin_digits()
    assert [known.get(image) for image in as_bytes(ours)] == our_labels.tolist()


def as_bytes(images: Tensor) -> list[bytes]:
    return [image.tobytes() for image in (images * 255).round().to(torch.uint8).numpy()]


def test_digits_come_without_torchvision() -> None:
    code = (
        "import sys, fgsm.digits as d; d.builtin_digits(); sys.exit('torchvision' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


@pytest.mark.parametrize("train", [True, False])
def test_mnist_is_what_torchvision_reads(train: bool, mnist_root: Path) -> None:
    images, labels = mnist_digits(train=train, root=mnist_root)
    theirs = MNIST(mnist_root, train=train)
    assert images.dtype == torch.float32
    assert torch.equal(images, theirs.data[:, None].float() / 255)
    assert torch.equal(labels, theirs.targets)


def test_mnist_root_is_the_variable_else_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_ROOT", "/data")
    assert mnist_root() == Path("/data")
    monkeypatch.setenv("MNIST_ROOT", "~/data")
    assert mnist_root() == Path.home() / "data"
    monkeypatch.setenv("MNIST_ROOT", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert mnist_root() == Path("/cache/fgsm")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert mnist_root() == Path.home() / ".cache" / "fgsm"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A MNIST of 3 + 2 digits, packed, in a folder that is served as a mirror."""
    folder = tmp_path / "server"
    folder.mkdir()
    for name, count, constant in [("train", 3, "_TRAINING_FILES"), ("t10k", 2, "_TEST_FILES")]:
        labels = np.arange(count, dtype=np.uint8)
        images = np.repeat(labels, 784)
        contents = {
            f"{name}-images-idx3-ubyte": idx_header(2051, count, 28, 28) + images.tobytes(),
            f"{name}-labels-idx1-ubyte": idx_header(2049, count) + labels.tobytes(),
        }
        for file, content in contents.items():
            (folder / f"{file}.gz").write_bytes(gzip.compress(content))
        known = tuple((file, md5(content)) for file, content in contents.items())
        monkeypatch.setattr(digits, constant, known)

    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(digits, "MIRRORS", [f"http://127.0.0.1:{http.server_port}/"])
        yield folder
        http.shutdown()


def idx_header(*numbers: int) -> bytes:
    return np.array(numbers, dtype=">i4").tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def test_download_fetches_what_is_asked_for(server: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert not mnist_available(root)
    images, labels = mnist_digits(train=False, root=root, download=True)
    assert torch.equal(images, torch.tensor([0.0, 1 / 255])[:, None, None, None].expand_as(images))
    assert labels.tolist() == [0, 1]
    assert mnist_available(root)
    raw = root / "MNIST" / "raw"
    assert {file.name for file in raw.iterdir()} == {file for file, _ in digits._TEST_FILES}
    assert mnist_digits(train=True, root=root, download=True)[1].tolist() == [0, 1, 2]


def test_without_a_root_it_asks_mnist_root(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path / "root"))
    assert not mnist_available()
    mnist_digits(train=False, download=True)
    assert mnist_available()


def damage(file: Path, how: str) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    {
        "truncated": lambda: file.write_bytes(content[:-1]),
        "empty": lambda: file.write_bytes(b""),
        "one bit wrong": lambda: file.write_bytes(content),
        "removed": lambda: file.unlink(),
    }[how]()


@pytest.mark.parametrize("how", ["truncated", "empty", "one bit wrong", "removed"])
@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
@pytest.mark.parametrize("train", [True, False])
def test_a_damaged_file_is_noticed_and_repaired(
    train: bool, kind: str, how: str, server: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    mnist_digits(not train, root, download=True)
    good = mnist_digits(train, root, download=True)
    damage(root / "MNIST" / "raw" / f"{'train' if train else 't10k'}-{kind}-ubyte", how)

    assert mnist_available(root) is train  # it is only about the test set
    with pytest.raises(MnistMissing, match=r"missing or damaged in .*: set MNIST_ROOT to .* allow"):
        mnist_digits(train, root)
    again: tuple[Tensor, Tensor] = mnist_digits(train, root, download=True)
    assert torch.equal(again[0], good[0])
    assert torch.equal(again[1], good[1])


@pytest.mark.parametrize(
    "served",
    [
        lambda packed: packed[:-9],
        lambda packed: b"",
        lambda packed: b"<html>a page of a captive portal</html>",
        lambda packed: gzip.compress(b"another file"),
    ],
)
def test_a_mirror_that_has_something_else_leaves_nothing(
    served: Callable[[bytes], bytes], server: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    packed = server / "t10k-labels-idx1-ubyte.gz"
    whole = packed.read_bytes()
    packed.write_bytes(served(whole))
    with pytest.raises(MnistMissing, match="could not be downloaded"):
        mnist_digits(train=False, root=root, download=True)
    raw = root / "MNIST" / "raw"
    assert [file.name for file in raw.iterdir()] == ["t10k-images-idx3-ubyte"]
    packed.write_bytes(whole)
    assert len(mnist_digits(train=False, root=root, download=True)[1]) == 2


def test_the_next_mirror_is_asked(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "MIRRORS", ["http://127.0.0.1:9/", *digits.MIRRORS])
    assert len(mnist_digits(train=False, root=tmp_path, download=True)[1]) == 2


def test_a_file_larger_than_any_of_mnist_is_not_unpacked(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "LARGEST", 1000)
    packed = server / "t10k-images-idx3-ubyte.gz"
    packed.write_bytes(gzip.compress(bytes(10_000_000)))
    read = []
    monkeypatch.setattr(digits, "_md5_of", lambda content: read.append(len(content)))
    with pytest.raises(MnistMissing):
        mnist_digits(train=False, root=tmp_path, download=True)
    assert read == [1000]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(MnistMissing, match="no right or room to write"):
        mnist_digits(train=False, root=tmp_path / "root", download=True)
    assert not [path for path in (tmp_path / "root").rglob("*") if path.is_file()]


def counted_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    read: list[str] = []
    really = Path.read_bytes

    def note(path: Path) -> bytes:
        read.append(path.name)
        return really(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    return read


def settled(folder: Path) -> None:
    """Let the files be older than the coarsest clock of a file system."""
    for number, file in enumerate(sorted(folder.rglob("*-ubyte"))):
        os.utime(file, ns=(0, time.time_ns() - 10**10 - number))


def test_whether_mnist_is_here_is_asked_of_the_files_once(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mnist_digits(train=False, root=tmp_path, download=True)
    settled(tmp_path)
    read = counted_reads(monkeypatch)
    assert [mnist_available(tmp_path) for _ in range(100)] == [True] * 100
    assert sorted(read) == ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]

    file = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    whole = file.read_bytes()
    read.clear()
    damage(file, "one bit wrong")  # the size stays
    os.utime(file, ns=(0, time.time_ns() - 10**10 + 1))
    assert [mnist_available(tmp_path) for _ in range(100)] == [False] * 100
    for _ in range(10):
        with pytest.raises(MnistMissing):
            mnist_digits(train=False, root=tmp_path)
    assert read.count(file.name) == 2  # by `damage`, and once after it

    file.write_bytes(whole)
    assert mnist_available(tmp_path)
    file.unlink()
    assert not mnist_available(tmp_path)


def test_a_file_that_has_just_changed_is_not_trusted_to_stay(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the clock of the file system is coarse, two changes may have the same time."""
    mnist_digits(train=False, root=tmp_path, download=True)
    file = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    now = time.time_ns()
    os.utime(file, ns=(now, now))
    assert mnist_available(tmp_path)
    damage(file, "one bit wrong")
    os.utime(file, ns=(now, now))
    assert not mnist_available(tmp_path)


def test_no_network_is_one_sentence(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "MIRRORS", ["http://127.0.0.1:9/", "http://localhost:9/"])
    with pytest.raises(MnistMissing, match=r"could not be downloaded .* built-in digits") as caught:
        mnist_digits(train=False, root=tmp_path / "root", download=True)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None


def test_a_failed_repair_keeps_what_was_good(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    mnist_digits(train=False, root=root, download=True)
    raw = root / "MNIST" / "raw"
    for packed in raw.glob("*.gz"):
        packed.unlink()
    (raw / "t10k-labels-idx1-ubyte").unlink()
    monkeypatch.setattr(digits, "MIRRORS", ["http://127.0.0.1:9/"])
    with pytest.raises(MnistMissing):
        mnist_digits(train=False, root=root, download=True)
    assert (raw / "t10k-images-idx3-ubyte").is_file()


def test_a_root_that_cannot_be_written_is_one_sentence(server: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.write_text("a file where a folder should be")
    with pytest.raises(MnistMissing, match="no right or room to write there"):
        mnist_digits(train=True, root=root, download=True)


def test_a_truncated_copy_of_the_real_files_is_noticed(mnist_root: Path, tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in (mnist_root / "MNIST" / "raw").glob("t10k-*-ubyte"):
        shutil.copyfile(file, raw / file.name)
    assert mnist_available(tmp_path)
    damage(raw / "t10k-images-idx3-ubyte", "truncated")
    assert not mnist_available(tmp_path)
    with pytest.raises(MnistMissing, match="the MNIST test set is missing or damaged"):
        mnist_digits(train=False, root=tmp_path)
