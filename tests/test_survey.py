"""The survey of every digit: the attack behind it, the counts drawn from it, and the files."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fgsm import survey as module
from fgsm.attack import fgsm
from fgsm.catalogue import (
    EPSILONS,
    ITERATIVE,
    LENET,
    MODELS,
    RANDOM,
    SOFTMAX,
    Attack,
    Model,
    load_model,
)
from fgsm.digits import builtin_digits
from fgsm.model import WEIGHTS
from fgsm.readings import Readings, predict
from fgsm.survey import (
    SURVEYED,
    breaking_points,
    confusion,
    control,
    examples,
    harder_than,
    load_survey,
    random_signs,
    survey,
)
from tests.helpers import FIRST, ask

CPU = torch.device("cpu")
EVERY_MODEL = pytest.mark.parametrize("name", MODELS)
EVERY_ATTACK = pytest.mark.parametrize("attack", SURVEYED, ids=lambda attack: attack.key)

# Seven digits at four epsilons: each row has a digit's label and predictions.
GRID = (0.0, 0.1, 0.2, 0.3)
BY_HAND = [
    (3, [3, 3, 8, 8]),  # breaks at .2
    (3, [3, 8, 3, 8]),  # breaks at .1, is right again at .2
    (3, [3, 3, 3, 5]),  # breaks at .3
    (7, [7, 7, 7, 7]),  # never breaks
    (7, [1, 7, 7, 1]),  # wrong before the attack, which even puts it right
    (0, [0, 6, 6, 5]),  # breaks at .1, and changes its mind again
    (9, [4, 4, 4, 4]),  # wrong before the attack
]


@pytest.fixture
def by_hand() -> Readings:
    labels, rows = zip(*BY_HAND, strict=True)
    return Readings(GRID, torch.tensor(labels), torch.tensor(rows).T)


def drawing(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_each_prediction_is_that_of_the_attack_at_that_epsilon(
    lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    images, labels = builtin[0][::3], builtin[1][::3]  # more than one batch
    readings = survey(lenet, images, labels, [0.0, 0.1, 0.2])
    assert readings.predictions.shape == (3, len(images))
    for epsilon, predictions in zip(readings.epsilons, readings.predictions, strict=True):
        attacked = fgsm(lenet, images, labels, epsilon)
        assert torch.equal(predictions, predict(lenet, attacked).argmax(1))
    assert (readings.predictions[0] != readings.predictions[2]).sum() > 100


def test_the_clean_digit_must_be_among_the_epsilons(
    lenet: nn.Module, builtin: tuple[Tensor, Tensor]
) -> None:
    with pytest.raises(ValueError, match=r"epsilons start at 0\.1"):
        survey(lenet, *builtin, [0.1, 0.2])


def test_fooled_is_right_before_and_wrong_after(by_hand: Readings) -> None:
    assert by_hand.right_before.tolist() == [True, True, True, True, False, True, False]
    assert by_hand.fooled.int().T.tolist() == [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 1, 1],
        [0, 0, 0, 0],
    ]


def test_confusion_by_hand(by_hand: Readings) -> None:
    cells = [
        {(3, 3): 3, (7, 7): 1, (0, 0): 1},
        {(3, 3): 2, (3, 8): 1, (7, 7): 1, (0, 6): 1},
        {(3, 3): 2, (3, 8): 1, (7, 7): 1, (0, 6): 1},
        {(3, 8): 2, (3, 5): 1, (7, 7): 1, (0, 5): 1},
    ]
    counts = confusion(by_hand)
    assert counts.shape == (4, 10, 10)
    for table, expected in zip(counts, cells, strict=True):
        found = {(row, column): int(table[row, column]) for row, column in table.nonzero().tolist()}
        assert found == expected


def test_breaking_points_by_hand(by_hand: Readings) -> None:
    found = breaking_points(by_hand)
    assert found.counts.tolist() == [0, 2, 1, 1]
    assert found.never == 1 and found.misread == 2


def test_harder_than_by_hand(by_hand: Readings) -> None:
    """The five digits read correctly break at .1, .1, .2, .3 and never."""
    assert harder_than(by_hand, 0.1) == 0
    assert harder_than(by_hand, 0.2) == 2 / 5
    assert harder_than(by_hand, 0.3) == 3 / 5
    assert harder_than(by_hand, math.inf) == 4 / 5
    for epsilon in GRID:  # as a sweep in float32 gives it
        assert harder_than(by_hand, float(np.float32(epsilon))) == harder_than(by_hand, epsilon)


# What random signs make of the same seven digits.
AT_RANDOM = [
    [3, 3, 3, 3],  # never fooled
    [3, 8, 3, 3],  # fooled at .1, where it breaks
    [3, 3, 8, 3],  # fooled at .2 only, before it breaks
    [7, 7, 7, 1],  # fooled at .3, as FGSM does not
    [1, 1, 1, 1],
    [0, 0, 6, 6],  # fooled at .2, after it breaks
    [4, 9, 4, 4],
]


def test_the_control_by_hand(by_hand: Readings) -> None:
    """Digits count only where FGSM fools them too, and at their own breaking points."""
    found = control(by_hand, replace(by_hand, predictions=torch.tensor(AT_RANDOM).T))
    assert found.right_before == 5
    assert found.fooled.tolist() == [0, 2, 2, 4]
    assert found.by_chance.tolist() == [0, 1, 1, 1]
    assert found.breaking == 4 and found.by_chance_there == 1


@EVERY_MODEL
@pytest.mark.parametrize("source", ["builtin", "test"])
def test_the_control_counts_what_the_stage_shows(
    name: str, source: str, mnist_test: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each digit's random signs are those that the page draws for it."""
    monkeypatch.setattr("fgsm.service.digits.mnist_test", lambda: mnist_test)
    stored = load_survey(MODELS[name], source, RANDOM)
    k = 90  # where random signs fool many
    fooled = stored.fooled[k].nonzero()[:2, 0].tolist()
    for index in (*fooled, 7, 403):
        request = {**FIRST, "source": source, "index": index, "model": name, "attack": RANDOM.key}
        (stage,) = ask("attack", request)["stages"]
        assert stage["predictions"] == stored.predictions[:, index].tolist()


