"""The server's door, without a server: how much it takes, of bodies, requests and streams."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from limits import parse
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.http.bodies import Bodies
from fgsm.ui.http.rates import SLOTS, STREAMS, STREAMS_OF_A_CLIENT, Rates, slot
from fgsm.ui.http.routes import BODY, PICTURE, Cost
from tests.asgi import ASK, JOIN, JSON, Answered, Inner, ask, asking, guard
from tests.helpers import awaited

# ---- bodies ----


@pytest.mark.parametrize(
    ("path", "largest"), [(ASK, BODY), ("/fgsm/ask/picture", PICTURE), (JOIN, PICTURE)]
)
def test_a_body_may_be_so_large_and_no_larger(path: str, largest: int) -> None:
    body = b'{"a": "' + b"x" * (largest - 9) + b'"}'
    assert len(body) == largest
    halves = [body[:1000], body[1000:]]
    assert ask(guard(), path, "POST", JSON, halves).body == body
    # By what it says of itself nothing of it is read; without that, only until it is too much.
    length = {"content-length": str(largest + 1)}
    refused = ask(guard(), path, "POST", {**JSON, **length}, [body, b" "])
    assert (refused.status, refused.read) == (413, 0)
    endless = [b"x" * 1024] * 100_000
    refused = ask(guard(), path, "POST", {**JSON, "transfer-encoding": "chunked"}, endless)
    assert (refused.status, refused.read) == (413, largest // 1024 + 1)
    assert refused.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "0x10", "\u0663", "1, 1", "9" * 30])
def test_a_length_that_is_none(length: str) -> None:
    inner = Inner()
    told = length.encode().decode("latin-1")  # as bytes arrive
    refused = ask(guard(inner), ASK, "POST", {**JSON, "content-length": told}, [b"1"])
    assert refused.status == 400 and not inner.asked


def test_only_a_post_has_a_body() -> None:
    for headers in ({"content-length": "1"}, {"transfer-encoding": "chunked"}):
        for path, method in (("/", "GET"), ("/", "HEAD"), ("/config", "GET")):
            assert ask(guard(), path, method, headers).status == 400
    assert ask(guard(), "/", "GET", {"content-length": "0"}).status == 200


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    bodies = Bodies(patience=0.05)
    refused = ask(guard(bodies=bodies), ASK, "POST", {**JSON, "content-length": "9"}, [])
    assert refused.status == 408 and bodies.held == 0


def test_bodies_that_are_here_at_a_time_are_bounded() -> None:
    bodies = Bodies(patience=60, most_at_once=3000, small=1)

    async def many() -> list[Answered]:
        guarded = guard(bodies=bodies)

        async def wait(parts: Sequence[bytes]) -> Answered:
            return await asking(guarded, ASK, "POST", JSON, parts)

        slow = [asyncio.create_task(_stalled(guarded, b"x" * 1000)) for _ in range(3)]
        while bodies.held < 3000:
            await asyncio.sleep(0)
        small, refused = await wait([b"y"]), await wait([b"yy"])
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [small, refused, await wait([b"yy"])]

    small, refused, answered = awaited(many())
    assert (
        small.status == 200 and refused.status == 503 and int(refused.headers["retry-after"]) >= 1
    )
    assert b'"again": 3' in refused.body  # as the page's scripts read it
    assert answered.body == b"yy" and bodies.held == 0


async def _stalled(guarded: ASGIApp, part: bytes) -> None:
    """A request whose body stops in the middle."""
    told: list[Message] = [{"type": "http.request", "body": part, "more_body": True}]

    async def receive() -> Message:
        if not told:
            await asyncio.Event().wait()
        return told.pop()

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is to be said")

    scope = {
        "type": "http",
        "method": "POST",
        "path": ASK,
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": None,
    }
    await guarded(scope, receive, send)


def test_a_client_that_leaves_is_told_nothing_and_keeps_nothing() -> None:
    bodies, inner = Bodies(), Inner()
    told: list[Message] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"abc", "more_body": True},
    ]

    async def receive() -> Message:
        return told.pop()

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is to be said")

    scope = {"type": "http", "method": "POST", "path": ASK, "raw_path": b"", "query_string": b""}
    headers = [(b"content-type", b"application/json")]
    awaited(
        guard(inner, bodies=bodies)({**scope, "headers": headers, "client": None}, receive, send)
    )
    assert not inner.asked and bodies.held == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"data": [[1, "x"]], "fn_index": 0, "session_hash": "k2j4h6k8l0m"}', 200),
        (b'{"data": [1, null], "fn_index": 4}', 200),
        (b'{"data": [1], "fn_index": 4}', 422),
        (b'{"data": [1, 2], "fn_index": 0}', 422),
        (b'{"data": "x", "fn_index": 0}', 422),
        (b'{"data": {"0": 1}, "fn_index": 0}', 422),
        (b'{"data": [{"path": "http://example.com/", "meta": {"_type": "gradio.FileData"}}]}', 422),
        (b'{"data": [[[{}]]]}', 422),
        (b'{"event_data": {}}', 422),
        (b'{"session_hash": null, "event_id": "3f2a-1"}', 200),
        (b'{"session_hash": "' + b"a" * 65 + b'"}', 400),
        (b'{"session_hash": ["a"]}', 400),
        (b'{"event_id": "a\\nb"}', 400),
        (b'{"data": [1], "fn_index": 1}', 404),
        (b'{"data": [1], "fn_index": "1"}', 404),
        (b'{"data": [1], "fn_index": true}', 404),
        (b'{"data": [1], "fn_index": ' + b"9" * 4000 + b"}", 404),
        (b"[" * 200_000, 400),
        (b"9" * 5000, 400),
        (b"[]", 400),
        (b"\xff\xfe\x00", 400),
        (b"", 400),
    ],
)
def test_what_is_asked_of_gradio_is_json_with_sane_names(body: bytes, status: int) -> None:
    answered = ask(guard(), JOIN, "POST", JSON, [body])
    assert answered.status == status and len(answered.body) < 200


# ---- rates ----

RATES: dict[Cost, Any] = {"ask": parse("3 per minute"), "page": parse("5 per minute")}


def test_a_client_that_asks_too_much_is_told_when_to_ask_again() -> None:
    async def many() -> tuple[list[Answered], list[Answered]]:
        guarded = guard(rates=Rates(RATES))
        first = [await asking(guarded, ASK, "POST", JSON) for _ in range(5)]
        others = [
            await asking(guarded, ASK, "POST", JSON, client="192.0.2.2"),
            await asking(guarded, "/"),
            *[await asking(guarded, "/gradio.js") for _ in range(100)],  # files cost nothing
        ]
        return first, others

    first, others = awaited(many())
    assert [each.status for each in first] == [200, 200, 200, 429, 429]
    assert 1 <= int(first[3].headers["retry-after"]) <= 61
    assert b'"again": ' in first[3].body and b"3 per 1 minute" in first[3].body
    assert {each.status for each in others} == {200}


def test_a_lecture_hall_behind_one_address_is_not_turned_away() -> None:
    """All open the page, and load it again; then a fifth of them draw, ten times a second."""

    async def hall() -> set[int]:
        guarded = guard()
        opened = [await asking(guarded, "/") for _ in range(2 * 200)]
        drawn = [await asking(guarded, ASK, "POST", JSON) for _ in range(40 * 10 * 10)]
        return {each.status for each in opened + drawn}

    assert awaited(hall()) == {200}


def test_a_large_body_counts_as_several_requests() -> None:
    body = b'"' + b"x" * 200_000 + b'"'

    async def many() -> list[int]:
        guarded = guard(rates=Rates({"ask": parse("8 per minute")}))
        return [(await asking(guarded, ASK, "POST", JSON, [body])).status for _ in range(3)]

    assert awaited(many()) == [200, 200, 429]  # 1 + 3 each


def test_no_number_of_clients_fills_the_memory() -> None:
    rates = Rates(RATES)

    async def many() -> None:
        for i in range(3 * SLOTS):
            await rates.count("ask", slot(f"10.0.{i >> 8}.{i & 255}"))

    # Of so many, some share a counter; none is refused here that has not asked too much with them.
    with pytest.raises(Exception, match="Too many requests"):
        awaited(many())
    storage: Any = rates._limiter.storage
    assert len(storage.storage) <= SLOTS
    used = {slot(f"10.0.{i >> 8}.{i & 255}") for i in range(20 * SLOTS)}
    assert 0.9 * SLOTS < len(used) <= SLOTS and max(used) < SLOTS


def test_a_network_of_64_bits_is_one_client() -> None:
    assert slot("2001:db8::1") == slot("2001:db8::ffff:1:2")
    several = {slot(f"2001:db8:0:{i}::1") for i in range(20)} | {slot("192.0.2.1"), slot("::1")}
    assert len(several) > 15
    for nonsense in ("", "unix:", "a" * 10_000):
        assert 0 <= slot(nonsense) < SLOTS


def test_streams_that_are_open_are_bounded() -> None:
    class Open:
        def __init__(self) -> None:
            self.end = asyncio.Event()

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.end.wait()
            await PlainTextResponse("")(scope, receive, send)

    async def many() -> tuple[list[Answered], list[Answered]]:
        inner = Open()
        rates = Rates({})
        guarded = guard(inner, rates=rates)
        path = "/gradio_api/heartbeat/abc"

        async def settled(task: asyncio.Task[Answered]) -> bool:
            for _ in range(20):
                await asyncio.sleep(0)
            return task.done()

        tasks = [
            asyncio.create_task(asking(guarded, path, client=f"192.0.2.{client}"))
            for client in (1, 2)
            for _ in range(STREAMS_OF_A_CLIENT)
        ]
        one_more = asyncio.create_task(asking(guarded, path, client="192.0.2.1"))
        assert await settled(one_more)
        in_all = asyncio.create_task(asking(guarded, path, client="192.0.2.3"))
        assert await settled(in_all)
        inner.end.set()
        done = await asyncio.gather(*tasks)
        return done, [one_more.result(), in_all.result(), await asking(guarded, path)]

    done, (one_more, in_all, later) = awaited(many())
    assert len(done) == STREAMS and {each.status for each in done} == {200}
    assert (one_more.status, in_all.status, later.status) == (429, 503, 200)
    assert "retry-after" in one_more.headers and "retry-after" in in_all.headers
