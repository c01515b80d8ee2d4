"""The load benchmark's own arithmetic: what it asks, what it counts, how it reads HTTP."""

import asyncio
import base64
import gzip
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, get_type_hints

import numpy as np
import pytest

from benchmarks import hostile
from benchmarks.client import Answer, Browser
from benchmarks.load import p95
from benchmarks.soak import any_question
from benchmarks.visitors import HALL, SENT, STEPS, Seen, Visitor, drawing
from fgsm.service import FUNCTIONS
from tests.helpers import awaited

Reply = Callable[[str], bytes]
"""From a request's first line to an answer as it travels."""


def told(status: str, body: bytes, *headers: str) -> bytes:
    """An answer as it travels."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Told:
    """A server that says what it was made to say."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                await reader.readexactly(int(fields.get("Content-Length", 0)))
                writer.write(self.reply(head.split("\r\n")[0]))
        except asyncio.IncompleteReadError:
            writer.close()

    def visited(self, visit: Callable[[int], Awaitable[Any]]) -> Any:
        """What the visit of its port returns."""

        async def run() -> Any:
            async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as listener:
                return await visit(listener.sockets[0].getsockname()[1])

        return awaited(run())


def asked(reply: Reply, name: str = "attack") -> tuple[Any, Seen]:
    """What a visitor makes of a server's answer, and what is counted."""
    seen = Seen()

    async def visit(port: int) -> Any:
        visitor = Visitor(port, HALL, seen)
        answer = await visitor.ask(name, {})
        visitor.leave()
        return answer

    return Told(reply).visited(visit), seen


def test_p95_is_what_nineteen_of_twenty_stay_below() -> None:
    assert p95([*range(1, 101)]) == pytest.approx(95.05)
    assert p95([7]) == 7
    assert p95([]) == float("inf")  # no figure is no good figure


def test_a_kept_connection_carries_answers_of_every_kind() -> None:
    packed = gzip.compress(b'{"a": 1}')
    answers = iter(
        [
            told("200 OK", packed, "content-encoding: gzip"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b'4\r\n{"a"\r\n4\r\n: 2}\r\n0\r\n\r\n',
            told("404 Not Found", b""),
        ]
    )
    server = Told(lambda _: next(answers))

    async def visit(port: int) -> list[Answer]:
        browser = Browser(port, {})
        found = [await browser.fetch("/") for _ in range(3)]
        browser.close()
        return found

    first, second, third = server.visited(visit)
    assert (first.json(), second.json()) == ({"a": 1}, {"a": 2})
    assert (third.status, third.body) == (404, b"")
    assert server.connections == 1


def test_a_browser_has_six_connections_at_most() -> None:
    server = Told(lambda _: told("200 OK", b""))

    async def visit(port: int) -> None:
        browser = Browser(port, {})
        await asyncio.gather(*(browser.fetch("/") for _ in range(40)))
        browser.close()

    server.visited(visit)
    assert 1 < server.connections <= 6


def test_a_busy_server_is_asked_again_and_that_is_no_error() -> None:
    answers = iter([told("503 Busy", b"{}", "Retry-After: 0")] * 2 + [told("200 OK", b'{"a": 1}')])
    answer, seen = asked(lambda _: next(answers))
    assert answer == {"a": 1}
    assert (seen.asked, seen.busy, seen.errors) == (3, 2, Counter())


def test_a_visitor_who_asks_too_often_waits_but_that_is_an_error() -> None:
    answers = iter([told("429 Too Many", b"{}", "Retry-After: 0"), told("200 OK", b'{"a": 1}')])
    answer, seen = asked(lambda _: next(answers))
    assert answer == {"a": 1}
    assert (seen.asked, seen.busy, seen.errors.total()) == (2, 0, 1)


@pytest.mark.parametrize(
    "answer",
    [
        told("503 Busy", b"{}"),  # and does not say when to ask again
        told("500 Internal Server Error", b"{}"),
        told("200 OK", b'{"error": "No."}'),
    ],
)
def test_anything_else_is_an_error(answer: bytes) -> None:
    found, seen = asked(lambda _: answer)
    assert found is None
    assert seen.errors.total() == 1
    assert seen.busy == 0


def test_the_questions_of_the_soak_are_of_every_kind_and_right() -> None:
    names = set()
    for number in range(300):
        name, wanted = any_question(Random(number))
        names.add(name)
        get_type_hints(FUNCTIONS[name])["request"].parse(json.loads(json.dumps(wanted)))
    assert names == set(FUNCTIONS)


def test_heavy_questions_are_right_and_always_new() -> None:
    asked = [hostile.heavy() for _ in range(200)]
    for name, wanted in asked:
        get_type_hints(FUNCTIONS[name])["request"].parse(json.loads(json.dumps(wanted)))
    kept = [json.dumps(each) for each in asked if each[1]["source"] == "builtin"]
    assert len(kept) > 10
    assert len(set(kept)) == len(kept)


def test_a_drawing_grows_and_its_size_is_what_the_page_sends() -> None:
    sizes = []
    for step in range(STEPS):
        pixels = np.frombuffer(base64.b64decode(drawing(step, (5, 60))), np.uint8)
        assert pixels.shape == (SENT * SENT,)
        sizes.append(int((pixels == 255).sum()))
    assert sizes == sorted(sizes)
    assert 0 < sizes[0] < sizes[-1] / 4


def test_what_goes_on_meanwhile_ends_even_if_it_misses_that_it_is_cancelled() -> None:
    ended = []

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("missed")
        await asyncio.sleep(60)

    async def run() -> None:
        async with hostile.meanwhile(stubborn()):
            await asyncio.sleep(0)

    awaited(asyncio.wait_for(run(), 30))
    assert ended == ["missed"]


def test_what_goes_wrong_meanwhile_is_told() -> None:
    async def wrong() -> None:
        raise RuntimeError("wrong")

    async def run() -> None:
        async with hostile.meanwhile(wrong()):
            await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="wrong"):
        awaited(run())
