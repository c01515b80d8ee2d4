"""The one door for work: who goes first, who is turned away; nothing is computed elsewhere."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
import pytest
import torch
from torch import Tensor

from fgsm.readings import sweep
from fgsm.service import stage as module
from fgsm.service.pause import pause
from fgsm.ui import door as door_module
from fgsm.ui.compute import computed
from fgsm.ui.door import REPLACED, SMALL, Door
from fgsm.ui.page import page
from fgsm.ui.turns import Busy, Gone, Visitor
from fgsm.ui.wire import pack
from tests.helpers import awaited

ANN, BOB = Visitor("10.0.0.1", "ann's page"), Visitor("10.0.0.2", "bob's page")


def thread() -> str:
    return threading.current_thread().name


def work_for(seconds: float) -> None:
    """Keep this thread busy: the door counts the time of a thread, not the clock's."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Gate:
    """Work that goes on until the gate is opened; what was done, in its order."""

    def __init__(self) -> None:
        self.door, self.done = Door(), list[str]()
        self.begun, self.open = threading.Event(), threading.Event()

    def hold(self) -> str:
        self.begun.set()
        assert self.open.wait(30)
        self.done.append("held")
        return "held"

    def note(self, word: str) -> Callable[[], str]:
        def function() -> str:
            self.done.append(word)
            return word

        return function

    def knows(self, cost: object, seconds: float) -> None:
        """Work of that cost took so long before."""
        self.door._took[cost] = seconds

    async def closed(self) -> Awaitable[str]:
        """The thread is busy, until the gate is opened."""
        held = asyncio.create_task(self.door.work(Visitor("-", "-"), "hold", self.hold))
        await asyncio.to_thread(self.begun.wait, 30)
        return held

    async def ask(self, visitor: Visitor, word: str, kind: str = "") -> "asyncio.Task[str]":
        """A visitor asks, and now waits."""
        task = asyncio.create_task(self.door.work(visitor, kind or word, self.note(word)))
        await asyncio.sleep(0)
        return task


def test_whoever_asks_it_is_computed_in_one_thread() -> None:
    async def ask() -> list[str]:
        door = Door()
        visitors = [Visitor("", str(k)) for k in range(20)]
        return await asyncio.gather(*(door.work(each, "it", thread) for each in visitors))

    threads = {computed(thread), *awaited(ask())}
    assert len(threads) == 1 and thread() not in threads


