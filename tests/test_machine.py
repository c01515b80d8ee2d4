"""Tests for which something is missing are skipped and say so; under CI they may fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import ROOT

NEEDS_MNIST = "tests/test_digits.py::test_builtin_digits_are_bytes_of_the_training_set"
NEEDS_NOTHING = "tests/test_digits.py::test_mnist_root_is_the_variable_else_the_cache"


def outcome(*options: str, **environment: str) -> str:
    """What pytest prints when it runs two tests with only these settings."""
    known = {name: value for name, value in os.environ.items() if name not in ("CI", "MNIST_ROOT")}
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        [*command, NEEDS_MNIST, NEEDS_NOTHING],
        cwd=ROOT,
        env={**known, **environment},
        text=True,
        capture_output=True,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("ci", ["", "true"])
def test_mnist_that_is_promised_but_not_there(tmp_path: Path, ci: str) -> None:
    printed = outcome(MNIST_ROOT=str(tmp_path), CI=ci)
    assert ("1 passed, 1 error" if ci else "1 passed, 1 skipped") in printed
    assert f"set is missing or damaged in {tmp_path}: set MNIST_ROOT to" in printed


def test_a_bare_machine_finds_and_promises_nothing(tmp_path: Path) -> None:
    printed = outcome("--bare", MNIST_ROOT=str(tmp_path), CI="true")
    assert "1 skipped, 1 deselected" in printed and str(tmp_path) not in printed
    assert "set is missing or damaged in " in printed
