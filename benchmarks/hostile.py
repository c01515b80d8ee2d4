"""Visitors who mean harm, or whose programs have gone wild; and what an honest one feels."""

import asyncio
import base64
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.client import Browser
from benchmarks.visitors import Seen, Visitor, question, request
from fgsm.catalogue import BUILTIN, DRAWING, ITERATIVE, LENET
from fgsm.service.fields import MOST_EPSILONS
from fgsm.service.image_fields import LARGEST_DRAWING

AGAIN = 0.1
"""Seconds after which a hostile client asks again, whatever the server told it."""
OFTEN = 0.5
"""Seconds between an honest visitor's picks meanwhile."""
LEAD = 1.0
"""Seconds that the hostile ones have before."""
SOME_BYTES = base64.b64encode(random.Random(0).randbytes(LARGEST_DRAWING**2)).decode()


def heavy() -> tuple[str, dict[str, Any]]:
    """One of the questions that cost most, about any digit, or about the largest drawing.

    It is one that nobody has asked before: `ray` changes no answer here, but the question.
    """
    steps = {"attack": ITERATIVE.key, "ray": [random.uniform(0.1, 0.5), 0]}
    digit = {"index": random.randrange(BUILTIN.size)}
    drawn = {"source": DRAWING.key, "drawing": SOME_BYTES}
    return random.choice(
        [
            ("compare", request(**digit, **steps)),
            ("compare", request(**drawn, **steps)),
            ("attack", request(**digit, **steps, twin=True)),
            ("attack", request(**drawn, **steps, twin=True)),
            ("church_window", request(**drawn, reach=0.5)),
            ("eight_bits", request(**drawn)),
            ("dimension", request(**drawn)),
        ]
    )


def stranger(port: int, address: str) -> Browser:
    """A page that nobody has seen before."""
    return Browser(port, {"X-Forwarded-For": address, "X-Fgsm-Page": uuid.uuid4().hex[:16]})


async def ask_heavy(port: int, address: str) -> None:
    """Ask one heavy question, and do not care about the answer."""
    browser = stranger(port, address)
    try:
        await question(browser, *heavy())
    except ConnectionError:
        pass
    finally:
        browser.close()


async def keep_asking(port: int, address: str) -> None:
    """Keep one heavy question in flight, each as a page of its own, for ever."""
    while True:
        start = time.perf_counter()
        await ask_heavy(port, address)
        await asyncio.sleep(max(0, start + AGAIN - time.perf_counter()))


