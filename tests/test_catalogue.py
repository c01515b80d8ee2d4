"""The catalogue is the one place where attacks, models and sources are listed."""

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import Tensor

from fgsm import attack as attack_module
from fgsm import catalogue
from fgsm.card import load_card
from fgsm.catalogue import (
    ATTACKS,
    EPSILONS,
    MODELS,
    SOFTMAX,
    SOURCES,
    Aim,
    Attack,
    Model,
    Source,
    attacks_offered,
    load_model,
)
from fgsm.digits import mnist_available
from fgsm.frames import image_frames
from fgsm.model import read_weights
from fgsm.readings import Sweep, sweep
from fgsm.service.listing import listing
from fgsm.service.programs.request import ProgramRequest
from fgsm.service.request import Request
from tests.browser import ROOT, App, Stage, mnist_root, running_app
from tests.helpers import open_tab, table_of
from tests.made_up import ATTACK, MODEL

ENTRIES: list[Attack | Model | Source] = [
    *ATTACKS.values(),
    *MODELS.values(),
    *SOURCES.values(),
]
KEYS = {entry.key for entry in ENTRIES}
EVERY_ATTACK = pytest.mark.parametrize("key", ATTACKS)


# ---- every entry ----


@EVERY_ATTACK
def test_every_attack_can_be_used(key: str, builtin: tuple[Tensor, Tensor]) -> None:
    """By its function alone, as a run uses it, within the ball and in range."""
    images, labels = builtin[0][::100], builtin[1][::100]
    model = load_model(SOFTMAX.key, torch.device("cpu"))
    aim = Aim(torch.Generator().manual_seed(0), targets=(labels + 1) % 10)
    adversarial = ATTACKS[key].aimed(aim)(model, images, labels, [0.0, 0.1])
    assert adversarial.shape == (2, *images.shape)
    assert torch.equal(adversarial[0], images)
    assert 0.05 < (adversarial[1] - images).abs().max() <= 0.1 + 1e-6
    assert adversarial.min() >= 0 and adversarial.max() <= 1


