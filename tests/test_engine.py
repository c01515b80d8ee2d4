"""The engine in the browser answers what the package answers; `tests.engine` says how exactly.

All digits under all attacks take longer: `python -m benchmarks.exactness`.
"""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fgsm.attack import gradient_sign, iterative_fgsm, loss_gradient
from fgsm.catalogue import (
    BUILTIN,
    DRAWING,
    EPSILONS,
    FGSM,
    IMAGE,
    ITERATIVE,
    LENET,
    MODELS,
    PGD,
    RAY,
    ROBUST,
    SOFTMAX,
    TARGETED,
    Aim,
    load_model,
)
from fgsm.digits import BUILTIN_DIGITS
from fgsm.frames import image_frames
from tests.engine import (
    CPU,
    FINISHED,
    IN_STEPS,
    KINDS,
    ROUNDING,
    Exact,
    Tally,
    asked,
    compare,
    exact,
    in_engine,
)
from tests.helpers import ask, unpack

Digits = tuple[Tensor, Tensor]
APART = 1e-4
"""The share of readings that rounding may decide."""
SIGNS_APART = 1e-5
"""The share of signs that it may decide."""


# ---- random numbers ----


def test_random_numbers_are_pytorchs(tmp_path: Path) -> None:
    seeds = [*range(0, 1000, 29), 2**31, 2**32 - 1]
    lengths = [1, 2, 0, 16, 783, 784, 3]
    module = """
      import { Generator, rand, randint2, randperm } from "./fgsm/engine/random.js";
      export const answer = ({ seeds, lengths }) => seeds.map((seed) => {
        const generator = new Generator(seed);
        return lengths.map((n) => [randint2, randperm, rand].map((draw) => draw(generator, n)));
      });
    """
    found = in_engine(tmp_path, module, {"seeds": seeds, "lengths": lengths})
    for seed, drawn in zip(seeds, found, strict=True):
        generator = torch.Generator().manual_seed(seed)
        for n, (coins, order, numbers) in zip(lengths, drawn, strict=True):
            assert (coins == torch.randint(0, 2, (n,), generator=generator).numpy()).all()
            assert (order == torch.randperm(n, generator=generator).numpy()).all()
            assert (numbers == torch.rand(n, generator=generator).numpy()).all()


# ---- gradients ----


@pytest.mark.parametrize("key", MODELS)
def test_gradients_are_those_of_exact_arithmetic(key: str, tmp_path: Path, builtin: Digits) -> None:
    """Over all digits: no sign is another, and few of those that float32 gives."""
    module = """
      import { lossGradient } from "./fgsm/engine/attack.js";
      import { digitOf, modelOf } from "./fgsm/engine/service/digits.js";
      export const answer = (requests) => requests.map((request) => {
        const { image, label } = digitOf(request);
        return lossGradient(modelOf(request.model), image, label);
      });
    """
    found = in_engine(tmp_path, module, asked("FGSM", key, range(BUILTIN_DIGITS)))
    gradients = torch.from_numpy(np.stack(found)).view(-1, 1, 28, 28)
    model = load_model(key, CPU)
    expected = loss_gradient(Exact(model), *builtin)
    assert torch.allclose(gradients.float(), expected, rtol=1e-5, atol=1e-9)
    assert (gradients.sign() == expected.sign()).all()
    usual = gradient_sign(model, *builtin)
    assert (gradients.sign() != usual).double().mean() < SIGNS_APART


@pytest.mark.parametrize(
    "options",
    [{}, {"targeted": True, "steps": 3}, {"steps": 2, "step_size": 0.04}],
    ids=["as on the stage", "targeted", "of a size"],
)
def test_steps_are_those_of_exact_arithmetic(
    options: dict[str, Any], tmp_path: Path, builtin: Digits
) -> None:
    indexes, epsilons = range(7, BUILTIN_DIGITS, 250), [0, 0.05, 0.3]
    module = """
      import { iterativeFgsm } from "./fgsm/engine/attack.js";
      import { digitOf, modelOf } from "./fgsm/engine/service/digits.js";
      export const answer = ({ requests, epsilons, options }) => requests.map((request) => {
        const { image, label } = digitOf(request);
        const { step_size: stepSize, ...others } = options;
        const model = modelOf(request.model);
        return epsilons.map((e) => iterativeFgsm(model, image, label, e, { stepSize, ...others }));
      });
    """
    for key in (LENET.key, ROBUST.key):
        requests = asked("FGSM", key, indexes)
        found = in_engine(
            tmp_path, module, {"requests": requests, "epsilons": epsilons, "options": options}
        )
        for index, images in zip(indexes, found, strict=True):
            image, label = (each[index : index + 1] for each in builtin)
            model = Exact(load_model(key, CPU))
            expected = iterative_fgsm(model, image, label, epsilons, **options)
            assert (expected.flatten(1).numpy() == np.stack(images)).all()


