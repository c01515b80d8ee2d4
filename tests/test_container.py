"""The container: what its Dockerfile says, what gets into it, and how it tells that it is healthy.

`python -m scripts.build_container` goes through the whole Dockerfile; that takes minutes.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from fgsm.ui.health import Health
from scripts.build_container import Image
from scripts.dockerfile import context, filled_in, instructions, is_ignored
from tests.browser import ROOT, App, free_port

DOCKERFILE = instructions((ROOT / "Dockerfile").read_text("utf-8"))
NEEDED = {"app.py", "fgsm", "weights", "requirements.txt", "LICENSE"}


def texts(keyword: str) -> list[str]:
    return [each.text for each in DOCKERFILE if each.keyword == keyword]


def health_check(port: int) -> int:
    """What the image's health check exits with; 0 means healthy."""
    (check,) = (each for each in DOCKERFILE if each.keyword == "HEALTHCHECK")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "GRADIO_SERVER_PORT": str(port)}
    return subprocess.run(check.command, env=environment, stderr=subprocess.DEVNULL).returncode


@contextmanager
def served(health: Health) -> Iterator[int]:
    """A server that has nothing but that health; yields its port."""
    port = free_port()
    routes = [Route("/fgsm/health", health.respond)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
            assert thread.is_alive()
        yield port
    finally:
        server.should_exit = True
        thread.join()


# ---- the image ----


def test_only_what_the_demo_needs_gets_into_the_image() -> None:
    files = context(ROOT)
    assert {path.parts[0] for path in files} == NEEDED
    assert not [path for path in files if "__pycache__" in path.parts or path.suffix == ".pyc"]
    listed = ["git", "ls-files", "-z", *NEEDED]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {Path(name) for name in tracked.stdout.split("\0") if name} <= set(files)


def test_all_that_is_copied_is_there_and_the_command_among_it(tmp_path: Path) -> None:
    image = Image(tmp_path, {})
    for each in DOCKERFILE:
        if each.keyword not in ("RUN", "FROM"):
            image.follow(each)
    home = tmp_path / "home/user/app"
    assert {path.name for path in home.iterdir()} == NEEDED
    program, script = image.command
    assert program == "python" and (home / script).read_text() == (ROOT / script).read_text()
    # All of it is there to start it with, whatever the checkout has besides.
    started = "import app; print(type(app.demo).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", started],
        cwd=home,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "Blocks\n", done.stderr


def test_what_downloads_the_test_set_needs_no_file_that_is_copied_later(tmp_path: Path) -> None:
    image = Image(tmp_path, {})
    first = [each for each in DOCKERFILE if each.keyword == "COPY" and each.text != ". ."]
    for each in first:
        image.follow(each)
    (run,) = (text for text in texts("RUN") if "mnist_digits" in text)
    (statement,) = re.findall(r"import mnist_digits", run)
    subprocess.run(
        [sys.executable, "-c", f"from fgsm.digits {statement}"], cwd=tmp_path, check=True
    )


def test_who_runs_the_demo_owns_none_of_its_files() -> None:
    keywords = [each.keyword for each in DOCKERFILE]
    (user,) = texts("USER")
    assert user == "user" and "useradd --create-home --uid 1000 user" in texts("RUN")
    assert not {"COPY", "RUN"} & set(keywords[keywords.index("USER") :])
    assert keywords[-1] == "CMD"


def test_no_layer_keeps_a_cache() -> None:
    installs = [text for text in texts("RUN") if "pip install" in text]
    assert len(installs) == 2 and all("--no-cache-dir" in text for text in installs)


def test_python_is_that_of_the_space() -> None:
    (base,) = texts("FROM")
    front = (ROOT / "README.md").read_text("utf-8").split("---")[1]
    (version,) = re.findall(r'^python_version: "([\d.]+)"$', front, re.M)
    assert base == f"python:{version}-slim"


# ---- the health check ----


def test_a_server_that_can_attack_a_digit_passes_the_check(app: App) -> None:
    assert health_check(app.port) == 0


def test_a_server_that_can_show_nothing_fails_the_check() -> None:
    async def broken() -> dict[str, Any]:
        return {"error": "The server had an error and could not answer; its log says why."}

    with served(Health(broken)) as port:
        assert health_check(port) == 1
    assert health_check(port) == 1  # nobody listens any more


# ---- reading a Dockerfile ----


def test_lines_are_joined_and_comments_left_out() -> None:
    text = 'ENV A=1 \\\n    # why\n    B=2\n# RUN no\nRUN a \\\n  && b\nCMD ["c", "d"]\n'
    variables, run, command = instructions(text)
    assert variables.settings == {"A": "1", "B": "2"}
    assert run.command == ["/bin/sh", "-c", "a && b"]
    assert command.command == ["c", "d"]


def test_flags_are_apart_from_the_command() -> None:
    (check,) = instructions("HEALTHCHECK --interval=30s --timeout=4s \\\n CMD python -c pass")
    assert check.flags == {"interval": "30s", "timeout": "4s"}
    assert check.command == ["/bin/sh", "-c", "python -c pass"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ADD a b", "'ADD' is not an instruction that is known"),
        ("COPY --chown=user a b", "COPY has the flag --chown, which is not known here"),
        ("RUN a \\", "ends within 'RUN a '"),
    ],
)
def test_what_is_not_known_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        instructions(text)


def test_variables_are_filled_in() -> None:
    assert filled_in("$HOME/${APP}/x$NONE", {"HOME": "/h", "APP": "app"}) == "/h/app/x"


def test_an_argument_of_the_build_goes_before_its_default(tmp_path: Path) -> None:
    (argument,) = instructions("ARG INDEX=here")
    default, given = Image(tmp_path, {}), Image(tmp_path, {"INDEX": "there", "OTHER": "x"})
    default.follow(argument)
    given.follow(argument)
    assert (default.values, given.values) == ({"INDEX": "here"}, {"INDEX": "there"})


def test_what_is_not_there_cannot_be_copied(tmp_path: Path) -> None:
    for missing in ("no_such_file.py", "tests/conftest.py"):
        (copy,) = instructions(f"COPY {missing} .")
        with pytest.raises(FileNotFoundError, match=missing):
            Image(tmp_path, {}).follow(copy)


@pytest.mark.parametrize(
    ("path", "patterns", "ignored"),
    [
        ("a.py", ["*"], True),
        ("a/b.py", ["*"], True),
        ("a/b.py", ["*", "!a"], False),
        ("a/c/b.py", ["*", "!a", "a/c"], True),
        ("a/__pycache__/b.pyc", ["**/__pycache__"], True),
        ("__pycache__/b.pyc", ["**/__pycache__"], True),
        ("a/b.pyc", ["*.pyc"], False),
        ("a/b.pyc", ["**/*.pyc"], True),
        ("a/c/b.py", ["a/*.py"], False),
        ("ab.py", ["a?.py"], True),
        ("a+b.py", ["a+b.py"], True),
        ("aab.py", ["a+b.py"], False),
        ("a.py", ["!a.py", "a.py"], True),
    ],
)
def test_the_last_pattern_that_fits_decides(path: str, patterns: list[str], ignored: bool) -> None:
    assert is_ignored(Path(path), patterns) is ignored
