"""Accuracy under attack: the oracle's exact counts, the command line, and the cards."""

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from fgsm import evaluate as module
from fgsm.attack import fgsm
from fgsm.catalogue import ARTICLE_EPSILONS, ATTACKS, MODELS, RANDOM, attacks_offered, load_model
from fgsm.evaluate import Evaluation, evaluate, unaimed
from fgsm.frames import eight_bit
from fgsm.model import WEIGHTS
from fgsm.readings import predict

CPU = torch.device("cpu")
ORACLE_COUNTS = [9810, 9426, 8510, 6826, 4301, 2082, 869]


def last(model: nn.Module, digits: tuple[Tensor, Tensor], epsilons: list[float]) -> Evaluation:
    *_, evaluation = evaluate(model, *digits, epsilons)
    return evaluation


def test_the_articles_weights_give_the_articles_counts(
    oracle: Path, mnist_test: tuple[Tensor, Tensor]
) -> None:
    evaluation = last(load_model(oracle, CPU), mnist_test, list(ARTICLE_EPSILONS))
    assert [result.correct for result in evaluation.results] == ORACLE_COUNTS
    assert evaluation.n == 10_000


def test_counts_are_those_of_a_plain_loop(lenet: nn.Module, builtin: tuple[Tensor, Tensor]) -> None:
    images, labels = builtin[0][::3], builtin[1][::3]
    evaluation = last(lenet, (images, labels), [0.2, 0.0, 0.1])
    was_right = predict(lenet, images).argmax(1) == labels
    assert [result.epsilon for result in evaluation.results] == [0.2, 0.0, 0.1]
    for result in evaluation.results:
        log_probs = predict(lenet, fgsm(lenet, images, labels, result.epsilon))
        confidence, prediction = log_probs.exp().max(1)
        wrong = prediction != labels
        assert result.correct == (was_right & ~wrong).sum()
        assert result.accuracy == result.correct / len(images)
        assert result.mean_confidence_wrong == pytest.approx(confidence[wrong].mean().item())


def test_digits_wrong_before_the_attack_stay_wrong(builtin: tuple[Tensor, Tensor]) -> None:
    """Even if the attack happens to put them right: a random model under random signs."""
    torch.manual_seed(0)
    model = MODELS["softmax"].architecture()
    *_, clean = evaluate(model, *builtin, [0.0])
    *_, noisy = evaluate(model, *builtin, [0.5], unaimed(RANDOM))
    was_right = predict(model, builtin[0]).argmax(1) == builtin[1]
    assert clean.results[0].correct == was_right.sum()
    assert noisy.results[0].correct <= clean.results[0].correct


def test_running_results_grow(lenet: nn.Module, builtin: tuple[Tensor, Tensor]) -> None:
    sizes = [evaluation.n for evaluation in evaluate(lenet, *builtin, [0.1])]
    assert sizes == sorted(set(sizes)) and sizes[-1] == 1000 and len(sizes) > 5


def test_no_wrong_prediction_no_confidence(builtin: tuple[Tensor, Tensor]) -> None:
    images = builtin[0][:10]
    model = load_model("lenet", CPU)
    evaluation = last(model, (images, predict(model, images).argmax(1)), [0.0])
    assert evaluation.results[0].mean_confidence_wrong is None


def test_prints_as_the_article_does(capsys: pytest.CaptureFixture[str]) -> None:
    module.main(["--builtin", "--limit", "100", "--epsilons", "0", ".05", ".3", "--device", "cpu"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(", ")[0] for line in lines] == [
        "Epsilon: 0",
        "Epsilon: 0.05",
        "Epsilon: 0.3",
    ]
    assert all(line.split(", ")[1].startswith("Accuracy: ") for line in lines)
    assert all(len(line.split(".")[-1]) == 3 for line in lines)


@pytest.mark.parametrize("attack", attacks_offered("runs"))
def test_json(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    digits = ["--builtin", "--limit", "200", "--epsilons", "0", ".1"]
    module.main(["--json", "--attack", attack, "--weights", "softmax", "--device", "cpu", *digits])
    report = json.loads(capsys.readouterr().out)
    assert report["weights"] == "softmax" and report["attack"] == attack
    assert report["device"] == "cpu" and report["n"] == 200 and report["seconds"] > 0
    assert [result["epsilon"] for result in report["results"]] == [0, 0.1]
    for result in report["results"]:
        assert result["accuracy"] == result["correct"] / 200
        assert 0 < result["mean_confidence_wrong"] <= 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weights", "nowhere.pth"], "no weights at nowhere.pth"),
        (["--epsilons", "nan"], "epsilon is nan"),
        (["--epsilons", "2"], "epsilon is 2.0"),
        (["--limit", "0"], "--limit is 0"),
        (["--device", "abacus"], "device is 'abacus'"),
    ],
)
def test_bad_arguments_are_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        module.main(["--builtin", *arguments])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert words in error and len(error.splitlines()) == 1


