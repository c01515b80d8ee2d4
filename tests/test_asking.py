"""The route where the page's questions arrive: any bytes may come."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from fgsm.readings import sweep
from fgsm.service import FUNCTIONS
from fgsm.service import stage as module
from fgsm.ui import asking
from fgsm.ui.compute import computed
from fgsm.ui.door import DOOR
from fgsm.ui.remembered import MOST, Remembered
from fgsm.ui.turns import Busy, Visitor
from tests.helpers import FIRST, ask, awaited

NAME = {"X-Fgsm-Page": "a-page-of-tests"}
APP = Starlette(routes=asking.ROUTES)


async def post(
    name: str, data: object = None, address: str = "127.0.0.1", **options: Any
) -> httpx.Response:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=True, client=(address, 123))
    async with httpx.AsyncClient(transport=transport, base_url="http://fgsm") as client:
        sent = {"headers": NAME, "content": json.dumps(data), **options}
        return await client.post(f"/fgsm/ask/{name}", **sent)


def posted(name: str, data: object = None, **options: Any) -> httpx.Response:
    return awaited(post(name, data, **options))


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> Remembered:
    """Nothing is remembered yet."""
    remembered = Remembered()
    monkeypatch.setattr(asking, "_remembered", remembered)
    return remembered


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The thread of each sweep that is computed."""
    threads: list[str] = []

    def watched(*args: Any) -> object:
        threads.append(threading.current_thread().name)
        return sweep(*args)

    monkeypatch.setattr(module, "sweep", watched)
    yield threads
    assert set(threads) <= {computed(threading.current_thread).name}


def test_an_answer_is_the_services() -> None:
    response = posted("attack", FIRST)
    assert response.status_code == 200 and response.headers["Content-Encoding"] == "gzip"
    assert response.json() == ask("attack", FIRST)
    plain = posted("attack", FIRST, headers={**NAME, "Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.content == response.content
    assert plain.headers["Vary"] == response.headers["Vary"] == "Accept-Encoding"


def test_a_lecture_hall_opens_on_the_same_digit(sweeps: list[str]) -> None:
    """All at once, and one sweep is computed."""

    async def hall() -> list[httpx.Response]:
        names = [{"X-Fgsm-Page": f"student-{k}"} for k in range(20)]
        return await asyncio.gather(*(post("attack", FIRST, headers=name) for name in names))

    responses = awaited(hall())
    assert len(sweeps) == 1 and {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    posted("attack", {**FIRST, "ks": None})
    assert len(sweeps) == 1
    posted("attack", {**FIRST, "index": 7})
    assert len(sweeps) == 2


def test_drawings_and_refusals_are_not_remembered(remembered: Remembered) -> None:
    drawing = {**FIRST, "source": "drawing", "index": 0}
    ink = bytearray(28 * 28)
    for y in range(4, 24):
        ink[28 * y + 14] = ink[28 * y + 15] = 255
    drawing["drawing"] = base64.b64encode(bytes(ink)).decode()
    assert posted("attack", drawing).json()["digit"]["source"] == "drawing"
    assert "error" in posted("attack", {**FIRST, "attack": "targeted", "target": 4}).json()
    assert remembered.bytes == 0


def test_what_was_not_asked_for_longest_makes_room() -> None:
    remembered = Remembered(largest=10)
    for question in ("a", "b"):
        remembered.put(question, b"12345")
    assert remembered.get("a") == b"12345"
    remembered.put("c", b"12345")
    assert (remembered.get("a"), remembered.get("b"), remembered.get("c")) == (
        b"12345",
        None,
        b"12345",
    )
    remembered.put("c", b"1")
    assert remembered.bytes == 6
    remembered.put("large", bytes(11))
    assert remembered.bytes == 0 and remembered.get("large") is None


def test_small_answers_make_room_too() -> None:
    remembered = Remembered()
    for question in range(MOST + 3):
        remembered.put(question, b"1")
    assert remembered.bytes == MOST
    assert remembered.get(2) is None and remembered.get(3) == b"1"


@pytest.mark.parametrize("name", [*FUNCTIONS, *asking.OWN])
@pytest.mark.parametrize("data", [None, [], "x", {"source": ["a"]}, {"id": 3}, 1e9])
def test_anything_gets_a_sentence(name: str, data: object, monkeypatch: pytest.MonkeyPatch) -> None:
    no = {"error": "No."}
    monkeypatch.setitem(asking.OWN, "download", lambda *_: asyncio.sleep(0, no))
    response = posted(name, data)
    assert response.status_code == 200
    assert set(response.json()) == {"here" if name == "has_mnist" else "error"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 200_000, b'{"source": NaN}', b"\xff\xfe", b'{"a": "\x00"}']
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    response = posted("attack", content=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("The question is not JSON: ")


@pytest.mark.parametrize("name", ["", "short", "x" * 65, "with a space", "ünïcödé-page"])
def test_a_page_has_a_sane_name(name: str) -> None:
    response = posted("attack", FIRST, headers={"X-Fgsm-Page": name.encode()})
    assert response.status_code == 400 and "X-Fgsm-Page" in response.json()["error"]


def test_other_names_are_no_questions() -> None:
    for name in ("nothing", "ask", "__class__", "attack/x"):
        assert posted(name, FIRST).status_code == 404


def test_who_is_turned_away_knows_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> bytes:
        raise Busy(3)

    monkeypatch.setattr(DOOR, "work", busy)
    response = posted("attack", FIRST)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3")
    assert response.json() == {"error": "The server is busy; again in 3 s.", "again": 3}


def test_an_ipv6_network_has_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody has 2^64 addresses in his own; they are not as many visitors."""
    asked: list[str] = []

    async def noting(visitor: Visitor, *_: object, **__: object) -> bytes:
        asked.append(visitor.address)
        raise Busy(1)

    monkeypatch.setattr(DOOR, "work", noting)
    network = ["2001:db8::1", "2001:db8::ffff:1:2"]
    others = ["2001:db8:0:1::1", "192.0.2.1", "192.0.2.2"]
    for address in [*network, *others, "::ffff:192.0.2.2"]:
        posted("attack", FIRST, address=address)
    assert asked[0] == asked[1]
    assert len({*asked[1:5]}) == 4
    assert asked[5] == "192.0.2.2"  # as a server for both kinds of networks writes it


def test_who_closes_the_connection_is_not_answered(sweeps: list[str]) -> None:
    """The thread is busy; when it is free, nobody waits any more."""

    async def left() -> int:
        begun, free, statuses = threading.Event(), threading.Event(), list[int]()
        body = json.dumps(FIRST).encode()
        coming: list[dict[str, Any]] = [
            {"type": "http.request", "body": body},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return coming.pop(0) if len(coming) > 1 else coming[0]

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        def hold() -> None:
            begun.set()
            free.wait(30)

        held = asyncio.create_task(DOOR.work(Visitor("-", "-"), "hold", hold))
        await asyncio.to_thread(begun.wait, 30)
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/fgsm/ask/attack",
            "headers": [(b"x-fgsm-page", b"a-page-of-tests")],
            "query_string": b"",
        }
        asked = asyncio.ensure_future(APP(scope, receive, send))
        await asyncio.sleep(0.05)
        free.set()
        await asyncio.gather(held, asked)
        return statuses[0]

    assert awaited(left()) == asking.CLOSED and sweeps == []


def test_an_error_of_ours_is_a_sentence_and_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(module, "sweep", broken)
    assert "log says why" in posted("attack", FIRST).json()["error"]
    assert "no memory" in caplog.text
