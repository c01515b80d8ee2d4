"""The run of the tab "Test set", its epsilons, the download, and what is read from the cards."""

import asyncio
import functools
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from fgsm import evaluate as command
from fgsm.catalogue import BUILTIN, MNIST_TEST, MODELS
from fgsm.digits import mnist_digits
from fgsm.evaluate import Evaluation, evaluate
from fgsm.model import WEIGHTS
from fgsm.service.all_digits import cards
from fgsm.service.digits import device, digits_here, model_of
from fgsm.service.request import RunRequest
from fgsm.ui.all_digits.run import Told, download, run, told
from fgsm.ui.compute import computing
from fgsm.ui.how import _paper, error_and_confidence
from fgsm.ui.wire import packed
from tests.helpers import awaited
from tests.test_digits import server  # noqa: F401 (a fixture)

module = importlib.import_module(
    "fgsm.ui.all_digits.run"
)  # its package has a function of that name
ANYTHING = [None, True, 3, 0.1, "x" * 5000, [], ["lenet"], {}, {"model": "lenet"}, float("nan")]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, mnist_test: tuple[Tensor, Tensor]) -> None:
    """The page finds the test set."""
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The page finds no test set, and has no network to fetch it."""
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", ["http://127.0.0.1:9/"])
    uncached = functools.partial(mnist_digits, train=False)
    monkeypatch.setattr("fgsm.service.digits.mnist_test", functools.cache(uncached))
    return tmp_path


def card(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))
    return found


def final(model: str, attack: str, epsilons: str) -> dict[str, Any]:
    *_, (series, line) = run(model, attack, epsilons)
    assert series is not None and line.startswith("Done: ")
    assert series.n == series.of
    sent: dict[str, Any] = packed(series)
    return sent


def parse_epsilons(text: object) -> list[float]:
    return list(RunRequest.parse({"model": "lenet", "attack": "fgsm", "epsilons": text}).epsilons)


# ---- epsilons ----


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("0 .1 .2", [0, 0.1, 0.2]),
        ("0,0.1,.2", [0, 0.1, 0.2]),
        (" .2;\t0 ,, .1 \r\n", [0, 0.1, 0.2]),
        ("\u00a0.1\u00a0.2", [0.1, 0.2]),  # as pasted from a web page
        (".3 .1 .2", [0.1, 0.2, 0.3]),
        (".1 0.1 1e-1 .10", [0.1]),
        ("-0 0", [0]),
        (".5", [0.5]),
        (" ".join(str(k / 40) for k in range(21)), [k / 40 for k in range(21)]),
    ],
)
def test_epsilons_are_put_in_order_each_once(text: str, grid: list[float]) -> None:
    assert parse_epsilons(text) == grid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "they must be numbers such as"),
        (" , ;", "they must be numbers such as"),
        (None, "epsilons are None; they must be numbers such as"),
        (0.1, "epsilons are 0.1;"),
        ([0, 0.1], r"epsilons are \[0, 0.1\];"),
        ({}, "epsilons are {};"),
        ("0 a tenth", "'a' is not a number"),
        ("0 nan", "epsilon nan is out of range"),
        ("inf", "epsilon inf is out of range"),
        ("1e999", "epsilon 1e999 is out of range"),
        ("-.1", r"epsilon -.1 is out of range; here it goes from 0 to 0.50"),
        (".50001", "epsilon .50001 is out of range"),
        ("0 " * 22, "these are 22 epsilons; there may be 21 at most"),
    ],
)
def test_other_epsilons_are_refused_in_words(text: object, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        parse_epsilons(text)
    assert len(str(refused.value)) < 200


def test_a_refusal_is_short_whatever_it_refuses() -> None:
    for text in ("x" * 10**6, "x " * 10**5, "9" * 10**6, [0.1] * 10**5):
        with pytest.raises(ValueError) as refused:
            parse_epsilons(text)
        assert len(str(refused.value)) < 200


# ---- the run ----


@pytest.mark.parametrize("attack", ["fgsm", "random"])
def test_a_run_is_what_the_command_prints(
    attack: str, here: None, mnist_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over all 10,000 digits, with the same counts."""
    epsilons = ["0", "0.05", "0.25"]
    series = final("softmax", attack, " ".join(epsilons))
    options = ["--weights", "softmax", "--attack", attack, "--data", str(mnist_root)]
    command.main([*options, "--json", "--epsilons", *epsilons])
    printed = json.loads(capsys.readouterr().out)
    assert series["source"] == "test" and series["n"] == printed["n"] == 10_000
    assert list(series["results"]) == printed["results"]
    assert len({result["correct"] for result in printed["results"]}) == 3


def test_a_run_gives_the_cards_figures(here: None) -> None:
    series = final("lenet", "fgsm", "0 .1 .3")
    written = {result["epsilon"]: result for result in card("lenet")["results"]["fgsm"]}
    for result in series["results"]:
        # Another machine's rounding may change how a borderline digit is read.
        assert abs(result["correct"] - written[result["epsilon"]]["correct"]) <= 3


