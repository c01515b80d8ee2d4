"""Calls by HTTP, as Gradio has them: a POST gives the name of a call, a GET its answer.

Gradio's own routes answer with status 500 where an argument has a name that is not known, say
nothing of a wrong value until the answer is fetched, and break off, or never end, where there is no
such call. So a call is checked here first; what is good goes on to Gradio.
"""

import json
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from fgsm.ui.programs.tools import REQUESTS
from fgsm.ui.wire import refused

MOST_CALLS = 2_000
"""Whose names are kept; of fewer (see `unheard.py`) the answers are."""
BODY = (b"content-type", b"content-length", b"transfer-encoding")
"""The headers that say what a body is."""
JSON = (b"content-type", b"application/json")

_calls: OrderedDict[str, str] = OrderedDict()
"""Those whose answers were not fetched yet, and what they call."""


class _Refusal(Exception):
    """Why there is no answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = JSONResponse({"error": sentence}, status)


async def call(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin a call, if it makes sense."""
    name, path = scope["path_params"]["name"], scope["path"]
    try:
        data = await _checked(name, Request(scope, receive), path.endswith(f"/v2/{name}"))
    except _Refusal as refusal:
        await refusal.answer(scope, receive, send)
        return
    # Gradio's route has this address as well, ours has not.
    path = path.removesuffix(name).removesuffix("v2/") + f"{name}/"
    headers = [pair for pair in scope["headers"] if pair[0] not in BODY] + [JSON]
    begin = {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
    await scope["app"].router(begin, _giving(data), _noting(name, send))


async def _checked(name: str, asked: Request, by_name: bool) -> dict[str, Any]:
    """What Gradio is to be asked.

    Raises:
        _Refusal: it makes no sense.
    """
    if name not in REQUESTS:
        raise _Refusal(404, f"There is no {name!r:.60}; there are {', '.join(REQUESTS)}.")
    body: dict[str, Any] = await asked.json()  # an object: `fgsm.ui.http` has seen to that
    fields = REQUESTS[name].model_fields
    try:
        given = body if by_name else _named(body, list(fields))
        REQUESTS[name].parse(given)
    except ValueError as error:
        raise _Refusal(422, refused(error)["error"]) from None
    return {"data": [given.get(field, info.get_default()) for field, info in fields.items()]}


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream the answer of a call, once."""
    name, call = scope["path_params"]["name"], scope["path_params"]["call"]
    # A call is a session of its own, which is forgotten if nobody listens for long.
    sessions = scope["app"].get_blocks()._queue.pending_messages_per_session
    if _calls.get(call) != name or call not in sessions:
        refusal = _Refusal(404, f"No call {call!r:.60} has an answer to fetch; each is there once.")
        await refusal.answer(scope, receive, send)
        return
    del _calls[call]
    path = scope["path"].removesuffix(f"{name}/{call}") + f"v2/{name}/{call}"
    await scope["app"].router({**scope, "path": path, "raw_path": path.encode()}, receive, send)


def _named(body: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The arguments of a call that gives them in their order, `{"data": […]}`."""
    data = body.get("data")
    if not isinstance(data, list) or len(data) > len(names):
        raise ValueError(f"data must be a list of at most these, in this order: {', '.join(names)}")
    return dict(zip(names, data, strict=False))


def _giving(data: dict[str, Any]) -> Receive:
    """Gives the body to Gradio."""

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps(data).encode(), "more_body": False}

    return receive


def _noting(name: str, send: Send) -> Send:
    """Notes which call Gradio begins, if it does."""
    parts: list[bytes] = []

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                begun = json.loads(b"".join(parts)).get("event_id")
                if begun:
                    _calls[begun] = name
                if len(_calls) > MOST_CALLS:
                    _calls.popitem(last=False)
        await send(message)

    return noting


class _App:
    """Lets Starlette take a function for the ASGI app that it is."""

    def __init__(self, function: Any) -> None:
        self._function = function

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._function(scope, receive, send)


_CALL = "/gradio_api/call"
ROUTES = [
    Route(_CALL + "/v2/{name}", _App(call), methods=["POST"]),
    Route(_CALL + "/{name}", _App(call), methods=["POST"]),
    Route(_CALL + "/{name}/{call}", _App(answer), methods=["GET"]),
]
