"""The server's door on the real server: raw sockets, large bodies, garbage, many requests."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser import READY, ROOT, App, running_app

PROGRAM = """
import gradio as gr
from fgsm.ui.launch import launch
from fgsm.ui.page import page

def double(x: float) -> float:
    return 2 * x

demo = page()
with demo:
    gr.api(double, api_name="double")
launch(demo)
"""
"""The page, and a function for programs."""
MIB = 2**20
LARGE = 40 * MIB
JSON = {"Content-Type": "application/json"}
PAGE = {"X-Fgsm-Page": "a-sceptic-0", **JSON}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app for these tests. Whatever they send: no error, no line in the log, no file."""
    folder = tmp_path_factory.mktemp("guarded")
    log, uploads = folder / "log", folder / "uploads"
    with (
        log.open("w") as file,
        running_app(
            file, ("-c", PROGRAM), GRADIO_TEMP_DIR=str(uploads), FGSM_PROXIES="127.0.0.1"
        ) as app,
    ):
        yield app
    assert [line for line in log.read_text().split("\n") if line and line[:2] != "* "] == []
    assert not [path for path in uploads.rglob("*") if path.is_file()]


_visitors = count()


def ask(
    app: App,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Ask, on a connection of its own, as somebody who has not asked before."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    try:
        visitor = {"X-Forwarded-For": f"2001:db8:0:{next(_visitors):x}::1"}
        connection.request(method, path, body, {**(headers or {}), **visitor})
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()


def raw(app: App, sent: bytes) -> tuple[int, bytes]:
    """The status and the body that come back for bytes; 0 if the connection is closed."""
    with socket.create_connection(("127.0.0.1", app.port), timeout=60) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        response = http.client.HTTPResponse(connection, method=sent[:4].decode("latin-1"))
        try:
            response.begin()
            return response.status, response.read()
        except (http.client.HTTPException, ConnectionResetError):
            return 0, b""
        finally:
            response.close()


def is_well(app: App) -> bool:
    body = json.dumps({"id": "0" * 32}).encode()
    status, answer, _ = ask(app, "/fgsm/ask/has_mnist", "POST", body, PAGE)
    return status == 200 and set(json.loads(answer)) == {"here"}


def memory(app: App) -> int:
    """Bytes of the app's process that are in memory."""
    status = Path(f"/proc/{app.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return 1024 * int(found[1])


def pour(app: App, path: str, is_chunked: bool) -> bytes:
    """Send a body of 40 MB, or as much of it as is taken; returns the status line."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {LARGE}"
    part = b"[" * MIB
    with socket.create_connection(("127.0.0.1", app.port), timeout=60) as connection:
        connection.sendall(f"{head}{length}\r\n\r\n".encode())
        with suppress(BrokenPipeError, ConnectionResetError):  # it is not taken
            for _ in range(LARGE // MIB):
                connection.sendall((b"%x\r\n%b\r\n" % (MIB, part)) if is_chunked else part)
        try:
            return connection.recv(65536).partition(b"\r\n")[0]
        except ConnectionResetError:
            return b""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="it reads /proc")
def test_large_bodies_fill_no_memory_and_keep_nobody_waiting(guarded: App) -> None:
    assert is_well(guarded)
    before = memory(guarded)
    paths = ("/fgsm/ask/attack", "/fgsm/ask/picture", "/gradio_api/queue/join", "/nothing")
    with ThreadPoolExecutor(20) as pool:
        poured = [
            pool.submit(pour, guarded, path, is_chunked)
            for path in paths
            for is_chunked in (False, True)
            for _ in range(5)
        ]
        meanwhile = 0
        while not all(each.done() for each in poured):
            begin = time.monotonic()
            assert is_well(guarded)
            assert time.monotonic() - begin < 15  # one of them alone once took 7 seconds
            meanwhile += 1
        assert meanwhile
        statuses = {each.result() for each in poured}
    # A connection may be closed before its client has read why; most have.
    assert statuses <= {b"", b"HTTP/1.1 413 Content Too Large", b"HTTP/1.1 404 Not Found"} | {
        b"HTTP/1.1 413 Request Entity Too Large"
    }
    assert statuses > {b"HTTP/1.1 404 Not Found"}
    assert memory(guarded) - before < 30 * MIB


def test_a_large_body_is_refused_before_it_comes(guarded: App) -> None:
    head = f"POST /fgsm/ask/attack HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n"
    for more in ("", "Expect: 100-continue\r\n", "Content-Type: application/json\r\n"):
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as connection:
            connection.sendall(f"{head}{more}\r\n".encode())
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 413 ") and b"connection: close" in answer.lower()
            rest = b""
            while part := connection.recv(65536):  # it ends here, though nothing was sent
                rest += part
    assert b"at most 262144 bytes" in answer + rest


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00" * 1000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%zz%f HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%0d%0a2026-01-01%2000:00:00,000%20ERROR%20root:forged HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.0\r\nOrigin: http://x\r\n\r\n",
        b"HEAD /gradio_api/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"Origin: http://[\r\n\r\n",
        GET + b"X: \x00\r\n\r\n",
        GET + b"X: a\r\n b\r\n: c\r\n\r\n",
        GET + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        GET + b"Content-Length: 10\r\n\r\n",
        b"GET /static/img/logo.svg HTTP/1.1\r\nHost: x\r\nRange: bytes=9-1\r\n\r\n",
        b"GET /gradio_api/file=http://example.com HTTP/1.1\r\nHost: x\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: abc\r\n\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n{}",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x00",
        POST + b"Content-Length: 2\r\n\r\n[]",
        POST + b"Content-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: 0\r\n\r\n",
    ],
)
def test_garbage_is_the_clients_error(guarded: App, sent: bytes) -> None:
    status, body = raw(guarded, sent)
    if b"logo" in sent:  # a server may leave out a Range that it does not understand
        assert status in (200, 400, 416)
    elif len(sent) > 100_000:  # closed before all of it is read
        assert status == 0 or 400 <= status < 500
    else:
        assert 400 <= status < 500, body
    assert b"Traceback" not in body and b"site-packages" not in body
    assert is_well(guarded)


@pytest.mark.parametrize("start", [GET + b"X: ", b"GET /", b"GET / HTTP/1.1\r\nX", GET])
def test_headers_without_end_are_not_read(guarded: App, start: bytes) -> None:
    part = b"Y: " + b"a" * 60_000 + (b"\r\n" if start is GET else b"")
    with (
        socket.create_connection(("127.0.0.1", guarded.port), timeout=60) as connection,
        pytest.raises((BrokenPipeError, ConnectionResetError)),
    ):
        connection.sendall(start)
        for _ in range(1_000):
            connection.sendall(part)
    assert is_well(guarded)


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\nGET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"]
)
def test_what_is_odd_but_means_something_is_answered(guarded: App, sent: bytes) -> None:
    status, body = raw(guarded, sent)
    assert status == 200 and b"<html" in body


CALLS: list[tuple[str, bytes]] = [
    (path, body)
    for path in (
        "/gradio_api/queue/join",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/fgsm/ask/attack",
        "/fgsm/ask/picture",
        "/fgsm/ask/follow",
        "/fgsm/ask/cancel",
    )
    for body in (
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'{"data": "x", "fn_index": 0, "session_hash": "abc"}',
        b'{"data": [], "fn_index": 99, "session_hash": "abc"}',
        b'{"data": [1], "fn_index": "__class__", "session_hash": "abc"}',
        b'{"data": [1], "fn_index": true, "session_hash": "abc"}',
        b'{"data": [1], "fn_index": -1, "session_hash": "abc"}',
        b'{"data": [1], "fn_index": 1e999, "session_hash": "abc"}',
        b'{"data": [1], "fn_index": 0, "session_hash": "' + b"a" * 1000 + b'"}',
        b'{"fn_index": 0, "data": [{"path": "http://x", "meta": {"_type": "gradio.FileData"}}]}',
        b'{"data": ["\\n2026-01-01 00:00:00,000 ERROR root: forged"], "fn_index": 0}',
        b'{"data": [1], "trigger_id": "x", "event_data": 7, "batched": true}',
        b'{"x": NaN}',
        b'{"x": ' + b"9" * 5000 + b"}",
        b'{"y": 1, "x": 1, "oauth_token": "t"}',
        b"\xef\xbb\xbf{}",
        b"\xff\x00",
        b"",
    )
]


@pytest.mark.parametrize(("path", "body"), CALLS, ids=range(len(CALLS)))
def test_wrong_questions_are_the_clients_error(guarded: App, path: str, body: bytes) -> None:
    status, answer, headers = ask(guarded, path, "POST", body, PAGE)
    assert status < 500, answer
    for place in (str(ROOT), str(Path.home()), "site-packages", "Traceback"):
        assert place.encode() not in answer
    assert headers["X-Content-Type-Options"] == "nosniff" and len(answer) < 20_000


def test_nothing_is_fetched_kept_or_told_that_is_not_the_pages(guarded: App) -> None:
    for path, method in (
        ("/gradio_api/file=http://example.com/", "GET"),
        (f"/gradio_api/file={quote(str(ROOT / 'app.py'))}", "GET"),
        ("/gradio_api/proxy=https://example.hf.space/", "GET"),
        ("/gradio_api/upload", "POST"),
        ("/gradio_api/deep_link?session_hash=abc", "GET"),
        ("/gradio_api/dev/reload", "GET"),
        ("/gradio_api/run/double", "POST"),
        ("/gradio_api/component_server/", "POST"),
        ("/gradio_api/process_recording", "POST"),
        ("/gradio_api/vibe-code", "GET"),
        ("/monitoring", "GET"),
        ("/monitoring/summary", "GET"),
        ("/login", "POST"),
        ("/gradio_api/token", "GET"),
        ("/docs", "GET"),
        ("/openapi.json", "GET"),
    ):
        assert ask(guarded, path, method)[0] == 404, path
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json", "/manifest.json"):
        status, answer, _ = ask(guarded, path)
        assert status == 200
        for place in (str(ROOT), str(Path.home()), "site-packages"):
            assert place.encode() not in answer, path


def test_nobody_changes_what_others_are_told_of_the_address(guarded: App) -> None:
    for path in ("/gradio_api/info", "/gradio_api/openapi.json", "/config", "/"):
        for more in ({"X-Forwarded-Host": "evil.example"}, {"Host": "evil.example"}):
            assert ask(guarded, path, headers=more)[0] == 200
            assert b"evil.example" not in ask(guarded, path)[1], path


def test_a_stream_that_is_not_there_ends(guarded: App) -> None:
    for path in ("queue/data?session_hash=unknown", "call/double/unknown"):
        status, stream, _ = ask(guarded, f"/gradio_api/{path}")
        assert status == 404 or b"404: Not Found" in stream
    assert ask(guarded, "/gradio_api/queue/data")[0] == 422


def number_of_double(app: App) -> int:
    """By which Gradio knows the function; the page has functions of its own."""
    functions = json.loads(ask(app, "/config")[1])["dependencies"]
    number: int = next(each["id"] for each in functions if each["api_name"] == "double")
    return number


def test_programs_are_served(guarded: App) -> None:
    """Gradio's own client, and whoever does by hand what that does."""
    client = Client(guarded.url, verbose=False)
    assert client.predict(21, api_name="/double") == 42
    number = number_of_double(guarded)
    asked = json.dumps({"data": [4], "fn_index": number, "session_hash": "k2j4h6k8l0m"})
    status, _, _ = ask(guarded, "/gradio_api/queue/join", "POST", asked.encode(), JSON)
    assert status == 200
    _, stream, _ = ask(guarded, "/gradio_api/queue/data?session_hash=k2j4h6k8l0m")
    assert b'"data":[8' in stream
    assert "/double" in json.loads(ask(guarded, "/gradio_api/info")[1])["named_endpoints"]
    assert json.loads(ask(guarded, "/gradio_api/openapi.json")[1])["paths"]


def test_made_up_sessions_are_forgotten(guarded: App) -> None:
    number = number_of_double(guarded)

    def join(i: int) -> int:
        asked = {"data": [i], "fn_index": number, "session_hash": f"made{i}"}
        return ask(guarded, "/gradio_api/queue/join", "POST", json.dumps(asked).encode(), JSON)[0]

    for i in range(60):
        assert join(i) == 200
    before = memory(guarded)
    for i in range(60, 260):
        assert join(i) == 200
    assert memory(guarded) - before < 200 * 30 * 1024  # a session of Gradio's has 62 KB


def answers(app: App, forwarded: str, times: int) -> list[int]:
    """The statuses for so many calls, told by a proxy to come from there."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    found = []
    for _ in range(times):
        headers = {**JSON, "X-Forwarded-For": forwarded}
        connection.request("POST", "/gradio_api/reset", b"{}", headers)
        response = connection.getresponse()
        response.read()
        found.append(response.status)
        if response.status == 429:
            assert int(response.headers["Retry-After"]) >= 1
    connection.close()
    return found


@pytest.mark.parametrize("proxies", ["", "127.0.0.0/8"])
def test_an_address_is_believed_from_a_known_proxy_only(tmp_path: Path, proxies: str) -> None:
    with (
        (tmp_path / "log").open("w") as file,
        running_app(file, ("-c", PROGRAM), FGSM_PROXIES=proxies) as app,
    ):
        assert answers(app, "203.0.113.7", 110) == [422] * 100 + [429] * 10
        # A visitor can say what he likes before what the proxy says.
        second = answers(app, "203.0.113.7, 198.51.100.9", 3)
        third = answers(app, "198.51.100.9, 203.0.113.7", 3)
    assert second == ([422] * 3 if proxies else [429] * 3)
    assert third == [429] * 3


def test_many_streams_leave_room_for_visitors(guarded: App) -> None:
    """More than a client may have: the rest is refused, and who comes then is answered."""
    lines = []
    connections = []
    sent = b"GET /gradio_api/heartbeat/abc%d HTTP/1.1\r\nHost: x\r\n\r\n"
    try:
        for i in range(420):
            connection = socket.create_connection(("127.0.0.1", guarded.port), timeout=60)
            connections.append(connection)
            connection.sendall(sent % i)
            lines.append(connection.recv(15))
        assert lines.count(b"HTTP/1.1 200 OK") == 400
        assert lines.count(b"HTTP/1.1 429 To") == 20
        assert is_well(guarded)
    finally:
        for connection in connections:
            connection.close()
    deadline = time.monotonic() + 60
    while True:  # the server notices that they are gone
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=60) as connection:
            connection.sendall(sent % 0)
            if connection.recv(15) == b"HTTP/1.1 200 OK":
                break
        assert time.monotonic() < deadline
        threading.Event().wait(0.2)


def test_what_gets_into_the_page_does_not_run(guarded: App, browser: Browser) -> None:
    """Also packed, and from the browser's cache, the page has its policy."""
    context = browser.new_context()
    page = context.new_page()
    try:
        page.goto(guarded.url)
        expect(page.locator(READY)).to_be_visible()
        response = page.reload()
        assert response is not None
        expect(page.locator(READY)).to_be_visible()
        policy = response.headers["content-security-policy"]
        assert "'sha256-" in policy and "'unsafe-inline'" not in policy.partition("style-src")[0]
        result: Any = page.evaluate(
            """async () => {
                 const broken = [];
                 addEventListener("securitypolicyviolation",
                   ({ effectiveDirective }) => broken.push(effectiveDirective));
                 window.ran = [];
                 const image = "<img src='x:' onerror='ran.push(1)'>";
                 document.body.insertAdjacentHTML("beforeend", image);
                 const script = document.createElement("script");
                 script.textContent = "ran.push(2)";
                 document.body.append(script);
                 const far = document.createElement("script");
                 far.src = "https://example.com/x.js";
                 document.body.append(far);
                 await fetch("https://example.com/").catch(() => ran.push("not sent"));
                 await new Promise((done) => setTimeout(done, 300));
                 return { broken: [...new Set(broken)].sort(), ran };
               }"""
        )
        assert result["ran"] == ["not sent"]
        assert result["broken"] == ["connect-src", "img-src", "script-src-attr", "script-src-elem"]
    finally:
        context.close()


SHARED = PROGRAM.replace(
    "launch(demo)",
    """
from gradio import networking
networking.setup_tunnel = lambda **_: "https://example.gradio.live"  # which takes a network
launch(demo, share=True)
""",
)


def test_a_page_that_is_shared_loads_nothing_from_elsewhere(tmp_path: Path, page: Page) -> None:
    with (tmp_path / "log").open("w") as file, running_app(file, ("-c", SHARED)) as app:
        other = "?page="  # which is made anew each time, other than what was asked for at the start
        while b'src="./gradio.js"' not in ask(app, f"/{other}")[1]:
            assert app.process.poll() is None
        page.goto(f"{app.url}{other}")
        expect(page.locator(READY)).to_be_visible()
