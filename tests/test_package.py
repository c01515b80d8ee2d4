"""The package as others get it: built, installed, and used far from the checkout."""

import os
import re
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

import fgsm
from tests.browser import free_port

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = ["builtin_digits", "fgsm", "load_model", "show", "sweep"]

# What every model has, and what the page is made of, read from the installed files.
READ_ALL = """
import fgsm, fgsm.survey, fgsm.ui.page
from fgsm import builtin_digits, load_model
from fgsm.card import load_card
from fgsm.catalogue import MODELS
from fgsm.model import WEIGHTS

images, labels = builtin_digits()
for model in MODELS.values():
    load_model(model.key)
    assert load_card(model)["results"]
    assert len(fgsm.survey.load_survey(model, "builtin").labels) == len(images) == 1000
assert fgsm.ui.page.page().blocks
print(fgsm.__version__, fgsm.__file__, WEIGHTS, sep="\\n")
"""


def command(*words: object, cwd: Path) -> str:
    """What the command prints. It cannot find our code by `PYTHONPATH`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheel and of the source archive that it was built from.

    Built without isolation, with the tools of requirements-dev.txt, which pip would download.
    """
    folder = tmp_path_factory.mktemp("built")
    options = ["--no-isolation", "--outdir", folder]
    command(sys.executable, "-m", "build", *options, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The one wheel."""
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh virtual environment that has the wheel.

    PyTorch and the like are not downloaded again: a .pth file names the folders where this
    interpreter has them. They come last, and their own .pth files are not read, so that an `fgsm`
    installed there, from a checkout perhaps, is not what is tested.
    """
    folder = tmp_path_factory.mktemp("installed")
    command(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(command(python, "-c", where, cwd=folder).strip())
    installed = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (packages / "installed.pth").write_text("\n".join(installed) + "\n", "utf-8")
    options = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    pip = sys.executable, "-m", "pip", "--python", python  # a pip of its own would take a while
    command(*pip, "install", *options, wheel, cwd=folder)
    return python


def test_the_wheel_is_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file of the package, of any kind, and the weights; no tests, benchmarks or scripts."""
    expected = {
        f"{prefix}/{path.relative_to(folder).as_posix()}"
        for prefix, folder in (("fgsm", ROOT / "fgsm"), ("fgsm/weights", ROOT / "weights"))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert names == expected
    suffixes = {Path(name).suffix for name in names}
    assert suffixes >= {".py", ".html", ".css", ".js", ".md", ".json", ".png", ".npz", ".pth"}


def requirements(lines: list[str]) -> dict[str, set[str]]:
    """The bounds of each package, such as `{">=2.0", "<2.5"}`; skips comments and blank lines."""
    found = [re.match(r"([\w.-]+)([^#]*)", line) for line in lines]
    return {match[1]: set(match[2].strip().split(",")) for match in found if match}


def test_the_metadata_are_said_in_one_place(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    assert f"\nVersion: {fgsm.__version__}\n" in metadata
    needed = re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE)
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert requirements(needed) == requirements(lines) and len(needed) >= 6


def test_a_source_archive_has_what_a_checkout_has(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {
        "README.md",
        "app.py",
        "requirements.txt",
        "tests/conftest.py",
        "weights/lenet.pth",
    }


def test_evaluates_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    options = ["--builtin", "--limit", "100", "--epsilons", "0", "0.1"]
    lines = command(python, "-m", "fgsm.evaluate", *options, cwd=tmp_path).splitlines()
    assert lines[0].startswith("Epsilon: 0, Accuracy: ")
    assert lines[1].startswith("Epsilon: 0.1, Accuracy: ")


def test_the_readmes_example_runs_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "from fgsm import " in code
    assert "tensor(" in command(python, "-c", code, cwd=tmp_path)


def test_models_cards_surveys_digits_and_page_are_in_it(python: Path, tmp_path: Path) -> None:
    version, *places = command(python, "-c", READ_ALL, cwd=tmp_path).splitlines()
    assert version == fgsm.__version__ and len(places) == 2
    environment = python.parent.parent.resolve()
    assert all(Path(place).resolve().is_relative_to(environment) for place in places)


def test_exports_the_page_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    """With the engine and the shell, which are scripts and style sheets in the package."""
    options = ["site", "--one-file", "fgsm.html"]
    told = command(python, "-m", "fgsm.export", *options, cwd=tmp_path).splitlines()
    assert [line.partition(":")[0] for line in told] == options[::2]
    engine = (tmp_path / "site" / "engine.js").read_text("utf-8")
    for path in (ROOT / "fgsm" / "engine").rglob("*.js"):
        assert f"// ---- {path.relative_to(ROOT / 'fgsm').as_posix()} ----\n" in engine


def test_starts_the_page_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    port = free_port()
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(
        [python, "-m", "fgsm.ui"],
        cwd=tmp_path,
        env=environment | settings,
        stdout=subprocess.PIPE,
        text=True,
    ) as page:
        try:
            assert page.stdout is not None
            assert f"http://127.0.0.1:{port}" in page.stdout.readline()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/gradio.js") as answer:
                assert answer.status == 200
        finally:
            page.terminate()


def test_what_can_be_imported_from_fgsm() -> None:
    assert sorted(fgsm.__all__) == PUBLIC
    assert set(dir(fgsm)) >= {*PUBLIC, "__version__"}
    for name in PUBLIC:
        found = getattr(fgsm, name)
        assert callable(found) and found.__name__ == name
        assert found.__module__.startswith("fgsm.")
    assert not hasattr(fgsm, "nothing_of_that_name")


def test_no_module_has_the_name_of_a_function() -> None:
    assert not {path.stem for path in (ROOT / "fgsm").glob("*.py")} & set(fgsm.__all__)
    assert not {path.name for path in (ROOT / "fgsm").iterdir() if path.is_dir()} & set(
        fgsm.__all__
    )


def test_importing_fgsm_imports_no_pytorch() -> None:
    code = "import sys, fgsm; dir(fgsm); sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    command(sys.executable, "-c", code, cwd=ROOT)
