"""What may be asked of the service, checked: the boundary to whatever comes from outside.

`SomeRequest.parse(data)` takes any JSON at all. What it returns can be trusted field by field; or
it raises `ValueError`, with one sentence for people.
"""

import torch
from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from typing_extensions import Self

from fgsm.catalogue import DRAWING, MODELS, TWINS, Model
from fgsm.service.fields import (
    Class,
    DigitIndex,
    Drawing,
    EpsilonIndex,
    Epsilons,
    Flag,
    ModelKey,
    Ray,
    RunAttackKey,
    Seed,
    SourceKey,
    StageAttackKey,
    shown,
)


class Request(BaseModel):
    """What all requests share: they are read from JSON, and do not change."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, validate_default=True)

    @classmethod
    def parse(cls, data: object) -> Self:
        """Check what came from outside; fields that are not known are left aside.

        Raises:
            ValueError: something is missing, of the wrong type, or out of range.
        """
        if not isinstance(data, dict):
            raise ValueError(f"a request is an object, not {shown(data)}")
        # None for what is missing, so that one check answers for both.
        required = {name: None for name, field in cls.model_fields.items() if field.is_required()}
        try:
            return cls.model_validate({**required, **data})
        except ValidationError as error:
            first = error.errors()[0]  # every check in `fields` raises `ValueError` with a sentence
            raise ValueError(str(first["ctx"]["error"])) from None


class DigitRequest(Request):
    """One digit, and the model, or the two, that shall read it."""

    source: SourceKey
    index: DigitIndex
    drawing: Drawing = None
    label: Class = None
    """What the person says the drawing is; None lets the prediction stand for it."""
    model: ModelKey
    twin: Flag = False
    """Show both of `TWINS` side by side, whatever `model` says."""

    @field_validator("label", mode="after")
    @classmethod
    def _of_a_drawing(cls, value: int | None, info: ValidationInfo) -> int | None:
        # A data set knows its labels better than a browser.
        return value if info.data.get("source") == DRAWING.key else None

    @property
    def is_named(self) -> bool:
        """Whether the digit's label is known, or only what a model reads in a drawing."""
        return self.drawing is None or self.label is not None

    @property
    def models(self) -> tuple[Model, ...]:
        """The models on the stage: one, or the twins."""
        return TWINS if self.twin else (MODELS[self.model],)

    def generator(self) -> torch.Generator:
        """One for each digit of a data set, so that what it draws at random can be drawn again."""
        return torch.Generator().manual_seed(self.index)


class AttackRequest(DigitRequest):
    """One digit, and what shall be done to it."""

    attack: StageAttackKey
    target: Class = None
    """The class to move towards; None is the clean image's runner-up."""
    ray: Ray = None
    """The point of the church window that a ray leads to; None is a step along the gradient."""


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
    """An evaluation over all digits there are."""

    model: ModelKey
    attack: RunAttackKey
    epsilons: Epsilons
