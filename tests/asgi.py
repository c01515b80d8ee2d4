"""Asking the server's door without a server, by ASGI, as a browser asks over a network."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.http import Guard
from tests.helpers import awaited

JSON = {"content-type": "application/json"}
LOCAL = "127.0.0.1:7860"
ASK = "/fgsm/ask/attack"
JOIN = "/gradio_api/queue/join"


@dataclass
class Answered:
    """What came back, and what had to be read for it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    read: int = 0


class Inner:
    """An app that notes what it is asked, and repeats the body."""

    def __init__(self) -> None:
        self.asked: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope)
        body = b""
        while scope["method"] == "POST":
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        await PlainTextResponse(body)(scope, receive, send)


def guard(app: ASGIApp | None = None, mcp: bool = False, **more: Any) -> Guard:
    return Guard(app or Inner(), {0: 1, 4: 2}, mcp, **more)


def ask(
    guarded: ASGIApp,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    parts: Sequence[bytes] = (b"",),
    client: str = "192.0.2.1",
    root: str = "",
) -> Answered:
    """Ask, by ASGI, as a browser asks over a network. No part: the body never comes."""
    return awaited(asking(guarded, path, method, headers, parts, client, root))


async def asking(
    guarded: ASGIApp,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    parts: Sequence[bytes] = (b"",),
    client: str = "192.0.2.1",
    root: str = "",
) -> Answered:
    answered = Answered()
    below, _, query = path.partition("?")

    async def receive() -> Message:
        if answered.read >= len(parts):
            await asyncio.Event().wait()
        answered.read += 1
        more = answered.read < len(parts)
        return {"type": "http.request", "body": parts[answered.read - 1], "more_body": more}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answered.body += message["body"]

    pairs = {"host": LOCAL, **(headers or {})}.items()
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": root + below,
        "raw_path": (root + below).encode(),
        "query_string": query.encode("latin-1"),
        "root_path": root,
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in pairs if v],
        "client": (client, 1234),
        "scheme": "http",
        "server": ("127.0.0.1", 7860),
    }
    await guarded(scope, receive, send)
    return answered
