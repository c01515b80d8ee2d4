"""The functions for programs. What Gradio and agents know of them are their hints and docstrings.

Gradio reads of each argument one line, and checks nothing: `fgsm.service.programs` does.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast

import gradio as gr
from gradio.context import LocalContext

from fgsm.catalogue import (
    ARTICLE_EPSILONS,
    BUILTIN,
    DATA_SETS,
    FGSM,
    LENET,
    MODELS,
    attacks_offered,
)
from fgsm.digits import MnistMissing
from fgsm.service import programs
from fgsm.service.programs.answer import Attacked, Classified, Evaluated
from fgsm.service.programs.request import (
    AttackRequest,
    ClassifyRequest,
    EvaluateRequest,
    ProgramRequest,
)
from fgsm.ui.door import DOOR
from fgsm.ui.turns import Busy, Gone, Visitor, network_of
from fgsm.ui.wire import FAILED, refused

if TYPE_CHECKING:
    MenuAttack: TypeAlias = str
    RunAttack: TypeAlias = str
    ModelName: TypeAlias = str
    DataSet: TypeAlias = str
else:  # what the catalogue offers, so that clients and agents see it
    MenuAttack = Literal[tuple(attacks_offered("menu"))]
    RunAttack = Literal[tuple(attacks_offered("runs"))]
    ModelName = Literal[tuple(MODELS)]
    DataSet = Literal[tuple(DATA_SETS)]
Image = int | str | list[list[float]]
ARTICLE = list(ARTICLE_EPSILONS)
Asked = TypeVar("Asked", bound=ProgramRequest)
Result = TypeVar("Result")

NO_TEST_SET = f"The test set is not on this server; {BUILTIN.phrase} are, 0 to {BUILTIN.size - 1}."

logger = logging.getLogger(__name__)
_numbers = count()


class Refused(gr.Error):
    """Tells a program why its call is not answered."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, print_exception=False)

    def __str__(self) -> str:
        return str(self.message)  # agents are told this; Gradio's would be in quotes


async def classify(images: list[Image], request: gr.Request) -> Classified:
    """Read images of handwritten digits with three networks that were trained on MNIST.

    The networks are "lenet", "lenet-robust" (the same, trained on adversarial images) and "softmax"
    (a linear model). An image is one of these: a number from 0 to 999, a built-in digit; a text
    from "test-0" to "test-9999", a digit of MNIST's test set; 28 rows of 28 numbers from 0 (black
    ground) to 1 (white ink); a picture file (PNG, JPEG, WebP, GIF or BMP) in base64.
    Example: {"images": [403, "test-7"]}.

    Args:
        images: a list of 1 to 100 images

    Returns:
        images: for each image its label, if that is known
        and for each of the models its prediction (0 to 9) and the ten probabilities
    """
    asked = _parsed(ClassifyRequest, {"images": images})
    files = sum(isinstance(each, bytes) for each in asked.images)
    work = partial(programs.classify, asked)
    return _told(await _computed(work, ("classify", len(asked.images), files), request))


async def attack(
    image: Image,
    epsilons: float | list[float],
    request: gr.Request,
    label: int | None = None,
    attack: MenuAttack = FGSM.key,
    target: int | None = None,
    model: ModelName = LENET.key,
) -> Attacked:
    """Attack an image of a handwritten digit: change each pixel a little, so that it is misread.

    An attack is "fgsm", the Fast Gradient Sign Method; "targeted", the same towards a class;
    "iterative", FGSM in ten steps; "random", random signs as a control; "reversed", FGSM backwards.
    An image is one of these: a number from 0 to 999, a built-in digit; a text from "test-0" to
    "test-9999", a digit of MNIST's test set; 28 rows of 28 numbers from 0 (black ground) to 1
    (white ink); a picture file (PNG, JPEG, WebP, GIF or BMP) in base64.
    Example: {"image": 403, "epsilons": [0.05, 0.12]}.

    Args:
        image: the image, as described above
        epsilons: how far a pixel may move, from 0 to 0.5 of the way from black to white; up to 21
        label: what a picture of your own is, 0 to 9; without it, what the model reads in it
        attack: the attack, as described above
        target: the class, 0 to 9, that "targeted" moves towards; without it, the runner-up
        model: the network that is attacked; "lenet-robust" was trained on adversarial images

    Returns:
        breaking_point: the smallest epsilon of 0, 0.005 … 0.5 at which it is misread, or null
        reached: the smallest of them at which it is read as the target, or null
        direction: the sign with which each pixel moves, 28 x 28, or null if it depends on epsilon
        steps: for each epsilon the prediction, the ten probabilities and the image, 28 x 28
    """
    given = {"image": image, "epsilons": epsilons, "label": label}
    asked = _parsed(AttackRequest, {**given, "attack": attack, "target": target, "model": model})
    cost = ("attack for programs", asked.model, asked.attack, len(asked.epsilons))
    return _told(await _computed(partial(programs.attack, asked), cost, request))


