"""What the service answers: plain values and tensors, packed for the browser by `fgsm.ui.wire`.

Tensors of numbers reach the browser rounded to a millionth, lists unrounded.

K is the number of epsilons: all of the grid's, or those of them that were asked for. Where a field
has one value for each of them, the first value is that of the clean digit.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import InstanceOf, WithJsonSchema
from torch import Tensor

from fgsm.evaluate import Result


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_NUMBER = {"type": "number"}
Frames = Annotated[Tensor, InstanceOf(), WithJsonSchema({"title": "Packed"})]
"""Pictures, uint8 `(count, 1, 28, 28)`."""
Numbers = Annotated[Tensor, InstanceOf(), WithJsonSchema(_list_of(_NUMBER))]
"""`(K,)`, of any number type."""
Flags = Annotated[Tensor, InstanceOf(), WithJsonSchema(_list_of({"type": "boolean"}))]
"""bool `(K,)`."""
Table = Annotated[Tensor, InstanceOf(), WithJsonSchema(_list_of(_list_of(_NUMBER)))]
"""`(K, 10)`: a value for each class."""
Tables = Annotated[Tensor, InstanceOf(), WithJsonSchema(_list_of(_list_of(_list_of(_NUMBER))))]
"""int64 `(K, 10, 10)`: row = label, column = prediction."""


# ---- the stage ----


@dataclass(frozen=True)
class Digit:
    """The digit under attack."""

    source: str
    frame: Frames
    label: int
    named: bool
    """Whether the label is known; if not, it is what a model reads in the digit."""


@dataclass(frozen=True)
class Stage:
    """One model's sweep of one digit."""

    model: str
    attack: str
    label: int
    target: int | None
    """The class that a targeted attack moves towards."""
    ks: list[int]
    """Which epsilons of the grid these are."""
    direction: Frames | None
    """The one direction of all epsilons, largest change 1; None if each epsilon has its own."""
    frames: Frames
    """The adversarial images."""
    changes: Frames
    """How much each pixel changed; the largest change shown is the grid's largest epsilon."""
    probabilities: Table
    predictions: Numbers
    survives: Flags
    """Is the prediction the same once the image is saved in 8 bits?"""
    moved: Numbers
    """How many of the 784 pixels have changed."""
    saturated: Numbers
    """How many of the others were already black or white."""
    idle: int | None
    """How many pixels have no direction, since their gradient is zero; None where each epsilon has
    its own direction."""
    largest: Numbers
    """The largest change of a pixel, in pixel units."""
    mean: Numbers
    """The mean absolute change of a pixel, in pixel units."""
    breaking_point: float | None
    """The smallest epsilon that fools; None where none does, or the clean digit is misread."""
    right_again: float | None
    """The first epsilon, after the digit was misread, at which it is read correctly."""
    reached: float | None
    """The smallest epsilon at which the digit is read as the target; None where none is."""


@dataclass(frozen=True)
class Attacked:
    """The digit, and a stage for each model shown."""

    digit: Digit
    stages: list[Stage]


@dataclass(frozen=True)
class Comparison:
    """Where each model that was asked for breaks, under the same attack on the same label."""

    label: int
    named: bool
    breaking_points: dict[str, float | None]
    """For each model; None as in `Stage`."""
    predictions: dict[str, int]
    """What each model reads in the clean digit."""
    targets: dict[str, int | None]
    """Which class each model is moved towards; None as in `Stage`, likewise the next."""
    reached: dict[str, float | None]


# ---- what comes in, and what is given away ----


@dataclass(frozen=True)
class Picture:
    """What is in a picture file, as the models can read it."""

    frame: Frames


@dataclass(frozen=True)
class Code:
    """A QR code."""

    rows: list[str]
    """As many as there are modules to a side: 1 for a dark one, 0 for a light one."""


# ---- the pictures that explain why ----


@dataclass(frozen=True)
class Control:
    """How many digits of a data set FGSM fools, and how many of these random signs fool too."""

    source: str
    right_before: int
    """Digits read correctly before any attack."""
    fooled: Numbers
    """How many of these FGSM fools, at each epsilon."""
    by_chance: Numbers
    """How many of those it fools are fooled by random signs at the same epsilon."""
    breaking: int
    """How many FGSM fools at any epsilon of the grid."""
    by_chance_there: int
    """How many of those are fooled by random signs at their own breaking points."""


@dataclass(frozen=True)
class Directions:
    """The digit moved along the gradient's sign, along random signs, and against the gradient."""

    named: bool
    stages: list[Stage]
    control: Control | None
    """The model's; None if it has not been surveyed."""


@dataclass(frozen=True)
class Lines:
    """One model's logits against epsilon, and as the gradient at the digit predicts them."""

    model: str
    logits: Table
    first_order: Table
    bends: Table
    """How far each logit strays from its line on the way to each of the `ends`; see
    `fgsm.explain.bend`."""


@dataclass(frozen=True)
class Linearity:
    """The logits of softmax regression and of a LeNet along the attack."""

    label: int
    named: bool
    epsilons: list[float]
    """From -0.5 to 0.5; those below 0 go down the loss."""
    ends: list[float]
    """The epsilons at which the bends are measured."""
    charts: list[Lines]


