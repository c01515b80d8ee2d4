"""What programs are answered is what the page shows, and what is wrong is said in a sentence."""

import base64
import gc
import inspect
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import numpy as np
import pytest
import torch
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]
from PIL import Image
from torch import Tensor, nn

from fgsm import service
from fgsm.catalogue import ATTACKS, EPSILONS, MODELS, Aim, attacks_offered
from fgsm.evaluate import evaluate, unaimed
from fgsm.readings import sweep
from fgsm.service import programs
from fgsm.service.pause import give_way
from fgsm.service.programs.answer import Attacked
from fgsm.service.programs.request import (
    MOST_READINGS,
    AttackRequest,
    ClassifyRequest,
    EvaluateRequest,
)
from fgsm.service.request import AttackRequest as PageRequest
from fgsm.ui.programs import endpoints
from fgsm.ui.programs.openapi import ANSWERS
from fgsm.ui.programs.tools import REQUESTS, TOOLS
from tests.browser import ROOT, App
from tests.helpers import missing

ADDRESS = "http://127.0.0.1:7860"
"""In the examples of the documentation."""


def attacked(**asked: Any) -> Attacked:
    """The service's answer, which must be JSON."""
    answer = programs.attack(AttackRequest.parse(asked))
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


# ---- the answers are those of the page, and of the package ----


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("attack", attacks_offered("menu"))
@pytest.mark.parametrize("index", [403, 7, 715])
def test_an_attack_is_what_the_page_shows(model: str, attack: str, index: int) -> None:
    ks = [0, 3, 24, 60, 100]
    answer = attacked(image=index, epsilons=[EPSILONS[k] for k in ks], attack=attack, model=model)
    page = service.attack(
        PageRequest(source="builtin", index=index, attack=attack, model=model)
    ).stages[0]
    assert answer["label"] == page.label and answer["target"] == page.target
    assert answer["breaking_point"] == page.breaking_point
    assert answer["reached"] == page.reached
    assert answer["prediction"] == int(page.predictions[0])
    for k, step in zip(ks, answer["steps"], strict=True):
        assert step["epsilon"] == EPSILONS[k]
        assert step["prediction"] == int(page.predictions[k])
        apart = torch.tensor(step["probabilities"]) - page.probabilities[k]
        assert apart.abs().max() <= 2e-6
        levels = torch.tensor(step["image"], dtype=torch.float64) * 255
        assert (levels - page.frames[k, 0]).abs().max() < 0.501  # the page's are whole


@pytest.mark.parametrize("attack", ["fgsm", "iterative"])
def test_an_attack_is_that_of_the_package_at_any_epsilon(
    attack: str, builtin: tuple[Tensor, Tensor], lenet: nn.Module
) -> None:
    epsilons = [0.1234, 0.01, 0.5, 0.01]
    answer = attacked(image=403, epsilons=epsilons, attack=attack)
    image, label = builtin[0][403:404], builtin[1][403:404]
    aim = Aim(torch.Generator())
    swept = sweep(lenet, image, label, [0, 0.01, 0.1234, 0.5], ATTACKS[attack].aimed(aim))
    for step, epsilon, k in zip(answer["steps"], epsilons, [2, 1, 3, 1], strict=True):
        assert step["epsilon"] == epsilon
        assert step["prediction"] == int(swept.predictions[k, 0])
        apart = torch.tensor(step["image"]) - swept.adversarial[k, 0, 0]
        assert apart.abs().max() <= 1e-6
    assert (answer["direction"] is None) == (attack == "iterative")
    if answer["direction"]:
        moved = (image[0, 0] + 0.1234 * torch.tensor(answer["direction"])).clamp(0, 1)
        assert (torch.tensor(answer["steps"][0]["image"]) - moved).abs().max() <= 1e-6


