"""The order of the modules: which may import which, and in which order they are read."""

import ast
import re
from pathlib import Path

import pytest

import fgsm
from tests.browser import ROOT

SCIENCE = sorted(path.stem for path in (ROOT / "fgsm").glob("*.py") if path.stem != "__init__")


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("fgsm")}


def reading_order(text: str, pattern: str) -> list[str]:
    return [name for name in re.findall(pattern, text) if name in SCIENCE]


@pytest.mark.parametrize("name", SCIENCE)
def test_the_science_knows_no_service_and_no_page(name: str) -> None:
    for module in imported(ROOT / "fgsm" / f"{name}.py"):
        assert not module.startswith(("fgsm.service", "fgsm.ui", "fgsm.export")), module


def test_the_service_knows_no_page() -> None:
    files = list((ROOT / "fgsm" / "service").rglob("*.py"))
    assert len(files) > 5
    for path in files:
        assert not {
            name for name in imported(path) if name.startswith(("fgsm.ui", "fgsm.export"))
        }, path
        assert "gradio" not in path.read_text("utf-8"), path


def test_every_module_has_a_place_in_the_reading_order() -> None:
    order = reading_order(fgsm.__doc__ or "", r"`(\w+)`")
    assert sorted(order) == SCIENCE
    readme = (ROOT / "README.md").read_text("utf-8")
    paragraph = readme[readme.index("## How it is built") :]
    assert reading_order(paragraph, r"`(\w+)\.py`") == order


def test_who_reads_in_that_order_knows_what_is_used() -> None:
    seen: set[str] = set()
    for name in reading_order(fgsm.__doc__ or "", r"`(\w+)`"):
        used = {module.split(".")[1] for module in imported(ROOT / "fgsm" / f"{name}.py")}
        assert used <= seen, name
        seen.add(name)


def test_the_map_names_every_folder() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for folder in (ROOT / "fgsm" / "ui").iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists():
            assert f"{folder.name}/`" in guide, folder
    for name in re.findall(r"`((?:fgsm|weights|tests|benchmarks|scripts)/[\w./]*)`", guide):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"python -m ((?:fgsm|scripts|benchmarks)\.\w+)", guide):
        module = ROOT / name.replace(".", "/")
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), name
