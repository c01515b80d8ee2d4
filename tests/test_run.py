"""The run of the tab "Test set", its epsilons, the download, and what is read from the cards."""

import asyncio
import functools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fgsm import evaluate as command
from fgsm.catalogue import BUILTIN, MNIST_TEST, MODELS
from fgsm.digits import mnist_digits
from fgsm.evaluate import Evaluation, evaluate
from fgsm.model import WEIGHTS
from fgsm.service.all_digits import cards, readings_of
from fgsm.service.all_digits import run as evaluated
from fgsm.service.digits import device, digits_here, model_of
from fgsm.service.request import RunRequest
from fgsm.ui.all_digits import run as module
from fgsm.ui.all_digits.run import Runs, download
from fgsm.ui.compute import computed
from fgsm.ui.how import error_and_confidence, paper
from fgsm.ui.turns import Visitor
from fgsm.ui.wire import FAILED, packed
from tests.helpers import awaited
from tests.test_digits import server  # noqa: F401 (a fixture)

ANYTHING = [None, True, 3, 0.1, "x" * 5000, [], ["lenet"], {}, {"model": "lenet"}, float("nan")]
ID = "the-first-run"
ANN, BOB, CAT = (Visitor(f"10.0.0.{k}", f"{name}'s page") for k, name in enumerate("abc"))
GRID = " ".join(str(k / 40) for k in range(21))
LONG = {"model": "softmax", "attack": "iterative", "epsilons": GRID, "id": ID}
"""A run that is not over before anything can happen."""


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The page finds no test set, and has no network to fetch it."""
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path))
    monkeypatch.setattr("fgsm.digits.MIRRORS", ["http://127.0.0.1:9/"])
    uncached = functools.partial(mnist_digits, train=False)
    monkeypatch.setattr("fgsm.service.digits.mnist_test", functools.cache(uncached))
    return tmp_path


def card(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))
    return found


def final(model: str, attack: str, epsilons: str) -> dict[str, Any]:
    """The results of a whole run, as they are sent."""
    *_, progress = followed(Runs(), request(model, attack, epsilons))
    assert progress["series"]["n"] == progress["series"]["of"] and progress["ahead"] == 0
    series: dict[str, Any] = progress["series"]
    return series


def request(model: object, attack: object, epsilons: object, id: object = ID) -> dict[str, Any]:
    return {"model": model, "attack": attack, "epsilons": epsilons, "id": id}


def followed(runs: Runs, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """All that a page is told until its run is done, or refused."""

    async def follow() -> list[dict[str, Any]]:
        told = [await runs.follow({**asked, "known": 0}, ANN)]
        while "error" not in told[-1] and not is_done(told[-1]):
            told.append(await runs.follow({**asked, "known": told[-1]["news"]}, ANN))
        return told

    return awaited(follow())


def is_done(progress: dict[str, Any]) -> bool:
    series = progress["series"]
    return series is not None and bool(series["n"] == series["of"])


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
        ("", "no epsilons are given; they must be numbers such as"),
        (" , ;", "no epsilons are given; they must be numbers such as"),
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


def test_the_results_so_far_are_of_the_first_digits(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0)
    source, images, labels = digits_here()
    expected = {each.n: each for each in evaluate(model_of("softmax"), images, labels, [0.1, 0.2])}
    told = followed(Runs(), request("softmax", "fgsm", ".1 .2"))
    shown = [each["series"] for each in told if each["series"] and each["series"]["n"]]
    assert source is BUILTIN and len(shown) > 2 and shown[-1]["n"] == shown[-1]["of"] == 1000
    assert [each["n"] for each in shown] == sorted({each["n"] for each in shown})
    for series in shown:
        assert series["source"] == "builtin"
        for result, other in zip(series["results"], expected[series["n"]].results, strict=True):
            assert result["correct"] == other.correct
    assert {each["device"] for each in told} == {str(device())}


def test_little_is_told_of_what_is_over_soon(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 1e9)
    told = followed(Runs(), request("softmax", "fgsm", "0"))
    # That it begins, perhaps the first batch, the last batch.
    assert len(told) <= 4 and told[-1]["series"]["n"] == 1000


@pytest.mark.parametrize(
    ("attack", "epsilons", "size"),
    [("fgsm", 1, 128), ("fgsm", 7, 128), ("random", 21, 42), ("iterative", 7, 12)],
)
def test_a_batch_is_never_much_work(attack: str, epsilons: int, size: int, nowhere: Path) -> None:
    """A visitor who picks a digit meanwhile waits for one batch."""
    asked = request("softmax", attack, " ".join(str(k / 50) for k in range(epsilons)))
    _, step, *_ = evaluated(RunRequest.parse(asked))
    assert step.series.n == size


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> Iterator[list[int]]:
    """A number for each batch that Softmax computes."""
    monkeypatch.setattr(module, "PAUSE", 0)
    computed: list[int] = []
    hook = model_of("softmax").register_forward_hook(lambda *_: computed.append(len(computed)))
    yield computed
    hook.remove()


async def begun(runs: Runs, asked: dict[str, Any]) -> int:
    """Wait until results are there; returns the number of the last news."""
    known = 0
    while True:
        progress = await runs.follow({**asked, "known": known}, ANN)
        known = progress["news"]
        if progress["series"] and progress["series"]["n"]:
            return int(known)


async def no_more(batches: list[int]) -> bool:
    """Whether nothing is computed once the batch at hand is over."""
    await asyncio.to_thread(computed, lambda: None)
    so_far = len(batches)
    await asyncio.sleep(0.3)
    return len(batches) == so_far > 0


def test_a_cancelled_run_computes_no_more(batches: list[int]) -> None:
    async def cancelled() -> bool:
        runs = Runs()
        await begun(runs, LONG)
        assert await runs.cancel({"id": ID}, ANN) == {"cancelled": True}
        assert await runs.cancel({"id": ID}, ANN) == {"cancelled": False}
        return await no_more(batches)

    assert awaited(cancelled())


def test_a_run_that_nobody_asks_about_ends(
    batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its visitor has left."""
    monkeypatch.setattr(module, "GONE", 0.2)

    async def left() -> bool:
        await begun(Runs(), LONG)
        await asyncio.sleep(0.5)
        return await no_more(batches)

    assert awaited(left())