@EVERY_ATTACK
def test_every_attack_costs_what_it_says(
    key: str, builtin: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many gradients for each epsilon; if 0, at most one gradient for all epsilons."""
    taken = 0
    real = attack_module._batch_gradient

    def count(model: torch.nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        nonlocal taken
        taken += len(images)
        return real(model, images, labels)

    monkeypatch.setattr(attack_module, "_batch_gradient", count)
    images, labels = builtin[0][:1], builtin[1][:1]
    model = load_model(SOFTMAX.key, torch.device("cpu"))
    entry = ATTACKS[key]
    aim = Aim(torch.Generator().manual_seed(0), targets=(labels + 1) % 10)
    entry.aimed(aim)(model, images, labels, [0.0, 0.1, 0.2])
    assert taken == 3 * entry.gradients or (entry.gradients == 0 and taken <= 1)
    assert (entry.direction is None) != (entry.images is None)


def test_keys_and_titles_are_distinct() -> None:
    assert len({entry.key for entry in ENTRIES}) == len({entry.title for entry in ENTRIES})
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)
    assert [*ATTACKS, *MODELS, *SOURCES] == [entry.key for entry in ENTRIES]
    assert len({model.rank for model in MODELS.values()}) == len(MODELS)


@pytest.mark.parametrize("key", MODELS)
def test_a_card_says_by_which_recipe(key: str) -> None:
    card = load_card(MODELS[key])
    assert card is not None
    assert card["recipe"] == asdict(MODELS[key].recipe)
    assert card["architecture"] == MODELS[key].architecture.__name__
    assert card["results"].keys() == attacks_offered("cards").keys()


def test_the_browser_gets_it_whole() -> None:
    sent = listing()
    assert [attack.key for attack in sent.attacks] == list(ATTACKS)
    assert [model.title for model in sent.models] == [model.title for model in MODELS.values()]
    assert [source.size for source in sent.sources] == [s.size for s in SOURCES.values()]
    assert sent.epsilons == list(EPSILONS)
    for name, key in sent.keys.items():
        assert getattr(catalogue, name).key == key


# ---- each key and each title in one source file ----


class Texts(HTMLParser):
    """The attribute values of a template, and its texts, if they could be titles.

    A text for people is no key, even if it is the word "image".
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for _, value in attrs:
            self.found += [value or "", *(value or "").split()]

    def handle_data(self, data: str) -> None:
        if data.strip() not in KEYS:
            self.found.append(data.strip())


def fields_of(request: type[Request]) -> set[str]:
    """The names of the fields of a class of requests, and of those that are made from it."""
    return {*request.model_fields}.union(*map(fields_of, request.__subclasses__()))


def literals(path: Path) -> Iterator[str]:
    """Every string in a source file that could, as a whole, be a key or a title.

    Names of a request's fields, as keys of a dict, could not: some are also names of sources.
    """
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text)
        fields = fields_of(Request) | fields_of(ProgramRequest)
        named = {
            id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if not (id(node) in named and node.value in fields):
                yield node.value
    elif path.suffix == ".js":
        code = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
        yield from re.findall(r"""["'`]([^"'`\n]*)["'`]""", code)
    elif path.suffix == ".css":
        yield from re.findall(r"(?:\.|#|--|=[\"']?)([a-z][\w-]*)", text)
    else:
        parser = Texts()
        parser.feed(text)
        yield from parser.found


def sources() -> list[Path]:
    """Every source file that is not a test. (JSON is data: cards, the tour.)

    Except `fgsm/__init__.py`, where "fgsm" is the name of a function.
    """
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.js", "*.html", "*.css"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    others = ("tests/", "fgsm/__init__.py")
    return [ROOT / name for name in listed if not name.startswith(others)]


def test_each_key_and_each_title_is_written_once() -> None:
    wanted = {
        text
        for entry in ENTRIES
        for text in (entry.key, entry.title, getattr(entry, "name", entry.title))
    }
    assert len(wanted) > 25
    found = defaultdict(set)
    files = sources()
    assert len(files) > 60
    for path in files:
        for text in literals(path):
            if text in wanted:
                found[text].add(path.relative_to(ROOT).as_posix())
    assert {text: files for text, files in found.items() if files != {"fgsm/catalogue.py"}} == {}
    assert found.keys() >= {text for entry in ENTRIES for text in (entry.key, entry.title)}


# ---- one entry is enough ----


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of the made-up model: those of softmax regression, upside down."""
    folder = tmp_path_factory.mktemp("made-up")
    state = torch.load(SOFTMAX.weights, weights_only=True)
    torch.save({name: value.flip(0) for name, value in state.items()}, folder / "made-up.pth")
    return folder


@pytest.fixture(scope="module")
def made_up_app(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with one more attack and one more model in the catalogue."""
    log = tmp_path_factory.mktemp("log") / "log"
    program = ["-m", "tests.made_up", str(folder), "app.py"]
    with log.open("w") as file, running_app(file, program=program) as app:
        yield app
    assert "Traceback" not in log.read_text()


def expected(folder: Path, builtin: tuple[Tensor, Tensor]) -> Sweep:
    """What the made-up attack does to the made-up model, on the digit the page opens with."""
    model = read_weights(folder / "made-up.pth", torch.device("cpu"))
    images, labels = (tensor[403:404] for tensor in builtin)
    return sweep(model, images, labels, EPSILONS, ATTACK.aimed(Aim(torch.Generator())))


def test_a_new_entry_is_on_the_stage_and_in_the_comparison(
    page: Page, made_up_app: App, folder: Path, builtin: tuple[Tensor, Tensor]
) -> None:
    stage = Stage(page)
    stage.open(made_up_app.url)
    expect(page.locator(".compare")).to_contain_text(MODEL.title)  # as the page opens, under FGSM
    with stage.answered():
        page.select_option(".attack-menu", label=ATTACK.title)
    expect(page.locator(".explain")).to_have_text(ATTACK.explanation)
    assert stage.text(".change figcaption").startswith("ε / 2 × sign")
    with stage.answered():
        page.select_option(".model-menu", label=MODEL.title)
    swept = expected(folder, builtin)
    for k in (0, 20, 100):
        stage.set_epsilon(EPSILONS[k])
        assert stage.reading("adversarial") == int(swept.predictions[k])
        assert stage.picture("adversarial") == image_frames(swept.adversarial[k]).flatten().tolist()
    expect(page.locator(".about")).to_have_text(f"{MODEL.title} on MNIST's 10,000 test digits")
    # The comparison: this attack on every model, the made-up one first, as its rank says.
    expect(page.locator(".compare .is-shown")).to_contain_text(MODEL.title)
    names = page.locator(".compare span").all_inner_texts()
    assert [name.split(" ")[0] for name in names[1:]] == ["Made", "Softmax:", "LeNet:", "Robust"]
    prediction = int(swept.predictions[0])
    assert names[1] == f"{MODEL.title}: already misread ({prediction})"
    images, labels = (tensor[403:404] for tensor in builtin)
    plain = load_model(SOFTMAX.key, torch.device("cpu"))
    point = sweep(plain, images, labels, EPSILONS, ATTACK.aimed(Aim(torch.Generator())))
    assert names[2] == f"Softmax: {point.breaking_point.item():.3f}".removesuffix("0")


def test_a_new_entry_is_in_the_tab_of_the_test_set(
    page: Page, made_up_app: App, folder: Path
) -> None:
    open_tab(page, made_up_app.url, "test-set")
    expect(page.locator(".accuracy .legend")).to_contain_text(MODEL.title)
    expect(page.locator(".accuracy .legend")).to_contain_text("half a step")
    page.select_option(".run-model", label=MODEL.title)
    page.select_option(".run-attack", label=ATTACK.title)
    page.fill(".run-epsilons", "0 0.3")
    page.click("#run [type=submit]")
    expect(page.locator("#run-status p")).to_contain_text("Done", timeout=60_000)
    page.click(".accuracy summary")
    (row,) = (cells for (name, _), cells in table_of(page).items() if name.startswith(MODEL.title))
    report = json.loads(command(folder, "fgsm.evaluate", "--json", "--epsilons", "0", ".3"))
    for result in report["results"]:
        assert row[result["epsilon"]] == f"{100 * result['accuracy']:.2f} %"
    # It has no survey yet, and the page says what to do about it.
    page.click(f".survey .models button:has-text('{MODEL.title}')")
    expect(page.locator(".survey .problem")).to_contain_text("run python -m fgsm.survey made-up")


def command(folder: Path, program: str, *arguments: str) -> str:
    """What a command prints about the made-up attack and model, on the data the app has."""
    root = mnist_root()
    data = ["--data", str(root)] if mnist_available(root) else ["--builtin"]
    made_up = ["--weights", MODEL.key, "--attack", ATTACK.key]
    return subprocess.run(
        [sys.executable, "-m", "tests.made_up", str(folder), program, *made_up, *data, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_new_entry_is_on_the_command_line(folder: Path) -> None:
    report = json.loads(command(folder, "fgsm.evaluate", "--json", "--limit", "50"))
    assert (report["weights"], report["attack"], report["n"]) == (MODEL.key, ATTACK.key, 50)
    said = command(folder, "fgsm.evaluate", "--help")
    assert MODEL.key in said and f"{ATTACK.key}: {ATTACK.title}" in re.sub(r"\s+", " ", said)
