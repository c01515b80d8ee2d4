"""The parts of the engine around its core: figures, surveys, runs and codes.

The package answers the same questions while the test runs. What is counted, drawn or laid out is
the same; numbers that come out of a network are within rounding.
"""

import base64
import itertools
import operator
import random
import statistics
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from segno.consts import ERROR_LEVEL_M, SYMBOL_CAPACITY

from fgsm.catalogue import ATTACKS, MODELS, TWINS, load_model
from fgsm.digits import MnistMissing, builtin_digits
from fgsm.evaluate import evaluate, unaimed
from fgsm.service import FIGURES, church_window, linearity
from fgsm.service.all_digits import run
from fgsm.service.fields import LONGEST_LINK, REACHES
from fgsm.service.figures import LINEAR_ENDS, WINDOW_SIZE
from fgsm.service.request import RunRequest
from fgsm.strokes import on_pad, written
from fgsm.styles import STYLES
from fgsm.ui.wire import packed
from tests.engine import FINISHED, in_engine
from tests.helpers import ask, unpack

SERVICE = f"""
import {{ packed, refused }} from "./fgsm/engine/service/pack.js";
import {{ Refusal }} from "./fgsm/engine/refusal.js";
import * as figures from "./fgsm/engine/service/figures.js";
import * as digits from "./fgsm/engine/service/all_digits.js";
import * as codes from "./fgsm/engine/service/codes.js";
{FINISHED}
const functions = {{ ...figures, ...digits, ...codes }};
const answerOf = (name, request) => {{
  try {{
    const answer = functions[name](request);
    return packed("next" in Object(answer) ? finished(answer) : answer);
  }} catch (error) {{
    if (error instanceof Refusal) return refused(error);
    throw error;
  }}
}};

export const answer = (questions) => questions.map((question) => answerOf(...question));
"""


