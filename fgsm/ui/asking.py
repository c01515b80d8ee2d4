"""Where the page's questions arrive: `POST /fgsm/ask/{name}`, JSON in, JSON out.

What a name may be: a function of the service, or one of `OWN`, which are about this server. Anyone
may ask anything. A wrong question is answered with a sentence, `{"error": sentence}`; so is a
question that comes when there is too much to do, with the seconds after which to ask `again`.
"""

import gzip
import re
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from fgsm.service import FUNCTIONS, compare
from fgsm.service.digits import has_mnist_test
from fgsm.service.request import Request
from fgsm.ui.all_digits.run import RUNS, download
from fgsm.ui.door import DOOR
from fgsm.ui.remembered import Remembered
from fgsm.ui.turns import Busy, Gone, Visitor, network_of
from fgsm.ui.wire import Json, answered, refused, request_of
from fgsm.ui.zero import IS_ZERO, asked_by

PAGE = re.compile(r"[\w-]{8,64}", re.ASCII)
"""What a page calls itself, in the header `X-Fgsm-Page`."""
CLOSED = 499
"""Nginx's status for whoever closed the connection; nobody gets it."""
CAN_WAIT = {compare.__name__}
"""What the page asks while it shows something else; so is a stroke, which the next one follows."""
FASTEST = 1
"""Of gzip's levels. Most of an answer is compressed already, and written in base64."""

Own = Callable[[object, Visitor], Awaitable[Json]]


async def has_mnist(_data: object, _visitor: Visitor) -> Json:
    """Whether the test set is here by now; the browser asks, as it may come after the page."""
    return {"here": has_mnist_test()}


OWN: dict[str, Own] = {
    "follow": RUNS.follow,
    "cancel": RUNS.cancel,
    "download": download,
    "has_mnist": has_mnist,
}
_REQUESTS = {name: request_of(function) for name, function in FUNCTIONS.items()}
_remembered = Remembered()


async def ask(request: HttpRequest) -> Response:
    """Answer a question."""
    name = request.path_params["name"]
    page = request.headers.get("X-Fgsm-Page", "")
    if name not in FUNCTIONS and name not in OWN:
        return _json({"error": "There is no such question."}, 404)
    if not PAGE.fullmatch(page):
        sentence = "The header X-Fgsm-Page must be 8 to 64 letters, digits, hyphens or underscores."
        return _json({"error": sentence}, 400)
    visitor = Visitor(network_of(request.client.host if request.client else ""), page)
    try:
        data = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        return _json({"error": f"The question is not JSON: {error}."}, 400)
    try:
        if name in OWN:
            if IS_ZERO:
                asked_by(request)
            return _json(await OWN[name](data, visitor))
        answer = await _answer(name, _REQUESTS[name].parse(data), visitor, request)
    except ValueError as error:
        return _json(refused(error))
    except Busy as busy:
        told = {"error": str(busy), "again": busy.again}
        return _json(told, 503, {"Retry-After": str(busy.again)})
    except Gone:
        return Response(status_code=CLOSED)
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(gzip.decompress(answer), 200, headers, "application/json")
    return Response(answer, 200, {**headers, "Content-Encoding": "gzip"}, "application/json")


async def _answer(name: str, asked: Request, visitor: Visitor, request: HttpRequest) -> bytes:
    """The answer of the service, compressed; from those that are remembered, if it is there."""
    question = (name, asked)

    def compute() -> bytes:
        message = answered(FUNCTIONS[name], asked)
        answer = gzip.compress(orjson.dumps(message), FASTEST)
        if asked.is_repeated and "error" not in message:
            _remembered.put(question, answer)
        return answer

    return await DOOR.work(
        visitor,
        name,
        compute,
        cost=(name, *asked.size),
        can_wait=name in CAN_WAIT or not asked.is_repeated,
        is_gone=request.is_disconnected,
        known=lambda: _remembered.get(question) if asked.is_repeated else None,
    )


def _json(message: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(message), status, headers, "application/json")


ROUTES = [Route("/fgsm/ask/{name}", ask, methods=["POST"])]
