"""The messages of "How it works": all figures compared with `fgsm.explain` and the attack."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fgsm import explain
from fgsm.attack import gradient_sign, loss_gradient, move
from fgsm.catalogue import EPSILONS, MODELS, RANDOM, TWINS
from fgsm.digits import builtin_digits
from fgsm.frames import change_frames, eight_bit, image_frames
from fgsm.model import SoftmaxRegression
from fgsm.readings import predict
from fgsm.service import figures
from fgsm.service.digits import device, model_of
from fgsm.service.fields import REACHES
from fgsm.service.figures import LINEAR_ENDS, LINEAR_EPSILONS, SIZES, WINDOW_SIZE
from fgsm.survey import control, load_survey
from tests.helpers import FIGURES, FIRST, ask, unpack

EVERY_FIGURE = pytest.mark.parametrize("figure", FIGURES)
INDEX = 403


def asked(figure: str, **changes: Any) -> dict[str, Any]:
    """A figure's answer as the browser gets it."""
    answer = ask(figure, {**FIRST, **changes})
    assert "error" not in answer, answer
    return answer


def digit(index: int = INDEX) -> tuple[Tensor, Tensor]:
    images, labels = builtin_digits()
    return images[index][None].to(device()), labels[index][None].to(device())


def seeded(index: int = INDEX) -> torch.Generator:
    return torch.Generator().manual_seed(index)


def drawn(index: int) -> str:
    """A built-in digit as a drawing, larger."""
    pixels = image_frames(builtin_digits()[0][index, 0]).numpy()
    return base64.b64encode(np.kron(pixels, np.ones((4, 4), np.uint8)).tobytes()).decode()


# ---- any JSON, any digit ----


@EVERY_FIGURE
def test_any_json_gets_a_sentence(figure: str) -> None:
    nonsense = [None, True, 3, "x", [], [FIRST], {}, {**FIRST, "index": 1e9}]
    for data in nonsense:
        answer = ask(figure, data)
        assert set(answer) == {"error"}
        assert answer["error"].endswith(".") and len(answer["error"]) < 250
    blank = {"source": "drawing", "drawing": base64.b64encode(bytes(784)).decode()}
    assert set(ask(figure, {**FIRST, **blank})) == {"error"}


@EVERY_FIGURE
@pytest.mark.parametrize("label", [None, 7, 1])
def test_a_drawing_is_explained_too(figure: str, label: int | None) -> None:
    answer = asked(figure, source="drawing", drawing=drawn(712), label=label)
    parts = answer.get("stages") or answer.get("planes") or [answer]
    shown = parts[0].get("label")
    if figure != "defence":  # it has no label
        assert shown == (7 if label is None else label)
        assert answer["named"] == (label is not None)
    assert answer != asked(figure)


@EVERY_FIGURE
def test_what_the_stage_does_to_the_digit_does_not_matter(figure: str) -> None:
    plain = asked(figure)
    assert asked(figure, attack="random") == plain
    assert asked(figure, attack="targeted", target=9) == plain
    assert asked(figure, attack="ray", ray=[0.03, 0.04]) == plain
    assert asked(figure, index=404) != plain


@EVERY_FIGURE
def test_a_test_digit_is_explained_too(figure: str, mnist_test: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)
    assert asked(figure, source="test", index=9_999) != asked(figure, source="test", index=0)


# ---- each figure ----


@pytest.mark.parametrize("model", ["lenet", "lenet-robust", "softmax"])
def test_directions_are_three_attacks_of_the_stage(model: str) -> None:
    stages = asked("directions", model=model)["stages"]
    assert [stage["attack"] for stage in stages] == ["fgsm", "random", "reversed"]
    for stage in stages:
        same = ask("attack", {**FIRST, "model": model, "attack": stage["attack"]})
        assert [stage] == same["stages"]


@pytest.mark.parametrize("model", ["lenet", "lenet-robust", "softmax"])
def test_the_control_is_the_surveys(model: str) -> None:
    """Whatever digit is shown, the counts are those of the model that is shown."""
    said = asked("directions", model=model)["control"]
    assert said == asked("directions", model=model, index=7)["control"]
    entry = MODELS[model]
    found = control(load_survey(entry, "test"), load_survey(entry, "test", RANDOM))
    assert said["source"] == "test" and said["right_before"] == found.right_before
    assert said["fooled"] == found.fooled.tolist() and len(said["fooled"]) == len(EPSILONS)
    assert said["by_chance"] == found.by_chance.tolist()
    assert (said["breaking"], said["by_chance_there"]) == (found.breaking, found.by_chance_there)


