"""What programs may ask: the boundary to them, as `fgsm.service.request` is to the page."""

from pydantic import ConfigDict, ValidationInfo, field_validator
from typing_extensions import Self

from fgsm.catalogue import ARTICLE_EPSILONS, ATTACKS, BUILTIN, FGSM, LENET
from fgsm.service.fields import shown
from fgsm.service.programs.fields import (
    AnyClass,
    AnyModelKey,
    DataSetKey,
    Digits,
    Epsilons,
    EvaluatedAttackKey,
    Image,
    Images,
    MenuAttackKey,
)
from fgsm.service.request import Request

MOST_READINGS = len(ARTICLE_EPSILONS) * 10_000
"""In an evaluation: digits times epsilons times gradients. The article's has as many."""


class ProgramRequest(Request):
    """What all of them share. A field that is not known is a mistake that nobody would see."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def parse(cls, data: object) -> Self:
        """Check what came from outside.

        Raises:
            ValueError: something is missing, of the wrong type, out of range, or not known.
        """
        for name in data if isinstance(data, dict) else ():
            if name not in cls.model_fields:
                names = ", ".join(cls.model_fields)
                raise ValueError(f"field {shown(name)} is not known; there are {names}")
        return super().parse(data)


class ClassifyRequest(ProgramRequest):
    """Images, for every model to read."""

    images: Images


class AttackRequest(ProgramRequest):
    """One image, and an attack on it."""

    image: Image
    epsilons: Epsilons
    label: AnyClass = None
    """What a picture is; if None, the prediction is its label. A known digit has a label."""
    attack: MenuAttackKey = FGSM.key
    target: AnyClass = None
    """The class to move towards; None means the clean image's runner-up."""
    model: AnyModelKey = LENET.key


class EvaluateRequest(ProgramRequest):
    """An evaluation over many digits."""

    model: AnyModelKey = LENET.key
    attack: EvaluatedAttackKey = FGSM.key
    epsilons: Epsilons = ARTICLE_EPSILONS
    source: DataSetKey = BUILTIN.key
    digits: Digits = BUILTIN.size

    @field_validator("digits", mode="after")
    @classmethod
    def _are_not_too_many(cls, value: int, info: ValidationInfo) -> int:
        if "attack" not in info.data or "epsilons" not in info.data:
            return value  # what is wrong with them is reported first
        epsilons, gradients = len(info.data["epsilons"]), ATTACKS[info.data["attack"]].gradients
        each = epsilons * max(1, gradients)
        if value * each > MOST_READINGS:
            steps = f" of {gradients} gradients each" if gradients else ""
            raise ValueError(
                f"digits is {value}; with {epsilons} epsilons{steps} that is {value * each:,} "
                f"readings, and there may be {MOST_READINGS:,}: {MOST_READINGS // each} digits"
            )
        return value