def file_of(pixels: Tensor, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray((pixels * 255).round().byte().numpy()).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def test_a_digit_is_the_same_however_it_is_given(builtin: tuple[Tensor, Tensor]) -> None:
    pixels = builtin[0][403, 0]
    known = attacked(image=403, epsilons=0.12)
    for image in (
        pixels.tolist(),
        file_of(pixels),
        f"data:image/png;base64,{file_of(pixels)}",
    ):
        assert attacked(image=image, epsilons=0.12, label=4) == known
        assert attacked(image=image, epsilons=0.12) == known  # as it is read correctly
    adversarial = known["steps"][0]["image"]
    read = programs.classify(ClassifyRequest.parse({"images": [403, adversarial]}))["images"]
    assert [each["label"] for each in read] == [4, None]
    assert [each["models"]["lenet"]["prediction"] for each in read] == [4, 9]
    assert set(read[0]["models"]) == set(MODELS)


def test_a_digit_of_the_test_set(here: None, mnist_test: tuple[Tensor, Tensor]) -> None:
    answer = attacked(image="test-7", epsilons=[0])
    assert answer["label"] == int(mnist_test[1][7])
    apart = torch.tensor(answer["steps"][0]["image"]) - mnist_test[0][7, 0]
    assert apart.abs().max() <= 1e-6


def test_between_two_images_others_may_go_first() -> None:
    """A hundred files would hold everybody up for seconds."""
    read: list[str] = []
    token = give_way.set(lambda: read.append("an image"))
    try:
        programs.classify(ClassifyRequest.parse({"images": [403, 404]}))
    finally:
        give_way.reset(token)
    assert len(read) == 2


def test_a_label_and_a_target_of_ones_own() -> None:
    noise = np.random.default_rng(0).random((28, 28)).round(6).tolist()
    free = attacked(image=noise, epsilons=0.1)
    assert free["label"] == free["prediction"]
    other = (free["prediction"] + 1) % 10
    said = attacked(image=noise, epsilons=0.1, label=other)
    assert said["label"] == other and said["breaking_point"] is None  # it is misread as it is
    aimed = attacked(image=403, epsilons=[0, 0.3], attack="targeted", target=9)
    assert aimed["target"] == 9 and aimed["reached"] is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": 4, "attack": "targeted"}, "the digit's own class is 4; choose another target"),
        ({"label": 5}, "label is 5; this digit is known to be a 4"),
        ({"image": "A" * 64}, "picture is not one that can be read: it is no file of"),
    ],
)
def test_what_only_the_digit_itself_tells(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        attacked(**{"image": 403, "epsilons": 0.1, **change})


def test_an_evaluation_is_that_of_the_package(
    builtin: tuple[Tensor, Tensor], lenet: nn.Module
) -> None:
    asked = {"epsilons": [0.2, 0, 0.07], "digits": 120, "attack": "iterative"}
    *earlier, last = programs.evaluate(EvaluateRequest.parse(asked))
    assert [each["digits"] for each in earlier] == sorted({each["digits"] for each in earlier})
    which = [i * 1000 // 120 for i in range(120)]
    images, labels = builtin[0][which], builtin[1][which]
    assert labels.bincount().tolist() == [12] * 10  # evenly
    *_, expected = evaluate(lenet, images, labels, [0.2, 0, 0.07], unaimed(ATTACKS["iterative"]))
    assert last["digits"] == expected.n == 120
    assert [each["correct"] for each in last["results"]] == [
        result.correct for result in expected.results
    ]
    assert last["results"][0]["accuracy"] == round(expected.results[0].accuracy, 6)


def test_a_whole_number_may_have_a_point() -> None:
    """As some languages write all their numbers."""
    asked = AttackRequest.parse({"image": 403.0, "epsilons": 0, "label": 4.0, "target": 9.0})
    assert asked == AttackRequest.parse({"image": 403, "epsilons": 0.0, "label": 4, "target": 9})
    assert EvaluateRequest.parse({"digits": 7.0}).digits == 7


def test_the_articles_evaluation_is_just_allowed() -> None:
    assert EvaluateRequest.parse({"source": "test", "digits": 10_000}).digits == 10_000
    assert len(EvaluateRequest.parse({}).epsilons) * 10_000 == MOST_READINGS


# ---- what is wrong is said ----

ROWS = [[0.0] * 28 for _ in range(28)]


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("attack", {"image": None}, "image is missing; it must be a built-in digit's number from"),
        ("attack", {"image": 1000}, "image is 1000; it must be a built-in digit's number from 0"),
        ("attack", {"image": True}, "image is True; it must be"),
        ("attack", {"image": 10**400}, "image is 1000"),
        ("attack", {"image": "test-10000"}, "image is 'test-10000'; it must be"),
        ("attack", {"image": "attic"}, "image is 'attic'; it must be"),
        ("attack", {"image": "/etc/passwd:" * 6}, "image is not base64; it must be a picture file"),
        ("attack", {"image": "é" * 99}, "image is not base64; it must be a picture file in base64"),
        ("attack", {"image": "A" * 1_333_340}, "image has 1,333,340 characters of base64; the"),
        ("attack", {"image": {"path": "x"}}, "image is {'path': 'x'}; it must be"),
        ("attack", {"image": ROWS[1:]}, "image has 27 rows; it must be 28 rows of 28 numbers"),
        ("attack", {"image": [[0] * 27] * 28}, "row 0 of image is 27 numbers; it must be 28"),
        ("attack", {"image": [*ROWS[1:], "x"]}, "row 27 of image is 'x'; it must be 28 numbers"),
        ("attack", {"image": [[[[]]] * 28] * 28}, "row 0 of image has [[]] in column 0; it must"),
        ("attack", {"image": [[float("nan")] * 28] * 28}, "row 0 of image has nan in column 0"),
        ("attack", {"image": [[255] * 28] * 28}, "row 0 of image has 255 in column 0; it must be"),
        ("attack", {"image": [[True] * 28] * 28}, "row 0 of image has True in column 0"),
        ("attack", {"epsilons": None}, "epsilons is missing; it must be a number, or a list of"),
        ("attack", {"epsilons": []}, "epsilons is []; it must be a number, or a list of some"),
        ("attack", {"epsilons": [0.1] * 10_000}, "epsilons has 10,000 numbers; there may be 21"),
        ("attack", {"epsilons": [0.1, 0.51]}, "epsilons has 0.51; each must be a number from 0"),
        ("attack", {"epsilons": float("inf")}, "epsilons has inf; each must be a number from 0 to"),
        ("attack", {"epsilons": [float("nan")]}, "epsilons has nan; each must be"),
        ("attack", {"epsilons": "0.1"}, "epsilons has '0.1'; each must be a number from 0 to 0.5"),
        ("attack", {"epsilons": [True]}, "epsilons has True; each must be"),
        ("attack", {"epsilons": [10**400]}, "epsilons has 1000"),
        ("attack", {"epsilons": -0.1}, "epsilons has -0.1; each must be"),
        ("attack", {"label": 10}, "label is 10; it must be a whole number from 0 to 9"),
        ("attack", {"target": "7"}, "target is '7'; it must be a whole number from 0 to 9"),
        ("attack", {"attack": "ray"}, "attack is 'ray'; it must be one of fgsm, targeted, iter"),
        ("attack", {"attack": None}, "attack is missing; it must be one of fgsm"),
        ("attack", {"model": "../x"}, "model is '../x'; it must be one of lenet, lenet-robust, s"),
        ("attack", {"epsilon": 0.1}, "field 'epsilon' is not known; there are image, epsilons, la"),
        ("classify", {"images": 403}, "images is 403; it must be a list of images"),
        ("classify", {"images": []}, "images is []; it must be a list of images"),
        ("classify", {"images": [3] * 101}, "images has 101 images; there may be 100 at most"),
        ("classify", {"images": [3, -1]}, "images[1] is -1; it must be a built-in digit's number"),
        ("evaluate", {"source": "drawing"}, "source is 'drawing'; it must be one of builtin, test"),
        ("evaluate", {"digits": 0}, "digits is 0; it must be a whole number from 1 to 1000"),
        ("evaluate", {"digits": 1001}, "digits is 1001; it must be a whole number from 1 to 1000"),
        ("evaluate", {"digits": 1.5}, "digits is 1.5; it must be a whole number"),
        ("evaluate", {"attack": "targeted"}, "attack is 'targeted'; it must be one of fgsm, iter"),
        (
            "evaluate",
            {"source": "test", "digits": 5000, "attack": "iterative", "epsilons": [0.1, 0.2]},
            "digits is 5000; with 2 epsilons of 10 gradients each that is 100,000 readings, and "
            "there may be 70,000: 3500 digits",
        ),
    ],
)
def test_a_wrong_field_is_named(name: str, change: dict[str, Any], words: str) -> None:
    good: dict[str, dict[str, Any]] = {
        "attack": {"image": 403, "epsilons": 0.1},
        "classify": {"images": [403]},
        "evaluate": {},
    }
    assert REQUESTS[name].parse(good[name])
    with pytest.raises(ValueError) as error:
        REQUESTS[name].parse({**good[name], **change})
    assert str(error.value).startswith(words)
    assert len(str(error.value)) < 250  # nobody's ten thousand numbers come back


