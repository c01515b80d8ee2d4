"""Which attacks, models, epsilons and digits there are: the one place where they are listed.

The page, the command line and the cards read the catalogue. To add an attack, write its function in
`fgsm.attack` and its entry here; to add a model, write its entry, then `python -m fgsm.train KEY`
and `python -m fgsm.survey KEY`. Nothing else has to change.

A `key` is what programs write (requests, files, the command line), a `title` what people read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from fgsm.attack import (
    AttackFunction,
    gradient_sign,
    iterative_fgsm,
    move,
    random_direction,
)
from fgsm.digits import BUILTIN_DIGITS, TEST_DIGITS
from fgsm.explain import orthogonal_signs, ray
from fgsm.files import GET_IT_AGAIN, BadFile
from fgsm.model import WEIGHTS, Classifier, LeNet, SoftmaxRegression, read_weights

# ---- epsilons ----

STEP = 1 / 200
"""The distance between two positions of the page's slider, in pixel units."""
EPSILONS = tuple(k / 200 for k in range(101))  # k * STEP would round: 3 * .005 is not .015
"""The grid of the page and of the surveys: 0, .005 … .5."""
LARGEST_EPSILON = EPSILONS[-1]
ARTICLE_EPSILONS = tuple(k / 20 for k in range(7))  # 0, .05 … .3
CARD_EPSILONS = tuple(k / 20 for k in range(11))  # 0, .05 … .5


# ---- attacks ----

Place = Literal["stage", "menu", "runs", "cards"]
"""Where an attack is offered: "stage", it can be shown there; "menu", it is in the stage's menu;
"runs", in the tab "Test set" and on the command line; "cards", measured by `fgsm.card`."""


@dataclass(frozen=True)
class Aim:
    """What an attack may want to know besides the model, the images and their labels."""

    generator: torch.Generator
    """On the CPU, for all random choices."""
    targets: Tensor | None = None
    """int64 `(N,)`: the classes to move towards. Only `TARGETED` needs them."""
    ray: tuple[float, float] = (0.1, 0.0)
    """Where `RAY` goes: along the gradient's sign and across it, in pixel units."""


Direction = Callable[[nn.Module, Tensor, Tensor, Aim], Tensor]
"""`(model, images, labels, aim)` -> the direction of every epsilon, in the shape of the images."""


@dataclass(frozen=True)
class Attack:
    """One attack. It has a `direction`, or `images` if each epsilon has its own direction."""

    key: str
    title: str
    explanation: str
    """One sentence, for the stage."""
    offered: tuple[Place, ...]
    formula: str = ""
    """The direction, in HTML; TARGET stands for the class moved towards."""
    direction: Direction | None = None
    images: Callable[[Aim], AttackFunction] | None = None
    gradients: int = 0
    """How many are computed for each epsilon; 0 if one, or none, serves all epsilons."""
    full_title: str = ""
    """For where there is more room than in a menu; empty means the title."""
    needs_target: bool = False
    """Whether a class to move towards can be chosen."""
    line: Literal["solid", "dashed", "dotted", "dash-dotted"] = "solid"
    """How its curve is drawn; dashes mean nothing else on the page. (Colours tell models apart.)"""

    @property
    def name(self) -> str:
        """The full title."""
        return self.full_title or self.title

    def aimed(self, aim: Aim) -> AttackFunction:
        """The attack as a function of model, images, labels and epsilons."""
        if self.images is not None:
            return self.images(aim)

        def attack(
            model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
        ) -> Tensor:
            assert self.direction is not None
            return move(images, self.direction(model, images, labels, aim), epsilons)

        return attack


def along(direction: Tensor) -> AttackFunction:
    """The attack that moves images along a direction already known."""
    return lambda model, images, labels, epsilons: move(images, direction, epsilons)


def _uphill(model: nn.Module, images: Tensor, labels: Tensor, _: Aim) -> Tensor:
    return gradient_sign(model, images, labels)


def _downhill(model: nn.Module, images: Tensor, labels: Tensor, _: Aim) -> Tensor:
    return gradient_sign(model, images, labels, targeted=True)


def _towards_target(model: nn.Module, images: Tensor, _: Tensor, aim: Aim) -> Tensor:
    assert aim.targets is not None
    return gradient_sign(model, images, aim.targets, targeted=True)