def test_pgd_starts_where_pytorch_starts(tmp_path: Path, builtin: Digits) -> None:
    """The page does not offer it, but the catalogue has it."""
    index, epsilons = 403, [0.1, 0.3]
    module = """
      import { aimed } from "./fgsm/engine/catalogue.js";
      import { Generator } from "./fgsm/engine/random.js";
      import { digitOf, modelOf } from "./fgsm/engine/service/digits.js";
      export const answer = ({ request, attack, epsilons }) => {
        const { image, label } = digitOf(request);
        const aim = { generator: new Generator(request.index), target: null, ray: [0, 0] };
        return aimed(attack, aim)(modelOf(request.model), image, label, epsilons);
      };
    """
    (request,) = asked("FGSM", LENET.key, [index])
    found = in_engine(
        tmp_path, module, {"request": request, "attack": PGD.key, "epsilons": epsilons}
    )
    aim = Aim(torch.Generator().manual_seed(index))
    image, label = (each[index : index + 1] for each in builtin)
    expected = exact(PGD).aimed(aim)(load_model(LENET.key, CPU), image, label, epsilons)
    assert (expected.flatten(1).numpy() == np.stack(found)).all()


# ---- the stage ----


def test_digits_are_attacked_as_in_the_package(tmp_path: Path) -> None:
    """Every second digit by one of the attacks in one of the models, at every epsilon."""
    # A linear model takes little time, so it gets twice as many digits.
    pairs = [(kind, key) for kind in KINDS if kind != IN_STEPS for key in (*MODELS, SOFTMAX.key)]
    requests = [
        request
        for first, (kind, key) in enumerate(pairs)
        for request in asked(kind, key, range(2 * first, BUILTIN_DIGITS, 2 * len(pairs)))
    ]
    tally = Tally()
    compare(tmp_path, requests, tally)
    assert tally.wrong == []
    assert tally.log_probs <= ROUNDING
    assert tally.stages == BUILTIN_DIGITS / 2 and tally.pictures == tally.stages * len(EPSILONS)
    assert tally.close <= APART * tally.pictures
    assert tally.other_readings <= APART * tally.pictures


def test_ten_steps_are_as_in_the_package(tmp_path: Path) -> None:
    tally = Tally()
    requests = [
        request
        for i, key in enumerate(MODELS)
        for request in asked(IN_STEPS, key, [123 + 400 * i, 523 + i])
    ]
    compare(tmp_path, requests, tally)
    assert tally.wrong == []
    assert tally.log_probs <= ROUNDING


# ---- whole answers ----


def strokes() -> str:
    """A drawing of 112 x 112 pixels, in base64: a hook, with soft edges."""
    y, x = np.mgrid[:112, :112]
    upright = np.clip(4 - np.abs(x - 60 - (y - 56) / 6), 0, 1) * ((y > 20) & (y < 92))
    bar = np.clip(4 - np.abs(y - 24), 0, 1) * ((x > 30) & (x < 68))
    return base64.b64encode((255 * np.maximum(upright, bar)).astype(np.uint8).tobytes()).decode()


def pixels(builtin: Digits) -> str:
    return base64.b64encode(image_frames(builtin[0][512]).numpy().tobytes()).decode()


GOOD: dict[str, Any] = {"source": BUILTIN.key, "index": 403, "attack": FGSM.key, "model": LENET.key}
DRAWN = {**GOOD, "source": DRAWING.key, "drawing": strokes()}
BROUGHT = {**GOOD, "source": IMAGE.key, "pixels": "of the digit"}
WHOLE: dict[str, dict[str, Any]] = {
    "the first digit": GOOD,
    "both twins": {**GOOD, "index": 77, "twin": True},
    "some epsilons": {**GOOD, "ks": [0, 24, 60]},
    "misread before": {**GOOD, "model": SOFTMAX.key, "index": 555},
    "towards a class": {**GOOD, "attack": TARGETED.key, "target": 9},
    "a ray": {**GOOD, "attack": RAY.key, "ray": [-0.1, 0.3]},
    "a ray to the first place": {**GOOD, "attack": RAY.key},
    "ten steps": {**GOOD, "attack": ITERATIVE.key, "model": SOFTMAX.key},
    "a drawing": DRAWN,
    "a drawing that is named": {**DRAWN, "label": 4},
    "a drawing towards what it is": {**DRAWN, "attack": TARGETED.key, "target": 7},
    "a picture": BROUGHT,
    "a picture that is named": {**BROUGHT, "label": 5, "twin": True},
    "some models": {**GOOD, "compared": [ROBUST.key, SOFTMAX.key]},
}
ASKED = (
    """
  import { refused, packed } from "./fgsm/engine/service/pack.js";
  import { Refusal } from "./fgsm/engine/refusal.js";
  import * as stage from "./fgsm/engine/service/stage.js";
"""
    + FINISHED
    + """
  const answered = ({ name, data }) => {
    try {
      return packed(finished(stage[name](data)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refused(error);
    }
  };
  export const answer = (questions) => questions.map(answered);
"""
)


