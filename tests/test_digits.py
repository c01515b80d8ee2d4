"""Where digits come from, and what happens when MNIST is missing, damaged or out of reach."""

import functools
import gzip
import hashlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.datasets import MNIST

from fgsm import digits
from fgsm.digits import MnistMissing, builtin_digits, mnist_available, mnist_digits, mnist_root


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
    """A MNIST of 3 + 2 digits, packed, in a folder that torchvision downloads from."""
    folder = tmp_path / "server"
    folder.mkdir()
    resources = []
    for name, count, constant in [("train", 3, "_TRAINING_FILES"), ("t10k", 2, "_TEST_FILES")]:
        labels = np.arange(count, dtype=np.uint8)
        images = np.repeat(labels, 784)
        contents = {
            f"{name}-images-idx3-ubyte": idx_header(2051, count, 28, 28) + images.tobytes(),
            f"{name}-labels-idx1-ubyte": idx_header(2049, count) + labels.tobytes(),
        }
        for file, content in contents.items():
            (folder / f"{file}.gz").write_bytes(gzip.compress(content))
            resources.append((f"{file}.gz", md5((folder / f"{file}.gz").read_bytes())))
        known = tuple((file, md5(content)) for file, content in contents.items())
        monkeypatch.setattr(digits, constant, known)

    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(MNIST, "resources", resources)
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{http.server_port}/"])
        yield folder
        http.shutdown()


def idx_header(*numbers: int) -> bytes:
    return np.array(numbers, dtype=">i4").tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def test_download_fetches_both_sets(server: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert not mnist_available(root)
    images, labels = mnist_digits(train=False, root=root, download=True)
    assert torch.equal(images, torch.tensor([0.0, 1 / 255])[:, None, None, None].expand_as(images))
    assert labels.tolist() == [0, 1]
    assert mnist_available(root)
    assert mnist_digits(train=True, root=root)[1].tolist() == [0, 1, 2]


def test_without_a_root_it_asks_mnist_root(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path / "root"))
    assert not mnist_available()
    mnist_digits(train=True, download=True)
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
    good = mnist_digits(train, root, download=True)
    damage(root / "MNIST" / "raw" / f"{'train' if train else 't10k'}-{kind}-ubyte", how)

    assert mnist_available(root) is train  # it is only about the test set
    with pytest.raises(MnistMissing, match=r"missing or damaged in .*: set MNIST_ROOT to .* allow"):
        mnist_digits(train, root)
    again: tuple[Tensor, Tensor] = mnist_digits(train, root, download=True)
    assert torch.equal(again[0], good[0])
    assert torch.equal(again[1], good[1])


def test_a_partial_download_is_fetched_again(server: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    packed = (server / "t10k-images-idx3-ubyte.gz").read_bytes()
    (raw / "t10k-images-idx3-ubyte.gz").write_bytes(packed[:20])
    assert len(mnist_digits(train=False, root=root, download=True)[1]) == 2


def test_no_network_is_one_sentence(
    server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/", "http://localhost:9/"])
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
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(MnistMissing):
        mnist_digits(train=False, root=root, download=True)
    assert (raw / "t10k-images-idx3-ubyte").is_file()


def test_a_root_that_cannot_be_written_is_one_sentence(server: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.write_text("a file where a folder should be")
    with pytest.raises(MnistMissing, match="no right to write there"):
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
