"""What a visit costs: the page and its files are made once, compressed once, and sent once."""

import asyncio
import gzip
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Browser
from starlette.types import Message, Receive, Scope, Send

from fgsm.ui.assets import BASE, FILES
from fgsm.ui.kept import FRONT_END, LARGEST, MOST, NAMES, Kept
from tests.browser import App, Stage
from tests.helpers import awaited

UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
SCRIPT = f"/{BASE}/stage/stage.js"
GRADIOS = next(f"/{name}" for name in sorted(NAMES) if name.startswith("assets/Blocks-"))


@dataclass
class Got:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        content: bytes = UNPACKED[self.headers.get("content-encoding", "")](self.body)
        return content


def got(app: App, path: str, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=20)
    connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    named = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read()
    connection.close()
    return Got(answer.status, named, body)


# ---- the page, the same for everybody ----


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css"])
def test_every_visitor_gets_byte_for_byte_what_gradio_answers(app: App, path: str) -> None:
    # An empty `page` is Gradio's default; with it, the answer is never one that was kept.
    gradios = got(app, f"{path}?page=" if path == "/" else f"{path}?deep_link=")
    assert gradios.status == 200 and "etag" not in gradios.headers
    visitors = (
        got(app, path),
        got(app, path, Cookie="mine=1", User_Agent="another", Accept_Language="de"),
        got(app, f"{path}?attack=pgd-40&__theme=dark&view=api", X_Forwarded_For="192.0.2.1"),
    )
    for visitor in visitors:
        assert visitor.headers["etag"] == visitors[0].headers["etag"]
        assert visitor.body == gradios.body
        assert visitor.headers["content-type"] == gradios.headers["content-type"]
        assert "set-cookie" not in visitor.headers | gradios.headers


def test_at_another_address_there_is_another_page(app: App) -> None:
    here = got(app, "/").body
    for headers, address in (
        ({"Host": "there.test"}, b'"http://there.test"'),
        ({"X_Forwarded_Host": "there.test"}, b'"http://there.test"'),
        ({"Host": "there.test", "X_Forwarded_Proto": "https"}, b'"https://there.test"'),
    ):
        there = got(app, "/", **headers)
        assert address in there.body and address not in here, headers
        assert there.body == got(app, "/?page=", **headers).body


# ---- how it travels ----


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", SCRIPT, GRADIOS, "/favicon.ico"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", ""),
    ],
)
def test_the_browser_gets_a_coding_that_it_knows(
    app: App, path: str, accepted: str, coding: str
) -> None:
    packed = got(app, path, Accept_Encoding=accepted)
    assert packed.headers.get("content-encoding", "") == coding
    assert packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) == len(packed.body)
    plain = got(app, path)
    assert packed.content == plain.body  # so it was compressed once only
    assert packed.headers["etag"] == plain.headers["etag"]
    if coding:
        assert len(packed.body) < len(plain.body)


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", SCRIPT, GRADIOS, "/gradio.js"])
def test_what_a_browser_has_is_not_sent_again(app: App, path: str) -> None:
    first = got(app, path, Accept_Encoding="br")
    tag = first.headers["etag"]
    for tags in (tag, f'"another", {tag}', tag.removeprefix("W/"), "*"):
        again = got(app, path, If_None_Match=tags)
        assert (again.status, again.body) == (304, b""), tags
        for name in ("etag", "vary", "cache-control"):
            assert again.headers[name] == first.headers[name]
        assert {"content-encoding", "content-security-policy"}.isdisjoint(again.headers)
    assert got(app, path, If_None_Match='W/"another"').status == 200


@pytest.mark.parametrize("path", ["/", SCRIPT, GRADIOS])
def test_head_says_what_get_would_bring(app: App, path: str) -> None:
    get, head = (got(app, path, method, Accept_Encoding="gzip") for method in ("GET", "HEAD"))
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_a_name_with_a_version_is_for_good_and_any_other_is_asked_about_again(app: App) -> None:
    for path in (SCRIPT, GRADIOS):
        assert got(app, path).headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/config", "/theme.css", "/gradio.js", "/favicon.ico"):
        assert got(app, path).headers["cache-control"] == "no-cache", path


def test_a_picture_is_not_compressed(app: App) -> None:
    picture = got(app, f"/{BASE}/digits.png", Accept_Encoding="br, gzip")
    assert "content-encoding" not in picture.headers and picture.body == FILES["digits.png"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets//etc/passwd",
        "/assets/none.js",
    ],
)
def test_no_other_file_is_reached(app: App, path: str) -> None:
    assert got(app, path).status in (403, 404)


def test_files_of_gradio_that_are_kept_have_a_bound() -> None:
    sizes = [(FRONT_END / name).stat().st_size for name in NAMES]
    assert max(sizes) <= LARGEST and sum(sizes) <= 12e6


# ---- Kept, by itself ----


