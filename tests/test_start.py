"""Starting and stopping: what is wrong on a machine is one sentence, and nothing is left behind."""

import errno
import json
import logging
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from fgsm import digits
from fgsm.catalogue import MODELS
from fgsm.digits import SPRITE, builtin_digits
from fgsm.evaluate import main as evaluate_command
from fgsm.model import WEIGHTS
from fgsm.service.all_digits import _counts, _readings
from fgsm.service.digits import device, mnist_test, model_of
from fgsm.ui import start
from fgsm.ui.settings import settings
from fgsm.ui.start import check_environment, check_files
from fgsm.ui.wire import FAILED
from tests.browser import ROOT, App, free_port
from tests.helpers import ask

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4462\nsize 90481\n"
OTHERS = {
    "lenet.pth": WEIGHTS / "lenet-robust.pth",
    "lenet.json": WEIGHTS / "lenet-robust.json",
    "lenet-survey.npz": WEIGHTS / "lenet-robust-survey.npz",
    "digits.png": ROOT / "docs" / "how.png",
}
"""For each file, another one of its kind, which is sound."""
KEPT = (device, model_of, mnist_test, builtin_digits, settings, _counts, _readings)
NAMES = ("FGSM_", "GRADIO_SERVER", "GRADIO_TEMP", "MNIST_ROOT")


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])