def same(engine: Any, package: Any) -> None:
    """Equal, but for the last digits of numbers that were rounded to a millionth."""
    if isinstance(engine, np.ndarray):
        assert (unpack(package).flatten().numpy() == engine).all()
    elif isinstance(engine, dict):
        assert engine.keys() == package.keys()
        for name in engine:
            same(engine[name], package[name])
    elif isinstance(engine, list):
        for each in zip(engine, package, strict=True):
            same(*each)
    elif isinstance(engine, (int, float)) and not isinstance(engine, bool):
        assert engine == pytest.approx(package, rel=0, abs=5e-6)
    else:
        assert engine == package and type(engine) is type(package)


@pytest.mark.parametrize("name", ["attack", "compare"])
def test_whole_answers_are_the_packages(name: str, tmp_path: Path, builtin: Digits) -> None:
    questions = [
        {**data, "pixels": pixels(builtin)} if "pixels" in data else data for data in WHOLE.values()
    ]
    found = in_engine(tmp_path, ASKED, [{"name": name, "data": data} for data in questions])
    for what, data, answer in zip(WHOLE, questions, found, strict=True):
        assert "error" not in answer, what
        same(answer, ask(name, data))


# ---- refusals ----

CHANGES: list[dict[str, Any]] = [
    {"source": "attic"},
    {"source": None},
    {"index": -1},
    {"index": BUILTIN_DIGITS},
    {"index": 1.5},
    {"index": "3"},
    {"index": True},
    {"index": None},
    {"source": "test", "index": 10_000},
    {"attack": "magic"},
    {"attack": PGD.key},
    {"attack": {"b": [1, [2, {"c": None}]], "a": False}},
    {"model": "it's"},
    {"model": "x" * 29},
    {"model": "\\" * 1000},
    {"model": "\t\x01\x7f\xa0\u2028é"},
    {"model": "\N{GRINNING FACE}" * 31},
    {"model": "\N{GRINNING FACE}\U000e0001\r"},
    {"target": 10},
    {"target": "7"},
    {"twin": 1},
    {"twin": None},
    {"ray": "up"},
    {"ray": [1]},
    {"ray": [0.2, 0.31]},
    {"ray": [0.1, True]},
    {"ray": [0, 0]},
    {"ray": [1e-60, 0]},
    {"ray": [0.5000000005, 0]},
    {"index": 300, "attack": TARGETED.key, "target": 3},
    {"source": DRAWING.key},
    {"source": DRAWING.key, "drawing": 3},
    {"source": DRAWING.key, "drawing": "-"},
    {"source": DRAWING.key, "drawing": "AAA"},
    {"source": DRAWING.key, "drawing": "AA=="},
    {"source": DRAWING.key, "drawing": "AAA="},
    {"source": DRAWING.key, "drawing": ""},
    {"source": DRAWING.key, "drawing": "A" * 200_000},
    {"source": DRAWING.key, "drawing": base64.b64encode(bytes(112**2)).decode()},
    {"source": IMAGE.key},
    {"source": IMAGE.key, "pixels": "AAAA"},
    {"source": IMAGE.key, "pixels": "A" * 1048},
    {"source": IMAGE.key, "pixels": "A" * 1046 + " ="},
    {"source": IMAGE.key, "pixels": "A" * 1048, "label": 10},
]
WRONG: list[Any] = [None, 3, "builtin", [GOOD], {}, *({**GOOD, **change} for change in CHANGES)]
WRONG_KS = [3, [], [1, 2], [0, 2, 2], [0, 101], [0, 1.5], [0, None], list(range(102)), "0", {}]
WRONG_MODELS = ["lenet", [], ["lenet"] * 4, ["lenet", "attic"], [None], {}]


def test_what_is_wrong_is_said_in_the_same_words(tmp_path: Path) -> None:
    questions = [
        *({"name": name, "data": data} for name in ("attack", "compare") for data in WRONG),
        *({"name": "attack", "data": {**GOOD, "ks": ks}} for ks in WRONG_KS),
        *({"name": "compare", "data": {**GOOD, "compared": keys}} for keys in WRONG_MODELS),
    ]
    found = in_engine(tmp_path, ASKED, questions)
    for question, answer in zip(questions, found, strict=True):
        assert answer.keys() == {"error"}, question
        assert answer == ask(**question)


def test_the_test_set_is_not_here(tmp_path: Path) -> None:
    data = {**GOOD, "source": "test"}
    (answer,) = in_engine(tmp_path, ASKED, [{"name": "attack", "data": data}])
    assert answer == {"error": "The test set is not in this page."}