class Inner:
    """An application that counts what it is asked."""

    def __init__(self, status: int = 200, headers: Mapping[str, str] = {}) -> None:
        self.asked: list[Scope] = []
        named = {"content-type": "text/html", **headers}
        self.start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope)
        await asyncio.sleep(0)  # let others come meanwhile
        await send({**self.start})
        await send({"type": "http.response.body", "body": b"<p>", "more_body": True})
        await send({"type": "http.response.body", "body": b"page</p>"})


async def visit(kept: Kept, path: str = "/", **more: Any) -> list[Message]:
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {
        **{"type": "http", "method": "GET", "scheme": "http", "path": path, "headers": []},
        **{"query_string": b"", "root_path": "", **more},
    }
    await kept(scope, receive, send)
    return told


def test_of_many_who_come_at_once_one_has_the_page_made() -> None:
    inner = Inner()
    kept = Kept(inner)

    async def many() -> list[list[Message]]:
        return await asyncio.gather(*(visit(kept) for _ in range(50)))

    answers = awaited(many())
    assert len(inner.asked) == 1
    assert {b"".join(each["body"] for each in told[1:]) for told in answers} == {b"<p>page</p>"}


def test_whoever_makes_up_addresses_fills_no_memory() -> None:
    inner = Inner()
    kept = Kept(inner)
    for i in range(100):
        awaited(visit(kept, headers=[(b"host", f"h{i}.test".encode())]))
        awaited(visit(kept, query_string=f"q={i}".encode(), headers=[(b"host", b"h.test")]))
    assert len(kept._pages) == MOST


@pytest.mark.parametrize(
    ("inner", "more"),
    [
        (Inner(), {"query_string": b"deep_link=abc"}),
        (Inner(), {"query_string": b"a=b&%70age=x"}),
        (Inner(), {"headers": [(b"cookie", b"access-token-unsecure-x=y")]}),
        (Inner(), {"method": "POST"}),
        (Inner(500), {}),
        (Inner(200, {"set-cookie": "a=b"}), {}),
    ],
)
def test_what_may_be_another_page_is_not_kept(inner: Inner, more: dict[str, Any]) -> None:
    kept = Kept(inner)
    for _ in range(2):
        told = awaited(visit(kept, **more))
        assert told[0]["status"] == inner.start["status"]
    assert kept._pages == {} and len(inner.asked) >= 2


def test_the_page_is_made_from_nothing_but_its_address() -> None:
    inner = Inner()
    named = [(b"host", b"h.test"), (b"cookie", b"mine=1"), (b"accept-encoding", b"gzip")]
    awaited(visit(Kept(inner), method="HEAD", headers=named, query_string=b"mine=1"))
    (asked,) = inner.asked
    assert asked["headers"] == [(b"host", b"h.test")]
    assert asked["method"] == "GET" and asked["query_string"] == b""


@pytest.mark.parametrize("path", [SCRIPT, f"/fgsm{SCRIPT}"])
def test_files_are_found_in_a_folder_whether_or_not_a_proxy_cuts_it_off(path: str) -> None:
    told = awaited(visit(Kept(Inner()), path, root_path="/fgsm"))
    assert told[1]["body"] == FILES["stage/stage.js"]


def test_a_coding_that_is_refused_is_not_sent() -> None:
    # Gradio's own middleware, which is outside ours, would do so nevertheless.
    told = awaited(visit(Kept(Inner()), SCRIPT, headers=[(b"accept-encoding", b"br; q=0.0")]))
    assert told[1]["body"] == FILES["stage/stage.js"]


# ---- a visit in a browser ----


def test_all_that_a_visit_asks_for_is_kept_and_a_second_visit_asks_only_whether_it_holds(
    browser: Browser, app: App
) -> None:
    context = browser.new_context()  # with a cache of its own
    asked: dict[str, dict[str, Any]] = {}

    def note(event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer["url"].startswith(app.url) and event["type"] != "Fetch":
            asked[answer["url"].removeprefix(app.url)] = answer

    def visit() -> dict[str, dict[str, Any]]:
        asked.clear()
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", note)
        Stage(page).open(app.url)
        page.wait_for_load_state("networkidle")
        page.close()
        return dict(asked)

    first, second = visit(), visit()
    context.close()
    assert {f"{BASE}/{path}" for path in FILES if path.endswith(".js")} <= set(first)
    for path, answer in first.items():
        named = {name.lower() for name in answer["headers"]}
        assert {"etag", "cache-control"} <= named, path
        assert not answer["fromDiskCache"]
    # The browser tells of a 304 as of the 200 that it had; what says how little came is its length.
    sent = {path: answer for path, answer in second.items() if not answer["fromDiskCache"]}
    assert "" in sent and len(sent) <= 5, list(sent)
    assert all(not path.startswith(("assets/", "fgsm/")) for path in sent)
    assert all(answer["encodedDataLength"] < 500 for answer in sent.values()), sent