@asynccontextmanager
async def meanwhile(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """While the body runs, so does that; then it is aborted, its connections closed."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        # More than once: before Python 3.12, `wait_for` forgets that it was cancelled if what it
        # waited for came at the same moment.
        while going := [task for task in tasks if not task.done()]:
            for task in going:
                task.cancel()
            await asyncio.wait(going, timeout=0.1)
    for task in tasks:
        if not task.cancelled():
            task.result()  # raises what went wrong


async def honest_picks(port: int, address: str, seconds: float) -> Seen:
    """What one visitor meets who picks a digit now and then, for so long."""
    seen = Seen()
    visitor = Visitor(port, address, seen)
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end or not seen.picks:
        await visitor.pick()
        await asyncio.sleep(max(0, start + OFTEN - time.perf_counter()))
    visitor.leave()
    return seen


async def among_heavy(port: int, count: int, theirs: str, ours: str, seconds: float) -> Seen:
    """What an honest visitor meets while so many keep asking what costs most."""
    async with meanwhile(*(keep_asking(port, theirs) for _ in range(count))):
        await asyncio.sleep(LEAD)
        return await honest_picks(port, ours, seconds)


async def behind_a_pile(port: int, count: int, theirs: str, ours: str, seconds: float) -> Seen:
    """What one meets while a pile of heavy questions, sent all at once, is worked off."""
    async with meanwhile(*(ask_heavy(port, theirs) for _ in range(count))):
        await asyncio.sleep(0.1)
        return await honest_picks(port, ours, seconds)


async def after_aborting(port: int, count: int, theirs: str, ours: str) -> Seen:
    """What one pick meets right after so many gave up what they had asked a second before."""
    async with meanwhile(*(ask_heavy(port, theirs) for _ in range(count))):
        await asyncio.sleep(1)
    return await honest_picks(port, ours, 0)


async def during_a_large_post(port: int, size: int, theirs: str, ours: str) -> Seen:
    """What one meets while someone sends a body of so many bytes."""
    body = json.dumps({"picture": "A" * size}).encode()

    async def send() -> None:
        browser = stranger(port, theirs)
        try:
            await browser.fetch("/fgsm/ask/picture", body)
        except ConnectionError:
            pass  # refused before all of it was sent
        finally:
            browser.close()

    async with meanwhile(send()):
        return await honest_picks(port, ours, 3)


async def fetched_for_others(port: int, theirs: str) -> int:
    """How often the server can be made to ask another one for something."""
    asked = 0

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    listener = await asyncio.start_server(count, "127.0.0.1", 0)
    target = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
    async with listener:
        for path in (f"/gradio_api/file={target}", f"/gradio_api/proxy={target}"):
            await is_open(port, theirs, path)
    return asked


async def is_open(port: int, address: str, path: str, body: bytes | None = None) -> bool:
    """Whether there is something at an address: it answers, if only that the request is wrong."""
    browser = stranger(port, address)
    try:
        answer = await asyncio.wait_for(browser.fetch(path, body), 3)
    except asyncio.TimeoutError:
        return True
    except ConnectionError:
        return False
    finally:
        browser.close()
    return answer.status not in (403, 404, 405)


async def open_doors(port: int, address: str) -> list[str]:
    """Which addresses of Gradio's are open that neither the page nor a program needs."""
    doors: list[tuple[str, bytes | None]] = [
        ("dev/reload", None),
        ("deep_link?session_hash=unknown", None),
        ("upload_progress?upload_id=unknown", None),
        ("upload", b""),
        ("component_server/", b"{}"),
    ]
    answered = [await is_open(port, address, f"/gradio_api/{path}", body) for path, body in doors]
    return [path for (path, _), is_answered in zip(doors, answered, strict=True) if is_answered]


async def fill_the_disk(port: int, address: str, times: int) -> None:
    """Upload small files, and save states of sessions."""
    boundary = "------x"
    browser = Browser(port, {"X-Forwarded-For": address})
    for i in range(times):
        file = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
            f'filename="{i}.txt"\r\nContent-Type: text/plain\r\n\r\n{i:0900}\r\n--{boundary}--\r\n'
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        try:
            await browser.fetch("/gradio_api/upload", file.encode(), kind)
            await old_question(browser, f"session{i}")
            await browser.fetch(f"/gradio_api/deep_link?session_hash=session{i}")
        except ConnectionError:
            pass
    browser.close()


async def old_question(browser: Browser, session: str) -> None:
    """Call a function of a component, as pages of Gradio's do, from a session it has not seen."""
    body = {"session_hash": session, "component_id": 1, "fn_name": "x", "data": None}
    await browser.fetch("/gradio_api/component_server/", json.dumps(body).encode())


async def many_sessions(port: int, address: str, count: int) -> None:
    """Come as so many visitors, each with one small question, and by Gradio's own way too."""
    browser = Browser(port, {"X-Forwarded-For": address})

    async def come(i: int) -> None:
        page = {"X-Fgsm-Page": f"visitor-{i}"}
        try:
            await browser.fetch("/fgsm/ask/has_mnist", b"{}", page)
            await old_question(browser, f"unknown{i}")
        except ConnectionError:
            pass

    await asyncio.gather(*map(come, range(count)))
    browser.close()


async def honest_run(port: int, count: int, theirs: str, ours: str, patience: float) -> float:
    """Seconds until an honest visitor's run begins, once so many others were asked for."""
    run = {
        "model": LENET.key,
        "attack": ITERATIVE.key,
        "epsilons": " ".join(f"{k / 100:.2f}" for k in range(1, MOST_EPSILONS + 1)),
        "known": 0,
    }

    async def begin() -> None:
        browser = stranger(port, theirs)
        try:
            await question(browser, "follow", {**run, "id": uuid.uuid4().hex})
        except ConnectionError:
            pass
        finally:
            browser.close()

    async with meanwhile(*(begin() for _ in range(count))):
        await asyncio.sleep(LEAD)
        visitor = Visitor(port, ours, Seen())
        mine = {**run, "id": uuid.uuid4().hex}
        start = time.perf_counter()
        begun = False
        while not begun and time.perf_counter() < start + patience:
            answer = await visitor.ask("follow", mine)
            if answer is None:
                break
            begun = answer["series"] is not None
            mine["known"] = answer["news"]
        waited = time.perf_counter() - start
        await visitor.ask("cancel", {"id": mine["id"]})
        visitor.leave()
    return waited if begun else patience