def test_what_is_raised_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        awaited(Door().work(ANN, "it", lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        computed(divmod, 7, 0)
    assert computed(sorted, [1, 3, 2], reverse=True) == [3, 2, 1]


def test_the_event_loop_goes_on_meanwhile() -> None:
    async def ask() -> str:
        gate = Gate()
        held = await gate.closed()
        gate.open.set()  # impossible if the loop were held up
        return await held

    assert awaited(ask()) == "held"


def test_visitors_take_turns() -> None:
    """Who asks for three things gets the second after everybody else's first."""

    async def ask() -> list[str]:
        gate = Gate()
        held = await gate.closed()
        asked = [await gate.ask(ANN, f"ann's {k}") for k in range(3)]
        asked += [await gate.ask(ANN._replace(page="ann's other page"), "ann's other")]
        asked += [await gate.ask(BOB, f"bob's {k}") for k in range(2)]
        gate.open.set()
        await asyncio.gather(held, *asked)
        return gate.done

    assert awaited(ask()) == [
        "held",
        "ann's 0",
        "bob's 0",
        "ann's other",
        "bob's 1",
        "ann's 1",
        "ann's 2",
    ]


def test_who_asks_now_and_then_does_not_wait_for_those_who_ask_all_the_time() -> None:
    """A page that nobody knows is not the first; it comes into the middle."""

    async def ask() -> list[str]:
        gate = Gate()
        gate.knows("attack", SMALL / 5)
        picker, *drawers = (ANN._replace(page=f"page {k}") for k in range(4))
        for each in (picker, *drawers):
            await (await gate.ask(each, "the first one", "attack"))
        gate.done.clear()
        held = await gate.closed()
        asked = [await gate.ask(each, f"stroke of {each.page}", "attack") for each in drawers]
        asked += [await gate.ask(picker, "pick", "attack")]
        asked += [await gate.ask(ANN._replace(page="new page"), "new", "attack")]
        gate.open.set()
        await asyncio.gather(held, *asked)
        return gate.done

    assert awaited(ask()) == [
        "held",
        "pick",
        "stroke of page 1",
        "new",
        "stroke of page 2",
        "stroke of page 3",
    ]


def test_small_work_goes_first() -> None:
    async def ask() -> list[str]:
        gate = Gate()
        gate.knows("run", 5 * SMALL)
        gate.knows("pick", SMALL / 5)
        held = await gate.closed()
        asked = [await gate.ask(ANN, "run"), await gate.ask(BOB, "pick")]
        gate.open.set()
        await asyncio.gather(held, *asked)
        return gate.done

    assert awaited(ask()) == ["held", "pick", "run"]


def test_what_can_wait_comes_after_what_somebody_waits_for() -> None:
    async def ask() -> list[str]:
        gate = Gate()
        for kind in ("stroke", "pick"):
            gate.knows(kind, SMALL / 5)
        gate.knows("run", 5 * SMALL)
        held = await gate.closed()
        work = gate.door.work
        asked = [await gate.ask(ANN, "run")]
        asked += [asyncio.create_task(work(ANN, "stroke", gate.note("stroke"), can_wait=True))]
        asked += [await gate.ask(BOB, "pick")]
        gate.open.set()
        await asyncio.gather(held, *asked)
        return gate.done

    assert awaited(ask()) == ["held", "pick", "stroke", "run"]


def test_large_work_gives_way_to_small_work_where_it_pauses() -> None:
    """And small work that comes meanwhile is not taken for the time that the large one took."""

    async def ask() -> tuple[list[str], Door]:
        gate = Gate()
        gate.knows("compare", 5 * SMALL)
        gate.knows("pick", SMALL / 5)

        def compare() -> None:
            gate.hold()
            pause()
            gate.done.append("rest")

        comparing = asyncio.create_task(gate.door.work(ANN, "compare", compare))
        await asyncio.to_thread(gate.begun.wait, 30)
        pick = await gate.ask(BOB, "pick")
        other = await gate.ask(BOB, "unknown, so it is taken for large")
        gate.open.set()
        await asyncio.gather(comparing, pick, other)
        return gate.done, gate.door

    done, _ = awaited(ask())
    assert done == ["held", "pick", "rest", "unknown, so it is taken for large"]


def test_what_takes_longer_than_it_was_taken_for_gives_way_too() -> None:
    """Whoever sends what is small, and then what only looks like it, holds nobody up."""

    async def ask() -> list[str]:
        gate = Gate()
        gate.knows("read", SMALL / 5)
        gate.knows("pick", SMALL / 5)

        def read() -> None:
            pause()
            gate.hold()
            work_for(1.1 * SMALL)
            pause()
            gate.done.append("rest")

        reading = asyncio.create_task(gate.door.work(ANN, "read", read))
        await asyncio.to_thread(gate.begun.wait, 30)
        pick = await gate.ask(BOB, "pick")
        gate.open.set()
        await asyncio.gather(reading, pick)
        return gate.done

    assert awaited(ask()) == ["held", "pick", "rest"]


def test_large_work_has_a_part_of_the_time_however_much_small_work_there_is() -> None:
    async def ask() -> int:
        door, picks, is_done = Door(), 0, False
        door._took |= {"pick": SMALL / 5, "run": 2 * SMALL}

        async def picking(visitor: Visitor) -> None:
            nonlocal picks
            while not is_done:
                await door.work(visitor, "pick", lambda: work_for(0.01))
                picks += 1

        crowd = [asyncio.create_task(picking(Visitor("", str(k)))) for k in range(3)]
        await asyncio.sleep(0.05)
        before = picks
        await asyncio.wait_for(door.work(ANN, "run", lambda: None), 30)
        is_done = True
        await asyncio.gather(*crowd)
        return picks - before

    assert awaited(ask()) > 10  # which went before it


def test_large_work_that_gives_way_goes_on_however_much_small_work_there_is() -> None:
    most = 500

    async def ask() -> int:
        door, loop, picks = Door(), asyncio.get_running_loop(), 0
        others, is_over = [], False
        door._took |= {"pick": SMALL / 5, "compare": 2 * SMALL}

        def pick() -> None:
            nonlocal picks
            picks += 1
            work_for(0.01)
            if picks < most and not is_over:  # somebody else asks already
                other = door.work(Visitor("", str(picks)), "pick", pick)
                others.append(asyncio.run_coroutine_threadsafe(other, loop))

        def compare() -> int:
            for _ in range(3):
                work_for(0.02)
                pause()
            return picks

        crowd = [asyncio.create_task(door.work(Visitor("-", str(k)), "pick", pick)) for k in "ab"]
        went_before = await door.work(ANN, "compare", compare)
        is_over = True
        await asyncio.gather(*crowd)
        while others:
            await asyncio.wrap_future(others.pop())
        return went_before

    assert 3 < awaited(ask()) < most


@pytest.mark.parametrize(("kind", "counts"), [("cpu", False), ("mps", True)])
def test_what_something_else_computes_takes_the_time_of_the_clock(
    kind: str, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a GPU computes, this thread may sleep; on a CPU, sleep is the time of others."""
    monkeypatch.setattr(door_module, "device", lambda: torch.device(kind))
    door = Door()
    awaited(door.work(ANN, "it", lambda: time.sleep(2 * SMALL)))
    assert (door._took["it"] > SMALL) == counts


def test_a_later_wish_replaces_the_earlier() -> None:
    async def ask() -> tuple[list[str], int]:
        gate = Gate()
        held = await gate.closed()
        first = await gate.ask(ANN, "the first digit", "attack")
        other = await gate.ask(BOB, "bob's digit", "attack")
        second = await gate.ask(ANN, "the second digit", "attack")
        with pytest.raises(Busy) as busy:
            await first
        gate.open.set()
        await asyncio.gather(held, other, second)
        return gate.done, busy.value.again

    assert awaited(ask()) == (["held", "the second digit", "bob's digit"], REPLACED)


def test_whose_client_has_gone_is_not_computed() -> None:
    async def ask() -> list[str]:
        gate = Gate()
        left = False

        async def is_gone() -> bool:
            return left

        held = await gate.closed()
        note = gate.note("for nobody")
        gone = asyncio.create_task(gate.door.work(ANN, "it", note, is_gone=is_gone))
        stays = await gate.ask(BOB, "for bob")
        left = True
        gate.open.set()
        with pytest.raises(Gone):
            await gone
        await asyncio.gather(held, stays)
        return gate.done

    assert awaited(ask()) == ["held", "for bob"]


def test_what_somebody_else_had_computed_is_not_computed_again() -> None:
    """Nor is it taken for the time that such work takes."""

    async def ask() -> tuple[list[str], set[str], object]:
        gate, answers = Gate(), dict[str, str]()

        def compute() -> str:
            work_for(2 * SMALL)
            answers["it"] = gate.note("computed")()
            return answers["it"]

        def wish(page: str) -> Awaitable[str]:
            visitor = ANN._replace(page=page)
            return gate.door.work(visitor, "it", compute, known=lambda: answers.get("it"))

        told = await asyncio.gather(*(wish(str(k)) for k in range(10)))
        return gate.done, {*told, await wish("late")}, gate.door._took["it"]

    done, told, seconds = awaited(ask())
    assert (done, told) == (["computed"], {"computed"})
    assert isinstance(seconds, float) and seconds >= 2 * SMALL


def test_who_would_wait_too_long_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But who asks for little, or comes from elsewhere, is let in."""
    monkeypatch.setattr(door_module, "PATIENCE", 2.0)

    async def ask() -> tuple[int, list[str]]:
        gate = Gate()
        for word in ("large", "bob's large"):
            gate.knows(word, 0.9)
        gate.knows("pick", SMALL / 5)
        held = await gate.closed()
        pages = [ANN._replace(page=f"page {k}") for k in range(4)]
        asked = [await gate.ask(each, "large") for each in pages[:3]]  # the third waits 1.8 s
        with pytest.raises(Busy) as busy:
            await gate.door.work(pages[3], "large", gate.note("never"))
        asked += [await gate.ask(pages[3], "pick"), await gate.ask(BOB, "bob's large")]
        gate.open.set()
        await asyncio.gather(held, *asked)
        return busy.value.again, gate.done

    again, done = awaited(ask())
    assert 1 <= again <= 3
    assert done == ["held", "pick", "large", "bob's large", "large", "large"]


def test_who_asks_for_much_that_is_small_keeps_nobody_from_large_work() -> None:
    async def ask() -> str:
        gate = Gate()
        gate.knows("pick", SMALL)
        held = await gate.closed()
        crowd = [await gate.ask(ANN._replace(page=str(k)), "pick") for k in range(200)]
        turned_away = [task for task in crowd if task.done()]
        assert turned_away and all(isinstance(task.exception(), Busy) for task in turned_away)
        run = await gate.ask(BOB, "run")
        gate.open.set()
        said = await run
        await asyncio.gather(held, *crowd, return_exceptions=True)
        return said

    assert awaited(ask()) == "run"


def test_nothing_is_forgotten_when_the_last_one_has_left() -> None:
    """Work may come just while it turns out that nobody waits for what was there."""

    async def ask() -> str:
        gate = Gate()
        late: list[asyncio.Task[str]] = []

        async def is_gone() -> bool:
            late.append(await gate.ask(BOB, "late"))
            await asyncio.sleep(0)
            return True

        with pytest.raises(Gone):
            await gate.door.work(ANN, "it", gate.note("never"), is_gone=is_gone)
        return await asyncio.wait_for(late[0], 30)

    assert awaited(ask()) == "late"


def test_the_page_computes_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it opens with; the route does the same through the door, see `test_asking`."""
    threads = set()

    def watched(*args: Any, **kwargs: Any) -> object:
        threads.add(thread())
        return sweep(*args, **kwargs)

    def watched_too(frames: Tensor) -> str:
        threads.add(thread())
        return pack(frames)

    monkeypatch.setattr(module, "sweep", watched)
    monkeypatch.setattr("fgsm.ui.wire.pack", watched_too)
    ours = [block for block in page().blocks.values() if isinstance(block, gr.HTML)]
    assert threads == {computed(thread)}
    assert not [function for block in ours for function in block.server_fns]