def _at_random(_: nn.Module, images: Tensor, __: Tensor, aim: Aim) -> Tensor:
    return random_direction(images, generator=aim.generator)


def _along_ray(model: nn.Module, images: Tensor, labels: Tensor, aim: Aim) -> Tensor:
    signs = gradient_sign(model, images, labels)
    direction, _ = ray(signs, orthogonal_signs(signs, generator=aim.generator), *aim.ray)
    return direction


STEPS = 10
PGD_STEPS = 40


def _in_steps(_: Aim) -> AttackFunction:
    return partial(iterative_fgsm, steps=STEPS)


def _from_a_random_start(aim: Aim) -> AttackFunction:
    return partial(iterative_fgsm, steps=PGD_STEPS, step_size=0.01, generator=aim.generator)


FGSM = Attack(
    key="fgsm",
    title="FGSM",
    explanation="Every pixel with a gradient moves by ε, the way that raises the loss, unless "
    "black or white stops it.",
    formula="<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i>",
    offered=("stage", "menu", "runs", "cards"),
    direction=_uphill,
)
TARGETED = Attack(
    key="targeted",
    title="Targeted FGSM",
    explanation="FGSM towards a class of your choice: down the loss of that class.",
    formula="−<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i><sub>TARGET</sub>",
    offered=("stage", "menu"),
    direction=_towards_target,
    needs_target=True,
)
ITERATIVE = Attack(
    key="iterative",
    title="Iterative FGSM",
    full_title=f"Iterative FGSM ({STEPS} steps)",
    explanation="Ten smaller steps, each with a new gradient, never further than ε from x.",
    offered=("stage", "menu", "runs", "cards"),
    images=_in_steps,
    gradients=STEPS,
    line="dashed",
)
PGD = Attack(
    key="pgd-40",
    title="PGD",
    full_title=f"PGD, {PGD_STEPS} steps",
    explanation="Forty steps of 0.01 from a random start, the usual test of robust models.",
    offered=("cards",),
    images=_from_a_random_start,
    gradients=PGD_STEPS,
    line="dash-dotted",
)
RANDOM = Attack(
    key="random",
    title="Random signs",
    full_title="Random signs (control)",
    explanation="The control: a step as large as FGSM's, in a random direction.",
    formula="<i>ε</i> × random signs",
    offered=("stage", "menu", "runs", "cards"),
    direction=_at_random,
    line="dotted",
)
REVERSED = Attack(
    key="reversed",
    title="Reversed gradient",
    explanation="FGSM backwards, down the loss: while ε is small, the model grows more "
    "certain of the label.",
    formula="−<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i>",
    offered=("stage", "menu"),
    direction=_downhill,
)
RAY = Attack(
    key="ray",
    title="Church window",
    explanation="Straight to a point of the church window: partly along FGSM's direction, partly "
    "across it.",
    formula="<i>ε</i> × (<i>as</i> + <i>br</i>)",
    offered=("stage",),
    direction=_along_ray,
)
ATTACKS = {attack.key: attack for attack in (FGSM, TARGETED, ITERATIVE, PGD, RANDOM, REVERSED, RAY)}


def attacks_offered(place: Place) -> dict[str, Attack]:
    """The attacks offered at a place, by key."""
    return {key: attack for key, attack in ATTACKS.items() if place in attack.offered}


# ---- models ----


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: Adam with a one-cycle learning rate, and what this recipe adds."""

    epochs: int
    batch_size: int
    max_learning_rate: float
    dropout: bool = True
    weight_penalty: float = 0.0
    """The factor of the sum of squared weights that is added to the loss."""
    augmented: float = 0.0
    """The part of each batch that is rotated, scaled, shifted and sheared, so that drawings,
    which are less tidy than MNIST, are read too."""
    strokes: int = 0
    """How many synthetic strokes (`fgsm.strokes`) are added to MNIST."""
    epsilon: float = 0.0
    """Train on adversarial images of this epsilon (Madry et al. 2017)."""
    steps: int = 5
    """How many gradient-sign steps find an adversarial image, from a random start."""
    warmup: float = 0.0
    """The part of the training over which epsilon grows from 0. Without it a small network
    learns to answer the same for every image."""


@dataclass(frozen=True)
class Model:
    """One model, whose weights, card and survey are three files named after its key."""

    key: str
    title: str
    colour: tuple[str, str]
    """The colour of its curves, in CSS: on a light page and on a dark one."""
    architecture: type[Classifier]
    recipe: Recipe
    rank: int
    """Its place in comparisons: the easiest to fool comes first."""
    folder: Path = WEIGHTS

    @property
    def weights(self) -> Path:
        """The `state_dict` that `fgsm.train` wrote."""
        return self.folder / f"{self.key}.pth"

    @property
    def card(self) -> Path:
        """How well the weights do, as measured by `fgsm.card` on MNIST's test set."""
        return self.folder / f"{self.key}.json"

    @property
    def survey(self) -> Path:
        """What FGSM and its control do to every digit, as measured by `fgsm.survey`."""
        return self.folder / f"{self.key}-survey.npz"