@pytest.mark.parametrize("attack", ["fgsm", "iterative", "random"])
def test_without_the_test_set_the_builtin_digits_serve(
    attack: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = final("softmax", attack, "0 .1 .25")
    options = ["--weights", "softmax", "--attack", attack, "--builtin"]
    command.main([*options, "--json", "--epsilons", "0", ".1", ".25"])
    printed = json.loads(capsys.readouterr().out)
    assert (series["model"], series["attack"], series["source"]) == ("softmax", attack, "builtin")
    assert series["n"] == printed["n"] == 1000
    assert list(series["results"]) == printed["results"]


def test_the_results_so_far_are_of_the_first_digits(nowhere: Path) -> None:
    nothing_yet, *told = run("softmax", "fgsm", ".1 .2")
    assert nothing_yet == (None, "Running: 0 of 1,000 built-in digits.")
    source, images, labels = digits_here()
    expected = list(evaluate(model_of("softmax"), images, labels, [0.1, 0.2]))
    assert source is BUILTIN and len(told) == len(expected) > 5
    for (series, line), evaluation in zip(told, expected, strict=True):
        assert series is not None and series.of == 1000
        assert series.n == evaluation.n and len(series.results) == 2
        for result, other in zip(series.results, evaluation.results, strict=True):
            assert result.correct == other.correct
        assert f"{evaluation.n:,} of 1,000 built-in digits" in line and str(device()) in line
        assert line.startswith("Done" if evaluation.n == 1000 else "Running")


def all_told(*arguments: object) -> list[Told]:
    async def collect() -> list[Told]:
        return [step async for step in told(run(*arguments))]

    return awaited(collect())


def test_little_is_told_of_what_is_over_soon(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 1e9)
    (nothing_yet, _), *_, (series, line) = told_ = all_told("softmax", "fgsm", "0")
    assert len(told_) <= 3  # the line before, perhaps the first batch, the last batch
    assert nothing_yet is None and series is not None
    assert series.n == 1000 and line.startswith("Done")


def test_all_is_told_of_what_takes_long(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0)
    counts = [series.n for series, _ in all_told("softmax", "fgsm", "0") if series is not None]
    assert counts == [*range(128, 1000, 128), 1000]


@pytest.mark.parametrize(
    ("attack", "epsilons", "size"),
    [("fgsm", 1, 128), ("fgsm", 7, 128), ("random", 21, 42), ("iterative", 7, 12)],
)
def test_a_batch_is_never_much_work(attack: str, epsilons: int, size: int, nowhere: Path) -> None:
    """A visitor who picks a digit meanwhile waits for one batch."""
    _, (series, _), *_ = run("softmax", attack, " ".join(str(k / 50) for k in range(epsilons)))
    assert series is not None and series.n == size


def test_a_cancelled_run_computes_no_more(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This is what "Cancel" does on the server: Gradio cancels the task."""
    monkeypatch.setattr(module, "PAUSE", 0)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    async def cancelled() -> tuple[int, int]:
        begun = asyncio.Event()

        async def go() -> None:
            async for series, _ in told(run("softmax", "fgsm", "0 .1")):
                if series is not None:
                    begun.set()

        task = asyncio.create_task(go())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await computing(lambda: None)()  # after the batch that was being computed
        so_far = calls
        await asyncio.sleep(0.3)
        return so_far, calls

    hook = model_of("softmax").register_forward_hook(count)
    try:
        so_far, later = awaited(cancelled())
        list(run("softmax", "fgsm", "0 .1"))
    finally:
        hook.remove()
    assert 0 < so_far == later < (calls - later) / 2


@pytest.mark.parametrize("where", ["model", "attack", "epsilons"])
@pytest.mark.parametrize("value", ANYTHING)
def test_a_bad_argument_is_one_sentence(
    where: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> Iterator[Evaluation]:
        raise AssertionError("nothing shall be evaluated")

    monkeypatch.setattr("fgsm.service.all_digits.evaluate", never)
    arguments = {"model": "lenet", "attack": "fgsm", "epsilons": "0 .1", where: value}
    ((series, line),) = run(**arguments)
    assert series is None and line.endswith(".") and len(line) < 250 and "\n" not in line
    assert {"model": "odel is", "attack": "ttack is", "epsilons": "psilons are"}[where] in line or (
        where == "epsilons" and "is not a number" in line
    )


# ---- the download ----


def test_a_download_without_network_is_a_sentence(nowhere: Path) -> None:
    said = download()
    assert said.startswith("The test set could not be downloaded") and said.endswith(".")
    assert str(nowhere) not in said
    assert "built-in digits" in said and "\n" not in said
    assert digits_here()[0] is BUILTIN


def test_a_download_is_used_at_once(nowhere: Path, request: pytest.FixtureRequest) -> None:
    assert digits_here()[0] is BUILTIN
    request.getfixturevalue("server")
    assert download() == "MNIST's 10,000 test digits are here now."
    source, images, labels = digits_here()
    assert source is MNIST_TEST and len(images) == len(labels) == 2  # the mirror is a small one


# ---- the cards ----


@pytest.mark.parametrize("name", MODELS)
def test_the_cards_are_passed_on_whole(name: str) -> None:
    results = card(name)["results"]
    passed = {series["attack"]: series for series in packed(cards()) if series["model"] == name}
    assert passed.keys() == results.keys() >= {"fgsm", "iterative", "random"}
    for attack, series in passed.items():
        assert series["results"] == results[attack]
        assert series["n"] == card(name)["test_digits"] and series["source"] == "test"


@pytest.mark.parametrize("name", MODELS)
def test_the_paper_table_has_the_cards_figures(name: str) -> None:
    (result,) = (each for each in card(name)["results"]["fgsm"] if each["epsilon"] == 0.25)
    error, confidence = error_and_confidence(MODELS[name])
    assert float(error.removesuffix(" %")) == pytest.approx(100 - result["correct"] / 100, abs=0.05)
    expected = 100 * result["mean_confidence_wrong"]
    assert float(confidence.removesuffix(" %")) == pytest.approx(expected, abs=0.05)
    ours = {"softmax": "softmax regression", "lenet": "LeNet", "lenet-robust": "robust LeNet"}
    assert f"| {ours[name]}, ours | {error} | {confidence} |" in _paper()
    assert not re.search("[A-Z]{5}", _paper().replace("MNIST", ""))  # every blank is filled
