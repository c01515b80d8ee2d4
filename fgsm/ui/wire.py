"""The edge between the service and the browser: JSON in, JSON out.

Pictures of eight bits are sent packed. Neighbouring frames on the epsilon axis differ by a level or
two, so their differences are sent, compressed: 101 frames of a digit take about 10 KiB instead of
77. Other numbers are rounded to a millionth, which is finer than any figure on the page.
"""

import base64
import dataclasses
import functools
import logging
import zlib
from collections.abc import Callable
from typing import Any, get_type_hints

import numpy as np
import torch
from torch import Tensor

from fgsm.digits import MnistMissing
from fgsm.files import BadFile
from fgsm.service.request import Request
from fgsm.ui.settings import settings

Json = dict[str, Any]
FAILED = "The server had an error and could not answer; its log says why."


def pack(frames: Tensor) -> str:
    """K frames, uint8 `(K, ...)`, as base64 of zlib of each frame minus the one before, mod 256."""
    flat = frames.flatten(1).cpu()
    before = torch.cat([torch.zeros_like(flat[:1]), flat[:-1]])
    differences = flat - before  # of bytes, so it wraps around, and so does the sum that undoes it
    return base64.b64encode(zlib.compress(differences.numpy().tobytes())).decode("ascii")


def packed(value: Any) -> Any:
    """An answer of the service, or a part of one, as JSON."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: packed(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {key: packed(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(each) for each in value]
    if not isinstance(value, Tensor):
        return value
    if value.dtype == torch.uint8:
        return pack(value)
    if value.is_floating_point():
        return np.round(value.double().cpu().numpy(), 6).tolist()
    return value.tolist()


def answering(function: Callable[[Any], Any]) -> Callable[[object], Json]:
    """A function of the service, made safe for anyone to call with anything.

    Args:
        function: takes a `Request`, of the class that its annotation names.

    Returns:
        A function that takes any JSON. If something is wrong with it, the answer is a sentence,
        `{"error": sentence}`.
    """
    request = request_of(function)

    @functools.wraps(function)
    def answer(data: object) -> Json:
        try:
            return answered(function, request.parse(data))
        except ValueError as error:
            return refused(error)

    return answer


def request_of(function: Callable[[Any], Any]) -> type[Request]:
    """What a function of the service is asked with."""
    request: type[Request] = get_type_hints(function)["request"]
    return request


def answered(function: Callable[[Any], Any], request: Request) -> Json:
    """The answer of a function of the service, or what is wrong, as JSON."""
    logger = logging.getLogger(function.__module__)
    try:
        message: Json = packed(function(request))
        return message
    except MnistMissing as error:  # it names a folder, which is no visitor's business
        logger.info("refused: %s", error)
        offer = "; the tab “Test set” can download it" if settings().download else ""
        return {"error": f"The test set is not here{offer}."}
    except BadFile as error:
        logger.error("%s", error)
        return {"error": FAILED}
    except ValueError as error:
        logger.info("refused: %s", error)
        return refused(error)
    except Exception:
        # The page would take no answer at all for a connection that is lost.
        logger.exception("%s failed", function.__name__)
        return {"error": FAILED}


def refused(error: ValueError) -> Json:
    """What is answered to a request that is wrong: what is wrong with it, as a sentence."""
    return {"error": f"{str(error)[0].upper()}{str(error)[1:]}."}