@EVERY_MODEL
def test_random_signs_at_the_breaking_point(name: str) -> None:
    """They fool hardly any digit of a plain model, and half of those that the robust one loses."""
    model = MODELS[name]
    found = control(load_survey(model, "test"), load_survey(model, "test", RANDOM))
    share = found.by_chance_there / found.breaking
    assert (share > 0.2) if model.recipe.epsilon else (share < 0.01)
    assert found.breaking >= int(found.fooled[-1]) and (found.by_chance <= found.fooled).all()
    assert found.right_before == int((~load_survey(model, "test").wrong[0]).sum())


@EVERY_MODEL
def test_the_test_sets_survey_gives_the_cards_counts(name: str) -> None:
    readings = load_survey(MODELS[name], "test")
    results = json.loads((WEIGHTS / f"{name}.json").read_text())["results"]["fgsm"]
    counts = confusion(readings)
    assert len(results) == 11
    for result in results:
        k = readings.epsilons.index(result["epsilon"])
        still_right = int(counts[k].diagonal().sum())
        assert still_right == result["correct"]
        assert int(counts[k].sum()) - still_right == results[0]["correct"] - result["correct"]
        assert int(readings.fooled[k].sum()) == results[0]["correct"] - result["correct"]
    assert (counts.sum(2) == counts[0].sum(1)).all()


@EVERY_MODEL
@pytest.mark.parametrize("source", ["builtin", "test"])
def test_every_digit_breaks_once_or_never_or_was_wrong(name: str, source: str) -> None:
    readings = load_survey(MODELS[name], source)
    found = breaking_points(readings)
    n = len(readings.labels)
    assert int(found.counts.sum()) + found.never + found.misread == n
    assert readings.epsilons == EPSILONS and readings.predictions.shape == (101, n)
    share = harder_than(readings, math.inf)
    assert share == pytest.approx(1 - found.never / (n - found.misread))
    shares = [harder_than(readings, epsilon) for epsilon in (0.05, 0.1, 0.2, 0.4)]
    assert shares == sorted(shares) and shares[0] < shares[-1] <= share


@EVERY_MODEL
@EVERY_ATTACK
@pytest.mark.parametrize("source", ["builtin", "test"])
def test_the_stored_predictions_are_measured(
    name: str, attack: Attack, source: str, request: pytest.FixtureRequest
) -> None:
    images, labels = request.getfixturevalue("builtin" if source == "builtin" else "mnist_test")
    stored = load_survey(MODELS[name], source, attack)
    assert torch.equal(stored.labels, labels)
    step = len(images) // 40
    directions = random_signs(images)[::step] if attack is RANDOM else None
    fresh = survey(load_model(name, CPU), images[::step], labels[::step], directions=directions)
    # Another machine's rounding may change how a borderline digit is read.
    assert (fresh.predictions != stored.predictions[:, ::step]).float().mean() < 0.002
    assert fresh.fooled.any()


def test_examples_are_fooled_digits_none_twice() -> None:
    readings = load_survey(LENET, "builtin")
    k = 24
    fooled = {
        n
        for n, label in enumerate(readings.labels.tolist())
        if readings.predictions[0, n] == label != readings.predictions[k, n]
    }
    some = examples(readings, k, 30, generator=drawing(0)).tolist()
    assert len(some) == len(set(some)) == 30 and set(some) < fooled
    assert some != sorted(some)  # not in order
    assert some == examples(readings, k, 30, generator=drawing(0)).tolist()
    assert some != examples(readings, k, 30, generator=drawing(1)).tolist()
    every = examples(readings, k, 1000, generator=drawing(0)).tolist()
    assert len(every) == len(fooled) and set(every) == fooled