@dataclass(frozen=True)
class Dimension:
    """What n pixels take from the linear model's margin; see `fgsm.explain.Dimension`."""

    label: int
    named: bool
    runner_up: int
    epsilon: float
    margin: float
    slope: float
    enough: int | None
    draws: int
    """How many random orders of the pixels were tried."""
    sizes: list[int]
    mean: Numbers
    """Over the draws, for each size; likewise the next two."""
    least: Numbers
    most: Numbers


@dataclass(frozen=True)
class Plane:
    """What one model reads on the plane around the digit."""

    model: str
    label: int
    rows: list[str]
    """A digit for each point. The top row is furthest across, the left column furthest against
    the gradient's sign."""


@dataclass(frozen=True)
class ChurchWindow:
    """The planes of both twins."""

    named: bool
    reach: float
    """How far they go to each side, in pixel units."""
    planes: list[Plane]


@dataclass(frozen=True)
class EightBits:
    """What saving in 8 bits leaves of small attacks."""

    model: str
    label: int
    named: bool
    asked: list[float]
    """Epsilons, in grey levels of 1/255."""
    left: Numbers
    """The largest change of a pixel after saving, in grey levels."""
    confidence: list[float]
    """In the label, as computed. A list, since changes may be too small for a rounded tensor."""
    saved_confidence: list[float]


@dataclass(frozen=True)
class Defence:
    """The loss gradients of both twins, each scaled to its largest value."""

    digit: Frames
    models: list[str]
    frames: Frames


# ---- all digits ----


@dataclass(frozen=True)
class Counts:
    """All counts for one model over a data set."""

    model: str
    source: str
    n: int
    confusion: Tables
    """Counts only digits that were read correctly before the attack."""
    breaking: Numbers
    """How many digits break at each epsilon."""
    never: int
    misread: int
    """Digits that are misread before any attack."""
    misread_before: Numbers
    """The same for each class, `(10,)`: with them, a row of `confusion` adds up to the class."""
    harder_than: list[float]
    """The share of digits that break before this epsilon."""
    harder_than_never: float


@dataclass(frozen=True)
class FooledDigit:
    """A digit that was read correctly before the attack, and no longer is."""

    index: int
    label: int
    prediction: int


@dataclass(frozen=True)
class GridRow:
    """Some digits fooled at one epsilon."""

    k: int
    fooled: int
    """How many there are in all."""
    digits: list[FooledDigit]


@dataclass(frozen=True)
class Grid:
    """The article's picture: fooled digits for each of its epsilons."""

    source: str
    columns: int
    """How many digits a row has at most."""
    rows: list[GridRow]
    frames: Frames
    """The digits of all rows, one after the other."""


@dataclass(frozen=True)
class Cell:
    """Digits of one class read as another at one epsilon."""

    source: str
    k: int
    digits: list[FooledDigit]
    frames: Frames


@dataclass(frozen=True)
class Series:
    """One model's accuracy under one attack against epsilon."""

    model: str
    attack: str
    source: str
    n: int
    """Digits evaluated so far."""
    of: int | None
    """How many there will be in a run on this device; None for a card."""
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Progress:
    """How a run on this device is."""

    news: int
    """How often something has changed, its beginning included."""
    ahead: int
    """How many runs come before it; 0 when it is its turn."""
    series: Series | None
    """The results so far; None before its turn."""
    seconds: float
    """How long they took."""
    device: str


# ---- the catalogue ----


@dataclass(frozen=True)
class AttackEntry:
    """What the browser knows about an attack; see `fgsm.catalogue.Attack`."""

    key: str
    title: str
    name: str
    explanation: str
    formula: str
    needs_target: bool
    gradients: int
    line: str
    offered: tuple[str, ...]


@dataclass(frozen=True)
class ModelEntry:
    """What the browser knows about a model; see `fgsm.catalogue.Model`."""

    key: str
    title: str
    rank: int


@dataclass(frozen=True)
class SourceEntry:
    """What the browser knows about a source of digits; see `fgsm.catalogue.Source`."""

    key: str
    title: str
    phrase: str
    size: int
    unnamed: str


@dataclass(frozen=True)
class First:
    """What the page opens with, unless a link says otherwise."""

    source: str
    index: int
    attack: str
    model: str
    epsilon: float


@dataclass(frozen=True)
class Catalogue:
    """All that can be chosen on the page; the browser gets it once."""

    attacks: list[AttackEntry]
    models: list[ModelEntry]
    sources: list[SourceEntry]
    twins: tuple[str, str]
    epsilons: list[float]
    article_epsilons: list[float]
    reaches: list[float]
    """How far the church window may reach to each side."""
    first_reach: float
    """The reach that it has before another is chosen."""
    figures: list[str]
    """The pictures of "How it works", in the order of its argument."""
    per_class: int
    """How many built-in digits there are of each class."""
    largest_picture: int
    """How many bytes a picture file may have."""
    shortest_ray: float
    """How far from the digit a point must be, in pixel units, for a ray to lead there."""
    longest_link: int
    """How many characters a link may have that is made into a QR code."""
    first: First
    keys: dict[str, str]
    """The keys of the entries that scripts must know, by their names in `fgsm.catalogue`."""
