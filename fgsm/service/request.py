"""What may be asked of the service, and the checks of it: the boundary to the outside.

`SomeRequest.parse(data)` takes any JSON at all. It returns a request whose fields can all be
trusted, or raises `ValueError` with one sentence for people.
"""

import torch
from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from typing_extensions import Self

from fgsm.catalogue import EPSILONS, MODELS, SOURCES, TWINS, Model
from fgsm.service.fields import (
    Class,
    Count,
    DigitIndex,
    EpsilonIndex,
    EpsilonIndexes,
    Epsilons,
    Flag,
    Link,
    ModelKey,
    ModelKeys,
    Ray,
    Reach,
    RunAttackKey,
    RunId,
    Seed,
    SourceKey,
    StageAttackKey,
    shown,
)
from fgsm.service.image_fields import Drawing, File, Pixels


class Request(BaseModel):
    """What all requests share: they are read from JSON, and do not change."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, validate_default=True)

    @property
    def is_repeated(self) -> bool:
        """Whether others may ask exactly the same, and get the same answer."""
        return False

    @property
    def size(self) -> tuple[object, ...]:
        """What the time that an answer takes depends on."""
        return ()

    @classmethod
    def parse(cls, data: object) -> Self:
        """Check what came from outside; unknown fields are ignored.

        Raises:
            ValueError: something is missing, of the wrong type, or out of range.
        """
        if not isinstance(data, dict):
            raise ValueError(f"a request is an object, not {shown(data)}")
        # A missing field counts as None, so that one check covers both.
        required = {name: None for name, field in cls.model_fields.items() if field.is_required()}
        try:
            return cls.model_validate({**required, **data})
        except ValidationError as error:
            first = error.errors()[0]  # every check in `fields` raises `ValueError` with a sentence
            raise ValueError(str(first["ctx"]["error"])) from None


class DigitRequest(Request):
    """One digit, and the one or two models that read it."""

    source: SourceKey
    index: DigitIndex
    drawing: Drawing = None
    pixels: Pixels = None
    label: Class = None
    """What the person says a drawing or a picture is; if None, the prediction is its label."""
    model: ModelKey
    twin: Flag = False
    """Show both of `TWINS` side by side, whatever `model` says."""

    @field_validator("label", mode="after")
    @classmethod
    def _of_an_unnamed_digit(cls, value: int | None, info: ValidationInfo) -> int | None:
        # A data set knows its labels better than a browser.
        source = SOURCES.get(info.data.get("source", ""))
        return value if source and source.unnamed else None

    @property
    def is_named(self) -> bool:
        """Whether the digit's label is known; if not, it is what a model reads in the digit."""
        return not SOURCES[self.source].unnamed or self.label is not None

    @property
    def is_repeated(self) -> bool:
        return not SOURCES[self.source].unnamed

    @property
    def size(self) -> tuple[object, ...]:
        return self.models

    @property
    def models(self) -> tuple[Model, ...]:
        """The models on the stage: one, or the twins."""
        return TWINS if self.twin else (MODELS[self.model],)

    def generator(self) -> torch.Generator:
        """A generator seeded with the digit's number, so that random choices can be repeated."""
        return torch.Generator().manual_seed(self.index)


class WindowRequest(DigitRequest):
    """One digit, and how much of the plane around it to read."""

    reach: Reach = 0.2
    """How far the church window goes to each side, in pixel units."""


class AimedRequest(DigitRequest):
    """One digit, and an attack on it."""

    attack: StageAttackKey
    target: Class = None
    """The class to move towards; None means the clean image's runner-up."""
    ray: Ray = None
    """The church window's point that a ray leads to; None means a step along the gradient."""

    @property
    def size(self) -> tuple[object, ...]:
        return *super().size, self.attack


class AttackRequest(AimedRequest):
    """One digit, an attack on it, and the epsilons to show."""

    ks: EpsilonIndexes = None
    """Which epsilons of the grid, the clean digit first; None means all. An attack that takes its
    gradients anew for each epsilon can so be asked for piece by piece."""

    @property
    def size(self) -> tuple[object, ...]:
        return *super().size, len(self.ks or EPSILONS)


class CompareRequest(AimedRequest):
    """One digit, and an attack on it in several models, at every epsilon of the grid."""

    compared: ModelKeys = None
    """The models; None means all. Whoever knows the answer for one need not ask for it."""

    @property
    def size(self) -> tuple[object, ...]:
        return *super().size, self.compared


class PictureRequest(Request):
    """A picture file."""

    picture: File


class LinkRequest(Request):
    """A link to the page."""

    link: Link


class SurveyRequest(Request):
    """One model, over all digits."""

    model: ModelKey


class GridRequest(SurveyRequest):
    """Some of the digits that FGSM fools, at each of the article's epsilons."""

    seed: Seed


class CellRequest(GridRequest):
    """Some of the digits of one class that are read as another, at one epsilon."""

    k: EpsilonIndex
    label: Class = None
    prediction: Class = None


class RunRequest(Request):
    """An evaluation over all digits."""

    model: ModelKey
    attack: RunAttackKey
    epsilons: Epsilons


class FollowRequest(RunRequest):
    """A page's question how its run is; the first one begins it."""

    id: RunId
    known: Count
    """The number of the news that the page has, 0 for none."""


class CancelRequest(Request):
    """The end of a run, wanted by its page."""

    id: RunId
