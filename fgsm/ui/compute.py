"""The one thread in which the page's answers are computed, one after the other.

OpenMP gives each thread that calls PyTorch a team of its own, with a thread for every core. Two
teams have more threads than there are cores; OpenMP then lets idle threads sleep instead of spin,
and waking them for every layer made a run over the test set take a third longer. Gradio would call
us from any of its threads; here a request waits its turn, and then has all cores.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="compute")


def computed(
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """What the function returns or raises, computed in that thread while the caller waits."""
    return _thread.submit(function, *args, **kwargs).result()


def computing(
    function: Callable[Parameters, Result],
) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """The function as a coroutine that computes in that thread while the event loop goes on."""

    @functools.wraps(function)
    async def compute(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return await asyncio.wrap_future(_thread.submit(function, *args, **kwargs))

    return compute