async def evaluate(
    request: gr.Request,
    model: ModelName = LENET.key,
    attack: RunAttack = FGSM.key,
    epsilons: float | list[float] = ARTICLE,
    source: DataSet = BUILTIN.key,
    digits: int = BUILTIN.size,
) -> Evaluated:
    """Measure the accuracy of a network under attack over many digits of MNIST.

    It takes some seconds. Digits times epsilons (times ten for "iterative") may be 70,000 at most.
    Example: {"model": "softmax", "epsilons": [0, 0.1], "digits": 200}.

    Args:
        model: the network that is attacked; "lenet-robust" was trained on adversarial images
        attack: "fgsm", or "iterative" for FGSM in ten steps, or "random" for random signs
        epsilons: how far a pixel may move, from 0 to 0.5 of the way from black to white; up to 21
        source: "builtin" for the 1,000 built-in digits, "test" for MNIST's 10,000 test digits
        digits: how many of them, spread evenly over the source

    Returns:
        results: for each epsilon the accuracy and how many digits are read correctly both before
        and after the attack, and the mean probability of the wrong predictions
    """
    given = {"model": model, "attack": attack, "epsilons": epsilons}
    asked = _parsed(EvaluateRequest, {**given, "source": source, "digits": digits})
    cost = ("evaluate", asked.model, asked.attack, len(asked.epsilons))
    batches = programs.evaluate(asked)
    answer: Evaluated | None = None
    # Between two batches others are computed.
    while batch := await _computed(lambda: next(batches, None), cost, request):
        answer = batch
    assert answer is not None  # there is a digit at least
    return _told(answer)


TOOLS: tuple[Callable[..., Coroutine[Any, Any, Any]], ...] = (classify, attack, evaluate)
REQUESTS: dict[str, type[ProgramRequest]] = {
    "classify": ClassifyRequest,
    "attack": AttackRequest,
    "evaluate": EvaluateRequest,
}
"""What each of them is asked."""


def _parsed(kind: type[Asked], given: dict[str, Any]) -> Asked:
    """What is asked, checked."""
    try:
        return kind.parse(given)
    except ValueError as error:
        raise Refused(refused(error)["error"]) from None


async def _computed(work: Callable[[], Result], cost: object, request: gr.Request) -> Result:
    """What the work returns, when its turn has come; whoever called is told of all that is wrong.

    Raises:
        Refused: it cannot be, or not now.
    """
    visitor = Visitor(network_of(request.client.host if request.client else ""), "a program")
    try:
        # Each call has a kind of its own, so that none takes another's place.
        result = await DOOR.work(
            visitor, f"call {next(_numbers)}", work, cost=cost, is_gone=_is_gone(request)
        )
    except MnistMissing as error:  # it names a folder, which is no visitor's business
        logger.info("refused: %s", error)
        raise Refused(NO_TEST_SET) from None
    except ValueError as error:
        logger.info("refused: %s", error)
        raise Refused(refused(error)["error"]) from None
    except (Busy, Gone) as error:
        raise Refused(str(error) or "You have left.") from None
    except Exception:
        logger.exception("a call failed")
        raise Refused(FAILED) from None
    return result


def _told(answer: Result) -> Result:
    """The answer as Gradio passes it on. To an agent that is text: JSON, not what Python writes."""
    return cast(Result, json.dumps(answer)) if _is_agent() else answer


def _is_agent() -> bool:
    """Whether Gradio's MCP server calls; all others come by way of its events."""
    return LocalContext.event_id.get(None) is None


def _is_gone(request: gr.Request) -> Callable[[], Awaitable[bool]]:
    """Whether nobody waits for the answer any more."""
    blocks = LocalContext.blocks.get(None)
    if _is_agent() or blocks is None:  # its request is open until it is answered
        disconnected: Callable[[], Awaitable[bool]] = request.is_disconnected
        return disconnected
    # All others have asked in one request, and wait in a second one, which Gradio watches.
    event = blocks._queue.event_ids_to_events.get(str(LocalContext.event_id.get()))

    async def is_gone() -> bool:
        return event is not None and not event.alive

    return is_gone
