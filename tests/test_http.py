"""The server's door, without a server: what goes through it, and what comes back instead."""

import asyncio
import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import pytest
from gradio.events import api
from limits import parse
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.http import Guard, PagePolicy
from fgsm.ui.http.bodies import Bodies
from fgsm.ui.http.headers import NO_PAGE, OF_ALL
from fgsm.ui.http.logs import LONGEST, Line
from fgsm.ui.http.rates import SLOTS, STREAMS, STREAMS_OF_A_CLIENT, Rates, slot
from fgsm.ui.http.routes import BODY, LONGEST_URL, PICTURE, Cost
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


# ---- routes ----

EXAMPLES = {
    "{path:path}": "js/some-File_1.js",
    "{api_name}": "classify",
    "{event_id}": "0a1b2c",
    "{session_hash}": "k2j4h6k8l0m",
}
GRADIOS = {
    *((method, "/") for method in ("GET", "HEAD")),
    *(("GET", f"/{name}") for name in ("config", "config/", "theme.css", "manifest.json")),
    *(("GET", f"/{name}") for name in ("favicon.ico", "robots.txt")),
    *(("GET", f"/{folder}/js/some-File_1.js") for folder in ("assets", "static")),
    *(("GET", f"/gradio_api/{name}") for name in ("info", "info/", "openapi.json")),
    *(("GET", f"/gradio_api/{name}") for name in ("startup-events", "theme.css", "queue/data")),
    ("GET", "/gradio_api/heartbeat/k2j4h6k8l0m"),
    *(("POST", f"/gradio_api/{name}") for name in ("queue/join", "reset", "reset/", "cancel")),
    *(("POST", f"/gradio_api/call/{v}classify{s}") for v in ("", "v2/") for s in ("", "/")),
    *(("GET", f"/gradio_api/call/{v}classify/0a1b2c") for v in ("", "v2/")),
}
"""The routes of Gradio's that are let through."""


def classify(x: float) -> float:
    """A function of the interface for programs."""
    return x


def test_of_gradios_routes_only_those_that_are_needed_are_answered() -> None:
    """All that Gradio has, also what a later Gradio may add."""
    with gr.Blocks() as demo:
        api(classify, api_name="classify")
    app = gr.routes.App.create_app(demo)
    inner = Inner()
    guarded = guard(inner)
    let_through, routes = set(), 0
    routers = [getattr(route, "original_router", None) for route in app.routes]
    nested = [route for router in routers if router for route in router.routes]
    for route in (*app.routes, *nested):
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or ()
        for template, example in EXAMPLES.items():
            path = path.replace(template, example)
        path = re.sub(r"\{[^}]*\}", "x", path)
        for method in methods:
            routes += 1
            inner.asked.clear()
            answered = ask(guarded, path, method, JSON, [b"{}"])
            assert (answered.status == 200) == bool(inner.asked)
            if inner.asked:
                let_through.add((method, path))
            else:
                assert answered.status in (404, 405), path
    assert routes > 80  # this is all of them
    assert let_through == GRADIOS


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/fgsm/0123456789ab/stage/stage.js", "GET", 200),
        ("/fgsm/0123456789ab/stage/stage.js", "HEAD", 200),
        ("/fgsm/0123456789ab/stage/stage.js", "POST", 405),
        ("/fgsm/ask/attack", "POST", 200),
        ("/fgsm/ask/attack", "GET", 405),
        ("/fgsm/ask/attack", "OPTIONS", 405),
        ("/fgsm/ask/a/b", "POST", 404),
        ("/gradio.js", "GET", 200),
        ("/", "TRACE", 405),
        ("/", "GARBAGE", 405),
        ("//", "GET", 404),
        ("/assets/../../etc/passwd", "GET", 404),
        ("/assets//etc/passwd", "GET", 404),
        ("/assets/\x00", "GET", 404),
        ("/assets/a\nb", "GET", 404),
        ("/assets/ä.js", "GET", 404),
        ("/config\n", "GET", 404),
        ("/gradio_api/call/classify", "POST", 200),
        ("/gradio_api/call/classify/0a1b", "GET", 200),
        ("/gradio_api/call/classify/0a1b", "DELETE", 405),
        ("/gradio_api/call/a/b/c", "GET", 404),
        ("/fgsm/health", "GET", 200),
        ("/fgsm/health", "POST", 405),
        ("/gradio_api/mcp/", "POST", 404),
        ("/gradio_api/component_server", "POST", 404),
        ("/gradio_api/heartbeat/" + "a" * 64, "GET", 200),
        ("/gradio_api/heartbeat/" + "a" * 65, "GET", 400),
        ("/gradio_api/heartbeat/a.b", "GET", 400),
        ("/gradio_api/queue/data?session_hash=abc", "GET", 200),
        ("/gradio_api/queue/data?session_hash=abc&session_hash=a%0ab", "GET", 400),
        ("/gradio_api/queue/data?session_hash=", "GET", 400),
        ("/?" + "&".join("abcdefgh" * 10), "GET", 400),
        ("/?__theme=dark&embed", "GET", 200),
        ("/?" + "a" * (LONGEST_URL - 1), "GET", 200),
        ("/?" + "a" * LONGEST_URL, "GET", 414),
        ("/" + "a" * LONGEST_URL, "GET", 414),
    ],
)
def test_an_address_and_a_method(path: str, method: str, status: int) -> None:
    answered = ask(guard(), path, method, JSON, [b"{}"])
    assert answered.status == status
    if status != 200:
        assert answered.headers["connection"] == "close"
        sentence = answered.body.decode().strip()
        assert len(sentence) < 140 and "\n" not in sentence
    if status == 405:
        assert method not in answered.headers["allow"].split(", ")


