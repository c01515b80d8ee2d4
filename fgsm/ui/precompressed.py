"""Answers that are the same for everybody: compressed once, and sent from memory.

A browser that has an answer already says so (`If-None-Match`), and is told that it still holds
(304) without being sent it again.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]  # Gradio brings it
from starlette.datastructures import Headers
from starlette.types import Scope, Send

FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For what never changes: its address names the version."""
ASK_AGAIN = {"Cache-Control": "no-cache"}
"""For what may be kept, but only be used after asking whether it still holds."""
FOR_ALL = {"Access-Control-Allow-Origin": "*"}
"""A page of another origin that has ours as `<gradio-app>` may load our files, and a browser that
kept them for one origin may use them for another."""
# Eleven is brotli's best: a tenth smaller, but it takes seventy times as long.
BROTLI = 6
GZIP = 9


@dataclass(frozen=True)
class Answer:
    """What is sent with status 200, in each coding that is worth it."""

    content: bytes
    packed: Mapping[str, bytes]
    """The content by codings, the smallest first."""
    tag: str
    """The entity tag, which all codings share; so it is a weak one."""
    headers: tuple[tuple[bytes, bytes], ...]
    """Those that 200 and 304 have in common."""
    about: tuple[tuple[bytes, bytes], ...]
    """Those about the content, which go with it."""

    async def send(self, scope: Scope, send: Send) -> None:
        """Answer a request of the method GET or HEAD."""
        asked = Headers(scope=scope)
        if _holds(asked.get("if-none-match", ""), self.tag):
            await _send(send, 304, [*self.headers])
            return
        coding = next((each for each in self.packed if each in _accepted(asked)), None)
        body = self.packed[coding] if coding else self.content
        more = [*self.about, (b"content-length", str(len(body)).encode())]
        if coding:
            more.append((b"content-encoding", coding.encode()))
        await _send(send, 200, [*self.headers, *more], b"" if scope["method"] == "HEAD" else body)


def answer(
    content: bytes, kind: str, more: Mapping[str, str], about: Mapping[str, str] | None = None
) -> Answer:
    """Prepare an answer.

    Args:
        content: what is sent.
        kind: its media type.
        more: headers, of them `FOR_GOOD` or `ASK_AGAIN`.
        about: headers about the content: a browser that has it has them too.
    """
    packed = {"br": brotli.compress(content, quality=BROTLI), "gzip": gzip.compress(content, GZIP)}
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return Answer(
        content,
        # A picture hardly gets smaller, and a line gets longer.
        {coding: body for coding, body in packed.items() if len(body) < 0.9 * len(content)},
        tag,
        _raw({**more, "ETag": tag, "Vary": "Accept-Encoding"}),
        _raw({"Content-Type": kind, **(about or {})}),
    )


def _raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


def _accepted(asked: Headers) -> set[str]:
    """The codings that a browser names and does not refuse with `q=0`."""
    parts = asked.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return {
        coding
        for coding, _, weight in (part.partition(";") for part in parts)
        if not re.fullmatch(r"q=0(\.0*)?", weight)
    }


def _holds(tags: str, tag: str) -> bool:
    """Whether one of the tags of `If-None-Match` is ours, compared weakly."""
    known = {each.strip().removeprefix("W/") for each in tags.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b""
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
