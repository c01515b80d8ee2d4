"""Whether the page can show anything, as `GET /fgsm/health` tells it."""

import asyncio
import time
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from starlette.requests import Request

from fgsm import service
from fgsm.service.request import AttackRequest
from fgsm.ui import health
from fgsm.ui.health import Health
from fgsm.ui.turns import Busy
from tests.browser import App
from tests.helpers import awaited

NOBODY = cast(Request, None)
Attack = Callable[[], Awaitable[dict[str, Any]]]


async def told(of: Health) -> tuple[int, str]:
    response = await of.respond(NOBODY)
    return response.status_code, bytes(response.body).decode()


async def attacked() -> dict[str, Any]:
    return {"frames": "…"}


async def never() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def busy() -> dict[str, Any]:
    raise Busy(3)


def after_an_answer(*attacks: Attack, finished: Callable[[], float]) -> list[int]:
    """What is told of a server after its first answer, when these are its next attacks."""

    async def statuses() -> list[int]:
        waiting = [attacked, *attacks]
        of = Health(lambda: waiting.pop(0)(), finished)
        return [(await told(of))[0] for _ in range(1 + len(attacks))]

    return awaited(statuses())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No finding holds, and nobody waits long."""
    monkeypatch.setattr(health, "KEPT", -1.0)
    monkeypatch.setattr(health, "PATIENCE", 0.05)


def test_a_server_that_attacks_a_digit_is_healthy(app: App) -> None:
    with urllib.request.urlopen(f"{app.url}fgsm/health", timeout=30) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"


def test_a_digit_is_really_attacked(monkeypatch: pytest.MonkeyPatch, hasty: None) -> None:
    def broken(request: AttackRequest) -> object:
        raise RuntimeError("the weights are damaged")

    monkeypatch.setattr(health, "PATIENCE", 60.0)
    assert awaited(told(Health())) == (200, "a digit can be attacked")
    monkeypatch.setattr(service, "attack", broken)
    status, words = awaited(told(Health()))
    assert status == 503 and words.startswith("The server had an error")


def test_who_asks_often_costs_nothing() -> None:
    attacks = 0

    async def counted() -> dict[str, Any]:
        nonlocal attacks
        attacks += 1
        return {}

    async def many() -> list[tuple[int, str]]:
        of = Health(counted)
        return await asyncio.gather(*(told(of) for _ in range(100)))

    assert {status for status, _ in awaited(many())} == {200}
    assert attacks == 1


def test_without_a_first_answer_nothing_can_be_shown(hasty: None) -> None:
    for attack in (never, busy):
        status, words = awaited(told(Health(attack, time.monotonic)))
        assert (status, words) == (503, "no digit has been attacked yet")


def test_a_busy_server_is_healthy(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it finishes something."""
    monkeypatch.setattr(health, "STUCK", 0.01)
    assert after_an_answer(never, finished=lambda: time.monotonic()) == [200, 200]
    assert after_an_answer(busy, busy, finished=lambda: time.monotonic()) == [200, 200, 200]


def test_a_stuck_server_is_not(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that is full lets nobody in either, but finishes nothing."""
    long_ago = time.monotonic()
    monkeypatch.setattr(health, "STUCK", 0.01)
    assert after_an_answer(never, finished=lambda: long_ago) == [200, 503]

    async def slowly_busy() -> dict[str, Any]:
        await asyncio.sleep(0.03)
        raise Busy(3)

    assert after_an_answer(slowly_busy, finished=lambda: long_ago) == [200, 503]
    # One piece of work that takes long is not yet stuck.
    monkeypatch.setattr(health, "STUCK", 60.0)
    assert after_an_answer(never, finished=lambda: long_ago) == [200, 200]


def test_a_server_that_was_stuck_is_healthy_again(
    hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digit that was asked for is answered after all."""
    monkeypatch.setattr(health, "STUCK", 0.01)

    async def statuses() -> list[int]:
        gate, found = asyncio.Event(), []

        async def later() -> dict[str, Any]:
            await gate.wait()
            return {}

        waiting: list[Attack] = [attacked, later]
        of = Health(lambda: waiting.pop(0)(), lambda: 0.0)
        found += [(await told(of))[0], (await told(of))[0]]
        gate.set()
        return [*found, (await told(of))[0]]

    assert awaited(statuses()) == [200, 503, 200]
