"""What the README promises: its commands, its figures, its code, its front matter."""

import re
import subprocess
import sys

from scripts.results_table import README, sentence, table

TEXT = README.read_text("utf-8")


def test_the_results_are_those_of_the_cards() -> None:
    assert table() in TEXT and sentence() in TEXT  # else run: python -m scripts.results_table


def test_the_two_commands() -> None:
    assert "\npip install -r requirements.txt && python app.py\n" in TEXT
    assert "\npip install -r requirements-dev.txt && python -m pytest\n" in TEXT


def test_the_python_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    subprocess.run([sys.executable, "-c", code], cwd=README.parent, check=True)


def test_files_and_pictures_are_there() -> None:
    named = re.findall(r'(?:\]\(|src=")(docs/[^)"]+)', TEXT)
    assert len(named) >= 4
    for name in [*named, "app.py", "fgsm/digits.png", "scripts/make_digits.py"]:
        assert (README.parent / name).is_file(), name


def test_front_matter_fits_hugging_face() -> None:
    front = dict(re.findall(r"^(\w+): (.+)$", TEXT.split("---")[1], re.MULTILINE))
    assert front["sdk"] == "gradio" and (README.parent / front["app_file"]).is_file()
    assert len(front["short_description"]) <= 60
    pinned = re.search(
        r"^gradio>=([\d.]+),<(\d+)", (README.parent / "requirements.txt").read_text(), re.M
    )
    assert pinned is not None
    lowest, major = pinned[1].split("."), int(pinned[2])
    version = [int(part) for part in front["sdk_version"].split(".")]
    assert [int(part) for part in lowest] <= version < [major]
