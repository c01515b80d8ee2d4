"""There is one thread that computes, and the page computes nowhere else."""

import asyncio
import threading

import gradio as gr
import pytest
from torch import Tensor

from fgsm.readings import sweep
from fgsm.service import stage as module
from fgsm.ui.compute import computed, computing
from fgsm.ui.page import page
from fgsm.ui.wire import pack
from tests.helpers import FIRST, awaited


def thread() -> str:
    return threading.current_thread().name


def test_whoever_asks_it_is_computed_in_one_thread() -> None:
    async def ask() -> list[str]:
        return await asyncio.gather(*(computing(thread)() for _ in range(20)))

    threads = {computed(thread), *awaited(ask())}
    assert len(threads) == 1 and thread() not in threads


def test_arguments_go_there_and_what_is_raised_comes_back() -> None:
    assert computed(divmod, 7, 2) == (3, 1)
    assert awaited(computing(sorted)([1, 3, 2], reverse=True)) == [3, 2, 1]
    with pytest.raises(ZeroDivisionError):
        computed(divmod, 7, 0)
    with pytest.raises(ZeroDivisionError):
        awaited(computing(divmod)(7, 0))


def test_the_event_loop_goes_on_meanwhile() -> None:
    async def ask() -> bool:
        gate = threading.Event()
        waiting = asyncio.create_task(computing(gate.wait)(30))
        await asyncio.sleep(0)
        gate.set()  # impossible if the loop were held up
        return await waiting

    assert awaited(ask())


def test_the_page_computes_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what it opens with, nor what the browser asks for."""
    threads = set()

    def watched(*args: object, **kwargs: object) -> object:
        threads.add(thread())
        return sweep(*args, **kwargs)  # type: ignore[arg-type]

    def watched_too(frames: Tensor) -> str:
        threads.add(thread())
        return pack(frames)

    monkeypatch.setattr(module, "sweep", watched)
    monkeypatch.setattr("fgsm.ui.wire.pack", watched_too)
    ours = [block for block in page().blocks.values() if isinstance(block, gr.HTML)]
    assert threads == {computed(thread)}

    stage, *_ = (block for block in ours if hasattr(block, "attack"))
    answer = awaited(stage.attack(FIRST))
    assert answer["stages"] and threads == {computed(thread)}
    functions = [function for block in ours for function in block.server_fns]
    assert len(functions) > 10
    assert all(asyncio.iscoroutinefunction(function) for function in functions)
