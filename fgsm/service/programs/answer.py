"""What programs are answered: JSON, with its types and with what they mean.

Numbers are rounded to six decimals. Where pixels are numbers, 0 is black and 1 is white.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

Class = Annotated[int, Field(ge=0, le=9)]
Probabilities = Annotated[
    list[Annotated[float, Field(ge=0, le=1)]],
    Field(min_length=10, max_length=10, description="The probability of each class."),
]
_Row = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=28, max_length=28)]
Pixels = Annotated[list[_Row], Field(min_length=28, max_length=28)]
_Signs = Annotated[list[Annotated[int, Field(ge=-1, le=1)]], Field(min_length=28, max_length=28)]
Direction = Annotated[list[_Signs], Field(min_length=28, max_length=28)]
GridEpsilon = Annotated[float, Field(ge=0, le=0.5)]


class Reading(TypedDict):
    """What one model reads in one image."""

    prediction: Class
    probabilities: Probabilities


class Read(TypedDict):
    """One image, as every model reads it."""

    label: Annotated[Class | None, Field(description="What a known digit is.")]
    models: Annotated[dict[str, Reading], Field(description="The readings, by model.")]


class Classified(TypedDict):
    """What every model reads in the images."""

    images: Annotated[list[Read], Field(description="In the order of the question.")]


class Step(TypedDict):
    """The image attacked at one epsilon."""

    epsilon: float
    prediction: Class
    probabilities: Probabilities
    image: Annotated[Pixels, Field(description="The adversarial image.")]


class Attacked(TypedDict):
    """One image under attack."""

    model: str
    attack: str
    label: Annotated[Class, Field(description="The class that the attack leads away from.")]
    target: Annotated[Class | None, Field(description="The class that it leads to, if targeted.")]
    prediction: Annotated[Class, Field(description="In the clean image.")]
    breaking_point: Annotated[
        GridEpsilon | None,
        Field(
            description="The smallest epsilon of the grid 0, 0.005 … 0.5 at which the prediction "
            "is wrong; null if there is none, or if the clean image is misread."
        ),
    ]
    reached: Annotated[
        GridEpsilon | None,
        Field(description="The smallest at which it is the target; null if there is none."),
    ]
    direction: Annotated[
        Direction | None,
        Field(description="The sign with which each pixel moves; null if that depends on epsilon."),
    ]
    steps: Annotated[list[Step], Field(description="One for each epsilon, in the order asked.")]


class Accuracy(TypedDict):
    """How well the model does at one epsilon."""

    epsilon: float
    correct: Annotated[
        int, Field(ge=0, description="Digits read correctly both before and after the attack.")
    ]
    accuracy: Annotated[float, Field(ge=0, le=1)]
    mean_confidence_wrong: Annotated[
        float | None,
        Field(ge=0, le=1, description="Mean probability of wrong predictions; null if none is."),
    ]


class Evaluated(TypedDict):
    """Accuracy against epsilon."""

    model: str
    attack: str
    source: str
    digits: Annotated[int, Field(ge=1, description="How many, spread evenly over the source.")]
    results: Annotated[list[Accuracy], Field(description="One for each epsilon, in that order.")]