def test_a_page_that_is_in_a_folder_of_its_host() -> None:
    assert ask(guard(), "/config", root="/demo").status == 200
    assert ask(guard(), "/gradio_api/upload", "POST", JSON, root="/demo").status == 404


def test_the_model_context_protocol_is_there_only_if_it_is_switched_on() -> None:
    assert ask(guard(mcp=True), "/gradio_api/mcp/", "POST", JSON, [b"[1]"]).body == b"[1]"
    assert ask(guard(mcp=False), "/gradio_api/mcp/", "POST", JSON, [b"[1]"]).status == 404


def test_no_tool_is_given_a_file_to_fetch() -> None:
    file = b'{"p\\u0061th": "http://example.com/", "meta": {"_type": "gradio.FileData"}}'
    for body, status in (
        (b'{"params": {"arguments": {"images": [403]}, "_meta": {}}}', 200),
        (b'{"params": {"arguments": {"images": [%b]}}}' % file, 422),
        (b"[%b]" % file, 422),
        (b"{", 400),
    ):
        answered = ask(guard(mcp=True), "/gradio_api/mcp/", "POST", JSON, [body])
        assert answered.status == status, body


def test_websockets_are_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    awaited(guard()({"type": "websocket", "path": "/"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


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


# ---- origins ----


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"content-type": "text/plain"}, 200),  # a program, too
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "http://localhost:3000"}, 200),  # <gradio-app> on this machine
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1.evil.example"}, 403),
        ({"origin": "http://localhost@evil.example"}, 400),
        ({"origin": "http://["}, 400),
        ({"origin": "nonsense"}, 400),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        # A proxy that says the wrong Host; the browser says itself that this is its own page.
        ({"origin": "https://demo.example", "sec-fetch-site": "same-origin"}, 200),
        ({"host": "demo.example", "origin": "https://demo.example"}, 200),
        ({"host": "demo.example", "origin": "https://blog.example"}, 200),  # <gradio-app>
        ({"host": "demo.example", "origin": "null"}, 200),
        ({"host": "a b"}, 400),
        ({"host": "[::1]:7860", "origin": "http://evil.example"}, 403),
        ({"host": "", "origin": "http://evil.example"}, 400),
        ({"origin": "http://127.0.0.1:7860", "content-type": "text/plain"}, 415),
        ({"origin": "http://127.0.0.1:7860", "content-type": ""}, 415),
        ({"sec-fetch-site": "none", "content-type": "multipart/form-data"}, 415),
        ({"origin": "http://127.0.0.1:7860", "content-type": "Application/JSON; a=b"}, 200),
    ],
)
def test_who_may_have_something_computed(headers: dict[str, str], status: int) -> None:
    inner = Inner()
    assert ask(guard(inner), ASK, "POST", {**JSON, **headers}, [b"{}"]).status == status
    assert bool(inner.asked) == (status == 200)


def test_a_page_elsewhere_may_ask_whether_it_may_ask() -> None:
    preflight = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
    inner = Inner()
    assert ask(guard(inner), ASK, "OPTIONS", preflight).status == 200 and inner.asked
    assert ask(guard(), "/gradio_api/upload", "OPTIONS", preflight).status == 404


