"""The grid of fooled digits, the confusion view and the breaking points, as they are sent."""

import functools
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from fgsm.attack import fgsm
from fgsm.card import load_card
from fgsm.catalogue import EPSILONS, MODELS
from fgsm.digits import mnist_digits
from fgsm.frames import image_frames
from fgsm.readings import predict
from fgsm.service.all_digits import CELL_DIGITS, GRID, GRID_DIGITS
from fgsm.service.digits import device, digits_here, model_of
from fgsm.survey import harder_than, load_survey
from tests.helpers import FIRST, ask, unpack

EVERY_MODEL = pytest.mark.parametrize("name", MODELS)
CELL = {"model": "lenet", "k": 30, "label": 4, "prediction": 9, "seed": 1}


@pytest.fixture(params=["test", "builtin"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """With the test set, and without."""
    wanted: str = request.param
    if wanted == "test":
        found = request.getfixturevalue("mnist_test")
        monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: found)
    else:
        missing = functools.partial(mnist_digits, train=False, root=tmp_path)
        monkeypatch.setattr("fgsm.service.digits.mnist_test", missing)
    assert digits_here()[0].key == wanted
    return wanted


@pytest.fixture
def builtin_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = functools.partial(mnist_digits, train=False, root=tmp_path)
    monkeypatch.setattr("fgsm.service.digits.mnist_test", missing)


def sent(name: str, request: dict[str, Any]) -> dict[str, Any]:
    """An answer as the browser gets it."""
    answer = ask(name, request)
    assert "error" not in answer
    return answer


def card(name: str) -> dict[str, Any]:
    found = load_card(MODELS[name])
    assert found is not None
    return found


# ---- what is counted ----


@EVERY_MODEL
def test_counts_of_the_test_set_are_the_cards(name: str, mnist_test: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)
    answer = sent("counts", ({"model": name}))
    results = {result["epsilon"]: result["correct"] for result in card(name)["results"]["fgsm"]}
    assert (answer["model"], answer["source"], answer["n"]) == (name, "test", 10_000)
    assert len(answer["confusion"]) == len(answer["breaking"]) == len(EPSILONS) == 101
    seen = 0
    for epsilon, table in zip(EPSILONS, answer["confusion"], strict=True):
        if epsilon not in results:
            continue
        seen += 1
        diagonal = sum(table[digit][digit] for digit in range(10))
        off = sum(map(sum, table)) - diagonal
        assert diagonal == results[epsilon]
        assert off == results[0] - results[epsilon]
    assert seen == 11
    assert answer["misread"] == sum(answer["misread_before"]) == 10_000 - results[0]
    classes = mnist_test[1].bincount(minlength=10).tolist()
    for table in answer["confusion"]:
        rows = zip(table, answer["misread_before"], strict=True)
        assert [sum(row) + misread for row, misread in rows] == classes
    assert sum(answer["breaking"]) + answer["never"] == results[0]


@EVERY_MODEL
def test_harder_than_is_what_the_histogram_says(name: str, source: str) -> None:
    answer = sent("counts", ({"model": name}))
    readings = load_survey(MODELS[name], source)
    broken, right = 0, answer["n"] - answer["misread"]
    for k, count in enumerate(answer["breaking"]):
        assert answer["harder_than"][k] == pytest.approx(broken / right)
        assert answer["harder_than"][k] == harder_than(readings, EPSILONS[k])
        broken += count
    assert answer["harder_than_never"] == pytest.approx(broken / right)
    assert answer["harder_than_never"] == harder_than(readings, math.inf) > answer["harder_than"][5]


# ---- pictures ----


def check_tiles(name: str, k: int, digits: list[dict[str, int]], frames: Tensor) -> int:
    """Compare tiles with the attack; returns how many the model reads as their captions say."""
    _, images, labels = digits_here()
    agreeing = 0
    for digit, frame in zip(digits, frames, strict=True):
        image, label = (t[digit["index"]][None].to(device()) for t in (images, labels))
        adversarial = fgsm(model_of(name), image, label, EPSILONS[k])
        # In a batch, or on another machine, a sign or two may round the other way.
        assert int((image_frames(adversarial)[0].cpu() != frame).sum()) <= 4
        assert digit["label"] == int(label) != digit["prediction"]
        agreeing += int(predict(model_of(name), adversarial).argmax()) == digit["prediction"]
    return agreeing


@EVERY_MODEL
def test_the_grid_shows_digits_that_are_fooled(name: str, source: str) -> None:
    answer = sent("grid", ({"model": name, "seed": 1}))
    readings = load_survey(MODELS[name], source)
    frames = unpack(answer["frames"])
    assert answer["source"] == source
    assert [EPSILONS[row["k"]] for row in answer["rows"]] == [0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
    start = agreeing = 0
    for row in answer["rows"]:
        digits = row["digits"]
        fooled = int(readings.fooled[row["k"]].sum())
        assert row["fooled"] == fooled and len(digits) == min(fooled, GRID_DIGITS)
        assert len({digit["index"] for digit in digits}) == len(digits)
        for digit in digits:
            assert readings.fooled[row["k"], digit["index"]]
        some = frames[start : start + len(digits)]
        agreeing += check_tiles(name, row["k"], digits, some)
        start += len(digits)
    assert start == len(frames) >= len(GRID)
    assert agreeing >= start - 1  # a borderline digit may be read differently


def test_a_tile_is_what_the_stage_will_show(source: str) -> None:
    answer = sent("grid", ({"model": "lenet", "seed": 7}))
    frames = unpack(answer["frames"])
    number = agreeing = 0
    for row in answer["rows"]:
        for digit in row["digits"]:
            data = {**FIRST, "source": source, "index": digit["index"]}
            (stage,) = ask("attack", data)["stages"]
            shown = unpack(stage["frames"])[row["k"]]
            assert int((shown != frames[number]).sum()) <= 4
            assert stage["label"] == digit["label"]
            agreeing += stage["predictions"][row["k"]] == digit["prediction"]
            number += 1
    assert agreeing >= number - 1 > 20


def test_a_seed_gives_its_grid_and_another_gives_another(builtin_only: None) -> None:
    first, again, other = (sent("grid", {"model": "lenet", "seed": seed}) for seed in (1, 1, 2))
    assert first == again
    for row, others in zip(first["rows"], other["rows"], strict=True):
        assert row["fooled"] == others["fooled"]
    assert first["frames"] != other["frames"]
    assert [row["digits"] for row in first["rows"]] != [row["digits"] for row in other["rows"]]


@pytest.mark.parametrize("k", [24, 60])
def test_a_cell_gives_examples_of_itself(k: int, source: str) -> None:
    table = torch.tensor(sent("counts", ({"model": "lenet"}))["confusion"][k])
    table.fill_diagonal_(0)
    label, prediction = divmod(int(table.argmax()), 10)
    count = int(table[label, prediction])
    wanted = {"model": "lenet", "k": k, "label": label, "prediction": prediction, "seed": 3}
    answer = sent("cell", (wanted))
    digits = answer["digits"]
    assert answer["source"] == source and answer["k"] == k
    assert len({digit["index"] for digit in digits}) == min(count, CELL_DIGITS) > 0
    assert Counter((d["label"], d["prediction"]) for d in digits) == {
        (label, prediction): len(digits)
    }
    assert check_tiles("lenet", k, digits, unpack(answer["frames"])) >= len(digits) - 1
    assert answer == sent("cell", (wanted)) != sent("cell", ({**wanted, "seed": 4}))


def test_an_empty_cell_is_no_error(builtin_only: None) -> None:
    answer = sent("cell", ({**CELL, "k": 0}))  # before any attack nothing is fooled
    assert answer["digits"] == [] and answer["source"] == "builtin"


# ---- any JSON ----


@pytest.mark.parametrize("name", ["counts", "grid", "cell"])
def test_any_json_gets_a_sentence(name: str) -> None:
    nonsense: list[object] = [None, True, 3, 0.5, "lenet", [], [CELL], {}, {"model": {}}]
    for data in nonsense:
        answer = ask(name, data)
        assert set(answer) == {"error"}
        assert answer["error"].endswith(".") and len(answer["error"]) < 250


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("counts", {"model": "resnet"}, "model is 'resnet'; it must be one of"),
        ("counts", {"model": ["lenet"]}, "model is ['lenet']"),
        ("counts", {"model": "../lenet"}, "model is '../lenet'"),
        ("grid", {"model": 1}, "model is 1"),
        ("grid", {"seed": -1}, "seed is -1; it must be a whole number from 0 to 4294967295"),
        ("grid", {"seed": 2**32}, "seed is 4294967296"),
        ("grid", {"seed": 1.0}, "seed is 1.0"),
        ("grid", {"seed": True}, "seed is True"),
        ("grid", {"seed": None}, "seed is missing"),
        ("cell", {"k": 101}, "k is 101; it must be a whole number from 0 to 100"),
        ("cell", {"k": -1}, "k is -1"),
        ("cell", {"k": "30"}, "k is '30'"),
        ("cell", {"label": 10}, "label is 10"),
        ("cell", {"prediction": "9"}, "prediction is '9'"),
        ("cell", {"prediction": [9]}, "prediction is [9]"),
        ("cell", {"seed": float("nan")}, "seed is nan"),
    ],
)
def test_a_bad_field_is_named(name: str, change: dict[str, Any], words: str) -> None:
    assert "error" not in ask(name, CELL)
    assert ask(name, {**CELL, **change})["error"].startswith(words[0].upper() + words[1:])