@pytest.mark.parametrize("data", [None, 3, [], "x", [403]])
def test_what_is_no_request_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="a request is an object, not"):
        AttackRequest.parse(data)


# ---- as Gradio serves them ----


@pytest.mark.parametrize("tool", TOOLS)
def test_a_function_takes_what_its_request_has(tool: Any) -> None:
    """In the same order, with the same defaults: Gradio passes all arguments on by place."""
    fields = REQUESTS[tool.__name__].model_fields
    parameters = dict(inspect.signature(tool).parameters)
    del parameters["request"]
    assert list(parameters) == list(fields)
    for name, field in fields.items():
        default = parameters[name].default
        if field.is_required():
            assert default is inspect.Parameter.empty
        else:
            assert (tuple(default) if isinstance(default, list) else default) == field.default
        assert f"\n    {name}: " in str(inspect.getdoc(tool)), name  # it is described
    assert inspect.signature(tool).return_annotation is ANSWERS[tool.__name__]


def call(app: App, name: str, body: Any, version: str = "v2/") -> tuple[str, Any]:
    """The last event of a call, and its data."""
    url = f"{app.url}gradio_api/call/"
    begun = httpx.post(f"{url}{version}{name}", json=body)
    assert begun.status_code == 200, begun.text
    stream = httpx.get(f"{url}{name}/{begun.json()['event_id']}", timeout=60)
    assert stream.status_code == 200
    event, data = re.findall(r"event: (\w+)\ndata: (.*)\n\n", stream.text)[-1]
    return event, json.loads(data)


