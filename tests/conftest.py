"""What several tests share: digits, models, and where things that may be missing are."""

import os
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from fgsm.digits import builtin_digits, mnist_digits
from fgsm.model import load_model

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# Beside another busy process two threads wait for each other, and tests take ten times as long.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def builtin() -> tuple[Tensor, Tensor]:
    """The 1,000 digits of the package."""
    return builtin_digits()


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Where all of MNIST is, in torchvision's layout; without it the test is skipped."""
    root = Path(os.environ.get("MNIST_ROOT", SHARED / "mnist"))
    if not (root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").is_file():
        pytest.skip(f"no MNIST at {root}; set MNIST_ROOT to a folder that holds it")
    return root


@pytest.fixture(scope="session")
def test_set(mnist_root: Path) -> tuple[Tensor, Tensor]:
    """The 10,000 digits of MNIST's test set."""
    return mnist_digits(train=False, root=mnist_root)


@pytest.fixture(scope="session")
def oracle() -> Path:
    """The article's own weights, with known counts; without them the test is skipped."""
    path = SHARED / "oracle" / "lenet_mnist_model.pth"
    if not path.is_file():
        pytest.skip(f"no {path}: the article's weights are not part of this repository")
    return path


@pytest.fixture(scope="session")
def lenet() -> nn.Module:
    """Our plain LeNet, on the CPU."""
    return load_model("lenet", torch.device("cpu"))
