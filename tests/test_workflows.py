"""The workflows on GitHub: what they run is there, and only a tag sends anything anywhere."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.browser import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TRIGGERS = {"push", "pull_request", "workflow_dispatch"}
CONTAINER, PAGES = (
    ROOT / ".github" / "workflows" / f"{name}.yml" for name in ("container", "pages")
)


def read(path: Path) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return workflow


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def commands(path: Path) -> str:
    return "\n".join(step["run"] for step in steps(path) if "run" in step)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_can_be_run(path: Path) -> None:
    workflow = read(path)
    assert set(workflow[True]) <= TRIGGERS  # YAML takes the word "on" for true
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["runs-on"] == "ubuntu-latest" and job["timeout-minutes"] <= 60
        assert set(job.get("needs", "").split()) <= set(workflow["jobs"])
    for step in steps(path):
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
    for named in re.findall(r"\b(?:bash|python) (?!-)([\w./-]+)", commands(path)):
        assert (ROOT / named).is_file(), named
    for module in re.findall(r"\bpython -m (fgsm\.\w+)", commands(path)):
        assert (ROOT / module.replace(".", "/") / "__main__.py").is_file(), module


def test_the_same_actions_have_the_same_version_everywhere() -> None:
    used = {step["uses"] for path in WORKFLOWS for step in steps(path) if "uses" in step}
    assert len(used) == len({action.partition("@")[0] for action in used})


def test_a_space_is_sent_to_only_for_a_tag_and_only_if_it_is_named() -> None:
    jobs = read(CONTAINER)["jobs"]
    space = jobs.pop("space")
    assert space["if"] == "startsWith(github.ref, 'refs/tags/') && vars.SPACE != ''"
    assert space["needs"] == "build"  # which has seen it healthy
    assert "secrets" not in str(jobs) and "hf " not in str(jobs)
    upload = space["steps"][-1]
    assert upload["run"].startswith('hf upload "$SPACE" . --type space ')
    assert upload["env"] == {"SPACE": "${{ vars.SPACE }}", "HF_TOKEN": "${{ secrets.HF_TOKEN }}"}


def test_pages_are_deployed_from_main_only_and_one_at_a_time() -> None:
    workflow = read(PAGES)
    jobs = workflow["jobs"]
    assert workflow[True]["push"]["branches"] == ["main"]
    assert jobs["build"]["if"] == "github.ref == 'refs/heads/main'"  # by hand from anywhere
    assert jobs["deploy"]["needs"] == "build"
    # Each job may do what it must, and none may change the repository.
    assert jobs["build"]["permissions"] == {"contents": "read", "pages": "read"}
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["deploy"]["environment"]["name"] == "github-pages"
    assert read(PAGES)["concurrency"]["cancel-in-progress"] is False
    for path in WORKFLOWS:
        others = {name: job for name, job in read(path)["jobs"].items() if "permissions" in job}
        assert path == PAGES or not others


def test_pages_have_what_the_export_writes_and_the_one_file_beside_it() -> None:
    (build,) = (step for step in steps(PAGES) if "--one-file" in step.get("run", ""))
    words = shlex.split(build["run"])
    assert words[:3] == ["python", "-m", "fgsm.export"]
    (upload,) = (step for step in steps(PAGES) if "upload-pages" in step.get("uses", ""))
    folder = upload["with"]["path"]
    assert words[3:] == [folder, "--one-file", f"{folder}/fgsm.html", "--home", "$ADDRESS/"]
    # The address, without a slash at its end, is known to the step of that id.
    assert build["env"] == {"ADDRESS": "${{ steps.pages.outputs.base_url }}"}
    (asked,) = (step for step in steps(PAGES) if step.get("id") == "pages")
    assert asked["uses"].startswith("actions/configure-pages@")


def test_a_static_space_is_sent_to_only_for_a_tag_and_only_if_it_is_named() -> None:
    jobs = read(PAGES)["jobs"]
    space = jobs.pop("space")
    assert space["if"] == "startsWith(github.ref, 'refs/tags/') && vars.STATIC_SPACE != ''"
    assert "secrets" not in str(jobs) and "hf " not in str(jobs)
    *_, export, upload = space["steps"]
    assert export["run"] == "python -m fgsm.export site"
    assert upload["run"].startswith('hf upload "$STATIC_SPACE" site . --type space ')
    assert upload["env"] == {
        "STATIC_SPACE": "${{ vars.STATIC_SPACE }}",
        "HF_TOKEN": "${{ secrets.HF_TOKEN }}",
    }


def test_the_container_runs_as_the_documentation_says() -> None:
    (run,) = re.findall(r"docker run .*", commands(CONTAINER))
    flags = set(re.findall(r"--(?:read-only|tmpfs \S+|cap-drop \S+|security-opt \S+)", run))
    text = (ROOT / "docs" / "hosting.md").read_text("utf-8").replace("\\\n", "")
    (told,) = re.findall(r"^docker run .*", text, re.M)
    assert len(flags) == 4 and all(flag in told for flag in flags)
    for documented in ("README.md", "docs/hosting.md", ".github/workflows/container.yml"):
        assert "docker build " in (ROOT / documented).read_text("utf-8")


def test_the_commands_for_a_space_are_the_same_everywhere() -> None:
    for line in (
        "hf repos create NAME/fgsm --type space --sdk gradio --flavor zero-a10g --exist-ok",
        "hf upload NAME/fgsm . --type space",
        "python -m fgsm.export site/",
        "hf repos create NAME/fgsm-static --type space --sdk static --exist-ok",
        "hf upload NAME/fgsm-static site . --type space",
    ):
        for name in ("README.md", "docs/hosting.md"):
            assert f"\n{line}\n" in (ROOT / name).read_text("utf-8")