def test_who_asks_on_is_waited_for(batches: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if there is no news for long; the answer then says the same again."""
    monkeypatch.setattr(module, "GONE", 0.5)
    monkeypatch.setattr(module, "HOLD", 0.6)
    monkeypatch.setattr(module, "PAUSE", 1e9)
    # Otherwise a fast machine is at the end, which is news, before the last answer.
    slow = model_of("softmax").register_forward_hook(lambda *_: time.sleep(0.02))

    async def asked() -> tuple[int, int]:
        runs = Runs()
        known = await begun(runs, LONG)
        for _ in range(2):
            assert (await runs.follow({**LONG, "known": known}, ANN))["news"] == known
        so_far = len(batches)
        await asyncio.sleep(0.1)
        await runs.cancel({"id": ID}, ANN)
        return so_far, len(batches)

    try:
        so_far, later = awaited(asked())
    finally:
        slow.remove()
    assert later > so_far


def test_one_run_at_a_time_and_each_knows_its_place(batches: list[int]) -> None:
    short = request("softmax", "random", "0", id="the-third-run")

    async def three() -> None:
        runs = Runs()
        await begun(runs, LONG)
        second = await runs.follow({**LONG, "id": "the-second-run", "known": 0}, BOB)
        third = await runs.follow({**short, "known": 0}, CAT)
        for progress, ahead in ((second, 1), (third, 2)):
            assert (progress["ahead"], progress["series"]) == (ahead, None)
        waiting = asyncio.create_task(runs.follow({**short, "known": third["news"]}, CAT))
        await runs.cancel({"id": "the-second-run"}, BOB)
        moved = await waiting
        assert (moved["ahead"], moved["series"]) == (1, None)
        await runs.cancel({"id": ID}, ANN)
        while not is_done(moved):
            moved = await runs.follow({**short, "known": moved["news"]}, CAT)
        assert moved["ahead"] == 0

    awaited(three())


def test_a_page_has_one_run(batches: list[int]) -> None:
    """If it begins another one, it does not follow the first any more."""

    async def two() -> bool:
        runs = Runs()
        await begun(runs, LONG)
        second = {**request("softmax", "random", "0", id="the-second-run"), "known": 0}
        progress = await runs.follow(second, ANN)
        assert progress["ahead"] == 0
        while not is_done(progress):
            progress = await runs.follow({**second, "known": progress["news"]}, ANN)
        return await no_more(batches)

    assert awaited(two())


def test_addresses_take_turns(batches: list[int]) -> None:
    """Bob's run comes before all but one of those that Ann's address begins."""

    async def places() -> list[int]:
        runs = Runs()
        await begun(runs, LONG)
        names = [f"the-run-{k}" for k in range(4)]
        pages = [*(ANN._replace(page=f"ann's page {k}") for k in range(3)), BOB]
        for name, page in zip(names, pages, strict=True):
            await runs.follow({**LONG, "id": name, "known": 0}, page)
        told = [
            await runs.follow({**LONG, "id": name, "known": 0}, page)
            for name, page in zip(names, pages, strict=True)
        ]
        for name in (*names, ID):
            await runs.cancel({"id": name}, ANN)
        return [each["ahead"] for each in told]

    assert awaited(places()) == [2, 3, 4, 1]


@pytest.mark.parametrize("most", [2, 4], ids=["all addresses", "one address"])
def test_a_run_too_many_is_refused(
    batches: list[int], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Runs are counted by what they cost; an address may have a part of them."""
    readings = readings_of(RunRequest.parse(LONG))
    assert readings == 1000 * 21 * 11
    monkeypatch.setattr(module, "MOST", most * readings)
    monkeypatch.setattr(module, "SHARE", 2)
    others = [BOB, CAT] if most == 2 else [ANN._replace(page=f"page {k}") for k in range(2)]

    async def crowd() -> tuple[dict[str, Any], dict[str, Any]]:
        runs = Runs()
        await begun(runs, LONG)
        await runs.follow({**LONG, "id": "the-second-run", "known": 0}, others[0])
        third = {**LONG, "id": "the-third-run", "known": 0}
        refused: dict[str, Any] = await runs.follow(third, others[1])
        await runs.cancel({"id": "the-second-run"}, ANN)
        let_in: dict[str, Any] = await runs.follow(third, others[1])
        for name in (ID, "the-third-run"):
            await runs.cancel({"id": name}, ANN)
        return refused, let_in

    refused, let_in = awaited(crowd())
    assert refused == {"error": "2 runs are waiting already; please try again later."}
    assert let_in["ahead"] == 1


def test_thousands_of_tiny_runs_do_not_fit(batches: list[int]) -> None:
    async def crowd() -> list[bool]:
        runs = Runs()
        await begun(runs, LONG)
        tiny = {**LONG, "attack": "random", "epsilons": "0.1", "known": 0}
        told = [
            await runs.follow({**tiny, "id": f"a-tiny-run-{k}"}, ANN._replace(page=f"page {k}"))
            for k in range(100)
        ]
        await runs.cancel({"id": ID}, ANN)
        return ["error" in each for each in told]

    refused = awaited(crowd())
    assert not any(refused[:40]) and all(refused[50:])


def test_a_run_that_fails_says_so_and_the_next_one_goes_on(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Iterator[Any]:
        yield from ()
        raise RuntimeError("no memory")

    runs = Runs()
    with monkeypatch.context() as patch:
        patch.setattr(module, "evaluated", broken)
        (*_, last) = followed(runs, LONG)
    assert last == {"error": FAILED} and "no memory" in caplog.text
    assert is_done(followed(runs, request("softmax", "fgsm", "0", id="another-run"))[-1])


@pytest.mark.parametrize("where", ["model", "attack", "epsilons", "id", "known"])
@pytest.mark.parametrize("value", ANYTHING)
def test_a_bad_argument_is_one_sentence(
    where: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> Iterator[Evaluation]:
        raise AssertionError("nothing shall be evaluated")

    monkeypatch.setattr(module, "evaluated", never)
    if (where, value) == ("known", 3):
        return  # which is right
    answer = awaited(Runs().follow({**LONG, "known": 0, where: value}, ANN))
    assert set(answer) == {"error"}
    line = answer["error"]
    assert line.endswith(".") and len(line) < 250 and "\n" not in line
    named = {"model": "odel is", "attack": "ttack is", "epsilons": "psilons are", "id": "d is"}
    assert named.get(where, "nown is") in line or (
        where == "epsilons" and "is not a number" in line
    )


# ---- the download ----


def test_a_download_without_network_is_a_sentence(nowhere: Path) -> None:
    said = awaited(download(None, ANN))["error"]
    assert said.startswith("The test set could not be downloaded") and said.endswith(".")
    assert str(nowhere) not in said
    assert "built-in digits" in said and "\n" not in said
    assert digits_here()[0] is BUILTIN


def test_a_download_is_used_at_once(nowhere: Path, request: pytest.FixtureRequest) -> None:
    assert digits_here()[0] is BUILTIN
    request.getfixturevalue("server")
    assert awaited(download(None, ANN)) == {"said": "MNIST's 10,000 test digits are here now."}
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
    assert f"| {ours[name]}, ours | {error} | {confidence} |" in paper()
    assert not re.search("[A-Z]{5}", paper().replace("MNIST", ""))  # every blank is filled