def test_there_are_three_endpoints_and_nothing_of_the_page(app: App) -> None:
    info = httpx.get(f"{app.url}gradio_api/info").json()
    assert list(info["named_endpoints"]) == ["/classify", "/attack", "/evaluate"]
    assert info["unnamed_endpoints"] == {}
    config = httpx.get(f"{app.url}config").json()
    names = [each["api_name"] for each in config["dependencies"]]
    assert names == ["classify", "attack", "evaluate"]
    types = {
        each["parameter_name"]: each["type"]
        for each in info["named_endpoints"]["/attack"]["parameters"]
    }
    assert types["attack"] == {"enum": list(attacks_offered("menu"))}
    assert types["model"] == {"enum": list(MODELS)}
    returned = info["named_endpoints"]["/attack"]["returns"][0]["type"]
    assert set(returned["properties"]) == set(Attacked.__annotations__)


def test_a_call_by_http(app: App) -> None:
    asked = {"image": 403, "epsilons": [0.05, 0.12]}
    assert call(app, "attack", asked) == ("complete", [attacked(**asked)])
    assert call(app, "attack", {"data": [403, [0.05, 0.12]]}, "") == (
        "complete",
        [attacked(**asked)],
    )
    event, data = call(app, "attack", {**asked, "attack": "targeted", "target": 4})
    assert event == "error"
    assert data["error"] == "The digit's own class is 4; choose another target."


def test_a_call_that_is_wrong_does_not_begin(app: App) -> None:
    url = f"{app.url}gradio_api/call/"

    def refused(path: str, content: str) -> tuple[int, str]:
        answer = httpx.post(url + path, content=content)
        assert answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json()["error"]

    attack = "v2/attack"
    assert refused(attack, '{"image": 3, "epsilons": 3}') == (
        422,
        "Epsilons has 3; each must be a number from 0 to 0.5.",
    )
    assert refused(attack, '{"image": 3, "epsilons": NaN}') == (
        422,
        "Epsilons has nan; each must be a number from 0 to 0.5.",
    )
    assert refused(attack, '{"image": 3}')[0] == 422
    assert refused(attack, "[3]") == (400, "The body must be a JSON object.")
    assert refused(attack, "{")[0] == 400
    assert refused(attack, "[" * 100_000)[0] == 400
    assert refused(attack, "\xff")[0] in (400, 422)
    assert refused("attack", '{"data": 3}')[0] == 422
    assert refused("attack", json.dumps({"data": [0] * 7}))[0] == 422
    for path in ("attack/nothing", "evaluate/" + "a" * 32):
        gone = httpx.get(url + path)
        assert gone.status_code == 404
    assert httpx.post(url + "v2/compare", json={}).status_code == 404