LENET = Model(
    key="lenet",
    title="LeNet",
    colour=("#d95f02", "#ff9a45"),
    architecture=LeNet,
    recipe=Recipe(epochs=16, batch_size=128, max_learning_rate=0.01, augmented=0.5, strokes=12_000),
    rank=2,
)
ROBUST = Model(
    key="lenet-robust",
    title="Robust LeNet",
    colour=("#1f6fc4", "#5aa9ff"),
    architecture=LeNet,
    recipe=Recipe(
        epochs=16,
        batch_size=128,
        max_learning_rate=0.005,
        dropout=False,
        strokes=12_000,
        epsilon=0.3,
        warmup=0.4,
    ),
    rank=3,
)
SOFTMAX = Model(
    key="softmax",
    title="Softmax",
    colour=("#52525b", "#a1a1aa"),
    architecture=SoftmaxRegression,
    # Twice as many strokes would cost a linear model half a point on MNIST.
    recipe=Recipe(
        epochs=10, batch_size=512, max_learning_rate=0.01, weight_penalty=7e-4, strokes=6_000
    ),
    rank=1,
)
MODELS = {model.key: model for model in (LENET, ROBUST, SOFTMAX)}
TWINS = (LENET, ROBUST)
"""The same network, trained plainly and on adversarial images."""


def load_model(key_or_path: str | Path, device: torch.device | None = None) -> Classifier:
    """A model ready to be attacked: on its device, in eval mode, its parameters frozen.

    Args:
        key_or_path: a key in `MODELS`, or the path of a `state_dict` of one of our architectures.
        device: where to put it; None means `fgsm.model.available_device()`.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: the file cannot be read.
        BadFile: the file does not hold the weights of one of our architectures, or, with a key, not
            of that model's.
    """
    entry = MODELS.get(str(key_or_path))
    path = Path(key_or_path) if entry is None else entry.weights
    if entry is None and not path.is_file():
        raise FileNotFoundError(f"no weights at {path}; give a path, or one of {', '.join(MODELS)}")
    model = read_weights(path, device)
    if entry is not None and type(model) is not entry.architecture:
        raise BadFile(
            f"{path} holds the weights of {type(model).__name__}, not of "
            f"{entry.architecture.__name__}; {GET_IT_AGAIN}"
        )
    return model


# ---- digits ----


@dataclass(frozen=True)
class Source:
    """Where digits come from."""

    key: str
    title: str
    """As it follows a number: "1,000 built-in digits"."""
    phrase: str
    """As it stands in a sentence, with the number."""
    size: int
    unnamed: str = ""
    """What a digit of it is called while nobody has said what it is; empty where each digit has a
    label of its own."""


BUILTIN = Source(
    key="builtin",
    title="built-in digits",
    phrase=f"the {BUILTIN_DIGITS:,} built-in digits",
    size=BUILTIN_DIGITS,
)
MNIST_TEST = Source(
    key="test",
    title="MNIST test digits",
    phrase=f"MNIST's {TEST_DIGITS:,} test digits",
    size=TEST_DIGITS,
)
DRAWING = Source(key="drawing", title="drawings", phrase="a drawing", size=1, unnamed="drawn")
IMAGE = Source(
    key="image", title="pictures that you bring", phrase="a picture", size=1, unnamed="yours"
)
"""28 x 28 pixels that are used exactly as they are; `fgsm.picture` reads them in a file."""
DATA_SETS = {source.key: source for source in (BUILTIN, MNIST_TEST)}
SOURCES = {**DATA_SETS, DRAWING.key: DRAWING, IMAGE.key: IMAGE}
