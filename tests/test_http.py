"""The server's door, without a server: which addresses, pages and headers it knows."""

import io
import logging
import re
from collections.abc import Iterator

import gradio as gr
import pytest
from gradio.events import api
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.http import PagePolicy
from fgsm.ui.http.headers import NO_PAGE, OF_ALL
from fgsm.ui.http.logs import LONGEST, Line
from fgsm.ui.http.routes import LONGEST_URL
from tests.asgi import ASK, JSON, LOCAL, Inner, ask, guard
from tests.helpers import awaited

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
        ("/fgsm/openapi.json", "GET", 404),
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


# ---- origins ----


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"content-type": "text/plain"}, 200),  # a program, too
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "http://localhost:3000"}, 200),  # <gradio-app> on this machine
        ({"origin": "https://a.space", "x-forwarded-host": "a.space, proxy"}, 200),
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


def test_a_visitor_cannot_write_into_the_log() -> None:
    def line(said: str) -> str:
        # Not by logging it: pytest, which keeps what is logged, could not write such characters.
        record = logging.LogRecord("visitor", logging.WARNING, "", 0, "refused: %s", (said,), None)
        return Line().format(record)

    hostile = line("a\r\n2026 ERROR root: x\x1b[31m\x00\x85\u2028\u202e\ud800é")
    assert hostile.endswith(r"a\r\n2026 ERROR root: x\x1b[31m\x00\x85\u2028\u202e\ud800é")
    assert "\n" not in hostile and "WARNING visitor: refused: a" in hostile
    assert len(line("x" * 1_000_000)) == LONGEST + 1