def test_an_answer_is_there_once(app: App) -> None:
    url = f"{app.url}gradio_api/call/"
    begun = httpx.post(f"{url}v2/classify", json={"images": [3]}).json()["event_id"]
    assert httpx.get(f"{url}attack/{begun}").status_code == 404
    assert "event: complete" in httpx.get(f"{url}classify/{begun}", timeout=60).text
    assert httpx.get(f"{url}classify/{begun}").json()["error"].startswith(f"No call '{begun}'")


def test_gradios_client(app: App) -> None:
    client = Client(app.url, verbose=False)
    assert client.predict(403, 0.12, api_name="/attack") == attacked(image=403, epsilons=0.12)
    asked = {"model": "softmax", "epsilons": [0, 0.1], "digits": 50}
    *_, expected = programs.evaluate(EvaluateRequest.parse(asked))
    assert client.predict(**asked, api_name="/evaluate") == expected
    with pytest.raises(AppError, match=r"^Epsilons has 3; each must be a number from 0 to 0\.5\.$"):
        client.predict(403, 3, api_name="/attack")
    with pytest.raises(AppError, match=r"^Digits is 0; it must be a whole number from 1 to 1000"):
        client.predict(digits=0, api_name="/evaluate")


def test_without_the_test_set(bare: App) -> None:
    event, data = call(bare, "attack", {"image": "test-7", "epsilons": 0.1})
    assert event == "error"
    assert data["error"].startswith("The test set is not on this server; the 1,000 built-in digits")


def test_an_answer_has_a_moderate_size(app: App) -> None:
    asked = {"image": 403, "epsilons": [k / 40 for k in range(21)], "attack": "iterative"}
    _, data = call(app, "attack", asked)
    assert len(json.dumps(data)) < 200_000


def test_an_evaluation_ends_when_its_program_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()
    batches = 0

    def endless(request: EvaluateRequest) -> Iterator[dict[str, Any]]:
        nonlocal batches
        try:
            while True:
                batches += 1
                begun.set()
                time.sleep(0.01)
                yield {"digits": batches}
        finally:
            ended.set()

    monkeypatch.setattr(programs, "evaluate", endless)
    with gr.Blocks() as demo:
        endpoints()
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        call = httpx.post(
            f"{url}gradio_api/call/evaluate", json={"data": [*["lenet"], "fgsm", 0, "builtin", 9]}
        )
        with httpx.stream("GET", f"{url}gradio_api/call/evaluate/{call.json()['event_id']}"):
            assert begun.wait(20)
            assert not ended.is_set()
        for _ in range(300):  # Gradio may keep what was called until memory is looked through
            gc.collect()
            if ended.wait(0.1):
                break
        assert ended.is_set()
    finally:
        demo.close()


# ---- the documentation ----


def examples(file: str, language: str) -> list[str]:
    text = (ROOT / file).read_text("utf-8")
    if file == "README.md":
        text = text[text.index("\n## From programs\n") :].split("\n## ")[1]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("file", ["README.md", "docs/api.md"])
def test_the_examples_with_curl_run_as_they_are(file: str, app: App) -> None:
    if not shutil.which("curl"):
        missing("no curl", expected=True)
    found = examples(file, "bash")
    assert found
    for code in found:
        assert ADDRESS in code
        program = code.replace(ADDRESS, app.url.rstrip("/"))
        run = subprocess.run(["bash", "-euc", program], capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        assert "event: complete\ndata: [{" in run.stdout, run.stdout


@pytest.mark.parametrize("file", ["README.md", "docs/api.md"])
def test_the_examples_in_python_run_as_they_are(file: str, app: App) -> None:
    found = examples(file, "py")
    assert found
    for code in found:
        assert ADDRESS in code
        program = code.replace(ADDRESS, app.url.rstrip("/"))
        run = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, cwd="/"
        )
        assert run.returncode == 0, run.stderr
        for line in re.findall(r"# (.+)$", code, re.MULTILINE):
            assert line in run.stdout, (line, run.stdout)