def cut_by_a_byte(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def made_a_pointer(file: Path) -> None:
    file.write_text(POINTER)


def made_a_web_page(file: Path) -> None:
    file.write_text("<!DOCTYPE html><title>Sign in</title>")


def made_json_of_something_else(file: Path) -> None:
    file.write_text('{"name": "lenet", "sha256": "0", "results": {"fgsm": [1, 2]}}')


def swapped(file: Path) -> None:
    shutil.copyfile(OTHERS[file.name], file)


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGES = (
    emptied,
    cut_short,
    made_a_pointer,
    made_a_web_page,
    made_json_of_something_else,
    swapped,
    made_a_folder,
)


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with copies of all weights, cards and surveys, and of the sprite, which are used."""
    folder = tmp_path / "copies"
    shutil.copytree(WEIGHTS, folder)
    shutil.copy(SPRITE, folder)
    for key, model in MODELS.items():
        monkeypatch.setitem(MODELS, key, replace(model, folder=folder))
    monkeypatch.setattr(digits, "SPRITE", folder / "digits.png")
    for each in KEPT:
        each.cache_clear()
    yield folder
    for each in KEPT:
        each.cache_clear()


def sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    said = str(error.value)
    assert "\n" not in said and len(said) < 400 and not said.endswith(".")
    return said


# ---- files ----


def test_a_whole_project_is_in_order(copies: Path) -> None:
    check_files()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", OTHERS)
def test_a_damaged_file_is_a_sentence(
    name: str, damage: Callable[[Path], None], copies: Path
) -> None:
    damage(copies / name)
    with pytest.raises((ValueError, OSError)) as error:
        check_files()
    said = sentence(error)
    assert str(copies / name) in said
    assert ("run git lfs pull" in said) == (damage is made_a_pointer)
    assert "; get " in said or "; run " in said or damage is made_a_folder


@pytest.mark.parametrize("name", ["lenet.pth", "lenet-survey.npz"])
def test_a_single_byte_counts(name: str, copies: Path) -> None:
    cut_by_a_byte(copies / name)
    with pytest.raises(ValueError, match=name):
        check_files()


@pytest.mark.parametrize("name", ["lenet.pth", "lenet-robust.pth", "digits.png"])
def test_a_missing_file_is_a_sentence(name: str, copies: Path) -> None:
    (copies / name).unlink()
    with pytest.raises(FileNotFoundError) as error:
        check_files()
    assert f"{copies / name} is missing; get it again" in sentence(error)


@pytest.mark.parametrize("name", ["lenet.json", "lenet-survey.npz"])
def test_a_model_needs_no_card_and_no_survey(name: str, copies: Path) -> None:
    (copies / name).unlink()
    check_files()


def test_the_weights_of_another_architecture_are_refused_without_a_card(copies: Path) -> None:
    for name in ("lenet.json", "lenet-survey.npz"):
        (copies / name).unlink()
    shutil.copyfile(copies / "softmax.pth", copies / "lenet.pth")
    with pytest.raises(ValueError, match="the weights of SoftmaxRegression, not of LeNet"):
        check_files()


def test_weights_that_are_no_numbers_are_refused(copies: Path) -> None:
    state = torch.load(copies / "softmax.pth", weights_only=True)
    state["linear.bias"][3] = float("nan")
    torch.save(state, copies / "softmax.pth")
    with pytest.raises(ValueError, match=r"softmax\.pth holds weights that are not finite"):
        check_files()


@pytest.mark.parametrize("name", ["softmax.pth", "softmax-survey.npz", "digits.png"])
def test_whichever_bit_is_wrong_it_is_a_sentence(name: str, copies: Path) -> None:
    """Or nothing: some bits of a PNG or of an archive are of no importance."""
    file, any_ = copies / name, random.Random(0)
    whole, refused = file.read_bytes(), 0
    for _ in range(60):
        content = bytearray(whole)
        content[any_.randrange(len(content))] ^= 1 << any_.randrange(8)
        file.write_bytes(content)
        for each in KEPT:
            each.cache_clear()
        try:
            check_files()
        except (ValueError, OSError) as error:
            assert str(copies) in str(error) and "\n" not in str(error)
            refused += 1
    # Of weights, every bit counts: the card has their SHA-256.
    assert refused == 60 if name.endswith(".pth") else refused > 30


def test_what_is_damaged_later_is_no_visitors_business(
    copies: Path, caplog: pytest.LogCaptureFixture
) -> None:
    check_files()
    file = copies / "lenet-robust-survey.npz"
    cut_short(file)
    answer = ask("counts", {"model": "lenet-robust"})
    assert answer == {"error": FAILED}
    (record,) = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert str(file) in record.getMessage() and record.exc_info is None


# ---- MNIST ----


@pytest.fixture
def damaged_mnist(
    tmp_path: Path, copies: Path, mnist_root: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder where one of the files of the test set is cut short; no mirror has another."""
    root = tmp_path / "mnist"
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in (mnist_root / "MNIST" / "raw").glob("t10k-*-ubyte"):
        shutil.copyfile(file, raw / file.name)
    cut_by_a_byte(raw / "t10k-labels-idx1-ubyte")
    monkeypatch.setenv("MNIST_ROOT", str(root))
    monkeypatch.setattr(digits, "MIRRORS", ["http://127.0.0.1:9/"])
    return root


def test_a_damaged_test_set_is_a_line_in_the_log(
    damaged_mnist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    check_files()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        f"MNIST's test set is missing or damaged in {damaged_mnist}; the page uses the 1,000 "
        "built-in digits."
    )
    assert ask("counts", {"model": "lenet"})["source"] == "builtin"


def test_a_damaged_test_set_is_a_sentence_on_the_command_line(
    damaged_mnist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate_command(["--data", str(damaged_mnist)])
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and "could not be downloaded" in line


def test_who_has_no_test_set_hears_nothing_of_it(
    tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    check_files()
    assert not caplog.records


# ---- the environment ----


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment that says nothing."""
    for name in [name for name in os.environ if name.startswith(NAMES)]:
        monkeypatch.delenv(name)
    for name in ("no_proxy", "NO_PROXY", "GRADIO_SERVER_NAME", "GRADIO_TEMP_DIR"):
        monkeypatch.setenv(name, "")  # so that what is set here is taken back
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def test_an_environment_that_says_nothing_is_in_order(environment: pytest.MonkeyPatch) -> None:
    check_environment()
    assert "GRADIO_SERVER_NAME" not in os.environ  # Gradio would take "" for every network
    check_environment()


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "7860 ", "٣٠٠٠", "7860.0"])
def test_a_port_that_is_none(port: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GRADIO_SERVER_PORT", port)
    with pytest.raises(ValueError, match=r"GRADIO_SERVER_PORT is .*; it must be a number") as error:
        check_environment()
    assert repr(port) in sentence(error)


@pytest.mark.parametrize(
    "name", ["192.0.2.1", "no-such-host.invalid", "::1", "http://127.0.0.1", "a" * 70, "ü" * 70]
)
def test_a_name_that_is_not_this_machines(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GRADIO_SERVER_NAME", name)
    with pytest.raises(OSError, match="which is no IPv4 address or name of this machine") as error:
        check_environment()
    assert f"GRADIO_SERVER_NAME is {name!r}" in sentence(error)


@pytest.mark.parametrize("name", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_is_taken(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GRADIO_SERVER_NAME", name)
    with socket.socket() as listener:
        listener.bind((name, 0))
        listener.listen()
        port = listener.getsockname()[1]
        environment.setenv("GRADIO_SERVER_PORT", str(port))
        with pytest.raises(OSError, match="which another program uses") as error:
            check_environment()
        assert f"GRADIO_SERVER_PORT is {port}" in sentence(error)
    check_environment()


def test_a_port_that_only_root_may_open(environment: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    environment.setattr(socket.socket, "bind", refuse)
    environment.setenv("GRADIO_SERVER_PORT", "80")
    with pytest.raises(OSError, match="GRADIO_SERVER_PORT is 80, which this user may not use"):
        check_environment()


@pytest.mark.parametrize(
    ("name", "value"), [("FGSM_MCP", "yes"), ("FGSM_PROXIES", "*"), ("FGSM_DOWNLOAD", "2")]
)
def test_a_setting_that_means_nothing(
    name: str, value: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        check_environment()


@pytest.mark.parametrize(
    ("value", "said"), [("abacus", "must be auto, cuda"), ("cuda", "not available here")]
)
def test_a_device_that_is_not_here(
    value: str, said: str, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("FGSM_DEVICE", value)
    with pytest.raises(ValueError, match=f"FGSM_DEVICE .*{value}.*{said}"):
        check_files()


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    environment.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    with pytest.raises(
        OSError, match=r"GRADIO_TEMP_DIR is .*, where nothing can be written"
    ) as error:
        check_environment()
    assert str(tmp_path / "file" / "folder") in sentence(error)


def test_without_any_folder_for_temporary_files(
    tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    environment.setattr("tempfile.gettempdir", nowhere)
    environment.setattr(start, "IN_MEMORY", tmp_path / "memory")
    check_environment()
    assert os.environ["GRADIO_TEMP_DIR"] == str(tmp_path / "memory")
    environment.delenv("GRADIO_TEMP_DIR")
    (tmp_path / "file").write_text("a file where a folder should be")
    environment.setattr(start, "IN_MEMORY", tmp_path / "file" / "memory")
    with pytest.raises(OSError, match="let GRADIO_TEMP_DIR name a folder"):
        check_environment()


# ---- whole processes ----


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the page consists of."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "fgsm", folder / "fgsm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(WEIGHTS, folder / "weights")
    shutil.copy(ROOT / "app.py", folder)
    return folder


def started(
    folder: Path, program: tuple[str, ...] = ("app.py",), **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program],
        cwd=folder,
        env={**os.environ, "GRADIO_SERVER_PORT": str(free_port()), **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize(
    ("program", "name", "damage"),
    [
        (("app.py",), "weights/lenet-robust.pth", cut_short),
        (("-m", "fgsm.ui"), "weights/softmax-survey.npz", made_a_pointer),
        (("app.py",), "fgsm/ui/how/figure.html", Path.unlink),
    ],
)
def test_a_damaged_project_does_not_start(
    program: tuple[str, ...], name: str, damage: Callable[[Path], None], project: Path
) -> None:
    damage(project / name)
    ended = started(project, program)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1 and not ended.stdout
    assert str(project / name) in line


def test_a_missing_package_is_a_sentence(project: Path) -> None:
    """As with `python app.py` before `pip install`."""
    hidden = 'import sys; sys.modules["torch"] = None; import app'
    ended = started(project, ("-c", hidden))
    assert ended.returncode == 1
    assert ended.stderr == "the package torch is missing; run pip install -r requirements.txt\n"


def question(app: App, name: str, data: object, timeout: float = 60) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{app.url}fgsm/ask/{name}",
        json.dumps(data).encode(),
        {"Content-Type": "application/json", "X-Fgsm-Page": "the-first-page"},
    )
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def in_background(function: Callable[[], object]) -> None:
    """Call it in a thread; that the server goes away meanwhile is what is expected."""

    def call() -> None:
        with suppress(OSError):
            function()

    threading.Thread(target=call, daemon=True).start()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_that_is_going_on(sent: signal.Signals, tmp_path: Path) -> None:
    """A run, a question about it, a stream, a download: none of them holds the process."""
    folders = {name: tmp_path / name for name in ("TMPDIR", "GRADIO_TEMP_DIR", "MNIST_ROOT")}
    for folder in folders.values():
        folder.mkdir()
    run = {
        "id": "the-first-run",
        "model": "lenet-robust",
        "attack": "iterative",
        "epsilons": " ".join(str(k / 40) for k in range(21)),
    }
    with socket.socket() as mirror, (tmp_path / "log").open("w") as log:
        mirror.bind(("127.0.0.1", 0))
        mirror.listen()
        mirror.settimeout(60)
        silent = f"http://127.0.0.1:{mirror.getsockname()[1]}"
        folders_as_text = {name: str(folder) for name, folder in folders.items()}
        proxies = {"https_proxy": silent, "http_proxy": silent}
        app = App(log, None, ("app.py",), **proxies, **folders_as_text)
        try:
            app.wait()
            stream = urllib.request.urlopen(f"{app.url}gradio_api/heartbeat/a-page", timeout=60)
            assert stream.readline() == b"data: ALIVE\n"
            known = 0
            while True:
                progress = question(app, "follow", {**run, "known": known})
                known = progress["news"]
                if progress["series"] and progress["series"]["n"]:
                    break
            assert progress["series"]["n"] < progress["series"]["of"]
            in_background(lambda: question(app, "follow", {**run, "known": known + 1000}))
            in_background(lambda: question(app, "download", {}))
            connection, _ = mirror.accept()  # the download has begun, and will hear nothing
            app.process.send_signal(sent)
            assert app.process.wait(10) == 0
            connection.close()
        finally:
            app.stop()
    assert "Traceback" not in (tmp_path / "log").read_text()
    left = [path for folder in folders.values() for path in folder.rglob("*") if path.is_file()]
    assert not left


def test_on_a_full_disk_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process may write no byte to any file; what it prints goes through a pipe."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "GRADIO_SERVER_PORT": str(port), "MNIST_ROOT": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert process.stdout and process.stderr
    try:
        assert "Running on" in process.stdout.readline()
        app = App.__new__(App)
        app.url = f"http://127.0.0.1:{port}/"
        request = {"source": "builtin", "index": 403, "attack": "fgsm", "model": "lenet"}
        assert "digit" in question(app, "attack", request)
        said = question(app, "download", {})["error"]
        assert said.startswith("The test set could not be downloaded")
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in process.stderr.read()