@pytest.fixture(autouse=True)
def nothing_but_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has the built-in digits only; so has the service here."""

    def missing() -> None:
        raise MnistMissing("there is none")

    monkeypatch.setattr("fgsm.service.digits.mnist_test", missing)


# ---- the service's answers ----

SPREAD = [{"source": "builtin", "index": index} for index in range(3, 1000, 83)]
ROUNDING = 1e-4


def drawn(rng: random.Random) -> dict[str, Any]:
    """A request for a drawing that nobody has named."""
    pixels = np.asarray(on_pad(written(rng.choice(STYLES), rng.uniform, rng), 0.8, 0.085))
    return {"source": "drawing", "index": 0, "drawing": base64.b64encode(pixels.tobytes()).decode()}


def compared(tmp_path: Path, questions: list[tuple[str, dict[str, Any]]]) -> Iterator[Any]:
    """The questions, each with the engine's answer and the package's."""
    answers = in_engine(tmp_path, SERVICE, questions)
    for (name, request), answer in zip(questions, answers, strict=True):
        yield (name, request), answer, ask(name, request)


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Where the engine's answer is another than the package's: the path, and by how much.

    Frames differ in levels of 255. Whole numbers and words may not differ at all: by infinity.
    """
    if isinstance(ours, np.ndarray):
        levels = unpack(theirs).numpy().ravel()
        distances = np.abs(ours.astype(int) - levels)
        yield from ((path, float(distance)) for distance in distances[distances > 0])
    elif isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for key in ours:
            yield from differences(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for mine, other in zip(ours, theirs, strict=True):
            yield from differences(mine, other, path)
    elif ours != theirs:
        are_numbers = isinstance(ours, float | int) and isinstance(theirs, float)
        yield path, abs(ours - theirs) if are_numbers else float("inf")


def test_figures_are_the_packages(tmp_path: Path) -> None:
    rng = random.Random(0)
    digits = [*SPREAD, drawn(rng), {**drawn(rng), "label": 5}]
    questions = [
        (figure.__name__, {**digit, "model": list(MODELS)[i % len(MODELS)], "twin": i % 4 == 0})
        for i, digit in enumerate(digits)
        for figure in FIGURES
        if figure not in (church_window, linearity)
    ]
    for question, ours, theirs in compared(tmp_path, questions):
        for path, distance in differences(ours, theirs):
            is_picture = path.rpartition(".")[2] in ("frames", "changes", "direction")
            assert distance <= (1 if is_picture else ROUNDING), (question, path)


def test_lines_and_logits_are_the_packages(tmp_path: Path) -> None:
    questions = [
        ("linearity", {**digit, "model": model})
        for digit, model in zip(SPREAD, itertools.cycle(MODELS), strict=False)
    ]
    for question, ours, theirs in compared(tmp_path, questions):
        for our_chart, their_chart in zip(ours["charts"], theirs["charts"], strict=True):
            bends = np.array(our_chart.pop("bends")), np.array(their_chart.pop("bends"))
            # A bend is a part of the way that a logit goes, which may be short.
            ways = [furthest(their_chart["logits"], theirs["epsilons"], end) for end in LINEAR_ENDS]
            assert (abs(bends[0] - bends[1]) <= ROUNDING / np.clip(ways, None, 1)).all(), question
        for path, distance in differences(ours, theirs):
            # They are rounded to a thousandth; what rounds the other way is one apart.
            assert distance <= 1e-3 + ROUNDING, (question, path)


def furthest(
    logits: list[list[float]], epsilons: list[float], end: float
) -> npt.NDArray[np.float64]:
    """How far each logit moves on the way from the digit to an epsilon."""
    away = abs(np.array(logits) - logits[epsilons.index(0)])
    way: npt.NDArray[np.float64] = away[[0 <= epsilon <= end for epsilon in epsilons]].max(0)
    return way


def test_church_windows_are_the_packages(tmp_path: Path) -> None:
    digits = [*SPREAD[::5], drawn(random.Random(1))]
    reaches = itertools.cycle(REACHES)
    questions = [
        ("church_window", {**digit, "model": "lenet", "reach": reach})
        for digit, reach in zip(digits, reaches, strict=False)
    ]
    points = apart = 0
    for _, ours, theirs in compared(tmp_path, questions):
        for our_plane, their_plane in zip(ours["planes"], theirs["planes"], strict=True):
            read, expected = ("".join(plane.pop("rows")) for plane in (our_plane, their_plane))
            points += len(expected)
            apart += sum(map(operator.ne, read, expected))
        assert ours == theirs
    assert points == len(digits) * len(TWINS) * WINDOW_SIZE**2
    assert apart <= points / 10_000  # where the two largest log-probabilities are within rounding


@pytest.mark.parametrize("model", MODELS)
def test_counts_and_examples_of_surveys_are_the_packages(tmp_path: Path, model: str) -> None:
    rng = random.Random(model)
    classes = [None, *range(10)]
    cells: list[dict[str, Any]] = [
        {"k": rng.randrange(101), "label": rng.choice(classes), "prediction": rng.choice(classes)}
        for _ in range(30)
    ]
    questions: list[tuple[str, dict[str, Any]]] = [
        ("counts", {"model": model}),
        *(("grid", {"model": model, "seed": rng.randrange(2**32)}) for _ in range(5)),
        *(("cell", {"model": model, "seed": rng.randrange(2**32), **cell}) for cell in cells),
    ]
    for question, ours, theirs in compared(tmp_path, questions):
        assert [path for path, _ in differences(ours, theirs)] == [], question


# ---- runs ----


@pytest.mark.parametrize(
    ("model", "attack", "epsilons"),
    [("lenet", "fgsm", "0.3, 0.1 0 0.1"), ("softmax", "random", "0.2"), ("softmax", "fgsm", "0")],
)
def test_runs_are_the_packages(tmp_path: Path, model: str, attack: str, epsilons: str) -> None:
    module = """
        import { run } from "./fgsm/engine/service/all_digits.js";
        export const answer = (request) => [...run(request)];
    """
    request = {"model": model, "attack": attack, "epsilons": epsilons}
    steps = in_engine(tmp_path, module, request)
    first, *_, last = (packed(step.series) for step in run(RunRequest.parse(request)))
    assert steps[0]["series"] == first
    assert same_results(steps[-1]["series"].pop("results"), last.pop("results"))
    assert steps[-1]["series"] == last
    assert {step["device"] for step in steps} == {"this device"}
    # Others wait for the end of a part: some 40 ms, here perhaps beside another busy process.
    seconds = [step["seconds"] for step in steps]
    assert statistics.median(np.diff(seconds)) < 0.08
    counted = [step["series"]["n"] for step in steps]
    assert counted == sorted(set(counted))


def test_an_evaluation_with_many_gradients_is_the_packages(tmp_path: Path) -> None:
    module = """
        import { modelOf, provided } from "./fgsm/engine/service/digits.js";
        import { evaluate } from "./fgsm/engine/evaluate.js";
        import { asItIs } from "./fgsm/engine/picture.js";

        export const answer = ({ model, indexes, epsilons }) => {
          const { images, labels } = provided().digits;
          const some = indexes.map((i) => asItIs(images.subarray(784 * i, 784 * (i + 1))));
          const their = indexes.map((i) => labels[i]);
          return [...evaluate(modelOf(model), some, their, epsilons, "iterative")];
        };
    """
    images, labels = builtin_digits()
    indexes, epsilons = list(range(0, 1000, 25)), [0.2, 0.05]
    for key in MODELS:
        asked = {"model": key, "indexes": indexes, "epsilons": epsilons}
        found = in_engine(tmp_path, module, asked)
        model = load_model(key, torch.device("cpu"))
        attack = unaimed(ATTACKS["iterative"])
        *_, expected = evaluate(model, images[indexes], labels[indexes], epsilons, attack)
        assert found[-1]["n"] == expected.n
        assert same_results(found[-1]["results"], [asdict(each) for each in expected.results])
        # It stops after each of three epsilons: of those asked for, and of 0.
        assert len(found) == 3 * len(indexes)


def same_results(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> bool:
    """Counts are the same; mean confidences are within rounding."""
    confidences = zip(
        (result.pop("mean_confidence_wrong") for result in ours),
        (result.pop("mean_confidence_wrong") for result in theirs),
        strict=True,
    )
    are_near = all(
        mine == pytest.approx(other, abs=ROUNDING) if other is not None else mine is None
        for mine, other in confidences
    )
    return are_near and ours == theirs


EPSILONS_AS_TYPED = [
    "0 0.10 0.20", "0.3,0.1;0.1", " .5 ", "5e-1", "1_0e-2", "0.", "+0.25", "-0", "",
    " , ", "0.51", "-0.1", "nan", "Infinity", "1e999", "a", "0x1", "0..1", "_1", "1_", "it's", "\\",
    "'\"", "0.1." * 30, " ".join(["0.1"] * 21), " ".join(["0.1"] * 22),
]  # fmt: skip


def test_epsilons_of_a_run_are_read_as_in_python(tmp_path: Path) -> None:
    module = """
        import { runRequest } from "./fgsm/engine/service/runs.js";
        export const answer = (typed) => typed.map((epsilons) => {
          try {
            return runRequest({ model: "lenet", attack: "fgsm", epsilons }).epsilons;
          } catch (error) {
            return error.message;
          }
        });
    """

    def in_python(typed: str) -> list[float] | str:
        request = {"model": "lenet", "attack": "fgsm", "epsilons": typed}
        try:
            return list(RunRequest.parse(request).epsilons)
        except ValueError as error:
            return str(error)

    found = in_engine(tmp_path, module, EPSILONS_AS_TYPED)
    expected = [in_python(typed) for typed in EPSILONS_AS_TYPED]
    assert found == expected
    assert sum(isinstance(each, str) for each in expected) == 17


# ---- codes ----


def test_codes_are_those_of_segno(tmp_path: Path) -> None:
    rng = random.Random(0)
    letters = [chr(code) for code in range(33, 127)]
    # Codes of every size that a link may need: full ones, and small ones with room for more.
    full = [room_for_bytes(version) for version in range(1, 29)]
    links = [
        start + "".join(rng.choices(letters, k=length - len(start)))
        for length in [*full, *range(9, 100, 7), LONGEST_LINK]
        for start in [rng.choice(["http://", "https://"])]
    ]
    refused = ["", "http://", "ftp://a", "https://a b", "https://é", "https://" + "a" * 1193]
    questions = [("qr", {"link": link}) for link in [*links, *refused, "http://" + "1" * 200]]
    for question, ours, theirs in compared(tmp_path, questions):
        assert ours == theirs, question


def room_for_bytes(version: int) -> int:
    """How long a text may be in a code of that version, of medium error correction."""
    capacity: Any = SYMBOL_CAPACITY[version]
    return int(capacity[ERROR_LEVEL_M] - 4 - (8 if version < 10 else 16)) // 8