def test_a_model_without_a_survey_has_no_control(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    figures.control_of.cache_clear()
    monkeypatch.setitem(MODELS, "lenet", replace(MODELS["lenet"], folder=tmp_path))
    assert asked("directions")["control"] is None
    figures.control_of.cache_clear()


def test_linearity_is_what_explain_says() -> None:
    for model, names in (
        ("lenet", ["softmax", "lenet"]),
        ("lenet-robust", ["softmax", "lenet-robust"]),
        ("softmax", ["softmax", "lenet"]),
    ):
        answer = asked("linearity", model=model)
        assert [chart["model"] for chart in answer["charts"]] == names
        assert answer["epsilons"] == list(LINEAR_EPSILONS) and answer["label"] == 4
        for chart in answer["charts"]:
            found = explain.linearity(model_of(chart["model"]), *digit(), LINEAR_EPSILONS)
            logits, foretold = (torch.tensor(chart[key]) for key in ("logits", "first_order"))
            assert torch.allclose(logits, found.logits.cpu(), atol=6e-4)
            assert torch.allclose(foretold, found.first_order.cpu(), atol=6e-4)
            assert answer["ends"] == list(LINEAR_ENDS)
            for end, bends in zip(LINEAR_ENDS, chart["bends"], strict=True):
                assert bends == pytest.approx(explain.bend(found, end).tolist(), abs=1e-4)
            apart = (logits - foretold).abs().max()
            assert apart < 2e-3 if chart["model"] == "softmax" else apart > 1


def test_dimension_is_what_explain_says() -> None:
    answer = asked("dimension")
    model = model_of("softmax")
    assert isinstance(model, SoftmaxRegression)
    found = explain.dimension(model, *digit(), answer["epsilon"], SIZES, generator=seeded())
    assert answer["sizes"] == list(SIZES) and SIZES[-1] == 784
    assert answer["slope"] == found.slope and answer["margin"] == found.margin
    assert answer["runner_up"] == found.runner_up != answer["label"] == 4
    assert answer["mean"] == pytest.approx(found.drops.mean(1).tolist(), abs=1e-6)
    for least, mean, most in zip(answer["least"], answer["mean"], answer["most"], strict=True):
        assert least <= mean + 1e-6 and mean <= most + 1e-6
    # With all pixels it is epsilon times the 1-norm of the weights, in whatever random order.
    weights = model.linear.weight[4] - model.linear.weight[found.runner_up]
    total = answer["epsilon"] * float(weights.abs().sum())
    for end in (answer["least"][-1], answer["most"][-1], 784 * answer["slope"]):
        assert end == pytest.approx(total, abs=1e-4)


def test_eight_bits_are_what_explain_says() -> None:
    answer = asked("eight_bits")
    image, label = digit()
    found = explain.eight_bits(model_of("lenet"), image, label)
    assert answer["model"] == "lenet" and answer["label"] == 4
    assert answer["asked"] == pytest.approx([255 * epsilon for epsilon in found.epsilons])
    assert answer["left"] == [round(asked_) for asked_ in answer["asked"]]  # a staircase
    assert answer["left"] == found.levels.tolist()
    direction = gradient_sign(model_of("lenet"), image, label)
    for asked_, computed, saved in zip(
        answer["asked"], answer["confidence"], answer["saved_confidence"], strict=True
    ):
        moved = move(image, direction, asked_ / 255)
        for images, said in ((moved, computed), (eight_bit(moved), saved)):
            read = predict(model_of("lenet"), images).exp()[0, 4].item()
            assert said == pytest.approx(read, abs=1e-5)


def test_the_gradients_are_the_twins_own() -> None:
    answer = asked("defence")
    image, label = digit()
    assert answer["models"] == [twin.key for twin in TWINS]
    assert torch.equal(unpack(answer["digit"]), image_frames(image).cpu())
    frames = unpack(answer["frames"])
    for name, frame in zip(answer["models"], frames, strict=True):
        gradient = loss_gradient(model_of(name), image, label).cpu()
        scaled = change_frames(gradient, largest=float(gradient.abs().max()))
        assert (frame.int() - scaled[0].int()).abs().max() <= 1
        assert {1, 255} & set(frame.unique().tolist())  # the largest has the full colour
    assert not torch.equal(frames[0], frames[1])


# ---- the church window ----


@pytest.mark.parametrize("index", [INDEX, 250])
def test_the_window_is_what_explain_says(index: int) -> None:
    answer = asked("church_window", index=index)
    assert [window["model"] for window in answer["planes"]] == [twin.key for twin in TWINS]
    assert answer["reach"] == 0.2
    for window in answer["planes"]:
        name = window["model"]
        found = explain.church_window(model_of(name), *digit(index), generator=seeded(index))
        rows = [[int(read) for read in row] for row in window["rows"]]
        assert rows == found.predictions.tolist()
        clean = predict(model_of(name), digit(index)[0]).argmax()
        assert rows[MIDDLE][MIDDLE] == clean


@pytest.mark.parametrize("reach", REACHES)
def test_every_reach_has_its_points_on_the_slider(reach: float) -> None:
    answer = asked("church_window", reach=reach)
    assert answer["reach"] == reach
    found = explain.church_window(
        model_of("lenet"), *digit(), generator=seeded(), size=WINDOW_SIZE, reach=reach
    )
    (rows, _) = (window["rows"] for window in answer["planes"])
    assert [[int(read) for read in row] for row in rows] == found.predictions.tolist()
    for offset in found.offsets:
        assert 200 * offset == pytest.approx(round(200 * offset))


def test_a_wide_windows_point_is_on_the_stage() -> None:
    """As far as the slider goes."""
    rows = asked("church_window", reach=0.5)["planes"][0]["rows"]
    for a, b in [(20, 0), (0, -20), (10, 10), (-13, 7), (3, -17)]:  # steps of 0.025
        changes = {"attack": "ray", "ray": [a / 40, b / 40]}
        (stage,) = ask("attack", {**FIRST, **changes})["stages"]
        read = stage["predictions"][5 * (abs(a) + abs(b))]
        assert read == int(rows[MIDDLE - b][MIDDLE + a]), (a, b)


MIDDLE = WINDOW_SIZE // 2
POINTS = [(20, 0), (-20, 0), (0, 20), (0, -20), (20, 20), (-20, 20), (7, -13), (1, 1), (-1, 5)]


@pytest.mark.parametrize("name", [twin.key for twin in TWINS])
@pytest.mark.parametrize("index", [INDEX, 250])
def test_a_point_of_the_window_is_on_the_stage(name: str, index: int) -> None:
    """The stage's ray to (a, b) ends where the window was read, with the same prediction."""
    (window,) = (w for w in asked("church_window", index=index)["planes"] if w["model"] == name)
    image, label = digit(index)
    signs = gradient_sign(model_of(name), image, label)
    across = explain.orthogonal_signs(signs, generator=seeded(index))
    read = set()
    for a, b in POINTS:
        changes = {"attack": "ray", "ray": [a / 100, b / 100], "model": name, "index": index}
        (stage,) = ask("attack", {**FIRST, **changes})["stages"]
        k = 2 * (abs(a) + abs(b))  # epsilon is (|a| + |b|) / 100
        there = (image + a / 100 * signs + b / 100 * across).clamp(0, 1)
        shown = unpack(stage["frames"])[k].int()
        assert (shown - image_frames(there).cpu()[0].int()).abs().max() <= 1
        assert stage["predictions"][k] == int(window["rows"][MIDDLE - b][MIDDLE + a]), (a, b)
        assert stage["largest"][k] <= (abs(a) + abs(b)) / 100 + 1e-6
        read.add(stage["predictions"][k])
    if (name, index) == ("lenet", INDEX):
        assert len(read) > 1


def test_a_drawings_windows_are_on_the_stage(builtin: tuple[Tensor, Tensor]) -> None:
    """Also for an unnamed drawing that the twins read differently."""
    one, other = (
        predict(model_of(twin.key), builtin[0].to(device())).argmax(1).cpu() for twin in TWINS
    )
    seen = 0
    for index in [712, *(one != other).nonzero()[:5, 0].tolist()]:
        drawing = {"source": "drawing", "drawing": drawn(index)}
        windows = asked("church_window", **drawing)["planes"]
        seen += windows[0]["label"] != windows[1]["label"]
        for window in windows:
            for a, b in POINTS:
                changes = {"attack": "ray", "ray": [a / 100, b / 100], "model": window["model"]}
                (stage,) = ask("attack", {**FIRST, **drawing, **changes})["stages"]
                read = stage["predictions"][2 * (abs(a) + abs(b))]
                assert read == int(window["rows"][MIDDLE - b][MIDDLE + a]), (index, a, b)
    assert seen