def test_headers_about_our_address_that_mean_nothing_are_not_passed_on() -> None:
    inner = Inner()
    told = {
        "x-forwarded-host": "demo.example, proxy",
        "x-forwarded-proto": "https",
        "x-gradio-server": "http://evil.example",
        "accept": "*/*",
    }
    ask(guard(inner), "/config", headers=told)
    del told["x-gradio-server"]
    kept = {name.decode(): value.decode() for name, value in inner.asked[0]["headers"]}
    assert kept == {"host": LOCAL, **told}
    ask(guard(inner), "/", headers={"x-forwarded-host": "[", "x-forwarded-proto": "javascript"})
    assert inner.asked[1]["headers"] == [(b"host", LOCAL.encode())]


# ---- headers ----


def answering(response: Response) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    return app


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nothing", 404)])
def test_every_answer_says_what_it_may_do(path: str, status: int) -> None:
    answered = ask(guard(), path)
    assert answered.status == status
    for name, value in OF_ALL.items():
        assert answered.headers[name.lower()] == value
    assert answered.headers["content-security-policy"] == NO_PAGE


def test_a_page_that_the_browser_has_keeps_its_headers() -> None:
    kept = Response(status_code=304, headers={"Content-Security-Policy": "x", "ETag": "y"})
    answered = ask(guard(answering(kept)), "/")
    assert answered.headers == {"etag": "y"}


def test_a_page_without_scripts_in_it_is_a_page_too() -> None:
    """The speaker's window, from wherever it is served."""
    html = Response("<p>", media_type="text/html", headers={"Content-Encoding": "br"})
    policy = ask(guard(answering(html)), "/fgsm/1/present/speaker.html").headers
    assert "script-src 'self'" in policy["content-security-policy"]


def test_the_policy_of_a_page_names_the_scripts_in_it_and_no_others() -> None:
    html = '<script src="a.js"></script><script type="x">one()</script>\n<SCRIPT>\r\ntwo()</SCRIPT>'
    page = PagePolicy(answering(Response(html, media_type="text/html")))
    answered = ask(guard(page), "/")
    policy = dict(
        part.split(" ", 1) for part in answered.headers["content-security-policy"].split("; ")
    )
    scripts = policy["script-src"].split()
    # As `openssl dgst -sha256 -binary | base64` has them.
    assert "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='" in scripts  # one()
    assert "'sha256-Lb2lc9BzdFQqYRFBcRPaZUZ0kClPkx4OtyGKdmIkL+s='" in scripts  # \ntwo()
    assert "'unsafe-inline'" not in scripts and "data:" not in scripts
    assert len(scripts) == 2 + 2 + 1  # 'self', 'unsafe-eval'; these two; and what Gradio adds
    assert "frame-ancestors" not in policy
    assert answered.body == html.encode()


# ---- failures, and the log ----


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def failing(begun: bool) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in /secret/place\n2026-01-01 00:00:00,000 ERROR root: forged")

    return app


def test_an_error_is_a_sentence_for_the_visitor_and_a_line_for_the_server(log: io.StringIO) -> None:
    answered = ask(guard(failing(begun=False)), "/config")
    assert answered.status == 500 and b"error" in answered.body
    assert b"secret" not in answered.body and b"Traceback" not in answered.body
    first, *rest = log.getvalue().splitlines()
    assert re.match(r"\d{4}-\d\d-\d\d [\d:,]+ ERROR fgsm\.ui\.http\.guard: GET /config fail", first)
    assert all(line.startswith("    ") for line in rest)  # nobody writes a line of the log's
    assert any("secret" in line for line in rest) and any("forged" in line for line in rest)


def test_a_call_that_gradio_fails_on_is_the_callers_error(log: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise TypeError("Parameter `a` is not a valid key-word argument.")

    assert ask(guard(app), "/gradio_api/call/v2/classify", "POST", JSON, [b"{}"]).status == 422
    assert log.getvalue() == ""
    assert ask(guard(app), ASK, "POST", JSON, [b"{}"]).status == 500  # ours must not


def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole(log: io.StringIO) -> None:
    with pytest.raises(RuntimeError):  # which the web server logs
        ask(guard(failing(begun=True)), "/config")
    assert log.getvalue() == ""


def test_a_visitor_cannot_write_into_the_log(log: io.StringIO) -> None:
    hostile = "a\r\n2026 ERROR root: x\x1b[31m\x00\x85\u2028\u202e\ud800é"
    logging.getLogger("visitor").warning("refused: %s", hostile)
    logging.getLogger("visitor").warning("refused: %s", "x" * 1_000_000)
    lines = log.getvalue().split("\n")
    assert len(lines) == 3
    assert lines[0].endswith(r"a\r\n2026 ERROR root: x\x1b[31m\x00\x85\u2028\u202e\ud800é")
    assert len(lines[1]) == LONGEST + 1