def test_examples_of_one_confusion() -> None:
    readings = load_survey(LENET, "builtin")
    k = 24
    counts = confusion(readings)[k]
    chosen: list[int] = []
    for label in range(10):
        row = examples(readings, k, 1000, generator=drawing(0), label=label)
        assert len(row) == counts[label].sum() - counts[label, label]
        for prediction in range(10):
            cell = examples(
                readings, k, 1000, generator=drawing(0), label=label, prediction=prediction
            )
            assert len(cell) == (counts[label, prediction] if label != prediction else 0)
            assert (readings.labels[cell] == label).all()
            assert (readings.predictions[k, cell] == prediction).all()
            chosen += cell.tolist()
    assert sorted(chosen) == readings.fooled[k].nonzero()[:, 0].tolist() != []
    column = examples(readings, k, 1000, generator=drawing(0), prediction=8)
    assert len(column) == counts[:, 8].sum() - counts[8, 8] > 0


def in_folder(model: Model, folder: Path) -> Model:
    return replace(model, folder=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the weights and the survey of softmax regression."""
    for name in ("softmax.pth", "softmax-survey.npz"):
        shutil.copy(WEIGHTS / name, tmp_path)
    load_survey(in_folder(SOFTMAX, tmp_path), "test")
    return tmp_path


def test_a_survey_of_other_weights_is_refused(folder: Path) -> None:
    torch.save(MODELS["softmax"].architecture().state_dict(), folder / "softmax.pth")
    with pytest.raises(ValueError, match=r"softmax-survey\.npz was made from other weights"):
        load_survey(in_folder(SOFTMAX, folder), "test")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def pickled(path: Path) -> None:
    with np.load(path) as arrays:
        foreign = dict(arrays)
    foreign["test_labels"] = foreign["test_labels"].astype(object)
    np.savez(path, **foreign)


@pytest.mark.parametrize(
    "write",
    [
        truncated,
        pickled,
        lambda path: path.write_bytes(b"no survey at all"),
        lambda path: np.savez(path, sha256=np.array("0")),
    ],
)
def test_bad_files_are_one_clear_error(write: object, folder: Path) -> None:
    assert callable(write)
    write(folder / "softmax-survey.npz")
    with pytest.raises(ValueError, match=r"softmax-survey\.npz cannot be read as a survey"):
        load_survey(in_folder(SOFTMAX, folder), "test")


def test_missing_survey_and_unknown_source_are_named(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"source is 'drawing'.*builtin, test"):
        load_survey(in_folder(SOFTMAX, folder), "drawing")
    with pytest.raises(ValueError, match=r"attack is 'iterative'.*fgsm, random"):
        load_survey(SOFTMAX, "test", ITERATIVE)
    with pytest.raises(FileNotFoundError, match="lenet-survey"):
        load_survey(in_folder(LENET, folder), "test")


def test_the_command_writes_what_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On small stand-ins for both sets of digits."""
    images, labels = builtin_digits()
    digits = {"builtin": (images[::100], labels[::100]), "test": (images[1::50], labels[1::50])}

    def mnist_digits(train: bool, root: Path | None, download: bool) -> tuple[Tensor, Tensor]:
        assert not train and root == Path("somewhere") and download
        return digits["test"]

    monkeypatch.setattr(module, "mnist_digits", mnist_digits)
    monkeypatch.setattr(module, "builtin_digits", lambda: digits["builtin"])
    monkeypatch.setenv("FGSM_DEVICE", "cpu")
    (folder / "softmax-survey.npz").unlink()
    monkeypatch.setitem(MODELS, "softmax", in_folder(SOFTMAX, folder))
    module.main(["softmax", "--data", "somewhere"])
    assert capsys.readouterr().out.startswith(str(folder / "softmax-survey.npz"))
    model = load_model("softmax", CPU)
    for source, (some_images, some_labels) in digits.items():
        for attack, directions in zip(SURVEYED, (None, random_signs(some_images)), strict=True):
            written = load_survey(in_folder(SOFTMAX, folder), source, attack)
            expected = survey(model, some_images, some_labels, directions=directions)
            assert written.epsilons == expected.epsilons == EPSILONS
            assert torch.equal(written.labels, some_labels)
            assert torch.equal(written.predictions, expected.predictions)


def test_bad_arguments_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "mnist_digits", lambda **_: builtin_digits())
    with pytest.raises(SystemExit) as exit_:
        module.main(["resnet"])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert "model is 'resnet'" in error and len(error.splitlines()) == 1