def test_reads_a_picture(
    tmp_path: Path,
    lenet: nn.Module,
    builtin: tuple[Tensor, Tensor],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An adversarial image that was saved is read as it is, to the last digit."""
    image = eight_bit(fgsm(lenet, builtin[0][403:404], builtin[1][403:404], 0.12))
    probabilities = predict(lenet, image)[0].exp()
    file = tmp_path / "a b.png"
    Image.fromarray((image[0, 0] * 255).byte().numpy()).save(file)
    module.main(["--image", str(file), "--json", "--device", "cpu"])
    report = json.loads(capsys.readouterr().out)
    assert report["prediction"] == 9 and report["file"] == str(file)
    assert report["confidences"] == probabilities.tolist()
    module.main(["--image", str(file), "--weights", "lenet", "--device", "cpu"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["Prediction: 9", *(f"{i}: {p:.4f}" for i, p in enumerate(probabilities))]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"PK", "or BMP; its first bytes are 50 4b")],
)
def test_a_picture_that_cannot_be_read_is_one_line(
    content: bytes | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "picture.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as exit_:
        module.main(["--image", str(file)])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert words in error and len(error.splitlines()) == 1


CardCheck = Callable[[dict[str, dict[float, dict[str, float]]]], None]


def read_card(name: str) -> dict[str, dict[float, dict[str, float]]]:
    card = json.loads((WEIGHTS / f"{name}.json").read_text())
    return {
        method: {result["epsilon"]: result for result in results}
        for method, results in card["results"].items()
    }


def test_what_we_claim_of_lenet() -> None:
    results = read_card("lenet")
    assert results["fgsm"][0]["accuracy"] >= 0.99
    assert results["fgsm"][0.3]["accuracy"] < 0.2
    assert results["random"][0.3]["accuracy"] > 0.85  # direction, not size


def test_what_we_claim_of_robust_lenet() -> None:
    results = read_card("lenet-robust")
    assert results["fgsm"][0]["accuracy"] >= 0.97
    assert results["fgsm"][0.3]["accuracy"] >= 0.92
    assert results["pgd-40"][0.3]["accuracy"] >= 0.88


def test_what_we_claim_of_softmax() -> None:
    results = read_card("softmax")
    assert results["fgsm"][0]["accuracy"] >= 0.915
    assert results["fgsm"][0.25]["accuracy"] <= 0.001
    assert 0.75 <= results["fgsm"][0.25]["mean_confidence_wrong"] <= 0.82


@pytest.mark.parametrize("name", MODELS)
def test_the_card_is_of_these_weights(name: str) -> None:
    card = json.loads((WEIGHTS / f"{name}.json").read_text())
    assert card["sha256"] == hashlib.sha256((WEIGHTS / f"{name}.pth").read_bytes()).hexdigest()
    assert card["test_digits"] == 10_000
    assert card["held_out_digits"] == 1000 and card["training_digits"] == 59_000
    assert {"name", "recipe", "seed", "date", "versions"} <= card.keys()


@pytest.mark.parametrize("name", MODELS)
def test_the_cards_figures_are_measured(name: str, mnist_test: tuple[Tensor, Tensor]) -> None:
    model = load_model(name, CPU)
    for method in ("fgsm", "random"):
        *_, evaluation = evaluate(model, *mnist_test, [0.0, 0.1, 0.3], unaimed(ATTACKS[method]))
        for result in evaluation.results:
            written = read_card(name)[method][result.epsilon]
            # Another machine's rounding may change how a borderline digit is read.
            slack = 3 if method == "fgsm" else 30
            assert math.isclose(result.correct, written["correct"], abs_tol=slack)
